// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "render/show.h"

#define TITLE_MAX   32
#define HEADING_MAX 64

static void show_row(struct mmx_out *o, struct mmx_rows *r);

/* A line of text has a place for each of its values, and for nothing else. */
static bool in_line(const struct mmx_out *o)
{
	enum mmx_out_node node = o->level[o->depth].node;

	return o->ops == &mmx_out_text_ops && (node == MMX_OUT_TABLE || node == MMX_OUT_TREE);
}

/* Whether it has a place of its own in a line of text. */
static bool is_column(const struct mmx_field *field)
{
	return !mmx_has_record(field->kind) && field->kind != MMX_MATRIX;
}

/* What was not found out: null where that may stand, and why. */
static void show_unknown(struct mmx_out *o, const struct mmx_field *field,
			 const struct mmx_err *why)
{
	char key[64];

	if (o->ops == &mmx_out_columns_ops)
		mmx_out_value(o, field->key, &(struct mmx_value){.state = MMX_UNKNOWN});
	else if (field->may & MMX_OR_NULL || in_line(o))
		mmx_out_null(o, field->key);
	if (in_line(o))
		return;
	snprintf(key, sizeof(key), "%s_unknown", field->key);
	mmx_out_text(o, key, why->text);
}

static void show_value(struct mmx_out *o, struct mmx_rows *r, unsigned int i)
{
	const struct mmx_field *field = r->field[i];
	struct mmx_value v;

	mmx_rows_value(r, i, &v);
	if (v.state == MMX_UNKNOWN) {
		show_unknown(o, field, v.err);
		return;
	}
	if (v.kind == MMX_WORD && v.state == MMX_GIVEN && !mmx_word_of(v.words, v.word))
		v.state = MMX_NULL;
	mmx_out_value(o, field->key, &v);
}

/* What rows of another variant have: in a line, those behind it keep their places. */
static void show_gap(struct mmx_out *o, const struct mmx_rows *r, unsigned int i)
{
	if (r->wanted[i] && is_column(r->field[i]) && in_line(o))
		mmx_out_value(o, r->field[i]->key, &(struct mmx_value){.state = MMX_NONE});
}

/*
 * Matrices.
 */

struct matrix {
	struct mmx_rows *r;
	unsigned int field;
	const struct mmx_matrix *matrix;
};

static void row_name(void *arg, unsigned int row, char *name)
{
	const struct matrix *m = arg;

	m->matrix->row_name(m->r, row, name);
}

static void column_name(void *arg, unsigned int column, char *name)
{
	const struct matrix *m = arg;

	m->matrix->column_name(m->r, column, name);
}

static void cell(void *arg, unsigned int row, unsigned int column, struct mmx_value *v)
{
	const struct matrix *m = arg;

	mmx_rows_cell(m->r, m->field, row, column, v);
}

static void show_matrix(struct mmx_out *o, struct mmx_rows *r, unsigned int i)
{
	const struct mmx_field *field = r->field[i];
	struct matrix m = {r, i, field->matrix};
	const struct mmx_grid grid = {
		.rows = field->matrix->rows(r),
		.columns = field->matrix->columns(r),
		.arg = &m,
		.row_name = field->matrix->row_name ? row_name : NULL,
		.column_name = field->matrix->column_name ? column_name : NULL,
		.cell = cell,
	};

	mmx_out_matrix(o, field->key, field->title, &grid);
}

/*
 * Records below.
 */

/* By default a column's title is its key, START-PFN, and its width what its values take. */
static void column_of(const struct mmx_field *field, struct mmx_column *c, char *title)
{
	static const uint8_t widths[] = {
		[MMX_ADDR] = 16, [MMX_PFN] = 12,   [MMX_HEX] = 16,
		[MMX_COUNT] = 8, [MMX_NUMBER] = 8, [MMX_BYTES] = 8,
	};
	size_t i = 0;

	for (; field->key[i] && i < TITLE_MAX - 1; i++)
		title[i] = field->key[i] == '_' ? '-' : toupper((unsigned char)field->key[i]);
	title[i] = 0;
	*c = (struct mmx_column){
		.key = field->key,
		.title = field->title ? field->title : title,
		.width = field->width,
		.right = field->kind < sizeof(widths) && widths[field->kind],
	};
	if (!c->width && c->right)
		c->width = widths[field->kind];
}

