// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

/* A row of the table of distances, with an edge at its left. */
typedef unsigned int row_t[MMX_SUGGEST_NAME + 1];

void mmx_suggest_begin(struct mmx_suggest *s, const char *wanted, size_t len)
{
	*s = (struct mmx_suggest){.len = len};
	if (len < 3 || len >= sizeof(s->wanted))
		return;
	memcpy(s->wanted, wanted, len);
	s->near = (len < 6 ? 1 : len < 9 ? 2 : 3) + 1;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Capital letters are no slip. */
static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Fills the row below @above, which is below @before, for a letter of the name; the least that stands in it. */
static unsigned int fill(const struct mmx_suggest *s, row_t row, const row_t above,
			 const row_t before, const char *name, size_t at)
{
	unsigned int lowest = row[0] = at + 1;

	for (size_t i = 0; i < s->len; i++) {
		unsigned int d = above[i] + !same(s->wanted[i], name[at]);

		d = least(d, 1 + least(above[i + 1], row[i]));
		if (i && at && same(s->wanted[i], name[at - 1]) && same(s->wanted[i - 1], name[at]))
			d = least(d, before[i - 1] + 1);
		row[i + 1] = d;
		lowest = least(lowest, d);
	}
	return lowest;
}

/* Slips between the two, or s->near when there are so many or more. */
static unsigned int distance(const struct mmx_suggest *s, const char *name)
{
	row_t rows[3];
	size_t len = strlen(name);

	if (len >= s->len + s->near || s->len >= len + s->near)
		return s->near;
	for (size_t i = 0; i <= s->len; i++)
		rows[2][i] = i;
	for (size_t at = 0; at < len; at++) {
		if (fill(s, rows[at % 3], rows[(at + 2) % 3], rows[(at + 1) % 3], name, at) >=
		    s->near)
			return s->near;
	}
	return rows[(len + 2) % 3][s->len];
}

void mmx_suggest_offer_as(struct mmx_suggest *s, const char *name, const char *shown)
{
	unsigned int d = s->near ? distance(s, name) : 0;

	if (d >= s->near)
		return;
	s->near = d;
	snprintf(s->words, sizeof(s->words), "; did you mean %.*s?", MMX_SUGGEST_NAME - 1, shown);
}

void mmx_suggest_offer(struct mmx_suggest *s, const char *name)
{
	mmx_suggest_offer_as(s, name, name);
}
