// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the page tables of all processes and doing nothing with them.
 *
 *	tables CORE
 *
 * Prints how many lowest tables there are, and the least nanoseconds of CPU time of several passes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/user_entry.h"
#include "open/open.h"

#define PASSES    9
#define USER_LAST ((1ULL << 63) - 1)

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t read_tables(struct mmx_view *view, uint64_t mm)
{
	uint64_t tables = 0;
	struct mmx_pt pt;

	if (mmx_user_begin(&pt, view, mm, 0, USER_LAST, MMX_PT_TABLES, NULL))
		return 0;
	while (mmx_pt_next(&pt)) {
		if (pt.pte.kind == MMX_PTE_TABLE && pt.pte.level == 2)
			tables += mmx_pt_take(&pt) != NULL;
	}
	return tables;
}

static uint64_t read_all(struct mmx_view *view)
{
	uint64_t tables = 0;
	struct mmx_mms mms;

	mmx_mms_begin(&mms, view);
	while (mmx_mms_next(&mms))
		tables += mms.name ? 0 : read_tables(view, mms.mm);
	return tables;
}

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : "";
	uint64_t least = UINT64_MAX, tables = 0;
	struct mmx_kernel *k = NULL;
	struct mmx_err err = {.text = "usage: tables CORE"};
	struct mmx_image *image;

	image = argc == 2 ? mmx_open_dump(&path, 1, MMX_BACKEND_ANY, &err) : NULL;
	if (image)
		k = mmx_open(image, NULL, &err);
	if (!k) {
		fprintf(stderr, "tables: %s\n", err.text);
		return 2;
	}
	mmx_know_tasks(k->view);
	for (int i = 0; i < PASSES; i++) {
		uint64_t begun = now(), took;

		tables = read_all(k->view);
		took = now() - begun;
		if (took < least)
			least = took;
	}
	printf("%" PRIu64 " %" PRIu64 "\n", tables, least);
	mmx_close(k);
	return 0;
}
