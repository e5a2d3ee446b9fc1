// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdbtext.h"

#define DEPTH    32
#define TOTAL    "total size (bytes):"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* The lines of structs that are not closed yet, from the outside in. */
struct open {
	size_t line[DEPTH];
	unsigned int n;
};

static bool starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = 0;
	return s;
}

static char *skip_qualifiers(char *s)
{
	while (starts(s, "const ") || starts(s, "volatile "))
		s = strchr(s, ' ') + 1;
	return s;
}

int gdb_number_signed(const char *name)
{
	static const char *const of_integers[] = {"signed", "unsigned", "char",    "short",
						  "int",    "long",     "__int128"};
	static const char *const others[] = {"_Bool", "bool", "float", "double", "void"};
	size_t n;

	for (size_t i = 0; i < COUNT(others); i++) {
		if (!strcmp(name, others[i]))
			return 0;
	}
	for (const char *word = name; *word; word += n + (word[n] == ' ')) {
		size_t i = 0;

		n = strcspn(word, " ");
		while (i < COUNT(of_integers) &&
		       (strncmp(word, of_integers[i], n) || of_integers[i][n]))
			i++;
		if (i == COUNT(of_integers))
			return -1;
	}
	return *name && !strstr(name, "unsigned");
}

/* What stands in the comment: "40: 3 | 4", or "4" alone within a union, which begins at @within. */
static bool read_figures(const char *comment, uint64_t within, struct mmx_member *m)
{
	const char *bar = strchr(comment, '|');
	char *end;

	m->bit_off = within;
	if (bar) {
		m->bit_off = strtoull(comment, &end, 10) * 8;
		if (end == comment)
			return false;
		end += strspn(end, " ");
		if (*end == ':')
			m->bit_off += strtoull(end + 1, NULL, 10);
		comment = bar + 1;
	}
	m->size = (uint32_t)strtoul(comment, &end, 10);
	m->bit_size = m->size * 8;
	m->elem_size = m->size;
	return end != comment;
}

/* "[4][2]": all dimensions in one. Returns what is behind them. */
static const char *read_array(const char *s, struct mmx_member *m, char *text, size_t size)
{
	unsigned long nelems = 1;

	*text = 0;
	if (*s != '[')
		return s;
	while (*s == '[') {
		nelems *= strtoul(s + 1, NULL, 10);
		s += strcspn(s, "]");
		s += *s == ']';
	}
	snprintf(text, size, nelems ? "[%lu]" : "[]", nelems);
	m->nelems = (uint32_t)nelems;
	m->elem_size = nelems ? m->size / m->nelems : 0;
	return s;
}

