// SPDX-License-Identifier: GPL-2.0-or-later
/* Names that may have been meant. */
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "unit.h"

static const char *of(const char *wanted, const char *const *names)
{
	static struct mmx_suggest s;

	mmx_suggest_begin(&s, wanted, strlen(wanted));
	for (; *names; names++)
		mmx_suggest_offer(&s, *names);
	return s.words;
}

static void slips_are_seen_through(void)
{
	static const char *const names[] = {"pagex", "ptx", "procx", "doctorx", "kmalloc-64", NULL};
	static const struct {
		const char *wanted, *found;
	} rows[] = {
		{"pagx", "pagex"},
		{"paegx", "pagex"},
		{"pagexx", "pagex"},
		{"bagex", "pagex"},
		{"PAGEX", "pagex"},
		{"doctrox", "doctorx"},
		{"dotcor", "doctorx"},
		{"kmaloc64", "kmalloc-64"},
		{"ptxx", "ptx"},
		{"frobx", NULL},
		{"x", NULL},
		{"pt", NULL},
		{"", NULL},
		{"pagination", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *words = of(rows[i].wanted, names);
		char wanted[64] = "";

		if (rows[i].found)
			snprintf(wanted, sizeof(wanted), "; did you mean %s?", rows[i].found);
		CHECK(!strcmp(words, wanted), "%s: \"%s\"", rows[i].wanted, words);
	}
}

static void the_nearest_counts_and_then_the_first(void)
{
	CHECK(!strcmp(of("maps", (const char *const[]){"smaps", "map", "mops", NULL}),
		      "; did you mean smaps?"),
	      "equally near ones");
	CHECK(!strcmp(of("numa_map", (const char *const[]){"numa_mops", "numa_maps", NULL}),
		      "; did you mean numa_maps?"),
	      "a nearer one that comes later");
}

static void lengths_are_bounded(void)
{
	char long_name[200];

	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = 0;
	CHECK(!*of(long_name, (const char *const[]){"aaa", long_name, NULL}), "a long word");
	CHECK(!*of("aaaa", (const char *const[]){long_name, "", NULL}), "a long name");
	long_name[MMX_SUGGEST_NAME - 1] = 0;
	long_name[0] = 'b';
	CHECK(*of(long_name + 1, (const char *const[]){long_name, NULL}), "the longest");
}

int main(void)
{
	RUN(slips_are_seen_through);
	RUN(the_nearest_counts_and_then_the_first);
	RUN(lengths_are_bounded);
	return unit_end();
}
