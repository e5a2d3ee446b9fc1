// SPDX-License-Identifier: GPL-2.0-or-later
/* KSM: who shares a page that was merged. */
#ifndef MMX_MM_KSM_H
#define MMX_MM_KSM_H

#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

/**
 * struct mmx_ksm - the stable node of a merged page
 * @sharers: addresses of processes that were merged into it; forks share it beyond that
 * @chain: the chain of pages with these very contents that this one is of; 0 when it is the only one
 */
struct mmx_ksm {
	uint64_t node;
	uint64_t sharers;
	uint64_t chain;
};

/**
 * mmx_ksm_read() - the stable node of a page
 * @node: the page's mapping word without its low bits
 * @pfn: the page, which the node must name; counts every sharer
 */
int mmx_ksm_read(struct mmx_ksm *ksm, struct mmx_view *view, uint64_t node, uint64_t pfn,
		 struct mmx_err *err);

#endif
