// SPDX-License-Identifier: GPL-2.0-or-later
/* What zones say of their own sizes and reserves, held against the frames that are theirs. */
#ifndef MMX_MM_ZONE_SUMS_H
#define MMX_MM_ZONE_SUMS_H

#include "mm/ledger/reconcile.h"

/** mmx_zone_sums() - add those balances of the whole system; -1 without memory */
int mmx_zone_sums(struct mmx_balances *out, const struct mmx_ledger *ledger, struct mmx_view *view,
		  struct mmx_err *err);

/** mmx_zone_sums_of_parts() - of each zone */
int mmx_zone_sums_of_parts(struct mmx_balances *out, const struct mmx_ledger *ledger,
			   struct mmx_view *view, struct mmx_err *err);

#endif
