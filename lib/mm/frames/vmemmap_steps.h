// SPDX-License-Identifier: GPL-2.0-or-later
/* How it follows where the array of struct pages is, how large, and where its parts lie (base/steps.h). */
#ifndef MMX_MM_VMEMMAP_STEPS_H
#define MMX_MM_VMEMMAP_STEPS_H

#include "kernel/step_sources.h"
#include "mm/mem.h"

struct mmx_memmap;

/** mmx_step_array_needed() - bytes of all struct pages */
struct mmx_term mmx_step_array_needed(struct mmx_steps *s, const struct mmx_kernel *k);

/** mmx_step_array_physical() - bytes of memory that they lie in */
struct mmx_term mmx_step_array_physical(struct mmx_steps *s, const struct mmx_kernel *k);

/** mmx_vmemmap_steps() - of the array as a whole, and of its first runs of frames */
void mmx_vmemmap_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_memmap *memmap);

#endif
