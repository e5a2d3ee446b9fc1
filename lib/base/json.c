// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct parser {
	struct mmx_json *json;
	char *at, *begin, *end; /* @end is where a NUL may be put */
	unsigned int depth;
	struct mmx_err *err;
};

static int wrong(struct parser *p, const char *what)
{
	return mmx_fail(p->err, MMX_EUSAGE, "no JSON: %s at byte %zu", what,
			(size_t)(p->at - p->begin));
}

static void skip_space(struct parser *p)
{
	while (p->at < p->end &&
	       (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
}

static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/*
 * Strings, which become what they say in their own place: nothing is longer than it is written.
 */

static char *put_utf8(char *to, uint32_t c)
{
	if (!c || (c >= 0xd800 && c < 0xe000))
		c = '?';
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

static int take_hex(struct parser *p, uint32_t *c)
{
	*c = 0;
	for (unsigned int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = p->at < p->end && *p->at ? strchr(digits, *p->at) : NULL;
		uint32_t value = digit ? (uint32_t)(digit - digits) : 0;

		if (!digit)
			return wrong(p, "four hex digits are wanted");
		*c = *c << 4 | (value > 15 ? value - 6 : value);
		p->at++;
	}
	return 0;
}

/* A character beyond 16 bits is written as two. */
static int take_unicode(struct parser *p, uint32_t *c)
{
	uint32_t low;

	if (take_hex(p, c))
		return -1;
	if (*c < 0xd800 || *c >= 0xdc00 || p->end - p->at < 6 || p->at[0] != '\\' ||
	    p->at[1] != 'u')
		return 0;
	p->at += 2;
	if (take_hex(p, &low))
		return -1;
	*c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00) : '?';
	return 0;
}

static int take_escape(struct parser *p, char **to)
{
	static const char from[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint32_t c;

	if (p->at == p->end)
		return wrong(p, "a string without an end");
	if (*p->at == 'u') {
		p->at++;
		if (take_unicode(p, &c))
			return -1;
		*to = put_utf8(*to, c);
		return 0;
	}
	found = *p->at ? strchr(from, *p->at) : NULL;
	if (!found)
		return wrong(p, "no escape");
	*(*to)++ = is[found - from];
	p->at++;
	return 0;
}

static int take_string(struct parser *p, const char **text)
{
	char *to = p->at;

	*text = to;
	while (p->at < p->end && *p->at != '"') {
		if ((unsigned char)*p->at < ' ')
			return wrong(p, "a control character");
		if (*p->at != '\\')
			*to++ = *p->at++;
		else if (p->at++, take_escape(p, &to))
			return -1;
	}
	if (p->at == p->end)
		return wrong(p, "a string without an end");
	*to = 0;
	p->at++;
	return 0;
}

/*
 * Everything else.
 */

static size_t digits(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && at[n] >= '0' && at[n] <= '9')
		n++;
	return n;
}

/* The number's end is followed by what is no part of it, which is looked at before it becomes a NUL. */
static int take_number(struct parser *p, struct mmx_json_node *node)
{
	const char *at = p->at + (*p->at == '-'), *first = p->at;
	size_t n = digits(at, p->end);
	bool whole = true;
	char *after;

	if (!n || (n > 1 && *at == '0'))
		return wrong(p, "no value");
	at += n;
	if (at < p->end && *at == '.') {
		n = digits(at + 1, p->end);
		whole = false;
		at += 1 + n;
	}
	if (n && at < p->end && (*at == 'e' || *at == 'E')) {
		at += 1 + (at + 1 < p->end && (at[1] == '+' || at[1] == '-'));
		n = digits(at, p->end);
		whole = false;
		at += n;
	}
	if (!n)
		return wrong(p, "a number without digits");
	errno = 0;
	node->number = whole ? strtoll(first, &after, 10) : 0;
	node->kind = whole && !errno ? MMX_JSON_NUMBER : MMX_JSON_REAL;
	node->text = first;
	p->at += at - first;
	return 0;
}

static int take_word(struct parser *p, struct mmx_json_node *node)
{
	static const struct {
		const char *word;
		enum mmx_json_kind kind;
	} words[] = {{"null", MMX_JSON_NULL}, {"true", MMX_JSON_BOOL}, {"false", MMX_JSON_BOOL}};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].word);

		if ((size_t)(p->end - p->at) >= len && !memcmp(p->at, words[i].word, len)) {
			node->kind = words[i].kind;
			node->text = words[i].word;
			node->number = words[i].word[0] == 't';
			p->at += len;
			return 0;
		}
	}
	return wrong(p, "no value");
}

