// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a folio's reference count is made of: the references that it is expected to have from whoever
 * uses it, and what is left that nothing explains.
 */
#ifndef MMX_MM_REFCOUNT_H
#define MMX_MM_REFCOUNT_H

#include <stdint.h>

#include "mm/frames/class.h"

/* A small folio's pin adds this much to its reference count; large ones have a counter. */
#define MMX_PIN_OF_SMALL 1024

/**
 * struct mmx_refcount - the parts of a reference count
 * @read: how the folio's first struct pages stand; unless they were read nothing here means anything
 * @mapped: how the struct pages stand that @mappings rests on, and with it @remainder and a small
 *          folio's @pins
 * @mappings: one for each page-table entry of a user
 * @page_cache: one for each of its pages that its mapping's page cache has
 * @swap_cache: one for each of its pages
 * @private_data: of a file system, which keeps its own data about the folio
 * @pins: of small folios in multiples of what each counts
 * @owner: who keeps no count beyond this one: the kernel for itself, or the boot
 * @remainder: negative when there are fewer than its users should hold
 */
struct mmx_refcount {
	enum mmx_read read, mapped;
	int64_t refcount;
	int64_t mappings, page_cache, swap_cache, private_data, pins, owner, remainder;
};

/** mmx_refcount_of() - of the folio of a walk's current page, which is of that class */
void mmx_refcount_of(struct mmx_refcount *refs, const struct mmx_page_walk *w,
		     enum mmx_class class);

#endif
