// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON: one document, addresses and raw words as strings in hex, counts as numbers, an absent
 * value as an object that says why.
 */
#include <stdio.h>
#include <string.h>

#include "render/out.h"

/* Bytes that stand for themselves: printable ASCII without the quotation mark and the backslash. */
static const bool plain_byte[256] = {
	[0x20 ... 0x21] = true,
	[0x23 ... 0x5b] = true,
	[0x5d ... 0x7e] = true,
};

static void put_string(struct mmx_out *o, const char *text)
{
	mmx_out_raw(o, "\"", 1);
	while (*text) {
		size_t plain = 0;

		while (plain_byte[(unsigned char)text[plain]])
			plain++;
		mmx_out_raw(o, text, plain);
		text += plain;
		if (!*text)
			break;
		/* Bytes of a dump need not be UTF-8: each stands for itself as U+00XX. */
		mmx_out_putf(o, *text == '"' || *text == '\\' ? "\\%c" : "\\u%04x",
			     (unsigned char)*text);
		text++;
	}
	mmx_out_raw(o, "\"", 1);
}

static void put_hex(struct mmx_out *o, uint64_t word)
{
	char room[32], text[32];
	const char *digits = mmx_digits(word, 16, room, sizeof(room));
	size_t len = strlen(digits);

	memcpy(text, "\"0x", 3);
	memcpy(text + 3, digits, len);
	text[len + 3] = '"';
	mmx_out_raw(o, text, len + 4);
}

static void put_key(struct mmx_out *o, const char *key)
{
	const struct mmx_out_level *level = mmx_out_top(o);
	size_t len = strlen(key), n = 0;
	char text[128];

	if (level->filled)
		text[n++] = ',';
	/* A key is a word of ours, with nothing in it to be escaped. */
	if (level->node != MMX_OUT_LIST && len < sizeof(text) - 4) {
		text[n++] = '"';
		memcpy(text + n, key, len);
		n += len;
		text[n++] = '"';
		text[n++] = ':';
	}
	mmx_out_raw(o, text, n);
}

static void json_open(struct mmx_out *o, const char *command, int version)
{
	mmx_out_putf(o, "{\"schema\":\"mmx.%s/%d\"", command, version);
	mmx_out_top(o)->used = mmx_out_top(o)->filled = true;
}

static void json_close(struct mmx_out *o)
{
	mmx_out_put(o, "}\n");
}

static void json_block(struct mmx_out *o, const char *key, const char *title)
{
	(void)title;
	put_key(o, key);
	mmx_out_put(o, "{");
}

static void json_list(struct mmx_out *o, const char *key)
{
	put_key(o, key);
	mmx_out_put(o, "[");
}

static void json_table(struct mmx_out *o, const char *key, const char *title,
		       const struct mmx_column *columns, unsigned int n)
{
	(void)title;
	(void)columns;
	(void)n;
	put_key(o, key);
	mmx_out_put(o, "[");
}

static void json_row(struct mmx_out *o)
{
	struct mmx_out_level *table = mmx_out_top(o);

	if (table->in_row)
		mmx_out_put(o, "}");
	mmx_out_put(o, table->used ? ",\n{" : "\n{");
}

/* A row of a tree stays open for those below it, which its children hold. */
static void json_branch(struct mmx_out *o, unsigned int depth)
{
	const struct mmx_out_level *tree = mmx_out_top(o);

	if (!tree->in_row)
		mmx_out_put(o, "\n{");
	else if (depth > tree->branch)
		mmx_out_put(o, tree->filled ? ",\"children\":[\n{" : "\"children\":[\n{");
	for (unsigned int i = depth; tree->in_row && i < tree->branch; i++)
		mmx_out_put(o, "}]");
	if (tree->in_row && depth <= tree->branch)
		mmx_out_put(o, "},\n{");
}

static void json_too_deep(struct mmx_out *o, const char *text)
{
	put_key(o, "children");
	put_string(o, text);
}

static void put_grid_names(struct mmx_out *o, const char *key, unsigned int n,
			   void (*name)(void *arg, unsigned int i, char *text), void *arg)
{
	char text[MMX_GRID_NAME];

	if (!name)
		return;
	mmx_out_raw(o, ",", 1);
	put_string(o, key);
	mmx_out_raw(o, ":[", 2);
	for (unsigned int i = 0; i < n; i++) {
		name(arg, i, text);
		mmx_out_put(o, i ? "," : "");
		put_string(o, text);
	}
	mmx_out_raw(o, "]", 1);
}

