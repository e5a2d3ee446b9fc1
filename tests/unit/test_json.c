// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON as it was saved, and what is none. */
#include <string.h>

#include "base/json.h"
#include "unit.h"

static char buf[4096];

static int parse(struct mmx_json *json, const char *text, struct mmx_err *err)
{
	strcpy(buf, text);
	return mmx_json_parse(json, buf, strlen(text), err);
}

static void values_are_what_they_say(void)
{
	struct mmx_json json;
	struct mmx_err err;
	const struct mmx_json_node *n;

	CHECK(!parse(&json, " {\"a\": [1, -20 ,3.5e1, true,null],\"b\":{},\"c\" : \"x\"} \n", &err),
	      "%s", err.text);
	n = mmx_json_first(&json, mmx_json_get(&json, &json.v[0], "a"));
	CHECK(n->kind == MMX_JSON_NUMBER && n->number == 1 && !strcmp(n->text, "1"), "1");
	n = mmx_json_next(&json, n);
	CHECK(n->kind == MMX_JSON_NUMBER && n->number == -20 && !strcmp(n->text, "-20"), "-20");
	n = mmx_json_next(&json, n);
	CHECK(n->kind == MMX_JSON_REAL && !strcmp(n->text, "3.5e1"), "%s", n->text);
	n = mmx_json_next(&json, n);
	CHECK(n->kind == MMX_JSON_BOOL && n->number == 1, "true");
	n = mmx_json_next(&json, n);
	CHECK(n->kind == MMX_JSON_NULL && !mmx_json_next(&json, n), "null, the last");
	n = mmx_json_get(&json, &json.v[0], "b");
	CHECK(n && n->kind == MMX_JSON_OBJECT && !mmx_json_first(&json, n), "empty");
	CHECK(!strcmp(mmx_json_get(&json, &json.v[0], "c")->text, "x"), "a string");
	CHECK(!mmx_json_get(&json, &json.v[0], "d"), "no such key");
	mmx_json_free(&json);
}

static void string_is(const char *written, const char *wanted)
{
	struct mmx_json json;
	struct mmx_err err;

	CHECK(!parse(&json, written, &err), "%s: %s", written, err.text);
	if (json.n)
		CHECK(!strcmp(json.v[0].text, wanted), "%s is \"%s\"", written, json.v[0].text);
	mmx_json_free(&json);
}

static void strings_are_unescaped(void)
{
	string_is("\"\"", "");
	string_is("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz");
	string_is("\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac");
	string_is("\"\\ud83d\\udc27\"", "\xf0\x9f\x90\xa7");
	string_is("\"\\ud83d\\u0041\"", "?");
	string_is("\"\\ud83d\"", "?");
	string_is("\"\\u0000\"", "?");
}

static void is_none(const char *text)
{
	struct mmx_json json;
	struct mmx_err err;

	CHECK(parse(&json, text, &err) && err.code && !json.v, "\"%s\" was taken", text);
	mmx_json_free(&json);
}

static void what_is_no_json_is_refused(void)
{
	static const char *const texts[] = {
		"",          " ",         "{",         "[",     "[1",         "[1,",
		"[1,]",      "{\"a\"}",   "{\"a\":}",  "{a:1}", "{\"a\":1,}", "\"a",
		"\"\\x\"",   "\"\\u12\"", "\"\t\"",    "01",    "-",          "1.",
		"1e",        "1e+",       "nul",       "tru",   "1 2",        "{} []",
		"]",         "[}",        "{\"a\":1]", "+1",    ".5",         "\"\\",
		"\"\\ud83d", "[1 2]",     "{\"a\" 1}", "'a'",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		is_none(texts[i]);
}

static void depth_is_bounded(void)
{
	struct mmx_json json;
	struct mmx_err err;
	char text[2 * MMX_JSON_DEPTH + 8];

	memset(text, '[', MMX_JSON_DEPTH);
	memset(text + MMX_JSON_DEPTH, ']', MMX_JSON_DEPTH);
	text[2 * MMX_JSON_DEPTH] = 0;
	CHECK(!parse(&json, text, &err), "%s", err.text);
	mmx_json_free(&json);
	memset(text, '[', MMX_JSON_DEPTH + 1);
	text[MMX_JSON_DEPTH + 1] = 0;
	is_none(text);
	CHECK(parse(&json, text, &err) && strstr(err.text, "too deep"), "%s", err.text);
}

static void large_numbers_are_texts(void)
{
	struct mmx_json json;
	struct mmx_err err;

	CHECK(!parse(&json, "[9223372036854775807,9223372036854775808]", &err), "%s", err.text);
	CHECK(json.v[1].kind == MMX_JSON_NUMBER && json.v[1].number == INT64_MAX, "the largest");
	CHECK(json.v[2].kind == MMX_JSON_REAL && !strcmp(json.v[2].text, "9223372036854775808"),
	      "%s", json.v[2].text);
	mmx_json_free(&json);
}

int main(void)
{
	RUN(values_are_what_they_say);
	RUN(strings_are_unescaped);
	RUN(what_is_no_json_is_refused);
	RUN(depth_is_bounded);
	RUN(large_numbers_are_texts);
	return unit_end();
}
