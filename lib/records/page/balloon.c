// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that a balloon gave back to the hypervisor. */
#include "records/page/page.h"

static void balloon(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = mmx_word(p->walk.folio.bytes, mmx_page_format_of(r)->private);
	if (p->verdict.class != CLASS_BALLOON)
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_balloon[] = {
	{"balloon", MMX_ADDR, "of class balloon: its device", .may = MMX_OR_NONE, .get = balloon},
	{0},
};
