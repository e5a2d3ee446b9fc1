// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/mapcount.h"
#include "mm/frames/refcount.h"
#include "mm/owners/held.h"
#include "mm/mem.h"

static bool has_flag(const struct mmx_page_walk *w, enum mmx_layout_enumerator id)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	return mmx_has_enum(l, id) && mmx_bit(w->folio.flags, mmx_enum(l, id));
}

/* Since 6.7, when its index became one in pages, a huge page is in the page cache with each of them. */
static int64_t of_page_cache(const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;
	uint64_t mapping = mmx_word(w->folio.bytes, f->mapping);
	int64_t pages = 1LL << w->folio.order;

	if (!mapping)
		return 0;
	if (class == CLASS_FILE || class == CLASS_SHMEM)
		return pages;
	if (class == CLASS_HUGETLB && !(mapping & 3))
		return f->index_in_huge_pages ? 1 : pages;
	return 0;
}

static int64_t of_swap_cache(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;

	return mmx_bit(w->folio.flags, f->swapbacked) && mmx_bit(w->folio.flags, f->swapcache)
		       ? 1LL << w->folio.order
		       : 0;
}

static int64_t of_private_data(const struct mmx_page_walk *w, enum mmx_class class)
{
	return (class == CLASS_FILE || class == CLASS_SHMEM) && has_flag(w, E_PG_private);
}

/*
 * Pieces of a page hold a reference each: as many as were found, and one where none is, of what its owner has as a
 * whole. More than there are references are of what several owners name, or of one that is being freed.
 */
static int64_t of_pieces(const struct mmx_page_walk *w, int64_t references)
{
	uint64_t pieces = mmx_pieces_of(w->view, w->folio.head);

	if (!pieces)
		return references > 0;
	return references > 0 && pieces > (uint64_t)references ? references : (int64_t)pieces;
}

/* What is there from the boot on is never freed by its count: hotplug uses that for its own ends. */
static int64_t of_owner(const struct mmx_page_walk *w, unsigned int held, int64_t refcount,
			int64_t mappings)
{
	if (held & MMX_HELD_BOOT)
		return refcount > mappings ? refcount - mappings : 0;
	if (held & MMX_HELD_PARTS)
		return of_pieces(w, refcount - mappings);
	return held & MMX_HELD_OWNER && refcount > 0;
}

static int64_t of_pins(const struct mmx_page_walk *w, int64_t unexplained)
{
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;

	if (!w->folio.large)
		return unexplained >= MMX_PIN_OF_SMALL
			       ? unexplained / MMX_PIN_OF_SMALL * MMX_PIN_OF_SMALL
			       : 0;
	return f->has_pincount ? mmx_int(w->folio.bytes, f->pincount) : 0;
}

void mmx_refcount_of(struct mmx_refcount *refs, const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;
	unsigned int held = mmx_class_rows[class].held;

	*refs = (struct mmx_refcount){
		.read = w->folio.read,
		.mapped = w->folio.read,
		.refcount = mmx_int(w->folio.bytes, f->refcount),
	};
	if (!held || held & MMX_HELD_USERS)
		refs->mapped = mmx_folio_mapcount(w, &refs->mappings);
	refs->owner = of_owner(w, held, refs->refcount, refs->mappings);
	if (!held) {
		refs->page_cache = of_page_cache(w, class);
		refs->swap_cache = of_swap_cache(w);
		refs->private_data = of_private_data(w, class);
	}
	refs->remainder = refs->refcount - refs->mappings - refs->page_cache - refs->swap_cache -
			  refs->private_data - refs->owner;
	/* A cache that pieces are cut from has thousands of references, which are no pins. */
	if (w->folio.large || !(held & MMX_HELD_PARTS))
		refs->pins = of_pins(w, refs->remainder);
	refs->remainder -= refs->pins;
}
