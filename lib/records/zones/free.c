// SPDX-License-Identifier: GPL-2.0-or-later
/* Free lists, as they are walked. */
#include <stdio.h>

#include "mm/mem.h"
#include "mm/zones/free_lists.h"
#include "records/records.h"
#include "records/zones/zones.h"

#define NAME_MAX 31

static int open_free(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_free_lists(r->view)->coverage);
	return 0;
}

static const void *next_free(struct mmx_rows *r)
{
	const struct mmx_free_lists *lists = mmx_know_free_lists(r->view);

	return r->nth < lists->n ? &lists->v[r->nth] : NULL;
}

static const struct mmx_free_zone *free_zone_of(const struct mmx_rows *r)
{
	return r->row;
}

static void free_heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "Free blocks of node %u, zone %s", free_zone_of(r)->zone->node,
		 free_zone_of(r)->zone->name);
}

static void free_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = free_zone_of(r)->zone->node;
}

static void free_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = free_zone_of(r)->zone->name;
}

static unsigned int free_orders(struct mmx_rows *r)
{
	return mmx_know_free_lists(r->view)->orders;
}

static unsigned int free_types(struct mmx_rows *r)
{
	return mmx_know_free_lists(r->view)->types;
}

static void free_type(struct mmx_rows *r, unsigned int type, char *name)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);

	snprintf(name, NAME_MAX + 1, "%s", type < f->types && *f->name[type] ? f->name[type] : "?");
}

static void free_cell(struct mmx_rows *r, unsigned int order, unsigned int type,
		      struct mmx_value *v)
{
	v->word = free_zone_of(r)->blocks[order][type];
}

static const struct mmx_matrix free_by_type = {
	.rows = free_orders, .columns = free_types, .column_name = free_type, .cell = free_cell};

static const struct mmx_field free_fields[] = {
	{"node", MMX_COUNT, "its node", .get = free_node},
	{"zone", MMX_TEXT, "its name", .get = free_zone},
	{"blocks", MMX_MATRIX, "blocks on the lists, by order and migrate type",
	 .title = "by order and type", .matrix = &free_by_type},
	{0},
};

const struct mmx_record mmx_record_zone_free = {
	.name = "zone_free",
	.doc = "the free lists of a zone; with -v",
	.fields = free_fields,
	.has = mmx_zonex_is_verbose,
	.open = open_free,
	.next = next_free,
	.heading = free_heading,
};
