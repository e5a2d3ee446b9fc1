// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/frames/page_steps.h"
#include "mm/frames/page_walk.h"

/* By the constant that the base is checked against when the dump is opened. */
static struct mmx_term base(struct mmx_steps *s, const struct mmx_kernel *k)
{
	return mmx_step_region(s, k, REGION_VMEMMAP);
}

struct mmx_term mmx_step_pfn_of_page(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term page)
{
	struct mmx_term bytes = mmx_step_calc(s, "bytes into the array", page, MMX_OP_MINUS,
					      base(s, k)),
			size = mmx_step_size(s, k, S_page);

	if (mmx_operate(bytes, MMX_OP_REST, size).v)
		mmx_step_calc(s, "bytes into a struct page", bytes, MMX_OP_REST, size);
	return mmx_step_calc(s, "PFN", bytes, MMX_OP_DIVIDE, size);
}

struct mmx_term mmx_step_page_of_pfn(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term pfn)
{
	struct mmx_term bytes = mmx_step_calc(s, "bytes into the array", pfn, MMX_OP_TIMES,
					      mmx_step_size(s, k, S_page));

	return mmx_step_calc(s, "struct page", bytes, MMX_OP_PLUS, base(s, k));
}

struct mmx_term mmx_step_pfn_of_phys(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term phys)
{
	return mmx_step_calc(s, "PFN", phys, MMX_OP_RIGHT, mmx_step_page_shift(s, k));
}

struct mmx_term mmx_step_phys_of_pfn(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term pfn)
{
	return mmx_step_calc(s, "physical address", pfn, MMX_OP_LEFT, mmx_step_page_shift(s, k));
}

struct mmx_term mmx_step_direct_map(struct mmx_steps *s, const struct mmx_kernel *k,
				    struct mmx_term phys)
{
	return mmx_step_calc(s, "in the direct map", phys, MMX_OP_PLUS,
			     mmx_step_region(s, k, REGION_DIRECT_MAP));
}

static struct mmx_term section_shift(struct mmx_steps *s, const struct mmx_kernel *k)
{
	struct mmx_term bits = mmx_step_given(s, mmx_mem(k)->sparse.section_bits,
					      "SECTION_SIZE_BITS", "VMCOREINFO");

	return mmx_step_calc(s, "PFN_SECTION_SHIFT", bits, MMX_OP_MINUS, mmx_step_page_shift(s, k));
}

struct mmx_term mmx_step_section(struct mmx_steps *s, const struct mmx_kernel *k,
				 struct mmx_term pfn)
{
	return mmx_step_calc(s, "section", pfn, MMX_OP_RIGHT, section_shift(s, k));
}

/*
 * The section's entry, and what its map word says of the array: with vmemmap every section says the same, and
 * nothing but that is told of it there.
 */

static struct mmx_term section_entry(const struct mmx_page_told *t, struct mmx_term section)
{
	struct mmx_steps *s = t->s;
	struct mmx_term size = mmx_step_size(s, t->k, S_mem_section), roots, per_root, root, bytes;
	uint64_t table = 0;

	mmx_vmcoreinfo_symbol(&t->k->vmcoreinfo, "mem_section", &table);
	roots = mmx_step_given(s, table, "mem_section[]", "VMCOREINFO");
	per_root = mmx_step_calc(s, "SECTIONS_PER_ROOT",
				 mmx_step_given(s, 1ULL << t->k->arch->page_shift, "PAGE_SIZE",
						"%s", t->k->image->machine),
				 MMX_OP_DIVIDE, size);
	root = mmx_step_calc(s, "number of its root", section, MMX_OP_DIVIDE, per_root);
	bytes = mmx_step_calc(s, "times 8 bytes", root, MMX_OP_TIMES, mmx_plain(8));
	root = mmx_step_kread(s, t->w->view, "its root", roots, bytes, 8);
	bytes = mmx_step_calc(s, "number in the root", section, MMX_OP_REST, per_root);
	bytes = mmx_step_calc(s, "bytes into the root", bytes, MMX_OP_TIMES, size);
	return mmx_step_calc(s, "struct mem_section", root, MMX_OP_PLUS, bytes);
}

/*
 * A section that was plugged in has struct pages for those parts of 2 MiB only whose bit is set. One from boot has
 * all, and the bit tells where there are frames.
 */
