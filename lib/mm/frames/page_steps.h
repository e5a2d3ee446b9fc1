// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How what is told of a page follows (base/steps.h). What tells where something is gives the answer as well, and is
 * what commands calculate with; what walks over all memory work out by themselves is checked at the end.
 *
 *	page_steps_place.c	struct page, frame, physical address, direct map, section
 *	page_steps_flags.c	the fields of the flags word, the zone
 *	page_steps_folio.c	the head, the order, the mapping
 *	page_steps_counts.c	types, mapcounts, the reference count
 */
#ifndef MMX_MM_PAGE_STEPS_H
#define MMX_MM_PAGE_STEPS_H

#include "kernel/step_sources.h"
#include "mm/frames/class.h"
#include "mm/mem.h"

/** mmx_step_pfn_of_page() - the frame of the struct page at an address, or that the address lies in */
struct mmx_term mmx_step_pfn_of_page(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term page);
struct mmx_term mmx_step_page_of_pfn(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term pfn);
struct mmx_term mmx_step_pfn_of_phys(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term phys);
struct mmx_term mmx_step_phys_of_pfn(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term pfn);

/** mmx_step_direct_map() - where the direct map has a physical address; unmapped where its base is not known */
struct mmx_term mmx_step_direct_map(struct mmx_steps *s, const struct mmx_kernel *k,
				    struct mmx_term phys);

/** mmx_step_section() - the number of a frame's memory section */
struct mmx_term mmx_step_section(struct mmx_steps *s, const struct mmx_kernel *k,
				 struct mmx_term pfn);

/** mmx_step_flag_field() - a field of a flags word, whose width is not 0 */
struct mmx_term mmx_step_flag_field(struct mmx_steps *s, const struct mmx_kernel *k,
				    struct mmx_term flags, enum mmx_flag_field_id id);

/**
 * mmx_step_index() - of a walk's current page in its mapping, in pages of the smallest size; of no KSM page
 * @pfn: its frame, with how that was found
 */
struct mmx_term mmx_step_index(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn);

/** mmx_step_pointer() - what the mapping of a walk's current page points to, without the low bits of the word */
struct mmx_term mmx_step_pointer(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn);

/** mmx_page_steps() - all that is told of a walk's current page; @pfn: its frame, with how that was found */
void mmx_page_steps(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn,
		    const struct mmx_verdict *verdict);

/*
 * For the files named above alone.
 */

/** struct mmx_page_told - what the steps of one page have in common; @page: its struct page, @head: the head's */
struct mmx_page_told {
	struct mmx_steps *s;
	struct mmx_page_walk *w;
	const struct mmx_kernel *k;
	const struct mmx_page_format *f;
	const struct mmx_verdict *verdict;
	struct mmx_term pfn, page, flags, head, head_pfn;
};

/** mmx_told_word() - a member of the struct page at @page, or of the folio, that was read into @bytes */
struct mmx_term mmx_told_word(const struct mmx_page_told *t, struct mmx_term page,
			      const unsigned char *bytes, enum mmx_layout_member id);

void mmx_told_place(struct mmx_page_told *t);
void mmx_told_flags(struct mmx_page_told *t);
void mmx_told_folio(struct mmx_page_told *t);
void mmx_told_mapping(struct mmx_page_told *t);
void mmx_told_counts(struct mmx_page_told *t);

#endif