static void begin_table(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *table,
			struct mmx_column *columns, char (*titles)[TITLE_MAX])
{
	unsigned int n = 0, lines = 0;
	char heading[HEADING_MAX] = "";

	for (unsigned int i = 0; i < r->n_fields && n < MMX_COLUMNS_MAX; i++) {
		const struct mmx_field *field = r->field[i];

		if (!r->wanted[i] || !is_column(field))
			continue;
		if (field->lines)
			lines = n;
		column_of(field, &columns[n], titles[n]);
		n++;
	}
	if (r->record->heading && r->row)
		r->record->heading(r, heading);
	if (table->kind == MMX_TREE)
		mmx_out_tree(o, table->key, *heading ? heading : table->title, columns, n, lines);
	else
		mmx_out_table(o, table->key, *heading ? heading : table->title, columns, n);
}

/* Rows that are too deep are marked once, and then left out. */
static void begin_branch(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *field)
{
	bool cut = mmx_out_top(o)->cut;

	mmx_out_branch(o, r->depth, r->more);
	if (!cut && mmx_out_top(o)->cut)
		mmx_cover_failf(r->coverage, MMX_EMISSING,
				"%s: rows are nested too deeply to be shown", field->key);
}

static void show_table(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *field)
{
	struct mmx_column columns[MMX_COLUMNS_MAX];
	char titles[MMX_COLUMNS_MAX][TITLE_MAX];
	bool more = mmx_rows_next(r);

	if (!more && field->may & MMX_OR_NONE)
		return;
	begin_table(o, r, field, columns, titles);
	for (; more; more = mmx_rows_next(r)) {
		if (field->kind == MMX_TREE)
			begin_branch(o, r, field);
		else
			mmx_out_row(o);
		show_row(o, r);
	}
	mmx_out_end(o);
}

static void show_list(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *field)
{
	char heading[HEADING_MAX] = "";
	bool more = mmx_rows_next(r);

	if (!more && field->may & MMX_OR_NONE)
		return;
	mmx_out_list(o, field->key);
	for (; more; more = mmx_rows_next(r)) {
		if (r->record->heading)
			r->record->heading(r, heading);
		mmx_out_block(o, "", *heading ? heading : NULL);
		show_row(o, r);
		mmx_out_end(o);
	}
	mmx_out_end(o);
}

/* A block of which there is none is left out; where it must stand, it is null. */
static void show_block(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *field)
{
	char heading[HEADING_MAX] = "";

	if (!mmx_rows_next(r)) {
		if (field->may & MMX_OR_NULL)
			mmx_out_null(o, field->key);
		return;
	}
	if (r->record->heading)
		r->record->heading(r, heading);
	mmx_out_block(o, field->key, *heading ? heading : field->title);
	show_row(o, r);
	mmx_out_end(o);
}

static void show_below(struct mmx_out *o, struct mmx_rows *r, const struct mmx_field *field)
{
	struct mmx_err err;

	if (mmx_rows_open(r, &err)) {
		mmx_cover_fail(r->coverage, &err);
		show_unknown(o, field, &err);
		return;
	}
	/* Most of what a page could have, it has not. */
	if (!r->open && field->may & MMX_OR_NONE)
		return;
	if (field->kind == MMX_BLOCK)
		show_block(o, r, field);
	else if (field->kind == MMX_LIST)
		show_list(o, r, field);
	else
		show_table(o, r, field);
	mmx_rows_close(r);
}

static void show_row(struct mmx_out *o, struct mmx_rows *r)
{
	for (unsigned int i = 0; i < r->n_fields; i++) {
		const struct mmx_field *field = r->field[i];

		if (!mmx_rows_has(r, i))
			show_gap(o, r, i);
		else if (is_column(field))
			show_value(o, r, i);
		else if (in_line(o))
			continue;
		else if (field->kind == MMX_MATRIX)
			show_matrix(o, r, i);
		else
			show_below(o, r->below[i], field);
	}
}

int mmx_show(struct mmx_out *o, const struct mmx_record *document, const struct mmx_ask *ask,
	     struct mmx_err *err)
{
	struct mmx_rows *r = mmx_rows_new(document, ask, err);

	if (!r)
		return -1;
	if (mmx_rows_open(r, err)) {
		mmx_rows_free(r);
		return -1;
	}
	mmx_out_open(o, document->name, document->version);
	if (mmx_rows_next(r))
		show_row(o, r);
	mmx_out_close(o);
	mmx_rows_free(r);
	return 0;
}
