// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/frames/altmap.h"
#include "mm/frames/online.h"
#include "mm/frames/pageblock.h"
#include "mm/ledger/sums.h"
#include "mm/ledger/zone_sums.h"
#include "mm/owners/resource.h"
#include "mm/zones/zone_states.h"

#define IORESOURCE_SYSRAM \
	0x01000000u /* of a resource's flags: memory, as the kernel came to know of it */
#define NO_ZONE (-1)

struct zone_sums {
	struct mmx_balances *out;
	const struct mmx_ledger *ledger;
	struct mmx_view *view;
	const struct mmx_mem *mem;
	const struct mmx_zone_states *states;
	struct mmx_err *err;
};

static uint64_t frames_of_cell(const struct mmx_ledger_cell *cell, enum mmx_class class)
{
	return class == MMX_CLASS_COUNT ? mmx_tally_frames(&cell->tally) : cell->tally.class[class];
}

/* Frames of a zone, of a class, or of all; in pageblocks of one type, or in any. */
static int64_t frames(const struct zone_sums *s, int zone, uint32_t block, enum mmx_class class)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->ledger->n; i++) {
		const struct mmx_ledger_cell *cell = &s->ledger->v[i];

		if (cell->zone == (uint32_t)zone && (block == ~0u || cell->block == block))
			n += frames_of_cell(cell, class);
	}
	return (int64_t)n;
}

/* By a frame's struct page; where that is not to be had no zone has it. */
static int zone_of_page(const struct zone_sums *s, uint64_t pfn)
{
	const struct mmx_zone *zone;
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t flags, got;

	if (mmx_pages_read(s->view, pfn, 1, bytes, &got))
		return NO_ZONE;
	flags = mmx_word(bytes, s->mem->page_format.flags);
	zone = mmx_zone_of(&s->mem->zones, mmx_flag_field(&s->mem->flags, FIELD_NODE, flags),
			   mmx_flag_field(&s->mem->flags, FIELD_ZONE, flags));
	return zone ? (int)(zone - s->mem->zones.v) : NO_ZONE;
}

static bool spans(const struct mmx_zone *zone, uint64_t first, uint64_t end)
{
	return first < zone->start_pfn + zone->spanned && end > zone->start_pfn;
}

static bool spanned_by_another(const struct zone_sums *s, int zone, uint64_t first, uint64_t end)
{
	for (size_t i = 0; i < s->mem->zones.n; i++) {
		if ((int)i != zone && spans(&s->mem->zones.v[i], first, end))
			return true;
	}
	return false;
}

/*
 * Frames of [first, end) that are the zone's, where nodes lie within each other: memory changes hands at a few
 * places, which are found by halving what has two zones at its ends.
 */
static uint64_t shared_frames(const struct zone_sums *s, int zone, uint64_t first, uint64_t end)
{
	uint64_t half = first + (end - first) / 2;
	int a = zone_of_page(s, first), b = zone_of_page(s, end - 1);

	if (a == b)
		return a == zone ? end - first : 0;
	if (end - first == 2)
		return (a == zone) + (b == zone);
	return shared_frames(s, zone, first, half) + shared_frames(s, zone, half, end);
}

static uint64_t frames_in(const struct zone_sums *s, int zone, uint64_t first, uint64_t end)
{
	/* No node ends within a section, but where its memory does. */
	const uint64_t step = 1ULL
			      << (s->mem->sparse.section_bits - s->view->kernel->arch->page_shift);
	uint64_t n = 0;

	if (!spanned_by_another(s, zone, first, end))
		return end - first;
	while (first < end) {
		uint64_t next = (first / step + 1) * step;

		next = next < end ? next : end;
		n += shared_frames(s, zone, first, next);
		first = next;
	}
	return n;
}

/* Frames [first, end), which have struct pages, that the zone has, as far as those are the kernel's to look at. */
static uint64_t online_frames(const struct zone_sums *s, int zone, uint64_t first, uint64_t end)
{
	uint64_t n = 0, next;

	for (; first < end; first = next) {
		bool online = mmx_online_run(&s->mem->sparse, first, &next);

		next = next < end ? next : end;
		n += online ? frames_in(s, zone, first, next) : 0;
	}
	return n;
}

