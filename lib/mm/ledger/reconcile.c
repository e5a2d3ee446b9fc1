// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/ledger/reconcile.h"
#include "mm/ledger/sums.h"
#include "mm/ledger/zone_sums.h"
#include "mm/owners/balloons.h"
#include "mm/zones/counters.h"

const char *mmx_part_words(enum mmx_part part)
{
	static const char *const words[] = {
#define PART(id, text) [MMX_PART_OF_##id] = text,
		MMX_PARTS(PART)
#undef PART
	};

	return words[part];
}

/* What a counter is held against: frames of classes, and frames counted otherwise; each list ends with END. */
#define END          (MMX_CLASS_COUNT + MMX_COUNTED_COUNT)
#define CLASS_OF(id) (CLASS_##id)
#define COUNT_OF(id) (MMX_CLASS_COUNT + MMX_COUNTED_##id)

#define ITEMS 3

/**
 * struct counter - a counter of the kernel's, or several that only together can be counted
 * @items: enumerators; a kernel that has none of them has no such counter
 * @counted: what it is held against
 * @in_cma: only in pageblocks of CMA
 * @may: mechanisms beyond those that hold for every counter
 */
struct counter {
	enum mmx_counter_group group;
	const char *items[ITEMS];
	uint16_t counted[6];
	bool in_cma;
	uint8_t may[3];
	uint8_t n_may;
};

#define ZONE(...) .group = MMX_COUNTERS_ZONE, .items = {__VA_ARGS__}
#define NODE(...) .group = MMX_COUNTERS_NODE, .items = {__VA_ARGS__}
#define SUM(...)  .counted = {__VA_ARGS__, END}
/* Up to three. */
#define MAY(...)  .may = {__VA_ARGS__}, .n_may = sizeof((uint8_t[]){__VA_ARGS__})

static const struct counter counters[] = {
	{ZONE("NR_FREE_PAGES"), SUM(CLASS_OF(FREE), CLASS_OF(UNACCEPTED)),
	 MAY(MMX_PART_OF_ISOLATED)},
	{ZONE("NR_FREE_PAGES_BLOCKS"), SUM(COUNT_OF(FREE_BLOCKS)), MAY(MMX_PART_OF_ISOLATED)},
	{ZONE("NR_FREE_CMA_PAGES"), SUM(CLASS_OF(FREE)), .in_cma = true},
	{ZONE("NR_ZONE_INACTIVE_ANON", "NR_ZONE_ACTIVE_ANON"), SUM(COUNT_OF(LRU_ANON))},
	{ZONE("NR_ZONE_INACTIVE_FILE", "NR_ZONE_ACTIVE_FILE"), SUM(COUNT_OF(LRU_FILE))},
	{ZONE("NR_ZONE_UNEVICTABLE"), SUM(COUNT_OF(LRU_UNEVICTABLE))},
	{ZONE("NR_ZONE_WRITE_PENDING"), SUM(COUNT_OF(DIRTY), COUNT_OF(WRITEBACK)),
	 MAY(MMX_PART_OF_DIRTY)},
	{ZONE("NR_MLOCK"), SUM(COUNT_OF(MLOCKED))},
	{ZONE("NR_ZSPAGES"), SUM(CLASS_OF(ZSMALLOC))},
	{ZONE("NR_UNACCEPTED"), SUM(CLASS_OF(UNACCEPTED))},
	{NODE("NR_INACTIVE_ANON", "NR_ACTIVE_ANON"), SUM(COUNT_OF(LRU_ANON))},
	{NODE("NR_INACTIVE_FILE", "NR_ACTIVE_FILE"), SUM(COUNT_OF(LRU_FILE))},
	{NODE("NR_UNEVICTABLE"), SUM(COUNT_OF(LRU_UNEVICTABLE))},
	{NODE("NR_SLAB_RECLAIMABLE_B"), SUM(COUNT_OF(SLAB_RECLAIMABLE)), MAY(MMX_PART_OF_STRAY)},
	{NODE("NR_SLAB_UNRECLAIMABLE_B"),
	 SUM(COUNT_OF(SLAB_UNRECLAIMABLE), CLASS_OF(LARGE_KMALLOC), COUNT_OF(LARGE_KMALLOC)),
	 MAY(MMX_PART_OF_STRAY, MMX_PART_OF_KMALLOC)},
	{NODE("NR_ANON_MAPPED"), SUM(COUNT_OF(ANON_MAPPED)), MAY(MMX_PART_OF_MAPPED)},
	{NODE("NR_FILE_MAPPED"), SUM(COUNT_OF(FILE_MAPPED)), MAY(MMX_PART_OF_MAPPED)},
	{NODE("NR_FILE_PAGES"), SUM(COUNT_OF(CACHED))},
	{NODE("NR_SHMEM"), SUM(COUNT_OF(CACHED_SHMEM))},
	{NODE("NR_SWAPCACHE"), SUM(COUNT_OF(SWAP_CACHED))},
	{NODE("NR_FILE_DIRTY"), SUM(COUNT_OF(DIRTY)), MAY(MMX_PART_OF_DIRTY)},
	{NODE("NR_WRITEBACK"), SUM(COUNT_OF(WRITEBACK))},
	{NODE("NR_ANON_THPS"), SUM(COUNT_OF(ANON_HUGE))},
	{NODE("NR_SHMEM_THPS"), SUM(COUNT_OF(SHMEM_HUGE))},
	{NODE("NR_FILE_THPS"), SUM(COUNT_OF(FILE_HUGE))},
	{NODE("NR_SHMEM_PMDMAPPED"), SUM(COUNT_OF(SHMEM_HUGE_MAPPED))},
	{NODE("NR_FILE_PMDMAPPED"), SUM(COUNT_OF(FILE_HUGE_MAPPED))},
	{NODE("NR_PAGETABLE"), SUM(COUNT_OF(PAGE_TABLES))},
	{NODE("NR_HUGETLB"), SUM(COUNT_OF(HUGETLB_USED))},
	{NODE("NR_BALLOON_PAGES"), SUM(CLASS_OF(BALLOON)), MAY(MMX_PART_OF_BALLOON)},
};

