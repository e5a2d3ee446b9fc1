// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "mm/mem.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/rmap.h"
#include "mm/rmap/rmap_steps.h"

#define ITEMS_MAX (1u << 24)

/* A KSM item's address has flags where an address has its place in the page. */
struct item {
	uint64_t anon_vma, mm, address, head;
};

static const struct mmx_wanted item_wanted[] = {
	MMX_WANT(struct item, anon_vma, ksm_rmap_item, anon_vma),
	MMX_WANT(struct item, mm, ksm_rmap_item, mm),
	MMX_WANT(struct item, address, ksm_rmap_item, address),
	MMX_WANT(struct item, head, ksm_rmap_item, head),
};

static const struct mmx_decode ksm_rmap_item = MMX_DECODE("KSM item", item_wanted);

/* A search for entries: through one tree, or one KSM item after the other. */
struct search {
	struct mmx_rmap *rmap;
	struct mmx_view *view;
	const struct mmx_rmap_page *page;
	const struct mmx_entry_rules *rules;
	bool whole;
	uint64_t item;
	struct mmx_err *err;
};

const char *mmx_rmap_kind_name(unsigned int kind)
{
	static const char *const names[] = {"file", "anon", "movable", "ksm", "none"};

	return names[kind];
}

/*
 * Which pages.
 */

void mmx_rmap_folio_of(struct mmx_rmap_page *page, const struct mmx_page_walk *w, bool has_mapping)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const struct mmx_folio *folio = &w->folio;
	uint64_t word = mmx_word(folio->bytes, f->mapping);

	*page = (struct mmx_rmap_page){
		.kind = MMX_RMAP_NONE,
		.hugetlb = folio->hugetlb,
		.pfn = folio->head,
		.pages = 1ULL << folio->order,
	};
	if (folio->read || !has_mapping || !(word & ~3ULL))
		return;
	page->kind = word & 3;
	page->pointer = word & ~3ULL;
	page->index = mmx_word(folio->bytes, f->index);
	if (folio->hugetlb && f->index_in_huge_pages)
		page->index <<= folio->order;
}

void mmx_rmap_page_of(struct mmx_rmap_page *page, const struct mmx_page_walk *w, bool has_mapping)
{
	mmx_rmap_folio_of(page, w, has_mapping);
	page->index += w->pfn - page->pfn;
	page->pfn = w->pfn;
	page->pages = 1;
}

/*
 * Entries.
 */

bool mmx_rmap_counts(const struct mmx_kernel *k, const struct mmx_entry_rules *rules,
		     const struct mmx_user_entry *entry)
{
	switch (entry->kind) {
	case MMX_USER_MAPPED:
	case MMX_USER_NO_ACCESS:
		return !mmx_user_special(entry, rules);
	case MMX_USER_DEVICE:
		return true;
	case MMX_USER_EXCLUSIVE:
		return mmx_symbols_find(&k->symbols, "make_device_exclusive");
	default:
		return false;
	}
}

int mmx_rmap_add(struct mmx_rmap *rmap, const struct mmx_rmap_entry *entry, struct mmx_err *err)
{
	/* An address space and an entry, mixed to one number. */
	uint64_t at = entry->entry.pte.at,
		 place = at * 0x9e3779b97f4a7c15ULL + entry->mm * 0xc2b2ae3d27d4eb4fULL;
	int is_new = mmx_seen_add(&rmap->places, place), first;
	struct mmx_rmap_entry *added;

	if (!is_new)
		return 0;
	first = mmx_seen_add(&rmap->entries, at);
	if (is_new < 0 || first < 0 || !mmx_array_add(rmap, *entry))
		return mmx_fail_nomem(err);
	added = &rmap->v[rmap->n - 1];
	added->again = !first;
	rmap->counted += added->counted && first;
	rmap->coverage.found++;
	return 0;
}

/* What of an entry's frames are those that are asked for; false when it holds none of them. */
static bool take_frames(const struct search *s, const struct mmx_user_entry *entry,
			struct mmx_rmap_entry *found)
{
	unsigned int shift = s->view->kernel->arch->page_shift;
	uint64_t pages = (entry->pte.last - entry->pte.start + 1) >> shift;
	uint64_t first = entry->pfn, end = entry->pfn + pages;

	if (!mmx_user_has_pfn(entry->kind))
		return false;
	if (first < s->page->pfn)
		first = s->page->pfn;
	if (end > s->page->pfn + s->page->pages)
		end = s->page->pfn + s->page->pages;
	if (first >= end)
		return false;
	found->pfn = first;
	found->pages = end - first;
	found->addr = entry->pte.start + ((first - entry->pfn) << shift);
	return true;
}

/* Addresses of an area at which the pages may stand. */
static int look_at(struct search *s, const struct mmx_areas *a, uint64_t start, uint64_t last)
{
	struct mmx_rmap_entry found = {
		.mm = a->vma.mm,
		.vma = a->vma,
		.chain = a->chain,
		.item = s->item,
		.way = s->whole ? MMX_RMAP_HIDDEN : MMX_RMAP_BY_TREE,
		.wrong = s->whole,
	};
	struct mmx_user_entries e;
	struct mmx_err err;

	if (mmx_user_entries_begin(&e, s->view, a->vma.mm, start, last, MMX_PT_ALONE, &err)) {
		mmx_fail_prefix(&err, "the VMA at 0x%" PRIx64, a->vma.addr);
		mmx_cover_fail(&s->rmap->coverage, &err);
		return 0;
	}
	while (mmx_user_entries_next(&e)) {
		if (!take_frames(s, &e.entry, &found))
			continue;
		found.entry = e.entry;
		found.counted = mmx_rmap_counts(s->view->kernel, s->rules, &e.entry);
		if (mmx_rmap_add(s->rmap, &found, s->err))
			return -1;
	}
	mmx_cover_inherit(&s->rmap->coverage, &e.pt.coverage);
	return 0;
}

