// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chosen columns: a head line with their names, then a line a record, a tab between two columns. Tabs
 * within values are shown as \x09, so that cut, awk -F'\t' and column -ts take every line apart alike.
 * Only the record that is being emitted is held, since its values come in another order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "render/out.h"

#define CELL_MAX (1u << 16) /* bytes; what is longer ends in "..." */

/*
 * Choosing.
 */

static bool is_key(const char *key, const char *text, int len)
{
	return !strncmp(key, text, len) && !key[len];
}

/* The length of the first of a path's keys. */
static int first_key(const char *path, int len)
{
	const char *dot = memchr(path, '.', len);

	return dot ? dot - path : len;
}

/* A path below a key of the top. */
struct sought {
	const char *key, *path;
	int key_len, path_len;
};

static bool is_other(void *arg, const char *path, const struct mmx_field *field)
{
	const struct sought *s = arg;

	(void)field;
	return strncmp(path, s->key, s->key_len) || path[s->key_len] != '.' ||
	       !is_key(path + s->key_len + 1, s->path, s->path_len);
}

static bool has_path(const struct mmx_record *all, const struct sought *sought)
{
	return !mmx_record_each(all, is_other, (void *)sought);
}

/* A column of the records of this key: its name is a path from there, or has the key before it. */
static bool choose_one(struct mmx_chosen *c, const struct mmx_record *all, const char *key,
		       int key_len)
{
	int skip = first_key(c->name, c->name_len) + 1;

	c->path = c->name;
	c->path_len = c->name_len;
	if (has_path(all, &(struct sought){key, c->path, key_len, c->path_len}))
		return true;
	if (skip > c->name_len || skip - 1 != key_len || strncmp(c->name, key, key_len))
		return false;
	c->path += skip;
	c->path_len -= skip;
	return has_path(all, &(struct sought){key, c->path, key_len, c->path_len});
}

static int split(struct mmx_columns *columns, const char *list, struct mmx_err *err)
{
	for (;; list++) {
		int len = strcspn(list, ",");

		if (!len)
			return mmx_fail(err, MMX_EUSAGE,
					"--columns wants names with commas between them");
		if (columns->n == MMX_COLUMNS_MAX)
			return mmx_fail(err, MMX_EUSAGE, "at most %d columns can be chosen",
					MMX_COLUMNS_MAX);
		columns->v[columns->n].name = list;
		columns->v[columns->n++].name_len = len;
		list += len;
		if (!*list)
			return 0;
	}
}

/* What the columns are sought among, and how far that is. */
struct choosing {
	struct mmx_columns *columns;
	const struct mmx_record *all;
	char key[64];       /* the one whose columns were sought last */
	unsigned int known; /* columns from the first on that are of some record */
};

/* Whether all columns, or the next one that is not known, are of the records that the path is in. */
static bool not_all(void *arg, const char *path, const struct mmx_field *field)
{
	struct choosing *c = arg;
	int len = first_key(path, strlen(path));
	unsigned int found = 0;

	(void)field;
	if (!path[len] || is_key(c->key, path, len))
		return true;
	snprintf(c->key, sizeof(c->key), "%.*s", len, path);
	while (found < c->columns->n &&
	       choose_one(&c->columns->v[found], c->all, c->key, strlen(c->key)))
		found++;
	return found < c->columns->n;
}

static bool not_next(void *arg, const char *path, const struct mmx_field *field)
{
	struct choosing *c = arg;
	int len = first_key(path, strlen(path));

	(void)field;
	return !path[len] || !choose_one(&c->columns->v[c->known], c->all, path, len);
}

static bool offer_path(void *arg, const char *path, const struct mmx_field *field)
{
	int len = first_key(path, strlen(path));

	(void)field;
	if (path[len])
		mmx_suggest_offer(arg, path + len + 1);
	return true;
}

