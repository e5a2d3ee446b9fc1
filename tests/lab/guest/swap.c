// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that was swapped out, and what comes of it afterwards. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"

#define AREA       (32 * PAGE)
#define ATTEMPTS   20
#define IS_SWAPPED (1ULL << 62)
#define KINDS      8
#define MANY_PAGES 4

static void need_swap(void)
{
	if (machine_no_swap())
		give_up("%s", machine_no_swap());
}

static size_t swapped_pages(const char *area, size_t len)
{
	size_t pages = 0;

	for (size_t at = 0; at < len; at += PAGE)
		pages += (pagemap_word(area + at) & IS_SWAPPED) != 0;
	return pages;
}

/** page_out - have private memory swapped out, all of it */
void page_out(char *area, size_t len)
{
	for (int i = 0; i < ATTEMPTS && swapped_pages(area, len) < len / PAGE; i++) {
		if (madvise(area, len, MADV_PAGEOUT))
			give_up("MADV_PAGEOUT: %s", strerror(errno));
		usleep(20000);
	}
	if (swapped_pages(area, len) < len / PAGE)
		give_up("only %zu pages of %zu were swapped out", swapped_pages(area, len),
			len / PAGE);
}

/* Reclaim passes over memory that other processes might share, so it is kept from any fork. */
static char *map_and_page_out(void)
{
	char *area = map_anon(AREA);

	madvise(area, AREA, MADV_DONTFORK);
	fill(area, AREA, 1);
	page_out(area, AREA);
	return area;
}

static void out(void)
{
	need_swap();
	made("swapped_out", map_and_page_out(), AREA, NULL);
}

static void back(void)
{
	char *area;

	need_swap();
	area = map_and_page_out();
	touch(area, 8 * PAGE);
	made("swapped_back", area, AREA, ",\"read_pages\":8,\"still_out\":%zu",
	     swapped_pages(area, AREA));
}

static void nothing(void *arg)
{
	(void)arg;
}

static size_t resident_pages(char *area, size_t len)
{
	unsigned char in_core[256];
	size_t pages = 0;

	if (mincore(area, len, in_core))
		give_up("mincore: %s", strerror(errno));
	for (size_t i = 0; i < len / PAGE; i++)
		pages += in_core[i] & 1;
	return pages;
}

/* Two processes hold the swap entries; one reads some, and those stay in the swap cache. */
static void cached(void)
{
	char *area = NULL;
	pid_t child;

	need_swap();
	area = map_and_page_out();
	madvise(area, AREA, MADV_DOFORK);
	child = spawn("swap_cache_c", nothing, NULL);
	touch(area, 8 * PAGE);
	made("swap_cache", area, AREA, ",\"sharers\":[%d,%d],\"read_pages\":8", getpid(), child);
}

/** shmem_out - have shared memory swapped out, all of it, at most 256 pages */
void shmem_out(char *area, size_t len)
{
	for (int i = 0; i < ATTEMPTS && resident_pages(area, len); i++) {
		madvise(area, len, MADV_PAGEOUT);
		usleep(20000);
	}
	if (resident_pages(area, len))
		give_up("%zu pages stayed in memory", resident_pages(area, len));
}

static char *map_shared(void)
{
	char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	return area;
}

static void shared_memory_out(void)
{
	char *area = map_shared();

	need_swap();
	fill(area, AREA, 1);
	shmem_out(area, AREA);
	made("shmem_swapped", area, AREA, NULL);
}

/* splitmix64: the nth of numbers that no compressor makes smaller. */
static uint64_t noise(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15;
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	return n ^ n >> 31;
}

static void write_lines(char *page, unsigned int nth)
{
	char line[64];
	size_t at = 0;

	for (unsigned int i = 0; at < PAGE; i++) {
		int len = snprintf(line, sizeof(line), "page %u line %u of what mmx reads back\n",
				   nth, i);

		for (int c = 0; c < len && at < PAGE; c++)
			page[at++] = line[c];
	}
}

