// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/typegraph.h"

/* Deeper than any real declaration, and few enough steps that a hostile graph costs nothing. */
#define MAX_DEPTH      32
#define MAX_STEPS      65536
#define MAX_TEXT_STEPS 128

/* No struct of a kernel comes near this, and sizes in bits below it fit 32 bits. */
#define MAX_SIZE (256u << 20)

struct walk {
	struct mmx_typegraph *g;
	unsigned int steps; /* that may still be made */
	uint64_t end;       /* of the outermost struct, in bits: no member lies beyond */
};

static bool is_record(const struct mmx_tg_type *t)
{
	return (t->kind == MMX_TG_STRUCT || t->kind == MMX_TG_UNION) && !t->incomplete;
}

static bool is_alias(enum mmx_tg_kind kind)
{
	return kind == MMX_TG_TYPEDEF || kind == MMX_TG_CONST || kind == MMX_TG_VOLATILE ||
	       kind == MMX_TG_RESTRICT || kind == MMX_TG_TAG;
}

/* Behind typedefs and qualifiers. */
static bool resolve(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t)
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

/* Behind typedefs, qualifiers and array dimensions. Elements of all dimensions go to *nelems. */
static bool resolve_element(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t,
			    uint64_t *nelems)
{
	*nelems = 1;
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		if (!resolve(g, id, t))
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
	return g->ops->find(g, MMX_TG_STRUCT, name, id) && resolve(g, id, t) && is_record(t) &&
	       t->size <= MAX_SIZE;
}

static bool find_enum(struct mmx_typegraph *g, const char *name, uint64_t *id)
{
	struct mmx_tg_type t;

	return g->ops->find(g, MMX_TG_ENUM, name, id) && resolve(g, id, &t) &&
	       t.kind == MMX_TG_ENUM && !t.incomplete;
}

/*
 * The text of a type, from the inside out: what is already written stands to the right of, or
 * around, what the next type on the way adds.
 */
struct text {
	const struct mmx_typegraph *g;
	unsigned int steps;
};

/* Print to a buffer of MMX_TYPE_NAME bytes and cut what does not fit. */
__attribute__((format(printf, 2, 3))) static void put(char *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out, MMX_TYPE_NAME, fmt, ap);
	va_end(ap);
}

static void put_named(char *out, const char *tag, const char *name, const char *inner)
{
	put(out, "%s%s%s%s", tag, name, *inner && *inner != '[' ? " " : "", inner);
}

/* Compilers name integers their own way; people write and search for the short one. */
static const char *number_name(const char *name)
{
	static const char *const names[][2] = {
		{"long unsigned int", "unsigned long"},           {"long int", "long"},
		{"long long unsigned int", "unsigned long long"}, {"long long int", "long long"},
		{"short unsigned int", "unsigned short"},         {"short int", "short"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i][0]))
			return names[i][1];
	}
	return name;
}

static void type_text(struct text *x, uint64_t id, const char *inner, char *out);

static void function_text(struct text *x, uint64_t id, uint64_t result, const char *inner,
			  char *out)
{
	char params[MMX_TYPE_NAME] = "", param[MMX_TYPE_NAME], text[MMX_TYPE_NAME];
	struct mmx_tg_member m;
	struct mmx_tg_type t;
	uint64_t pos = 0;

	while (strlen(params) < sizeof(params) - 1 && x->g->ops->next_member(x->g, id, &pos, &m)) {
		if (x->g->ops->type(x->g, m.type, &t) && t.kind == MMX_TG_VOID)
			put(param, "...");
		else
			type_text(x, m.type, "", param);
		put(text, "%s%s%s", params, *params ? ", " : "", param);
		memcpy(params, text, sizeof(params));
	}
	put(text, "%s(%s)", inner, *params ? params : "void");
	type_text(x, result, text, out);
}

/* All dimensions in one: most writers of BTF keep no more of them, so DWARF must not either. */
static void array_text(struct text *x, const struct mmx_tg_type *t, const char *inner, char *out)
{
	unsigned long long nelems = t->nelems;
	char text[MMX_TYPE_NAME];
	struct mmx_tg_type to;
	uint64_t id = t->to;

	for (; x->steps && x->g->ops->type(x->g, id, &to) && to.kind == MMX_TG_ARRAY; x->steps--) {
		nelems *= to.nelems;
		id = to.to;
	}
	if (nelems)
		put(text, "%s[%llu]", inner, nelems);
	else
		put(text, "%s[]", inner);
	type_text(x, id, text, out);
}

