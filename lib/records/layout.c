// SPDX-License-Identifier: GPL-2.0-or-later
/* What mmx reads of the kernel's types, and what was worked out with the outcome of its check. */
#include "records/records.h"

enum kind { STRUCT, MEMBER, ENUMERATOR };

static const char *const kinds[] = {"struct", "member", "enumerator"};

/* A declaration, and what became of it. */
struct entry {
	enum kind kind;
	const struct mmx_layout_decl *decl;
	const struct mmx_layout_found *found;
};

static const void *next_entry(struct mmx_rows *r)
{
	const struct mmx_layout *l = &r->view->kernel->layout;
	const struct {
		const struct mmx_layout_decl *decl;
		const struct mmx_layout_found *found;
		uint64_t n;
	} parts[] = {
		[STRUCT] = {mmx_layout_structs, l->strct, MMX_LAYOUT_STRUCTS},
		[MEMBER] = {mmx_layout_members, l->member, MMX_LAYOUT_MEMBERS},
		[ENUMERATOR] = {mmx_layout_enumerators, l->enumerator, MMX_LAYOUT_ENUMERATORS},
	};
	struct entry *entry = r->state;
	uint64_t i = r->nth;

	for (enum kind kind = STRUCT; kind <= ENUMERATOR; i -= parts[kind++].n) {
		if (i >= parts[kind].n)
			continue;
		*entry = (struct entry){kind, &parts[kind].decl[i], &parts[kind].found[i]};
		return entry;
	}
	return NULL;
}

static void entry_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;

	v->text = entry->decl->name;
}

static void need(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;

	v->word = entry->decl->need;
}

/* Whether there is anything to say; null when not. */
static bool was_found(const struct entry *entry, struct mmx_value *v)
{
	if (entry->found->provider < 0)
		mmx_value_null(v);
	return entry->found->provider >= 0;
}

static void value(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;

	if (was_found(entry, v))
		v->word = entry->kind == MEMBER ? entry->found->m.bit_off / 8 : entry->found->value;
}

/* An array without an end has no size. */
static void size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;
	const struct mmx_member *m = &entry->found->m;

	if (!was_found(entry, v))
		return;
	v->word = m->size;
	if (entry->kind != MEMBER || (!m->size && !m->bit_size))
		mmx_value_null(v);
}

static void found_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;

	if (was_found(entry, v))
		v->text = entry->decl->alt[entry->found->alt];
}

static void provider(struct mmx_rows *r, struct mmx_value *v)
{
	const struct entry *entry = r->row;
	int i = entry->found->provider;

	v->text = i < 0 ? "missing" : r->view->kernel->types.provider[i].name;
}

static const char *const needs[] = {
	[MMX_REQUIRED] = "required",
	[MMX_OPTIONAL] = "optional",
	[MMX_MODULE] = "module",
};

static const struct mmx_field layout_fields[] = {
	{"kind", MMX_WORD, "what is declared", .width = 10, WORD_LIST(kinds),
	 AT(struct entry, kind)},
	{"entry", MMX_TEXT, "mmx's name for it: \"zone.name\"", .width = 34, .get = entry_name},
	{"need", MMX_WORD, "whether it must be there, or comes with a module", .width = 8,
	 WORD_LIST(needs), .get = need},
	{"value", MMX_NUMBER,
	 "size of a struct, offset of a member in bytes, value of an enumerator", .width = 6,
	 .may = MMX_OR_NULL, .get = value},
	{"size", MMX_COUNT, "bytes of a member", .width = 6, .may = MMX_OR_NULL, .get = size},
	{"name", MMX_TEXT, "what this kernel calls it", .width = 24, .may = MMX_OR_NULL,
	 .get = found_name},
	{"provider", MMX_TEXT, "who told it, or \"missing\"", .get = provider},
	{0},
};

const struct mmx_record mmx_record_layout = {
	.name = "layout",
	.doc = "a declaration of what mmx reads of the kernel's types",
	.fields = layout_fields,
	.state_size = sizeof(struct entry),
	.next = next_entry,
};

static const void *next_fact(struct mmx_rows *r)
{
	return r->nth < MMX_FACT_COUNT ? &r->view->kernel->facts.v[r->nth] : NULL;
}

static void fact_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_fact_name(r->nth);
}

static void fact_detail(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_fact *fact = r->row;

	v->text = fact->text[0] ? fact->text : "not found out";
}

static const struct mmx_field fact_fields[] = {
	{"check", MMX_WORD, "how its check came out", .title = "RESULT", .width = 9,
	 WORDS(MMX_FACT_FAILED + 1, mmx_fact_state_name), AT(struct mmx_fact, state)},
	{"fact", MMX_TEXT, "what it is about", .width = 34, .get = fact_name},
	{"source", MMX_TEXT, "from where", .width = 32, .may = MMX_OR_EMPTY,
	 AT(struct mmx_fact, source)},
	{"detail", MMX_TEXT, "what was compared, or why it is not known", .get = fact_detail},
	{0},
};

const struct mmx_record mmx_record_facts = {
	.name = "fact",
	.doc = "something that was worked out of the dump",
	.fields = fact_fields,
	.next = next_fact,
};
