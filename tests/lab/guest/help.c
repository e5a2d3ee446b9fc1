// SPDX-License-Identifier: GPL-2.0-or-later
/* Small things that every family of situations needs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lab.h"

/** write_text - write to a file of /proc or /sys; returns 0 or -errno */
int write_text(const char *path, const char *format, ...)
{
	char text[512];
	va_list args;
	int fd, n, err = 0;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != n)
		err = -errno;
	close(fd);
	return err;
}

static ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	close(fd);
	if (n >= 0)
		text[n] = 0;
	return n;
}

/** read_number - the number that a file holds, -1 when there is none */
long read_number(const char *path)
{
	char text[64];

	return read_text(path, text, sizeof(text)) > 0 ? atol(text) : -1;
}

/** vmstat_value - a counter of /proc/vmstat, -1 when the kernel has none of this name */
long vmstat_value(const char *name)
{
	FILE *file = fopen("/proc/vmstat", "re");
	long value, found = -1;
	char key[64];

	while (file && fscanf(file, "%63s %ld", key, &value) == 2)
		if (!strcmp(key, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

/** command_line_number - KEY=NUMBER on the kernel's command line, 0 when it is not there */
long command_line_number(const char *key)
{
	char line[4096];
	const char *at;

	if (read_text("/proc/cmdline", line, sizeof(line)) <= 0)
		return 0;
	at = strstr(line, key);
	return at && at[strlen(key)] == '=' ? atol(at + strlen(key) + 1) : 0;
}

/** command_line_word - KEY=WORD on the kernel's command line; false when it is not there */
bool command_line_word(const char *key, char *word, size_t size)
{
	char line[4096];
	const char *at;

	if (read_text("/proc/cmdline", line, sizeof(line)) <= 0)
		return false;
	at = strstr(line, key);
	if (!at || at[strlen(key)] != '=')
		return false;
	at += strlen(key) + 1;
	snprintf(word, size, "%.*s", (int)strcspn(at, " \n"), at);
	return true;
}

void *map_anon(size_t len)
{
	void *area = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	return area;
}

/** map_aligned - anonymous memory at a multiple of @align, with unmapped memory around it */
void *map_aligned(size_t len, size_t align)
{
	char *room = map_anon(len + 2 * align);
	char *area = (char *)(((uintptr_t)room + align) & ~(align - 1));

	munmap(room, area - room);
	munmap(area + len, room + len + 2 * align - (area + len));
	return area;
}

/** fill_page - contents that no other page of the workload has, unless given the same @seed */
void fill_page(void *page, unsigned int seed)
{
	uint32_t *word = page;

	for (size_t i = 0; i < PAGE / sizeof(*word); i++)
		word[i] = seed * 2654435761u + i * 40503u + 1;
}

void fill(void *area, size_t len, unsigned int seed)
{
	unsigned int pid = getpid();

	for (size_t at = 0; at < len; at += PAGE)
		fill_page((char *)area + at, (pid << 16) ^ (seed << 10) ^ (at / PAGE));
}

void touch(const void *area, size_t len)
{
	for (size_t at = 0; at < len; at += PAGE)
		(void)*((volatile const char *)area + at);
}

/** make_file - a file of @pages pages with contents of its own; returns it open */
int make_file(const char *path, unsigned int pages)
{
	char page[PAGE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		give_up("%s: %s", path, strerror(errno));
	for (unsigned int i = 0; i < pages; i++) {
		fill_page(page, (getpid() << 16) ^ 0x8000 ^ i);
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			give_up("%s: %s", path, strerror(errno));
	}
	return fd;
}

void *map_file(const char *path, size_t offset, size_t len, int prot, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *area;

	if (fd < 0)
		give_up("%s: %s", path, strerror(errno));
	area = mmap(NULL, len, prot, flags, fd, offset);
	if (area == MAP_FAILED)
		give_up("mmap %s: %s", path, strerror(errno));
	close(fd);
	return area;
}

static uint64_t read_word(const char *path, uint64_t index)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t word = 0;

	if (fd >= 0) {
		if (pread(fd, &word, sizeof(word), index * sizeof(word)) != sizeof(word))
			word = 0;
		close(fd);
	}
	return word;
}

/** pagemap_word - this process's /proc/self/pagemap entry for @addr */
uint64_t pagemap_word(const void *addr)
{
	return read_word("/proc/thread-self/pagemap", (uintptr_t)addr / PAGE);
}

/** pfn_of - the frame that @addr is mapped to, 0 when it is not present */
uint64_t pfn_of(const void *addr)
{
	uint64_t word = pagemap_word(addr);

	return word >> 63 ? word & ((1ULL << 55) - 1) : 0;
}

uint64_t page_flags(uint64_t pfn)
{
	return read_word("/proc/kpageflags", pfn);
}

/** list_pfns - the frames of an area's first pages, as a JSON list */
void list_pfns(char *out, size_t size, const void *area, size_t len)
{
	size_t n = snprintf(out, size, "[");

	for (size_t at = 0; at < len && at < 16 * PAGE && n + 24 < size; at += PAGE)
		n += snprintf(out + n, size - n, "%s\"0x%lx\"", at ? "," : "",
			      (unsigned long)pfn_of((const char *)area + at));
	snprintf(out + n, size - n, "]");
}

/**
 * spawn - a further process of a situation
 *
 * Returns once @run has returned in it, and it sleeps for ever, or has ended in @run.
 */
pid_t spawn(const char *name, void (*run)(void *), void *arg)
{
	static int my_parent = -1;
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		give_up("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		give_up("fork: %s", strerror(errno));
	if (!pid) {
		close(ready[0]);
		close(my_parent);
		my_parent = ready[1];
		prctl(PR_SET_NAME, name);
		run(arg);
		close(my_parent);
		sleep_for_ever();
	}
	close(ready[1]);
	while (read(ready[0], &c, 1) > 0)
		;
	close(ready[0]);
	return pid;
}

void sleep_for_ever(void)
{
	for (;;)
		pause();
}
