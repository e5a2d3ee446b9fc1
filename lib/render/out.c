// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "render/out.h"

void mmx_out_init(struct mmx_out *o, const struct mmx_out_options *options,
		  const struct mmx_sink *sink)
{
	*o = (struct mmx_out){
		.ops = options->json      ? &mmx_out_json_ops
		       : options->columns ? &mmx_out_columns_ops
					  : &mmx_out_text_ops,
		.options = *options,
		.sink = *sink,
	};
}

struct mmx_out_level *mmx_out_top(struct mmx_out *o)
{
	return &o->level[o->depth];
}

static const char too_deep[] = "nested too deeply to be shown";

/* What is deeper than there is room for is left out up to its end, and says so in its place. */
static bool refuse(struct mmx_out *o, const char *key)
{
	if (!o->refused && !mmx_out_top(o)->cut && o->depth + 1 < MMX_OUT_DEPTH)
		return false;
	if (!o->refused && !mmx_out_top(o)->cut)
		mmx_out_text(o, key, too_deep);
	o->refused++;
	return true;
}

static void enter(struct mmx_out *o, enum mmx_out_node node, const char *key)
{
	mmx_out_top(o)->used = mmx_out_top(o)->filled = true;
	o->depth++;
	*mmx_out_top(o) = (struct mmx_out_level){.node = node, .key = key};
}

void mmx_out_open(struct mmx_out *o, const char *command, int version)
{
	o->depth = o->refused = 0;
	o->level[0] = (struct mmx_out_level){.node = MMX_OUT_TOP};
	o->ops->open(o, command, version);
}

void mmx_out_close(struct mmx_out *o)
{
	while (o->depth)
		mmx_out_end(o);
	o->ops->close(o);
	mmx_out_flush(o);
}

void mmx_out_block(struct mmx_out *o, const char *key, const char *title)
{
	if (refuse(o, key))
		return;
	o->ops->block(o, key, title);
	enter(o, MMX_OUT_BLOCK, key);
}

void mmx_out_table(struct mmx_out *o, const char *key, const char *title,
		   const struct mmx_column *columns, unsigned int n)
{
	if (refuse(o, key))
		return;
	o->ops->table(o, key, title, columns, n);
	enter(o, MMX_OUT_TABLE, key);
	mmx_out_top(o)->columns = columns;
	mmx_out_top(o)->n_columns = n;
}

void mmx_out_row(struct mmx_out *o)
{
	struct mmx_out_level *table = mmx_out_top(o);

	if (o->refused)
		return;
	o->ops->row(o);
	table->in_row = true;
	table->used = true;
	table->filled = false;
	table->column = 0;
}

void mmx_out_tree(struct mmx_out *o, const char *key, const char *title,
		  const struct mmx_column *columns, unsigned int n, unsigned int lines)
{
	mmx_out_table(o, key, title, columns, n);
	if (o->refused)
		return;
	mmx_out_top(o)->node = MMX_OUT_TREE;
	mmx_out_top(o)->lines = lines;
}

void mmx_out_branch(struct mmx_out *o, unsigned int depth, bool more)
{
	struct mmx_out_level *tree = mmx_out_top(o);
	unsigned int deepest = tree->used ? tree->branch + 1 : 0;

	if (o->refused)
		return;
	if (depth >= MMX_TREE_DEPTH && tree->branch == MMX_TREE_DEPTH - 1) {
		if (!tree->cut)
			o->ops->too_deep(o, too_deep);
		tree->cut = true;
		return;
	}
	if (depth > deepest)
		depth = deepest;
	tree->cut = false;
	tree->more = (tree->more & ~(1ULL << depth)) | (uint64_t)more << depth;
	o->ops->branch(o, depth);
	tree->branch = depth;
	tree->in_row = tree->used = true;
	tree->filled = false;
	tree->column = 0;
}

void mmx_out_matrix(struct mmx_out *o, const char *key, const char *title,
		    const struct mmx_grid *grid)
{
	if (o->refused || mmx_out_top(o)->cut)
		return;
	o->ops->matrix(o, key, title, grid);
	mmx_out_top(o)->used = mmx_out_top(o)->filled = true;
}

