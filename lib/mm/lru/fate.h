// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can become of a page: whether it can be freed, reclaimed and moved elsewhere, by the kernel's own
 * rules, and the fact that decided it. What no page tells is not judged: limits of memory cgroups, what a
 * file system would answer, whether memory is found for a copy, and who used the page lately.
 */
#ifndef MMX_MM_FATE_H
#define MMX_MM_FATE_H

#include "mm/frames/class.h"

/** enum mmx_can - @LATER: when something else is over, which the reason names */
enum mmx_can { MMX_CAN_YES, MMX_CAN_LATER, MMX_CAN_NO, MMX_CAN_UNKNOWN, MMX_CANS };

const char *mmx_can_word(unsigned int can);

/** struct mmx_prospect - whether it can be done, and what decides that, in words */
struct mmx_prospect {
	enum mmx_can can;
	char because[200];
};

/**
 * struct mmx_fate - what can become of a page
 * @freed: whether it is free, or who has to let go of it first
 * @reclaimed: whether the kernel can take it back when memory is short
 * @migrated: whether its contents can be moved to another frame, as compaction and hotplug do it
 */
struct mmx_fate {
	struct mmx_prospect freed, reclaimed, migrated;
};

/** mmx_fate_of() - of a walk's current page, which was read, and has that class */
void mmx_fate_of(const struct mmx_page_walk *w, enum mmx_class class, struct mmx_fate *fate);

#endif
