// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening: the chain image -> VMCOREINFO -> page tables -> symbols -> types -> layout -> regions ->
 * sections -> vmemmap -> zones -> flags -> struct page. Each link is derived, then checked against the
 * dump, and recorded as a fact. A link that fails leaves what does not depend on it working.
 */
#ifndef MMX_OPEN_OPEN_H
#define MMX_OPEN_OPEN_H

#include "kernel/kernel.h"

/**
 * mmx_open() - find out who this kernel is and what its memory is
 * @image: belongs to the kernel from here on, also when opening fails
 * @options: may be NULL
 *
 * Fails only when nothing at all can be said: no VMCOREINFO, or no page tables. Everything else
 * that goes wrong is a fact with a reason.
 */
struct mmx_kernel *mmx_open(struct mmx_image *image, const struct mmx_open_options *options,
			    struct mmx_err *err);

/** mmx_open_nothing() - a kernel of which nothing is known, not even its arch, for commands that need none */
struct mmx_kernel *mmx_open_nothing(struct mmx_err *err);

void mmx_close(struct mmx_kernel *kernel);

#endif
