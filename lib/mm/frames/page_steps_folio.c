// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "mm/frames/page_steps.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"

/* Masks are above all addresses of the array: since 7.1 (tail_link.h). */
#define LEAST_MASK 0xffffffff00000000ULL

/*
 * Which page is the head.
 */

static struct mmx_term head_of_link(const struct mmx_page_told *t, struct mmx_term link)
{
	struct mmx_steps *s = t->s;

	if (t->f->mask_links &&
	    mmx_step_test(s, "a mask, no address", link, MMX_OP_FROM,
			  mmx_step_given(s, LEAST_MASK, "least mask", "above all of vmemmap")))
		return mmx_step_calc(s, "struct page of the head", t->page, MMX_OP_AND, link);
	return mmx_step_calc(s, "struct page of the head", link, MMX_OP_MINUS, mmx_plain(1));
}

/*
 * Up to 7.0 pages of an optimised huge page's array repeat its first one: what stands first in one looks like the head,
 * and the struct page behind it tells.
 */
static struct mmx_term see_through(const struct mmx_page_told *t)
{
	unsigned char next[MMX_STRUCT_PAGE_MAX];
	struct mmx_steps *s = t->s;
	struct mmx_term at, link, bit;

	at = mmx_step_calc(s, "the one behind it", t->page, MMX_OP_PLUS,
			   mmx_step_size(s, t->k, S_page));
	if (mmx_walk_peek(t->w, t->w->pfn + 1, next))
		return t->page;
	link = mmx_told_word(t, at, next, M_page_link);
	bit = mmx_step_calc(s, "bit 0", link, MMX_OP_AND, mmx_plain(1));
	mmx_step_says(s, bit, "%s", bit.v ? "a tail" : "no tail");
	if (!bit.v)
		return t->page;
	link = mmx_step_calc(s, "struct page of its head", link, MMX_OP_MINUS, mmx_plain(1));
	if (mmx_step_test(s, "another: a fake head", link, MMX_OP_UNEQUAL, t->page))
		return link;
	return t->page;
}

static bool may_be_fake(const struct mmx_page_told *t)
{
	return t->f->fake_heads && mmx_bit(t->flags.v, t->f->head) &&
	       !(t->page.v & ((1ULL << t->k->arch->page_shift) - 1));
}

static struct mmx_term find_head(const struct mmx_page_told *t)
{
	struct mmx_term link = mmx_told_word(t, t->page, t->w->bytes, M_page_link), bit;

	bit = mmx_step_calc(t->s, "bit 0", link, MMX_OP_AND, mmx_plain(1));
	mmx_step_says(t->s, bit, "%s", bit.v ? "a tail" : "no tail");
	if (bit.v)
		return head_of_link(t, link);
	return may_be_fake(t) ? see_through(t) : t->page;
}

/* The order stands in the second struct page: a byte of its own up to 6.5, then the low one of its flags. */
static void tell_order(const struct mmx_page_told *t)
{
	const unsigned char *bytes = t->w->folio.bytes;
	struct mmx_term order, pages, end;

	order = mmx_told_word(t, t->head, bytes,
			      t->f->order_is_byte ? M_folio_order : M_folio_flags_1);
	if (!t->f->order_is_byte)
		order = mmx_step_calc(t->s, "order", order, MMX_OP_AND, mmx_plain(0xff));
	if (t->w->folio.bad)
		return;
	pages = mmx_step_calc(t->s, "pages of the folio", mmx_plain(1), MMX_OP_LEFT, order);
	end = mmx_step_calc(t->s, "PFN behind the folio", t->head_pfn, MMX_OP_PLUS, pages);
	mmx_step_check_in(t->s, "PFN in its folio", t->pfn, t->head_pfn, end);
	mmx_step_check(t->s, "the order as told", order, MMX_OP_EQUAL,
		       mmx_plain(t->w->folio.order));
}

