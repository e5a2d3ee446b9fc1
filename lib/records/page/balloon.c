// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that a balloon gave back to the hypervisor. */
#include <inttypes.h>

#include "mm/owners/balloons.h"
#include "records/page/page.h"

static const struct mmx_holder *listed(struct mmx_rows *r)
{
	const struct mmx_pages *p = r->row;

	return p->verdict.class == CLASS_BALLOON
		       ? mmx_holder_of(&mmx_know_balloons(r->view)->held, p->walk.pfn)
		       : NULL;
}

static void hypervisor(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_balloons *balloons = mmx_know_balloons(r->view);
	const struct mmx_holder *holder = listed(r);
	const struct mmx_pages *p = r->row;

	if (holder)
		v->text = holder->name;
	else if (p->verdict.class == CLASS_OFFLINE && !mmx_cover_whole(&balloons->coverage))
		mmx_value_unknown(v, &balloons->coverage.first);
	else if (p->verdict.class == CLASS_OFFLINE && balloons->unlisted)
		mmx_value_textf(
			v, "%s has %" PRIu64 " pages, of which no list is kept: maybe this one",
			balloons->unlisted_of, balloons->unlisted);
	else
		mmx_value_none(v);
}

static void balloon(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	const struct mmx_holder *holder = listed(r);

	v->word = holder ? holder->addr
			 : mmx_word(p->walk.folio.bytes, mmx_page_format_of(r)->private);
	if (p->verdict.class != CLASS_BALLOON)
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_balloon[] = {
	{"balloon", MMX_ADDR, "of class balloon: its device, or its driver's list",
	 .may = MMX_OR_NONE, .get = balloon},
	{"balloon_of", MMX_TEXT,
	 "whose balloon has it, or may have it, where its page does not say",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = hypervisor},
	{0},
};
