// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "kernel/typegraph.h"

/* Deeper than any real declaration, and few enough steps that a hostile graph costs nothing. */
#define MAX_DEPTH 32
#define MAX_STEPS 65536

struct walk {
	struct mmx_typegraph *g;
	unsigned int steps; /* that may still be made */
	uint64_t end;       /* of the outermost struct, in bits: no member lies beyond */
};

bool mmx_tg_is_record(const struct mmx_tg_type *t)
{
	return (t->kind == MMX_TG_STRUCT || t->kind == MMX_TG_UNION) && !t->incomplete;
}

static bool is_alias(enum mmx_tg_kind kind)
{
	return kind == MMX_TG_TYPEDEF || kind == MMX_TG_CONST || kind == MMX_TG_VOLATILE ||
	       kind == MMX_TG_RESTRICT || kind == MMX_TG_TAG;
}

bool mmx_tg_resolve(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t)
{
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		if (!g->ops->type(g, *id, t))
			return false;
		if (!is_alias(t->kind))
			return true;
		*id = t->to;
	}
	return false;
}

bool mmx_tg_element(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t,
		    uint64_t *nelems)
{
	*nelems = 1;
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		if (!mmx_tg_resolve(g, id, t))
			return false;
		if (t->kind != MMX_TG_ARRAY)
			return true;
		if (__builtin_mul_overflow(*nelems, t->nelems, nelems))
			return false;
		*id = t->to;
	}
	return false;
}

static bool find_record(struct mmx_typegraph *g, const char *name, uint64_t *id,
			struct mmx_tg_type *t)
{
	return g->ops->find(g, MMX_TG_STRUCT, name, id) && mmx_tg_resolve(g, id, t) &&
	       mmx_tg_is_record(t) && t->size <= MMX_TG_SIZE_MAX;
}

static bool find_enum(struct mmx_typegraph *g, const char *name, uint64_t *id)
{
	struct mmx_tg_type t;

	return g->ops->find(g, MMX_TG_ENUM, name, id) && mmx_tg_resolve(g, id, &t) &&
	       t.kind == MMX_TG_ENUM && !t.incomplete;
}

/* Fill *m for a member whose struct begins at bit @base; false when it makes no sense there. */
static bool describe(const struct walk *w, const struct mmx_tg_member *gm, uint64_t base,
		     struct mmx_member *m)
{
	uint64_t id = gm->type, nelems, size, bits;
	struct mmx_tg_type outer, t;

	if (!mmx_tg_resolve(w->g, &id, &outer) || !mmx_tg_element(w->g, &id, &t, &nelems))
		return false;
	if (t.incomplete || (t.kind != MMX_TG_NUMBER && t.kind != MMX_TG_POINTER &&
			     t.kind != MMX_TG_ENUM && !mmx_tg_is_record(&t)))
		return false;
	if (t.size > MMX_TG_SIZE_MAX || __builtin_mul_overflow(nelems, t.size, &size) ||
	    size > MMX_TG_SIZE_MAX)
		return false;
	bits = gm->bit_size ? gm->bit_size : size * 8;
	if (gm->bit_size > size * 8 || gm->bit_off > w->end || base > w->end ||
	    base + gm->bit_off + bits > w->end)
		return false;
	*m = (struct mmx_member){
		.bit_off = base + gm->bit_off,
		.bit_size = (uint32_t)bits,
		.size = (uint32_t)size,
		.nelems = outer.kind == MMX_TG_ARRAY ? (uint32_t)nelems : 0,
		.elem_size = (uint32_t)t.size,
		.is_signed = outer.kind != MMX_TG_ARRAY && t.kind == MMX_TG_NUMBER && t.is_signed,
		.is_pointer = outer.kind == MMX_TG_POINTER,
		.bitfield = gm->bit_size != 0,
	};
	mmx_type_text(w->g, gm->type, m->type);
	return true;
}

/* Whether @path begins with @name as a whole; *rest is what follows its dot, or NULL. */
static bool path_takes(const char *path, const char *name, const char **rest)
{
	size_t n = strcspn(path, ".");

	*rest = path[n] ? path + n + 1 : NULL;
	return n && !strncmp(path, name, n) && !name[n];
}

