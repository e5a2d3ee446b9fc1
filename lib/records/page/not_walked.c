// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a verdict rests on. A page that nobody claims may belong to an owner whose lists could not be
 * walked, and one that an owner claims to another who is asked before that one.
 */
#include "mm/owners/owner.h"
#include "records/page/page.h"

/* @why: code 0 when all that the owner has is known */
struct owner {
	const char *name;
	struct mmx_err why;
};

/* Most verdicts rest on the page's own words alone. */
static bool rests_on_owners(const struct mmx_pages *p)
{
	return p->verdict.class == CLASS_UNATTRIBUTED || p->verdict.owner != MMX_OWNERS;
}

/* Number @nth of what may claim the page: the page cache of its mapping, and the kinds of owners. */
static bool take_owner(const struct mmx_pages *p, struct mmx_view *view, unsigned int nth,
		       struct owner *owner)
{
	owner->why.code = MMX_OK;
	if (!nth) {
		owner->name = "page cache";
		if (p->verdict.class == CLASS_UNATTRIBUTED &&
		    mmx_page_in_cache(&p->walk, &owner->why) != MMX_IN_CACHE_UNKNOWN)
			owner->why.code = MMX_OK;
		return true;
	}
	if (nth > MMX_OWNERS)
		return false;
	owner->name = mmx_owner_kinds[nth - 1]->name;
	if (mmx_verdict_rests_on(&p->verdict, nth - 1))
		owner->why = mmx_owner_coverage(view, nth - 1)->first;
	return true;
}

void mmx_page_cover_owners(const struct mmx_pages *p, struct mmx_view *view,
			   struct mmx_coverage *coverage)
{
	struct owner owner;

	if (!rests_on_owners(p))
		return;
	/* What mmx does not know is told by who asks for these owners, and changes no exit status. */
	for (unsigned int i = 0; take_owner(p, view, i, &owner); i++) {
		if (owner.why.code == MMX_ECORRUPT || owner.why.code == MMX_EABSENT)
			mmx_cover_fail(coverage, &owner.why);
	}
}

struct owners {
	unsigned int nth;
	struct owner owner;
};

static bool has_owners(struct mmx_rows *r)
{
	return rests_on_owners(mmx_page_of(r));
}

static const void *next_owner(struct mmx_rows *r)
{
	struct owners *owners = r->state;

	while (take_owner(mmx_page_of(r), r->view, owners->nth++, &owners->owner)) {
		if (owners->owner.why.code)
			return &owners->owner;
	}
	return NULL;
}

static const struct mmx_field fields[] = {
	{"owner", MMX_TEXT, "whose lists they are", .width = 18, AT(struct owner, name)},
	{"trouble", MMX_TROUBLE, "why they were not walked to their ends", AT(struct owner, why)},
	{0},
};

static const struct mmx_record not_walked = {
	.name = "owner",
	.doc = "an owner whose lists were not walked to their ends, so that the page may be theirs",
	.fields = fields,
	.state_size = sizeof(struct owners),
	.has = has_owners,
	.next = next_owner,
};

const struct mmx_field mmx_page_fields_not_walked[] = {
	{"not_walked", MMX_TABLE, "owners that it could be of",
	 .title = "could be of an owner whose lists were not walked to their ends",
	 .may = MMX_OR_NONE, .record = &not_walked},
	{0},
};