/* With the column that may have been meant; where no name is near, MMX_ENOTFOUND wants all to be listed. */
static int no_column(const struct mmx_record *all, const struct mmx_chosen *c, struct mmx_err *err)
{
	struct mmx_suggest near;

	mmx_suggest_begin(&near, c->name, c->name_len);
	mmx_record_each(all, offer_path, &near);
	return mmx_fail(err, *near.words ? MMX_EUSAGE : MMX_ENOTFOUND, "there is no column %.*s%s",
			c->name_len < 64 ? c->name_len : 64, c->name, near.words);
}

int mmx_out_choose(struct mmx_out *o, const struct mmx_record *all, struct mmx_err *err)
{
	struct choosing c = {.columns = &o->columns, .all = all};

	if (o->options.json)
		return mmx_fail(err, MMX_EUSAGE, "--json and --columns exclude each other");
	if (!all)
		return mmx_fail(err, MMX_EUSAGE, "it has no columns to choose from");
	if (split(&o->columns, o->options.columns, err))
		return -1;
	if (!mmx_record_each(all, not_all, &c)) {
		snprintf(o->columns.key, sizeof(o->columns.key), "%s", c.key);
		return 0;
	}
	while (c.known < o->columns.n && !mmx_record_each(all, not_next, &c))
		c.known++;
	if (c.known == o->columns.n)
		return mmx_fail(err, MMX_ENOTFOUND, "these columns are not of the same records");
	return no_column(all, &o->columns.v[c.known], err);
}

/* Whether a field's path leads to a chosen one: it is that, or a part or the reason of it is, or one below. */
static bool leads_to(const char *path, const struct mmx_chosen *c)
{
	int len = strlen(path);

	const char *more = c->path + len;
	int left = c->path_len - len;

	return left >= 0 && !strncmp(path, c->path, len) &&
	       (!left || *more == '.' || is_key("_unknown", more, left) ||
		is_key("_rows", more, left) || is_key("_columns", more, left));
}

bool mmx_out_wants(const void *arg, const char *path)
{
	const struct mmx_out *o = arg;
	int len = strlen(o->columns.key);

	if (!o->columns.n)
		return true;
	if (strncmp(path, o->columns.key, len) || (path[len] && path[len] != '.'))
		return false;
	if (!path[len])
		return true;
	for (unsigned int i = 0; i < o->columns.n; i++) {
		if (leads_to(path + len + 1, &o->columns.v[i]))
			return true;
	}
	return false;
}

/*
 * Listing what there is to choose from.
 */

struct listing {
	void (*fn)(void *arg, const char *key, const char *fields);
	void *arg;
	char key[160];
};

static void list_record(struct listing *l, const struct mmx_record *record, size_t len);

static size_t add_key(struct listing *l, size_t len, const char *key)
{
	int n = snprintf(l->key + len, sizeof(l->key) - len, "%s%s", len ? "." : "", key);

	return len + n < sizeof(l->key) ? len + n : sizeof(l->key) - 1;
}

static void list_below(struct listing *l, const struct mmx_field *field, size_t len)
{
	size_t below = add_key(l, len, field->key);

	if (mmx_has_record(field->kind))
		list_record(l, field->record, below);
	else if (field->kind == MMX_FLAGS)
		l->fn(l->arg, l->key, "raw names");
	l->key[len] = 0;
}

/* What stands at the top itself is of no record. */
static void list_record(struct listing *l, const struct mmx_record *record, size_t len)
{
	char *fields = NULL;
	size_t size;
	FILE *f = len ? open_memstream(&fields, &size) : NULL;

	for (struct mmx_fields it = mmx_fields_of(record); f && mmx_fields_next(&it);) {
		const struct mmx_field *d = it.field;

		if (!mmx_has_record(d->kind) && d->kind != MMX_FLAGS)
			fprintf(f, "%s%s", ftell(f) ? " " : "", d->key);
		if (d->kind == MMX_MATRIX && d->matrix->row_name)
			fprintf(f, " %s_rows", d->key);
		if (d->kind == MMX_MATRIX && d->matrix->column_name)
			fprintf(f, " %s_columns", d->key);
		if (d->may & MMX_OR_UNKNOWN)
			fprintf(f, "%s%s_unknown", ftell(f) ? " " : "", d->key);
	}
	if (f && !fclose(f) && *fields)
		l->fn(l->arg, l->key, fields);
	free(fields);
	for (struct mmx_fields it = mmx_fields_of(record); mmx_fields_next(&it);)
		list_below(l, it.field, len);
}

