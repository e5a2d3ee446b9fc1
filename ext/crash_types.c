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

struct question {
	char *text;
	FILE *answer;
	bool answered;
};

static void call_gdb(void *arg)
{
	struct question *q = arg;

	q->answered = gdb_pass_through(q->text, q->answer, GNU_RETURN_ON_ERROR);
}

static char *gdb_answer(struct session *s, const char *how, const char *what)
{
	struct question q = {0};
	char *answer = NULL;
	size_t len;

	if (asprintf(&q.text, "%s %s", how, what) < 0)
		return NULL;
	q.answer = open_memstream(&answer, &len);
	if (q.answer) {
		q.answered = session_call(s, call_gdb, &q) && q.answered;
		fclose(q.answer);
	}
	free(q.text);
	if (q.answered)
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

/* What crash knows of a member by itself: nothing of bits, nor of what has no name. */
struct place_asked {
	char *of, *member;
	long off, size;
};

static void call_member(void *arg)
{
	struct place_asked *p = arg;

	p->off = MEMBER_OFFSET(p->of, p->member);
	p->size = MEMBER_SIZE(p->of, p->member);
	if (p->off < 0 || p->size < 0) {
		p->off = ANON_MEMBER_OFFSET(p->of, p->member);
		p->size = ANON_MEMBER_SIZE(p->of, p->member);
	}
}

/* The figures of a member of struct @name, where gdb draws none. */
static bool figures(struct known *k, const struct gdb_type *t, const char *name,
		    const struct gdb_line *l, struct mmx_member *m)
{
	struct place_asked p = {.of = (char *)name, .member = (char *)l->name};

	*m = l->m;
	if (!t->bare)
		return true;
	if (l->m.bitfield || !*l->name || !session_call(k->session, call_member, &p) || p.off < 0 ||
	    p.size < 0)
		return false;
	m->bit_off = (uint64_t)p.off * 8;
	m->size = (uint32_t)p.size;
	m->bit_size = m->size * 8;
	m->elem_size = m->nelems ? m->size / m->nelems : m->size;
	return true;
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

/* A struct that is being searched: the lines [from, to) of a drawing of struct @name. */
struct place {
	const struct gdb_type *type;
	const char *name;
	size_t from, to;
	uint64_t base; /* where it begins, in bits */
	unsigned int nesting;
};

static bool find_in(struct known *k, struct place p, const char *path, struct mmx_member *m);

/* @path lies in the struct that is the member @l. */
static bool find_inside(struct known *k, struct place p, const struct gdb_line *l, const char *path,
			struct mmx_member *m)
{
	size_t at = (size_t)(l - p.type->lines.v);

	if (l->behind > at + 1) {
		p.from = at + 1;
		p.to = l->behind;
		return !p.type->bare && find_in(k, p, path, m);
	}
	if (!l->of || p.nesting == NESTING || !figures(k, p.type, p.name, l, m))
		return false;
	p.base += m->bit_off;
	p.name = strrchr(l->of, ' ') ? strrchr(l->of, ' ') + 1 : l->of;
	p.type = ask(k, l->of);
	if (!p.type || !p.type->is_record)
		return false;
	p.from = 0;
	p.to = p.type->lines.n;
	p.nesting++;
	return find_in(k, p, path, m);
}

static bool find_in(struct known *k, struct place p, const char *path, struct mmx_member *m)
{
	const char *rest = NULL;

	for (size_t i = p.from; i < p.to; i = p.type->lines.v[i].behind) {
		const struct gdb_line *l = &p.type->lines.v[i];

		if (!*l->name) {
			struct place inner = p;

			inner.from = i + 1;
			inner.to = l->behind;
			if (find_in(k, inner, path, m))
				return true;
			continue;
		}
		if (!path_takes(path, l->name, &rest))
			continue;
		if (rest)
			return find_inside(k, p, l, rest, m);
		if (!figures(k, p.type, p.name, l, m))
			return false;
		m->bit_off += p.base;
		m->is_signed = is_signed(k, l);
		return true;
	}
	return false;
}

struct size_asked {
	char *of;
	long bytes;
};

static void call_size(void *arg)
{
	struct size_asked *a = arg;

	a->bytes = STRUCT_SIZE(a->of);
}

static bool struct_size(void *priv, const char *name, uint64_t *size)
{
	struct size_asked a = {.of = (char *)name};
	const struct gdb_type *t = ask_record(priv, name);
	struct known *k = priv;

	if (!t)
		return false;
	*size = t->size;
	if (!t->bare)
		return true;
	if (!session_call(k->session, call_size, &a) || a.bytes <= 0)
		return false;
	*size = (uint64_t)a.bytes;
	return true;
}

static bool member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	struct place p = {.type = ask_record(priv, name), .name = name};

	if (!p.type)
		return false;
	p.to = p.type->lines.n;
	return find_in(priv, p, path, m);
}

/* Members of the struct itself, and of anonymous ones in it; those of named ones are passed over. */
static bool each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	const struct gdb_type *t = ask_record(priv, name);
	const struct gdb_line *l;

	for (size_t i = 0; t && i < t->lines.n; i = *l->name ? l->behind : i + 1) {
		struct mmx_member m;

		l = &t->lines.v[i];
		if ((!*l->name && l->behind == i + 1) || !figures(priv, t, name, l, &m))
			continue;
		m.is_signed = is_signed(priv, l);
		if (!fn(arg, l->name, &m, l->depth, !*l->name && l->is_union))
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

struct value_asked {
	char *name;
	long value;
	bool found;
};

static void call_enumerator(void *arg)
{
	struct value_asked *a = arg;

	a->found = enumerator_value(a->name, &a->value);
}

static bool enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct wanted w = {.name = name, .value = value};
	struct value_asked a = {.name = (char *)name};
	struct known *k = priv;

	if (of)
		return each_enumerator(priv, of, is_wanted, &w) && w.found;
	if (!session_call(k->session, call_enumerator, &a) || !a.found)
		return false;
	*value = a.value;
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