#define COUNTERS (sizeof(counters) / sizeof(*counters))

/* Frames of one zone, of one node, or all of them; @cma: the type of pageblocks of CMA, or none. */
struct place {
	const struct mmx_ledger *ledger;
	const struct mmx_balloons *balloons;
	const struct mmx_zones *zones;
	uint32_t cma;
	int node, zone;
};

static bool within(const struct place *place, const struct mmx_ledger_cell *cell)
{
	if (place->node < 0)
		return true;
	if (cell->zone >= place->zones->n)
		return false;
	return place->zone >= 0 ? cell->zone == (uint32_t)place->zone
				: place->zones->v[cell->zone].node == (unsigned int)place->node;
}

static uint64_t one_count(const struct mmx_tally *tally, uint16_t what)
{
	return what < MMX_CLASS_COUNT ? tally->class[what] : tally->counted[what - MMX_CLASS_COUNT];
}

static uint64_t count_at(const struct place *place, uint16_t what, uint32_t block)
{
	uint64_t frames = 0;

	for (size_t i = 0; i < place->ledger->n; i++) {
		const struct mmx_ledger_cell *cell = &place->ledger->v[i];

		if (within(place, cell) && (block == ~0u || cell->block == block))
			frames += one_count(&cell->tally, what);
	}
	return frames;
}

void mmx_balance_explain(struct mmx_balance *b, enum mmx_part what, int64_t amount)
{
	if (!amount || b->n_parts == MMX_BALANCE_PARTS)
		return;
	b->part[b->n_parts].what = what;
	b->part[b->n_parts++].amount = amount;
	b->unexplained -= amount;
}

void mmx_balance_explain_up_to(struct mmx_balance *b, enum mmx_part what, uint64_t most)
{
	if (b->unexplained > 0)
		mmx_balance_explain(
			b, what, (uint64_t)b->unexplained < most ? b->unexplained : (int64_t)most);
}

/* Those of Hyper-V are offline like others; those that VMware has as huge pages are not counted, wherever they lie. */
static void explain_balloon(struct mmx_balance *b, const struct place *place)
{
	uint64_t offline = count_at(place, CLASS_OF(OFFLINE), ~0u);
	uint64_t unlisted = place->balloons->unlisted, uncounted = place->balloons->uncounted;

	if (b->unexplained > 0)
		mmx_balance_explain_up_to(b, MMX_PART_OF_BALLOON,
					  unlisted < offline ? unlisted : offline);
	else if (uncounted)
		mmx_balance_explain(b, MMX_PART_OF_BALLOON,
				    -b->unexplained < (int64_t)uncounted ? b->unexplained
									 : -(int64_t)uncounted);
}

