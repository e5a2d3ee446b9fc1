// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether struct pages are read rightly: the format is held against VMCOREINFO and against folios of the
 * dump, and the outcome is the fact about pages.
 */
#ifndef MMX_MM_PAGE_CHECK_H
#define MMX_MM_PAGE_CHECK_H

struct mmx_kernel;

/** mmx_pages_find() - fill mmx_mem(kernel)->page_format and its fact */
void mmx_pages_find(struct mmx_kernel *kernel);

#endif
