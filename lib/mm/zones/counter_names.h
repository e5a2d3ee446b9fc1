// SPDX-License-Identifier: GPL-2.0-or-later
/* What counters are called: by the kernel's types, and by its own table for /proc/vmstat. */
#ifndef MMX_MM_COUNTER_NAMES_H
#define MMX_MM_COUNTER_NAMES_H

#include "mm/zones/counters.h"

/** mmx_counter_names_find() - name all items, whose number is known; -1 without memory only */
int mmx_counter_names_find(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err);

/** mmx_counter_scale() - what /proc/vmstat divides a counter by, to show it in another unit; 1 mostly */
unsigned int mmx_counter_scale(const struct mmx_counter_item *item);

#endif