/* "unsigned long *filters[2]", "unsigned int frozen : 1", "void (*func)(struct callback_head *)" */
static void read_declaration(struct gdb_line *l, char *s)
{
	char *bits = strstr(s, " : "), *function = strstr(s, "(*"), *name, *end, array[24];
	const char *behind;
	size_t before;

	if (bits) {
		*bits = 0;
		l->m.bitfield = true;
		l->m.bit_size = (uint32_t)strtoul(bits + 3, NULL, 10);
	}
	if (function) {
		name = function + strspn(function, "(*");
		end = name + strcspn(name, "[)");
	} else {
		name = end = s + strcspn(s, "[");
		while (name > s && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
			name--;
	}
	behind = read_array(end, &l->m, array, sizeof(array));
	before = (size_t)(name - s);
	while (before && s[before - 1] == ' ')
		before--;
	snprintf(l->m.type, sizeof(l->m.type), "%.*s%s%s", (int)before, s, array, behind);
	l->m.is_pointer = !*array && (function || (before && s[before - 1] == '*'));
	*end = 0;
	l->name = name;
	if (!function && before && s[before - 1] != '*') {
		s[before] = 0;
		l->of = skip_qualifiers(s);
	}
}

/* "} lruvec[4];" - the name comes behind all that is inside. */
static void read_end(struct gdb_line *l, char *s)
{
	char type[MMX_TYPE_NAME], array[24], *name = trim(s + 1), *end = name + strcspn(name, "[;");

	read_array(end, &l->m, array, sizeof(array));
	memcpy(type, l->m.type, sizeof(type));
	snprintf(l->m.type, sizeof(l->m.type), "%.*s%s", (int)(sizeof(type) - sizeof(array)), type,
		 array);
	*end = 0;
	l->name = name;
}

static bool read_begin(struct gdb_line *l, char *s, struct open *open, size_t line)
{
	char *type = skip_qualifiers(s);

	if (open->n == DEPTH)
		return false;
	*strrchr(s, '{') = 0;
	trim(type);
	l->is_union = starts(type, "union");
	l->name = "";
	snprintf(l->m.type, sizeof(l->m.type), "%s%s", type, strchr(type, ' ') ? "" : " {...}");
	open->line[open->n++] = line;
	return true;
}

/* A line: the declaration, and what the comment before it says, which may be a total size. */
struct drawn {
	char *decl;
	struct mmx_member m;
	bool figures;
	uint64_t total;
};

static struct drawn split(char *line, uint64_t within)
{
	char *comment = strstr(line, "/*"), *end = comment ? strstr(comment, "*/") : NULL, *total;
	struct drawn d = {.decl = line};

	if (end) {
		*end = 0;
		d.decl = end + 2;
		d.figures = read_figures(comment + 2, within, &d.m);
		total = strstr(comment, TOTAL);
		if (total)
			d.total = strtoull(total + strlen(TOTAL), NULL, 10);
	}
	d.decl = trim(d.decl);
	return d;
}

/* One line inside the outermost struct; false at its end or at what is not understood. */
static bool read_line(struct gdb_type *t, struct open *open, const struct drawn *d)
{
	size_t len = strlen(d->decl), at = t->lines.n;
	struct gdb_line *l;

	if (*d->decl == '}') {
		if (!open->n) {
			t->is_record = t->size || t->bare;
			return false;
		}
		l = &t->lines.v[open->line[--open->n]];
		l->behind = at;
		read_end(l, d->decl);
		return true;
	}
	if (d->decl[len - 1] != '{' && d->decl[len - 1] != ';')
		return *d->decl == '<'; /* "<no data fields>" */
	t->bare |= !d->figures;
	l = &t->lines.v[t->lines.n++];
	*l = (struct gdb_line){.m = d->m, .depth = open->n, .behind = at + 1};
	if (d->decl[len - 1] == '{')
		return read_begin(l, d->decl, open, at);
	d->decl[len - 1] = 0;
	read_declaration(l, d->decl);
	return true;
}

bool gdb_type_read(struct gdb_type *t, char *text)
{
	struct open open = {0};
	bool inside = false;
	char *line;

	*t = (struct gdb_type){.text = text};
	while ((line = strsep(&text, "\n"))) {
		size_t outer = open.n ? open.line[open.n - 1] : 0;
		struct drawn d = split(line, open.n ? t->lines.v[outer].m.bit_off : 0);

		if (!open.n && d.total)
			t->size = d.total;
		if (!*d.decl)
			continue;
		if (inside) {
			if (!mmx_array_grow(&t->lines, 1))
				return false;
			if (!read_line(t, &open, &d))
				break;
		} else if (starts(d.decl, "type = ")) {
			inside = d.decl[strlen(d.decl) - 1] == '{';
			t->is_signed = gdb_number_signed(d.decl + strlen("type = ")) == 1;
		}
	}
	return true;
}

void gdb_type_free(struct gdb_type *t)
{
	mmx_array_free(&t->lines);
	free(t->text);
}

bool gdb_each_enumerator(char *text, mmx_enumerator_fn fn, void *arg)
{
	char *list = strchr(text, '{'), *one, *value;
	int64_t next = 0;

	if (!starts(text, "type = enum ") || !list)
		return false;
	list++;
	list[strcspn(list, "}")] = 0;
	while ((one = strsep(&list, ","))) {
		value = strchr(one, '=');
		if (value) {
			*value = 0;
			next = strtoll(value + 1, NULL, 10);
		}
		if (!fn(arg, trim(one), next++))
			break;
	}
	return true;
}
