// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <string.h>

#include "base/suggest.h"
#include "kernel/typetree.h"

/* Members that one step of a path, or a tree, may look at. */
#define STEPS_MAX 65536u

static bool lies_in_memory(const struct mmx_tg_type *t)
{
	return t->kind == MMX_TG_NUMBER || t->kind == MMX_TG_POINTER || t->kind == MMX_TG_OTHER ||
	       (t->kind == MMX_TG_ENUM && !t->incomplete) || mmx_tg_is_record(t);
}

/* Part @type at a bit of its struct, which ends at bit @end. */
static bool describe(const struct mmx_typegraph *g, uint64_t type, uint64_t bit_off,
		     uint32_t bit_size, uint64_t end, struct mmx_type_part *part)
{
	uint64_t id = type, nelems, size, bits;
	struct mmx_tg_type outer, t;

	if (!mmx_tg_resolve(g, &id, &outer) || !mmx_tg_element(g, &id, &t, &nelems) ||
	    !lies_in_memory(&t) || t.size > MMX_TG_SIZE_MAX ||
	    __builtin_mul_overflow(nelems, t.size, &size) || size > MMX_TG_SIZE_MAX)
		return false;
	bits = bit_size ? bit_size : size * 8;
	if (bit_off > end || bits > end - bit_off || (bit_size && (bit_size > 64 || size > 8)))
		return false;
	*part = (struct mmx_type_part){
		.type = type,
		.to = id,
		.kind = outer.kind,
		.element = t.kind,
		.is_signed = t.kind == MMX_TG_NUMBER && t.is_signed,
		.bit_off = bit_off,
		.bit_size = bit_size,
		.size = size,
		.nelems = outer.kind == MMX_TG_ARRAY ? nelems : 0,
		.elem_size = t.size,
	};
	return true;
}

bool mmx_type_part(const struct mmx_typegraph *g, uint64_t type, struct mmx_type_part *part)
{
	return describe(g, type, 0, 0, MMX_TG_SIZE_MAX * 8ULL, part);
}

static bool is_record(enum mmx_tg_kind kind)
{
	return kind == MMX_TG_STRUCT || kind == MMX_TG_UNION;
}

static uint64_t end_of(const struct mmx_type_part *part)
{
	return part->bit_off + part->size * 8;
}

/* An element of an array; of one without an end whatever its number is. */
static struct mmx_type_part element(const struct mmx_type_part *array, uint64_t i)
{
	struct mmx_type_part part = *array;

	part.type = array->to;
	part.kind = array->element;
	part.bit_off += i * array->elem_size * 8;
	part.size = array->elem_size;
	part.nelems = 0;
	return part;
}

/*
 * Paths.
 */

struct search {
	const struct mmx_typegraph *g;
	const char *name;
	size_t len;
	unsigned int steps;
	struct mmx_suggest near;
};

/* Look for a member in a record and in the anonymous ones within it. */
static bool find(struct search *s, const struct mmx_type_part *record, unsigned int depth,
		 struct mmx_type_part *found)
{
	struct mmx_tg_member m;
	uint64_t pos = 0;

	while (s->steps && s->g->ops->next_member(s->g, record->to, &pos, &m)) {
		struct mmx_type_part part;

		s->steps--;
		if (*m.name && (strncmp(m.name, s->name, s->len) != 0 || m.name[s->len])) {
			mmx_suggest_offer(&s->near, m.name);
			continue;
		}
		if (!describe(s->g, m.type, record->bit_off + m.bit_off, m.bit_size, end_of(record),
			      &part))
			continue;
		if (*m.name) {
			*found = part;
			return true;
		}
		if (is_record(part.kind) && depth < MMX_TYPE_DEPTH &&
		    find(s, &part, depth + 1, found))
			return true;
	}
	return false;
}

static int take_member(const struct mmx_typegraph *g, const char *name, size_t len,
		       struct mmx_type_part *part, struct mmx_err *err)
{
	struct search s = {.g = g, .name = name, .len = len, .steps = STEPS_MAX};
	char type[MMX_TYPE_NAME];

	mmx_suggest_begin(&s.near, name, len);
	mmx_type_text(g, part->type, type);
	if (!len)
		return mmx_fail(err, MMX_EUSAGE, "behind a dot stands the name of a member");
	if (!is_record(part->kind))
		return mmx_fail(err, MMX_EUSAGE, "%s has no members, so no %.*s", type, (int)len,
				name);
	if (!find(&s, part, 0, part))
		return mmx_fail(err, MMX_ENOTFOUND, "%s has no member %.*s%s", type, (int)len, name,
				s.near.words);
	return 0;
}

/* "[N]"; *@at moves behind it. */
static int take_element(const struct mmx_typegraph *g, const char **at, struct mmx_type_part *part,
			struct mmx_err *err)
{
	char type[MMX_TYPE_NAME], *end;
	uint64_t i = isdigit((unsigned char)(*at)[1]) ? strtoull(*at + 1, &end, 0) : 0;