/* What a page of each kind holds is known, and each kind is stored in another way once it is swapped out. */
static void write_kind(char *page, unsigned int nth, int kind)
{
	uint64_t *word = (uint64_t *)page;

	if (kind == 2)
		write_lines(page, nth);
	for (unsigned int j = 0; kind != 2 && kind != 6 && j < PAGE / 8; j++) {
		const uint64_t random = noise(nth * 512 + j);
		const uint64_t by_kind[KINDS] = {
			0,      0x6d6d78206d6d7821 + nth, 0, j < 64 ? random : 0,
			random, j % 2 ? 0 : random,       0, j % 37 ? 0 : random,
		};

		word[j] = by_kind[kind];
	}
	for (unsigned int b = 0; kind == 6 && b < PAGE; b++)
		page[b] = b / 97 + nth;
}

static void write_kinds(char *area)
{
	for (unsigned int i = 0; i < AREA / PAGE; i++)
		write_kind(area + i * PAGE, i, i % KINDS);
}

static void kinds_out(void)
{
	char *area = map_anon(AREA);

	need_swap();
	madvise(area, AREA, MADV_DONTFORK);
	write_kinds(area);
	page_out(area, AREA);
	made("swapped_kinds", area, AREA, ",\"kinds\":%d", KINDS);
}

static void shared_kinds_out(void)
{
	char *area = map_shared();

	need_swap();
	write_kinds(area);
	shmem_out(area, AREA);
	made("shmem_swapped_kinds", area, AREA, ",\"kinds\":%d", KINDS);
}

/* With zswap the device has only what was swapped out while zswap was off. */
static void past_zswap(void)
{
	static const char enabled[] = "/sys/module/zswap/parameters/enabled";
	char *area = map_anon(AREA);

	if (!command_line_number("mmx.zswap"))
		give_up("not in this variant");
	madvise(area, AREA, MADV_DONTFORK);
	write_kinds(area);
	write_text(enabled, "N");
	page_out(area, AREA);
	write_text(enabled, "Y");
	made("swapped_past_zswap", area, AREA, ",\"kinds\":%d", KINDS);
}

/* So many processes have a slot that its count has no room in a byte, or in an entry of a swap table. */
static void shared_by_many(void)
{
	long sharers = command_line_number("mmx.sharers");
	char *area = map_anon(MANY_PAGES * PAGE);

	if (!sharers)
		give_up("not in this variant");
	need_swap();
	for (unsigned int i = 0; i < MANY_PAGES; i++)
		write_kind(area + i * PAGE, i, 2 + i);
	page_out(area, MANY_PAGES * PAGE);
	for (long i = 0; i < sharers; i++)
		spawn("swap_sharer", nothing, NULL);
	made("swap_shared_by_many", area, MANY_PAGES * PAGE, ",\"sharing\":%ld", sharers + 1);
}

/* The one of a huge page goes out as a whole where the kernel can do that. */
static void huge_page_out(void)
{
	char *area = map_aligned(HUGE_PAGE, HUGE_PAGE);

	need_swap();
	madvise(area, HUGE_PAGE, MADV_HUGEPAGE);
	madvise(area, HUGE_PAGE, MADV_DONTFORK);
	fill(area, HUGE_PAGE, 1);
	page_out(area, HUGE_PAGE);
	made("thp_swapped", area, HUGE_PAGE, NULL);
}

const struct situation swap_family[] = {
	{"swapped_out", out, "swapped_out"},
	{"swapped_back", back, "swapped_back"},
	{"swap_cache", cached, "swap_cache"},
	{"shmem_swapped", shared_memory_out, "shmem_swapped"},
	{"swapped_kinds", kinds_out, "swapped_kinds"},
	{"shmem_kinds", shared_kinds_out, "shmem_swapped_kinds"},
	{"past_zswap", past_zswap, "swapped_past_zswap"},
	{"swap_many", shared_by_many, "swap_shared_by_many"},
	{"thp_swapped", huge_page_out, "thp_swapped"},
	{0},
};
