// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON as it was saved: a text becomes nodes that refer to it. Of what people may have changed by hand, or
 * made up, nothing is believed: depth and size are bounded, and a text that is not JSON to its end is none.
 *
 *	struct mmx_json json;
 *
 *	if (mmx_json_parse(&json, text, len, &err))
 *		return -1;
 *	for (const struct mmx_json_node *n = mmx_json_first(&json, &json.v[0]); n; n = mmx_json_next(&json, n))
 *		use(n->key, n->text);
 *	mmx_json_free(&json);
 */
#ifndef MMX_BASE_JSON_H
#define MMX_BASE_JSON_H

#include "base/array.h"
#include "base/err.h"

/* A tree of mmx's has two levels a row, and there are 64 of those at most. */
#define MMX_JSON_DEPTH 256

enum mmx_json_kind {
	MMX_JSON_NULL,
	MMX_JSON_BOOL,
	MMX_JSON_NUMBER, /* that is an integer of 64 bits, with a sign */
	MMX_JSON_REAL,   /* any other number */
	MMX_JSON_STRING,
	MMX_JSON_ARRAY,
	MMX_JSON_OBJECT,
};

/**
 * struct mmx_json_node - a value
 * @key: in an object; else NULL
 * @text: of a string what it says, of all others but arrays and objects as it stands in the text
 * @next: the index of the next one in the same array or object, 0 behind the last
 * @children: of an array or object
 */
struct mmx_json_node {
	enum mmx_json_kind kind;
	const char *key, *text;
	int64_t number;
	uint32_t next, children;
};

/** struct mmx_json - @v: all values, the outermost one first, each before those within it */
struct mmx_json {
	MMX_ARRAY(struct mmx_json_node);
};

/**
 * mmx_json_parse() - @text has @len bytes and room for one more; it is changed, and must outlive the nodes
 * A NUL within a string is shown as a question mark.
 */
int mmx_json_parse(struct mmx_json *json, char *text, size_t len, struct mmx_err *err);
void mmx_json_free(struct mmx_json *json);

/** mmx_json_first() - the first value within an array or object; NULL when there is none, or it is neither */
const struct mmx_json_node *mmx_json_first(const struct mmx_json *json,
					   const struct mmx_json_node *node);
const struct mmx_json_node *mmx_json_next(const struct mmx_json *json,
					  const struct mmx_json_node *node);

/** mmx_json_get() - the first value of an object with that key, or NULL */
const struct mmx_json_node *mmx_json_get(const struct mmx_json *json,
					 const struct mmx_json_node *node, const char *key);

#endif
