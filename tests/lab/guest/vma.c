// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings of unusual shape: their flags, keys, policies, names and number. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define AREA  (16 * PAGE)
#define MANY  600
#define BELOW (4UL << 20)

/* What headers of 6.1 lack. */
#define MADVISE_GUARD_INSTALL      102
#define SYSCALL_MSEAL              462
#define MAPPING_DROPPABLE          8
#define POLICY_WEIGHTED_INTERLEAVE 6

static void grows_down(void)
{
	char *room = map_anon(BELOW + AREA), *area;

	munmap(room, BELOW + AREA);
	area = mmap(room + BELOW, AREA, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	if (area == MAP_FAILED)
		give_up("MAP_GROWSDOWN: %s", strerror(errno));
	fill(area - PAGE, 4 * PAGE, 1);
	made("grows_down", area - PAGE, AREA + PAGE, ",\"asked_at\":\"0x%lx\"",
	     (unsigned long)area);
}

static void locked_on_fault(void)
{
	char *area = map_anon(AREA);

	if (mlock2(area, AREA, MLOCK_ONFAULT))
		give_up("mlock2: %s", strerror(errno));
	fill(area, 4 * PAGE, 1);
	made("mlock_on_fault", area, AREA, ",\"locked_pages\":4");
}

static void protection_keys(void)
{
	char *area = map_anon(AREA);
	int readable, closed;

	fill(area, AREA, 1);
	pkey_alloc(0, 0);
	readable = pkey_alloc(0, PKEY_DISABLE_WRITE);
	closed = pkey_alloc(0, PKEY_DISABLE_ACCESS);
	if (readable < 0 || closed < 0)
		give_up("pkey_alloc: %s", strerror(errno));
	pkey_mprotect(area + 4 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE, readable);
	pkey_mprotect(area + 8 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE, closed);
	made("protection_keys", area, AREA, ",\"keys\":[0,%d,%d,0],\"pages_each\":4", readable,
	     closed);
}

/* All is written; then the bits are cleared, four pages are written again, and four of the others leave for swap. */
static void soft_dirty(void)
{
	char *area = map_anon(AREA);
	int err;

	madvise(area, AREA, MADV_DONTFORK);
	fill(area, AREA, 1);
	err = write_text("/proc/self/clear_refs", "4");
	if (err)
		give_up("clear_refs: %s", strerror(-err));
	fill(area, 4 * PAGE, 1);
	if (!machine_no_swap()) {
		madvise(area + 8 * PAGE, 4 * PAGE, MADV_PAGEOUT);
		madvise(area + 2 * PAGE, PAGE, MADV_PAGEOUT);
	}
	made("soft_dirty", area, AREA, ",\"dirty_pages\":4");
}

static void guarded_file(void)
{
	static const char path[] = TMPFS_DIR "/guarded";
	char *area;

	close(make_file(path, AREA / PAGE));
	area = map_file(path, 0, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
	touch(area, AREA);
	if (madvise(area + 4 * PAGE, 4 * PAGE, MADVISE_GUARD_INSTALL))
		give_up("MADV_GUARD_INSTALL: %s", strerror(errno));
	made("guard_file", area, AREA,
	     ",\"path\":\"%s\",\"offset\":0,\"guard_page\":4,\"guard_pages\":4", path);
}

static void many_mappings(void)
{
	char *area = map_anon(MANY * PAGE);

	fill(area, 20 * PAGE, 1);
	for (int i = 1; i < MANY; i += 2)
		if (mprotect(area + i * PAGE, PAGE, PROT_READ))
			give_up("mprotect: %s", strerror(errno));
	made("many_vmas", area, MANY * PAGE, ",\"vmas\":%d,\"filled_pages\":20", MANY);
}

/* Each of one page, with unmapped memory between them. */
static void flags_by_advice(void)
{
	static const int advice[] = {MADV_SEQUENTIAL, MADV_RANDOM,      MADV_DONTFORK,
				     MADV_DONTDUMP,   MADV_WIPEONFORK,  MADV_HUGEPAGE,
				     MADV_NOHUGEPAGE, MADV_UNMERGEABLE, MADV_MERGEABLE};
	size_t n = sizeof(advice) / sizeof(advice[0]);
	char *area = map_anon(2 * (n + 5) * PAGE), *at = area;

	for (size_t i = 0; i < n; i++, at += 2 * PAGE) {
		fill(at, PAGE, 1);
		madvise(at, PAGE, advice[i]);
		munmap(at + PAGE, PAGE);
	}
	fill(at, PAGE, 1);
	syscall(SYSCALL_MSEAL, at, PAGE, 0);
	munmap(at + PAGE, PAGE);
	at += 2 * PAGE;
	mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_ANONYMOUS | MAPPING_DROPPABLE, -1,
	     0);
	munmap(at + PAGE, PAGE);
	at += 2 * PAGE;
	mmap(at, 2 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	fill(at, PAGE, 1);
	munmap(at + PAGE, PAGE);
	at += 2 * PAGE;
	mmap(at, PAGE, PROT_READ | PROT_EXEC, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	touch(at, PAGE);
	munmap(at + PAGE, PAGE);
	at += 2 * PAGE;
	mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mprotect(at, PAGE, PROT_NONE);
	munmap(at + PAGE, PAGE);
	made("vma_flags", area, at + PAGE - area, NULL);
}

static int set_policy(char *area, int mode, unsigned long nodes)
{
	return syscall(SYS_mbind, area, PAGE * 2, mode, nodes ? &nodes : NULL, 64, 0);
}

/* Two pages each, of the second half a file's; and a policy of the whole process. */
static void policies(void)
{
	unsigned long all = access("/sys/devices/system/node/node1", F_OK) ? 1 : 3;
	const struct {
		int mode;
		unsigned long nodes;
	} rows[] = {
		{MPOL_BIND, 1},
		{MPOL_PREFERRED, 1},
		{MPOL_PREFERRED, 0},
		{MPOL_INTERLEAVE, all},
		{MPOL_LOCAL, 0},
		{MPOL_PREFERRED_MANY, all},
		{POLICY_WEIGHTED_INTERLEAVE, all},
		{MPOL_BIND | MPOL_F_STATIC_NODES, all},
		{MPOL_INTERLEAVE | MPOL_F_RELATIVE_NODES, all},
		{MPOL_BIND | MPOL_F_NUMA_BALANCING, all},
		{MPOL_DEFAULT, 0},
	};
	size_t n = sizeof(rows) / sizeof(rows[0]);
	char *area = map_anon(4 * n * PAGE), *at = area, *shared;

	for (size_t i = 0; i < n; i++, at += 4 * PAGE) {
		munmap(at + 2 * PAGE, 2 * PAGE);
		set_policy(at, rows[i].mode, rows[i].nodes);
		fill(at, 2 * PAGE, 1);
	}
	shared = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	set_policy(shared + 4 * PAGE, MPOL_INTERLEAVE, all);
	fill(shared, AREA, 1);
	syscall(SYS_set_mempolicy, MPOL_INTERLEAVE, &all, 64);
	made("policies", area, at - area, ",\"shared\":\"0x%lx\"", (unsigned long)shared);
}

/* Heap and stack in several pieces, each of which is called so. */
static void split_names(void)
{
	char room[32 * PAGE];
	char *heap = sbrk(17 * PAGE), *stack = room + 8 * PAGE;

	heap = (char *)(((uintptr_t)heap + PAGE - 1) & ~(PAGE - 1));
	stack = (char *)((uintptr_t)stack & ~(PAGE - 1));
	fill(heap, 16 * PAGE, 1);
	memset(room, 1, sizeof(room));
	if (mprotect(heap + 4 * PAGE, 4 * PAGE, PROT_READ) || mprotect(stack, 2 * PAGE, PROT_NONE))
		give_up("mprotect: %s", strerror(errno));
	made("split_names", heap, 16 * PAGE, ",\"stack\":\"0x%lx\"", (unsigned long)stack);
}

static void named(void)
{
	char *area = map_anon(AREA);
	char *shared = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	fill(area, AREA, 1);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, AREA, "of the lab: 1/2"))
		give_up("PR_SET_VMA_ANON_NAME: %s", strerror(errno));
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, shared, AREA, "shared of the lab");
	made("anon_named", area, AREA, ",\"anon_name\":\"of the lab: 1/2\",\"shared\":\"0x%lx\"",
	     (unsigned long)shared);
}

