// SPDX-License-Identifier: GPL-2.0-or-later
/* Text: blocks as "key: value" lines, tables as one head line and one greppable line a row. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "render/out.h"

#define LABEL_WIDTH 18

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

static void number_text(const struct mmx_out *o, bool negative, uint64_t n, char *buf, size_t size)
{
	snprintf(buf, size, o->options.hex_counts ? "%s0x%" PRIx64 : "%s%" PRIu64,
		 negative ? "-" : "", n);
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
		snprintf(buf, size, "%" PRIx64, v->word);
		break;
	case MMX_NUMBER:
		number_text(o, v->count < 0, v->count < 0 ? -(uint64_t)v->count : v->word, buf,
			    size);
		break;
	case MMX_COUNT:
		number_text(o, false, v->word, buf, size);
		break;
	case MMX_BYTES:
		if (o->options.bytes)
			number_text(o, false, v->word, buf, size);
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
	mmx_out_putf(o, "%s\n", text);
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

static void put_padded(struct mmx_out *o, const struct mmx_column *c, const char *text, bool first,
		       bool last)
{
	int pad = c->width - (int)strlen(text);

	if (last && !*text)
		return;
	if (!first)
		mmx_out_put(o, " ");
	if (c->right && pad > 0)
		mmx_out_putf(o, "%*s", pad, "");
	mmx_out_put_clean(o, text, strlen(text));
	if (!last && !c->right && pad > 0)
		mmx_out_putf(o, "%*s", pad, "");
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

static void text_row(struct mmx_out *o)
{
	if (mmx_out_top(o)->in_row)
		mmx_out_put(o, "\n");
	indent(o, o->depth);
}

static void text_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	const struct mmx_out_level *level = mmx_out_top(o);
	char buf[1024];
	const char *text = mmx_value_text(o, v, buf, sizeof(buf));
	int width = LABEL_WIDTH;

	if (level->node == MMX_OUT_TABLE) {
		if (level->column < level->n_columns)
			put_padded(o, &level->columns[level->column], text, !level->column,
				   level->column + 1 == level->n_columns);
		return;
	}
	if (v->state == MMX_NONE)
		return;
	indent(o, o->depth);
	for (const char *c = key; *c; c++, width--)
		mmx_out_raw(o, *c == '_' ? " " : c, 1);
	mmx_out_putf(o, ":%*s", width > 1 ? width - 1 : 1, "");
	mmx_out_put_clean(o, text, strlen(text));
	mmx_out_put(o, "\n");
}

static void text_end(struct mmx_out *o)
{
	if (mmx_out_top(o)->node == MMX_OUT_TABLE && mmx_out_top(o)->in_row)
		mmx_out_put(o, "\n");
}

const struct mmx_out_ops mmx_out_text_ops = {
	.open = text_open,
	.close = text_close,
	.block = text_block,
	.table = text_table,
	.list = text_list,
	.row = text_row,
	.value = text_value,
	.end = text_end,
};
