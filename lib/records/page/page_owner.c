// SPDX-License-Identifier: GPL-2.0-or-later
/* Who allocated a page, when the kernel kept a record. */
#include <stdio.h>

#include "mm/owners/page_owner.h"
#include "mm/owners/stackdepot.h"
#include "records/page/page.h"

static bool has_page_owner(struct mmx_rows *r)
{
	return mmx_know_page_owners(r->view)->kept;
}

static const void *next_page_owner(struct mmx_rows *r)
{
	struct mmx_page_owner *owner = r->state;

	if (r->nth ||
	    mmx_page_owner_read(owner, mmx_know_page_owners(r->view), r->view,
				mmx_page_of(r)->walk.pfn) ||
	    !owner->recorded)
		return NULL;
	return owner;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_page_owner *owner = r->row;

	snprintf(text, 64, "%s", owner->allocated ? "allocated by" : "freed; was allocated by");
}

static int open_stack(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_page_owner *owner = r->above->row;

	return mmx_trace_fetch(r->state, r->view, owner->stack, err);
}

static const void *next_caller(struct mmx_rows *r)
{
	const struct mmx_trace *trace = r->state;

	return r->nth < trace->n ? &trace->entry[r->nth] : NULL;
}

static void caller(struct mmx_rows *r, struct mmx_value *v)
{
	const uint64_t *addr = r->row;

	mmx_value_symbol(r, v, *addr);
}

static const struct mmx_field caller_fields[] = {
	{"caller", MMX_TEXT, "where in the kernel's code", .title = "STACK", .get = caller},
	{0},
};

static const struct mmx_record stack = {
	.name = "caller",
	.doc = "a return address of the call chain that led to the allocation, the innermost first",
	.fields = caller_fields,
	.state_size = sizeof(struct mmx_trace),
	.open = open_stack,
	.next = next_caller,
};

static const struct mmx_field fields[] = {
	{"allocated", MMX_BOOL, "it was not freed since", AT(struct mmx_page_owner, allocated)},
	{"pid", MMX_NUMBER, "of who allocated it", AT(struct mmx_page_owner, pid)},
	{"comm", MMX_TEXT, "of who allocated it", .may = MMX_OR_EMPTY,
	 AT(struct mmx_page_owner, comm)},
	{"order", MMX_COUNT, "of the allocation that it was part of",
	 AT(struct mmx_page_owner, order)},
	{"gfp", MMX_HEX, "the allocation's flags", AT(struct mmx_page_owner, gfp)},
	{"ns", MMX_COUNT, "when: nanoseconds since boot", AT(struct mmx_page_owner, ns)},
	{"stack", MMX_TABLE, "from where", .may = MMX_OR_UNKNOWN, .record = &stack},
	{0},
};

static const struct mmx_record page_owner = {
	.name = "page_owner",
	.doc = "the kernel's own record of who allocated it",
	.fields = fields,
	.state_size = sizeof(struct mmx_page_owner),
	.has = has_page_owner,
	.next = next_page_owner,
	.heading = heading,
};

const struct mmx_field mmx_page_fields_page_owner[] = {
	{"page_owner", MMX_BLOCK, "where the kernel kept it", .may = MMX_OR_NONE,
	 .record = &page_owner},
	{0},
};
