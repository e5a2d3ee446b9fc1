// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The values of a text of /proc. There are few forms: "name value", "name: value kB", rows below a line of titles
 * (slabinfo, swaps), rows of a few words and many numbers (buddyinfo), and blocks below a heading (zoneinfo, smaps).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/saved.h"

#define LINE_WORDS 80 /* of a line: those behind are not looked at */
#define NAME       512

struct text {
	struct mmx_moment *moment;
	enum mmx_subject subject;
	struct mmx_err *err;
	bool begun;
	char *word[LINE_WORDS];
	unsigned int n;
	char heading[NAME / 2];  /* of the block that lines belong to */
	char part[32];           /* of it: "cpu 0 " */
	char *title[LINE_WORDS]; /* of columns, within @titles */
	unsigned int n_titles;
	char *titles;
};

static void split(char *line, char *word[LINE_WORDS], unsigned int *n)
{
	char *rest = NULL;

	*n = 0;
	for (char *w = strtok_r(line, " \t\r", &rest); w && *n < LINE_WORDS;
	     w = strtok_r(NULL, " \t\r", &rest))
		word[(*n)++] = w;
}

/* A number that mmx could not tell is printed as a question mark. */
static bool is_number(const char *word)
{
	const char *first = word + (*word == '-');

	return !strcmp(word, "?") || (*first && strspn(first, "0123456789") == strlen(first));
}

/* "55d0c0000000-55d0c0001000", with which a mapping begins. */
static bool is_range(const char *word)
{
	size_t n = strspn(word, "0123456789abcdef");

	return n && word[n] == '-' && word[n + 1] &&
	       strspn(word + n + 1, "0123456789abcdef") == strlen(word + n + 1);
}

static void join(char *text, size_t size, char *const *word, unsigned int n)
{
	size_t len = 0;

	*text = 0;
	for (unsigned int i = 0; i < n && len + 1 < size; i++)
		len += snprintf(text + len, size - len, "%s%s", i ? " " : "", word[i]);
	len = strlen(text);
	if (len && text[len - 1] == ':')
		text[len - 1] = 0;
}

static struct mmx_measured *add(struct text *t, const char *name)
{
	char full[2 * NAME];
	struct mmx_measured *m;

	snprintf(full, sizeof(full), "%s%s%s%s", t->heading, *t->heading ? ": " : "", t->part,
		 name);
	m = mmx_moment_add(t->moment, t->subject, full);
	if (!m)
		mmx_fail_nomem(t->err);
	return m;
}

static int add_number(struct text *t, const char *name, const char *word)
{
	struct mmx_measured *m = add(t, name);
	char *end;
	long long value;

	if (!m)
		return -1;
	errno = 0;
	value = strtoll(word, &end, 10);
	if (!errno && !*end) {
		mmx_measure(m, 0, value);
		return 0;
	}
	if (*word == '?')
		return 0;
	m->text = strdup(word); /* no number of 64 bits */
	return m->text ? 0 : mmx_fail_nomem(t->err);
}

static int add_text(struct text *t, const char *name, char *const *word, unsigned int n)
{
	struct mmx_measured *m = add(t, name);
	char text[NAME];

	join(text, sizeof(text), word, n);
	if (m)
		m->text = strdup(text);
	return m && m->text ? 0 : mmx_fail_nomem(t->err);
}

/* Titles: "# name <active_objs> ..." of slabinfo, or a first line without any number. */
static bool take_titles(struct text *t, const char *line)
{
	bool marked = *line == '#', first = !t->begun;

	if (!marked) {
		bool has_number = false, has_colon = false;

		for (unsigned int i = 0; i < t->n; i++) {
			has_number |= isdigit((unsigned char)*t->word[i]);
			has_colon |= !!strpbrk(t->word[i], ":,");
		}
		if (!first || t->n < 3 || has_number || has_colon)
			return false;
	}
	free(t->titles);
	t->titles = strdup(line + marked);
	if (!t->titles)
		return false;
	split(t->titles, t->title, &t->n_titles);
	*t->heading = 0;
	return true;
}

static int take_row(struct text *t)
{
	char name[NAME];

	for (unsigned int i = 1; i < t->n && i < t->n_titles; i++) {
		const char *title = t->title[i] + (*t->title[i] == '<');

		if (!is_number(t->word[i]))
			continue;
		snprintf(name, sizeof(name), "%s %.*s", t->word[0], (int)strcspn(title, ">"),
			 title);
		if (add_number(t, name, t->word[i]))
			return -1;
	}
	return 0;
}

/* The first word of a line that is a number; how many follow each other is *n. */
static unsigned int numbers(const struct text *t, unsigned int *n)
{
	unsigned int first = 0;

	while (first < t->n && !is_number(t->word[first]))
		first++;
	*n = 0;
	while (first + *n < t->n && is_number(t->word[first + *n]))
		(*n)++;
	return first;
}

/* What stands before the numbers names them; where nothing does, what stands behind them. */
static int take_numbers(struct text *t, unsigned int first, unsigned int n)
{
	char name[NAME - 16], nth[NAME];

	if (first)
		join(name, sizeof(name), t->word, first);
	else
		join(name, sizeof(name), t->word + n, t->n - n);
	if (n == 1 && !strcmp(name, "cpu")) {
		snprintf(t->part, sizeof(t->part), "cpu %.12s ", t->word[first]);
		return 0;
	}
	for (unsigned int i = 0; i < n; i++) {
		snprintf(nth, sizeof(nth), "%s [%u]", name, i);
		if (add_number(t, n == 1 ? name : nth, t->word[first + i]))
			return -1;
	}
	return 0;
}

static int take_mapping(struct text *t)
{
	*t->heading = 0;
	if (add_text(t, t->word[0], t->word + 1, t->n - 1))
		return -1;
	snprintf(t->heading, sizeof(t->heading), "%.200s", t->word[0]);
	return 0;
}

static int take_line(struct text *t, char *line)
{
	bool indented = *line == ' ' || *line == '\t';
	unsigned int first, n;
	char name[NAME];
	char *copy = strdup(line);
	bool titles;

	if (!copy)
		return mmx_fail_nomem(t->err);
	split(line, t->word, &t->n);
	titles = t->n && take_titles(t, copy);
	free(copy);
	t->begun |= t->n > 0;
	if (!t->n || titles)
		return 0;
	if (t->n_titles)
		return take_row(t);
	if (is_range(t->word[0]))
		return take_mapping(t);
	first = numbers(t, &n);
	if (n)
		return take_numbers(t, first, n);
	join(name, sizeof(name), t->word, 1);
	if (strlen(name) < strlen(t->word[0])) /* "Name:" */
		return add_text(t, name, t->word + 1, t->n - 1);
	if (!indented) {
		join(t->heading, sizeof(t->heading), t->word, t->n);
		*t->part = 0;
	}
	return 0;
}

int mmx_saved_text_values(struct mmx_saved *saved, struct mmx_moment *moment,
			  enum mmx_subject subject, struct mmx_err *err)
{
	struct text t = {.moment = moment, .subject = subject, .err = err};
	char *rest = NULL;
	int ret = 0;

	saved->v[saved->n] = 0;
	for (char *line = strtok_r(saved->v, "\n", &rest); line && !ret;
	     line = strtok_r(NULL, "\n", &rest))
		ret = take_line(&t, line);
	free(t.titles);
	return ret;
}