/* Anonymous memory by its contents, and a file's by its mapping. */
static void from_dev_zero(void)
{
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	char *own = MAP_FAILED, *shared = MAP_FAILED;

	if (fd >= 0) {
		own = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 8 * PAGE);
		shared = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (own == MAP_FAILED || shared == MAP_FAILED)
		give_up("/dev/zero: %s", strerror(errno));
	fill(own, 4 * PAGE, 1);
	fill(shared, 4 * PAGE, 1);
	made("dev_zero", own, AREA, ",\"shared\":\"0x%lx\",\"path\":\"/dev/zero\"",
	     (unsigned long)shared);
}

const struct situation vma_family[] = {
	{"grows_down", grows_down, "grows_down"},
	{"mlock_on_fault", locked_on_fault, "mlock_on_fault"},
	{"pkeys", protection_keys, "protection_keys"},
	{"soft_dirty", soft_dirty, "soft_dirty"},
	{"guard_file", guarded_file, "guard_file"},
	{"many_vmas", many_mappings, "many_vmas"},
	{"vma_flags", flags_by_advice, "vma_flags"},
	{"policies", policies, "policies"},
	{"anon_named", named, "anon_named"},
	{"split_names", split_names, "split_names"},
	{"dev_zero", from_dev_zero, "dev_zero"},
	{0},
};
