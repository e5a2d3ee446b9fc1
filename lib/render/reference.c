// SPDX-License-Identifier: GPL-2.0-or-later
/* A document's fields for people: a table for each record, below it those of the records in it. */
#include <stdio.h>
#include <string.h>

#include "render/document.h"

#define PATH_SIZE 160

static void put_words(const struct mmx_sink *sink, const struct mmx_words *words)
{
	for (unsigned int i = 0; i < words->n; i++)
		mmx_sink_put(sink, "%s\"%s\"",
			     !i                 ? ""
			     : i + 1 < words->n ? ", "
						: " or ",
			     mmx_word_of(words, i));
}

static void put_type(const struct mmx_sink *sink, const struct mmx_field *field)
{
	static const char *const names[] = {
		[MMX_ADDR] = "hex",     [MMX_PFN] = "hex",       [MMX_HEX] = "hex",
		[MMX_COUNT] = "number", [MMX_NUMBER] = "number", [MMX_BYTES] = "number",
		[MMX_TEXT] = "text",    [MMX_BOOL] = "bool",     [MMX_FLAGS] = "flags",
		[MMX_TROUBLE] = "text", [MMX_BLOCK] = "object",  [MMX_TABLE] = "array",
		[MMX_LIST] = "array",   [MMX_TREE] = "array",    [MMX_MATRIX] = "array of arrays",
	};
	unsigned int may = mmx_field_may(field);

	if (field->kind == MMX_WORD)
		put_words(sink, field->words);
	else
		mmx_sink_put(sink, "%s", names[field->kind]);
	if (may & MMX_OR_NULL)
		mmx_sink_put(sink, " or null");
	if (may & MMX_OR_ABSENT)
		mmx_sink_put(sink, " or absent");
	if (may & MMX_OR_NONE || field->kind == MMX_TROUBLE)
		mmx_sink_put(sink, ", or left out");
}

/* Of which sorts of rows, when not of all. */
static void put_variants(const struct mmx_sink *sink, const struct mmx_record *record, uint32_t of)
{
	const char *before = "only of: ";

	for (unsigned int i = 0; of && record->variants && record->variants[i]; i++) {
		if (of >> i & 1) {
			mmx_sink_put(sink, "%s%s", before, record->variants[i]);
			before = ", ";
		}
	}
	if (of)
		mmx_sink_put(sink, "; ");
}

static void put_field(const struct mmx_sink *sink, const struct mmx_record *record,
		      const struct mmx_field *field, uint32_t of)
{
	mmx_sink_put(sink, "| `%s` | ", field->key);
	put_type(sink, field);
	mmx_sink_put(sink, " | ");
	put_variants(sink, record, of);
	mmx_sink_put(sink, "%s |\n", field->doc);
	if (field->kind == MMX_MATRIX && field->matrix->row_name)
		mmx_sink_put(sink, "| `%s_rows` | array | the names of its rows |\n", field->key);
	if (field->kind == MMX_MATRIX && field->matrix->column_name)
		mmx_sink_put(sink, "| `%s_columns` | array | the names of its columns |\n",
			     field->key);
	if (field->may & MMX_OR_UNKNOWN)
		mmx_sink_put(sink, "| `%s_unknown` | text, or left out | why that is not known |\n",
			     field->key);
}

static void put_record(const struct mmx_sink *sink, const struct mmx_record *record, bool tree,
		       char *path);

static void put_below(const struct mmx_sink *sink, const struct mmx_field *field, char *path)
{
	size_t len = strlen(path);

	snprintf(path + len, PATH_SIZE - len, "%s%s%s", len ? "." : "", field->key,
		 field->kind == MMX_BLOCK ? "" : "[]");
	mmx_sink_put(sink, "\n`%s`: %s\n\n", path, field->record->doc);
	put_record(sink, field->record, field->kind == MMX_TREE, path);
	path[len] = 0;
}

static void put_record(const struct mmx_sink *sink, const struct mmx_record *record, bool tree,
		       char *path)
{
	mmx_sink_put(sink, "| field | type | what |\n| --- | --- | --- |\n");
	for (struct mmx_fields f = mmx_fields_of(record); mmx_fields_next(&f);)
		put_field(sink, record, f.field, f.of);
	if (tree)
		mmx_sink_put(
			sink,
			"| `children` | array, or left out | rows like this one, below it |\n");
	for (struct mmx_fields f = mmx_fields_of(record); mmx_fields_next(&f);) {
		if (mmx_has_record(f.field->kind))
			put_below(sink, f.field, path);
	}
}

void mmx_document_fields(const struct mmx_record *document, const struct mmx_sink *sink)
{
	char path[PATH_SIZE] = "";

	mmx_sink_put(sink, "`mmx.%s/%d`: %s\n\n", document->name, document->version, document->doc);
	put_record(sink, document, false, path);
}