static bool find_in(struct walk *w, uint64_t record, const char *path, uint64_t base,
		    unsigned int depth, struct mmx_member *m)
{
	struct mmx_tg_member gm;
	uint64_t pos = 0;

	if (depth > MAX_DEPTH)
		return false;
	while (w->steps && w->g->ops->next_member(w->g, record, &pos, &gm)) {
		bool anonymous = !*gm.name;
		const char *rest = path;
		uint64_t id = gm.type, nelems;
		struct mmx_tg_type t;

		w->steps--;
		if (!anonymous && !path_takes(path, gm.name, &rest))
			continue;
		if (!rest)
			return describe(w, &gm, base, m);
		if (!(anonymous ? mmx_tg_resolve(w->g, &id, &t)
				: mmx_tg_element(w->g, &id, &t, &nelems)) ||
		    !mmx_tg_is_record(&t) || gm.bit_off > w->end || base > w->end)
			continue;
		if (find_in(w, id, rest, base + gm.bit_off, depth + 1, m))
			return true;
	}
	return false;
}

/* False when the callback wants no more. */
static bool list_in(struct walk *w, uint64_t record, uint64_t base, unsigned int depth,
		    mmx_member_fn fn, void *arg)
{
	struct mmx_tg_member gm;
	struct mmx_member m;
	uint64_t pos = 0;

	if (depth > MAX_DEPTH)
		return true;
	while (w->steps && w->g->ops->next_member(w->g, record, &pos, &gm)) {
		uint64_t id = gm.type;
		struct mmx_tg_type t;

		w->steps--;
		if (!mmx_tg_resolve(w->g, &id, &t) || !describe(w, &gm, base, &m))
			continue;
		/* A nameless number is a bit-field that only takes up room. */
		if (!*gm.name && !mmx_tg_is_record(&t))
			continue;
		if (!fn(arg, gm.name, &m, depth, !*gm.name && t.kind == MMX_TG_UNION))
			return false;
		if (!*gm.name && !list_in(w, id, m.bit_off, depth + 1, fn, arg))
			return false;
	}
	return true;
}

static bool graph_struct_size(void *priv, const char *name, uint64_t *size)
{
	struct mmx_tg_type t;
	uint64_t id;

	if (!find_record(priv, name, &id, &t))
		return false;
	*size = t.size;
	return true;
}

static bool graph_member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	struct walk w = {.g = priv, .steps = MAX_STEPS};
	struct mmx_tg_type t;
	uint64_t id;

	if (!find_record(priv, name, &id, &t))
		return false;
	w.end = t.size * 8;
	return find_in(&w, id, path, 0, 0, m);
}

static bool graph_each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	struct walk w = {.g = priv, .steps = MAX_STEPS};
	struct mmx_tg_type t;
	uint64_t id;

	if (!find_record(priv, name, &id, &t))
		return false;
	w.end = t.size * 8;
	list_in(&w, id, 0, 0, fn, arg);
	return true;
}

static bool graph_enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct mmx_typegraph *g = priv;
	uint64_t id, pos = 0;
	const char *each;

	if (!of)
		return g->ops->find_enumerator(g, name, value);
	if (!find_enum(g, of, &id))
		return false;
	while (g->ops->next_enumerator(g, id, &pos, &each, value)) {
		if (!strcmp(each, name))
			return true;
	}
	return false;
}

static bool graph_each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	struct mmx_typegraph *g = priv;
	uint64_t id, pos = 0;
	const char *name;
	int64_t value;

	if (!find_enum(g, of, &id))
		return false;
	while (g->ops->next_enumerator(g, id, &pos, &name, &value) && fn(arg, name, value))
		;
	return true;
}

static bool graph_next_type(void *priv, enum mmx_type_group group, const char *name,
			    struct mmx_type_ref *ref)
{
	struct mmx_typegraph *g = priv;

	if (!g->ops->next_named(g, group, name, &ref->pos, &ref->id))
		return false;
	ref->graph = g;
	return true;
}

static void graph_free(void *priv)
{
	struct mmx_typegraph *g = priv;

	g->ops->free(g);
}

static const struct mmx_types_ops graph_ops = {
	.struct_size = graph_struct_size,
	.member = graph_member,
	.enumerator = graph_enumerator,
	.each_member = graph_each_member,
	.each_enumerator = graph_each_enumerator,
	.next_type = graph_next_type,
	.free = graph_free,
};

void mmx_typegraph_provider(struct mmx_types_provider *p, struct mmx_typegraph *g, const char *name)
{
	*p = (struct mmx_types_provider){.ops = &graph_ops, .priv = g};
	snprintf(p->name, sizeof(p->name), "%s", name);
}

struct mmx_typegraph *mmx_typegraph_of(const struct mmx_types_provider *p,
				       const struct mmx_typegraph_ops *ops)
{
	struct mmx_typegraph *g = p->ops == &graph_ops ? p->priv : NULL;

	return g && g->ops == ops ? g : NULL;
}
