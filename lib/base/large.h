// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory for tables of megabytes that are written from end to end. */
#ifndef MMX_BASE_LARGE_H
#define MMX_BASE_LARGE_H

#include <stddef.h>

/**
 * mmx_large_alloc() - malloc(), in huge pages where the system has them
 * To have a megabyte handed out page by page costs more than to fill it. The contents are anything; free()
 * releases it.
 */
void *mmx_large_alloc(size_t bytes);

/** mmx_large_zeroed() - the same, of zeros */
void *mmx_large_zeroed(size_t n, size_t size);

#endif