/* The same of a range of memory. */
static uint64_t frames_of_zone(const struct zone_sums *s, int zone, uint64_t first, uint64_t end)
{
	const struct mmx_ranges *valid = &s->mem->sparse.pfn;
	const struct mmx_zone *z = &s->mem->zones.v[zone];
	const struct mmx_range *in;
	uint64_t n = 0;

	first = first > z->start_pfn ? first : z->start_pfn;
	end = end < z->start_pfn + z->spanned ? end : z->start_pfn + z->spanned;
	for (; first < end && (in = mmx_ranges_find(valid, first)) && in->start < end;
	     first = in->end)
		n += online_frames(s, zone, first > in->start ? first : in->start,
				   end < in->end ? end : in->end);
	return n;
}

static bool within_memory(const struct mmx_resources *tree, const struct mmx_resource *node)
{
	while (node->parent >= 0) {
		node = &tree->v[node->parent];
		if (node->flags & IORESOURCE_SYSRAM)
			return true;
	}
	return false;
}

/* What the resource tree calls memory; of pages that are memory in part the kernel has none. */
static int64_t present_in_zone(const struct zone_sums *s, int zone)
{
	const struct mmx_resources *tree = mmx_know_resources(s->view);
	unsigned int shift = s->view->kernel->arch->page_shift;
	uint64_t n = 0, page = 1ULL << shift;

	for (size_t i = 0; i < tree->n; i++) {
		const struct mmx_resource *r = &tree->v[i];

		if (r->flags & IORESOURCE_SYSRAM && !within_memory(tree, r))
			n += frames_of_zone(s, zone, (r->start + page - 1) >> shift,
					    (r->last + 1) >> shift);
	}
	return (int64_t)n;
}

static void count_present(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	const struct mmx_resources *tree = mmx_know_resources(s->view);

	b->counted = present_in_zone(s, zone);
	b->unexplained = mmx_balance_difference(b);
	if (!mmx_cover_whole(&tree->coverage))
		b->why = tree->coverage.first;
}

/* Memory that came with its struct pages in itself gives those pages to nobody. */
static int64_t self_hosted(const struct zone_sums *s, int zone)
{
	const struct mmx_altmaps *altmaps = mmx_know_altmaps(s->view);
	uint64_t n = 0;

	for (size_t i = 0; i < altmaps->n; i++) {
		const struct mmx_altmap *a = &altmaps->v[i];

		if (!a->device && mmx_pfn_online(&s->mem->sparse, a->base_pfn) &&
		    zone_of_page(s, a->base_pfn) == zone)
			n += a->told ? a->reserve + a->free : a->alloc;
	}
	return (int64_t)n;
}

/* Of sections that are offline, which no struct page puts into a zone: as the ledger does, by what spans them. */
static int64_t in_offline_sections(const struct zone_sums *s, int zone)
{
	const uint64_t step = 1ULL
			      << (s->mem->sparse.section_bits - s->view->kernel->arch->page_shift);
	const struct mmx_zone *z = &s->mem->zones.v[zone];
	uint64_t n = 0;

	mmx_for_each_range (range, &s->mem->sparse.offline) {
		for (uint64_t at = range->start; at < range->end; at = (at / step + 1) * step) {
			uint64_t first = at, end = (at / step + 1) * step;

			end = end < range->end ? end : range->end;
			first = first > z->start_pfn ? first : z->start_pfn;
			end = end < z->start_pfn + z->spanned ? end : z->start_pfn + z->spanned;
			if (first < end && !spanned_by_another(s, zone, first, end))
				n += end - first;
		}
	}
	return (int64_t)n;
}

/* Balloons and drivers that plug memory take from what is managed what they take; some take without. */
static void explain_taken(struct mmx_balance *b, int64_t taken)
{
	if (b->unexplained < 0 && taken > 0)
		mmx_balance_explain(b, MMX_PART_OF_TAKEN,
				    -b->unexplained < taken ? b->unexplained : -taken);
}

