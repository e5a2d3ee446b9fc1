// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fault at an address comes to, found out by children of the process that has the memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define HOLE                  (8 * PAGE)
#define RETURN                0xc3
#define MADVISE_GUARD_INSTALL 102
#define PROBES_BYTES          (16UL << 10)

/* What a child finds. */
struct found {
	int signal, code, faulted;
};

static char *probes;
static size_t probes_len;
static int answer_fd;
static long faults_before;

static long faults(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_minflt + use.ru_majflt;
}

static void answer(int signal, int code)
{
	struct found found = {signal, code, faults() != faults_before};

	if (write(answer_fd, &found, sizeof(found)) != sizeof(found))
		_exit(2);
	_exit(0);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)context;
	answer(signal, info->si_code);
}

static void catch_faults(void)
{
	static char room[16 << 10];
	struct sigaction how = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t stack = {.ss_sp = room, .ss_size = sizeof(room)};

	memset(room, 0, sizeof(room));
	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &how, NULL);
	sigaction(SIGBUS, &how, NULL);
	sigaction(SIGILL, &how, NULL);
}

static void access_once(volatile char *at, char access)
{
	void (*call)(void) = (void (*)(void))(uintptr_t)at;

	faults_before = faults();
	if (access == 'r')
		(void)*at;
	else if (access == 'w')
		__asm__ volatile("orb $0, %0" : "+m"(*at));
	else
		call();
}

/* In a child, once, for each access; this process never touches the memory for it. */
static void probe(const void *at, const char *accesses)
{
	for (; *accesses; accesses++) {
		struct found found = {0};
		pid_t child;
		int fd[2];

		if (pipe(fd))
			give_up("pipe: %s", strerror(errno));
		child = fork();
		if (!child) {
			answer_fd = fd[1];
			catch_faults();
			access_once((volatile char *)(uintptr_t)at, *accesses);
			answer(0, 0);
		}
		close(fd[1]);
		if (read(fd[0], &found, sizeof(found)) != sizeof(found))
			found.signal = -1;
		close(fd[0]);
		waitpid(child, NULL, 0);
		probes_len += snprintf(probes + probes_len, PROBES_BYTES - probes_len,
				       "%s{\"addr\":\"0x%lx\",\"access\":\"%c\",\"signal\":%d,"
				       "\"code\":%d,\"faulted\":%d}",
				       probes_len ? "," : "", (unsigned long)at, *accesses,
				       found.signal, found.code, found.faulted);
	}
}

