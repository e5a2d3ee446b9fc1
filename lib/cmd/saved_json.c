// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The values of a document: every number and text in it, named by the keys that lead to it. A row of a table is
 * named by what tells it from others, as far as its record declares such a thing: names, addresses, PIDs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/saved.h"

#define PATH_SIZE 512

struct walk {
	const struct mmx_json *json;
	struct mmx_moment *moment;
	enum mmx_subject subject;
	struct mmx_err *err;
	char path[PATH_SIZE];
	size_t len;
};

/* A path that is too long is cut; those that are alike then are told apart by their order. */
static void go(struct walk *w, const char *fmt, const char *text)
{
	int n = snprintf(w->path + w->len, PATH_SIZE - w->len, fmt, text);

	w->len += n < 0 ? 0 : (size_t)n;
	if (w->len >= PATH_SIZE)
		w->len = PATH_SIZE - 1;
}

static void back(struct walk *w, size_t len)
{
	w->len = len;
	w->path[len] = 0;
}

static const struct mmx_field *field_of(const struct mmx_record *record, const char *key)
{
	struct mmx_fields fields;

	if (!record)
		return NULL;
	for (fields = mmx_fields_of(record); mmx_fields_next(&fields);) {
		if (!strcmp(fields.field->key, key))
			return fields.field;
	}
	return NULL;
}

/* Numbers that are names. */
static bool names_a_thing(const char *key)
{
	static const char *const keys[] = {"node", "zone", "pid",  "tgid", "cpu", "order", "area",
					   "id",   "type", "line", "slot", "fd",  "inode", "nth"};

	for (unsigned int i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!strcmp(keys[i], key))
			return true;
	}
	return false;
}

static bool tells(const struct mmx_json_node *node, const struct mmx_record *record)
{
	const struct mmx_field *field = field_of(record, node->key);

	if (node->kind == MMX_JSON_NUMBER)
		return names_a_thing(node->key);
	if (node->kind != MMX_JSON_STRING)
		return false;
	return !field || field->kind == MMX_TEXT || field->kind == MMX_WORD ||
	       field->kind == MMX_ADDR || field->kind == MMX_PFN || field->kind == MMX_HEX;
}

/* What a row begins with, as far as that tells; or all that does, where it begins with numbers. */
static void go_to_row(struct walk *w, const struct mmx_json_node *row,
		      const struct mmx_record *record)
{
	const struct mmx_json_node *n = mmx_json_first(w->json, row);
	bool begins = n && tells(n, record);
	const char *between = "[%s";

	for (; n; n = mmx_json_next(w->json, n)) {
		if (tells(n, record)) {
			go(w, between, n->text);
			between = " %s";
		} else if (begins) {
			break;
		}
	}
	go(w, "%s", *between == ' ' ? "]" : "[]");
}

static int take(struct walk *w, const struct mmx_json_node *node, const struct mmx_record *record);

static int take_row(struct walk *w, const struct mmx_json_node *row,
		    const struct mmx_record *record, unsigned int nth)
{
	size_t len = w->len;
	char number[16];
	int ret;

	snprintf(number, sizeof(number), "%u", nth);
	if (row->kind == MMX_JSON_OBJECT)
		go_to_row(w, row, record);
	else
		go(w, "[%s]", number);
	ret = take(w, row, record);
	back(w, len);
	return ret;
}

/* Rows of a tree have others below them, of the same record. */
static const struct mmx_record *record_below(const struct mmx_record *record, const char *key)
{
	const struct mmx_field *field = field_of(record, key);

	if (field)
		return mmx_has_record(field->kind) ? field->record : NULL;
	return strcmp(key, "children") ? NULL : record;
}

/* How many rows there are is a value, too: of none nothing else tells that they were asked for. */
static int take_size(struct walk *w, const struct mmx_json_node *array)
{
	size_t len = w->len;
	struct mmx_measured *m;
	int64_t rows = 0;

	for (const struct mmx_json_node *n = mmx_json_first(w->json, array); n;
	     n = mmx_json_next(w->json, n))
		rows++;
	go(w, "%s", ": rows");
	m = mmx_moment_add(w->moment, w->subject, w->path);
	back(w, len);
	if (!m)
		return mmx_fail_nomem(w->err);
	mmx_measure(m, 0, rows);
	return 0;
}

static int take_within(struct walk *w, const struct mmx_json_node *node,
		       const struct mmx_record *record)
{
	unsigned int nth = 0;

	if (node->kind == MMX_JSON_ARRAY && take_size(w, node))
		return -1;
	for (const struct mmx_json_node *n = mmx_json_first(w->json, node); n;
	     n = mmx_json_next(w->json, n), nth++) {
		size_t len = w->len;
		int ret;

		if (node->kind == MMX_JSON_ARRAY) {
			ret = take_row(w, n, record, nth);
		} else {
			go(w, len ? ".%s" : "%s", n->key);
			ret = take(w, n, record_below(record, n->key));
			back(w, len);
		}
		if (ret)
			return -1;
	}
	return 0;
}

