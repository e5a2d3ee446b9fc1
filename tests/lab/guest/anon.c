// SPDX-License-Identifier: GPL-2.0-or-later
/* Anonymous memory: private, shared after fork, copied, moved, locked, marked. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define AREA                  (16 * PAGE)
#define MADVISE_GUARD_INSTALL 102

static void plain(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	made("anon_private", area, AREA, NULL);
}

static void look_at(void *area)
{
	touch(area, AREA);
}

static void copy_four(void *area)
{
	fill(area, 4 * PAGE, 2);
}

static void shared_after_fork(void)
{
	char *area = map_anon(AREA);
	pid_t child;

	fill(area, AREA, 1);
	child = spawn("anon_shared_c", look_at, area);
	made("anon_shared_fork", area, AREA, ",\"sharers\":[%d,%d]", getpid(), child);
}

static void copied_after_fork(void)
{
	char *area = map_anon(AREA);
	pid_t child;

	fill(area, AREA, 1);
	child = spawn("anon_cow_c", copy_four, area);
	made("anon_cow_copied", area, AREA, ",\"child\":%d,\"copied_pages\":4", child);
}

/* Each generation writes four pages of its own and leaves the others as it got them. */
struct generation {
	char *area;
	int number;
	pid_t *pids;
};

static void be_generation(void *arg)
{
	struct generation *me = arg;

	me->pids[me->number] = getpid();
	fill(me->area + (me->number - 1) * 4 * PAGE, 4 * PAGE, me->number);
	if (me->number == 4)
		return;
	me->number++;
	spawn("fork_gen", be_generation, me);
}

static void generations(void)
{
	struct generation first = {.area = map_anon(AREA), .number = 1};

	first.pids = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fill(first.area, AREA, 9);
	spawn("fork_gen", be_generation, &first);
	made("fork_chain", first.area, AREA, ",\"sharers\":[%d,%d,%d,%d,%d],\"pages_each\":4",
	     getpid(), first.pids[1], first.pids[2], first.pids[3], first.pids[4]);
}

/* The middle process of three has gone: its anon_vma outlives it. */
static void leave_an_orphan(void *arg)
{
	struct generation *me = arg;

	fill(me->area, 4 * PAGE, 3);
	me->pids[0] = spawn("fork_orphan", look_at, me->area);
	_exit(0);
}

static void orphaned(void)
{
	struct generation me = {.area = map_anon(AREA)};
	pid_t middle;

	me.pids = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fill(me.area, AREA, 1);
	middle = spawn("fork_middle", leave_an_orphan, &me);
	waitpid(middle, NULL, 0);
	made("fork_orphan", me.area, AREA, ",\"orphan\":%d,\"orphan_pages\":4", me.pids[0]);
}

#define GENERATIONS 8
#define EARLY_DEATH 5

/* As above, of eight generations, two pages each; the fifth ends once it has a child. */
static void be_one_of_eight(void *arg)
{
	struct generation *me = arg;
	bool ends = me->number == EARLY_DEATH;
	pid_t next;

	me->pids[me->number] = getpid();
	fill(me->area + (me->number - 1) * 2 * PAGE, 2 * PAGE, me->number);
	if (me->number == GENERATIONS)
		return;
	me->number++;
	next = spawn("fork_eight", be_one_of_eight, me);
	if (me->number == EARLY_DEATH)
		waitpid(next, NULL, 0);
	if (ends)
		_exit(0);
}

static void eight_generations(void)
{
	struct generation first = {.area = map_anon(AREA), .number = 1};
	char list[128];
	size_t n;

	first.pids = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fill(first.area, AREA, 9);
	spawn("fork_eight", be_one_of_eight, &first);
	n = snprintf(list, sizeof(list), "%d", getpid());
	for (int i = 1; i <= GENERATIONS; i++)
		n += snprintf(list + n, sizeof(list) - n, ",%d",
			      i == EARLY_DEATH ? 0 : first.pids[i]);
	made("fork_eight", first.area, AREA, ",\"generations\":[%s],\"pages_each\":2", list);
}

static void moved(void)
{
	char *from = map_anon(AREA), *to = map_anon(AREA + 8 * PAGE), *now;

	fill(from, AREA, 1);
	now = mremap(from, AREA, AREA, MREMAP_MAYMOVE | MREMAP_FIXED, to + 8 * PAGE);
	if (now == MAP_FAILED)
		give_up("mremap: %s", strerror(errno));
	made("mremap_anon", now, AREA, ",\"was_at\":\"0x%lx\"", (unsigned long)from);
}

