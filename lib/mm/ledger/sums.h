// SPDX-License-Identifier: GPL-2.0-or-later
/* What is summed of the kernel's own lists and held against counters that are neither a zone's nor a node's. */
#ifndef MMX_MM_SUMS_H
#define MMX_MM_SUMS_H

#include "mm/ledger/reconcile.h"

/** mmx_ledger_sums() - add those balances; -1 without memory */
int mmx_ledger_sums(struct mmx_balances *out, const struct mmx_ledger *ledger,
		    struct mmx_view *view, struct mmx_err *err);

/** mmx_balance_explain() - a mechanism that makes the counter larger by that amount */
void mmx_balance_explain(struct mmx_balance *b, enum mmx_part what, int64_t amount);

/** mmx_balance_explain_up_to() - one of which no more is known than how much it is at most */
void mmx_balance_explain_up_to(struct mmx_balance *b, enum mmx_part what, uint64_t most);

#endif
