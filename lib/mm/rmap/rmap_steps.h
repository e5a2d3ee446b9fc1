// SPDX-License-Identifier: GPL-2.0-or-later
/* How the addresses at which a page is mapped follow, and that its entries there hold it (base/steps.h). */
#ifndef MMX_MM_RMAP_STEPS_H
#define MMX_MM_RMAP_STEPS_H

#include "kernel/step_sources.h"
#include "mm/rmap/answer.h"

/** mmx_step_vma_address() - vm_start + ((index - pgoff) << PAGE_SHIFT), as searches calculate */
struct mmx_term mmx_step_vma_address(struct mmx_steps *s, const struct mmx_kernel *k,
				     struct mmx_term start, struct mmx_term pgoff,
				     struct mmx_term index);

/** mmx_step_item_address() - what a KSM item's address is, without the flags that stand in it */
struct mmx_term mmx_step_item_address(struct mmx_steps *s, const struct mmx_kernel *k,
				      struct mmx_term word);

/** mmx_rmap_steps() - of every entry of an answer about a walk's current page; @pfn: with how it was found */
void mmx_rmap_steps(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn,
		    const struct mmx_rmap_answer *answer);

#endif
