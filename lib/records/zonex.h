// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of zones: the records of nodes.c, zones/ and request.c have it as their arg. */
#ifndef MMX_RECORDS_ZONEX_H
#define MMX_RECORDS_ZONEX_H

#include <stdbool.h>

#include "mm/zones/request.h"
#include "records/record.h"

/**
 * struct mmx_zonex - what is asked
 * @verbose: each order, CPU and counter too
 * @explained: how it follows, -e
 * @lru: the LRU lists, and nothing else
 * @request: a request for memory, and nothing else; NULL: none
 */
struct mmx_zonex {
	bool verbose, lru, explained;
	const struct mmx_request *request;
};

static inline const struct mmx_zonex *mmx_zonex_of(const struct mmx_rows *r)
{
	return r->arg;
}

/** mmx_zonex_is_verbose(), mmx_zonex_is_survey() - has() of records that are shown only then */
bool mmx_zonex_is_verbose(struct mmx_rows *r);
bool mmx_zonex_is_survey(struct mmx_rows *r);

#endif
