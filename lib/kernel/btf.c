// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BTF: a header, a row of types and a row of strings. A type is three words - name, kind and count,
 * size or another type - and what its kind puts behind them. Types are numbered in the order in
 * which they stand, from 1; split BTF goes on where its base ends, in numbers and string offsets.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "base/large.h"
#include "base/names.h"
#include "kernel/btf.h"
#include "kernel/btf_asked.h"
#include "kernel/typegraph.h"

enum {
	KIND_INT = 1,
	KIND_PTR,
	KIND_ARRAY,
	KIND_STRUCT,
	KIND_UNION,
	KIND_ENUM,
	KIND_FWD,
	KIND_TYPEDEF,
	KIND_VOLATILE,
	KIND_CONST,
	KIND_RESTRICT,
	KIND_FUNC,
	KIND_FUNC_PROTO,
	KIND_VAR,
	KIND_DATASEC,
	KIND_FLOAT,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
	KINDS
};

/*
 * What a kind puts behind the three words: a fixed part, and so much for each of its elements. The
 * other columns say what is checked: whether the third word is a type, and where in an element
 * there is a name and where a type (NONE is nowhere).
 */
#define NONE 0xff
static const struct kind {
	uint8_t fixed, element;
	bool to_type;
	uint8_t name, type;
} kinds[KINDS] = {
	[KIND_INT] = {4, 0, false, NONE, NONE},     [KIND_PTR] = {0, 0, true, NONE, NONE},
	[KIND_ARRAY] = {12, 0, false, NONE, NONE},  [KIND_STRUCT] = {0, 12, false, 0, 4},
	[KIND_UNION] = {0, 12, false, 0, 4},        [KIND_ENUM] = {0, 8, false, 0, NONE},
	[KIND_FWD] = {0, 0, false, NONE, NONE},     [KIND_TYPEDEF] = {0, 0, true, NONE, NONE},
	[KIND_VOLATILE] = {0, 0, true, NONE, NONE}, [KIND_CONST] = {0, 0, true, NONE, NONE},
	[KIND_RESTRICT] = {0, 0, true, NONE, NONE}, [KIND_FUNC] = {0, 0, true, NONE, NONE},
	[KIND_FUNC_PROTO] = {0, 8, true, 0, 4},     [KIND_VAR] = {4, 0, true, NONE, NONE},
	[KIND_DATASEC] = {0, 12, false, NONE, 0},   [KIND_FLOAT] = {0, 0, false, NONE, NONE},
	[KIND_DECL_TAG] = {4, 0, true, NONE, NONE}, [KIND_TYPE_TAG] = {0, 0, true, NONE, NONE},
	[KIND_ENUM64] = {0, 12, false, 0, NONE},
};

/* Kinds that lead to a type, and that nobody asks for by name. */
#define NAMELESS                                                                         \
	(1u << KIND_PTR | 1u << KIND_VOLATILE | 1u << KIND_CONST | 1u << KIND_RESTRICT | \
	 1u << KIND_FUNC | 1u << KIND_FUNC_PROTO | 1u << KIND_TYPE_TAG)

/* The three words, taken apart. @rest is what stands behind them. */
struct type {
	uint32_t name;
	unsigned int kind;
	uint32_t count;
	bool flag;
	uint32_t size_or_type;
	const unsigned char *rest;
};
#define TYPE_WORDS 12

struct header {
	uint64_t types, types_len;
	uint64_t strings, strings_len;
	uint64_t layout, layout_len; /* sizes of the kinds that its writer knew; since 7.1 */
};

/* An enumerator of an enum. */
struct enumerator_at {
	uint32_t type, i;
};

struct mmx_btf {
	struct mmx_typegraph graph;
	const struct mmx_btf *base;
	unsigned char *data;
	const unsigned char *types;
	const char *strings;
	const unsigned char *layout;
	uint32_t types_len, strings_len, layout_kinds;
	uint32_t first_type;         /* the number of the first type here */
	uint32_t first_string;       /* the offset of the first string here */
	uint32_t n_types;            /* here */
	uint32_t *at;                /* where each of them begins */
	struct mmx_btf_asked *asked; /* its base's when it has one */
	struct {
		MMX_ARRAY(uint32_t);
	} named; /* types whose names may be asked for */
	struct {
		MMX_ARRAY(struct enumerator_at);
	} enumerators; /* those whose names may be */
	struct mmx_names names;
	struct mmx_names all_names; /* once one was asked for that is not among them */
	atomic_bool all_named;
	pthread_mutex_t lock; /* over all_names */
};

