// SPDX-License-Identifier: GPL-2.0-or-later
/* What a document looks like, made from its records: a JSON Schema, and tables of fields for people. */
#ifndef MMX_RENDER_DOCUMENT_H
#define MMX_RENDER_DOCUMENT_H

#include "records/record.h"
#include "render/out.h"

/** mmx_document_schema() - a JSON Schema (2020-12); @command: who prints such documents */
void mmx_document_schema(const struct mmx_record *document, const char *command,
			 const struct mmx_sink *sink);

/** mmx_document_fields() - Markdown: every field with its type and its line of documentation */
void mmx_document_fields(const struct mmx_record *document, const struct mmx_sink *sink);

#endif
