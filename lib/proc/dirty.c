// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "proc/dirty.h"

#define PAGE_SIZE 4096u

/* What is free beyond the reserves, and what files have on LRU lists. */
static struct mmx_proc_value dirtyable(struct mmx_proc *p)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);
	struct mmx_proc_value reserve = mmx_proc_variable(p, "totalreserve_pages", 8);
	struct mmx_proc_value sum =
		mmx_proc_counter(p, c, mmx_counter_of_all(c, MMX_COUNTERS_ZONE, "NR_FREE_PAGES"));
	struct mmx_proc_value inactive = mmx_proc_counter(
		p, c, mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_INACTIVE_FILE"));
	struct mmx_proc_value active =
		mmx_proc_counter(p, c, mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_ACTIVE_FILE"));

	sum.n -= sum.n < reserve.n ? sum.n : reserve.n;
	sum.n += inactive.n + active.n + 1; /* never 0 */
	sum.unknown |= reserve.unknown || inactive.unknown || active.unknown;
	return sum;
}

/* By bytes, where they are set, else by percents, which are taken to 4096th parts. */
static struct mmx_proc_value limit(struct mmx_proc *p, struct mmx_proc_value available,
				   const char *bytes_name, const char *percents_name)
{
	struct mmx_proc_value bytes = mmx_proc_variable(p, bytes_name, 8);
	struct mmx_proc_value percents = mmx_proc_variable(p, percents_name, 4);

	if (bytes.unknown || bytes.n)
		return (struct mmx_proc_value){bytes.n / PAGE_SIZE + (bytes.n % PAGE_SIZE != 0),
					       bytes.unknown};
	return (struct mmx_proc_value){percents.n * PAGE_SIZE / 100 * available.n / PAGE_SIZE,
				       percents.unknown || available.unknown};
}

void mmx_dirty_limits(struct mmx_proc *p, struct mmx_dirty_limits *limits)
{
	struct mmx_proc_value available = dirtyable(p);
	struct mmx_err err;

	limits->threshold = limit(p, available, "vm_dirty_bytes", "vm_dirty_ratio");
	limits->background =
		limit(p, available, "dirty_background_bytes", "dirty_background_ratio");
	/* 6.10 and its like cut it at 32 bits; nothing tells whether a kernel does. */
	if (limits->threshold.n > UINT32_MAX) {
		mmx_fail(&err, MMX_EMISSING,
			 "a dirty threshold above 16 TiB is cut or not, and nothing tells");
		limits->threshold = mmx_proc_unknown(p, &err);
	}
	if (limits->background.n >= limits->threshold.n)
		limits->background.n = limits->threshold.n / 2;
	limits->background.unknown |= limits->threshold.unknown;
}
