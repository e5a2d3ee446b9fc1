// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel model: who the dump's kernel is and where everything lies. Opening it runs the
 * chain image -> VMCOREINFO -> page tables -> symbols -> types -> layout -> regions -> sections ->
 * vmemmap -> zones -> flags; each link is derived, then checked against the dump, and recorded as a
 * fact. A link that fails leaves what does not depend on it working.
 */
#ifndef MMX_KERNEL_KERNEL_H
#define MMX_KERNEL_KERNEL_H

#include "arch/arch.h"
#include "image/image.h"
#include "kernel/facts.h"
#include "kernel/layout.h"
#include "kernel/region.h"
#include "kernel/space.h"
#include "kernel/symbols.h"
#include "kernel/types.h"
#include "kernel/view.h"
#include "kernel/vmcoreinfo.h"
#include "mm/frames/flags.h"
#include "mm/knowledge.h"
#include "mm/frames/online.h"
#include "mm/frames/page.h"
#include "mm/frames/sparse.h"
#include "mm/frames/vmemmap.h"
#include "mm/zones/zone.h"

/**
 * struct mmx_open_options - who else knows the kernel: files (files.h), or the debugger around mmx
 * @symbols: fill the table; asked when the dump has no symbols of its own; or NULL
 * @types: make a provider; asked when the dump has no types of its own; or NULL. @build_id is what
 *         the kernel is known by, NULL when that is not known
 * @arg: handed to both
 * @jobs: how many threads may read the image at once; 0 is one
 */
struct mmx_open_options {
	int (*symbols)(void *arg, struct mmx_symbols *s, uint64_t kaslr_offset,
		       struct mmx_err *err);
	int (*types)(void *arg, struct mmx_types_provider *p, const char *build_id,
		     struct mmx_err *err);
	void *arg;
	unsigned int jobs;
};

/** struct mmx_linear - a map by arithmetic: phys = va - va_start + phys_start; empty when unknown */
struct mmx_linear {
	uint64_t va_start, va_end;
	uint64_t phys_start;
};

/*
 * Once open, the model does not change, and walks over all memory read it from several threads, each
 * with a view of its own. Only the providers of types remember what they were asked: their questions are
 * for the opening thread, and the layout table has the answers that everybody needs.
 */
struct mmx_kernel {
	struct mmx_image *image;
	struct mmx_view *view; /* the opening thread's */
	unsigned int jobs;     /* threads that a walk may be split over, at least 1 */
	const struct mmx_arch *arch;
	const struct mmx_space *space;
	struct mmx_facts facts;

	struct mmx_vmcoreinfo vmcoreinfo;
	char release[65];
	char build_id[41]; /* hex, or empty */
	char banner[256];
	uint64_t kaslr_offset;
	int64_t phys_base;

	struct mmx_paging paging;
	struct mmx_isolation isolation;
	struct mmx_linear direct_map; /* empty until checked */

	struct mmx_symbols symbols;
	struct mmx_types types;
	struct mmx_layout layout;
	unsigned int modules;

	struct mmx_regions regions;
	struct mmx_sparse sparse;
	struct mmx_vmemmap vmemmap;
	struct mmx_zones zones;
	struct mmx_flags flags;
	struct mmx_page_format page_format;
	struct mmx_knowledge *knowledge; /* what is found when it is first asked for */
};

/**
 * mmx_kernel_open() - find out who this kernel is
 * @image: belongs to the kernel model from here on, also when opening fails
 *
 * Fails only when nothing at all can be said: no VMCOREINFO, or no page tables. Everything else
 * that goes wrong is a fact with a reason.
 */
struct mmx_kernel *mmx_kernel_open(struct mmx_image *image, const struct mmx_open_options *options,
				   struct mmx_err *err);
void mmx_kernel_close(struct mmx_kernel *kernel);

#endif