void mmx_out_list(struct mmx_out *o, const char *key)
{
	if (refuse(o, key))
		return;
	o->ops->list(o, key);
	enter(o, MMX_OUT_LIST, key);
}

void mmx_out_end(struct mmx_out *o)
{
	if (o->refused) {
		o->refused--;
	} else if (o->depth) {
		o->ops->end(o);
		o->depth--;
	}
	/* Whoever watches sees each part as soon as it is there. */
	if (o->options.terminal)
		mmx_out_flush(o);
}

void mmx_out_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	struct mmx_out_level *level = mmx_out_top(o);

	if (o->refused || level->cut)
		return;
	o->ops->value(o, key, v);
	level->used = true;
	level->filled |= v->state != MMX_NONE;
	level->column++;
}

void mmx_out_addr(struct mmx_out *o, const char *key, uint64_t addr)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_ADDR, .word = addr});
}

void mmx_out_pfn(struct mmx_out *o, const char *key, uint64_t pfn)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_PFN, .word = pfn});
}

void mmx_out_hex(struct mmx_out *o, const char *key, uint64_t word)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_HEX, .word = word});
}

void mmx_out_count(struct mmx_out *o, const char *key, int64_t count)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_NUMBER, .count = count});
}

void mmx_out_bytes(struct mmx_out *o, const char *key, uint64_t bytes)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_BYTES, .word = bytes});
}

void mmx_out_text(struct mmx_out *o, const char *key, const char *text)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_TEXT, .text = text});
}

void mmx_out_textf(struct mmx_out *o, const char *key, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	mmx_out_text(o, key, text);
}

void mmx_out_bool(struct mmx_out *o, const char *key, bool truth)
{
	mmx_out_value(o, key, &(struct mmx_value){.kind = MMX_BOOL, .truth = truth});
}

void mmx_out_flags(struct mmx_out *o, const char *key, uint64_t word, const char *const *names,
		   unsigned int n)
{
	mmx_out_value(o, key,
		      &(struct mmx_value){
			      .kind = MMX_FLAGS,
			      .word = word,
			      .names = names,
			      .n_names = n,
		      });
}

void mmx_out_absent(struct mmx_out *o, const char *key, enum mmx_read why)
{
	mmx_out_value(o, key, &(struct mmx_value){.state = MMX_ABSENT, .absent = why});
}

void mmx_out_null(struct mmx_out *o, const char *key)
{
	mmx_out_value(o, key, &(struct mmx_value){.state = MMX_NULL});
}

void mmx_out_flush(struct mmx_out *o)
{
	if (o->buffered)
		o->sink.write(o->sink.arg, o->buffer, o->buffered);
	o->buffered = 0;
}

void mmx_out_raw(struct mmx_out *o, const void *bytes, size_t len)
{
	if (len > sizeof(o->buffer) - o->buffered)
		mmx_out_flush(o);
	if (len > sizeof(o->buffer)) {
		o->sink.write(o->sink.arg, bytes, len);
		return;
	}
	memcpy(o->buffer + o->buffered, bytes, len);
	o->buffered += len;
}

void mmx_out_put(struct mmx_out *o, const char *text)
{
	mmx_out_raw(o, text, strlen(text));
}

void mmx_out_putf(struct mmx_out *o, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	mmx_out_put(o, text);
}

const char *mmx_digits(uint64_t n, unsigned int radix, char *buf, size_t size)
{
	char *at = buf + size;

	*--at = 0;
	/* Divided by what the compiler knows: that is what takes the time. */
	do {
		*--at = "0123456789abcdef"[radix == 16 ? n % 16 : n % 10];
		n = radix == 16 ? n / 16 : n / 10;
	} while (n);
	return at;
}

void mmx_out_number(struct mmx_out *o, uint64_t n, unsigned int radix)
{
	char room[32];

	mmx_out_put(o, mmx_digits(n, radix, room, sizeof(room)));
}