/* The kernel's arithmetic, of what the area has of the pages. */
static int look_in_area(struct search *s, const struct mmx_areas *a)
{
	const struct mmx_kernel *k = s->view->kernel;
	const struct mmx_term start = mmx_plain(a->vma.start), pgoff = mmx_plain(a->first);
	uint64_t first = s->page->index, last = s->page->index + s->page->pages - 1;
	uint64_t page = 1ULL << k->arch->page_shift;

	if (first < a->first)
		first = a->first;
	if (last > a->last)
		last = a->last;
	return look_at(s, a, mmx_step_vma_address(NULL, k, start, pgoff, mmx_plain(first)).v,
		       mmx_step_vma_address(NULL, k, start, pgoff, mmx_plain(last)).v + page - 1);
}

static void end_areas(struct search *s, const struct mmx_areas *a)
{
	s->rmap->areas += a->coverage.found;
	s->rmap->visited += a->rb.visited;
	s->rmap->pruned += a->rb.pruned;
	mmx_cover_inherit(&s->rmap->coverage, &a->coverage);
}

static int search_tree(struct search *s, enum mmx_areas_tree tree)
{
	struct mmx_areas_ask ask = {
		.tree = tree,
		.whole = s->whole,
		.of = s->page->pointer,
		.first = s->page->index,
		.last = s->page->index + s->page->pages - 1,
	};
	struct mmx_areas a;
	int ret = 0;

	mmx_areas_begin(&a, s->view, &ask);
	while (!ret && mmx_areas_next(&a))
		ret = look_in_area(s, &a);
	end_areas(s, &a);
	return ret;
}

/*
 * A KSM page's index says nothing: the item has the address. It was merged in the item's own mm, and
 * forks that the item's anon_vma knows have it at the same address.
 */
static int search_item(struct search *s, const struct item *item)
{
	struct mmx_areas_ask ask = {
		.tree = MMX_AREAS_ANON, .whole = true, .of = item->anon_vma, .last = UINT64_MAX};
	const struct mmx_kernel *k = s->view->kernel;
	uint64_t page = 1ULL << k->arch->page_shift,
		 addr = mmx_step_item_address(NULL, k, mmx_plain(item->address)).v;
	struct mmx_areas a;
	int ret = 0;

	mmx_areas_begin(&a, s->view, &ask);
	while (!ret && mmx_areas_next(&a)) {
		if (addr >= a.vma.start && addr < a.vma.end)
			ret = look_at(s, &a, addr, addr + page - 1);
	}
	end_areas(s, &a);
	return ret;
}

static int read_item(struct search *s, struct item *item, struct mmx_err *err)
{
	if (mmx_decode_read(&ksm_rmap_item, s->view, s->item, item, err))
		return -1;
	return item->head == s->page->pointer
		       ? 0
		       : mmx_fail(err, MMX_ECORRUPT,
				  "the KSM node at 0x%" PRIx64 " lists 0x%" PRIx64
				  ", which does not name it",
				  s->page->pointer, s->item);
}

static int search_ksm(struct search *s)
{
	static const enum mmx_layout_member lists[] = {M_ksm_stable_node_hlist,
						       M_ksm_rmap_item_hlist};
	const struct mmx_layout *l = &s->view->kernel->layout;
	struct mmx_list list;
	struct mmx_err err;
	struct item item;
	int ret = 0;

	if (mmx_layout_require(l, lists, 2, &err) || mmx_decode_require(&ksm_rmap_item, l, &err)) {
		mmx_cover_fail(&s->rmap->coverage, &err);
		return 0;
	}
	mmx_hlist_begin(&list, s->view, s->page->pointer + mmx_off(l, M_ksm_stable_node_hlist),
			ITEMS_MAX);
	while (!ret && mmx_list_next(&list)) {
		s->item = list.node - mmx_off(l, M_ksm_rmap_item_hlist);
		if (read_item(s, &item, &err))
			mmx_cover_fail(&s->rmap->coverage, &err);
		else
			ret = search_item(s, &item);
	}
	mmx_cover_inherit(&s->rmap->coverage, &list.coverage);
	return ret;
}

int mmx_rmap_find(struct mmx_rmap *rmap, struct mmx_view *view, const struct mmx_rmap_page *page,
		  bool whole, struct mmx_err *err)
{
	struct search s = {
		.rmap = rmap,
		.view = view,
		.page = page,
		.rules = mmx_know_entry_rules(view),
		.whole = whole,
		.err = err,
	};

	mmx_cover_inherit(&rmap->coverage, &s.rules->coverage);
	switch (page->kind) {
	case MMX_RMAP_FILE:
		return search_tree(&s, MMX_AREAS_FILE);
	case MMX_RMAP_ANON:
		return search_tree(&s, MMX_AREAS_ANON);
	case MMX_RMAP_KSM:
		return search_ksm(&s);
	default:
		return 0;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct mmx_rmap_entry *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

void mmx_rmap_sort(struct mmx_rmap *rmap)
{
	mmx_array_sort(rmap, by_place);
}

void mmx_rmap_free(struct mmx_rmap *rmap)
{
	mmx_seen_free(&rmap->places);
	mmx_seen_free(&rmap->entries);
	mmx_array_free(rmap);
}
