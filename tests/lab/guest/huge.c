// SPDX-License-Identifier: GPL-2.0-or-later
/* Large pages: transparent ones in every state of repair, 64 KiB folios, and hugetlb. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"

#define THP           "/sys/kernel/mm/transparent_hugepage/"
#define FLAG_HUGE     (1ULL << 17)
#define FLAG_THP      (1ULL << 22)
#define MAP_HUGE_1GIB (30 << 26)
#define MEMFD_HUGETLB 4U
#define GIB           (1UL << 30)

static int is_thp(const void *addr)
{
	uint64_t pfn = pfn_of(addr);

	return pfn && page_flags(pfn) & FLAG_THP;
}

static char *map_thp(size_t len)
{
	char *area = map_aligned(len, HUGE_PAGE);

	if (madvise(area, len, MADV_HUGEPAGE))
		give_up("MADV_HUGEPAGE: %s", strerror(errno));
	fill(area, len, 1);
	for (size_t at = 0; at < len; at += HUGE_PAGE)
		if (!is_thp(area + at))
			give_up("no transparent huge page was to be had");
	return area;
}

static void by_pmd(void)
{
	long before = vmstat_value("thp_fault_alloc"), after;
	char *area = map_thp(2 * HUGE_PAGE);

	made("thp_pmd", area, 2 * HUGE_PAGE, NULL);
	after = vmstat_value("thp_fault_alloc");
	if (after != before + 2)
		give_up("two huge pages were counted as %ld", after - before);
	made("thp_fault_alloc", NULL, 0, ",\"before\":%ld,\"after\":%ld", before, after);
}

static void by_pte(void)
{
	char *area = map_thp(HUGE_PAGE);

	mprotect(area + 64 * PAGE, 64 * PAGE, PROT_READ);
	made("thp_pte", area, HUGE_PAGE, ",\"read_only_page\":64,\"read_only_pages\":64");
}

static void in_part(void)
{
	char *area = map_thp(HUGE_PAGE);

	munmap(area + HUGE_PAGE / 2, HUGE_PAGE / 2);
	made("thp_partial", area, HUGE_PAGE / 2, ",\"mapped_pages\":256");
}

static void look_at(void *area)
{
	touch(area, HUGE_PAGE);
}

static void shared_by_pmd(void)
{
	char *area = map_thp(HUGE_PAGE);
	pid_t child = spawn("thp_shared_c", look_at, area);

	made("thp_shared_fork", area, HUGE_PAGE, ",\"sharers\":[%d,%d]", getpid(), child);
}

static void split_in_child(void *area)
{
	mprotect((char *)area + 64 * PAGE, 64 * PAGE, PROT_READ);
}

/* One process maps it with a PMD, the other with 512 PTEs. */
static void by_both(void)
{
	char *area = map_thp(HUGE_PAGE);
	pid_t child = spawn("thp_both_c", split_in_child, area);

	made("thp_pmd_and_pte", area, HUGE_PAGE, ",\"sharers\":[%d,%d],\"pte_mapper\":%d", getpid(),
	     child, child);
}

static void zeroes(void)
{
	char *area = map_aligned(HUGE_PAGE, HUGE_PAGE);

	madvise(area, HUGE_PAGE, MADV_HUGEPAGE);
	touch(area, PAGE);
	if (!is_thp(area))
		give_up("no huge zero page was to be had");
	made("huge_zero_page", area, HUGE_PAGE, NULL);
}

