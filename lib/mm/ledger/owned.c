// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/ledger/holders.h"
#include "mm/ledger/owned.h"
#include "mm/owners/page_owner.h"

#define MEMCG_BITS \
	7ULL /* at the end of memcg_data; the first one says that it is a slab's list of owners */

/* Room for keys: 1 << bits. All together take 23 MiB. */
static const struct {
	uint8_t bits, columns;
} room[MMX_OWNED_BYS] = {
	[MMX_BY_FILE] = {19, 2}, [MMX_BY_CACHE] = {12, 1}, [MMX_BY_MEMCG] = {15, MMX_MEMCG_SUMS},
	[MMX_BY_POOL] = {12, 1}, [MMX_BY_SITE] = {18, 1},  [MMX_BY_HOLDER] = {17, 1},
};

static uint32_t offset_within(const struct mmx_view *view, enum mmx_layout_member id)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint32_t size = mmx_mem(view->kernel)->page_format.size;

	return mmx_has(l, id) && mmx_off(l, id) + 8 <= size ? mmx_off(l, id) : 0;
}

int mmx_owned_begin(struct mmx_owned_rules *rules, struct mmx_keyed *by, unsigned int asked,
		    struct mmx_view *view, struct mmx_err *err)
{
	*rules = (struct mmx_owned_rules){
		.asked = asked,
		.by = by,
		.slab_cache = offset_within(view, M_slab_slab_cache),
		.pool = offset_within(view, M_page_pp),
	};
	if (!rules->pool)
		rules->pool = offset_within(view, M_netmem_desc_pp);
	if (asked & 1u << MMX_BY_SITE)
		rules->sites = mmx_know_page_owners(view);
	if (asked & 1u << MMX_BY_HOLDER)
		rules->owners = &mmx_know_last_owners(view)->map;
	for (unsigned int i = 0; i < MMX_OWNED_BYS; i++) {
		if (asked >> i & 1 && mmx_keyed_begin(&by[i], room[i].bits, room[i].columns, err))
			return -1;
	}
	return 0;
}

static void count(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
		  enum mmx_owned_by by, uint64_t key, unsigned int column, uint64_t n)
{
	if (key)
		mmx_keyed_count(&rules->by[by], &runs->by[by], key, column, n);
}

static enum mmx_memcg_sum memcg_sum(enum mmx_class class)
{
	switch (class) {
	case CLASS_ANON:
	case CLASS_KSM:
	case CLASS_SWAP_CACHE:
		return MMX_MEMCG_ANON;
	case CLASS_FILE:
		return MMX_MEMCG_FILE;
	case CLASS_SHMEM:
		return MMX_MEMCG_SHMEM;
	case CLASS_PAGE_TABLE:
		return MMX_MEMCG_TABLES;
	case CLASS_STACK:
		return MMX_MEMCG_STACKS;
	default:
		return MMX_MEMCG_OTHER;
	}
}

static void count_memcg(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
			const struct mmx_page_walk *w, enum mmx_class class, uint64_t n)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t data;

	if (!f->has_memcg || mmx_class_rows[class].uncharged || w->folio.read)
		return;
	data = mmx_word(w->folio.bytes, f->memcg);
	if (!(data & 1) && mmx_region_of(&w->view->kernel->regions, data) != MMX_REGION_COUNT)
		count(rules, runs, MMX_BY_MEMCG, data & ~(MEMCG_BITS & ~2ULL), memcg_sum(class), n);
}

static bool is_in_use(enum mmx_class class)
{
	return class != CLASS_FREE && class != CLASS_FREE_PCP && class != CLASS_RESERVED &&
	       class != CLASS_UNINITIALISED && class != CLASS_OFFLINE && class != CLASS_DEVICE &&
	       class != CLASS_UNACCEPTED && class != CLASS_GUARD;
}

/* Pages that are alike were not all allocated by the same code. */
static void count_site(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
		       struct mmx_view *view, enum mmx_class class, uint64_t pfn, uint64_t n)
{
	struct mmx_page_owner owner;

	if (!rules->sites->kept || !is_in_use(class))
		return;
	for (; n--; pfn++) {
		if (!mmx_page_owner_read(&owner, rules->sites, view, pfn) && owner.recorded &&
		    owner.allocated)
			count(rules, runs, MMX_BY_SITE, mmx_site_key(owner.stack, class), 0, 1);
	}
}

/* Frames that are alike have one class, and may have several holders. */
static void count_holders(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
			  struct mmx_view *view, enum mmx_class class, uint64_t pfn, uint64_t n)
{
	for (; n--; pfn++) {
		enum mmx_owner owner = mmx_owner_of(rules->owners, pfn);
		const struct mmx_owner_kind *kind =
			owner < MMX_OWNERS ? mmx_owner_kinds[owner] : NULL;
		const struct mmx_owned_run *run;

		if (!kind || kind->class != class || !kind->held)
			continue;
		run = mmx_owned_find(&kind->held(view)->frames, pfn);
		if (run)
			count(rules, runs, MMX_BY_HOLDER, mmx_holder_key(owner, run->owner), 0, 1);
	}
}

void mmx_owned_count(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
		     const struct mmx_page_walk *w, enum mmx_class class, uint64_t pfn, uint64_t n)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t mapping;

	if (rules->asked & 1u << MMX_BY_MEMCG)
		count_memcg(rules, runs, w, class, n);
	if (rules->asked & 1u << MMX_BY_SITE)
		count_site(rules, runs, w->view, class, pfn, n);
	if (rules->asked & 1u << MMX_BY_HOLDER && !mmx_class_rows[class].has_mapping)
		count_holders(rules, runs, w->view, class, pfn, n);
	if (w->folio.read)
		return;
	if (rules->asked & 1u << MMX_BY_FILE && (class == CLASS_FILE || class == CLASS_SHMEM)) {
		mapping = mmx_word(w->folio.bytes, f->mapping);
		if (!(mapping & 3))
			count(rules, runs, MMX_BY_FILE, mapping, class == CLASS_SHMEM, n);
	}
	if (rules->asked & 1u << MMX_BY_CACHE && class == CLASS_SLAB && rules->slab_cache)
		count(rules, runs, MMX_BY_CACHE, mmx_word(w->folio.bytes, rules->slab_cache), 0, n);
	if (rules->asked & 1u << MMX_BY_POOL && class == CLASS_PAGE_POOL && rules->pool)
		count(rules, runs, MMX_BY_POOL, mmx_word(w->folio.bytes, rules->pool), 0, n);
}

void mmx_owned_flush(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs)
{
	for (unsigned int i = 0; i < MMX_OWNED_BYS; i++)
		mmx_keyed_flush(&rules->by[i], &runs->by[i]);
}