void mmx_columns_each(const struct mmx_record *document,
		      void (*fn)(void *arg, const char *key, const char *fields), void *arg)
{
	struct listing l = {.fn = fn, .arg = arg};

	if (document)
		list_record(&l, document, 0);
}

/*
 * Rendering.
 */

static bool in_record(const struct mmx_out *o)
{
	return o->depth && !strcmp(o->level[1].key, o->columns.key);
}

static void cell_add(struct mmx_chosen *c, const char *text, size_t len)
{
	static const char more[] = "...";

	if (c->cut)
		return;
	c->cut = c->cell.n + len > CELL_MAX || !mmx_array_grow(&c->cell, len + sizeof(more));
	if (c->cut) {
		text = more;
		len = c->cell.n + sizeof(more) <= c->cell.allocated ? strlen(more) : 0;
	}
	if (!len)
		return;
	memcpy(c->cell.v + c->cell.n, text, len);
	c->cell.n += len;
}

/* Several values of a column in one record stand in one cell. */
static void cell_put(struct mmx_chosen *c, const char *text)
{
	if (c->cell.n)
		cell_add(c, ",", 1);
	cell_add(c, *text ? text : "\"\"", *text ? strlen(text) : 2);
}

/* Its reason has no place in a cell, and must not look as if there were no such thing. */
static const char *cell_text(const struct mmx_out *o, const struct mmx_value *v, char *buf,
			     size_t size)
{
	return v->state == MMX_UNKNOWN ? "(unknown)" : mmx_value_text(o, v, buf, size);
}

/* The keys that lead from the record to a value; elements of lists have none. */
static void path_to(const struct mmx_out *o, const char *key, char *path, size_t size)
{
	size_t n = 0;

	for (unsigned int d = 2; d <= o->depth && n < size; d++) {
		if (o->level[d - 1].node != MMX_OUT_LIST)
			n += snprintf(path + n, size - n, "%s.", o->level[d].key);
	}
	if (n < size)
		snprintf(path + n, size - n, "%s", key);
}

/* Flags have two parts; where there is no value there are no parts either, for the same reason. */
static void put_part(const struct mmx_out *o, struct mmx_chosen *c, const struct mmx_value *v,
		     const char *part, int len)
{
	char buf[32];

	if (v->state != MMX_GIVEN) {
		cell_put(c, cell_text(o, v, buf, sizeof(buf)));
	} else if (v->kind == MMX_FLAGS && is_key("names", part, len)) {
		for (unsigned int i = 0; i < v->n_names; i++)
			cell_put(c, v->names[i]);
	} else if (v->kind == MMX_FLAGS) {
		snprintf(buf, sizeof(buf), "%" PRIx64, v->word);
		cell_put(c, buf);
	}
}

static void columns_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	char path[128], buf[64];
	int len;

	if (!in_record(o) || v->state == MMX_NONE)
		return;
	path_to(o, key, path, sizeof(path));
	len = strlen(path);
	for (unsigned int i = 0; i < o->columns.n; i++) {
		struct mmx_chosen *c = &o->columns.v[i];

		if (is_key(path, c->path, c->path_len))
			cell_put(c, cell_text(o, v, buf, sizeof(buf)));
		else if (c->path_len > len && c->path[len] == '.' && !strncmp(path, c->path, len))
			put_part(o, c, v, c->path + len + 1, c->path_len - len - 1);
	}
}

