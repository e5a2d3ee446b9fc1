// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's types as crash's gdb knows them from the vmlinux, for a dump without BTF. Every
 * question is put to gdb once and its answer remembered, also that there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"
#include "gdbtext.h"

/* Structs that are looked up within structs; no path is that long. */
#define NESTING 8

struct asked {
	struct asked *next;
	char *question;
	struct gdb_type type;
};

struct known {
	struct session *session;
	struct asked *asked;
};

/* Leaves the command by itself when nobody reads the output any more: that has to be asked before. */
static char *gdb_answer(struct session *s, const char *how, const char *what)
{
	char *question = NULL, *answer = NULL;
	size_t len;
	FILE *f;
	int ok;

	if (session_cut(s) || !output_open() || asprintf(&question, "%s %s", how, what) < 0)
		return NULL;
	f = open_memstream(&answer, &len);
	ok = f && gdb_pass_through(question, f, GNU_RETURN_ON_ERROR);
	if (f)
		fclose(f);
	free(question);
	if (ok)
		return answer;
	free(answer);
	return NULL;
}

static const struct gdb_type *ask(struct known *k, const char *question)
{
	struct asked *a;
	char *answer;

	for (a = k->asked; a; a = a->next) {
		if (!strcmp(a->question, question))
			return &a->type;
	}
	a = calloc(1, sizeof(*a));
	if (!a || !(a->question = strdup(question))) {
		free(a);
		return NULL;
	}
	a->next = k->asked;
	k->asked = a;
	answer = gdb_answer(k->session, "ptype/o", question);
	if (answer && !gdb_type_read(&a->type, answer))
		a->type.is_record = false;
	return &a->type;
}

static const struct gdb_type *ask_record(struct known *k, const char *name)
{
	static const char *const tags[] = {"struct ", "union ", ""};
	char question[2 * MMX_TYPE_NAME];

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		const struct gdb_type *t;

		snprintf(question, sizeof(question), "%s%s", tags[i], name);
		t = ask(k, question);
		if (t && t->is_record)
			return t;
	}
	return NULL;
}

static bool is_signed(struct known *k, const struct gdb_line *l)
{
	const struct gdb_type *t;
	int known;

	if (!l->of || l->m.nelems || l->m.is_pointer || !strncmp(l->of, "struct ", 7) ||
	    !strncmp(l->of, "union ", 6) || !strncmp(l->of, "enum ", 5))
		return false;
	known = gdb_number_signed(l->of);
	if (known >= 0)
		return known;
	t = ask(k, l->of);
	return t && t->is_signed;
}

/* Whether @path begins with @name as a whole; *rest is what follows its dot, or NULL. */
static bool path_takes(const char *path, const char *name, const char **rest)
{
	size_t n = strcspn(path, ".");

	*rest = path[n] ? path + n + 1 : NULL;
	return n && !strncmp(path, name, n) && !name[n];
}

/* Among the lines [from, to) of @t, whose struct begins at bit @base. */
static bool find_in(struct known *k, const struct gdb_type *t, size_t from, size_t to,
		    const char *path, uint64_t base, unsigned int nesting, struct mmx_member *m)
{
	const char *rest = NULL;

	for (size_t i = from; i < to; i = t->lines.v[i].behind) {
		const struct gdb_line *l = &t->lines.v[i];
		bool drawn = l->behind > i + 1;

		if (!*l->name) {
			if (drawn && find_in(k, t, i + 1, l->behind, path, base, nesting, m))
				return true;
			continue;
		}
		if (!path_takes(path, l->name, &rest))
			continue;
		if (!rest) {
			*m = l->m;
			m->bit_off += base;
			m->is_signed = is_signed(k, l);
			return true;
		}
		if (drawn)
			return find_in(k, t, i + 1, l->behind, rest, base, nesting, m);
		base += l->m.bit_off;
		t = l->of && !l->m.is_pointer && nesting < NESTING ? ask(k, l->of) : NULL;
		return t && t->is_record &&
		       find_in(k, t, 0, t->lines.n, rest, base, nesting + 1, m);
	}
	return false;
}

static bool struct_size(void *priv, const char *name, uint64_t *size)
{
	const struct gdb_type *t = ask_record(priv, name);

	if (t)
		*size = t->size;
	return t;
}

static bool member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	const struct gdb_type *t = ask_record(priv, name);

	return t && find_in(priv, t, 0, t->lines.n, path, 0, 0, m);
}

/* Members of the struct itself, and of anonymous ones in it; those of named ones are passed over. */
static bool each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	const struct gdb_type *t = ask_record(priv, name);
	const struct gdb_line *l;

	for (size_t i = 0; t && i < t->lines.n; i = *l->name ? l->behind : i + 1) {
		struct mmx_member m;
		bool drawn;

		l = &t->lines.v[i];
		drawn = l->behind > i + 1;
		m = l->m;
		m.is_signed = is_signed(priv, l);
		if ((*l->name || drawn) &&
		    !fn(arg, l->name, &m, l->depth, !*l->name && l->is_union))
			break;
	}
	return t;
}

static bool each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	struct known *k = priv;
	char *text = gdb_answer(k->session, "ptype enum", of);
	bool found = text && gdb_each_enumerator(text, fn, arg);

	free(text);
	return found;
}

struct wanted {
	const char *name;
	int64_t *value;
	bool found;
};

static bool is_wanted(void *arg, const char *name, int64_t value)
{
	struct wanted *w = arg;

	w->found = !strcmp(name, w->name);
	if (w->found)
		*w->value = value;
	return !w->found;
}

static bool enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct wanted w = {.name = name, .value = value};
	struct known *k = priv;
	long number;

	if (of)
		return each_enumerator(priv, of, is_wanted, &w) && w.found;
	if (session_cut(k->session) || !output_open() || !enumerator_value((char *)name, &number))
		return false;
	*value = number;
	return true;
}

static void forget(void *priv)
{
	struct known *k = priv;

	while (k->asked) {
		struct asked *a = k->asked;

		k->asked = a->next;
		gdb_type_free(&a->type);
		free(a->question);
		free(a);
	}
	free(k);
}

static const struct mmx_types_ops ops = {
	.struct_size = struct_size,
	.member = member,
	.enumerator = enumerator,
	.each_member = each_member,
	.each_enumerator = each_enumerator,
	.free = forget,
};

int crash_types(void *arg, struct mmx_types_provider *p, const char *build_id, struct mmx_err *err)
{
	struct known *k;

	(void)build_id; /* crash has held its vmlinux against the dump */
	if (!(pc->flags & GDB_INIT) || pc->flags & MINIMAL_MODE)
		return mmx_fail(err, MMX_EMISSING, "crash knows no types in its minimal mode");
	k = calloc(1, sizeof(*k));
	if (!k)
		return mmx_fail_nomem(err);
	k->session = arg;
	*p = (struct mmx_types_provider){.ops = &ops, .priv = k, .name = "vmlinux of crash"};
	return 0;
}
