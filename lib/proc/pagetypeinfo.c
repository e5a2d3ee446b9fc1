// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagetypeinfo: free blocks by migrate type, counted on their lists; pageblocks by type; and where page_owner
 * is kept, how many blocks hold pages of another type.
 */
#include <inttypes.h>
#include <string.h>

#include "base/printable.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/frames/online.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/pageblock.h"
#include "mm/mem.h"
#include "mm/owners/page_owner.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_blocks.h"
#include "mm/zones/zone_states.h"
#include "proc/text.h"

#define MOST_COUNTED 100000u /* of a list: the kernel counts no further */
#define NAME_SIZE    24u

/* Bits of a request that are its migrate type: __GFP_MOVABLE and __GFP_RECLAIMABLE. */
#define GFP_TYPE_SHIFT 3u
#define GFP_TYPE_MASK  3u

struct types {
	const struct mmx_pageblock_format *blocks;
	const struct mmx_zone_states *states;
	unsigned int node;
	char name[MMX_MIGRATE_TYPES][NAME_SIZE];
};

static int read_names(struct mmx_proc *p, struct types *types, struct mmx_err *err)
{
	uint64_t table, pointer;

	if (!mmx_symbol_addr(&p->view->kernel->symbols, "migratetype_names", &table))
		return mmx_fail(err, MMX_EMISSING, "symbol migratetype_names is needed");
	for (unsigned int i = 0; i < types->blocks->types; i++) {
		enum mmx_read read = mmx_kread_u64(p->view, table + i * 8, &pointer);

		if (!read)
			read = mmx_kread_str(p->view, pointer, types->name[i], NAME_SIZE, NULL);
		if (read)
			return mmx_fail(err, mmx_read_code(read), "migratetype_names[%u] is %s", i,
					mmx_read_name(read));
		mmx_make_printable(types->name[i]);
	}
	return 0;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	struct types *types = p->state;
	const enum mmx_layout_member need[] = {M_free_area_free_list};

	types->blocks = mmx_know_pageblock_format(p->view);
	types->states = mmx_know_zone_states(p->view);
	if (!types->states->n || !types->blocks->types) {
		*err = types->states->n ? types->blocks->coverage.first
					: types->states->coverage.first;
		return -1;
	}
	if (mmx_layout_require(&p->view->kernel->layout, need, 1, err) ||
	    mmx_fact_require(&p->view->kernel->facts, FACT_PAGES, err) ||
	    mmx_fact_require(&p->view->kernel->facts, FACT_FLAGS_ZONE, err))
		return -1;
	return read_names(p, types, err);
}

/* As long as the list is, or as far as the kernel counts. */
static struct mmx_proc_value count_list(struct mmx_proc *p, uint64_t head)
{
	struct mmx_list list;

	mmx_list_begin(&list, p->view, head, MOST_COUNTED);
	while (list.coverage.found < MOST_COUNTED && mmx_list_next(&list))
		continue;
	if (!mmx_cover_whole(&list.coverage))
		return mmx_proc_unknown(p, &list.coverage.first);
	return (struct mmx_proc_value){.n = list.coverage.found};
}

static void put_free(struct mmx_proc *p, const struct types *types,
		     const struct mmx_zone_state *zone, unsigned int type)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct mmx_member *areas = &l->member[M_zone_free_area].m;
	const struct mmx_member *lists = &l->member[M_free_area_free_list].m;

	mmx_proc_put(p, "Node %4u, zone %8s, type %12s ", zone->node, zone->name,
		     types->name[type]);
	for (unsigned int order = 0; order < types->states->orders; order++) {
		struct mmx_proc_value n =
			count_list(p, zone->addr + areas->bit_off / 8 + order * areas->elem_size +
					      lists->bit_off / 8 + type * lists->elem_size);

		mmx_proc_put(p, "%s", n.n >= MOST_COUNTED ? ">" : "");
		mmx_proc_number(p, 6, n);
		mmx_proc_put(p, " ");
	}
	mmx_proc_put(p, "\n");
}

