// SPDX-License-Identifier: GPL-2.0-or-later
/* LRU lists, as zonex -l shows them. */
#ifndef MMX_RECORDS_LRU_H
#define MMX_RECORDS_LRU_H

#include "records/zonex.h"

/** MMX_LRU_TOP - owners of lists that are shown when not all are asked for */
#define MMX_LRU_TOP 20u

extern const struct mmx_record mmx_record_lru_nodes, mmx_record_lru_owners, mmx_record_lru_lists,
	mmx_record_lru_batched, mmx_record_lru_findings;

#endif