static void qualified_text(struct text *x, const struct mmx_tg_type *t, const char *inner,
			   char *out)
{
	const char *word = t->kind == MMX_TG_CONST      ? "const"
			   : t->kind == MMX_TG_VOLATILE ? "volatile"
							: "restrict";
	char text[MMX_TYPE_NAME];
	struct mmx_tg_type to;

	if (x->g->ops->type(x->g, t->to, &to) && to.kind == MMX_TG_POINTER) {
		put(text, "%s%s%s", word, *inner ? " " : "", inner);
		type_text(x, t->to, text, out);
	} else {
		type_text(x, t->to, inner, text);
		put(out, "%s %s", word, text);
	}
}

static void type_text(struct text *x, uint64_t id, const char *inner, char *out)
{
	char text[MMX_TYPE_NAME];
	struct mmx_tg_type t, to;

	if (!x->steps || !x->g->ops->type(x->g, id, &t)) {
		put_named(out, "", "?", inner);
		return;
	}
	x->steps--;
	switch (t.kind) {
	case MMX_TG_POINTER:
		if (x->g->ops->type(x->g, t.to, &to) &&
		    (to.kind == MMX_TG_ARRAY || to.kind == MMX_TG_FUNCTION))
			put(text, "(*%s)", inner);
		else
			put(text, "*%s", inner);
		type_text(x, t.to, text, out);
		break;
	case MMX_TG_ARRAY:
		array_text(x, &t, inner, out);
		break;
	case MMX_TG_FUNCTION:
		function_text(x, id, t.to, inner, out);
		break;
	case MMX_TG_CONST:
	case MMX_TG_VOLATILE:
	case MMX_TG_RESTRICT:
		qualified_text(x, &t, inner, out);
		break;
	case MMX_TG_TAG:
		type_text(x, t.to, inner, out);
		break;
	case MMX_TG_VOID:
		put_named(out, "", "void", inner);
		break;
	case MMX_TG_STRUCT:
		put_named(out, "struct ", *t.name ? t.name : "{...}", inner);
		break;
	case MMX_TG_UNION:
		put_named(out, "union ", *t.name ? t.name : "{...}", inner);
		break;
	case MMX_TG_ENUM:
		put_named(out, "enum ", *t.name ? t.name : "{...}", inner);
		break;
	case MMX_TG_NUMBER:
		put_named(out, "", number_name(t.name), inner);
		break;
	case MMX_TG_TYPEDEF:
		put_named(out, "", t.name, inner);
		break;
	case MMX_TG_OTHER:
		put_named(out, "", "?", inner);
		break;
	}
}

/* Fill *m for a member whose struct begins at bit @base; false when it makes no sense there. */
static bool describe(const struct walk *w, const struct mmx_tg_member *gm, uint64_t base,
		     struct mmx_member *m)
{
	struct text x = {w->g, MAX_TEXT_STEPS};
	uint64_t id = gm->type, nelems, size, bits;
	struct mmx_tg_type outer, t;

	if (!resolve(w->g, &id, &outer) || !resolve_element(w->g, &id, &t, &nelems))
		return false;
	if (t.incomplete || (t.kind != MMX_TG_NUMBER && t.kind != MMX_TG_POINTER &&
			     t.kind != MMX_TG_ENUM && !is_record(&t)))
		return false;
	if (t.size > MAX_SIZE || __builtin_mul_overflow(nelems, t.size, &size) || size > MAX_SIZE)
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
	type_text(&x, gm->type, "", m->type);
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
		if (!(anonymous ? resolve(w->g, &id, &t)
				: resolve_element(w->g, &id, &t, &nelems)) ||
		    !is_record(&t) || gm.bit_off > w->end || base > w->end)
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
		if (!resolve(w->g, &id, &t) || !describe(w, &gm, base, &m))
			continue;
		/* A nameless number is a bit-field that only takes up room. */
		if (!*gm.name && !is_record(&t))
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