static void put_value(struct mmx_out *o, const struct mmx_value *v);

static void json_matrix(struct mmx_out *o, const char *key, const char *title,
			const struct mmx_grid *grid)
{
	char names[64];
	struct mmx_value v;

	(void)title;
	put_key(o, key);
	mmx_out_raw(o, "[", 1);
	for (unsigned int row = 0; row < grid->rows; row++) {
		mmx_out_put(o, row ? ",\n[" : "\n[");
		for (unsigned int column = 0; column < grid->columns; column++) {
			mmx_out_put(o, column ? "," : "");
			grid->cell(grid->arg, row, column, &v);
			put_value(o, &v);
		}
		mmx_out_raw(o, "]", 1);
	}
	mmx_out_raw(o, "]", 1);
	snprintf(names, sizeof(names), "%s_rows", key);
	put_grid_names(o, names, grid->rows, grid->row_name, grid->arg);
	snprintf(names, sizeof(names), "%s_columns", key);
	put_grid_names(o, names, grid->columns, grid->column_name, grid->arg);
}

static void put_names(struct mmx_out *o, const struct mmx_value *v)
{
	mmx_out_put(o, "{\"raw\":");
	put_hex(o, v->word);
	mmx_out_put(o, ",\"names\":[");
	for (unsigned int i = 0; i < v->n_names; i++) {
		if (i)
			mmx_out_put(o, ",");
		put_string(o, v->names[i]);
	}
	mmx_out_put(o, "]}");
}

static void put_number(struct mmx_out *o, int64_t n)
{
	if (n < 0)
		mmx_out_raw(o, "-", 1);
	mmx_out_number(o, n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
}

static void put_given(struct mmx_out *o, const struct mmx_value *v)
{
	switch (v->kind) {
	case MMX_ADDR:
	case MMX_PFN:
	case MMX_HEX:
		put_hex(o, v->word);
		break;
	case MMX_NUMBER:
		put_number(o, v->count);
		break;
	case MMX_COUNT:
	case MMX_BYTES:
		mmx_out_number(o, v->word, 10);
		break;
	case MMX_TEXT:
		put_string(o, v->text);
		break;
	case MMX_WORD:
		put_string(o, mmx_word_of(v->words, v->word));
		break;
	case MMX_BOOL:
		mmx_out_put(o, v->word ? "true" : "false");
		break;
	case MMX_FLAGS:
		put_names(o, v);
		break;
	case MMX_TROUBLE:
		put_string(o, v->err->text);
		break;
	default: /* has fields of its own */
		mmx_out_put(o, "null");
	}
}

static void put_value(struct mmx_out *o, const struct mmx_value *v)
{
	if (v->state == MMX_GIVEN)
		put_given(o, v);
	else if (v->state == MMX_ABSENT)
		mmx_out_put(o, v->absent == MMX_READ_EXCLUDED ? "{\"absent\":\"excluded\"}"
							      : "{\"absent\":\"unreadable\"}");
	else
		mmx_out_put(o, "null");
}

static void json_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	if (v->state == MMX_NONE)
		return;
	put_key(o, key);
	put_value(o, v);
}

static void json_end(struct mmx_out *o)
{
	struct mmx_out_level *level = mmx_out_top(o);

	for (unsigned int i = 0; level->node == MMX_OUT_TREE && i < level->branch; i++)
		mmx_out_put(o, "}]");
	if (level->in_row)
		mmx_out_put(o, "}");
	mmx_out_put(o, level->node == MMX_OUT_BLOCK ? "}" : "]");
	if (o->depth == 1)
		mmx_out_put(o, "\n");
}

const struct mmx_out_ops mmx_out_json_ops = {
	.open = json_open,
	.close = json_close,
	.block = json_block,
	.table = json_table,
	.list = json_list,
	.row = json_row,
	.branch = json_branch,
	.too_deep = json_too_deep,
	.matrix = json_matrix,
	.value = json_value,
	.end = json_end,
};
