// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/leads_to.h"
#include "records/readx.h"

#define LINE_MAX 16u /* bytes of a line */

/*
 * struct piece - of the range that is shown, [at, at + n) bytes
 * @missing: why the first byte that is missing is; NULL: none is
 * @gone: all of them are, for that reason
 */
struct piece {
	size_t at, n;
	const struct mmx_err *missing;
	bool gone;
};

static const struct mmx_read_range *range_of(const struct mmx_rows *r)
{
	return &((const struct mmx_readx *)r->arg)->range;
}

static const struct mmx_peek *peek_of(const struct mmx_rows *r)
{
	return &range_of(r)->peek;
}

static const struct piece *piece_of(const struct mmx_rows *r)
{
	return r->row;
}

static void set_piece(const struct mmx_rows *r, struct piece *p, size_t at, size_t n)
{
	*p = (struct piece){.at = at, .n = n, .missing = mmx_peek_missing(peek_of(r), at, n)};
}

static void address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = peek_of(r)->addr + piece_of(r)->at;
}

/*
 * Words.
 */

static const void *next_word(struct mmx_rows *r)
{
	const struct piece *line = r->above->row;
	unsigned int word = range_of(r)->word;
	size_t at = r->nth * word;

	if (line->gone || at >= line->n)
		return NULL;
	set_piece(r, r->state, line->at + at, word);
	return r->state;
}

/* Whether a byte was read, the sentence that is wanting stands in its range once. */
static void value(struct mmx_rows *r, struct mmx_value *v)
{
	const struct piece *p = piece_of(r);

	v->word = mmx_le(peek_of(r)->v + p->at, p->n);
	if (p->missing) {
		v->state = MMX_ABSENT;
		v->absent = strcmp(p->missing->text, mmx_read_name(MMX_READ_EXCLUDED)) == 0
				    ? MMX_READ_EXCLUDED
				    : MMX_READ_UNREADABLE;
		v->told = true;
	}
}

static bool points(const struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_leads_to(r->view, mmx_le64(peek_of(r)->v + piece_of(r)->at), v->scratch->text,
			       sizeof(v->scratch->text));
	return *v->text;
}

static void leads_to(struct mmx_rows *r, struct mmx_value *v)
{
	if (range_of(r)->word != 8 || piece_of(r)->missing || !points(r, v))
		mmx_value_none(v);
}

static const struct mmx_field word_fields[] = {
	{"address", MMX_ADDR, "where it is", .get = address},
	{"value", MMX_HEX, "little-endian; absent when any byte of it is", .may = MMX_OR_ABSENT,
	 .get = value},
	{"leads_to", MMX_TEXT, "of eight bytes: the symbol that it points to, or behind",
	 .may = MMX_OR_NONE, .get = leads_to},
	{0},
};

static const struct mmx_record words = {
	.name = "word",
	.doc = "a word of a line",
	.fields = word_fields,
	.state_size = sizeof(struct piece),
	.next = next_word,
};

/*
 * Lines.
 */

static bool has_lines(struct mmx_rows *r)
{
	return range_of(r)->word;
}

/* Whether all of it is missing, for one reason. */
static bool is_gone(const struct mmx_peek *peek, const struct piece *p)
{
	for (size_t i = p->at; i < p->at + p->n; i++) {
		if (!peek->why[i] || peek->why[i] != peek->why[p->at])
			return false;
	}
	return true;
}

/* A word of eight bytes has a line of its own: it may be a pointer. Lines that are missing share one. */
static const void *next_line(struct mmx_rows *r)
{
	const struct mmx_peek *peek = peek_of(r);
	size_t line = range_of(r)->word == 8 ? 8 : LINE_MAX;
	struct piece *p = r->state;
	size_t at = p->at + p->n;

	if (at >= peek->n)
		return NULL;
	set_piece(r, p, at, line < peek->n - at ? line : peek->n - at);
	p->gone = is_gone(peek, p);
	while (p->gone && p->at + p->n < peek->n && peek->why[p->at + p->n] == peek->why[p->at])
		p->n++;
	return p;
}

/* The digits of a word, its highest byte first; two dashes for a byte that is missing. */
static size_t put_word(const struct mmx_peek *p, size_t at, unsigned int n, char *to)
{
	for (unsigned int i = n; i--;)
		to += p->why[at + i] ? sprintf(to, "--") : sprintf(to, "%02x", p->v[at + i]);
	return 2 * n;
}

static void data(struct mmx_rows *r, struct mmx_value *v)
{
	const struct piece *p = piece_of(r);
	unsigned int word = range_of(r)->word;
	char *to = v->scratch->text;

	for (size_t i = 0; i < p->n && i < LINE_MAX && !(i && p->gone); i += word) {
		if (i)
			*to++ = ' ';
		to += put_word(peek_of(r), p->at + i, word, to);
	}
	*to = 0;
	v->text = v->scratch->text;
}

static void text(struct mmx_rows *r, struct mmx_value *v)
{
	const struct piece *p = piece_of(r);
	const struct mmx_peek *peek = peek_of(r);
	char *to = v->scratch->text;

	for (size_t i = 0; i < p->n && !p->gone; i++) {
		unsigned char c = peek->v[p->at + i];

		to[i] = peek->why[p->at + i] ? '-' : c >= ' ' && c < 0x7f ? (char)c : '.';
	}
	to[p->gone ? 0 : p->n] = 0;
	v->text = to;
}

