// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page of its mapping and of its file an address is in, with how that follows (base/steps.h). */
#ifndef MMX_MM_VMA_STEPS_H
#define MMX_MM_VMA_STEPS_H

#include "kernel/step_sources.h"
#include "mm/processes/vma.h"

/** mmx_step_vma_page() - (address - vm_start) >> PAGE_SHIFT */
struct mmx_term mmx_step_vma_page(struct mmx_steps *s, const struct mmx_kernel *k,
				  struct mmx_term start, struct mmx_term address);

/** mmx_step_vma_index() - that page + vm_pgoff */
struct mmx_term mmx_step_vma_index(struct mmx_steps *s, const struct mmx_kernel *k,
				   struct mmx_term page, struct mmx_term pgoff);

/** mmx_step_file_byte() - (index << PAGE_SHIFT) + what the address has below a page */
struct mmx_term mmx_step_file_byte(struct mmx_steps *s, const struct mmx_kernel *k,
				   struct mmx_term index, struct mmx_term address);

/** mmx_vma_steps() - all of it, of an address that @vma covers */
void mmx_vma_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_vma *vma,
		   uint64_t address);

#endif
