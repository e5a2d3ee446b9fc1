// SPDX-License-Identifier: GPL-2.0-or-later
/* Pictures: rules name what is there, names do not break graphviz's language, and no picture grows without end. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "records/picture.h"
#include "render/show.h"
#include "unit.h"

/*
 * The rules of all commands: every path and every key is one of the document's.
 */

struct sought {
	char path[256];
	bool found;
};

static bool is_other(void *arg, const char *path, const struct mmx_field *field)
{
	struct sought *s = arg;

	if (strcmp(path, s->path))
		return true;
	(void)field;
	s->found = true;
	return false;
}

/* Flags come in two parts. */
static bool has_field(const struct mmx_record *document, struct sought *s)
{
	size_t len = strlen(s->path);

	s->found = false;
	mmx_record_each(document, is_other, s);
	if (!s->found) {
		snprintf(s->path + len, sizeof(s->path) - len, ".raw");
		mmx_record_each(document, is_other, s);
	}
	return s->found;
}

/* A key of rows of that path: theirs, or of what is around them. */
static bool has_key(const struct mmx_record *document, const char *path, const char *key, int len)
{
	const char *slash = memchr(key, '/', len);
	char around[128];
	struct sought s;

	snprintf(around, sizeof(around), "%s", path);
	if (slash && slash[-1] == '$')
		snprintf(around, sizeof(around), "%s%s%.*s", path, *path ? "." : "",
			 (int)(slash - 1 - key), key);
	if (slash) {
		len -= slash + 1 - key;
		key = slash + 1;
	}
	for (;;) {
		char *dot = strrchr(around, '.');

		snprintf(s.path, sizeof(s.path), "%s%s%.*s", around, *around ? "." : "", len, key);
		if (has_field(document, &s))
			return true;
		if (!*around || slash)
			return false;
		*(dot ? dot : around) = 0;
	}
}

static void check_keys(const struct mmx_record *document, const char *path, const char *text)
{
	for (const char *at = text; at && (at = strchr(at, '{')); at++) {
		int len = strcspn(at + 1, "}");

		CHECK(has_key(document, path, at + 1, len), "%s: %s has no %.*s", document->name,
		      path, len, at + 1);
	}
}

static void check_terms(const struct mmx_record *document, const char *path, const char *terms)
{
	while (terms && *terms) {
		int negated = *terms == '!', len = strcspn(terms + negated, "=! ");

		CHECK(!strncmp(terms, "depth=", 6) || has_key(document, path, terms + negated, len),
		      "%s: %s has no %.*s", document->name, path, len, terms + negated);
		terms += strcspn(terms, " ");
		terms += *terms == ' ';
	}
}

static bool is_elsewhere(void *arg, const char *path, const struct mmx_field *field)
{
	struct sought *s = arg;
	size_t len = strlen(s->path);

	(void)field;
	s->found |= !strncmp(path, s->path, len) && (!len || path[len] == '.');
	return !s->found;
}

static void check_path(const struct mmx_record *document, const char *path)
{
	struct sought s = {.found = false};

	snprintf(s.path, sizeof(s.path), "%s", path);
	mmx_record_each(document, is_elsewhere, &s);
	CHECK(s.found, "%s has no %s", document->name, path);
}

static void check_end(const struct mmx_record *document, const char *path, const char *id)
{
	CHECK(has_key(document, path, id, strlen(id)), "%s: %s has no %s", document->name, path,
	      id);
}

static void check_picture(const struct mmx_record *document)
{
	const struct mmx_picture *p = document->picture;

	check_keys(document, "", p->title);
	for (const struct mmx_picture_node *n = p->nodes; n->path; n++) {
		check_path(document, n->path);
		check_end(document, n->path, n->id);
		check_keys(document, n->path, n->text);
		check_terms(document, n->path, n->when);
		check_terms(document, n->path, n->wrong);
		check_terms(document, n->path, n->keep);
	}
	for (const struct mmx_picture_edge *e = p->edges; e->path; e++) {
		check_path(document, e->path);
		check_end(document, e->path, e->from.id);
		check_end(document, e->path, e->to.id);
		check_keys(document, e->path, e->text);
		check_terms(document, e->path, e->when);
		check_terms(document, e->path, e->wrong);
	}
}

