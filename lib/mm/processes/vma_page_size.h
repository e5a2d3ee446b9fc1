// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef MMX_MM_VMA_PAGE_SIZE_H
#define MMX_MM_VMA_PAGE_SIZE_H

#include <stdint.h>

#include "mm/processes/vma.h"

/** mmx_vma_page_size() - the bytes of a mapping's pages: of hugetlb those of its pool; -1 when they are not known */
int mmx_vma_page_size(struct mmx_view *view, const struct mmx_vma *vma, uint64_t *size,
		      struct mmx_err *err);

#endif
