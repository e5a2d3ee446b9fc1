// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "records/structx.h"

/* The cursor's own: the row of the current object's tree; before it comes one of the object itself. */
struct cursor {
	bool in_object;
	size_t row;
};

static struct mmx_structx *structx_of(const struct mmx_rows *r)
{
	return r->arg;
}

static const struct mmx_struct_object *object_of(const struct mmx_rows *r)
{
	return &structx_of(r)->object;
}

static bool has_structs(struct mmx_rows *r)
{
	return !structx_of(r)->is_enum;
}

/* What is left out is said once, of the object. */
static void cover(struct mmx_rows *r, const struct mmx_struct_object *o)
{
	for (size_t i = 0; i < o->n; i++)
		mmx_cover_inherit(r->coverage, &o->v[i].peek.coverage);
	if (o->tree.wrong)
		mmx_cover_failf(r->coverage, MMX_ECORRUPT,
				"%s: %u members that do not lie in it, or are of no type", o->title,
				o->tree.wrong);
	if (o->tree.cut)
		mmx_cover_failf(r->coverage, MMX_EUSAGE,
				"%s: there is more of it than is shown: choose a member", o->title);
}

/* A row of the object itself has no type row: @r->row is the object. */
static const void *next_row(struct mmx_rows *r)
{
	const struct mmx_struct_object *o = object_of(r);
	struct cursor *c = r->state;

	if (c->in_object && c->row < o->tree.n) {
		const struct mmx_type_row *row = &o->tree.v[c->row++];

		r->depth = row->depth + 1;
		r->more = row->more;
		return row;
	}
	if (!structx_of(r)->next(structx_of(r)))
		return NULL;
	*c = (struct cursor){.in_object = true};
	r->depth = 0;
	r->more = false;
	cover(r, o);
	return o;
}

static bool is_object(const struct mmx_rows *r)
{
	return r->row == object_of(r);
}

static const struct mmx_type_row *row_of(const struct mmx_rows *r)
{
	return r->row;
}

static void offset(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_object(r))
		mmx_value_none(v);
	else
		v->word = row_of(r)->part.bit_off / 8;
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = is_object(r) ? object_of(r)->size
		  : row_of(r)->is_element
			  ? row_of(r)->part.size * (row_of(r)->last - row_of(r)->first + 1)
			  : row_of(r)->part.size;
}

static void member(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_object(r))
		v->text = object_of(r)->title;
	else if (!row_of(r)->is_element)
		v->text = row_of(r)->name;
	else if (row_of(r)->first == row_of(r)->last)
		mmx_value_textf(v, "[%" PRIu64 "]", row_of(r)->first);
	else
		mmx_value_textf(v, "[%" PRIu64 "-%" PRIu64 "]", row_of(r)->first, row_of(r)->last);
	if (!*v->text)
		mmx_value_none(v);
}

static void object_text(const struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_struct_object *o = object_of(r);

	if (!o->at)
		mmx_value_none(v);
	else
		mmx_value_textf(v, "%" PRIx64 "%s%s", o->addr, o->symbol[0] ? " " : "", o->symbol);
}

/* Elements that differ have rows of their own. */
static bool has_rows_below(const struct mmx_rows *r)
{
	const struct mmx_type_tree *t = &object_of(r)->tree;
	size_t i = (size_t)(row_of(r) - t->v);

	return i + 1 < t->n && t->v[i + 1].depth > t->v[i].depth;
}

static void value(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_err *missing = NULL;
	char *text = v->scratch->text;

	if (is_object(r))
		object_text(r, v);
	else if (has_rows_below(r) || !mmx_struct_value(object_of(r), r->view, row_of(r), text,
							sizeof(v->scratch->text), &missing))
		mmx_value_none(v);
	else if (missing)
		mmx_value_textf(v, "(%s)", missing->text);
	else
		v->text = text;
}

static void type(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_struct_object *o = object_of(r);
	char text[MMX_TYPE_NAME];

	if (is_object(r)) {
		if (o->has_cpu)
			mmx_value_textf(v, "CPU %u", o->cpu);
		else if (!o->at)
			mmx_value_textf(v, "%s%s%s", o->source, o->type.module ? ": " : "",
					o->type.module ? o->type.module : "");
		else
			mmx_value_none(v);
		return;
	}
	mmx_type_text(o->type.graph, row_of(r)->part.type, text);
	if (row_of(r)->part.bit_size)
		mmx_value_textf(v, "%s :%u", text, row_of(r)->part.bit_size);
	else
		mmx_value_textf(v, "%s", text);
}

/*
 * What only programs read: parts of a row that have no column.
 */

static const void *next_bits(struct mmx_rows *r)
{
	return r->nth || is_object(r->above) || !row_of(r->above)->part.bit_size ? NULL
										 : r->above->row;
}

static void from_bit(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row_of(r)->part.bit_off % 8;
}

static const struct mmx_field bits_fields[] = {
	{"from", MMX_COUNT, "the first bit of the byte at the offset", .get = from_bit},
	{"width", MMX_COUNT, "how many", AT(struct mmx_type_row, part.bit_size)},
	{0},
};

static const struct mmx_record bits = {
	.name = "bits",
	.doc = "the bits of a bit-field",
	.fields = bits_fields,
	.next = next_bits,
};

static const void *next_elements(struct mmx_rows *r)
{
	return r->nth || is_object(r->above) || !row_of(r->above)->is_element ? NULL
									      : r->above->row;
}

