// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who the dump's kernel is: its symbols, types and address space. What its memory is belongs to mm/, and
 * open/ brings all of it together.
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
};

/**
 * mmx_kernel_init() - find out who this kernel is, up to where everything lies in its address space
 * @image: belongs to the kernel from here on, also when that fails
 *
 * Fails only when nothing at all can be said: no VMCOREINFO, or no page tables. Everything else
 * that goes wrong is a fact with a reason.
 */
int mmx_kernel_init(struct mmx_kernel *kernel, struct mmx_image *image,
		    const struct mmx_open_options *options, struct mmx_err *err);
void mmx_kernel_fini(struct mmx_kernel *kernel);

/** mmx_kernel_drop_refuted() - regions whose check failed are not where the kernel is said to be */
void mmx_kernel_drop_refuted(struct mmx_kernel *kernel);

#endif
