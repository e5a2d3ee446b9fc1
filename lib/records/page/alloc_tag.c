// SPDX-License-Identifier: GPL-2.0-or-later
/* Which line of code allocated a page, where the kernel profiles allocations. */
#include "mm/owners/alloc_tags.h"
#include "records/alloc_tags.h"
#include "records/page/page.h"

static bool has_tag(struct mmx_rows *r)
{
	return mmx_know_alloc_tags(r->view)->profiled;
}

static int open_tag(struct mmx_rows *r, struct mmx_err *err)
{
	return mmx_alloc_ref_of_page(r->state, &mmx_page_of(r)->walk, err);
}

static const struct mmx_record alloc_tag = {
	.name = "alloc_tag",
	.doc = "the tag that a page was allocated under, or its folio; of other pages that were allocated in one piece the first one has it",
	.fields = mmx_alloc_tag_fields,
	.state_size = sizeof(struct mmx_alloc_ref),
	.has = has_tag,
	.open = open_tag,
	.next = mmx_alloc_tag_next,
};

const struct mmx_field mmx_page_fields_alloc_tag[] = {
	{"allocated_at", MMX_BLOCK, "where allocations are profiled: by which code",
	 .title = "allocated at", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &alloc_tag},
	{0},
};
