// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/frames/page_steps.h"
#include "mm/processes/pt_steps.h"
#include "mm/processes/pt_steps.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/rmap_steps.h"

/* @index: of the page in its mapping; of KSM none */
struct told {
	struct mmx_steps *s;
	struct mmx_view *view;
	const struct mmx_kernel *k;
	const struct mmx_rmap_page *page;
	struct mmx_term pfn, index;
};

struct mmx_term mmx_step_vma_address(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term start, struct mmx_term pgoff,
				     struct mmx_term index)
{
	struct mmx_term pages = mmx_step_calc(s, "pages into the VMA", index, MMX_OP_MINUS, pgoff),
			bytes = mmx_step_calc(s, "bytes into the VMA", pages, MMX_OP_LEFT,
					      mmx_step_page_shift(s, k));

	return mmx_step_calc(s, "address", start, MMX_OP_PLUS, bytes);
}

struct mmx_term mmx_step_item_address(struct mmx_steps *s, const struct mmx_kernel *k,
				      struct mmx_term word)
{
	return mmx_step_calc(s, "address", word, MMX_OP_AND,
			     mmx_plain(~0ULL << k->arch->page_shift));
}

/* What the tree sorts VMAs by: up to 7.2 one offset, then anonymous pages have their own. */
static struct mmx_term pgoff_of(const struct told *t, struct mmx_term vma,
				const struct mmx_rmap_entry *e)
{
	struct mmx_term high;

	if (t->page->kind != MMX_RMAP_ANON ||
	    !mmx_has(&t->k->layout, M_vm_area_struct_anon_pgoff_lo))
		return mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_vm_pgoff,
					       mmx_plain(e->vma.pgoff));
	high = mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_anon_pgoff_hi,
				       mmx_plain(e->vma.anon_pgoff >> 32));
	high = mmx_step_calc(t->s, "its high half", high, MMX_OP_LEFT, mmx_plain(32));
	return mmx_step_calc(t->s, "anonymous pgoff", high, MMX_OP_OR,
			     mmx_step_member_as_read(t->s, t->k, vma,
						     M_vm_area_struct_anon_pgoff_lo,
						     mmx_plain(e->vma.anon_pgoff & UINT32_MAX)));
}

static struct mmx_term told_vma(const struct told *t, const struct mmx_rmap_entry *e)
{
	if (e->item)
		return mmx_step_given(t->s, e->vma.addr, "vm_area_struct",
				      "anon_vma tree of item %" PRIx64, e->item);
	if (e->chain)
		return mmx_step_given(t->s, e->vma.addr, "vm_area_struct",
				      "anon_vma tree, chain %" PRIx64, e->chain);
	return mmx_step_given(t->s, e->vma.addr, "vm_area_struct", "i_mmap tree of %" PRIx64,
			      t->page->pointer);
}

/* The interval that the tree has of a VMA has the page's index. */
static void tell_interval(const struct told *t, struct mmx_term start, struct mmx_term end,
			  struct mmx_term pgoff)
{
	struct mmx_term pages = mmx_step_calc(t->s, "bytes of the VMA", end, MMX_OP_MINUS, start);

	pages = mmx_step_calc(t->s, "pages of the VMA", pages, MMX_OP_RIGHT,
			      mmx_step_page_shift(t->s, t->k));
	mmx_step_check_in(t->s, "index in its interval", t->index, pgoff,
			  mmx_step_calc(t->s, "end of its interval", pgoff, MMX_OP_PLUS, pages));
}

static struct mmx_term tell_by_tree(const struct told *t, const struct mmx_rmap_entry *e)
{
	struct mmx_term vma = told_vma(t, e), start, end, pgoff;

	start = mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_vm_start,
					mmx_plain(e->vma.start));
	end = mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_vm_end,
				      mmx_plain(e->vma.end));
	pgoff = pgoff_of(t, vma, e);
	tell_interval(t, start, end, pgoff);
	return mmx_step_vma_address(t->s, t->k, start, pgoff, t->index);
}

static struct mmx_term tell_by_item(const struct told *t, const struct mmx_rmap_entry *e)
{
	struct mmx_term item = mmx_step_given(t->s, e->item, "ksm_rmap_item",
					      "list of node %" PRIx64, t->page->pointer),
			vma, start, end, addr;