static int take(struct walk *w, const struct mmx_json_node *node, const struct mmx_record *record)
{
	struct mmx_measured *m;

	if (node->kind == MMX_JSON_ARRAY || node->kind == MMX_JSON_OBJECT)
		return take_within(w, node, record);
	m = mmx_moment_add(w->moment, w->subject, w->path);
	if (!m)
		return mmx_fail_nomem(w->err);
	if (node->kind == MMX_JSON_NUMBER) {
		mmx_measure(m, 0, node->number);
		return 0;
	}
	m->text = strdup(node->text);
	return m->text ? 0 : mmx_fail_nomem(w->err);
}

static int take_schema(struct mmx_saved *saved, const struct mmx_json *json, struct mmx_err *err)
{
	const struct mmx_json_node *schema = mmx_json_get(json, &json->v[0], "schema");
	char name[sizeof(saved->what)];
	int n;

	if (!schema || schema->kind != MMX_JSON_STRING || strncmp(schema->text, "mmx.", 4))
		return mmx_fail(err, MMX_EUSAGE,
				"it is JSON, and no answer of mmx's: it has no \"schema\"");
	snprintf(saved->what, sizeof(saved->what), "%s", schema->text);
	n = (int)strcspn(schema->text + 4, "/");
	snprintf(name, sizeof(name), "%.*s", n, schema->text + 4);
	saved->command = mmx_command_find(name);
	return 0;
}

int mmx_saved_json_values(struct mmx_saved *saved, struct mmx_moment *moment,
			  enum mmx_subject subject, struct mmx_err *err)
{
	struct walk w = {.moment = moment, .subject = subject, .err = err};
	struct mmx_json json;
	int ret;

	if (mmx_json_parse(&json, saved->v, saved->n, err))
		return -1;
	w.json = &json;
	ret = take_schema(saved, &json, err);
	if (!ret)
		ret = take(&w, &json.v[0], saved->command ? saved->command->document : NULL);
	mmx_json_free(&json);
	return ret;
}

/*
 * What only one of two documents has.
 */

struct keys {
	MMX_ARRAY(char *);
};

static bool has_key(const struct keys *keys, const char *name, size_t len)
{
	for (size_t i = keys->n; i--;) {
		if (strlen(keys->v[i]) == len && !memcmp(keys->v[i], name, len))
			return true;
	}
	return false;
}

static size_t key_length(const char *name)
{
	return strcspn(name, ".[:");
}

static void add_key(struct keys *keys, const char *name, size_t len)
{
	char *key = strndup(name, len);

	if (key && !mmx_array_add(keys, key))
		free(key);
}

static void free_keys(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		free(keys->v[i]);
	mmx_array_free(keys);
}

/* The keys of the document itself are as few as it has fields. */
static void list_keys(struct keys *keys, const struct mmx_subject_of *of)
{
	for (size_t i = 0; i < of->n; i++) {
		size_t len = key_length(of->v[i].name);

		if (!has_key(keys, of->v[i].name, len))
			add_key(keys, of->v[i].name, len);
	}
}

static void drop(struct mmx_subject_of *of, const struct keys *kept, struct keys *dropped)
{
	size_t n = 0;

	for (size_t i = 0; i < of->n; i++) {
		struct mmx_measured *m = &of->v[i];
		size_t len = key_length(m->name);

		if (has_key(kept, m->name, len)) {
			of->v[n++] = *m;
			continue;
		}
		if (!has_key(dropped, m->name, len))
			add_key(dropped, m->name, len);
		free(m->name);
		free(m->text);
	}
	of->n = n;
}

void mmx_saved_leave_out(struct mmx_moment *a, struct mmx_moment *b, enum mmx_subject subject,
			 char *left_out, size_t size)
{
	struct keys of_a = {0}, of_b = {0}, dropped = {0};
	size_t n = 0;

	list_keys(&of_a, &a->of[subject]);
	list_keys(&of_b, &b->of[subject]);
	drop(&a->of[subject], &of_b, &dropped);
	drop(&b->of[subject], &of_a, &dropped);
	for (size_t i = 0; i < dropped.n && n < size; i++)
		n += snprintf(left_out + n, size - n, "%s%s", n ? ", " : "", dropped.v[i]);
	free_keys(&dropped);
	free_keys(&of_b);
	free_keys(&of_a);
}