static void rules_name_fields(void)
{
	unsigned int pictures = 0;
	size_t n;

	for (const struct mmx_command *const *c = mmx_commands(&n); n; c++, n--) {
		bool offered = false;

		for (const struct mmx_option *o = (*c)->options; o && o->letter; o++)
			offered |= o->name && !strcmp(o->name, "dot");
		CHECK(offered == ((*c)->document && (*c)->document->picture),
		      "%s offers --dot, or has a picture, and not both", (*c)->name);
		if (!offered)
			continue;
		check_picture((*c)->document);
		pictures++;
	}
	CHECK(pictures == 6, "%u pictures", pictures);
}

/*
 * A document with as many rows as are wanted, and names that somebody chose.
 */

static unsigned int rows, wrong_row;
static const char *name;

static const void *next_row(struct mmx_rows *r)
{
	r->depth = r->nth % 8 != 0;
	r->more = true;
	return r->nth < rows ? &rows : NULL;
}

static void get_number(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 0x1000 + r->nth;
}

static void get_name(struct mmx_rows *r, struct mmx_value *v)
{
	(void)r;
	v->text = name;
}

static void get_wrong(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = "it is wrong";
	if (r->nth + 1 != wrong_row)
		mmx_value_none(v);
}

static void get_absent(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 7;
	if (!r->nth)
		mmx_value_absent(v, MMX_READ_EXCLUDED);
}

static const struct mmx_field row_fields[] = {
	{"addr", MMX_ADDR, "where it is", .get = get_number},
	{"name", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = get_name},
	{"wrong", MMX_TEXT, "what is wrong", .may = MMX_OR_NONE, .get = get_wrong},
	{"page", MMX_PFN, "its page", .may = MMX_OR_ABSENT, .get = get_absent},
	{0},
};

static const struct mmx_record row = {
	.name = "row", .doc = "a row", .fields = row_fields, .next = next_row};

static void get_top(struct mmx_rows *r, struct mmx_value *v)
{
	(void)r;
	v->word = 0xaaaa;
}

static const struct mmx_field fields[] = {
	{"top", MMX_ADDR, "whose they are", .get = get_top},
	{"rows", MMX_TREE, "all", .record = &row},
	{0},
};

static const struct mmx_picture_node nodes[] = {
	{.path = "", .kind = MMX_OBJECT_MAPPING, .id = "top", .text = "mapping {top}"},
	{.path = "rows",
	 .kind = MMX_OBJECT_VMA,
	 .id = "addr",
	 .text = "{name}\n{wrong}",
	 .wrong = "wrong"},
	{.path = "rows", .kind = MMX_OBJECT_PAGE, .id = "page", .text = "page {page}"},
	{.path = NULL},
};

static const struct mmx_picture_edge edges[] = {
	{.path = "rows",
	 .from = {MMX_OBJECT_MAPPING, "top"},
	 .to = {MMX_OBJECT_VMA, "addr"},
	 .when = "depth=0"},
	{.path = "rows", .from = {MMX_OBJECT_VMA, "../addr"}, .to = {MMX_OBJECT_VMA, "addr"}},
	{.path = "rows", .from = {MMX_OBJECT_VMA, "addr"}, .to = {MMX_OBJECT_PAGE, "page"}},
	{.path = NULL},
};

static const struct mmx_picture picture = {
	.title = "rows of {top}", .nodes = nodes, .edges = edges};

static const struct mmx_record document = {
	.name = "rows", .doc = "rows", .version = 1, .fields = fields, .picture = &picture};

static char text[1 << 18];
static size_t text_len;

static void keep(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	if (len < sizeof(text) - text_len)
		memcpy(text + text_len, bytes, len);
	text_len += len;
	text[text_len < sizeof(text) ? text_len : 0] = 0;
}

