// SPDX-License-Identifier: GPL-2.0-or-later
/* Page tables, and whose they are. */
#include <stdio.h>

#include "mm/owners/page_table.h"
#include "mm/processes/task.h"
#include "records/page/page.h"

/* @n entries at @table: a page can be of several address spaces, as the kernel's own are */
struct page_table {
	const struct mmx_pt_page *table;
	size_t n;
	const char *level, *role;
};

/* Reserved pages may be page tables as well: those of the kernel image, and others made at boot. */
static bool has_page_table(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);
	size_t n = 0;

	if (p->verdict.class == CLASS_RESERVED)
		mmx_pt_owner_of(mmx_know_pt_owners(r->view), p->walk.pfn, &n);
	return n || p->verdict.class == CLASS_PAGE_TABLE;
}

static const void *next_page_table(struct mmx_rows *r)
{
	struct page_table *t = r->state;

	if (r->nth)
		return NULL;
	t->table = mmx_pt_owner_of(mmx_know_pt_owners(r->view), mmx_page_of(r)->walk.pfn, &t->n);
	if (t->n) {
		t->level = mmx_pt_level_name(r->view->kernel, t->table->level);
		t->role = mmx_pt_role_words(t->table->role);
	}
	return t;
}

/*
 * Owners: a row for each process that uses an address space, which can be none, as of the kernel's.
 */

struct owners {
	size_t table, user, users;
	struct owner {
		uint64_t mm, first, last, task;
		int64_t pid; /* -1: no process */
		const char *name;
	} owner;
};

static const struct mmx_pt_space *space_of(const struct mmx_rows *r,
					   const struct mmx_pt_page *table)
{
	return &mmx_know_pt_owners(r->view)->spaces.v[table->space];
}

static const char *name_without_task(const struct mmx_pt_space *space)
{
	if (space->name)
		return space->name;
	return space->taskless ? "no task has it: KVM, vhost or AIO may" : "";
}

static const struct owner *take_owner(struct mmx_rows *r, const struct mmx_pt_page *table,
				      const struct mmx_task *task)
{
	const struct mmx_pt_space *space = space_of(r, table);
	struct owners *o = r->state;

	o->owner = (struct owner){
		.mm = space->mm,
		.task = task ? task->addr : 0,
		.pid = task ? task->pid : -1,
		.name = task ? task->comm : name_without_task(space),
	};
	mmx_pt_range(r->view->kernel, table, &o->owner.first, &o->owner.last);
	return &o->owner;
}

static const void *next_owner(struct mmx_rows *r)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);
	const struct page_table *t = r->above->row;
	const struct mmx_mm_user *user;
	struct owners *o = r->state;

	if (r->nth && ++o->user >= o->users) {
		o->table++;
		o->user = 0;
	}
	if (o->table >= t->n)
		return NULL;
	user = mmx_mm_users(tasks, space_of(r, &t->table[o->table])->mm, &o->users);
	return take_owner(r, &t->table[o->table], o->users ? &tasks->v[user[o->user].task] : NULL);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct owner *owner = r->row;

	v->count = owner->pid;
	if (!owner->task)
		mmx_value_null(v);
}

static const struct mmx_field owner_fields[] = {
	{"mm", MMX_ADDR, "the mm_struct; null where it is not known", .zero = MMX_OR_NULL,
	 AT(struct owner, mm)},
	{"first", MMX_ADDR, "the first address that it maps there", .title = "FIRST ADDRESS",
	 AT(struct owner, first)},
	{"last", MMX_ADDR, "the last one", AT(struct owner, last)},
	{"task", MMX_ADDR, "of the process; null without one", .zero = MMX_OR_NULL,
	 AT(struct owner, task)},
	{"pid", MMX_COUNT, "of the process; null without one", .width = 7, .may = MMX_OR_NULL,
	 .get = pid},
	{"name", MMX_TEXT, "of the process; without one the kernel's: \"init_mm\"",
	 .may = MMX_OR_EMPTY, AT(struct owner, name)},
	{0},
};

static const struct mmx_record owners = {
	.name = "owner",
	.doc = "a process that uses an address space which has the table",
	.fields = owner_fields,
	.state_size = sizeof(struct owners),
	.next = next_owner,
};

/* Whether it is of an address space that no task has, of those that were found. */
static bool is_taskless(const struct mmx_rows *r, const struct page_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (space_of(r, &t->table[i])->taskless)
			return true;
	}
	return false;
}

static void owner_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	static const char nowhere[] = "no address space leads to it";
	const struct page_table *t = r->row;
	struct mmx_err *why = &v->scratch->err;

	v->err = why;
	*why = mmx_know_tasks(r->view)->coverage.first;
	if (t->n && (!why->code || !is_taskless(r, t)))
		mmx_value_none(v);
	if (t->n)
		return;
	*why = mmx_know_pt_owners(r->view)->coverage.first;
	if (why->code)
		mmx_fail_prefix(why, "%s, of those that were found", nowhere);
	else
		snprintf(why->text, sizeof(why->text), "%s", nowhere);
}

static const struct mmx_field fields[] = {
	{"level", MMX_TEXT, "PTE, PMD, PUD, P4D or PGD", .zero = MMX_OR_NONE,
	 AT(struct page_table, level)},
	{"role", MMX_TEXT, "what it is there for", .zero = MMX_OR_NONE,
	 AT(struct page_table, role)},
	{"owners", MMX_TABLE, "whose it is", .title = "of", .may = MMX_OR_NONE, .record = &owners},
	{"owner_unknown", MMX_TROUBLE, "why its owner is not known", .get = owner_unknown},
	{0},
};

static const struct mmx_record page_table = {
	.name = "page_table",
	.doc = "what it is a page table of",
	.fields = fields,
	.state_size = sizeof(struct page_table),
	.has = has_page_table,
	.next = next_page_table,
};

const struct mmx_field mmx_page_fields_page_table[] = {
	{"page_table", MMX_BLOCK, "of class page-table, and of reserved memory that is one",
	 .title = "page table", .may = MMX_OR_NONE, .record = &page_table},
	{0},
};