static void tell_subsection(const struct mmx_page_told *t, struct mmx_term entry, bool early)
{
	const struct mmx_member *map = &t->k->layout.member[M_mem_section_usage_subsection_map].m;
	struct mmx_steps *s = t->s;
	struct mmx_term nth, word, bit;

	if (!mmx_has(&t->k->layout, M_mem_section_usage_subsection_map))
		return;
	nth = mmx_step_calc(s, "frame of the section", t->pfn, MMX_OP_AND,
			    mmx_plain((1ULL << section_shift(NULL, t->k).v) - 1));
	nth = mmx_step_calc(s, "subsection of 2 MiB", nth, MMX_OP_RIGHT,
			    mmx_plain(MMX_SUBSECTION_SHIFT - t->k->arch->page_shift));
	word = mmx_step_member(s, t->w->view, entry, M_mem_section_usage);
	word = mmx_step_kread(s, t->w->view, "word of subsection_map", word,
			      mmx_step_given(s, map->bit_off / 8 + nth.v / 64 * 8,
					     "offset of the word", "8 bytes for 64 subsections"),
			      8);
	bit = mmx_step_calc(s, "word, shifted", word, MMX_OP_RIGHT,
			    mmx_step_calc(s, "bit of the word", nth, MMX_OP_REST, mmx_plain(64)));
	bit = mmx_step_calc(s, "its bit", bit, MMX_OP_AND, mmx_plain(1));
	if (early)
		mmx_step_says(s, bit, "%s", bit.v ? "frames" : "a hole, with struct pages");
	else
		mmx_step_check(s, "it has struct pages", bit, MMX_OP_EQUAL, mmx_plain(1));
}

static void tell_section(const struct mmx_page_told *t)
{
	const struct mmx_sparse *sparse = &mmx_mem(t->k)->sparse;
	struct mmx_steps *s = t->s;
	struct mmx_term section = mmx_step_section(s, t->k, t->pfn), entry, map, bytes;
	const struct mmx_section *found = mmx_section_of(sparse, t->pfn.v, t->k->arch->page_shift);

	if (!found)
		return;
	entry = section_entry(t, section);
	map = mmx_step_member(s, t->w->view, entry, M_mem_section_section_mem_map);
	mmx_step_says(s, map, "%s%s%s", found->online ? "online" : "offline",
		      found->early ? ", from boot" : ", plugged in",
		      found->device ? ", with a device's memory" : "");
	map = mmx_step_calc(s, "without its flags", map, MMX_OP_AND,
			    mmx_step_given(s, mmx_sparse_map_mask(t->k), "SECTION_MAP_MASK",
					   "enumerator SECTION_MAP_LAST_BIT"));
	bytes = mmx_step_calc(s, "bytes into the array", t->pfn, MMX_OP_TIMES,
			      mmx_step_size(s, t->k, S_page));
	map = mmx_step_calc(s, "by the section's word", map, MMX_OP_PLUS, bytes);
	mmx_step_check(s, "the same struct page", map, MMX_OP_EQUAL, t->page);
	tell_subsection(t, entry, found->early);
}

/* Several pages of the array may be one, as those of an optimised huge page: whose struct page is there, too. */
static void tell_shared(const struct mmx_page_told *t, const struct mmx_vmemmap_extent *e)
{
	struct mmx_term first = mmx_step_given(t->s, e->va, "first of those pages", "page tables"),
			into = mmx_step_calc(t->s, "bytes into the page", t->page, MMX_OP_AND,
					     mmx_plain((1ULL << t->k->arch->page_shift) - 1));

	first = mmx_step_calc(t->s, "what is read, too", first, MMX_OP_PLUS, into);
	if (first.v == t->page.v)
		return;
	mmx_step_says(t->s, mmx_step_pfn_of_page(t->s, t->k, first), "whose struct page that is");
}

/* Where the struct page itself lies. */
static void tell_own_place(const struct mmx_page_told *t)
{
	const struct mmx_vmemmap *v = &mmx_mem(t->k)->vmemmap;
	const struct mmx_vmemmap_extent *e = mmx_vmemmap_extent_of(v, t->page.v);
	uint64_t phys = 0;
	enum mmx_read read = mmx_kphys(t->w->view, t->page.v, &phys);
	struct mmx_term at = mmx_step_given_term(t->s, mmx_read_term(read, phys),
						 "its struct page lies at", "page tables");

	if (!e || !e->repeat)
		return;
	mmx_step_says(t->s, at, "one page for %" PRIu64 " of the array",
		      e->len >> t->k->arch->page_shift);
	tell_shared(t, e);
}

void mmx_told_place(struct mmx_page_told *t)
{
	struct mmx_term phys = mmx_step_phys_of_pfn(t->s, t->k, t->pfn);

	mmx_step_direct_map(t->s, t->k, phys);
	t->page = mmx_step_page_of_pfn(t->s, t->k, t->pfn);
	mmx_step_check(t->s, "as walks have it", t->page, MMX_OP_EQUAL,
		       mmx_plain(mmx_walk_page_addr(t->w, t->w->pfn)));
	tell_own_place(t);
	tell_section(t);
}