/*
 * Set on a name's kind for a second entry beside the first: the name means more than one thing
 * here, and none of them is an answer. Drivers that never meet share names; what memory is made of
 * is told once.
 */
#define DISPUTED 0x100

static bool parse_header(const unsigned char *p, size_t have, struct header *h)
{
	uint32_t len;

	if (have < MMX_BTF_HEADER || mmx_le16(p) != MMX_BTF_MAGIC || p[2] != MMX_BTF_VERSION)
		return false;
	len = mmx_le32(p + 4);
	if (len < MMX_BTF_HEADER || len > 4096)
		return false;
	*h = (struct header){
		.types = len + (uint64_t)mmx_le32(p + 8),
		.types_len = mmx_le32(p + 12),
		.strings = len + (uint64_t)mmx_le32(p + 16),
		.strings_len = mmx_le32(p + 20),
	};
	if (len >= MMX_BTF_HEADER + 8 && have >= MMX_BTF_HEADER + 8) {
		h->layout = len + (uint64_t)mmx_le32(p + 24);
		h->layout_len = mmx_le32(p + 28);
	}
	return true;
}

uint64_t mmx_btf_length(const void *header, size_t have)
{
	uint64_t types, strings, layout;
	struct header h;

	if (!parse_header(header, have, &h))
		return 0;
	types = h.types + h.types_len;
	strings = h.strings + h.strings_len;
	layout = h.layout + h.layout_len;
	if (types < strings)
		types = strings;
	return types < layout ? layout : types;
}

static struct type take_type(const unsigned char *p)
{
	uint32_t info = mmx_le32(p + 4);

	return (struct type){
		.name = mmx_le32(p),
		.kind = info >> 24 & 0x7f,
		.count = info & 0xffffff,
		.flag = info >> 31,
		.size_or_type = mmx_le32(p + 8),
		.rest = p + TYPE_WORDS,
	};
}

/* Bytes behind the three words; false for a kind that neither mmx nor the header knows. */
static bool rest_size(const struct mmx_btf *b, const struct type *t, uint64_t *size)
{
	if (t->kind && t->kind < KINDS) {
		const struct kind *k = &kinds[t->kind];

		*size = k->fixed + (uint64_t)k->element * t->count;
		return true;
	}
	/* Split BTF may leave that to its base. */
	while (b && t->kind >= b->layout_kinds)
		b = b->base;
	if (!t->kind || !b)
		return false;
	*size = b->layout[4 * t->kind] + (uint64_t)b->layout[4 * t->kind + 1] * t->count;
	return true;
}

/* @id must be in range and not 0. */
static struct type get_type(const struct mmx_btf *b, uint32_t id)
{
	while (id < b->first_type)
		b = b->base;
	return take_type(b->types + b->at[id - b->first_type]);
}

/* @off must be in range. */
static const char *get_string(const struct mmx_btf *b, uint32_t off)
{
	while (off < b->first_string)
		b = b->base;
	return b->strings + (off - b->first_string);
}

static bool string_ok(const struct mmx_btf *b, uint32_t off)
{
	return off < b->first_string || off - b->first_string < b->strings_len;
}

static bool type_ok(const struct mmx_btf *b, uint32_t id)
{
	return id < b->first_type || id - b->first_type < b->n_types;
}

/*
 * The names by which types are asked for fall in three groups, told by the graph's own kinds. An
 * enum without enumerators is the declaration of one, which must not hide the real one.
 */
static enum mmx_tg_kind name_group(const struct type *t)
{
	switch (t->kind) {
	case KIND_STRUCT:
	case KIND_UNION:
		return MMX_TG_STRUCT;
	case KIND_ENUM:
	case KIND_ENUM64:
		return t->count ? MMX_TG_ENUM : MMX_TG_OTHER;
	case KIND_TYPEDEF:
		return MMX_TG_TYPEDEF;
	default:
		return MMX_TG_OTHER;
	}
}

static bool is_enum(const struct type *t)
{
	return t->kind == KIND_ENUM || t->kind == KIND_ENUM64;
}