/* Some pages with unmapped memory around them. */
static char *area_of(int pages, int prot, int flags, int fd)
{
	char *room = map_anon(pages * PAGE + 2 * HOLE);

	munmap(room, pages * PAGE + 2 * HOLE);
	room = mmap(room + HOLE, pages * PAGE, prot, flags | MAP_FIXED, fd, 0);
	if (room == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	return room;
}

static char *private_area(int pages, int prot)
{
	return area_of(pages, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void anonymous(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	char *area = private_area(4, rw);

	fill(area + PAGE, PAGE, 1);
	touch(area + 2 * PAGE, PAGE);
	probe(area, "rwx");
	probe(area + PAGE, "rwx");
	probe(area + 2 * PAGE, "rwx");
	probe(area - PAGE, "rwx");
	probe(area + 4 * PAGE, "rwx");
	area = private_area(2, rw);
	fill(area, PAGE, 1);
	mprotect(area, 2 * PAGE, PROT_READ);
	probe(area, "rwx");
	probe(area + PAGE, "rwx");
	area = private_area(2, rw);
	fill(area, PAGE, 1);
	mprotect(area, 2 * PAGE, PROT_NONE);
	probe(area, "rwx");
	probe(area + PAGE, "rwx");
	area = private_area(1, rw);
	area[0] = (char)RETURN;
	mprotect(area, PAGE, PROT_READ | PROT_EXEC);
	probe(area, "rwx");
	area = private_area(1, rw);
	area[0] = (char)RETURN;
	mprotect(area, PAGE, PROT_EXEC);
	probe(area, "rwx");
	if (machine_no_swap())
		return;
	area = private_area(2, rw);
	fill(area, 2 * PAGE, 1);
	page_out(area, 2 * PAGE);
	probe(area, "rwx");
}

static void of_files(void)
{
	static const char path[] = TMPFS_DIR "/two and a half";
	const int rw = PROT_READ | PROT_WRITE;
	char *area = area_of(2, rw, MAP_SHARED | MAP_ANONYMOUS, -1);
	int fd;

	fill(area, PAGE, 1);
	probe(area, "rwx");
	probe(area + PAGE, "rx");
	close(make_file(path, 3));
	if (truncate(path, 10240))
		give_up("%s: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	area = area_of(5, PROT_READ, MAP_SHARED, fd);
	touch(area, PAGE);
	for (int page = 0; page < 5; page++)
		probe(area + page * PAGE, "rwx");
	area = area_of(5, rw, MAP_PRIVATE, fd);
	touch(area, PAGE);
	fill(area + PAGE, PAGE, 2);
	for (int page = 0; page < 5; page++)
		probe(area + page * PAGE, "rwx");
	close(fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	area = area_of(5, rw, MAP_SHARED, fd);
	touch(area, PAGE);
	fill(area + PAGE, PAGE, 2);
	for (int page = 0; page < 5; page++)
		probe(area + page * PAGE, "rw");
	close(fd);
}

static void huge(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	char *area = map_aligned(HUGE_PAGE, HUGE_PAGE);

	madvise(area, HUGE_PAGE, MADV_HUGEPAGE);
	fill(area, HUGE_PAGE, 1);
	probe(area + 7 * PAGE, "rwx");
	area = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return;
	probe(area + HUGE_PAGE, "x");
	mprotect(area, HUGE_PAGE, PROT_READ);
	probe(area, "w");
}

static void marked(void)
{
	char *area = private_area(4, PROT_READ | PROT_WRITE);
	int key;

	fill(area, 2 * PAGE, 1);
	if (!madvise(area + PAGE, 2 * PAGE, MADVISE_GUARD_INSTALL)) {
		probe(area, "r");
		probe(area + PAGE, "rwx");
		probe(area + 2 * PAGE, "rw");
	}
	key = pkey_alloc(0, PKEY_DISABLE_ACCESS);
	if (key >= 0) {
		area = private_area(2, PROT_READ | PROT_WRITE);
		fill(area, PAGE, 1);
		pkey_mprotect(area, 2 * PAGE, PROT_READ | PROT_WRITE, key);
		probe(area, "rw");
		probe(area + PAGE, "rw");
	}
	key = pkey_alloc(0, PKEY_DISABLE_WRITE);
	if (key >= 0) {
		area = private_area(2, PROT_READ | PROT_WRITE);
		fill(area, PAGE, 1);
		pkey_mprotect(area, 2 * PAGE, PROT_READ | PROT_WRITE, key);
		probe(area, "rw");
		probe(area + PAGE, "rw");
	}
}

static char *stack_start(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start = 0;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]"))
			start = strtoul(line, NULL, 16);
	if (maps)
		fclose(maps);
	return (char *)start;
}

static void stacks(void)
{
	char *room = map_anon(8UL << 20), *area = room + (6UL << 20), *stack = stack_start();

	munmap(room, 8UL << 20);
	area = mmap(area, 4 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	if (area == MAP_FAILED)
		give_up("MAP_GROWSDOWN: %s", strerror(errno));
	fill(area, PAGE, 1);
	probe(area - PAGE, "rw");
	probe(area - 16 * PAGE, "rw");
	probe(area - (2UL << 20), "rw");
	probe(stack - PAGE, "rw");
	probe(stack - (1UL << 20), "w");
	probe(stack - (16UL << 20), "w");
}

static void nowhere(void)
{
	probe(NULL, "rwx");
	probe((void *)0x800000000000, "rw");
	probe((void *)0x8000000000000000, "rw");
	probe((void *)0xffffffff81000000, "rwx");
	probe((void *)0xffff888000000000, "rw");
}

static void probe_all(void)
{
	probes = malloc(PROBES_BYTES);
	if (!probes)
		give_up("malloc");
	anonymous();
	of_files();
	huge();
	marked();
	stacks();
	nowhere();
	made("faults", NULL, 0, ",\"probes\":[%s]", probes);
}

const struct situation fault_family[] = {
	{"faults", probe_all, "faults"},
	{0},
};