static int take_value(struct parser *p, const char *key, uint32_t *nth);

/* Those within node @nth, up to the bracket that closes it. */
static int take_children(struct parser *p, uint32_t nth, char close)
{
	uint32_t last = 0, child;

	if (take(p, close))
		return 0;
	do {
		const char *key = NULL;

		if (close == '}' && (!take(p, '"') || take_string(p, &key) || !take(p, ':')))
			return p->err->code ? -1 : wrong(p, "a key is wanted");
		if (take_value(p, key, &child))
			return -1;
		if (last)
			p->json->v[last].next = child;
		else
			p->json->v[nth].children = child;
		last = child;
	} while (take(p, ','));
	return take(p, close) ? 0 : wrong(p, "no comma, and no end");
}

static int take_scalar(struct parser *p, struct mmx_json_node *node)
{
	if (*p->at == '"') {
		p->at++;
		node->kind = MMX_JSON_STRING;
		return take_string(p, &node->text);
	}
	return *p->at == '-' || (*p->at >= '0' && *p->at <= '9') ? take_number(p, node)
								 : take_word(p, node);
}

static int take_value(struct parser *p, const char *key, uint32_t *nth)
{
	struct mmx_json_node node = {.key = key};
	char open;
	int ret;

	skip_space(p);
	if (p->at == p->end)
		return wrong(p, "an early end");
	open = *p->at;
	if (open != '{' && open != '[' && take_scalar(p, &node))
		return -1;
	if (open == '{' || open == '[')
		node.kind = open == '{' ? MMX_JSON_OBJECT : MMX_JSON_ARRAY;
	*nth = (uint32_t)p->json->n;
	if (p->json->n >= UINT32_MAX || !mmx_array_add(p->json, node))
		return mmx_fail_nomem(p->err);
	if (node.kind != MMX_JSON_OBJECT && node.kind != MMX_JSON_ARRAY)
		return 0;
	if (p->depth == MMX_JSON_DEPTH)
		return wrong(p, "too deep");
	p->at++;
	p->depth++;
	ret = take_children(p, *nth, open == '{' ? '}' : ']');
	p->depth--;
	return ret;
}

/* What follows a number is known by now, so it may become its end. */
static void end_numbers(struct mmx_json *json)
{
	for (size_t i = 0; i < json->n; i++) {
		struct mmx_json_node *node = &json->v[i];

		if (node->kind == MMX_JSON_NUMBER || node->kind == MMX_JSON_REAL)
			((char *)node->text)[strspn(node->text, "-+.0123456789eE")] = 0;
	}
}

int mmx_json_parse(struct mmx_json *json, char *text, size_t len, struct mmx_err *err)
{
	struct parser p = {.json = json, .at = text, .begin = text, .end = text + len, .err = err};
	uint32_t first;

	*json = (struct mmx_json){0};
	*err = (struct mmx_err){0};
	text[len] = 0;
	if (!take_value(&p, NULL, &first)) {
		skip_space(&p);
		if (p.at == p.end) {
			end_numbers(json);
			return 0;
		}
		wrong(&p, "something behind the end");
	}
	mmx_json_free(json);
	return -1;
}

void mmx_json_free(struct mmx_json *json)
{
	mmx_array_free(json);
}

static const struct mmx_json_node *node_at(const struct mmx_json *json, uint32_t nth)
{
	return nth ? &json->v[nth] : NULL;
}

const struct mmx_json_node *mmx_json_first(const struct mmx_json *json,
					   const struct mmx_json_node *node)
{
	return node_at(json, node->children);
}

const struct mmx_json_node *mmx_json_next(const struct mmx_json *json,
					  const struct mmx_json_node *node)
{
	return node_at(json, node->next);
}

const struct mmx_json_node *mmx_json_get(const struct mmx_json *json,
					 const struct mmx_json_node *node, const char *key)
{
	const struct mmx_json_node *n = NULL;

	if (node && node->kind == MMX_JSON_OBJECT)
		n = mmx_json_first(json, node);
	while (n && strcmp(n->key, key))
		n = mmx_json_next(json, n);
	return n;
}