	mmx_type_text(g, part->type, type);
	if (!isdigit((unsigned char)(*at)[1]) || *end != ']')
		return mmx_fail(err, MMX_EUSAGE, "in brackets stands a number: [3]");
	if (part->kind != MMX_TG_ARRAY)
		return mmx_fail(err, MMX_EUSAGE, "%s is no array", type);
	if (part->nelems ? i >= part->nelems : i > UINT32_MAX)
		return mmx_fail(err, MMX_ENOTFOUND, "%s has no element %llu", type,
				(unsigned long long)i);
	*part = element(part, i);
	*at = end + 1;
	return part->bit_off >> 50 ? mmx_fail(err, MMX_EUSAGE, "no array has its end so far away")
				   : 0;
}

int mmx_type_walk(const struct mmx_typegraph *g, const char *path, struct mmx_type_part *part,
		  struct mmx_err *err)
{
	while (*path) {
		size_t len = strcspn(path, ".[");

		if (take_member(g, path, len, part, err))
			return -1;
		path += len;
		while (*path == '[') {
			if (take_element(g, &path, part, err))
				return -1;
		}
		if (*path && (*path != '.' || !*++path))
			return mmx_fail(err, MMX_EUSAGE,
					"behind a member stands [ELEMENT] or .MEMBER");
	}
	return 0;
}

/*
 * Trees.
 */

static int add_row(struct mmx_type_tree *t, const struct mmx_type_row *row)
{
	if (t->n == MMX_TYPE_ROWS) {
		t->cut = true;
		return 0;
	}
	return mmx_array_add(t, *row) ? 0 : -1;
}

static int add_members(struct mmx_type_tree *t, const struct mmx_type_part *record,
		       unsigned int depth)
{
	struct mmx_tg_member m;
	uint64_t pos = 0;

	while (!t->cut && t->graph->ops->next_member(t->graph, record->to, &pos, &m)) {
		struct mmx_type_part part;

		if (!describe(t->graph, m.type, record->bit_off + m.bit_off, m.bit_size,
			      end_of(record), &part)) {
			t->cut = ++t->wrong == MMX_TYPE_ROWS;
			continue;
		}
		/* A nameless number is a bit-field that only takes up room. */
		if (!*m.name && !is_record(part.kind))
			continue;
		if (mmx_type_tree_add(t, m.name, &part, depth))
			return -1;
	}
	return 0;
}

/* How many elements from @i on are alike. */
static uint64_t alike(const struct mmx_type_tree *t, const struct mmx_type_part *array, uint64_t i)
{
	uint64_t at = array->bit_off / 8 + i * array->elem_size, n = 1;

	if (!t->same)
		return array->nelems - i;
	while (i + n < array->nelems &&
	       t->same(t->arg, at, at + n * array->elem_size, array->elem_size))
		n++;
	return n;
}

/* All that are alike are said to be where they are. */
static int add_elements(struct mmx_type_tree *t, const struct mmx_type_part *array,
			unsigned int depth)
{
	unsigned int rows = 0;

	for (uint64_t i = 0, n; i < array->nelems && !t->cut; i += n) {
		struct mmx_type_row row = {
			.part = element(array, i), .name = "", .is_element = true, .depth = depth};

		n = alike(t, array, i);
		row.first = i;
		row.last = i + n - 1;
		if (rows++ == MMX_TYPE_ELEMENTS) {
			t->cut = true;
			break;
		}
		if (add_row(t, &row) || mmx_type_tree_add_below(t, &row.part, depth + 1))
			return -1;
	}
	return 0;
}

/* Characters are a text, and numbers that are all alike stand in the array's own row. */
static bool has_elements(const struct mmx_type_tree *t, const struct mmx_type_part *part)
{
	return t->deep && part->nelems && part->elem_size &&
	       (is_record(part->element) ||
		(t->same && !mmx_type_is_text(t->graph, part) && alike(t, part, 0) < part->nelems));
}

int mmx_type_tree_add_below(struct mmx_type_tree *t, const struct mmx_type_part *part,
			    unsigned int depth)
{
	bool elements = part->kind == MMX_TG_ARRAY && has_elements(t, part);

	if (!elements && !is_record(part->kind))
		return 0;
	if (depth > MMX_TYPE_DEPTH) {
		t->cut = true;
		return 0;
	}
	return elements ? add_elements(t, part, depth) : add_members(t, part, depth);
}

int mmx_type_tree_add(struct mmx_type_tree *t, const char *name, const struct mmx_type_part *part,
		      unsigned int depth)
{
	const struct mmx_type_row row = {.part = *part, .name = name, .depth = depth};

	if (add_row(t, &row))
		return -1;
	return *name && !t->deep ? 0 : mmx_type_tree_add_below(t, part, depth + 1);
}

void mmx_type_tree_finish(struct mmx_type_tree *t)
{
	uint64_t follows = 0; /* by depth */

	for (size_t i = t->n; i--;) {
		struct mmx_type_row *row = &t->v[i];
		uint64_t bit = 1ULL << row->depth;

		row->more = follows & bit;
		follows = (follows | bit) & (bit | (bit - 1));
	}
}

void mmx_type_tree_free(struct mmx_type_tree *t)
{
	mmx_array_free(t);
}

bool mmx_type_is_text(const struct mmx_typegraph *g, const struct mmx_type_part *part)
{
	struct mmx_tg_type to;

	return part->kind == MMX_TG_ARRAY && part->elem_size == 1 &&
	       part->element == MMX_TG_NUMBER && g->ops->type(g, part->to, &to) &&
	       !strcmp(to.name, "char");
}