typedef void (*put_zone_fn)(struct mmx_proc *p, const struct types *types,
			    const struct mmx_zone_state *zone);

static void each_zone(struct mmx_proc *p, const struct types *types, put_zone_fn put)
{
	for (size_t i = 0; i < types->states->n; i++) {
		const struct mmx_zone_state *zone = &types->states->v[i];

		if (zone->node == types->node && !zone->why && zone->present)
			put(p, types, zone);
	}
}

static void put_free_of(struct mmx_proc *p, const struct types *types,
			const struct mmx_zone_state *zone)
{
	for (unsigned int type = 0; type < types->blocks->types; type++)
		put_free(p, types, zone, type);
}

static void put_all_free(struct mmx_proc *p, const struct types *types)
{
	mmx_proc_put(p, "Page block order: %u\nPages per block:  %u\n\n", types->blocks->order,
		     1u << types->blocks->order);
	mmx_proc_put(p, "%-43s ", "Free pages count per migrate type at order");
	for (unsigned int order = 0; order < types->states->orders; order++)
		mmx_proc_put(p, "%6u ", order);
	mmx_proc_put(p, "\n");
	each_zone(p, types, put_free_of);
}

/* Blocks of each type, or why they cannot be counted. */
struct count {
	uint64_t n[MMX_MIGRATE_TYPES + 1];
	bool unknown;
};

static void put_counts(struct mmx_proc *p, const struct types *types,
		       const struct mmx_zone_state *zone, const struct count *count)
{
	mmx_proc_put(p, "Node %u, zone %8s ", zone->node, zone->name);
	for (unsigned int type = 0; type < types->blocks->types; type++) {
		mmx_proc_number(p, 12, (struct mmx_proc_value){count->n[type], count->unknown});
		mmx_proc_put(p, " ");
	}
	mmx_proc_put(p, "\n");
}

static void fail_count(struct mmx_proc *p, struct count *count, uint64_t pfn, enum mmx_read read)
{
	mmx_cover_failf(&p->coverage, mmx_read_code(read),
			"the struct page or pageblock of frame 0x%" PRIx64 " is %s", pfn,
			mmx_read_name(read));
	count->unknown = true;
}

static bool is_online(struct mmx_proc *p, uint64_t pfn)
{
	return mmx_pfn_online(&mmx_mem(p->view->kernel)->sparse, pfn);
}

static void put_blocks(struct mmx_proc *p, const struct types *types,
		       const struct mmx_zone_state *zone)
{
	struct count count = {0};
	struct mmx_err err;

	if (mmx_zone_blocks_count(p->view, zone, count.n, &err)) {
		mmx_cover_fail(&p->coverage, &err);
		count.unknown = true;
	}
	put_counts(p, types, zone, &count);
}

/* Where the kernel goes on behind a frame of a block that may be mixed; UINT64_MAX: the block is. */
static uint64_t behind(struct mmx_proc *p, const struct types *types, struct mmx_page_walk *w,
		       unsigned int type, enum mmx_read *read)
{
	const struct mmx_page_format *f = &mmx_mem(p->view->kernel)->page_format;
	uint64_t flags = mmx_get(&p->view->kernel->layout, M_page_flags, w->bytes);
	struct mmx_page_owner owner;

	if (w->type == MMX_PAGE_BUDDY && w->pfn == w->block_head)
		return w->block_end - w->block_head <= 1ull << (types->states->orders - 1)
			       ? w->block_end
			       : w->pfn + 1;
	if (w->type == MMX_PAGE_BUDDY || flags >> f->reserved & 1)
		return w->pfn + 1;
	*read = mmx_page_owner_read(&owner, mmx_know_page_owners(p->view), p->view, w->pfn);
	if (*read == MMX_READ_ABSENT)
		*read = MMX_READ_OK;
	else if (!*read && owner.recorded && owner.allocated)
		return (owner.gfp >> GFP_TYPE_SHIFT & GFP_TYPE_MASK) == type
			       ? w->pfn + (1ull << (owner.order & 31))
			       : UINT64_MAX;
	return w->pfn + 1;
}

