// SPDX-License-Identifier: GPL-2.0-or-later
#include "records/zones/zones.h"

#include "mm/mem.h"

const struct mmx_zone_states *mmx_zones_of(const struct mmx_rows *r)
{
	return mmx_know_zone_states(r->view);
}

int mmx_zone_rows_open(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_zones_of(r)->coverage);
	return 0;
}

const struct mmx_zone_state *mmx_zones_next(const struct mmx_zone_states *states, size_t *at,
					    bool populated)
{
	for (; *at < states->n; (*at)++) {
		const struct mmx_zone_state *zone = &states->v[*at];

		if (!zone->why && (populated ? zone->present : zone->spanned))
			return &states->v[(*at)++];
	}
	return NULL;
}

const void *mmx_zone_rows_populated(struct mmx_rows *r)
{
	return mmx_zones_next(mmx_zones_of(r), r->state, true);
}
