// SPDX-License-Identifier: GPL-2.0-or-later
/* Text: blocks as "key: value" lines, tables as one head line and one greppable line a row. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "render/cells.h"
#include "render/out.h"

#define LABEL_WIDTH 18
#define LABEL_MAX   96

static void size_text(uint64_t bytes, char *buf, size_t size)
{
	static const char units[] = "kMGTP";
	double v = (double)bytes;
	int unit = -1;

	while (v >= 1024 && unit + 1 < (int)sizeof(units) - 1) {
		v /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(buf, size, "%" PRIu64, bytes);
	else
		snprintf(buf, size, v == (double)(uint64_t)v ? "%.0f%c" : "%.1f%c", v, units[unit]);
}

static void number_text(const struct mmx_out *o, const char *sign, uint64_t n, char *buf,
			size_t size)
{
	const char *digits;
	char room[32];

	digits = mmx_digits(n, o->options.hex_counts ? 16 : 10, room, sizeof(room));
	snprintf(buf, size, o->options.hex_counts ? "%s0x%s" : "%s%s", sign, digits);
}

static void signed_text(const struct mmx_out *o, const struct mmx_value *v, char *buf, size_t size)
{
	const char *sign = v->count < 0 ? "-" : v->change_of && v->count ? "+" : "";
	uint64_t n = v->count < 0 ? -(uint64_t)v->count : v->word;

	if (v->change_of != MMX_CHANGE_OF_BYTES || o->options.bytes)
		number_text(o, sign, n, buf, size);
	else
		size_text(n, buf + snprintf(buf, size, "%s", sign), size - 1);
}

static void flags_text(const struct mmx_value *v, char *buf, size_t size)
{
	size_t n = snprintf(buf, size, "%" PRIx64 " (", v->word);

	for (unsigned int i = 0; i < v->n_names && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s", i ? "|" : "", v->names[i]);
	if (n < size)
		snprintf(buf + n, size - n, ")");
}

static const char *given_text(const struct mmx_out *o, const struct mmx_value *v, char *buf,
			      size_t size)
{
	switch (v->kind) {
	case MMX_ADDR:
	case MMX_PFN:
	case MMX_HEX:
		return mmx_digits(v->word, 16, buf, size);
	case MMX_NUMBER:
		signed_text(o, v, buf, size);
		break;
	case MMX_COUNT:
		number_text(o, "", v->word, buf, size);
		break;
	case MMX_BYTES:
		if (o->options.bytes)
			number_text(o, "", v->word, buf, size);
		else
			size_text(v->word, buf, size);
		break;
	case MMX_TEXT:
		return v->text;
	case MMX_WORD:
		return mmx_word_of(v->words, v->word);
	case MMX_BOOL:
		return v->word ? "yes" : "no";
	case MMX_FLAGS:
		flags_text(v, buf, size);
		break;
	case MMX_TROUBLE:
		return v->err->text;
	default: /* has fields of its own */
		return "-";
	}
	return buf;
}

const char *mmx_value_text(const struct mmx_out *o, const struct mmx_value *v, char *buf,
			   size_t size)
{
	switch (v->state) {
	case MMX_GIVEN:
		return given_text(o, v, buf, size);
	case MMX_NONE:
		return "";
	case MMX_NULL:
	case MMX_UNKNOWN:
		return "-";
	case MMX_ABSENT:
		snprintf(buf, size, "(%s)", mmx_read_name(v->absent));
		break;
	}
	return buf;
}

void mmx_out_put_clean(struct mmx_out *o, const char *text, size_t len)
{
	while (len) {
		size_t shown = mmx_printable(text, len);

		if (shown)
			mmx_out_raw(o, text, shown);
		else
			mmx_out_putf(o, "\\x%02x", (unsigned char)*text);
		text += shown ? shown : 1;
		len -= shown ? shown : 1;
	}
}

void mmx_out_put_clean_lines(struct mmx_out *o, const char *text, size_t len)
{
	while (len) {
		size_t part = 0;

		while (part < len && text[part] != '\n' && text[part] != '\t')
			part++;
		mmx_out_put_clean(o, text, part);
		if (part < len)
			mmx_out_raw(o, text + part++, 1);
		text += part;
		len -= part;
	}
}

