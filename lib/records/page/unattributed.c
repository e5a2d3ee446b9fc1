// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that nobody claims. */
#include "mm/frames/unclaimed.h"
#include "records/page/page.h"

/* What such pages are, where their owner was to be found at all. */
static void could_be(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);

	if (p->verdict.class == CLASS_UNATTRIBUTED && !p->walk.folio.read)
		v->text = mmx_unclaimed_words(mmx_unclaimed_kind(&p->walk));
	else
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_unattributed[] = {
	{"could_be", MMX_TEXT, "of class unattributed, in words", .may = MMX_OR_NONE,
	 .get = could_be},
	{0},
};
