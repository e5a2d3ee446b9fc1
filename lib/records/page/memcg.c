// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory cgroups: who is charged. */
#include "mm/owners/memcg.h"
#include "records/page/page.h"

/* @has: @memcg was read; @unread: why not, when there is one */
struct memcg {
	struct mmx_charge charge;
	bool has;
	struct mmx_err unread;
	struct mmx_memcg memcg;
};

static uint64_t memcg_data(const struct mmx_rows *r)
{
	return mmx_word(mmx_page_of(r)->walk.folio.bytes, mmx_page_format_of(r)->memcg);
}

static bool has_memcg(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	return !p->walk.folio.read && !mmx_class_rows[p->verdict.class].uncharged &&
	       mmx_page_format_of(r)->has_memcg && memcg_data(r);
}

static int open_memcg(struct mmx_rows *r, struct mmx_err *err)
{
	struct memcg *memcg = r->state;

	return mmx_charge_read(&memcg->charge, r->view, memcg_data(r), err);
}

static const void *next_memcg(struct mmx_rows *r)
{
	struct memcg *memcg = r->state;

	if (r->nth || memcg->charge.kind == MMX_CHARGE_NONE)
		return NULL;
	memcg->has = memcg->charge.memcg &&
		     !mmx_memcg_read(&memcg->memcg, r->view, memcg->charge.memcg, &memcg->unread);
	return memcg;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct memcg *memcg = r->row;

	v->word = memcg->charge.kind - MMX_CHARGE_OBJECTS;
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct memcg *memcg = r->row;

	v->text = memcg->memcg.path;
	if (memcg->unread.code)
		mmx_value_unknown(v, &memcg->unread);
	else if (!memcg->has)
		mmx_value_none(v);
}

static void online(struct mmx_rows *r, struct mmx_value *v)
{
	const struct memcg *memcg = r->row;

	v->truth = memcg->memcg.online;
	if (!memcg->has)
		mmx_value_none(v);
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	const struct memcg *memcg = r->row;

	v->word = memcg->memcg.ino;
	if (!memcg->has)
		mmx_value_none(v);
}

static const char *const kinds[] = {
	[MMX_CHARGE_OBJECTS - MMX_CHARGE_OBJECTS] = "objects",
	[MMX_CHARGE_USER - MMX_CHARGE_OBJECTS] = "user",
	[MMX_CHARGE_KERNEL - MMX_CHARGE_OBJECTS] = "kernel",
};

static const struct mmx_field fields[] = {
	{"kind", MMX_WORD, "what for: memory of processes, the kernel's, or objects of a slab",
	 WORD_LIST(kinds), .get = kind},
	{"path", MMX_TEXT, "of the cgroup, as /proc/PID/cgroup has it",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = path},
	{"online", MMX_BOOL, "it was not removed yet", .may = MMX_OR_NONE, .get = online},
	{"ino", MMX_COUNT, "of its directory", .may = MMX_OR_NONE, .get = ino},
	{0},
};

static const struct mmx_record memcg_record = {
	.name = "memcg",
	.doc = "the memory cgroup that is charged for the folio",
	.fields = fields,
	.state_size = sizeof(struct memcg),
	.has = has_memcg,
	.open = open_memcg,
	.next = next_memcg,
};

const struct mmx_field mmx_page_fields_memcg[] = {
	{"memcg", MMX_BLOCK, "of what is charged", .title = "charged to",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &memcg_record},
	{0},
};
