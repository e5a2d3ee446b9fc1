// SPDX-License-Identifier: GPL-2.0-or-later
/* Matrices with a row a zone that has frames: reserves, and free blocks by order. */
#include <stdio.h>

#include "records/records.h"
#include "records/zones/zones.h"

#define NAME_MAX 31

static const struct mmx_zone_state *nth_populated(const struct mmx_rows *r, unsigned int nth)
{
	const struct mmx_zone_state *zone = NULL;
	size_t at = 0;

	for (unsigned int i = 0; i <= nth; i++)
		zone = mmx_zones_next(mmx_zones_of(r), &at, true);
	return zone;
}

static unsigned int count_populated(struct mmx_rows *r)
{
	unsigned int n = 0;
	size_t at = 0;

	while (mmx_zones_next(mmx_zones_of(r), &at, true))
		n++;
	return n;
}

static void zone_name(struct mmx_rows *r, unsigned int row, char *name)
{
	const struct mmx_zone_state *zone = nth_populated(r, row);

	snprintf(name, NAME_MAX + 1, "%u %s", zone->node, zone->name);
}

static unsigned int zones(struct mmx_rows *r)
{
	return mmx_zones_of(r)->zones;
}

/* Zones of that number have one name on all nodes. */
static void class_name(struct mmx_rows *r, unsigned int column, char *name)
{
	const struct mmx_zone_states *states = mmx_zones_of(r);

	if (column < states->n && states->v[column].index == column)
		snprintf(name, NAME_MAX + 1, "%s", states->v[column].name);
	else
		snprintf(name, NAME_MAX + 1, "%u", column);
}

static void reserve(struct mmx_rows *r, unsigned int row, unsigned int column, struct mmx_value *v)
{
	int64_t n = nth_populated(r, row)->reserve[column];

	v->word = n < 0 ? 0 : n; /* one below 0 is among the findings */
}

static const struct mmx_matrix reserves = {
	.rows = count_populated,
	.columns = zones,
	.row_name = zone_name,
	.column_name = class_name,
	.cell = reserve,
};

static unsigned int orders(struct mmx_rows *r)
{
	return mmx_zones_of(r)->orders;
}

static void nr_free(struct mmx_rows *r, unsigned int row, unsigned int column, struct mmx_value *v)
{
	v->word = nth_populated(r, row)->nr_free[column];
}

static const struct mmx_matrix free_blocks = {
	.rows = count_populated,
	.columns = orders,
	.row_name = zone_name,
	.cell = nr_free,
};

static const void *next_grid(struct mmx_rows *r)
{
	return r->nth || !mmx_zones_of(r)->n ? NULL : mmx_zones_of(r);
}

static const struct mmx_field grid_fields[] = {
	{"free_blocks", MMX_MATRIX,
	 "free blocks by zone and order, as each zone counts them (nr_free)",
	 .title = "Free blocks by order", .matrix = &free_blocks},
	{"reserves", MMX_MATRIX,
	 "pages of a zone that requests which that other zone could serve must leave (lowmem_reserve)",
	 .title = "Reserves, for requests that the zone above could serve", .matrix = &reserves},
	{0},
};

const struct mmx_record mmx_record_zone_grids = {
	.name = "zone_grids",
	.doc = "what zones have by order and by zone; a row a zone that has frames",
	.fields = grid_fields,
	.has = mmx_zonex_is_survey,
	.next = next_grid,
};
