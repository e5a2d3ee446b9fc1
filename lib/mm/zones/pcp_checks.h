// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wrong with pages on CPUs' lists: a page that was freed twice, or while somebody has it, mostly ends there. */
#ifndef MMX_MM_PCP_CHECKS_H
#define MMX_MM_PCP_CHECKS_H

#include "mm/zones/free_lists.h"

/** mmx_pcp_check() - enter it among the findings of free lists, which have been walked; -1 without memory */
int mmx_pcp_check(struct mmx_free_lists *lists, struct mmx_view *view);

#endif