	addr = mmx_step_item_address(t->s, t->k,
				     mmx_step_member(t->s, t->view, item, M_ksm_rmap_item_address));
	vma = told_vma(t, e);
	start = mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_vm_start,
					mmx_plain(e->vma.start));
	end = mmx_step_member_as_read(t->s, t->k, vma, M_vm_area_struct_vm_end,
				      mmx_plain(e->vma.end));
	mmx_step_check_in(t->s, "address in the VMA", addr, start, end);
	return addr;
}

/* The entry; one that is no mapping names its frame in another way. */
static void tell_entry(const struct told *t, const struct mmx_rmap_entry *e, struct mmx_term addr)
{
	const struct mmx_pte *pte = &e->entry.pte;
	struct mmx_term at = mmx_step_given(t->s, pte->at, "entry at", "page tables of mm %" PRIx64,
					    e->mm),
			raw, first, into;

	raw = mmx_step_read(t->s, "entry", MMX_OP_READ_PHYS, at, mmx_plain(0), 8,
			    mmx_plain(pte->raw), NULL);
	if (!mmx_user_mapped(e->entry.kind) || pte->kind != MMX_PTE_LEAF) {
		mmx_step_says(t->s, raw, "%s", mmx_user_words(e->entry.kind));
		return;
	}
	first = mmx_step_calc(t->s, "its first PFN", mmx_step_frame(t->s, t->k, pte, raw),
			      MMX_OP_RIGHT, mmx_step_page_shift(t->s, t->k));
	if (pte->size > 1ULL << t->k->arch->page_shift) {
		into = mmx_step_calc(t->s, "bytes into what it maps", addr, MMX_OP_AND,
				     mmx_plain(pte->size - 1));
		into = mmx_step_calc(t->s, "pages into it", into, MMX_OP_RIGHT,
				     mmx_step_page_shift(t->s, t->k));
		first = mmx_step_calc(t->s, "PFN behind the address", first, MMX_OP_PLUS, into);
	}
	mmx_step_check(t->s, "it holds the page", first, MMX_OP_EQUAL, t->pfn);
}

static void tell_mapping(const struct told *t, const struct mmx_rmap_entry *e)
{
	struct mmx_term addr;

	if (e->way == MMX_RMAP_BY_TABLES || !e->vma.addr)
		addr = mmx_step_given(t->s, e->addr, "address", "page tables: no tree leads there");
	else if (e->item)
		addr = tell_by_item(t, e);
	else
		addr = tell_by_tree(t, e);
	mmx_step_check(t->s, "the address as told", addr, MMX_OP_EQUAL, mmx_plain(e->addr));
	tell_entry(t, e, addr);
}

/* What was found comes to the kernel's count, or the answer has something to say of that. */
static void tell_count(const struct told *t, const struct mmx_rmap_answer *a)
{
	const struct mmx_term kernel = {.v = (uint64_t)a->kernel, .is_signed = true};

	if (a->read)
		return;
	mmx_step_test(t->s, "the kernel's count",
		      mmx_step_given(t->s, (uint64_t)a->found, "entries found",
				     a->of_folio ? "those of the folio" : "those that count"),
		      MMX_OP_EQUAL, mmx_step_given_term(t->s, kernel, "mapcount", "pagex -e"));
}

void mmx_rmap_steps(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn,
		    const struct mmx_rmap_answer *a)
{
	struct told t = {
		.s = s,
		.view = w->view,
		.k = w->view->kernel,
		.page = &a->page,
		.pfn = pfn,
	};

	if (a->page.kind < MMX_RMAP_NONE)
		mmx_step_check(s, "the mapping as told", mmx_step_pointer(s, w, pfn), MMX_OP_EQUAL,
			       mmx_plain(a->page.pointer));
	if (a->page.kind == MMX_RMAP_ANON)
		mmx_step_member(s, w->view,
				mmx_step_given(s, a->page.pointer, "anon_vma", "mapping"),
				M_anon_vma_root);
	if (a->page.kind == MMX_RMAP_FILE || a->page.kind == MMX_RMAP_ANON) {
		t.index = mmx_step_index(s, w, pfn);
		mmx_step_check(s, "the index as told", t.index, MMX_OP_EQUAL,
			       mmx_plain(a->page.index));
	}
	for (size_t i = 0; i < a->rmap.n; i++)
		tell_mapping(&t, &a->rmap.v[i]);
	tell_count(&t, a);
}
