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

#include "render/out.h"

#define CELL_MAX (1u << 16) /* bytes; what is longer ends in "..." */

/*
 * Choosing.
 */

static bool is_key(const char *key, const char *text, int len)
{
	return !strncmp(key, text, len) && !key[len];
}

static bool has_word(const char *words, const char *word, int len)
{
	while (*words) {
		int n = strcspn(words, " ");

		if (n == len && !strncmp(words, word, len))
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* The length of the first of a path's keys. */
static int first_key(const char *path, int len)
{
	const char *dot = memchr(path, '.', len);

	return dot ? dot - path : len;
}

/* Whether a record of this key has the path, which leads from the record to a field. */
static bool has_path(const struct mmx_record *records, const char *key, int key_len,
		     const char *path, int len)
{
	for (const struct mmx_record *r = records; r->key; r++) {
		int below = strlen(r->key) - key_len; /* the dot and what follows, if any */

		if (below < 0 || strncmp(r->key, key, key_len))
			continue;
		if (!below && has_word(r->fields, path, len))
			return true;
		if (below && r->key[key_len] == '.' && len > below &&
		    !strncmp(r->key + key_len + 1, path, below - 1) && path[below - 1] == '.' &&
		    has_word(r->fields, path + below, len - below))
			return true;
	}
	return false;
}

/* A column of the records of this key: its name is a path from there, or has the key before it. */
static bool choose_one(struct mmx_chosen *c, const struct mmx_record *records, const char *key,
		       int key_len)
{
	int skip = first_key(c->name, c->name_len) + 1;

	c->path = c->name;
	c->path_len = c->name_len;
	if (has_path(records, key, key_len, c->path, c->path_len))
		return true;
	if (skip > c->name_len || skip - 1 != key_len || strncmp(c->name, key, key_len))
		return false;
	c->path += skip;
	c->path_len -= skip;
	return has_path(records, key, key_len, c->path, c->path_len);
}

static bool known_anywhere(struct mmx_chosen *c, const struct mmx_record *records)
{
	for (const struct mmx_record *r = records; r->key; r++) {
		if (choose_one(c, records, r->key, first_key(r->key, strlen(r->key))))
			return true;
	}
	return false;
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

int mmx_out_choose(struct mmx_out *o, const struct mmx_record *records, struct mmx_err *err)
{
	struct mmx_columns *c = &o->columns;

	if (o->options.json)
		return mmx_fail(err, MMX_EUSAGE, "--json and --columns exclude each other");
	if (!records)
		return mmx_fail(err, MMX_EUSAGE, "it has no columns to choose from");
	if (split(c, o->options.columns, err))
		return -1;
	for (const struct mmx_record *r = records; r->key; r++) {
		unsigned int found = 0;

		c->key = r->key;
		c->key_len = first_key(r->key, strlen(r->key));
		while (found < c->n && choose_one(&c->v[found], records, c->key, c->key_len))
			found++;
		if (found == c->n)
			return 0;
	}
	for (unsigned int i = 0; i < c->n; i++) {
		if (!known_anywhere(&c->v[i], records))
			return mmx_fail(err, MMX_ENOTFOUND, "there is no column %.*s",
					c->v[i].name_len < 64 ? c->v[i].name_len : 64,
					c->v[i].name);
	}
	return mmx_fail(err, MMX_ENOTFOUND, "these columns are not of the same records");
}

/*
 * Rendering.
 */

static bool in_record(const struct mmx_out *o)
{
	return o->depth && is_key(o->level[1].key, o->columns.key, o->columns.key_len);
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

	if (v->kind == MMX_VALUE_FLAGS && is_key("names", part, len)) {
		for (unsigned int i = 0; i < v->n_names; i++)
			cell_put(c, v->names[i]);
	} else if (v->kind == MMX_VALUE_FLAGS) {
		snprintf(buf, sizeof(buf), "%" PRIx64, v->word);
		cell_put(c, buf);
	} else if (v->kind == MMX_VALUE_ABSENT || v->kind == MMX_VALUE_NULL) {
		cell_put(c, mmx_value_text(o, v, buf, sizeof(buf)));
	}
}

static void columns_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	char path[128], buf[64];
	int len;

	if (!in_record(o))
		return;
	path_to(o, key, path, sizeof(path));
	len = strlen(path);
	for (unsigned int i = 0; i < o->columns.n; i++) {
		struct mmx_chosen *c = &o->columns.v[i];

		if (is_key(path, c->path, c->path_len))
			cell_put(c, mmx_value_text(o, v, buf, sizeof(buf)));
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

static void columns_end(struct mmx_out *o)
{
	const struct mmx_out_level *top = &o->level[1], *ending = mmx_out_top(o);
	bool row = o->depth == 1 && ending->node == MMX_OUT_TABLE && ending->in_row;
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
	.value = columns_value,
	.end = columns_end,
};
