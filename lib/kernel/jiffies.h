// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's clock that counts ticks, and how long one is: no type and no variable tells HZ itself. */
#ifndef MMX_KERNEL_JIFFIES_H
#define MMX_KERNEL_JIFFIES_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** struct mmx_jiffies - the time of the dump in ticks, and how long a tick is */
struct mmx_jiffies {
	uint64_t now;
	uint64_t tick_ns;
};

int mmx_jiffies_read(struct mmx_jiffies *j, struct mmx_view *view, struct mmx_err *err);

/** mmx_jiffies_ms() - how long ago something was, in milliseconds; 0 of what is still to come */
uint64_t mmx_jiffies_ms(const struct mmx_jiffies *j, uint64_t then);

#endif
