// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/frames/memmap.h"
#include "mm/frames/page_steps.h"
#include "mm/frames/vmemmap_steps.h"

/* Runs of frames that are told of: a machine with optimised huge pages has very many. */
#define RUNS 16

struct mmx_term mmx_step_array_needed(struct mmx_steps *s, const struct mmx_kernel *k)
{
	uint64_t frames = mmx_ranges_total(&mmx_mem(k)->sparse.pfn);

	return mmx_step_calc(s, "bytes of struct pages",
			     mmx_step_given(s, frames, "frames with a struct page", "sections"),
			     MMX_OP_TIMES, mmx_step_size(s, k, S_page));
}

struct mmx_term mmx_step_array_physical(struct mmx_steps *s, const struct mmx_kernel *k)
{
	const struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	struct mmx_term pages = mmx_step_given(s, v->pages, "pages of the array", "page tables");

	pages = mmx_step_calc(
		s, "physical pages of it", pages, MMX_OP_MINUS,
		mmx_step_given(s, v->shared, "pages that another serves", "page tables"));
	return mmx_step_calc(s, "bytes of memory for it", pages, MMX_OP_LEFT,
			     mmx_step_page_shift(s, k));
}

/* The variable of kernels that may be at other places; others have it where the architecture says. */
static struct mmx_term tell_base(struct mmx_steps *s, struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_term base = mmx_step_region(s, k, REGION_VMEMMAP);

	if (mmx_symbols_find(&k->symbols, "vmemmap_base"))
		mmx_step_check(s, "the base as the kernel has it", base, MMX_OP_EQUAL,
			       mmx_step_variable(s, view, "vmemmap_base", 8));
	if (mmx_mem(k)->sparse.map_base)
		mmx_step_check(s, "as sections have it", base, MMX_OP_EQUAL,
			       mmx_step_given(s, mmx_mem(k)->sparse.map_base, "base by map words",
					      "%zu of %zu sections",
					      mmx_mem(k)->sparse.n - mmx_mem(k)->sparse.strays,
					      mmx_mem(k)->sparse.n));
	return base;
}

/* What a section of frames, and the part of one that can be plugged by itself, takes of the array. */
static void tell_sections(struct mmx_steps *s, const struct mmx_kernel *k)
{
	struct mmx_term shift = mmx_step_page_shift(s, k), frames, bytes;
	const struct {
		const char *frames, *bytes, *pages;
		struct mmx_term bits;
	} parts[] = {
		{"frames of a section", "bytes of their struct pages", "pages of the array",
		 mmx_step_given(s, mmx_mem(k)->sparse.section_bits, "SECTION_SIZE_BITS",
				"VMCOREINFO")},
		{"frames of a subsection", "bytes of theirs", "pages of it",
		 mmx_step_given(s, MMX_SUBSECTION_SHIFT, "SUBSECTION_SHIFT", "2 MiB, since 5.3")},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		frames = mmx_step_calc(s, "log2 of frames", parts[i].bits, MMX_OP_MINUS, shift);
		frames = mmx_step_calc(s, parts[i].frames, mmx_plain(1), MMX_OP_LEFT, frames);
		bytes = mmx_step_calc(s, parts[i].bytes, frames, MMX_OP_TIMES,
				      mmx_step_size(s, k, S_page));
		mmx_step_calc(s, parts[i].pages, bytes, MMX_OP_RIGHT, shift);
	}
}

static void tell_sizes(struct mmx_steps *s, const struct mmx_kernel *k)
{
	const struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	struct mmx_term pages;

	pages = mmx_step_calc(s, "pages for them", mmx_step_array_needed(s, k), MMX_OP_RIGHT,
			      mmx_step_page_shift(s, k));
	mmx_step_array_physical(s, k);
	if (!v->unmapped && mmx_cover_whole(&v->coverage))
		mmx_step_check(s, "as many are mapped", pages, MMX_OP_EQUAL, mmx_plain(v->pages));
}

/* The first struct page of a run, the page that it lies in, and how many hold the run's. */
static void tell_run(struct mmx_steps *s, struct mmx_view *view, const struct mmx_memmap_run *run)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_term first = mmx_step_given(s, run->first, "first PFN of a run", "sections, %s",
					       mmx_memmap_state_word(run->state)),
			end = mmx_step_given(s, run->end, "PFN behind it", "sections"), page, bytes;
	uint64_t phys = 0;
	enum mmx_read read;

	page = mmx_step_page_of_pfn(s, k, first);
	read = mmx_kphys(view, page.v, &phys);
	page = mmx_step_given_term(s, mmx_read_term(read, phys), "it lies at", "page tables");
	mmx_step_says(s, mmx_step_pfn_of_phys(s, k, page), "%s", mmx_memmap_place_word(run->place));
	bytes = mmx_step_calc(s, "frames of the run", end, MMX_OP_MINUS, first);
	bytes = mmx_step_calc(s, "bytes of its struct pages", bytes, MMX_OP_TIMES,
			      mmx_step_size(s, k, S_page));
	bytes = mmx_step_calc(s, "pages of them", bytes, MMX_OP_RIGHT, mmx_step_page_shift(s, k));
	mmx_step_test(s, "as many are mapped", bytes, MMX_OP_EQUAL, mmx_plain(run->pages));
}

void mmx_vmemmap_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_memmap *memmap)
{
	const struct mmx_kernel *k = view->kernel;

	tell_sections(s, k);
	if (!tell_base(s, view).v)
		return;
	tell_sizes(s, k);
	for (size_t i = 0; i < memmap->n && i < RUNS; i++)
		tell_run(s, view, &memmap->v[i]);
}
