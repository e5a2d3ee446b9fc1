// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Struct page drawn from this kernel's own types, every arm of its unions with its value, and the struct
 * that overlays it on pages of some classes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernel/member.h"
#include "records/page/page.h"

struct member {
	uint64_t offset, size;
	char name[64]; /* empty: an anonymous union, or struct in one, whose members follow */
	char type[MMX_TYPE_NAME];
	uint64_t bit_off;
	uint32_t bit_size; /* of a bit-field, else 0 */
	unsigned int depth;
	bool live;
};

struct drawing {
	MMX_ARRAY(struct member);
	const struct mmx_pages *p;
	uint64_t end; /* of struct page: what overlays it may be longer */
	bool no_memory;
};

static bool add_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
		       bool is_union)
{
	struct drawing *d = arg;
	const struct mmx_pages *p = d->p;
	struct member member = {
		.offset = m->bit_off / 8,
		.size = m->size,
		.bit_off = m->bit_off,
		.bit_size = m->bitfield ? m->bit_size : 0,
		.depth = depth,
		.live = name[0] &&
			mmx_arm_has(mmx_class_arm(p->verdict.class, &p->walk), &p->walk, name),
	};

	(void)is_union;
	if (member.offset >= d->end)
		return true;
	snprintf(member.name, sizeof(member.name), "%s", name);
	snprintf(member.type, sizeof(member.type), "%s", m->type);
	d->no_memory |= !mmx_array_add(d, member);
	return !d->no_memory;
}

static int draw(struct mmx_rows *r, const char *name, struct mmx_err *err)
{
	struct drawing *d = r->state;

	d->p = mmx_page_of(r);
	d->end = mmx_page_format_of(r)->size;
	mmx_types_each_member(&r->view->kernel->types, name, add_member, d);
	if (!d->no_memory)
		return 0;
	mmx_array_free(d);
	return mmx_fail_nomem(err);
}

static void end_drawing(struct mmx_rows *r)
{
	struct drawing *d = r->state;

	mmx_array_free(d);
}

/* Whether a member follows that lies in the same union or struct. */
static bool has_sibling(const struct drawing *d, size_t i)
{
	unsigned int depth = d->v[i].depth;

	for (i++; i < d->n; i++) {
		if (d->v[i].depth <= depth)
			return d->v[i].depth == depth;
	}
	return false;
}

static const void *next_member(struct mmx_rows *r)
{
	const struct drawing *d = r->state;

	if (r->nth >= d->n)
		return NULL;
	r->depth = d->v[r->nth].depth;
	r->more = has_sibling(d, r->nth);
	return &d->v[r->nth];
}

static void value(struct mmx_rows *r, struct mmx_value *v)
{
	const unsigned char *bytes = mmx_page_of(r)->walk.bytes;
	const struct member *m = r->row;
	uint64_t word = m->offset & ~7ULL;

	if (!m->name[0] || !m->size || m->size > 8 ||
	    m->offset + m->size > mmx_page_format_of(r)->size)
		mmx_value_none(v);
	else if (m->bit_size)
		v->word = mmx_word(bytes, word) >> (m->bit_off - word * 8) &
			  ((1ULL << m->bit_size) - 1);
	else
		v->word = mmx_le(bytes + m->offset, m->size);
}

static const struct mmx_field fields[] = {
	{"offset", MMX_HEX, "from the start", .width = 6, AT(struct member, offset)},
	{"size", MMX_COUNT, "bytes", .width = 4, AT(struct member, size)},
	{"live", MMX_BOOL, "it is in force on this page; left out when it is not", .width = 4,
	 .zero = MMX_OR_NONE, AT(struct member, live)},
	{"member", MMX_TEXT, "its name; left out of unions and structs without one", .width = 30,
	 .lines = true, .zero = MMX_OR_NONE, AT(struct member, name)},
	{"value", MMX_HEX, "left out of what is no single number", .may = MMX_OR_NONE,
	 .get = value},
	{"type", MMX_TEXT, "as C has it", .may = MMX_OR_EMPTY, AT(struct member, type)},
	{0},
};

static bool has_struct_page(struct mmx_rows *r)
{
	return mmx_page_of(r)->drawn;
}

static int open_struct_page(struct mmx_rows *r, struct mmx_err *err)
{
	return draw(r, "page", err);
}

static const struct mmx_record struct_page = {
	.name = "member",
	.doc = "a member of struct page, below it those of a union or struct without a name",
	.fields = fields,
	.state_size = sizeof(struct drawing),
	.has = has_struct_page,
	.open = open_struct_page,
	.next = next_member,
	.close = end_drawing,
};

/* A kernel without that struct has the arms, and a tail the words of its folio. */
static const char *overlay_of(const struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);
	const char *name = mmx_class_rows[p->verdict.class].overlay;
	uint64_t size;

	return p->drawn && name && !p->walk.tail &&
			       mmx_types_struct_size(&r->view->kernel->types, name, &size) >= 0
		       ? name
		       : NULL;
}

static bool has_overlay(struct mmx_rows *r)
{
	return overlay_of(r);
}

static int open_overlay(struct mmx_rows *r, struct mmx_err *err)
{
	return draw(r, overlay_of(r), err);
}

static void overlay_heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "struct %s", overlay_of(r));
}

static const struct mmx_record overlay = {
	.name = "overlay_member",
	.doc = "a member of a struct of its own that overlays struct page, likewise",
	.fields = fields,
	.state_size = sizeof(struct drawing),
	.has = has_overlay,
	.open = open_overlay,
	.next = next_member,
	.close = end_drawing,
	.heading = overlay_heading,
};

const struct mmx_field mmx_page_fields_struct_page[] = {
	{"struct_page", MMX_TREE, "with `-v`: struct page as this kernel has it",
	 .title = "struct page", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &struct_page},
	{"overlay", MMX_TREE, "with `-v`, of classes that have one: the struct that overlays it",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &overlay},
	{0},
};