void mmx_told_folio(struct mmx_page_told *t)
{
	const struct mmx_folio *folio = &t->w->folio;
	struct mmx_term bit;

	t->head = find_head(t);
	t->head_pfn = t->pfn;
	if (t->head.v != t->page.v) {
		t->head_pfn = mmx_step_pfn_of_page(t->s, t->k, t->head);
		/* A link that leads astray is told of as such. */
		if (!folio->bad)
			mmx_step_check(t->s, "the head as told", t->head_pfn, MMX_OP_EQUAL,
				       mmx_plain(folio->head));
	}
	if (folio->read)
		return;
	bit = mmx_step_calc(t->s, "flags of the head, shifted",
			    mmx_told_word(t, t->head, folio->bytes, M_page_flags), MMX_OP_RIGHT,
			    mmx_step_enum(t->s, t->k, E_PG_head));
	bit = mmx_step_calc(t->s, "PG_head of it", bit, MMX_OP_AND, mmx_plain(1));
	mmx_step_says(t->s, bit, "%s", bit.v ? "a large folio" : "a page by itself");
	if (folio->large)
		tell_order(t);
}

/*
 * Its mapping: the low bits of the word tell what it points to.
 */

static struct mmx_term index_of(const struct mmx_page_told *t)
{
	const struct mmx_folio *folio = &t->w->folio;
	struct mmx_term index = mmx_told_word(t, t->head, folio->bytes, M_page_index), nth;

	/* Up to 6.6 those of hugetlb counted huge pages. */
	if (folio->hugetlb && t->f->index_in_huge_pages)
		index = mmx_step_calc(
			t->s, "index in small pages", index, MMX_OP_LEFT,
			mmx_step_given(t->s, folio->order, "order", "of the huge page"));
	if (t->pfn.v == t->head_pfn.v)
		return index;
	nth = mmx_step_calc(t->s, "page of the folio", t->pfn, MMX_OP_MINUS, t->head_pfn);
	return mmx_step_calc(t->s, "index of the page", index, MMX_OP_PLUS, nth);
}

static const char *const kinds[] = {"a page cache", "an anon_vma: anonymous",
				    "operations of a driver: movable", "a KSM stable node"};

static struct mmx_term pointer_of(const struct mmx_page_told *t)
{
	struct mmx_term word = mmx_told_word(t, t->head, t->w->folio.bytes, M_page_mapping), low;

	low = mmx_step_calc(t->s, "low bits of mapping", word, MMX_OP_AND, mmx_plain(3));
	mmx_step_says(t->s, low, "%s", word.v > 3 ? kinds[low.v & 3] : "none");
	return mmx_step_calc(t->s, "without them", word, MMX_OP_MINUS, low);
}

/* A page of a walk by itself, without what came before it. */
static struct mmx_page_told told_of(struct mmx_steps *s, struct mmx_page_walk *w,
				    struct mmx_term pfn)
{
	struct mmx_page_told t = {
		.s = s,
		.w = w,
		.k = w->view->kernel,
		.f = mmx_walk_format(w),
		.pfn = pfn,
	};

	t.head_pfn = t.pfn;
	if (w->folio.head != w->pfn)
		t.head_pfn = mmx_step_given(s, w->folio.head, "PFN of the head", "pagex -e");
	t.head = mmx_step_page_of_pfn(s, t.k, t.head_pfn);
	return t;
}

struct mmx_term mmx_step_index(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn)
{
	const struct mmx_page_told t = told_of(s, w, pfn);

	return index_of(&t);
}

struct mmx_term mmx_step_pointer(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn)
{
	const struct mmx_page_told t = told_of(s, w, pfn);

	return pointer_of(&t);
}

/* The index of a KSM page says nothing: its items have the addresses. */
static void tell_pointer(const struct mmx_page_told *t)
{
	uint64_t word = mmx_word(t->w->folio.bytes, t->f->mapping);
	struct mmx_term index;

	pointer_of(t);
	if (word <= 3 || (word & 3) == 3)
		return;
	index = index_of(t);
	if (!(word & 3))
		mmx_step_calc(t->s, "byte of the file", index, MMX_OP_LEFT,
			      mmx_step_page_shift(t->s, t->k));
}

/* What decided the class, and the members that are in force for that. */
void mmx_told_mapping(struct mmx_page_told *t)
{
	const struct mmx_class_row *row = &mmx_class_rows[t->verdict->class];
	const char *members = mmx_class_arm(t->verdict->class, t->w);
	char names[96], what[MMX_STEP_WHAT];

	snprintf(what, sizeof(what), "class %s", row->name);
	mmx_step_given(t->s, 1, what, "%s", t->verdict->why);
	mmx_arm_names(members, t->w, names, sizeof(names));
	if (names[0])
		mmx_step_given(t->s, 1, "members in force", "%s", names);
	if (!t->w->folio.read && row->has_mapping)
		tell_pointer(t);
}