/* Lists do not show in text: what is in one stands where the list does. */
static void indent(struct mmx_out *o, unsigned int depth)
{
	for (unsigned int i = 1; i <= depth; i++) {
		if (o->level[i].node != MMX_OUT_LIST)
			mmx_out_put(o, "  ");
	}
}

static void title(struct mmx_out *o, const char *text)
{
	if (!text || o->options.no_header)
		return;
	if (o->level[o->depth].node != MMX_OUT_BLOCK && o->level[o->depth].used)
		mmx_out_put(o, "\n");
	indent(o, o->depth);
	mmx_out_put_clean(o, text, strlen(text));
	mmx_out_put(o, "\n");
}

static void text_open(struct mmx_out *o, const char *command, int version)
{
	(void)o;
	(void)command;
	(void)version;
}

static void text_close(struct mmx_out *o)
{
	(void)o;
}

static void text_block(struct mmx_out *o, const char *key, const char *heading)
{
	(void)key;
	title(o, heading);
}

static void text_list(struct mmx_out *o, const char *key)
{
	(void)o;
	(void)key;
}

static void put_spaces(struct mmx_out *o, int n)
{
	static const char spaces[] = "                                ";

	for (; n > 0; n -= (int)sizeof(spaces) - 1)
		mmx_out_raw(o, spaces, n < (int)sizeof(spaces) ? n : (int)sizeof(spaces) - 1);
}

static void put_padded(struct mmx_out *o, const struct mmx_column *c, const char *text, bool first,
		       bool last)
{
	int pad = c->width - (int)strlen(text);

	if (last && !*text)
		return;
	if (!first)
		mmx_out_put(o, " ");
	if (c->right)
		put_spaces(o, pad);
	mmx_out_put_clean(o, text, strlen(text));
	if (!last && !c->right)
		put_spaces(o, pad);
}

static void text_table(struct mmx_out *o, const char *key, const char *heading,
		       const struct mmx_column *columns, unsigned int n)
{
	(void)key;
	title(o, heading);
	if (o->options.no_header)
		return;
	indent(o, o->depth);
	mmx_out_put(o, "  ");
	for (unsigned int i = 0; i < n; i++)
		put_padded(o, &columns[i], columns[i].title, !i, i + 1 == n);
	mmx_out_put(o, "\n");
}

/* A row whose last values are empty ends where its text does. */
static void end_row(struct mmx_out *o)
{
	while (o->buffered && o->buffer[o->buffered - 1] == ' ')
		o->buffered--;
	mmx_out_put(o, "\n");
}

static void text_row(struct mmx_out *o)
{
	if (mmx_out_top(o)->in_row)
		end_row(o);
	indent(o, o->depth);
}

/*
 * Trees and matrices.
 */

#define LINE_WIDTH 3

static const struct {
	const char *down, *none, *fork, *last;
} lines[] = {
	{"|  ", "   ", "|- ", "`- "},
	{"\u2502  ", "   ", "\u251c\u2500 ", "\u2514\u2500 "},
};

static bool follows(uint64_t more, unsigned int depth)
{
	return depth < MMX_TREE_DEPTH && more >> depth & 1;
}

static void put_lines(struct mmx_out *o, uint64_t more, unsigned int depth)
{
	bool utf8 = o->options.utf8;

	for (unsigned int i = 1; i < depth; i++)
		mmx_out_put(o, follows(more, i) ? lines[utf8].down : lines[utf8].none);
	if (depth)
		mmx_out_put(o, follows(more, depth) ? lines[utf8].fork : lines[utf8].last);
}

static void text_branch(struct mmx_out *o, unsigned int depth)
{
	(void)depth;
	text_row(o);
}

/* The same columns are there, and nothing in those before the one that the lines lead to. */
static void text_too_deep(struct mmx_out *o, const char *text)
{
	const struct mmx_out_level *tree = mmx_out_top(o);

	text_row(o);
	for (unsigned int i = 0; i < tree->lines && i < tree->n_columns; i++)
		mmx_out_putf(o, "%*s ", tree->columns[i].width, "");
	put_lines(o, tree->more, tree->branch + 1);
	mmx_out_put(o, text);
}

/* A value of a tree's row; the lines take room from the column that they lead to. */
static void put_leaf(struct mmx_out *o, const char *text)
{
	const struct mmx_out_level *tree = mmx_out_top(o);
	struct mmx_column c = tree->columns[tree->column];
	bool first = !tree->column, last = tree->column + 1 == tree->n_columns;

	if (tree->column == tree->lines) {
		mmx_out_put(o, first ? "" : " ");
		put_lines(o, tree->more, tree->branch);
		c.width -= LINE_WIDTH * (int)tree->branch;
		c.right = false;
		first = true;
	}
	put_padded(o, &c, text, first, last);
}

