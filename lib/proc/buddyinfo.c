// SPDX-License-Identifier: GPL-2.0-or-later
/* buddyinfo: how many free blocks of each order a zone has, by its own count. */
#include <inttypes.h>

#include "mm/mem.h"
#include "mm/zones/zone_states.h"
#include "proc/text.h"

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(p->view);

	if (states->n)
		return 0;
	*err = states->coverage.first;
	return -1;
}

static int write_buddyinfo(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(p->view);

	(void)err;
	mmx_cover_inherit(&p->coverage, &states->coverage);
	for (size_t i = 0; i < states->n; i++) {
		const struct mmx_zone_state *zone = &states->v[i];

		if (zone->why || !zone->present)
			continue;
		mmx_proc_put(p, "Node %u, zone %8s ", zone->node, zone->name);
		for (unsigned int order = 0; order < states->orders; order++)
			mmx_proc_put(p, "%6" PRIu64 " ", zone->nr_free[order]);
		mmx_proc_put(p, "\n");
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_buddyinfo = {
	.name = "buddyinfo",
	.find = find,
	.write = write_buddyinfo,
	.end = mmx_proc_text_end,
};
