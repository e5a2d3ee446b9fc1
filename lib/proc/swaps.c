// SPDX-License-Identifier: GPL-2.0-or-later
/* swaps: the swap areas. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/swap/swap_areas.h"
#include "proc/text.h"

#define NAME_WIDTH 40
#define WIDE       10000000u /* KiB from which a number fills the column */

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(p->view);
	uint64_t table;

	if (!swaps->n && swaps->coverage.unknown) {
		*err = swaps->coverage.first;
		return -1;
	}
	if (!mmx_symbol_addr(&p->view->kernel->symbols, "swap_info", &table))
		return mmx_fail(err, MMX_ENOTFOUND, "this kernel was built without swap");
	return 0;
}

/* The kernel escapes what would end the name; returns how long it is then. */
static int put_name(struct mmx_proc *p, const char *name)
{
	char text[4 * MMX_PATH_MAX + 1];
	size_t n = 0;

	for (; *name; name++) {
		if (strchr(" \t\n\\", *name))
			n += snprintf(text + n, sizeof(text) - n, "\\%03o", (unsigned char)*name);
		else
			text[n++] = *name;
	}
	p->sink->write(p->sink->arg, text, n);
	return (int)n;
}

static void put_size(struct mmx_proc *p, uint64_t pages)
{
	uint64_t kib = pages * 4;

	mmx_proc_put(p, "%" PRIu64 "\t%s", kib, kib < WIDE ? "\t" : "");
}

static void put_area(struct mmx_proc *p, const struct mmx_swaps *swaps,
		     const struct mmx_swap_area *area)
{
	const struct mmx_err *why = mmx_reason(&swaps->reasons, area->no_path);
	int len;

	if (why) {
		p->missing++;
		mmx_cover_fail(&p->coverage, why);
	}
	len = put_name(p, why ? "?" : area->path.text);
	mmx_proc_put(p, "%*s%s\t", len < NAME_WIDTH ? NAME_WIDTH - len : 1, " ",
		     area->partition ? "partition" : "file\t");
	put_size(p, area->pages);
	put_size(p, area->in_use);
	mmx_proc_put(p, "%d\n", area->priority);
}

static int write_swaps(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(p->view);

	(void)err;
	mmx_cover_inherit(&p->coverage, &swaps->coverage);
	mmx_proc_put(p, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	for (size_t i = 0; i < swaps->n; i++)
		put_area(p, swaps, &swaps->v[i]);
	return 0;
}

const struct mmx_proc_entry mmx_proc_swaps = {
	.name = "swaps",
	.find = find,
	.write = write_swaps,
	.end = mmx_proc_text_end,
};
