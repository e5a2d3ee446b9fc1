// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of the array of struct pages that share physical pages. A huge page of hugetlb that is optimised keeps its
 * first page of struct pages: up to 7.0 all others repeat that one, since 7.1 one that has tails of its order for the
 * whole zone. Folios of devices (compound devmap) keep two, and repeat the second. Nothing else may share any.
 */
#include <inttypes.h>

#include "mm/frames/memmap.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"
#include "mm/owners/hugetlb_page.h"

static const struct mmx_vmemmap *vmemmap_of(const struct mmx_view *view)
{
	return &mmx_mem(view->kernel)->vmemmap;
}

/* The frame whose struct page is the first at an address. */
static uint64_t frame_at(const struct mmx_view *view, uint64_t va)
{
	const struct mmx_vmemmap *v = vmemmap_of(view);

	return (va - v->base + v->page_size - 1) / v->page_size;
}

static bool read_page(struct mmx_view *view, uint64_t pfn, unsigned char *bytes)
{
	uint64_t got;

	return mmx_fact_usable(&view->kernel->facts, FACT_PAGES) &&
	       !mmx_pages_read(view, pfn, 1, bytes, &got);
}

bool mmx_memmap_owns(struct mmx_view *view, const struct mmx_vmemmap_extent *e)
{
	uint64_t pages = e->len >> view->kernel->arch->page_shift;
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];

	if (!read_page(view, frame_at(view, e->va), bytes))
		return !(pages & (pages - 1));
	return !mmx_is_tail(&mmx_mem(view->kernel)->page_format, bytes);
}

/* The folio of a frame that may share struct pages: its first frame and order, and of which pool it is. */
struct sharer {
	uint64_t head;
	unsigned int order;
	const struct mmx_hstate *hstate; /* NULL: of a device */
};

/* Whether the folio around a frame may share; -1 without memory. */
static int sharer_of(struct mmx_view *view, uint64_t pfn, struct sharer *s, struct mmx_err *err)
{
	struct mmx_mem *mem = mmx_mem(view->kernel);
	struct mmx_hugetlb hugetlb;
	struct mmx_page_walk w;
	int may = 0;

	if (mmx_page_walk_begin(&w, view, pfn, pfn + 1, err))
		return -1;
	if (mmx_page_walk_next(&w) && !w.read && !w.folio.read && !w.folio.bad) {
		*s = (struct sharer){.head = w.folio.head, .order = w.folio.order};
		may = mmx_pfn_device(&mem->sparse, pfn);
		if (w.folio.hugetlb) {
			mmx_hugetlb_decode(&hugetlb, mmx_know_hugetlb_pools(view), &w);
			s->hstate = hugetlb.hstate;
			may = hugetlb.optimised && hugetlb.hstate;
		}
	}
	mmx_page_walk_end(&w);
	return may;
}

static void add_saving(struct mmx_memmap *memmap, const struct sharer *s, uint64_t pages)
{
	struct mmx_memmap_saving *saving = memmap->savings;
	unsigned int i = 0;

	while (i < memmap->n_savings &&
	       (saving[i].hstate != s->hstate || saving[i].order != s->order))
		i++;
	if (i == MMX_MEMMAP_SAVINGS)
		return; /* no kernel has as many orders */
	if (i == memmap->n_savings)
		saving[memmap->n_savings++] =
			(struct mmx_memmap_saving){.hstate = s->hstate, .order = s->order};
	saving[i].folios++;
	saving[i].pages += pages;
}

/* An extent that repeats a page belongs to one folio, which may do that. */
static int take_repeat(struct mmx_memmap *memmap, struct mmx_view *view,
		       const struct mmx_vmemmap_extent *e, struct mmx_err *err)
{
	const struct mmx_vmemmap *v = vmemmap_of(view);
	uint64_t pages = e->len >> view->kernel->arch->page_shift, pfn = frame_at(view, e->va);
	struct sharer s = {0};
	int may;

	/* Up to 7.0 any page of these but the first looks like a head, and the one behind that is a tail. */
	may = sharer_of(view, pfn + 1, &s, err);
	if (may < 0)
		return -1;
	if (may && mmx_page_addr(v, s.head + (1ULL << s.order)) >= e->va + e->len) {
		add_saving(memmap, &s, pages - mmx_memmap_owns(view, e));
		return 0;
	}
	return mmx_memmap_found(memmap, view, MMX_MEMMAP_SHARED, pfn,
				"the struct pages of PFN 0x%" PRIx64 " to 0x%" PRIx64
				" are one physical page, 0x%" PRIx64 ", %" PRIu64
				" times, and of no huge page that may share them",
				pfn, frame_at(view, e->va + e->len) - 1, e->phys, pages)
		       ? mmx_fail_nomem(err)
		       : 0;
}

