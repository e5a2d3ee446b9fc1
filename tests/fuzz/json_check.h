/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a text is one JSON document and nothing else, by the letter of RFC 8259. */
#ifndef MMX_TESTS_JSON_CHECK_H
#define MMX_TESTS_JSON_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/printable.h"

#define JSON_DEEPEST 64

struct json_check {
	const char *at, *end;
	unsigned int depth;
};

static inline bool json_value(struct json_check *j);

static inline void json_space(struct json_check *j)
{
	while (j->at < j->end && strchr(" \n\r\t", *j->at) && *j->at)
		j->at++;
}

static inline bool json_take(struct json_check *j, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(j->end - j->at) < len || memcmp(j->at, text, len))
		return false;
	j->at += len;
	return true;
}

static inline bool json_escape(struct json_check *j)
{
	if (j->at == j->end)
		return false;
	if (*j->at != 'u')
		return *j->at && strchr("\"\\/bfnrt", *j->at++);
	j->at++;
	for (int i = 0; i < 4; i++, j->at++) {
		if (j->at == j->end || !isxdigit((unsigned char)*j->at))
			return false;
	}
	return true;
}

/* What stands for itself must be fit for a terminal, which says also that it is UTF-8. */
static inline bool json_string(struct json_check *j)
{
	if (!json_take(j, "\""))
		return false;
	while (j->at < j->end && *j->at != '"') {
		const char *plain = j->at;

		while (j->at < j->end && *j->at != '"' && *j->at != '\\')
			j->at++;
		if (mmx_printable(plain, j->at - plain) != (size_t)(j->at - plain))
			return false;
		if (json_take(j, "\\") && !json_escape(j))
			return false;
	}
	return json_take(j, "\"");
}

static inline bool json_digits(struct json_check *j)
{
	const char *first = j->at;

	while (j->at < j->end && isdigit((unsigned char)*j->at))
		j->at++;
	return j->at > first;
}

static inline bool json_number(struct json_check *j)
{
	json_take(j, "-");
	if (!json_take(j, "0") && !json_digits(j))
		return false;
	if (json_take(j, ".") && !json_digits(j))
		return false;
	if (!json_take(j, "e") && !json_take(j, "E"))
		return true;
	if (!json_take(j, "+"))
		json_take(j, "-");
	return json_digits(j);
}

static inline bool json_member(struct json_check *j)
{
	json_space(j);
	if (!json_string(j))
		return false;
	json_space(j);
	return json_take(j, ":") && json_value(j);
}

static inline bool json_many(struct json_check *j, const char *close,
			     bool (*one)(struct json_check *j))
{
	json_space(j);
	if (json_take(j, close))
		return true;
	do {
		if (!one(j))
			return false;
		json_space(j);
	} while (json_take(j, ","));
	return json_take(j, close);
}

static inline bool json_value(struct json_check *j)
{
	bool ok;

	if (++j->depth > JSON_DEEPEST)
		return false;
	json_space(j);
	if (json_take(j, "{"))
		ok = json_many(j, "}", json_member);
	else if (json_take(j, "["))
		ok = json_many(j, "]", json_value);
	else if (j->at < j->end && *j->at == '"')
		ok = json_string(j);
	else
		ok = json_take(j, "true") || json_take(j, "false") || json_take(j, "null") ||
		     json_number(j);
	j->depth--;
	return ok;
}

static inline bool json_is_valid(const char *text, size_t len)
{
	struct json_check j = {.at = text, .end = text + len};

	if (!json_value(&j))
		return false;
	json_space(&j);
	return j.at == j.end;
}

#endif