static void name_of(const struct mmx_grid *grid, unsigned int i,
		    void (*name)(void *arg, unsigned int i, char *text), char *text)
{
	if (name)
		name(grid->arg, i, text);
	else
		snprintf(text, MMX_GRID_NAME, "%u", i);
}

static int width_of_names(const struct mmx_grid *grid)
{
	char name[MMX_GRID_NAME];
	size_t width = 0;

	for (unsigned int i = 0; i < grid->rows; i++) {
		name_of(grid, i, grid->row_name, name);
		width = strlen(name) > width ? strlen(name) : width;
	}
	return width;
}

#define CELL_WIDTH 8

static void put_cell(struct mmx_out *o, const struct mmx_grid *grid, unsigned int column,
		     const char *text)
{
	char name[MMX_GRID_NAME];
	struct mmx_column c = {.right = true, .width = CELL_WIDTH};

	name_of(grid, column, grid->column_name, name);
	if ((int)strlen(name) > c.width)
		c.width = strlen(name);
	put_padded(o, &c, text ? text : name, false, false);
}

static void text_matrix(struct mmx_out *o, const char *key, const char *heading,
			const struct mmx_grid *grid)
{
	struct mmx_column names = {.right = true, .width = width_of_names(grid)};
	char buf[1024], name[MMX_GRID_NAME];
	struct mmx_value v;

	title(o, heading ? heading : key);
	if (!o->options.no_header) {
		indent(o, o->depth);
		mmx_out_putf(o, "  %*s", names.width, "");
		for (unsigned int column = 0; column < grid->columns; column++)
			put_cell(o, grid, column, NULL);
		mmx_out_put(o, "\n");
	}
	for (unsigned int row = 0; row < grid->rows; row++) {
		indent(o, o->depth);
		mmx_out_put(o, "  ");
		name_of(grid, row, grid->row_name, name);
		put_padded(o, &names, name, true, false);
		for (unsigned int column = 0; column < grid->columns; column++) {
			grid->cell(grid->arg, row, column, &v);
			put_cell(o, grid, column, mmx_value_text(o, &v, buf, sizeof(buf)));
		}
		mmx_out_put(o, "\n");
	}
}

/* "key:" and spaces up to where values stand, one at least. */
static void put_label(struct mmx_out *o, const char *key)
{
	char label[LABEL_MAX];
	size_t n = 0;

	for (; key[n] && n < sizeof(label) - LABEL_WIDTH; n++)
		label[n] = key[n] == '_' ? ' ' : key[n];
	label[n++] = ':';
	do
		label[n++] = ' ';
	while (n < LABEL_WIDTH);
	mmx_out_raw(o, label, n);
}

static void text_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	const struct mmx_out_level *level = mmx_out_top(o);
	char buf[1024];
	const char *text = mmx_value_text(o, v, buf, sizeof(buf));

	if (level->node == MMX_OUT_TREE) {
		if (level->column < level->n_columns)
			put_leaf(o, text);
		return;
	}
	if (level->node == MMX_OUT_TABLE && v->cells && o->options.colour) {
		mmx_out_put(o, level->column ? " " : "");
		mmx_put_cells(o, text, v->cells > 1);
		return;
	}
	if (level->node == MMX_OUT_TABLE) {
		if (level->column < level->n_columns)
			put_padded(o, &level->columns[level->column], text, !level->column,
				   level->column + 1 == level->n_columns);
		return;
	}
	if (v->state == MMX_NONE)
		return;
	indent(o, o->depth);
	put_label(o, key);
	mmx_out_put_clean(o, text, strlen(text));
	mmx_out_put(o, "\n");
}

static void text_end(struct mmx_out *o)
{
	if (mmx_out_top(o)->in_row)
		end_row(o);
}

const struct mmx_out_ops mmx_out_text_ops = {
	.open = text_open,
	.close = text_close,
	.block = text_block,
	.table = text_table,
	.list = text_list,
	.row = text_row,
	.branch = text_branch,
	.too_deep = text_too_deep,
	.matrix = text_matrix,
	.value = text_value,
	.end = text_end,
};