/* Whatever was not set aside at boot has once been given to the page allocator. */
static void count_managed(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	static const enum mmx_class never[] = {CLASS_RESERVED, CLASS_DEVICE, CLASS_NO_PAGE,
					       CLASS_UNINITIALISED, CLASS_MISSING};
	int64_t offline = in_offline_sections(s, zone);

	b->counted = frames(s, zone, ~0u, MMX_CLASS_COUNT) - offline;
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		b->counted -= frames(s, zone, ~0u, never[i]);
	b->unexplained = mmx_balance_difference(b);
	mmx_balance_explain(b, MMX_PART_OF_SELF_HOSTED, -self_hosted(s, zone));
	explain_taken(b, frames(s, zone, ~0u, CLASS_BALLOON) + frames(s, zone, ~0u, CLASS_OFFLINE) -
				 offline);
	mmx_balance_explain_up_to(b, MMX_PART_OF_MISSING,
				  (uint64_t)frames(s, zone, ~0u, CLASS_MISSING));
}

/* A pageblock that is isolated shows no other type, on kernels where that is one of the types. */
static void count_blocks(const struct zone_sums *s, int zone, struct mmx_balance *b,
			 enum mmx_layout_enumerator type, enum mmx_class class)
{
	const struct mmx_layout *l = &s->view->kernel->layout;

	if (mmx_has_enum(l, type))
		b->counted = frames(s, zone, (uint32_t)mmx_enum(l, type), class);
	b->unexplained = mmx_balance_difference(b);
	mmx_balance_explain_up_to(b, MMX_PART_OF_ISOLATED_BLOCKS,
				  (uint64_t)frames(s, zone, MMX_BLOCK_ISOLATED, class));
	mmx_balance_explain_up_to(b, MMX_PART_OF_UNTYPED,
				  (uint64_t)frames(s, zone, MMX_BLOCK_UNKNOWN, class));
	mmx_balance_explain_up_to(b, MMX_PART_OF_MISSING,
				  (uint64_t)frames(s, zone, ~0u, CLASS_MISSING));
}

static void count_cma(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	count_blocks(s, zone, b, E_MIGRATE_CMA, MMX_CLASS_COUNT);
}

static void count_highatomic(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	count_blocks(s, zone, b, E_MIGRATE_HIGHATOMIC, MMX_CLASS_COUNT);
}

static void count_free_highatomic(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	count_blocks(s, zone, b, E_MIGRATE_HIGHATOMIC, CLASS_FREE);
}

/* Memory that went offline keeps that mark, and counts no more. */
static void count_isolated(const struct zone_sums *s, int zone, struct mmx_balance *b)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(s->view);
	uint64_t offline = (uint64_t)frames(s, zone, MMX_BLOCK_ISOLATED, CLASS_OFFLINE),
		 all = (uint64_t)frames(s, zone, MMX_BLOCK_ISOLATED, MMX_CLASS_COUNT);

	b->unit = "blocks";
	b->counted = (int64_t)((all - offline + (1ULL << f->order) - 1) >> f->order);
	b->unexplained = mmx_balance_difference(b);
	mmx_balance_explain_up_to(b, MMX_PART_OF_TAKEN, offline >> f->order);
	mmx_balance_explain_up_to(b, MMX_PART_OF_UNTYPED,
				  (uint64_t)frames(s, zone, MMX_BLOCK_UNKNOWN, MMX_CLASS_COUNT) >>
					  f->order);
}

/**
 * struct zone_number - a number that a zone keeps
 * @at: where struct mmx_zone_state has it
 * @whole: the variable that has all zones' sum, where there is one and it goes by another name
 */
struct zone_number {
	const char *name, *whole, *variable;
	enum mmx_layout_member member;
	size_t at;
	void (*count)(const struct zone_sums *s, int zone, struct mmx_balance *b);
};

#define OF(member) offsetof(struct mmx_zone_state, member)

static const struct zone_number numbers[] = {
	{"present", NULL, NULL, M_zone_present_pages, OF(present), count_present},
	{"managed", "MemTotal", "_totalram_pages", M_zone_managed_pages, OF(managed),
	 count_managed},
	{"cma", "CmaTotal", "totalcma_pages", M_zone_cma_pages, OF(cma), count_cma},
	{"nr_reserved_highatomic", NULL, NULL, M_zone_nr_reserved_highatomic,
	 OF(reserved_highatomic), count_highatomic},
	{"nr_free_highatomic", NULL, NULL, M_zone_nr_free_highatomic, OF(free_highatomic),
	 count_free_highatomic},
	{"nr_isolate_pageblock", NULL, NULL, M_zone_nr_isolate_pageblock, OF(isolated),
	 count_isolated},
};

static int64_t number_of(const struct zone_number *number, const struct mmx_zone_state *state)
{
	return (int64_t) * (const uint64_t *)((const char *)state + number->at);
}