static void draw(unsigned int n, const char *called)
{
	static const struct mmx_sink sink = {.write = keep};
	static struct mmx_image image;
	static struct mmx_kernel kernel = {.image = &image};
	static struct mmx_view view = {.kernel = &kernel};
	static struct mmx_out o;
	struct mmx_coverage coverage = {0};
	const struct mmx_ask ask = {.view = &view, .arg = &o, .coverage = &coverage};
	struct mmx_err err;

	rows = n;
	name = called;
	text_len = 0;
	mmx_out_init(&o, &(struct mmx_out_options){0}, &sink);
	mmx_out_draw(&o, &picture);
	CHECK(!mmx_show(&o, &document, &ask, &err), "%s", err.text);
	CHECK(text_len < sizeof(text), "%zu bytes", text_len);
}

static unsigned int count(const char *of)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, of)); at++)
		n++;
	return n;
}

static void rows_are_objects(void)
{
	draw(3, "a");
	CHECK(strstr(text, "label=\"rows of aaaa\""), "%s", text);
	CHECK(strstr(text, "\"mapping aaaa\" -> \"vma 1000\"") &&
		      strstr(text, "\"vma 1000\" -> \"vma 1001\"") &&
		      strstr(text, "\"vma 1000\" -> \"vma 1002\""),
	      "%s", text);
	CHECK(!strstr(text, "\"mapping aaaa\" -> \"vma 1001\""), "%s", text);
	CHECK(count("\t\"page 7\" [label=") == 1 && count("\" -> \"page 7\"") == 2, "%s", text);
}

static void what_is_not_in_the_dump_is_dashed(void)
{
	draw(2, "a");
	CHECK(strstr(text, "page (excluded)") && count("dashed\"]") == 1 &&
		      strstr(text, "dashed: not in the dump"),
	      "%s", text);
}

static void names_are_only_names(void)
{
	draw(1, "\"]; evil [label=\"x");
	CHECK(strstr(text, "label=\"\\\"]; evil [label=\\\"x\\l\""), "%s", text);
	draw(1, "back\\slash\\");
	CHECK(strstr(text, "label=\"back\\\\slash\\\\\\l\""), "%s", text);
	draw(1, "one\ntwo\033[31m\r");
	CHECK(strstr(text, "label=\"one\\\\x0atwo\\\\x1b[31m\\\\x0d\\l\""), "%s", text);
	draw(1, "<b>&lt; \\N \\G");
	CHECK(strstr(text, "label=\"<b>&amp;lt; \\\\N \\\\G\\l\""), "%s", text);
	draw(1, "\xff\xc3\xa9\xc3");
	CHECK(strstr(text, "label=\"\\\\xff\xc3\xa9\\\\xc3\\l\""), "%s", text);
}

/* A long name is cut between two characters. */
static void labels_are_of_bounded_width(void)
{
	char called[600];

	for (unsigned int i = 0; i < 299; i++)
		memcpy(called + 2 * i, "\xc3\xa9", 3);
	memmove(called + 1, called, 598);
	called[0] = 'x';
	called[599] = 0;
	draw(1, called);
	CHECK(strstr(text, "\xc3\xa9...\\l\"") && !strstr(text, "\\\\x"), "%s", text);
}

static void pictures_are_bounded(void)
{
	draw(100000, "a");
	CHECK(count("\"vma ") < 200 && strstr(text, "99968 more, not drawn"), "%u: %s",
	      count("\"vma "), strstr(text, "more") ? strstr(text, "more") : "nothing more");
	CHECK(count("\"more ") == 2, "%u", count("\"more "));
}

/* What is wrong is drawn however much else there is, and hangs on what is not drawn. */
static void what_is_wrong_is_drawn(void)
{
	wrong_row = 99998;
	draw(100000, "a");
	wrong_row = 0;
	CHECK(strstr(text, "\"vma 1969d\" [label=\"a\\lit is wrong\\l\"") &&
		      count("penwidth=2.5") == 1 && strstr(text, "red: something is wrong"),
	      "%s", text);
	CHECK(strstr(text, "99967 more, not drawn"), "%s", text);
	CHECK(strstr(text, "\" -> \"vma 1969d\" [label=\"\", style=dotted]"), "%s", text);
}

int main(void)
{
	RUN(rules_name_fields);
	RUN(rows_are_objects);
	RUN(what_is_not_in_the_dump_is_dashed);
	RUN(names_are_only_names);
	RUN(labels_are_of_bounded_width);
	RUN(pictures_are_bounded);
	RUN(what_is_wrong_is_drawn);
	return unit_end();
}
