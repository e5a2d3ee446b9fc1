// SPDX-License-Identifier: GPL-2.0-or-later
/* What cannot be of what zones say of themselves. */
#ifndef MMX_MM_ZONE_CHECKS_H
#define MMX_MM_ZONE_CHECKS_H

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_zone_finding - something that is wrong; @zone: index within the node, or -1: of all of it */
struct mmx_zone_finding {
	unsigned int node;
	int zone;
	char text[160];
};

/** struct mmx_zone_checks - all that was found */
struct mmx_zone_checks {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_zone_finding);
};

/** mmx_zone_checks_find() - look at all zones: mmx_know_zone_checks() keeps what was found */
int mmx_zone_checks_find(struct mmx_zone_checks *checks, struct mmx_view *view,
			 struct mmx_err *err);
void mmx_zone_checks_free(struct mmx_zone_checks *checks);

#endif
