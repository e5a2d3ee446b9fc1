// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/frames/folio.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"

#define MAX_ORDER 22 /* the largest folio that any kernel makes: 16 GiB */

/* Up to 6.6 the index of a hugetlb folio counted huge pages, with a function to convert it. */
static bool index_in_huge_pages(const struct mmx_kernel *k)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, "hugetlb_basepage_index", &addr);
}

static void find_hugetlb(const struct mmx_layout *l, struct mmx_page_format *f)
{
	if (f->types.code[MMX_PAGE_HUGETLB]) {
		f->hugetlb = MMX_HUGETLB_TYPE;
	} else if (f->hugetlb_flag != MMX_NO_BIT) {
		f->hugetlb = MMX_HUGETLB_FLAG;
	} else if (mmx_has_enum(l, E_HUGETLB_PAGE_DTOR) && mmx_has(l, M_folio_dtor)) {
		f->hugetlb = MMX_HUGETLB_DTOR;
		f->hugetlb_dtor = mmx_enum(l, E_HUGETLB_PAGE_DTOR);
		f->dtor = mmx_off(l, M_folio_dtor);
	}
}

int mmx_folio_format_find(const struct mmx_kernel *k, struct mmx_page_format *f,
			  struct mmx_err *err)
{
	const struct mmx_layout *l = &k->layout;

	f->slab_is_type = f->types.code[MMX_PAGE_SLAB] != 0;
	find_hugetlb(l, f);
	f->index_in_huge_pages = index_in_huge_pages(k);
	f->order_is_byte = mmx_has(l, M_folio_order);
	if (!f->order_is_byte && !mmx_has(l, M_folio_flags_1))
		return mmx_fail(
			err, MMX_EMISSING,
			"neither folio._folio_order nor folio._flags_1 tells a folio's order");
	f->order = mmx_off(l, f->order_is_byte ? M_folio_order : M_folio_flags_1);
	return 0;
}

static const char *bad_order(uint64_t head, unsigned int order)
{
	if (!order || order > MAX_ORDER)
		return "the order in its second struct page is out of range";
	return head & ((1ULL << order) - 1) ? "it is not aligned to its order" : NULL;
}

unsigned int mmx_folio_order(const struct mmx_page_format *f, const unsigned char *bytes)
{
	return f->order_is_byte ? bytes[f->order] : mmx_word(bytes, f->order) & 0xff;
}

static bool is_hugetlb(const struct mmx_page_format *f, const struct mmx_folio *folio)
{
	switch (f->hugetlb) {
	case MMX_HUGETLB_DTOR:
		return folio->large && folio->bytes[f->dtor] == f->hugetlb_dtor;
	case MMX_HUGETLB_FLAG:
		return folio->large &&
		       mmx_bit(mmx_word(folio->bytes, f->size + f->flags), f->hugetlb_flag);
	case MMX_HUGETLB_TYPE:
		return folio->type == MMX_PAGE_HUGETLB;
	case MMX_HUGETLB_NONE:
		break;
	}
	return false;
}

/* Points the folio at its first struct pages: in the buffer when all are there, else read anew. */
static enum mmx_read find_head_pages(struct mmx_page_walk *w, uint64_t head)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const unsigned char *at = mmx_walk_buffered(w, head);
	enum mmx_read read;

	if (at && mmx_walk_buffered(w, head + MMX_HEAD_PAGES - 1)) {
		w->folio.bytes = at;
		return MMX_READ_OK;
	}
	memset(w->saved, 0, sizeof(w->saved));
	for (unsigned int i = 0; i < MMX_HEAD_PAGES; i++) {
		read = mmx_walk_peek(w, head + i, w->saved + i * f->size);
		/* A folio of two pages can be the last thing in memory. */
		if (read && (i < 2 || mmx_folio_order(f, w->saved) > 1))
			return read;
	}
	w->folio.bytes = w->saved;
	return MMX_READ_OK;
}

/* Nothing can be known of the folio. */
static void lose_folio(struct mmx_page_walk *w, uint64_t head, enum mmx_read read, const char *bad)
{
	memset(w->saved, 0, sizeof(w->saved));
	w->folio = (struct mmx_folio){.head = head, .bytes = w->saved, .read = read, .bad = bad};
	w->folio_end = head + 1;
}

/* Works out the folio whose head is the frame @head. */
static void load_folio(struct mmx_page_walk *w, uint64_t head)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	struct mmx_folio *folio = &w->folio;
	const unsigned char *at = mmx_walk_buffered(w, head);
	enum mmx_read read = at ? MMX_READ_OK : mmx_walk_peek(w, head, w->saved);

	w->mapped_known = w->counted_known = false;
	if (read) {
		lose_folio(w, head, read, NULL);
		return;
	}
	*folio = (struct mmx_folio){.head = head, .bytes = at ? at : w->saved};
	w->folio_end = head + 1;
	folio->flags = mmx_word(folio->bytes, f->flags);
	folio->large = mmx_bit(folio->flags, f->head);
	if (folio->large) {
		read = find_head_pages(w, head);
		if (read) {
			lose_folio(w, head, read,
				   read == MMX_READ_ABSENT ? "it ends where memory does" : NULL);
			return;
		}
		folio->order = mmx_folio_order(f, folio->bytes);
		folio->bad = bad_order(head, folio->order);
		if (folio->bad)
			folio->order = 0;
		w->folio_end = head + (1ULL << folio->order);
	}
	folio->type = mmx_page_type_of(&f->types, mmx_int(folio->bytes, f->mapcount));
	folio->slab =
		f->slab_is_type ? folio->type == MMX_PAGE_SLAB : mmx_bit(folio->flags, f->slab);
	folio->hugetlb = is_hugetlb(f, folio);
}

/* The folio that a tail's link leads to. */
static void follow_link(struct mmx_page_walk *w, uint64_t link)
{
	uint64_t page = mmx_tail_head(mmx_walk_format(w), mmx_walk_page_addr(w, w->pfn), link),
		 head;

	if (page == mmx_walk_page_addr(w, w->folio.head) && w->pfn < w->folio_end && w->folio.bytes)
		return;
	if (!mmx_page_pfn(w->view->kernel, page, &head) || head > w->pfn) {
		lose_folio(w, w->pfn, MMX_READ_UNREADABLE,
			   "its link leads to no struct page before it");
		return;
	}
	load_folio(w, head);
	if (w->pfn >= w->folio_end && !w->folio.read && !w->folio.bad)
		lose_folio(w, head, MMX_READ_UNREADABLE,
			   "its link leads to a folio that does not reach this far");
}

void mmx_folio_find(struct mmx_page_walk *w)
{
	uint64_t link;
	enum mmx_read read = mmx_tail_link(w, &link);

	w->tail = link & 1;
	if (read)
		lose_folio(w, w->pfn, read, NULL);
	else if (w->tail)
		follow_link(w, link);
	else
		load_folio(w, w->pfn);
}

bool mmx_folio_anon(const struct mmx_page_walk *w)
{
	return mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping) & 1;
}
