// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a type as C has it, from the inside out: what is already written stands to the right of, or
 * around, what the next type on the way adds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/typegraph.h"

/* Deeper than any real declaration, and few enough that a hostile graph costs nothing. */
#define STEPS_MAX 128

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

void mmx_type_text(const struct mmx_typegraph *g, uint64_t id, char text[MMX_TYPE_NAME])
{
	struct text x = {g, STEPS_MAX};

	type_text(&x, id, "", text);
}
