// SPDX-License-Identifier: GPL-2.0-or-later
/* What subjects about the page allocator's blocks have in common. */
#ifndef MMX_RECORDS_PAGE_BLOCK_H
#define MMX_RECORDS_PAGE_BLOCK_H

#include "records/page/page.h"

/**
 * mmx_page_free_block() - the page allocator's block that a page lies in: free, guard or unaccepted memory
 * False when it is in none, or of an order unknown.
 */
bool mmx_page_free_block(const struct mmx_rows *r, uint64_t *head, unsigned int *order);

#endif