static void end_record(struct mmx_out *o)
{
	for (unsigned int i = 0; i < o->columns.n; i++) {
		struct mmx_chosen *c = &o->columns.v[i];

		if (i)
			mmx_out_put(o, "\t");
		if (c->cell.n)
			mmx_out_put_clean(o, c->cell.v, c->cell.n);
		else
			mmx_out_put(o, c->cut ? "..." : "-");
		c->cell.n = 0;
		c->cut = false;
	}
	mmx_out_put(o, "\n");
}

static void columns_row(struct mmx_out *o)
{
	if (o->depth == 1 && in_record(o) && o->level[1].in_row)
		end_record(o);
}

static void columns_branch(struct mmx_out *o, unsigned int depth)
{
	(void)depth;
	columns_row(o);
}

/* One row in place of those that are too deep: where the tree is the record, a line of its own. */
static void columns_too_deep(struct mmx_out *o, const char *text)
{
	char path[128];

	(void)text;
	if (!in_record(o))
		return;
	columns_row(o);
	path_to(o, "", path, sizeof(path));
	for (unsigned int i = 0; i < o->columns.n; i++) {
		struct mmx_chosen *c = &o->columns.v[i];

		if (!strncmp(c->path, path, strlen(path)))
			cell_put(c, "(too deep)");
	}
}

static void put_grid_names(struct mmx_out *o, const char *key, unsigned int n,
			   void (*name)(void *arg, unsigned int i, char *text), void *arg)
{
	char text[MMX_GRID_NAME];

	for (unsigned int i = 0; name && i < n; i++) {
		name(arg, i, text);
		columns_value(o, key, &(struct mmx_value){.kind = MMX_TEXT, .text = text});
	}
}

static void columns_matrix(struct mmx_out *o, const char *key, const char *title,
			   const struct mmx_grid *grid)
{
	struct mmx_value v;
	char names[64];

	(void)title;
	for (unsigned int i = 0; i < grid->rows * grid->columns; i++) {
		grid->cell(grid->arg, i / grid->columns, i % grid->columns, &v);
		columns_value(o, key, &v);
	}
	snprintf(names, sizeof(names), "%s_rows", key);
	put_grid_names(o, names, grid->rows, grid->row_name, grid->arg);
	snprintf(names, sizeof(names), "%s_columns", key);
	put_grid_names(o, names, grid->columns, grid->column_name, grid->arg);
}

static void columns_end(struct mmx_out *o)
{
	const struct mmx_out_level *top = &o->level[1], *ending = mmx_out_top(o);
	bool row = o->depth == 1 && ending->in_row;
	bool block = o->depth == 1 && ending->node == MMX_OUT_BLOCK;
	bool element = o->depth == 2 && top->node == MMX_OUT_LIST;

	if (in_record(o) && (row || block || element))
		end_record(o);
}

static void columns_open(struct mmx_out *o, const char *command, int version)
{
	(void)command;
	(void)version;
	for (unsigned int i = 0; i < o->columns.n && !o->options.no_header; i++)
		mmx_out_putf(o, "%.*s%s", o->columns.v[i].name_len, o->columns.v[i].name,
			     i + 1 < o->columns.n ? "\t" : "\n");
}

static void columns_close(struct mmx_out *o)
{
	for (unsigned int i = 0; i < o->columns.n; i++)
		mmx_array_free(&o->columns.v[i].cell);
}

static void columns_block(struct mmx_out *o, const char *key, const char *title)
{
	(void)o;
	(void)key;
	(void)title;
}

static void columns_table(struct mmx_out *o, const char *key, const char *title,
			  const struct mmx_column *columns, unsigned int n)
{
	(void)columns;
	(void)n;
	columns_block(o, key, title);
}

static void columns_list(struct mmx_out *o, const char *key)
{
	(void)o;
	(void)key;
}

const struct mmx_out_ops mmx_out_columns_ops = {
	.open = columns_open,
	.close = columns_close,
	.block = columns_block,
	.table = columns_table,
	.list = columns_list,
	.row = columns_row,
	.branch = columns_branch,
	.too_deep = columns_too_deep,
	.matrix = columns_matrix,
	.value = columns_value,
	.end = columns_end,
};
