// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A document's JSON Schema. It is strict: what is not declared may not be there, and what need not be left
 * out has to be.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "render/document.h"

struct schema {
	const struct mmx_sink *sink;
	int indent;
};

static void line(struct schema *s, int deeper)
{
	s->indent += deeper;
	mmx_sink_put(s->sink, "\n%*s", 2 * s->indent, "");
}

static void put_text(struct schema *s, const char *text)
{
	mmx_sink_put(s->sink, "\"");
	for (; *text; text++)
		mmx_sink_put(s->sink, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	mmx_sink_put(s->sink, "\"");
}

/*
 * A value.
 */

static void put_common(struct schema *s, const char *name)
{
	mmx_sink_put(s->sink, "{\"$ref\": \"common.json#/$defs/%s\"}", name);
}

static void put_number(struct schema *s, const struct mmx_field *field)
{
	if (field->kind != MMX_NUMBER && !field->min && !field->max) {
		put_common(s, "count");
		return;
	}
	mmx_sink_put(s->sink, "{\"type\": \"integer\"");
	if (field->kind != MMX_NUMBER || field->min)
		mmx_sink_put(s->sink, ", \"minimum\": %" PRId64, field->min);
	if (field->max)
		mmx_sink_put(s->sink, ", \"maximum\": %" PRId64, field->max);
	mmx_sink_put(s->sink, "}");
}

static void put_words(struct schema *s, const struct mmx_words *words)
{
	mmx_sink_put(s->sink, "{\"enum\": [");
	for (unsigned int i = 0; i < words->n; i++) {
		mmx_sink_put(s->sink, i ? ", " : "");
		put_text(s, mmx_word_of(words, i));
	}
	mmx_sink_put(s->sink, "]}");
}

static void put_string(struct schema *s, const struct mmx_field *field)
{
	if (!field->pattern) {
		put_common(s, field->may & MMX_OR_EMPTY ? "text" : "name");
		return;
	}
	mmx_sink_put(s->sink, "{\"type\": \"string\", \"pattern\": ");
	put_text(s, field->pattern);
	mmx_sink_put(s->sink, "}");
}

static void put_given(struct schema *s, const struct mmx_field *field)
{
	switch (field->kind) {
	case MMX_ADDR:
	case MMX_PFN:
	case MMX_HEX:
		put_common(s, "hex");
		break;
	case MMX_COUNT:
	case MMX_NUMBER:
	case MMX_BYTES:
	case MMX_MATRIX:
		put_number(s, field);
		break;
	case MMX_WORD:
		put_words(s, field->words);
		break;
	case MMX_BOOL:
		mmx_sink_put(s->sink, "{\"type\": \"boolean\"}");
		break;
	case MMX_FLAGS:
		put_common(s, "flags");
		break;
	default:
		put_string(s, field);
	}
}

static void put_value(struct schema *s, const struct mmx_field *field)
{
	unsigned int may = mmx_field_may(field);

	if (!(may & (MMX_OR_NULL | MMX_OR_ABSENT))) {
		put_given(s, field);
		return;
	}
	mmx_sink_put(s->sink, "{\"anyOf\": [");
	put_given(s, field);
	if (may & MMX_OR_NULL)
		mmx_sink_put(s->sink, ", {\"type\": \"null\"}");
	if (may & MMX_OR_ABSENT) {
		mmx_sink_put(s->sink, ", ");
		put_common(s, "absent");
	}
	mmx_sink_put(s->sink, "]}");
}

/*
 * What has fields.
 */

static void put_rows(struct schema *s, const struct mmx_record *record);

static void put_records(struct schema *s, const struct mmx_field *field)
{
	if (field->kind == MMX_TREE) {
		mmx_sink_put(s->sink,
			     "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}}",
			     field->record->name);
	} else if (field->kind == MMX_BLOCK) {
		put_rows(s, field->record);
	} else {
		mmx_sink_put(s->sink, "{\"type\": \"array\", ");
		if (field->min)
			mmx_sink_put(s->sink, "\"minItems\": %" PRId64 ", ", field->min);
		mmx_sink_put(s->sink, "\"items\": ");
		put_rows(s, field->record);
		mmx_sink_put(s->sink, "}");
	}
}

static void put_below(struct schema *s, const struct mmx_field *field)
{
	bool null = mmx_field_may(field) & MMX_OR_NULL;

	mmx_sink_put(s->sink, null ? "{\"anyOf\": [" : "");
	put_records(s, field);
	mmx_sink_put(s->sink, null ? ", {\"type\": \"null\"}]}" : "");
}

static void put_matrix(struct schema *s, const struct mmx_field *field)
{
	static const char names[] =
		"{\"type\": \"array\", \"items\": {\"$ref\": \"common.json#/$defs/text\"}}";

	mmx_sink_put(s->sink, "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": ");
	put_value(s, field);
	mmx_sink_put(s->sink, "}}");
	if (field->matrix->row_name)
		mmx_sink_put(s->sink, ", \"%s_rows\": %s", field->key, names);
	if (field->matrix->column_name)
		mmx_sink_put(s->sink, ", \"%s_columns\": %s", field->key, names);
}

static void put_field(struct schema *s, const struct mmx_field *field, bool first)
{
	mmx_sink_put(s->sink, first ? "" : ",");
	line(s, 0);
	mmx_sink_put(s->sink, "\"%s\": ", field->key);
	if (mmx_has_record(field->kind))
		put_below(s, field);
	else if (field->kind == MMX_MATRIX)
		put_matrix(s, field);
	else
		put_value(s, field);
	if (!(field->may & MMX_OR_UNKNOWN))
		return;
	mmx_sink_put(s->sink, ",");
	line(s, 0);
	mmx_sink_put(s->sink, "\"%s_unknown\": ", field->key);
	put_common(s, "name");
}

static bool is_of(const struct mmx_fields *f, unsigned int variant)
{
	return !f->of || f->of >> variant & 1;
}

/* It always stands: unless a reason may stand in its place, or nothing at all. */
static bool is_required(const struct mmx_field *field)
{
	unsigned int may = mmx_field_may(field);

	return field->kind != MMX_TROUBLE && !(may & MMX_OR_NONE) &&
	       (!(may & MMX_OR_UNKNOWN) || may & MMX_OR_NULL);
}

static void put_required(struct schema *s, const struct mmx_field *field, bool first)
{
	mmx_sink_put(s->sink, "%s\"%s\"", first ? "" : ", ", field->key);
	if (field->kind == MMX_MATRIX && field->matrix->row_name)
		mmx_sink_put(s->sink, ", \"%s_rows\"", field->key);
	if (field->kind == MMX_MATRIX && field->matrix->column_name)
		mmx_sink_put(s->sink, ", \"%s_columns\"", field->key);
}

/* What lies below a row of a tree is like it; deeper than is shown it is a text that says so. */
static void put_children(struct schema *s, const struct mmx_record *record, bool first)
{
	mmx_sink_put(s->sink, first ? "" : ",");
	line(s, 0);
	mmx_sink_put(
		s->sink,
		"\"children\": {\"anyOf\": [{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}}, ",
		record->name);
	put_common(s, "name");
	mmx_sink_put(s->sink, "]}");
}

/*
 * @title: of the document, which has its own name as a member; NULL below
 * @tree: its rows have rows below them
 */
static void put_object(struct schema *s, const struct mmx_record *record, unsigned int variant,
		       const char *title, bool tree)
{
	bool first = !title;

	mmx_sink_put(s->sink, "%s\"type\": \"object\",", title ? "" : "{");
	line(s, !title);
	mmx_sink_put(s->sink, "\"properties\": {");
	s->indent++;
	if (title) {
		line(s, 0);
		mmx_sink_put(s->sink, "\"schema\": {\"const\": \"%s\"}", title);
	}
	for (struct mmx_fields f = mmx_fields_of(record); mmx_fields_next(&f);) {
		if (is_of(&f, variant)) {
			put_field(s, f.field, first);
			first = false;
		}
	}
	if (tree)
		put_children(s, record, first);
	line(s, -1);
	mmx_sink_put(s->sink, "},");
	line(s, 0);
	mmx_sink_put(s->sink, "\"required\": [%s", title ? "\"schema\"" : "");
	first = !title;
	for (struct mmx_fields f = mmx_fields_of(record); mmx_fields_next(&f);) {
		if (is_of(&f, variant) && is_required(f.field)) {
			put_required(s, f.field, first);
			first = false;
		}
	}
	mmx_sink_put(s->sink, "],");
	line(s, 0);
	mmx_sink_put(s->sink, "\"additionalProperties\": false");
	line(s, -1);
	mmx_sink_put(s->sink, "}");
}

static void put_rows_of(struct schema *s, const struct mmx_record *record, bool tree)
{
	if (!record->variants) {
		put_object(s, record, 0, NULL, tree);
		return;
	}
	mmx_sink_put(s->sink, "{\"anyOf\": [");
	for (unsigned int i = 0; record->variants[i]; i++) {
		mmx_sink_put(s->sink, i ? ", " : "");
		put_object(s, record, i, NULL, tree);
	}
	mmx_sink_put(s->sink, "]}");
}

static void put_rows(struct schema *s, const struct mmx_record *record)
{
	put_rows_of(s, record, false);
}

/* The rows of trees are defined once each, since they hold each other. */
static void put_trees(struct schema *s, const struct mmx_record *record, bool *any)
{
	for (struct mmx_fields it = mmx_fields_of(record); mmx_fields_next(&it);) {
		const struct mmx_field *f = it.field;

		if (f->kind == MMX_TREE) {
			mmx_sink_put(s->sink, *any ? ", " : "  \"$defs\": {");
			*any = true;
			mmx_sink_put(s->sink, "\"%s\": ", f->record->name);
			put_rows_of(s, f->record, true);
		}
		if (mmx_has_record(f->kind))
			put_trees(s, f->record, any);
	}
}

/* One that what is asked for makes another has one of several forms. */
static void put_document(struct schema *s, const struct mmx_record *document, const char *title)
{
	if (!document->variants) {
		put_object(s, document, 0, title, false);
		return;
	}
	mmx_sink_put(s->sink, "\"anyOf\": [");
	for (unsigned int i = 0; document->variants[i]; i++) {
		mmx_sink_put(s->sink, i ? ", {" : "{");
		put_object(s, document, i, title, false);
	}
	mmx_sink_put(s->sink, "]\n}");
}

void mmx_document_schema(const struct mmx_record *document, const char *command,
			 const struct mmx_sink *sink)
{
	struct schema s = {.sink = sink, .indent = 1};
	bool trees = false;
	char title[64];

	snprintf(title, sizeof(title), "mmx.%s/%d", document->name, document->version);
	mmx_sink_put(sink, "{\n  \"$comment\": \"SPDX-License-Identifier: GPL-2.0-or-later\",\n"
			   "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n");
	mmx_sink_put(sink, "  \"title\": \"%s, which %s prints\",\n", title, command);
	put_trees(&s, document, &trees);
	mmx_sink_put(sink, trees ? "},\n  " : "  ");
	put_document(&s, document, title);
	mmx_sink_put(sink, "\n");
}
