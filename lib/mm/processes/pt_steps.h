// SPDX-License-Identifier: GPL-2.0-or-later
/* How the way of an address through page tables follows, and what stands at its end (base/steps.h). */
#ifndef MMX_MM_PT_STEPS_H
#define MMX_MM_PT_STEPS_H

#include "arch/pt_path.h"
#include "kernel/step_sources.h"
#include "mm/processes/user_entry.h"

struct mmx_view;

/** mmx_step_root() - the physical address of a root table: of the mm_struct at @mm, or with 0 the kernel's own */
struct mmx_term mmx_step_root(struct mmx_steps *s, struct mmx_view *view, uint64_t mm);

/**
 * mmx_pt_path_steps() - of each level the index, the entry's address, the entry and what it leads to
 * @root: its root table, with how that was found
 * Each is held against what the walk itself came to. Returns the PFN behind the address, where one is mapped.
 */
struct mmx_term mmx_pt_path_steps(struct mmx_steps *s, struct mmx_view *view,
				  const struct mmx_pt_path *path, struct mmx_term root,
				  struct mmx_term address);

/** mmx_swap_entry_steps() - the type and offset of an entry that is not present, as @entry has them */
void mmx_swap_entry_steps(struct mmx_steps *s, struct mmx_view *view, struct mmx_term raw,
			  const struct mmx_user_entry *entry);

/** mmx_step_frame() - the address of the frame that an entry's word names, at a level where one covers @pte->size */
struct mmx_term mmx_step_frame(struct mmx_steps *s, const struct mmx_kernel *k,
			       const struct mmx_pte *pte, struct mmx_term raw);

#endif
