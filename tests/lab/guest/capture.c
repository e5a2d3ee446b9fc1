// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own account of itself, taken as one tar stream into a buffer whose physical
 * addresses the lab knows. The lab reads it from outside while the machine is stopped, so that
 * nothing has to be sent and nothing in the guest moves because of it.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"

#define TAR_BLOCK     512
#define RUNS_PER_LINE 64

static char *buffer;
static const char *workload;
static size_t buffer_size, used;

static void too_small(void)
{
	line_say("failed the capture buffer of %zu bytes is too small", buffer_size);
	sleep_for_ever();
}

static void announce_buffer(void)
{
	char line[RUNS_PER_LINE * 40];
	size_t n = 0, runs = 0, run = 0;

	for (size_t at = PAGE; at <= buffer_size; at += PAGE) {
		if (at < buffer_size && pfn_of(buffer + at) == pfn_of(buffer + at - PAGE) + 1)
			continue;
		n += snprintf(line + n, sizeof(line) - n, " %lx+%lx",
			      (unsigned long)pfn_of(buffer + run) * PAGE,
			      (unsigned long)(at - run));
		run = at;
		if (++runs == RUNS_PER_LINE || at == buffer_size) {
			line_say("buffer%s", line);
			n = runs = 0;
		}
	}
}

/** capture_prepare - allocate the buffer, in huge pages if there are any, and say where it is */
void capture_prepare(size_t bytes)
{
	long pages = read_number("/proc/sys/vm/nr_hugepages");
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;

	buffer_size = bytes;
	write_text("/proc/sys/vm/nr_hugepages", "%ld", pages + (long)(bytes / HUGE_PAGE));
	buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_HUGETLB, -1, 0);
	if (buffer == MAP_FAILED)
		buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_LOCKED, -1, 0);
	if (buffer == MAP_FAILED)
		too_small();
	madvise(buffer, bytes, MADV_DONTFORK);
	memset(buffer, 0, bytes);
	announce_buffer();
}

/* A member begins with its header; its size is filled in when its data has been read. */
static char *member_begin(void)
{
	if (used + TAR_BLOCK >= buffer_size)
		too_small();
	return buffer + used;
}

static void member_end(char *header, const char *name, size_t len)
{
	unsigned int sum = 0;
	size_t padding = -len % TAR_BLOCK;

	if (used + TAR_BLOCK + len + padding > buffer_size)
		too_small();
	memset(header, 0, TAR_BLOCK);
	snprintf(header, 100, "%s", name);
	memcpy(header + 100, "0000644", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(header + 124, 12, "%011zo", len);
	memcpy(header + 136, "00000000000", 12);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	memset(header + TAR_BLOCK + len, 0, padding);
	used += TAR_BLOCK + len + padding;
}

/** capture_add - a member with data that is already in memory */
void capture_add(const char *name, const void *data, size_t len)
{
	char *header = member_begin();

	if (used + TAR_BLOCK + len >= buffer_size)
		too_small();
	memcpy(header + TAR_BLOCK, data, len);
	member_end(header, name, len);
}

/**
 * capture_file - add a file, at most @limit bytes of it
 *
 * Returns where its data is in the buffer, NULL when it cannot be opened. Some files can be opened and not
 * read (a kernel thread's smaps_rollup): those become empty members.
 */
char *capture_file(const char *path, const char *name, size_t limit, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *header, *data;
	size_t got = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	header = member_begin();
	data = header + TAR_BLOCK;
	do {
		size_t room = buffer_size - used - TAR_BLOCK - got;

		if (!room)
			too_small();
		if (room > limit - got)
			room = limit - got;
		n = room ? read(fd, data + got, room) : 0;
		if (n > 0)
			got += n;
	} while (n > 0);
	close(fd);
	member_end(header, name, got);
	*len = got;
	return data;
}

static void add_proc(const char *name)
{
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%s", name);
	capture_file(path, name, SIZE_MAX, &len);
}

static void add_list(const char *const *names)
{
	for (; *names; names++)
		add_proc(*names);
}

static void add_folder(const char *folder, const char *as)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512], name[300];
	size_t len;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(name, sizeof(name), "%s/%.80s", as, entry->d_name);
		capture_file(path, name, SIZE_MAX, &len);
	}
	closedir(dir);
}

/*
 * The pagemap of every mapping that @maps names, each as two words, first address and number of
 * entries, followed by the entries.
 */