/* A mixed block of CMA counts as movable, and one of a type that there is not as none that is shown. */
static unsigned int counts_as(struct mmx_proc *p, unsigned int type)
{
	const struct mmx_layout *l = &p->view->kernel->layout;

	if (mmx_has_enum(l, E_MIGRATE_CMA) && mmx_enum(l, E_MIGRATE_CMA) == type)
		type = mmx_enum(l, E_MIGRATE_MOVABLE);
	return type < MMX_MIGRATE_TYPES ? type : MMX_MIGRATE_TYPES;
}

/* Goes through the frames of a zone as the kernel does, which also steps from one block into another. */
static void count_mixed(struct mmx_proc *p, const struct types *types,
			const struct mmx_zone_state *zone, struct mmx_page_walk *w,
			struct count *count)
{
	const uint64_t largest = 1ull << (types->states->orders - 1);
	const uint64_t block = 1ull << types->blocks->order;
	uint64_t next = zone->start_pfn, block_end = 0;
	unsigned int type = 0;

	while (!count->unknown && mmx_page_walk_next(w)) {
		enum mmx_read read = w->read;

		if (w->pfn + w->frames <= next)
			continue;
		if (w->pfn >= block_end && !is_online(p, w->pfn)) {
			next = (w->pfn + 1 + largest - 1) & ~(largest - 1);
			continue;
		}
		if (w->pfn >= block_end) {
			block_end = (w->pfn | (block - 1)) + 1;
			read = read ? read : mmx_zone_block_type(p->view, w->pfn, &type);
		}
		if (read) {
			fail_count(p, count, w->pfn, read);
			return;
		}
		if (!mmx_zone_has_page(p->view, zone, w->bytes))
			continue;
		next = behind(p, types, w, type, &read);
		if (read)
			fail_count(p, count, w->pfn, read);
		if (next != UINT64_MAX)
			continue;
		next = block_end;
		count->n[counts_as(p, type)]++;
	}
}

static void put_mixed(struct mmx_proc *p, const struct types *types,
		      const struct mmx_zone_state *zone)
{
	struct mmx_page_walk walk;
	struct count count = {0};
	struct mmx_err err;

	if (mmx_page_walk_begin(&walk, p->view, zone->start_pfn, zone->start_pfn + zone->spanned,
				&err)) {
		mmx_cover_fail(&p->coverage, &err);
		count.unknown = true;
	} else {
		count_mixed(p, types, zone, &walk, &count);
		mmx_page_walk_end(&walk);
	}
	put_counts(p, types, zone, &count);
}

static void put_titles(struct mmx_proc *p, const struct types *types, const char *title)
{
	mmx_proc_put(p, "\n%-23s", title);
	for (unsigned int type = 0; type < types->blocks->types; type++)
		mmx_proc_put(p, "%12s ", types->name[type]);
	mmx_proc_put(p, "\n");
}

static int write_pagetypeinfo(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(p->view);
	const struct mmx_page_owners *owners = mmx_know_page_owners(p->view);
	struct types *types = p->state;

	(void)err;
	mmx_cover_inherit(&p->coverage, &types->states->coverage);
	mmx_cover_inherit(&p->coverage, &owners->coverage);
	for (size_t i = 0; i < nodes->n; i++) {
		types->node = nodes->v[i].id;
		if (!nodes->v[i].online || !mmx_node_in(nodes, &nodes->v[i], "N_MEMORY"))
			continue;
		put_all_free(p, types);
		put_titles(p, types, "Number of blocks type ");
		each_zone(p, types, put_blocks);
		if (!owners->kept)
			continue;
		put_titles(p, types, "Number of mixed blocks ");
		each_zone(p, types, put_mixed);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_pagetypeinfo = {
	.name = "pagetypeinfo",
	.state_size = sizeof(struct types),
	.find = find,
	.write = write_pagetypeinfo,
	.end = mmx_proc_text_end,
};
