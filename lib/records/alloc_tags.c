// SPDX-License-Identifier: GPL-2.0-or-later
/* Tags of code that allocates. */
#include <inttypes.h>

#include "mm/mem.h"
#include "mm/owners/alloc_tags.h"
#include "records/alloc_tags.h"

const void *mmx_alloc_tag_next(struct mmx_rows *r)
{
	const struct mmx_alloc_ref *ref = r->state;

	return !r->nth && ref->addr ? ref : NULL;
}

void mmx_value_site(struct mmx_rows *r, struct mmx_value *v, const struct mmx_alloc_tag *tag)
{
	v->text = v->scratch->text;
	if (mmx_alloc_tag_site(tag, r->view, v->scratch->text, sizeof(v->scratch->text),
			       &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void site(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_alloc_ref *ref = r->row;
	enum mmx_region_id region = mmx_region_of(&r->view->kernel->regions, ref->addr);
	bool unloaded = region == REGION_MODULES || region == REGION_VMALLOC;

	if (ref->tag) {
		mmx_value_site(r, v, ref->tag);
		return;
	}
	mmx_fail(&v->scratch->err, unloaded ? MMX_ENOTFOUND : MMX_ECORRUPT,
		 unloaded ? "the tag at 0x%" PRIx64 " is of no module that is loaded"
			  : "no tag can be at 0x%" PRIx64,
		 ref->addr);
	mmx_value_unknown(v, &v->scratch->err);
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_alloc_ref *ref = r->row;

	if (ref->tag && !ref->tag->why)
		v->count = ref->tag->bytes;
	else
		mmx_value_null(v);
}

const struct mmx_field mmx_alloc_tag_fields[] = {
	{"site", MMX_TEXT, "the line of code, as /proc/allocinfo has it",
	 .may = MMX_OR_UNKNOWN | MMX_OR_NULL, .get = site},
	{"tag", MMX_ADDR, "its alloc_tag", AT(struct mmx_alloc_ref, addr)},
	{"bytes", MMX_NUMBER, "all that was allocated there and not freed", .may = MMX_OR_NULL,
	 .get = bytes},
	{0},
};