static void add_pagemap(int pid, const char *maps, size_t maps_len)
{
	char path[64], *header = member_begin();
	const char *line = maps, *end = maps + maps_len;
	uint64_t *word = (uint64_t *)(header + TAR_BLOCK);
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (line < end) {
		char *next;
		uint64_t from = strtoul(line, &next, 16), to = strtoul(next + 1, NULL, 16);
		size_t want = (to - from) / PAGE * sizeof(uint64_t);
		ssize_t n;

		if ((char *)(word + 2) + want >= buffer + buffer_size)
			too_small();
		n = pread(fd, word + 2, want, from / PAGE * sizeof(uint64_t));
		if (n > 0) {
			word[0] = from;
			word[1] = n / sizeof(uint64_t);
			word += 2 + word[1];
		}
		line = memchr(line, '\n', end - line);
		line = line ? line + 1 : end;
	}
	close(fd);
	snprintf(path, sizeof(path), "%d/pagemap", pid);
	member_end(header, path, (char *)word - header - TAR_BLOCK);
}

static void add_threads(int pid)
{
	char path[64], text[4096];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)) && n + 32 < sizeof(text))
		if (isdigit(entry->d_name[0]))
			n += snprintf(text + n, sizeof(text) - n, "%.20s\n", entry->d_name);
	closedir(dir);
	snprintf(path, sizeof(path), "%d/threads", pid);
	capture_add(path, text, n);
}

static void add_process(int pid)
{
	static const char *const files[] = {"smaps", "smaps_rollup", "statm",     "status",
					    "comm",  "cgroup",       "stat",      "numa_maps",
					    "auxv",  "cmdline",      "mountinfo", NULL};
	char path[64], name[64], *maps;
	size_t len;

	for (const char *const *file = files; *file; file++) {
		snprintf(name, sizeof(name), "%d/%s", pid, *file);
		add_proc(name);
	}
	snprintf(name, sizeof(name), "%d/maps", pid);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = capture_file(path, name, SIZE_MAX, &len);
	if (maps)
		add_pagemap(pid, maps, len);
	add_threads(pid);
	capture_links(pid);
}

static void add_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit(entry->d_name[0]))
			add_process(atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

/**
 * capture_once - what does not change: symbols, types, resources, build id, /proc/kcore's map
 * @situations: the workload's lines, whose files all captures tell of
 */
void capture_once(const char *situations)
{
	static const char *const files[] = {"kallsyms", "iomem",   "modules",
					    "cmdline",  "version", "filesystems",
					    "mounts",   "cpuinfo", NULL};
	size_t len;

	workload = situations;
	add_list(files);
	capture_file("/proc/sys/vm/hugetlb_optimize_vmemmap", "hugetlb_optimize_vmemmap", PAGE,
		     &len);
	capture_file("/sys/kernel/notes", "notes", SIZE_MAX, &len);
	capture_file("/sys/kernel/vmcoreinfo", "vmcoreinfo", SIZE_MAX, &len);
	capture_file("/proc/kcore", "kcore_headers", 4 * PAGE, &len);
	add_folder("/sys/kernel/btf", "btf");
	capture_settings();
}

static void capture_counters(int after)
{
	static const char *const files[] = {
		"slabinfo",      "vmallocinfo", "swaps",   "pagetypeinfo", "buddyinfo",
		"meminfo",       "zoneinfo",    "vmstat",  "allocinfo",    "net/sockstat",
		"net/sockstat6", "net/tcp",     "net/udp", "net/unix",     "net/packet",
		"net/netlink",   NULL};

	if (!after)
		capture_sys();
	add_list(files);
	if (after)
		capture_sys();
}

static void capture_words(void)
{
	static const char *const files[] = {"kpagecgroup", "kpagecount", "kpageflags", NULL};

	add_list(files);
}

/**
 * capture_state - everything that changes
 * @after: the order, which differs before and after the dump so that what moves most
 *         read closest to it
 */
void capture_state(int after)
{
	if (after) {
		capture_words();
		capture_counters(after);
		add_processes();
		capture_cached(workload);
	} else {
		capture_cached(workload);
		add_processes();
		capture_counters(after);
		capture_words();
	}
}

/** capture_publish - hand what was captured to the lab, wait until it has it, and start afresh */
void capture_publish(const char *label)
{
	line_say("capture %s %zu", label, used);
	line_wait();
	used = 0;
}
