// SPDX-License-Identifier: GPL-2.0-or-later
/* Who maps a page, as its trees and page tables tell: rmapx has all of it. */
#include "mm/frames/mapcount.h"
#include "mm/processes/task.h"
#include "mm/rmap/answer.h"
#include "records/page/page.h"

#define ROWS 16 /* that are shown of one page */

/* @row: of the table below; @user: of the processes that have that entry */
struct mapped_by {
	struct mmx_rmap_answer answer;
	struct mmx_err failed;
};

struct mapper {
	size_t entry, user, users;
	const struct mmx_rmap_entry *e;
	const struct mmx_mm_user *who;
};

static bool has_mapped_by(struct mmx_rows *r)
{
	struct mmx_pages *p = mmx_page_of(r);
	int64_t count;

	return mmx_class_rows[p->verdict.class].has_mapping && !p->walk.folio.read &&
	       !mmx_page_mapcount(&p->walk, &count) && count > 0;
}

static const void *next_mapped_by(struct mmx_rows *r)
{
	struct mapped_by *m = r->state;
	struct mmx_pages *p = mmx_page_of(r);

	if (r->nth)
		return NULL;
	if (mmx_rmap_answer(&m->answer, &p->walk, p->verdict.class, NULL, &m->failed))
		return NULL;
	return m;
}

static void end_mapped_by(struct mmx_rows *r)
{
	mmx_rmap_answer_free(&((struct mapped_by *)r->state)->answer);
}

static void explained(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapped_by *m = r->row;

	v->text = m->answer.explained;
	if (!*v->text)
		mmx_value_none(v);
}

static const struct mapped_by *above(const struct mmx_rows *r)
{
	return r->above->row;
}

static const void *next_mapper(struct mmx_rows *r)
{
	const struct mmx_rmap *rmap = &above(r)->answer.rmap;
	struct mapper *m = r->state;

	if (r->nth == ROWS)
		return NULL;
	if (m->e && m->user + 1 < m->users) {
		m->user++;
		m->who++;
		return m;
	}
	if (m->entry >= rmap->n)
		return NULL;
	m->e = &rmap->v[m->entry++];
	m->who = mmx_mm_users(mmx_know_tasks(r->view), m->e->mm, &m->users);
	m->user = 0;
	return m;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapper *m = r->row;

	if (m->who)
		v->count = m->who->tgid;
	else
		mmx_value_null(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapper *m = r->row;

	if (m->who)
		v->text = mmx_know_tasks(r->view)->v[m->who->task].comm;
	else
		mmx_value_null(v);
}

static void vaddr(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapper *)r->row)->e->addr;
}

static void entry(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapper *)r->row)->e->entry.pte.raw;
}

static const struct mmx_field mapper_fields[] = {
	{"pid", MMX_NUMBER, "the process; null where none has the address space", .width = 7,
	 .may = MMX_OR_NULL, .get = pid},
	{"comm", MMX_TEXT, "its name", .width = 15, .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = comm},
	{"vaddr", MMX_ADDR, "the page's user address there", .title = "ADDRESS", .width = 14,
	 .get = vaddr},
	{"entry", MMX_HEX, "as it stands in the page table", .get = entry},
	{0},
};

static const struct mmx_record mappers = {
	.name = "mapper",
	.doc = "a process that maps the page, and where: the first ones, rmapx tells of all",
	.fields = mapper_fields,
	.state_size = sizeof(struct mapper),
	.next = next_mapper,
};

static const struct mmx_field fields[] = {
	{"entries", MMX_COUNT, "of page tables that hold it, found through its mapping",
	 AT(struct mapped_by, answer.rmap.counted)},
	{"processes", MMX_COUNT, "different ones that have them",
	 AT(struct mapped_by, answer.processes)},
	{"agree", MMX_BOOL, "they come to the kernel's count", AT(struct mapped_by, answer.agree)},
	{"explained", MMX_TEXT, "what there is to say of that", .may = MMX_OR_NONE,
	 .get = explained},
	{"broken", MMX_TROUBLE, "what is wrong on the way to them",
	 AT(struct mapped_by, answer.coverage)},
	{"mappers", MMX_TABLE, "the first ones", .may = MMX_OR_NONE, .record = &mappers},
	{0},
};

static const struct mmx_record mapped_by = {
	.name = "mapped_by",
	.doc = "who maps it",
	.fields = fields,
	.state_size = sizeof(struct mapped_by),
	.has = has_mapped_by,
	.next = next_mapped_by,
	.close = end_mapped_by,
};

const struct mmx_field mmx_page_fields_mapped_by[] = {
	{"mapped_by", MMX_BLOCK, "of pages with a mapping that the kernel counts as mapped",
	 .title = "mapped by", .may = MMX_OR_NONE, .record = &mapped_by},
	{0},
};