static void in_tmpfs(void)
{
	int fd = open("/hugetmp/thp", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *area = map_aligned(2 * HUGE_PAGE, HUGE_PAGE);

	if (fd < 0 || ftruncate(fd, 2 * HUGE_PAGE))
		give_up("/hugetmp/thp: %s", strerror(errno));
	area = mmap(area, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, 2 * HUGE_PAGE, 1);
	if (!is_thp(area))
		give_up("tmpfs gave no huge page");
	made("shmem_thp", area, 2 * HUGE_PAGE, ",\"path\":\"/hugetmp/thp\",\"offset\":0");
}

/* A huge page of tmpfs that begins nowhere near a multiple of its size in memory, or in part. */
static void at_odd_offsets(void)
{
	int fd = open("/hugetmp/odd", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *whole, *part;

	whole = map_anon(2 * HUGE_PAGE);
	fill(whole, 2 * HUGE_PAGE, 1);
	/* Written: a fault where it cannot be mapped as one gets no huge page since 6.12. */
	if (fd < 0 || write(fd, whole, 2 * HUGE_PAGE) != (ssize_t)(2 * HUGE_PAGE))
		give_up("/hugetmp/odd: %s", strerror(errno));
	munmap(whole, 2 * HUGE_PAGE);
	whole = (char *)map_aligned(3 * HUGE_PAGE, HUGE_PAGE) + 3 * PAGE;
	whole = mmap(whole, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	part = mmap(NULL, HUGE_PAGE, PROT_READ, MAP_SHARED, fd, 100 * PAGE);
	if (whole == MAP_FAILED || part == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	touch(whole, 2 * HUGE_PAGE);
	touch(part, HUGE_PAGE);
	if (!is_thp(whole))
		give_up("tmpfs gave no huge page");
	made("shmem_thp_odd", whole, 2 * HUGE_PAGE,
	     ",\"path\":\"/hugetmp/odd\",\"offset\":0,\"part\":\"0x%lx\",\"part_offset\":%lu",
	     (unsigned long)part, 100 * PAGE);
}

/* Of one huge page a part goes elsewhere; another goes as a whole, to where it cannot be mapped as one. */
static void moved(void)
{
	char *area = map_thp(2 * HUGE_PAGE);
	char *to = map_anon(4 * HUGE_PAGE);
	char *part, *whole;

	whole = (char *)(((uintptr_t)to + HUGE_PAGE) & ~(HUGE_PAGE - 1)) + 5 * PAGE;
	part = whole + HUGE_PAGE + 7 * PAGE;
	part = mremap(area + 128 * PAGE, 64 * PAGE, 64 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, part);
	whole = mremap(area + HUGE_PAGE, HUGE_PAGE, HUGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       whole);
	if (part == MAP_FAILED || whole == MAP_FAILED)
		give_up("mremap: %s", strerror(errno));
	made("thp_moved", area, 128 * PAGE,
	     ",\"part\":\"0x%lx\",\"part_page\":128,\"part_pages\":64,\"whole\":\"0x%lx\"",
	     (unsigned long)part, (unsigned long)whole);
}

/* Where huge pages are asked for, of memory and files of every kind, at addresses that suit and that do not. */
static void advised(void)
{
	static const struct {
		const char *path; /* NULL: anonymous */
		size_t len, shift;
		int prot, flags;
	} rows[] = {
		{EXT4_DIR "/advised", 2 * HUGE_PAGE, 0, PROT_READ | PROT_EXEC, MAP_PRIVATE},
		{EXT4_DIR "/advised", 2 * HUGE_PAGE, 0, PROT_READ, MAP_SHARED},
		{EXT4_DIR "/advised", 2 * HUGE_PAGE, 5 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE},
		{EXT4_DIR "/advised", 16 * PAGE, 0, PROT_READ | PROT_EXEC, MAP_PRIVATE},
		{EXT4_DIR "/written", 2 * HUGE_PAGE, 0, PROT_READ | PROT_WRITE, MAP_SHARED},
		{TMPFS_DIR "/advised", 2 * HUGE_PAGE, 0, PROT_READ | PROT_WRITE, MAP_SHARED},
		{"/hugetmp/advised", 2 * HUGE_PAGE, 0, PROT_READ | PROT_WRITE, MAP_SHARED},
		{"/hugetmp/advised", 2 * HUGE_PAGE, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED},
		{"/hugetmp/advised", 16 * PAGE, 0, PROT_READ, MAP_PRIVATE},
		{"/hugetmp/advised", PAGE, 0, PROT_READ, MAP_SHARED},
		{NULL, 2 * HUGE_PAGE, 0, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS},
		{NULL, 16 * PAGE, 0, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS},
		{NULL, 2 * HUGE_PAGE, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS},
		{NULL, HUGE_PAGE, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS},
		{NULL, 16 * PAGE, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS},
	};
	int kept = -1;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *at = map_aligned(4 * HUGE_PAGE, HUGE_PAGE);
		int fd = -1;

		munmap(at, 4 * HUGE_PAGE);
		if (rows[i].path) {
			fd = open(rows[i].path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
			if (fd < 0 || ftruncate(fd, 2 * HUGE_PAGE))
				continue;
			/* One that is open for writing gets no huge pages. */
			if (i < 4) {
				close(fd);
				fd = open(rows[i].path, O_RDONLY | O_CLOEXEC);
			}
		}
		at = mmap(at + rows[i].shift, rows[i].len, rows[i].prot, rows[i].flags | MAP_FIXED,
			  fd, 0);
		if (at == MAP_FAILED)
			give_up("mmap: %s", strerror(errno));
		madvise(at, rows[i].len, MADV_HUGEPAGE);
		close(kept);
		kept = fd;
	}
	kept = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (kept >= 0)
		madvise(mmap(NULL, 4 * HUGE_PAGE, PROT_READ, MAP_PRIVATE, kept, 0), HUGE_PAGE,
			MADV_HUGEPAGE);
	made("thp_advised", NULL, 0, ",\"mappings\":%zu", sizeof(rows) / sizeof(rows[0]));
}

static void of_64k(void)
{
	size_t len = 1UL << 20;
	char *area = map_aligned(len, HUGE_PAGE);
	int err = write_text(THP "hugepages-64kB/enabled", "madvise");

	if (err)
		give_up("hugepages-64kB: %s", strerror(-err));
	madvise(area, len, MADV_HUGEPAGE);
	fill(area, len, 1);
	write_text(THP "hugepages-64kB/enabled", "never");
	made("mthp_64k", area, len, ",\"folio_pages\":16");
}

static void add_hugetlb(long more)
{
	long now = read_number("/proc/sys/vm/nr_hugepages");

	write_text("/proc/sys/vm/nr_hugepages", "%ld", now + more);
	if (read_number("/proc/sys/vm/nr_hugepages") != now + more)
		give_up("no hugetlb pages were to be had");
}

static void hugetlb_alone(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	char *area;

	add_hugetlb(2);
	area = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, 2 * HUGE_PAGE, 1);
	made("hugetlb_private", area, 2 * HUGE_PAGE, NULL);
}

static void hugetlb_together(void)
{
	const char *path = "/huge/shared";
	pid_t child;
	char *area;
	int fd;

	add_hugetlb(2);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		give_up("%s: %s", path, strerror(errno));
	area = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, 2 * HUGE_PAGE, 1);
	child = spawn("hugetlb_sh_c", look_at, area);
	made("hugetlb_shared", area, 2 * HUGE_PAGE, ",\"path\":\"%s\",\"sharers\":[%d,%d]", path,
	     getpid(), child);
}

static void hugetlb_in_memory_file(void)
{
	int fd = memfd_create("lab-huge", MFD_CLOEXEC | MEMFD_HUGETLB);
	char *area;

	add_hugetlb(2);
	if (fd < 0 || ftruncate(fd, 2 * HUGE_PAGE))
		give_up("memfd_create: %s", strerror(errno));
	area = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, HUGE_PAGE, 1);
	made("hugetlb_memfd", area, 2 * HUGE_PAGE,
	     ",\"path\":\"/memfd:lab-huge\",\"fd\":%d,\"filled_pages\":512", fd);
}

static void fill_one(void *area)
{
	fill(area, HUGE_PAGE, 2);
}

static void hugetlb_copied(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	char *area;
	pid_t child;

	add_hugetlb(3);
	area = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, 2 * HUGE_PAGE, 1);
	child = spawn("hugetlb_cow_c", fill_one, area);
	made("hugetlb_cow", area, 2 * HUGE_PAGE, ",\"sharers\":[%d,%d],\"copied_pages\":512",
	     getpid(), child);
}

