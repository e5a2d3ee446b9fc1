// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE counters    "of", group, node, zone, name, text, shared, pending, bound: of zones and nodes; then
 *                      "all", group, name, text, shared, pending, bound: of the whole system
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/zones/counters.h"

static int print_set(const struct mmx_counters *c, const struct mmx_counter_set *set,
		     const char *of)
{
	for (uint64_t i = 0; i < set->n; i++) {
		const struct mmx_counter_item *item = &c->items[set->group].v[i];
		struct mmx_counter counter = mmx_counter_at(c, set, i);

		if (counter.why)
			return ask_trouble_with(item->name, counter.why);
		printf("%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRIu64 "\n", of, item->name,
		       item->text, counter.shared, counter.pending, counter.bound);
	}
	return 0;
}

static int counters(const struct mmx_kernel *k)
{
	const struct mmx_counters *c = mmx_know_counters(k->view);
	char of[64];
	int ret = 0;

	for (size_t i = 0; i < c->sets.n; i++) {
		const struct mmx_counter_set *set = &c->sets.v[i];

		snprintf(of, sizeof(of), "of\t%d\t%u\t%u", (int)set->group, set->node, set->zone);
		ret |= print_set(c, set, of);
	}
	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		if (group == MMX_COUNTERS_SYSTEM)
			continue;
		snprintf(of, sizeof(of), "all\t%u", group);
		ret |= print_set(c, &c->all[group], of);
	}
	if (!mmx_cover_whole(&c->named))
		ret = ask_trouble(&c->named.first);
	return mmx_cover_whole(&c->coverage) ? ret : ask_trouble(&c->coverage.first);
}

ASK(counters);
