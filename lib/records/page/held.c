// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that a structure of the kernel holds: of a socket, a ring, a table. */
#include "mm/owners/owner.h"
#include "mm/processes/task.h"
#include "records/page/page.h"

static const struct mmx_holder *of_kind(const struct mmx_rows *r, unsigned int owner)
{
	const struct mmx_owner_kind *kind = mmx_owner_kinds[owner];

	return kind->held ? mmx_holder_of(kind->held(r->view), mmx_page_of(r)->walk.pfn) : NULL;
}

/* Memory of users may be held as well, which is asked for with its count: sent without a copy, registered. */
static const struct mmx_holder *of_any_kind(const struct mmx_rows *r)
{
	const struct mmx_holder *holder = NULL;

	for (unsigned int i = 0; i < MMX_OWNERS && !holder; i++) {
		holder = of_kind(r, i);
		if (mmx_owner_kinds[i]->held)
			mmx_cover_inherit(r->coverage,
					  &mmx_owner_kinds[i]->held(r->view)->coverage);
	}
	return holder;
}

static const struct mmx_holder *holder_of(const struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	if (p->verdict.owner < MMX_OWNERS)
		return of_kind(r, p->verdict.owner);
	return p->counted && mmx_class_rows[p->verdict.class].has_mapping ? of_any_kind(r) : NULL;
}

static bool has_holder(struct mmx_rows *r)
{
	return holder_of(r);
}

static const void *next_holder(struct mmx_rows *r)
{
	return r->nth ? NULL : holder_of(r);
}

static void what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	v->text = h->what;
}

static void type(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	if (h->type)
		v->text = h->type;
	else
		mmx_value_none(v);
}

static void addr(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	v->word = h->addr;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	if (h->name[0])
		v->text = h->name;
	else
		mmx_value_none(v);
}

static const struct mmx_task *task_of(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	if (h->open)
		return &mmx_know_tasks(r->view)->v[h->task];
	mmx_value_none(v);
	return NULL;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = task_of(r, v);

	if (task)
		v->count = task->pid;
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = task_of(r, v);

	if (task)
		v->text = task->comm;
}

static void fd(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *h = r->row;

	if (task_of(r, v))
		v->word = h->fd;
}

static const struct mmx_field fields[] = {
	{"what", MMX_TEXT, "what the page is to it, in words", .get = what},
	{"type", MMX_TEXT, "the struct that says so; left out of a variable", .may = MMX_OR_NONE,
	 .get = type},
	{"addr", MMX_ADDR, "where that is", .get = addr},
	{"name", MMX_TEXT, "what people know it by: addresses, a path, a variable",
	 .may = MMX_OR_NONE, .get = name},
	{"pid", MMX_COUNT, "one of those who have it open", .may = MMX_OR_NONE, .get = pid},
	{"comm", MMX_TEXT, "that one's name", .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"fd", MMX_COUNT, "that one's descriptor", .may = MMX_OR_NONE, .get = fd},
	{0},
};

static const struct mmx_record holder_record = {
	.name = "holder",
	.doc = "the structure of the kernel that holds a page",
	.fields = fields,
	.has = has_holder,
	.next = next_holder,
};

const struct mmx_field mmx_page_fields_held[] = {
	{"holder", MMX_BLOCK,
	 "of pages that a structure of the kernel holds: sockets, rings, tables; with `-c` of all of users that one holds",
	 .title = "held by", .may = MMX_OR_NONE, .record = &holder_record},
	{0},
};