static void explain(struct mmx_balance *b, const struct counter *counter, const struct place *place,
		    enum mmx_part what)
{
	switch (what) {
	case MMX_PART_OF_ISOLATED:
		mmx_balance_explain(
			b, what,
			-(int64_t)count_at(place, counter->counted[0], MMX_BLOCK_ISOLATED));
		break;
	case MMX_PART_OF_DIRTY:
		mmx_balance_explain_up_to(b, what, count_at(place, COUNT_OF(DIRTY_UNKNOWN), ~0u));
		break;
	case MMX_PART_OF_MAPPED:
		mmx_balance_explain_up_to(b, what, count_at(place, COUNT_OF(UNKNOWN_MAPPED), ~0u));
		break;
	case MMX_PART_OF_KMALLOC:
		mmx_balance_explain_up_to(b, what, count_at(place, COUNT_OF(LARGE_UNMARKED), ~0u));
		break;
	case MMX_PART_OF_STRAY:
		mmx_balance_explain_up_to(b, what, count_at(place, COUNT_OF(SLAB_STRAY), ~0u));
		break;
	case MMX_PART_OF_MISSING:
		mmx_balance_explain_up_to(b, what, count_at(place, CLASS_OF(MISSING), ~0u));
		break;
	case MMX_PART_OF_BALLOON:
		explain_balloon(b, place);
		break;
	case MMX_PART_OF_PENDING:
	case MMX_PART_OF_DEAD:
	case MMX_PART_OF_TAKEN:
	case MMX_PART_OF_SELF_HOSTED:
	case MMX_PART_OF_ISOLATED_BLOCKS:
	case MMX_PART_OF_REFERENCES:
	case MMX_PART_OF_UNTYPED:
	case MMX_PART_COUNT:
		break;
	}
}

/* As vmstat calls it; where that is not known, as the kernel's types do, in small letters. */
static void add_name(struct mmx_balance *b, const struct mmx_counter_item *item)
{
	size_t n = strlen(b->name);

	if (n)
		n += snprintf(b->name + n, sizeof(b->name) - n, " + ");
	if (n >= sizeof(b->name))
		return;
	snprintf(b->name + n, sizeof(b->name) - n, "%s", *item->text ? item->text : item->name);
	for (char *c = b->name + n; *c; c++)
		*c = tolower((unsigned char)*c);
}

/* The sum of its items; false when this kernel has none of them. */
static bool read_counter(struct mmx_balance *b, const struct mmx_counters *c,
			 const struct counter *counter, const struct mmx_counter_set *set,
			 int64_t *pending)
{
	bool any = false;

	*pending = 0;
	for (unsigned int i = 0; i < ITEMS && counter->items[i]; i++) {
		int number = mmx_counter_number(c, counter->group, counter->items[i]);
		struct mmx_counter value;

		if (number < 0)
			continue;
		any = true;
		add_name(b, &c->items[counter->group].v[number]);
		value = mmx_counter_at(c, set, number);
		if (value.why) {
			b->why = *value.why;
			continue;
		}
		b->kernel += value.shared;
		*pending += value.pending;
	}
	return any;
}

static int balance(struct mmx_balances *out, const struct mmx_counters *c,
		   const struct counter *counter, const struct mmx_counter_set *set,
		   const struct place *place, struct mmx_err *err)
{
	struct mmx_balance b = {.unit = "pages", .node = place->node, .zone = place->zone};
	int64_t pending;

	if (!read_counter(&b, c, counter, set, &pending))
		return 0;
	for (unsigned int i = 0; counter->counted[i] != END; i++)
		b.counted += (int64_t)count_at(place, counter->counted[i],
					       counter->in_cma ? place->cma : ~0u);
	b.unexplained = mmx_balance_difference(&b);
	mmx_balance_explain(&b, MMX_PART_OF_PENDING, -pending);
	for (unsigned int i = 0; i < counter->n_may; i++)
		explain(&b, counter, place, counter->may[i]);
	explain(&b, counter, place, MMX_PART_OF_MISSING);
	return mmx_array_add(out, b) ? 0 : mmx_fail_nomem(err);
}