/* @tails: it repeats a page of tails, which others may repeat as well */
struct piece {
	uint64_t phys, len, va;
	bool tails;
};

struct pieces {
	MMX_ARRAY(struct piece);
};

static bool find_pieces(struct pieces *pieces, struct mmx_view *view)
{
	const struct mmx_vmemmap *v = vmemmap_of(view);

	for (size_t i = 0; i < v->n; i++) {
		const struct mmx_vmemmap_extent *e = &v->v[i];
		struct piece piece = {.phys = e->phys, .len = e->len, .va = e->va};

		if (e->repeat) {
			piece.len = 1ULL << view->kernel->arch->page_shift;
			piece.tails = !mmx_memmap_owns(view, e);
		}
		if (!mmx_array_add(pieces, piece))
			return false;
	}
	mmx_array_sort_by(pieces, phys);
	return true;
}

/* What two pieces have in common, from @phys on, is a page that both may share; -1 without memory. */
static int may_share(struct mmx_view *view, const struct piece *a, const struct piece *b,
		     uint64_t phys, uint64_t *pfn, struct mmx_err *err)
{
	struct sharer s;
	int may;

	pfn[0] = frame_at(view, a->va + (phys - a->phys));
	pfn[1] = frame_at(view, b->va + (phys - b->phys));
	if (a->tails && b->tails)
		return 1;
	for (unsigned int i = 0; i < 2; i++) {
		may = sharer_of(view, pfn[i], &s, err);
		if (may <= 0 || s.head == pfn[i])
			return may < 0 ? may : 0;
	}
	return 1;
}

static int check_overlap(struct mmx_memmap *memmap, struct mmx_view *view, const struct piece *a,
			 const struct piece *b, struct mmx_err *err)
{
	uint64_t pfn[2];
	int may = may_share(view, a, b, b->phys, pfn, err);

	if (may < 0)
		return -1;
	if (may)
		return 0;
	return mmx_memmap_found(memmap, view, MMX_MEMMAP_SHARED, pfn[1],
				"physical page 0x%" PRIx64
				" holds the struct pages of PFN 0x%" PRIx64
				" and of PFN 0x%" PRIx64,
				b->phys, pfn[0], pfn[1])
		       ? mmx_fail_nomem(err)
		       : 0;
}

/* The one that reaches farthest of those before meets each piece that shares anything with any of them. */
static int check_overlaps(struct mmx_memmap *memmap, struct mmx_view *view,
			  const struct pieces *pieces, struct mmx_err *err)
{
	const struct piece *far = NULL;

	for (size_t i = 0; i < pieces->n && !mmx_stopped(view->kernel->image); i++) {
		const struct piece *piece = &pieces->v[i];

		if (piece->tails && (!far || !far->tails || far->phys != piece->phys))
			memmap->tails++;
		if (far && piece->phys < far->phys + far->len &&
		    check_overlap(memmap, view, far, piece, err))
			return -1;
		if (!far || piece->phys + piece->len > far->phys + far->len)
			far = piece;
	}
	return 0;
}

int mmx_memmap_shared(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_vmemmap *v = vmemmap_of(view);
	struct pieces pieces = {0};
	int failed;

	for (size_t i = 0; i < v->n && !mmx_stopped(view->kernel->image); i++) {
		if (v->v[i].repeat && take_repeat(memmap, view, &v->v[i], err))
			return -1;
	}
	failed = find_pieces(&pieces, view) ? check_overlaps(memmap, view, &pieces, err)
					    : mmx_fail_nomem(err);
	mmx_array_free(&pieces);
	return failed;
}
