// SPDX-License-Identifier: GPL-2.0-or-later
/* The free lists of the buddy allocator, counted by walking them, and what is wrong in them. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/pcp.h"
#include "records/free_memory.h"
#include "records/records.h"

static const struct mmx_free_lists *lists_of(const struct mmx_rows *r)
{
	return mmx_free_memory_of(r)->lists;
}

static int open_lists(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &lists_of(r)->coverage);
	mmx_cover_inherit(r->coverage, &mmx_free_memory_of(r)->room->coverage);
	return 0;
}

static const void *next_zone(struct mmx_rows *r)
{
	const struct mmx_free_lists *lists = lists_of(r);

	return r->nth < lists->n ? &lists->v[r->nth] : NULL;
}

static const struct mmx_free_zone *zone_of(const struct mmx_rows *r)
{
	return r->row;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_zone *zone = zone_of(r)->zone;

	snprintf(text, 64, "Node %u, zone %s", zone->node, zone->name);
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = zone_of(r)->zone->node;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = zone_of(r)->zone->name;
}

static unsigned int orders(struct mmx_rows *r)
{
	return lists_of(r)->orders;
}

static unsigned int types(struct mmx_rows *r)
{
	return lists_of(r)->types;
}

static void type_name(struct mmx_rows *r, unsigned int type, char *text)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);

	if (type < f->types && f->name[type][0])
		snprintf(text, 32, "%s", f->name[type]);
	else
		snprintf(text, 32, "type %u", type);
}

static void blocks(struct mmx_rows *r, unsigned int order, unsigned int type, struct mmx_value *v)
{
	v->word = zone_of(r)->blocks[order][type];
}

static const struct mmx_matrix free_blocks = {
	.rows = orders, .columns = types, .column_name = type_name, .cell = blocks};

/* All orders, or the first that could not be read. */
static void nr_free(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_free_zone *zone = zone_of(r);

	v->word = 0;
	for (unsigned int order = 0; order < orders(r); order++) {
		if (mmx_value_absent(v, zone->nr_free_read[order]))
			return;
		v->word += zone->nr_free[order] << order;
	}
}

static void locked(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = zone_of(r)->lock != 0;
	if (!mmx_has(&r->view->kernel->layout, M_zone_lock))
		mmx_value_null(v);
	else
		mmx_value_absent(v, zone_of(r)->lock_read);
}

static void per_cpu(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(r->view);

	v->word = 0;
	for (size_t i = 0; i < pcp->blocks.n; i++) {
		if (pcp->blocks.v[i].zone == zone_of(r)->zone)
			v->word += 1ULL << pcp->blocks.v[i].order;
	}
	if (!mmx_cover_whole(&pcp->coverage))
		mmx_value_unknown(v, &pcp->coverage.first);
}

static void counter(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone *zone = zone_of(r)->zone;
	struct mmx_counter c = mmx_counter_of_zone(mmx_know_counters(r->view), zone->node,
						   zone->index, MMX_COUNTERS_ZONE, "NR_FREE_PAGES");

	v->count = c.shared + c.pending;
	if (c.why)
		mmx_value_unknown(v, c.why);
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node", .get = node},
	{"zone", MMX_TEXT, "its name", .get = name},
	{"walked", MMX_COUNT, "free frames, counted by walking the lists",
	 AT(struct mmx_free_zone, frames)},
	{"nr_free", MMX_COUNT, "free frames by the kernel's own counts of blocks",
	 .may = MMX_OR_ABSENT, .get = nr_free},
	{"counter", MMX_NUMBER,
	 "NR_FREE_PAGES with what CPUs have not added to it: `walked` without `isolated`",
	 .may = MMX_OR_UNKNOWN, .get = counter},
	{"isolated", MMX_COUNT,
	 "those of `walked` that are on lists of isolated blocks: nothing is allocated from them",
	 AT(struct mmx_free_zone, isolated)},
	{"elsewhere", MMX_COUNT,
	 "blocks on the list of another type than their pageblock's, where that is no fault: up to "
	 "6.9, and while the lock is held",
	 AT(struct mmx_free_zone, elsewhere)},
	{"per_cpu", MMX_COUNT, "frames that are free and on no list here, but on those of CPUs",
	 .may = MMX_OR_UNKNOWN, .get = per_cpu},
	{"locked", MMX_BOOL,
	 "somebody holds the zone's lock: a block may be half-way between lists",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = locked},
	{"free", MMX_MATRIX, "blocks on the lists, by order and migrate type",
	 .title = "free blocks", .matrix = &free_blocks},
	{"content", MMX_BLOCK, "its frames by what it takes to have them free",
	 .title = "all frames", .record = &mmx_record_free_content},
	{"orders", MMX_TABLE, "what could be had in one piece", .title = "blocks that could be had",
	 .record = &mmx_record_free_orders},
	{0},
};

const struct mmx_record mmx_record_free_zones = {
	.name = "free_zone",
	.doc = "a zone that has memory, and what of it is free",
	.fields = zone_fields,
	.open = open_lists,
	.next = next_zone,
	.heading = heading,
};

/* Those of the lists, then those of struct pages. */
static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_free_findings *first = &lists_of(r)->findings;
	const struct mmx_free_findings *then = &mmx_free_memory_of(r)->room->findings;

	if (r->nth < first->n)
		return &first->v[r->nth];
	return r->nth - first->n < then->n ? &then->v[r->nth - first->n] : NULL;
}

static void finding_node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_free_finding *f = r->row;

	if (f->zone)
		v->word = f->zone->node;
	else
		mmx_value_null(v);
}

static void finding_zone(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_free_finding *f = r->row;

	v->text = f->zone ? f->zone->name : NULL;
	if (!f->zone)
		mmx_value_null(v);
}

static const struct mmx_field finding_fields[] = {
	{"fault", MMX_WORD, "what kind of fault it is",
	 WORDS(MMX_FREE_FAULT_COUNT, mmx_free_fault_word), AT(struct mmx_free_finding, fault)},
	{"node", MMX_COUNT, "of the zone", .width = 4, .may = MMX_OR_NULL, .get = finding_node},
	{"zone", MMX_TEXT, "the zone whose lists it is about; null for a page that is in none",
	 .width = 7, .may = MMX_OR_NULL, .get = finding_zone},
	{"address", MMX_ADDR, "of the struct page, list or count that is wrong",
	 AT(struct mmx_free_finding, addr)},
	{"what", MMX_TEXT, "what is wrong there", AT(struct mmx_free_finding, text)},
	{0},
};

const struct mmx_record mmx_record_free_findings = {
	.name = "finding",
	.doc = "something that is wrong in the free lists; of each kind the first 100",
	.fields = finding_fields,
	.next = next_finding,
};
