// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that the kernel merged because their contents were the same. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"

#define KSM           "/sys/kernel/mm/ksm/"
#define MERGED_PAGES  8
#define CHAINED_PAGES 12
#define MOST_SHARERS  4
#define PATIENCE_MS   20000

static void start_scanning(void)
{
	if (read_number(KSM "run") < 0)
		give_up("the kernel has no KSM");
	if (read_number(KSM "pages_shared") == 0)
		write_text(KSM "max_page_sharing", "%d", MOST_SHARERS);
	write_text(KSM "smart_scan", "0");
	write_text(KSM "pages_to_scan", "10000");
	write_text(KSM "sleep_millisecs", "10");
	write_text(KSM "run", "1");
}

static void wait_for_merging(long sharing)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 50) {
		if (read_number(KSM "pages_sharing") >= sharing)
			break;
		usleep(50000);
	}
	write_text(KSM "run", "0");
	if (read_number(KSM "pages_sharing") < sharing)
		give_up("KSM merged %ld pages of %ld", read_number(KSM "pages_sharing"), sharing);
}

static void fill_alike(void *area)
{
	char *page = area;

	for (int i = 0; i < MERGED_PAGES; i++)
		fill_page(page + i * PAGE, 0x4b534d00 + i);
	if (madvise(area, MERGED_PAGES * PAGE, MADV_MERGEABLE))
		give_up("MADV_MERGEABLE: %s", strerror(errno));
}

/* Three processes with the same eight pages, each filled by itself. */
static void merged(void)
{
	size_t len = MERGED_PAGES * PAGE;
	char *area = map_anon(len);
	pid_t second, third;
	long before = read_number(KSM "pages_sharing");

	second = spawn("ksm_second", fill_alike, area);
	third = spawn("ksm_third", fill_alike, area);
	fill_alike(area);
	start_scanning();
	wait_for_merging(before + 2 * MERGED_PAGES);
	made("ksm_merged", area, len, ",\"sharers\":[%d,%d,%d]", getpid(), second, third);
}

/* More copies of one page than one KSM page may have: a chain of duplicates. */
static void chained(void)
{
	size_t len = CHAINED_PAGES * PAGE;
	char *area = map_anon(len);
	long before = read_number(KSM "pages_sharing");

	for (int i = 0; i < CHAINED_PAGES; i++)
		fill_page(area + i * PAGE, 0x434841);
	if (madvise(area, len, MADV_MERGEABLE))
		give_up("MADV_MERGEABLE: %s", strerror(errno));
	start_scanning();
	wait_for_merging(before + CHAINED_PAGES - CHAINED_PAGES / MOST_SHARERS);
	made("ksm_chain", area, len, ",\"max_sharing\":%ld", read_number(KSM "max_page_sharing"));
}

static void nothing(void *arg)
{
	(void)arg;
}

/* Merged within one process, which then has a child: its entries are found by no item of KSM's of its own. */
static void merged_and_forked(void)
{
	size_t len = MERGED_PAGES * PAGE;
	char *area = map_anon(2 * len);
	long before = read_number(KSM "pages_sharing");

	for (int i = 0; i < 2 * MERGED_PAGES; i++)
		fill_page(area + i * PAGE, 0x464f524b + i % MERGED_PAGES);
	if (madvise(area, 2 * len, MADV_MERGEABLE))
		give_up("MADV_MERGEABLE: %s", strerror(errno));
	start_scanning();
	wait_for_merging(before + MERGED_PAGES);
	made("ksm_forked", area, 2 * len, ",\"sharers\":[%d,%d]", getpid(),
	     spawn("ksm_forked_c", nothing, NULL));
}

const struct situation ksm_family[] = {
	{"ksm_merged", merged, "ksm_merged"},
	{"ksm_chain", chained, "ksm_chain"},
	{"ksm_forked", merged_and_forked, "ksm_forked"},
	{0},
};
