// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that nobody claims. */
#include "mm/frames/mapcount.h"
#include "records/page/page.h"

/* What such pages are, where their owner was to be found at all. */
static void could_be(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);
	int64_t mappings;

	if (p->verdict.class != CLASS_UNATTRIBUTED || p->walk.folio.read)
		mmx_value_none(v);
	else if (!mmx_page_mapcount(&p->walk, &mappings) && mappings > 0)
		v->text = "kernel memory that processes map: a buffer of a driver";
	else if (p->walk.folio.large)
		v->text =
			"a compound allocation of the kernel's: a large kmalloc where those are not marked, a buffer of "
			"a driver";
	else if (mmx_int(p->walk.folio.bytes, mmx_page_format_of(r)->refcount) > 0)
		v->text =
			"what its owner alone knows of: a ring or buffer of a driver, kernel memory of one page";
	else
		v->text =
			"behind the first page of an allocation that is not compound, or of an owner that keeps no "
			"count";
}

const struct mmx_field mmx_page_fields_unattributed[] = {
	{"could_be", MMX_TEXT, "of class unattributed, in words", .may = MMX_OR_NONE,
	 .get = could_be},
	{0},
};