static const struct mmx_field elements_fields[] = {
	{"first", MMX_COUNT, "the first one", AT(struct mmx_type_row, first)},
	{"last", MMX_COUNT, "the last one that is like it", AT(struct mmx_type_row, last)},
	{0},
};

static const struct mmx_record elements = {
	.name = "elements",
	.doc = "elements of the array above that are all alike; the offset is that of the first",
	.fields = elements_fields,
	.next = next_elements,
};

static const void *next_word(struct mmx_rows *r)
{
	uint64_t word;

	return r->nth || is_object(r->above) || !object_of(r)->at || has_rows_below(r->above) ||
			       !mmx_struct_word(object_of(r), row_of(r->above), &word)
		       ? NULL
		       : r->above->row;
}

static void raw(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_struct_word(object_of(r), row_of(r), &v->word);
}

static const struct mmx_field word_fields[] = {
	{"raw", MMX_HEX, "not extended by its sign", .get = raw},
	{0},
};

static const struct mmx_record word = {
	.name = "word",
	.doc = "a value that is one number of at most 64 bits, or that of each element of an array",
	.fields = word_fields,
	.next = next_word,
};

static const void *next_object(struct mmx_rows *r)
{
	return r->nth || !is_object(r->above) ? NULL : r->above->row;
}

static void address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = object_of(r)->addr;
	if (!object_of(r)->at)
		mmx_value_none(v);
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = object_of(r)->cpu;
	if (!object_of(r)->has_cpu)
		mmx_value_none(v);
}

static void module(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = object_of(r)->type.module;
	if (!v->text)
		mmx_value_none(v);
}

static const struct mmx_field object_fields[] = {
	{"address", MMX_ADDR, "where it is; left out of a layout", .may = MMX_OR_NONE,
	 .get = address},
	{"symbol", MMX_TEXT, "the symbol there", .zero = MMX_OR_NONE,
	 AT(struct mmx_struct_object, symbol)},
	{"cpu", MMX_COUNT, "of per-CPU memory: whose it is", .may = MMX_OR_NONE, .get = cpu},
	{"pid", MMX_COUNT, "of user memory: the process or thread", .zero = MMX_OR_NONE,
	 AT(struct mmx_struct_object, pid)},
	{"module", MMX_TEXT, "whose type it is; left out of the kernel's own",
	 .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = module},
	{"source", MMX_TEXT, "who told the type", AT(struct mmx_struct_object, source)},
	{0},
};

static const struct mmx_record object = {
	.name = "object",
	.doc = "what is said of a whole",
	.fields = object_fields,
	.next = next_object,
};

static const struct mmx_field fields[] = {
	{"offset", MMX_HEX, "from the start of the struct; left out of itself", .width = 6,
	 .may = MMX_OR_NONE, .get = offset},
	{"size", MMX_COUNT, "bytes; of a bit-field those of its type", .width = 6, .get = size},
	{"member", MMX_TEXT,
	 "its name, or [N] of an array's elements; left out of unions and structs without one",
	 .width = 30, .lines = true, .may = MMX_OR_NONE, .get = member},
	{"value", MMX_TEXT,
	 "in words: enumerators and flags by name, pointers with the symbol or the text they lead to; why it is missing; of "
	 "a struct its address",
	 .width = 26, .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = value},
	{"type", MMX_TEXT,
	 "as C has it, all dimensions of an array in one; of a struct itself the CPU that it is of, or who told "
	 "its layout",
	 .may = MMX_OR_NONE, .get = type},
	{"bits", MMX_BLOCK, "of a bit-field", .may = MMX_OR_NONE, .record = &bits},
	{"elements", MMX_BLOCK, "of an array", .may = MMX_OR_NONE, .record = &elements},
	{"word", MMX_BLOCK,
	 "its value as a number, of an array that of each element; left out where it is none, or missing",
	 .may = MMX_OR_NONE, .record = &word},
	{"object", MMX_BLOCK, "of the struct itself", .may = MMX_OR_NONE, .record = &object},
	{0},
};

const struct mmx_record mmx_record_structs = {
	.name = "member",
	.doc = "a struct, and below it its members",
	.fields = fields,
	.state_size = sizeof(struct cursor),
	.has = has_structs,
	.next = next_row,
};

/*
 * Enums.
 */

struct enumerator {
	uint64_t pos;
	const char *name;
	int64_t value;
};

static bool is_enum(struct mmx_rows *r)
{
	return structx_of(r)->is_enum;
}

static const void *next_enumerator(struct mmx_rows *r)
{
	const struct mmx_type_ref *type = &object_of(r)->type;
	struct enumerator *e = r->state;

	return type->graph->ops->next_enumerator(type->graph, type->id, &e->pos, &e->name,
						 &e->value)
		       ? e
		       : NULL;
}

static const struct mmx_field enumerator_fields[] = {
	{"value", MMX_NUMBER, "its number", .width = 12, AT(struct enumerator, value)},
	{"name", MMX_TEXT, "what it is called", AT(struct enumerator, name)},
	{0},
};

const struct mmx_record mmx_record_enumerators = {
	.name = "enumerator",
	.doc = "an enumerator of an enum",
	.fields = enumerator_fields,
	.state_size = sizeof(struct enumerator),
	.has = is_enum,
	.next = next_enumerator,
};