static void split(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	mprotect(area + 4 * PAGE, 4 * PAGE, PROT_READ);
	made("anon_split_vma", area, AREA, ",\"read_only_page\":4,\"read_only_pages\":4");
}

static void locked(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	if (mlock(area, AREA))
		give_up("mlock: %s", strerror(errno));
	made("mlocked", area, AREA, NULL);
}

static void lazily_freed(void)
{
	size_t len = 64 * PAGE;
	char *area = map_anon(len);

	madvise(area, len, MADV_DONTFORK);
	fill(area, len, 1);
	if (madvise(area, len, MADV_FREE))
		give_up("MADV_FREE: %s", strerror(errno));
	made("madv_free", area, len, NULL);
}

static void no_access(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	mprotect(area, AREA, PROT_NONE);
	made("prot_none_touched", area, AREA, NULL);
}

static void read_only_zeroes(void)
{
	char *area = map_anon(AREA);

	touch(area, AREA);
	made("zero_page", area, AREA, NULL);
}

static void every_process_has(void)
{
	char here;
	char *heap = sbrk(9 * PAGE), *vdso = (char *)getauxval(AT_SYSINFO_EHDR);

	heap = (char *)(((uintptr_t)heap + PAGE - 1) & ~(PAGE - 1));
	fill(heap, 8 * PAGE, 5);
	touch(vdso, PAGE);
	made("stack", (void *)((uintptr_t)&here & ~(PAGE - 1)), PAGE, NULL);
	made("vdso", vdso, PAGE, NULL);
	made("heap", heap, 8 * PAGE, NULL);
	made("program_text", (void *)((uintptr_t)every_process_has & ~(PAGE - 1)), PAGE,
	     ",\"path\":\"/init\"");
}

static void guarded(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	if (madvise(area + 4 * PAGE, 4 * PAGE, MADVISE_GUARD_INSTALL))
		not_made("guard_region", "MADV_GUARD_INSTALL: %s", strerror(errno));
	else
		made("guard_region", area, AREA, ",\"guard_page\":4,\"guard_pages\":4");
}

static void write_protected(void)
{
	struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_WP};
	struct uffdio_writeprotect protect = {.mode = UFFDIO_WRITEPROTECT_MODE_WP};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	range.range.start = (uintptr_t)area;
	range.range.len = AREA;
	protect.range.start = (uintptr_t)area;
	protect.range.len = 8 * PAGE;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		not_made("uffd_wp", "userfaultfd: %s", strerror(errno));
	else
		made("uffd_wp", area, AREA, ",\"protected_pages\":8");
}

static void survive(int signal)
{
	(void)signal;
}

static void poisoned(void)
{
	char *area = map_anon(AREA);
	char pfns[64];

	signal(SIGBUS, survive);
	madvise(area, AREA, MADV_DONTFORK);
	fill(area, AREA, 1);
	list_pfns(pfns, sizeof(pfns), area + PAGE, PAGE);
	if (madvise(area + PAGE, PAGE, MADV_HWPOISON))
		not_made("hwpoison", "MADV_HWPOISON: %s", strerror(errno));
	else
		made("hwpoison", area, AREA, ",\"poisoned_page\":1,\"pfns\":%s", pfns);
}

const struct situation anon_family[] = {
	{"anon_private", plain, "anon_private"},
	{"anon_shared", shared_after_fork, "anon_shared_fork"},
	{"anon_cow", copied_after_fork, "anon_cow_copied"},
	{"fork_chain", generations, "fork_chain"},
	{"fork_orphaned", orphaned, "fork_orphan"},
	{"fork_eight", eight_generations, "fork_eight"},
	{"mremap_anon", moved, "mremap_anon"},
	{"anon_split", split, "anon_split_vma"},
	{"mlocked", locked, "mlocked"},
	{"madv_free", lazily_freed, "madv_free"},
	{"prot_none", no_access, "prot_none_touched"},
	{"zero_page", read_only_zeroes, "zero_page"},
	{"every_process", every_process_has, "stack vdso heap program_text"},
	{"guard_region", guarded, "guard_region"},
	{"uffd_wp", write_protected, "uffd_wp"},
	{"hwpoison", poisoned, "hwpoison"},
	{0},
};
