// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/reports/explain.h"

void mmx_report_hold(struct mmx_told *t, const struct mmx_report *r, struct mmx_view *view,
		     bool own)
{
	(void)t;
	(void)r;
	(void)view;
	(void)own;
}
