// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE swaps       as /proc/swaps
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ask.h"
#include "mm/swap/swap_slot.h"

/* As seq_file_path() writes it. Returns how wide it is. */
static int print_path(const char *path)
{
	int len = 0;

	for (; *path; path++)
		len += strchr(" \t\n\\", *path) ? printf("\\%03o", *path) : printf("%c", *path);
	return len;
}

static int swaps(const struct mmx_kernel *k)
{
	const struct mmx_swaps *found = mmx_know_swaps(k->view);

	puts("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority");
	for (size_t i = 0; i < found->n; i++) {
		const struct mmx_swap_area *a = &found->v[i];
		const struct mmx_err *no_path = mmx_reason(&found->reasons, a->no_path);
		int len = print_path(no_path ? no_path->text : a->path.text);

		printf("%*s%s\t%" PRIu64 "\t%s%" PRIu64 "\t%s%d\n", len < 40 ? 40 - len : 1, " ",
		       a->partition ? "partition" : "file\t", a->pages * 4,
		       a->pages * 4 < 10000000 ? "\t" : "", a->in_use * 4,
		       a->in_use * 4 < 10000000 ? "\t" : "", a->priority);
	}
	return mmx_cover_whole(&found->coverage) ? 0 : ask_trouble(&found->coverage.first);
}

void ask_print_swap(struct mmx_view *view, const struct mmx_swaps *found, unsigned int type,
		    uint64_t offset)
{
	struct mmx_swap_slot slot;
	struct mmx_err err;

	printf("\tswap=%u:%" PRIx64, type, offset);
	if (mmx_swap_slot(&slot, view, found, type, offset, &err))
		printf("\tslot_error=%s", err.text);
	else
		printf("\tslot_cached=%d\tslot_pfn=%" PRIx64 "\tslot_count=%u%s", slot.cached,
		       slot.pfn, slot.count, slot.more ? "+" : "");
}

ASK(swaps);