/* The same of each node, or of each zone: what one has too much may be what the other lacks. */
static int balance_parts(struct mmx_balances *out, const struct mmx_counters *c,
			 const struct counter *counter, const struct place *all,
			 struct mmx_err *err)
{
	for (size_t i = 0; i < c->sets.n; i++) {
		const struct mmx_counter_set *set = &c->sets.v[i];
		struct place place = *all;

		if (set->group != counter->group)
			continue;
		place.node = (int)set->node;
		if (counter->group == MMX_COUNTERS_ZONE) {
			const struct mmx_zone *zone = mmx_zone_of(all->zones, set->node, set->zone);

			if (!zone)
				continue;
			place.zone = (int)(zone - all->zones->v);
		}
		if (balance(out, c, counter, set, &place, err))
			return -1;
	}
	return 0;
}

/* Memory that is somebody's, and whose pages look like anybody's. */
static const struct {
	enum mmx_counter_group group;
	const char *item;
} uncounted[] = {
	{MMX_COUNTERS_NODE, "NR_ISOLATED_ANON"},
	{MMX_COUNTERS_NODE, "NR_ISOLATED_FILE"},
	{MMX_COUNTERS_NODE, "NR_KERNEL_MISC_RECLAIMABLE"},
	{MMX_COUNTERS_NODE, "NR_KERNEL_SCS_KB"},
	{MMX_COUNTERS_NODE, "NR_SECONDARY_PAGETABLE"},
	{MMX_COUNTERS_NODE, "NR_IOMMU_PAGES"},
	{MMX_COUNTERS_NODE, "NR_WRITEBACK_TEMP"},
	{MMX_COUNTERS_NODE, "NR_GPU_ACTIVE"},
	{MMX_COUNTERS_NODE, "NR_GPU_RECLAIM"},
	{MMX_COUNTERS_ZONE, "NR_BOUNCE"},
};

static int add_uncounted(struct mmx_balances *out, const struct mmx_counters *c,
			 struct mmx_err *err)
{
	for (size_t i = 0; i < sizeof(uncounted) / sizeof(*uncounted); i++) {
		int number = mmx_counter_number(c, uncounted[i].group, uncounted[i].item);
		struct mmx_counter value =
			mmx_counter_of_all(c, uncounted[i].group, uncounted[i].item);
		struct mmx_balance named = {0};
		struct mmx_uncounted row = {.kernel = value.shared, .pending = value.pending};

		if (number < 0 || value.why || !(value.shared || value.pending))
			continue;
		add_name(&named, &c->items[uncounted[i].group].v[number]);
		snprintf(row.name, sizeof(row.name), "%s", named.name);
		row.unit = strstr(uncounted[i].item, "_KB") ? "kB" : "pages";
		if (!mmx_array_add(&out->uncounted, row))
			return mmx_fail_nomem(err);
	}
	return 0;
}

int mmx_balances_find(struct mmx_balances *out, const struct mmx_ledger *ledger,
		      struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(view);
	const struct mmx_layout *l = &view->kernel->layout;
	const struct place all = {
		.ledger = ledger,
		.balloons = mmx_know_balloons(view),
		.zones = &mmx_mem(view->kernel)->zones,
		.cma = mmx_has_enum(l, E_MIGRATE_CMA) ? (uint32_t)mmx_enum(l, E_MIGRATE_CMA)
						      : MMX_BLOCK_TYPES,
		.node = -1,
		.zone = -1,
	};
	int ret = 0;

	memset(out, 0, sizeof(*out));
	mmx_cover_inherit(&out->coverage, &c->coverage);
	for (size_t i = 0; i < COUNTERS && !ret; i++)
		ret = balance(out, c, &counters[i], &c->all[counters[i].group], &all, err);
	if (!ret)
		ret = mmx_ledger_sums(out, ledger, view, err);
	if (!ret)
		ret = mmx_zone_sums(out, ledger, view, err);
	for (size_t i = 0; i < COUNTERS && !ret; i++)
		ret = balance_parts(out, c, &counters[i], &all, err);
	if (!ret)
		ret = mmx_zone_sums_of_parts(out, ledger, view, err);
	if (!ret)
		ret = add_uncounted(out, c, err);
	if (ret)
		mmx_balances_free(out);
	return ret;
}

void mmx_balances_free(struct mmx_balances *balances)
{
	mmx_array_free(&balances->uncounted);
	mmx_array_free(balances);
}
