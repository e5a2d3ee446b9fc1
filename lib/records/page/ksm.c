// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that KSM merged. */
#include "mm/rmap/ksm.h"
#include "records/page/page.h"

struct ksm {
	struct mmx_ksm ksm;
	struct mmx_err unread;
};

static bool has_ksm(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_KSM;
}

static const void *next_ksm(struct mmx_rows *r)
{
	struct ksm *ksm = r->state;

	if (r->nth)
		return NULL;
	if (mmx_ksm_read(&ksm->ksm, r->view, mmx_page_mapping_of(r),
			 mmx_page_of(r)->walk.folio.head, &ksm->unread))
		ksm->ksm = (struct mmx_ksm){0};
	return ksm;
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct ksm *ksm = r->row;

	v->word = ksm->ksm.node;
	if (ksm->unread.code)
		mmx_value_unknown(v, &ksm->unread);
}

static void sharers(struct mmx_rows *r, struct mmx_value *v)
{
	const struct ksm *ksm = r->row;

	v->word = ksm->ksm.sharers;
	if (ksm->unread.code)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"node", MMX_ADDR, "its stable node", .may = MMX_OR_UNKNOWN, .get = node},
	{"sharers", MMX_COUNT, "addresses of processes that were merged into it",
	 .may = MMX_OR_NONE, .get = sharers},
	{"chain", MMX_ADDR, "the chain of pages with these very contents, when there are several",
	 .zero = MMX_OR_NONE, AT(struct ksm, ksm.chain)},
	{0},
};

static const struct mmx_record ksm = {
	.name = "ksm",
	.doc = "who shares it",
	.fields = fields,
	.state_size = sizeof(struct ksm),
	.has = has_ksm,
	.next = next_ksm,
};

const struct mmx_field mmx_page_fields_ksm[] = {
	{"ksm", MMX_BLOCK, "of class ksm", .title = "KSM", .may = MMX_OR_NONE, .record = &ksm},
	{0},
};
