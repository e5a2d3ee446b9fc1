// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told of words and reports. */
#include <stdio.h>
#include <string.h>

#include "records/decode.h"
#include "records/records.h"

static const struct mmx_told *told(const struct mmx_rows *r)
{
	return r->above->row;
}

static const void *next_part(struct mmx_rows *r)
{
	return r->nth < told(r)->parts.n ? &told(r)->parts.v[r->nth] : NULL;
}

static const struct mmx_field part_fields[] = {
	{"part", MMX_TEXT, "a bit by its name, a word of a report, a zone", .width = 20,
	 AT(struct mmx_told_part, name)},
	{"value", MMX_TEXT, "which bit it is, or what it says", .width = 18, .may = MMX_OR_EMPTY,
	 AT(struct mmx_told_part, value)},
	{"meaning", MMX_TEXT, "what that means", .may = MMX_OR_EMPTY,
	 AT(struct mmx_told_part, meaning)},
	{0},
};

static const struct mmx_record parts = {
	.name = "decoded_part",
	.doc = "a part of a word or report",
	.fields = part_fields,
	.next = next_part,
};

static const void *next_note(struct mmx_rows *r)
{
	return r->nth < told(r)->notes.n ? &told(r)->notes.v[r->nth] : NULL;
}

static void note_kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_told_note *)r->row)->kind;
}

static const char *note_name(unsigned int i)
{
	return mmx_note_name(i);
}

static const struct mmx_field note_fields[] = {
	{"note", MMX_WORD,
	 "impossible: no kernel that works has that; means: what follows; assumed: what was not read but "
	 "taken for granted; unknown; in the dump: what the dump says about it; next: what to look at",
	 .width = 11, .get = note_kind, WORDS(MMX_NOTE_KINDS, note_name)},
	{"text", MMX_TEXT, "in words", AT(struct mmx_told_note, text)},
	{0},
};

static const struct mmx_record notes = {
	.name = "decoded_note",
	.doc = "what is to be said of a word or report",
	.fields = note_fields,
	.next = next_note,
};

static const void *next_told(struct mmx_rows *r)
{
	struct mmx_decode_answer *a = r->arg;

	return a->next(a->arg);
}

static const struct mmx_told *row(const struct mmx_rows *r)
{
	return r->row;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row(r)->kind;
}

static const char *kind_name(unsigned int i)
{
	return mmx_told_name(i);
}

static void word(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row(r)->word;
	if (!row(r)->has_word)
		mmx_value_none(v);
}

static void heading(struct mmx_rows *r, char *text)
{
	if (row(r)->line)
		snprintf(text, 64, "Line %llu", (unsigned long long)row(r)->line);
	else
		snprintf(text, 64, "Word");
}

static const struct mmx_field fields[] = {
	{"kind", MMX_WORD, "what it is", .get = kind, WORDS(MMX_TOLD_KIND_COUNT, kind_name)},
	{"line", MMX_COUNT, "of a report: the line of the text or log that it begins with",
	 .zero = MMX_OR_NONE, AT(struct mmx_told, line)},
	{"time", MMX_TEXT, "of a report: when, as its first line has it", .zero = MMX_OR_NONE,
	 AT(struct mmx_told, time)},
	{"word", MMX_HEX, "of a word", .may = MMX_OR_NONE, .get = word},
	{"title", MMX_TEXT, "what it says, in a line", .may = MMX_OR_EMPTY,
	 AT(struct mmx_told, title)},
	{"left_out", MMX_COUNT, "parts and notes that there was no room for", .zero = MMX_OR_NONE,
	 AT(struct mmx_told, left_out)},
	{"parts", MMX_TABLE, "its bits, words and numbers, each with what it means",
	 .may = MMX_OR_NONE, .record = &parts},
	{"notes", MMX_TABLE, "what follows from them", .may = MMX_OR_NONE, .record = &notes},
	{0},
};

const struct mmx_record mmx_record_decoded = {
	.name = "decoded",
	.doc = "a word or a report, explained",
	.fields = fields,
	.next = next_told,
	.heading = heading,
};