/* Whether a name, which may be out of range, begins as one that mmx asks for. */
static inline bool may_be_asked(const struct mmx_btf *b, uint32_t off)
{
	uint32_t here = off - b->first_string;

	if (off >= b->first_string && b->strings_len >= 8 && here <= b->strings_len - 8)
		return mmx_btf_asked(b->asked, mmx_btf_key_of(mmx_le64(b->strings + here)));
	return off && string_ok(b, off) && mmx_btf_asked(b->asked, mmx_btf_key(get_string(b, off)));
}

/* The highest string and the highest type that a type refers to, or all of them do. */
struct references {
	uint32_t string, type;
};

static inline uint32_t higher(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Of words that elements have beside each other: a name, and a type where @types has its bits set. */
static inline void add_elements(struct references *r, const unsigned char *p, size_t element,
				uint32_t count, uint32_t types)
{
	for (; count; count--, p += element) {
		r->string = higher(r->string, mmx_le32(p));
		r->type = higher(r->type, mmx_le32(p + 4) & types);
	}
}

static inline void add_references(struct references *r, const struct type *t)
{
	const unsigned char *p = t->rest;
	const struct kind *k;

	r->string = higher(r->string, t->name);
	if (t->kind >= KINDS)
		return;
	k = &kinds[t->kind];
	if (k->to_type)
		r->type = higher(r->type, t->size_or_type);
	if (k->name != NONE) {
		add_elements(r, p, k->element, t->count, k->type == NONE ? 0 : ~0u);
	} else if (t->kind == KIND_ARRAY) {
		r->type = higher(r->type, higher(mmx_le32(p), mmx_le32(p + 4)));
	} else if (t->kind == KIND_DATASEC) {
		for (uint32_t i = 0; i < t->count; i++, p += k->element)
			r->type = higher(r->type, mmx_le32(p));
	}
}

/* All of them are right when the highest ones are. */
static int check_references(const struct mmx_btf *b, const struct references *all,
			    struct mmx_err *err)
{
	if (string_ok(b, all->string) && type_ok(b, all->type))
		return 0;
	for (uint32_t i = 0; i < b->n_types; i++) {
		struct type t = take_type(b->types + b->at[i]);
		struct references its = {0, 0};

		add_references(&its, &t);
		if (!string_ok(b, its.string) || !type_ok(b, its.type))
			return mmx_fail(err, MMX_ECORRUPT, "BTF type %u: its %s is out of range",
					b->first_type + i,
					string_ok(b, its.string) ? "type" : "name");
	}
	return 0;
}

/* Takes the type down when it is of a kind that is asked for by name, and its name may be. */
static bool take_name(struct mmx_btf *b, const struct type *t, uint32_t id)
{
	return name_group(t) == MMX_TG_OTHER || !may_be_asked(b, t->name) ||
	       mmx_array_add(&b->named, id);
}

static bool take_enumerators(struct mmx_btf *b, const struct type *t, uint32_t id)
{
	const unsigned char *p = t->rest;

	for (uint32_t i = 0; i < t->count; i++, p += kinds[t->kind].element) {
		if (may_be_asked(b, mmx_le32(p)) &&
		    !mmx_array_add(&b->enumerators, (struct enumerator_at){id, i}))
			return false;
	}
	return true;
}

/*
 * The types from @off on that nobody asks for by name, which most are: functions, pointers and qualifiers. What
 * is not in order is left to number_types().
 */
static uint32_t number_nameless(const struct mmx_btf *b, uint32_t off, uint32_t *n,
				struct references *all)
{
	struct references r = *all;
	uint32_t *at = b->at, i = *n;

	while (mmx_fits(off, TYPE_WORDS, b->types_len)) {
		struct type t = take_type(b->types + off);
		uint32_t size = TYPE_WORDS;

		if (t.kind >= KINDS || !(NAMELESS >> t.kind & 1))
			break;
		if (t.kind == KIND_FUNC_PROTO) {
			size += kinds[KIND_FUNC_PROTO].element * t.count;
			if (!mmx_fits(off, size, b->types_len))
				break;
			add_elements(&r, t.rest, kinds[KIND_FUNC_PROTO].element, t.count, ~0u);
		}
		r.string = higher(r.string, t.name);
		r.type = higher(r.type, t.size_or_type);
		at[i++] = off;
		off += size;
	}
	*n = i;
	*all = r;
	return off;
}

/* Number the types: find where each begins. */
static int number_types(struct mmx_btf *b, struct mmx_err *err)
{
	struct references all = {0, 0};
	uint32_t off = 0;

	b->at = malloc(b->types_len / TYPE_WORDS * sizeof(*b->at) + 1);
	if (!b->at)
		return mmx_fail_nomem(err);
	while (off < b->types_len) {
		uint32_t id;
		struct type t;
		uint64_t rest;

		off = number_nameless(b, off, &b->n_types, &all);
		if (off >= b->types_len)
			break;
		id = b->first_type + b->n_types;
		if (!mmx_fits(off, TYPE_WORDS, b->types_len))
			return mmx_fail(err, MMX_ECORRUPT, "BTF type %u is cut off", id);
		t = take_type(b->types + off);
		if (!rest_size(b, &t, &rest))
			return mmx_fail(err, MMX_ECORRUPT,
					"BTF type %u is of kind %u, which is unknown and of "
					"unknown size",
					id, t.kind);
		if (!mmx_fits(off + (uint64_t)TYPE_WORDS, rest, b->types_len))
			return mmx_fail(err, MMX_ECORRUPT,
					"BTF type %u of kind %u with %u elements is cut off", id,
					t.kind, t.count);
		add_references(&all, &t);
		if (!take_name(b, &t, id) || (is_enum(&t) && !take_enumerators(b, &t, id)))
			return mmx_fail_nomem(err);
		b->at[b->n_types++] = off;
		off += TYPE_WORDS + (uint32_t)rest;
	}
	return check_references(b, &all, err);
}

/*
 * Copies that were not merged are harmless; two different structs of one name are a dispute. The
 * types of their members are not compared: in copies that were not merged these differ in number.
 */
static bool same_shape(const struct mmx_btf *b, const struct type *t, uint32_t first_id)
{
	struct type first = get_type(b, first_id);
	const struct kind *k = &kinds[t->kind];
	unsigned int skip = k->type == NONE ? 4 : 8; /* the name, and the type */

	if (t->kind == KIND_TYPEDEF)
		return true;
	if (first.kind != t->kind || first.count != t->count ||
	    first.size_or_type != t->size_or_type)
		return false;
	for (uint32_t i = 0; i < t->count; i++) {
		const unsigned char *x = first.rest + (uint64_t)i * k->element;
		const unsigned char *y = t->rest + (uint64_t)i * k->element;

		if (memcmp(x + skip, y + skip, k->element - skip) ||
		    strcmp(get_string(b, mmx_le32(x)), get_string(b, mmx_le32(y))))
			return false;
	}
	return true;
}

static bool index_name(const struct mmx_btf *b, struct mmx_names *names, uint32_t id)
{
	struct type t = get_type(b, id);
	enum mmx_tg_kind group = name_group(&t);
	const char *name = get_string(b, t.name);
	const struct mmx_name *s;

	if (!*name || group == MMX_TG_OTHER)
		return true;
	s = mmx_names_add(names, name, group, id);
	return s && (s->value == id || same_shape(b, &t, (uint32_t)s->value) ||
		     mmx_names_add(names, name, group | DISPUTED, 0));
}

static int index_names(struct mmx_btf *b, struct mmx_err *err)
{
	if (!mmx_names_reserve(&b->names, b->named.n))
		return mmx_fail_nomem(err);
	for (size_t i = 0; i < b->named.n; i++) {
		if (!index_name(b, &b->names, b->named.v[i]))
			return mmx_fail(err, MMX_ECORRUPT, "BTF: its names cannot be indexed");
	}
	mmx_array_free(&b->named);
	return 0;
}

/* Once. Where names cannot be indexed, none is found. */
static void index_all_names(struct mmx_btf *b)
{
	bool ok = true;

	if (atomic_load(&b->all_named))
		return;
	pthread_mutex_lock(&b->lock);
	for (uint32_t i = 0; ok && i < b->n_types && !b->all_named; i++)
		ok = index_name(b, &b->all_names, b->first_type + i);
	if (!ok)
		mmx_names_free(&b->all_names);
	atomic_store(&b->all_named, true);
	pthread_mutex_unlock(&b->lock);
}

/* Where the types of that name are, if there are any. */
static const struct mmx_names *names_with(struct mmx_btf *b, const char *name)
{
	if (mmx_btf_asked(b->asked, mmx_btf_key(name)))
		return &b->names;
	index_all_names(b);
	return &b->all_names;
}

/*
 * The last string has an end, and none is so long that reading it over and over would take for
 * ever: no block of this size is without an end.
 */
#define STRING_BLOCK 512

static bool strings_ok(const struct mmx_btf *b)
{
	for (uint32_t at = 0; at < b->strings_len; at += STRING_BLOCK) {
		uint32_t rest = b->strings_len - at;

		if (!memchr(b->strings + at, 0, rest < STRING_BLOCK ? rest : STRING_BLOCK))
			return false;
	}
	return !b->strings_len || !b->strings[b->strings_len - 1];
}

static int open_sections(struct mmx_btf *b, size_t len, struct mmx_err *err)
{
	struct header h;

	if (len > MMX_BTF_MAX || !parse_header(b->data, len, &h))
		return mmx_fail(err, MMX_ECORRUPT, "not BTF: no header of it");
	if (!mmx_fits(h.types, h.types_len, len) || !mmx_fits(h.strings, h.strings_len, len) ||
	    !mmx_fits(h.layout, h.layout_len, len))
		return mmx_fail(err, MMX_ECORRUPT, "BTF: its header reaches beyond its %zu bytes",
				len);
	b->types = b->data + h.types;
	b->types_len = (uint32_t)h.types_len;
	b->strings = (const char *)b->data + h.strings;
	b->strings_len = (uint32_t)h.strings_len;
	b->layout = b->data + h.layout;
	b->layout_kinds = (uint32_t)h.layout_len / 4;
	b->first_type = 1;
	if (b->base) {
		b->first_type = b->base->first_type + b->base->n_types;
		b->first_string = b->base->first_string + b->base->strings_len;
	} else if (!b->strings_len || b->strings[0]) {
		return mmx_fail(err, MMX_ECORRUPT,
				"BTF: its strings do not begin with the empty one");
	}
	if (!strings_ok(b))
		return mmx_fail(err, MMX_ECORRUPT, "BTF: a string in it has no end");
	return 0;
}

static bool btf_find(struct mmx_typegraph *g, enum mmx_tg_kind kind, const char *name, uint64_t *id)
{
	const struct mmx_names *names = names_with((struct mmx_btf *)g, name);
	const struct mmx_name *s = mmx_names_find(names, name, kind);

	if (!s)
		s = mmx_names_find(names, name, MMX_TG_TYPEDEF);
	if (!s || mmx_names_find(names, name, s->kind | DISPUTED))
		return false;
	*id = s->value;
	return true;
}

static bool is_named(const struct mmx_btf *b, const struct type *t, enum mmx_type_group group,
		     const char *name)
{
	static const enum mmx_tg_kind kind[MMX_TYPE_GROUPS] = {
		[MMX_GROUP_STRUCT] = MMX_TG_STRUCT,
		[MMX_GROUP_ENUM] = MMX_TG_ENUM,
		[MMX_GROUP_TYPEDEF] = MMX_TG_TYPEDEF,
	};

	return name_group(t) == kind[group] && !strcmp(get_string(b, t->name), name);
}

/* A typedef is told by what it stands for: drivers have had different ones of one name. */
static bool is_copy(const struct mmx_btf *b, const struct type *t, uint32_t first_id)
{
	struct type first = get_type(b, first_id), to;

	if (t->kind != KIND_TYPEDEF || t->size_or_type == first.size_or_type)
		return same_shape(b, t, first_id);
	if (!t->size_or_type || !first.size_or_type)
		return false;
	to = get_type(b, t->size_or_type);
	return (name_group(&to) == MMX_TG_STRUCT || name_group(&to) == MMX_TG_ENUM) &&
	       same_shape(b, &to, first.size_or_type);
}

/* Looked through anew each time, which takes no longer than making an index, and leaves none behind. */
static bool btf_next_named(struct mmx_typegraph *g, enum mmx_type_group group, const char *name,
			   uint64_t *pos, uint64_t *id)
{
	const struct mmx_btf *b = (const struct mmx_btf *)g;
	uint32_t first = 0; /* of that name */

	for (uint32_t i = 0; *name && i < b->n_types; i++) {
		struct type t = take_type(b->types + b->at[i]);

		if (!is_named(b, &t, group, name) || (first && is_copy(b, &t, first)))
			continue;
		first = first ? first : b->first_type + i;
		if (i < *pos)
			continue;
		*id = b->first_type + i;
		*pos = i + 1;
		return true;
	}
	return false;
}

static bool enumerator_at(const struct mmx_btf *b, const struct type *t, uint64_t i,
			  const char **name, int64_t *value)
{
	const unsigned char *p = t->rest + i * kinds[t->kind].element;

	if (i >= t->count)
		return false;
	*name = get_string(b, mmx_le32(p));
	if (t->kind == KIND_ENUM64)
		*value = (int64_t)((uint64_t)mmx_le32(p + 8) << 32 | mmx_le32(p + 4));
	else
		*value = t->flag ? (int32_t)mmx_le32(p + 4) : (int64_t)mmx_le32(p + 4);
	return true;
}

/* What the enumerators of a name are. Two of one name and different values: neither is an answer. */
struct meaning {
	const char *name;
	int64_t value;
	bool found, disputed;
};

static void add_meaning(struct meaning *m, const char *name, int64_t value)
{
	if (strcmp(m->name, name))
		return;
	m->disputed |= m->found && value != m->value;
	m->found = true;
	m->value = value;
}

static void look_in_enum(const struct mmx_btf *b, const struct type *t, struct meaning *m)
{
	const char *name;
	int64_t value;

	for (uint32_t i = 0; enumerator_at(b, t, i, &name, &value); i++)
		add_meaning(m, name, value);
}

/* Of those that mmx asks for without the enum that has them, it is known where they are. */
static bool btf_find_enumerator(struct mmx_typegraph *g, const char *name, int64_t *value)
{
	const struct mmx_btf *b = (const struct mmx_btf *)g;
	bool asked = mmx_btf_asked(b->asked, mmx_btf_key(name));
	struct meaning m = {.name = name};

	for (size_t i = 0; asked && i < b->enumerators.n; i++) {
		struct type t = get_type(b, b->enumerators.v[i].type);
		const char *its_name;
		int64_t its_value;

		if (enumerator_at(b, &t, b->enumerators.v[i].i, &its_name, &its_value))
			add_meaning(&m, its_name, its_value);
	}
	for (uint32_t i = 0; !asked && i < b->n_types; i++) {
		struct type t = take_type(b->types + b->at[i]);

		if (is_enum(&t))
			look_in_enum(b, &t, &m);
	}
	*value = m.value;
	return m.found && !m.disputed;
}

static const enum mmx_tg_kind graph_kinds[KINDS] = {
	[KIND_INT] = MMX_TG_NUMBER,        [KIND_PTR] = MMX_TG_POINTER,
	[KIND_ARRAY] = MMX_TG_ARRAY,       [KIND_STRUCT] = MMX_TG_STRUCT,
	[KIND_UNION] = MMX_TG_UNION,       [KIND_ENUM] = MMX_TG_ENUM,
	[KIND_FWD] = MMX_TG_STRUCT,        [KIND_TYPEDEF] = MMX_TG_TYPEDEF,
	[KIND_VOLATILE] = MMX_TG_VOLATILE, [KIND_CONST] = MMX_TG_CONST,
	[KIND_RESTRICT] = MMX_TG_RESTRICT, [KIND_FUNC_PROTO] = MMX_TG_FUNCTION,
	[KIND_FLOAT] = MMX_TG_NUMBER,      [KIND_TYPE_TAG] = MMX_TG_TAG,
	[KIND_ENUM64] = MMX_TG_ENUM,
};

static void integer(const struct type *t, struct mmx_tg_type *out)
{
	uint32_t word = mmx_le32(t->rest);
	uint32_t bits = word & 0xff, shift = word >> 16 & 0xff;

	out->is_signed = word >> 24 & 1;
	/* Bit-fields were once spelled as odd integers; no kernel that mmx reads does so. */
	if (shift || bits != 8 * (uint64_t)t->size_or_type)
		out->kind = MMX_TG_OTHER;
}

static bool btf_type(const struct mmx_typegraph *g, uint64_t id, struct mmx_tg_type *out)
{
	const struct mmx_btf *b = (const struct mmx_btf *)g;
	struct type t;

	*out = (struct mmx_tg_type){.kind = MMX_TG_VOID, .name = ""};
	if (!id)
		return true;
	if (id > UINT32_MAX || !type_ok(b, (uint32_t)id))
		return false;
	t = get_type(b, (uint32_t)id);
	out->kind = t.kind < KINDS ? graph_kinds[t.kind] : MMX_TG_OTHER;
	out->name = get_string(b, t.name);
	if (t.kind < KINDS && kinds[t.kind].to_type)
		out->to = t.size_or_type;
	else
		out->size = t.size_or_type;
	switch (t.kind) {
	case KIND_INT:
		integer(&t, out);
		break;
	case KIND_PTR:
		out->size = 8;
		break;
	case KIND_ARRAY:
		out->to = mmx_le32(t.rest);
		out->nelems = mmx_le32(t.rest + 8);
		break;
	case KIND_FWD:
		out->kind = t.flag ? MMX_TG_UNION : MMX_TG_STRUCT;
		out->incomplete = true;
		break;
	case KIND_ENUM:
	case KIND_ENUM64:
		out->incomplete = !t.count;
		break;
	}
	return true;
}

static bool btf_next_member(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
			    struct mmx_tg_member *m)
{
	const struct mmx_btf *b = (const struct mmx_btf *)g;
	struct type t = get_type(b, (uint32_t)id);
	const unsigned char *p;
	uint32_t where;

	if (*pos >= t.count)
		return false;
	p = t.rest + *pos * kinds[t.kind].element;
	*m = (struct mmx_tg_member){
		.name = get_string(b, mmx_le32(p)),
		.type = mmx_le32(p + 4),
	};
	(*pos)++;
	if (t.kind == KIND_FUNC_PROTO)
		return true;
	where = mmx_le32(p + 8);
	m->bit_off = t.flag ? where & 0xffffff : where;
	m->bit_size = t.flag ? where >> 24 : 0;
	return true;
}

static bool btf_next_enumerator(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
				const char **name, int64_t *value)
{
	const struct mmx_btf *b = (const struct mmx_btf *)g;
	struct type t = get_type(b, (uint32_t)id);

	return enumerator_at(b, &t, (*pos)++, name, value);
}

static void btf_free(struct mmx_typegraph *g)
{
	mmx_btf_free((struct mmx_btf *)g);
}

static const struct mmx_typegraph_ops btf_ops = {
	.find = btf_find,
	.next_named = btf_next_named,
	.find_enumerator = btf_find_enumerator,
	.type = btf_type,
	.next_member = btf_next_member,
	.next_enumerator = btf_next_enumerator,
	.free = btf_free,
};

struct mmx_btf *mmx_btf_new(void *data, size_t len, const struct mmx_btf *base, struct mmx_err *err)
{
	struct mmx_btf *b = calloc(1, sizeof(*b));

	if (!b) {
		free(data);
		mmx_fail_nomem(err);
		return NULL;
	}
	b->graph.ops = &btf_ops;
	b->base = base;
	b->data = data;
	b->asked = base ? base->asked : mmx_btf_asked_new();
	pthread_mutex_init(&b->lock, NULL);
	if (!b->asked)
		mmx_fail_nomem(err);
	if (!b->asked || open_sections(b, len, err) || number_types(b, err) ||
	    index_names(b, err)) {
		mmx_btf_free(b);
		return NULL;
	}
	return b;
}

void mmx_btf_free(struct mmx_btf *btf)
{
	mmx_names_free(&btf->names);
	mmx_names_free(&btf->all_names);
	mmx_array_free(&btf->named);
	mmx_array_free(&btf->enumerators);
	pthread_mutex_destroy(&btf->lock);
	if (!btf->base)
		free(btf->asked);
	free(btf->at);
	free(btf->data);
	free(btf);
}

void mmx_btf_provider(struct mmx_types_provider *p, struct mmx_btf *btf, const char *name)
{
	mmx_typegraph_provider(p, &btf->graph, name);
}

struct mmx_btf *mmx_btf_of(const struct mmx_types_provider *p)
{
	return (struct mmx_btf *)mmx_typegraph_of(p, &btf_ops);
}

int mmx_btf_open(struct mmx_types_provider *p, const void *data, size_t len,
		 const struct mmx_types_provider *base, struct mmx_err *err)
{
	const struct mmx_btf *base_btf = base ? mmx_btf_of(base) : NULL;
	struct mmx_btf *b;
	void *copy;

	if (base && !base_btf)
		return mmx_fail(err, MMX_EUSAGE, "split BTF on what is not BTF: %s", base->name);
	copy = malloc(len + 1);
	if (!copy)
		return mmx_fail_nomem(err);
	memcpy(copy, data, len);
	b = mmx_btf_new(copy, len, base_btf, err);
	if (!b)
		return -1;
	mmx_btf_provider(p, b, "BTF");
	return 0;
}