/* What a word of eight bytes points to; or why not all is known. */
static void note(struct mmx_rows *r, struct mmx_value *v)
{
	const struct piece *p = piece_of(r);

	if (p->gone)
		mmx_value_textf(v, "(%zu bytes: %s)", p->n, p->missing->text);
	else if (p->missing)
		mmx_value_textf(v, "(%s)", p->missing->text);
	else if (range_of(r)->word != 8 || !points(r, v))
		mmx_value_none(v);
}

static const void *next_gap(struct mmx_rows *r)
{
	const struct piece *p = r->above->row;

	return r->nth || !p->gone ? NULL : p;
}

static void reason(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = piece_of(r)->missing->text;
}

static const struct mmx_field gap_fields[] = {
	{"bytes", MMX_COUNT, "how many, from the line's address on", AT(struct piece, n)},
	{"why", MMX_TEXT, "the reason", .get = reason},
	{0},
};

static const struct mmx_record gap = {
	.name = "gap",
	.doc = "bytes that are all missing, for one reason",
	.fields = gap_fields,
	.next = next_gap,
};

static const struct mmx_field line_fields[] = {
	{"address", MMX_ADDR, "of its first byte", .get = address},
	{"data", MMX_TEXT,
	 "its words, the highest byte of each first; -- for a byte that is missing", .width = 16,
	 .get = data},
	{"text", MMX_TEXT,
	 "its bytes as ASCII; a dot for one that is none, - for one that is missing", .width = 8,
	 .may = MMX_OR_EMPTY, .get = text},
	{"note", MMX_TEXT,
	 "the symbol that a word of eight bytes points to, or behind; or why the first byte that is missing is",
	 .may = MMX_OR_NONE, .get = note},
	{"words", MMX_TABLE, "each of its words; left out where all of them are missing",
	 .may = MMX_OR_NONE, .record = &words},
	{"gap", MMX_BLOCK, "where all of it is missing, with what follows it and is as well",
	 .may = MMX_OR_NONE, .record = &gap},
	{0},
};

static const struct mmx_record lines = {
	.name = "line",
	.doc = "a word of eight bytes, or sixteen bytes, or all that is missing up to what is not",
	.fields = line_fields,
	.state_size = sizeof(struct piece),
	.has = has_lines,
	.next = next_line,
};

/*
 * Ranges.
 */

static const void *next_range(struct mmx_rows *r)
{
	struct mmx_readx *x = r->arg;

	if (!x->next(x))
		return NULL;
	mmx_cover_inherit(r->coverage, &x->range.peek.coverage);
	return &x->range;
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = range_of(r)->cpu;
	if (!range_of(r)->has_cpu)
		mmx_value_none(v);
}

/* Up to the NUL, or to what is missing. */
static size_t length(const struct mmx_peek *p)
{
	size_t n = 0;

	while (n < p->n && p->v[n] && !p->why[n])
		n++;
	return n;
}

static void string(struct mmx_rows *r, struct mmx_value *v)
{
	if (range_of(r)->word)
		mmx_value_none(v);
	else
		v->text = (const char *)peek_of(r)->v;
}

static void cut(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = !range_of(r)->word && length(peek_of(r)) == peek_of(r)->n;
}

static void absent(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = peek_of(r)->n - peek_of(r)->coverage.found;
}

static void why(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_err *first = mmx_peek_missing(peek_of(r), 0, peek_of(r)->n);

	if (first)
		v->text = first->text;
	else
		mmx_value_none(v);
}

static const struct mmx_field range_fields[] = {
	{"address", MMX_ADDR, "its first byte", AT(struct mmx_read_range, peek.addr)},
	{"symbol", MMX_TEXT, "the symbol that this is in, or behind", .zero = MMX_OR_NONE,
	 AT(struct mmx_read_range, at)},
	{"space", MMX_WORD, "whose address it is", WORDS(MMX_PEEK_SPACE_COUNT, mmx_peek_space_name),
	 AT(struct mmx_read_range, space)},
	{"cpu", MMX_COUNT, "of per-CPU memory: whose it is", .may = MMX_OR_NONE, .get = cpu},
	{"pid", MMX_COUNT, "of user memory: the process or thread", .zero = MMX_OR_NONE,
	 AT(struct mmx_read_range, pid)},
	{"bytes", MMX_COUNT, "how many were asked for", AT(struct mmx_read_range, peek.n)},
	{"missing", MMX_COUNT, "how many of them are not known", .zero = MMX_OR_NONE,
	 .get = absent},
	{"why", MMX_TEXT, "why the first of those is not", .may = MMX_OR_NONE, .get = why},
	{"text", MMX_TEXT, "with `-t`: what stands there up to the NUL",
	 .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = string},
	{"cut", MMX_BOOL, "it has no end within that many bytes", .zero = MMX_OR_NONE, .get = cut},
	{"lines", MMX_TABLE, "what stands there", .may = MMX_OR_NONE, .record = &lines},
	{0},
};

const struct mmx_record mmx_record_read_ranges = {
	.name = "range",
	.doc = "memory that was asked for",
	.fields = range_fields,
	.next = next_range,
};
