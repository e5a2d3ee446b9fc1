// SPDX-License-Identifier: GPL-2.0-or-later
/* What counters are called: by the kernel's types, and by its own table for /proc/vmstat. */
#ifndef MMX_MM_COUNTER_NAMES_H
#define MMX_MM_COUNTER_NAMES_H

#include "mm/zones/counters.h"

/** mmx_counter_names_find() - name all items, whose number is known; -1 without memory only */
int mmx_counter_names_find(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err);

#endif