/* A zone of drivers' memory has none of these. */
static bool is_device(const struct zone_sums *s, const struct mmx_zone *zone)
{
	const struct mmx_layout *l = &s->view->kernel->layout;

	return mmx_has_enum(l, E_ZONE_DEVICE) && zone->index == mmx_enum(l, E_ZONE_DEVICE);
}

static const struct mmx_zone_state *state_of(const struct zone_sums *s, int zone)
{
	const struct mmx_zone *z = &s->mem->zones.v[zone];

	return mmx_zone_state_of(s->states, z->node, z->index);
}

static struct mmx_balance of_zone(const struct zone_sums *s, const struct zone_number *number,
				  int zone)
{
	const struct mmx_zone_state *state = state_of(s, zone);
	struct mmx_balance b = {
		.unit = "pages", .node = (int)s->mem->zones.v[zone].node, .zone = zone};

	snprintf(b.name, sizeof(b.name), "%s", number->name);
	if (state && !state->why)
		b.kernel = number_of(number, state);
	else if (state)
		b.why = *mmx_reason(&s->states->reasons, state->why);
	number->count(s, zone, &b);
	return b;
}

static void add_part(struct mmx_balance *sum, enum mmx_part what, int64_t amount)
{
	for (unsigned int i = 0; i < sum->n_parts; i++) {
		if (sum->part[i].what == what) {
			sum->part[i].amount += amount;
			sum->unexplained -= amount;
			return;
		}
	}
	mmx_balance_explain(sum, what, amount);
}

static void add_zone(struct mmx_balance *sum, const struct mmx_balance *b)
{
	if (b->why.code)
		sum->why = b->why;
	sum->unit = b->unit;
	sum->kernel += b->kernel;
	sum->counted += b->counted;
	sum->unexplained += mmx_balance_difference(b);
	for (unsigned int i = 0; i < b->n_parts; i++)
		add_part(sum, b->part[i].what, b->part[i].amount);
}

static int keep(const struct zone_sums *s, const struct mmx_balance *b)
{
	return mmx_array_add(s->out, *b) ? 0 : mmx_fail_nomem(s->err);
}

/* The same in a variable of its own, as meminfo shows it. */
static int keep_variable(const struct zone_sums *s, const struct zone_number *number,
			 const struct mmx_balance *zones)
{
	struct mmx_balance b = *zones;
	uint64_t value;

	if (!number->variable || mmx_kread_variable(s->view, number->variable, 8, &value))
		return 0;
	snprintf(b.name, sizeof(b.name), "%s", number->whole);
	b.unexplained += (int64_t)value - b.kernel;
	b.kernel = (int64_t)value;
	return keep(s, &b);
}

static int balance(const struct zone_sums *s, const struct zone_number *number, bool parts)
{
	struct mmx_balance sum = {.node = -1, .zone = -1};

	snprintf(sum.name, sizeof(sum.name), "%s", number->name);
	for (size_t i = 0; i < s->mem->zones.n; i++) {
		struct mmx_balance b = of_zone(s, number, (int)i);

		if (is_device(s, &s->mem->zones.v[i]))
			continue;
		add_zone(&sum, &b);
		if (parts && keep(s, &b))
			return -1;
	}
	return parts ? 0 : keep(s, &sum) || keep_variable(s, number, &sum) ? -1 : 0;
}

static int all_numbers(struct mmx_balances *out, const struct mmx_ledger *ledger,
		       struct mmx_view *view, bool parts, struct mmx_err *err)
{
	struct zone_sums s = {.out = out,
			      .ledger = ledger,
			      .view = view,
			      .mem = mmx_mem(view->kernel),
			      .states = mmx_know_zone_states(view),
			      .err = err};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (mmx_has(&view->kernel->layout, numbers[i].member) &&
		    balance(&s, &numbers[i], parts))
			return -1;
	}
	return 0;
}

int mmx_zone_sums(struct mmx_balances *out, const struct mmx_ledger *ledger, struct mmx_view *view,
		  struct mmx_err *err)
{
	return all_numbers(out, ledger, view, false, err);
}

int mmx_zone_sums_of_parts(struct mmx_balances *out, const struct mmx_ledger *ledger,
			   struct mmx_view *view, struct mmx_err *err)
{
	return all_numbers(out, ledger, view, true, err);
}