static void touch_two(void *area)
{
	touch(area, PAGE);
	touch((char *)area + GIB / 2, PAGE);
}

/* Of a whole GiB at a multiple of one, processes share the page table. */
static void hugetlb_sharing_tables(void)
{
	const char *path = "/huge/tables";
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	uintptr_t room = (uintptr_t)mmap(NULL, 2 * GIB, PROT_NONE, flags, -1, 0);
	char *area = (char *)((room + GIB - 1) & ~(GIB - 1));
	pid_t child;

	add_hugetlb(2);
	if (fd < 0 || ftruncate(fd, GIB))
		give_up("%s: %s", path, strerror(errno));
	munmap((void *)room, 2 * GIB);
	area = mmap(area, GIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd,
		    0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, 16 * PAGE, 1);
	fill(area + GIB / 2, 16 * PAGE, 1);
	child = spawn("hugetlb_tab_c", touch_two, area);
	made("hugetlb_shared_table", area, GIB, ",\"path\":\"%s\",\"sharers\":[%d,%d]", path,
	     getpid(), child);
}

static void hugetlb_unused(void)
{
	add_hugetlb(4);
	made("hugetlb_free_pool", NULL, 0, ",\"free_pages\":%ld",
	     read_number("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"));
}

static void hugetlb_of_1g(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GIB;
	char *area = mmap(NULL, GIB, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (area == MAP_FAILED)
		give_up("no 1 GiB page: %s", strerror(errno));
	fill(area, 16 * PAGE, 1);
	made("hugetlb_1g", area, GIB, NULL);
}

const struct situation huge_family[] = {
	{"hugetlb_1g", hugetlb_of_1g, "hugetlb_1g"},
	{"thp_pmd", by_pmd, "thp_pmd thp_fault_alloc"},
	{"thp_pte", by_pte, "thp_pte"},
	{"thp_partial", in_part, "thp_partial"},
	{"thp_shared", shared_by_pmd, "thp_shared_fork"},
	{"thp_both", by_both, "thp_pmd_and_pte"},
	{"huge_zero", zeroes, "huge_zero_page"},
	{"shmem_thp", in_tmpfs, "shmem_thp"},
	{"shmem_thp_odd", at_odd_offsets, "shmem_thp_odd"},
	{"thp_moved", moved, "thp_moved"},
	{"thp_advised", advised, "thp_advised"},
	{"mthp_64k", of_64k, "mthp_64k"},
	{"hugetlb_priv", hugetlb_alone, "hugetlb_private"},
	{"hugetlb_shared", hugetlb_together, "hugetlb_shared"},
	{"hugetlb_memfd", hugetlb_in_memory_file, "hugetlb_memfd"},
	{"hugetlb_cow", hugetlb_copied, "hugetlb_cow"},
	{"hugetlb_table", hugetlb_sharing_tables, "hugetlb_shared_table"},
	{"hugetlb_pool", hugetlb_unused, "hugetlb_free_pool"},
	{0},
};
