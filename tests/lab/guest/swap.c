// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that was swapped out, and what comes of it afterwards. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"

#define AREA       (32 * PAGE)
#define ATTEMPTS   20
#define IS_SWAPPED (1ULL << 62)

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

static void page_out(char *area, size_t len)
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
	unsigned char in_core[AREA / PAGE];
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

static void shared_memory_out(void)
{
	char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	need_swap();
	fill(area, AREA, 1);
	for (int i = 0; i < ATTEMPTS && resident_pages(area, AREA); i++) {
		madvise(area, AREA, MADV_PAGEOUT);
		usleep(20000);
	}
	if (resident_pages(area, AREA))
		give_up("%zu pages stayed in memory", resident_pages(area, AREA));
	made("shmem_swapped", area, AREA, NULL);
}

const struct situation swap_family[] = {
	{"swapped_out", out, "swapped_out"},
	{"swapped_back", back, "swapped_back"},
	{"swap_cache", cached, "swap_cache"},
	{"shmem_swapped", shared_memory_out, "shmem_swapped"},
	{0},
};
