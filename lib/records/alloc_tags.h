// SPDX-License-Identifier: GPL-2.0-or-later
/* The tag that something was allocated under, for the records of what it is: their state is a struct mmx_alloc_ref. */
#ifndef MMX_RECORDS_ALLOC_TAGS_H
#define MMX_RECORDS_ALLOC_TAGS_H

#include "mm/owners/alloc_refs.h"
#include "records/record.h"

/** mmx_alloc_tag_fields - of a struct mmx_alloc_ref */
extern const struct mmx_field mmx_alloc_tag_fields[];

/** mmx_alloc_tag_next() - that reference, when there is one */
const void *mmx_alloc_tag_next(struct mmx_rows *r);

/** mmx_value_site() - a tag's line of code; unknown when its names cannot be read */
void mmx_value_site(struct mmx_rows *r, struct mmx_value *v, const struct mmx_alloc_tag *tag);

#endif
