// SPDX-License-Identifier: GPL-2.0-or-later
/* How partial results say so, and how that adds up. */
#include <string.h>

#include "base/coverage.h"
#include "unit.h"

static void nothing_said_is_whole(void)
{
	struct mmx_coverage c = {0};
	const struct mmx_err none = {0};

	CHECK(mmx_cover_whole(&c), "empty");
	mmx_cover_fail(&c, &none);
	c.found = 7;
	CHECK(mmx_cover_whole(&c) && !c.unknown, "no reason is none");
}

static void the_worst_kind_is_told_first(void)
{
	struct mmx_coverage c = {0};

	mmx_cover_failf(&c, MMX_EMISSING, "no member");
	CHECK(!strcmp(c.first.text, "no member"), "%s", c.first.text);
	mmx_cover_failf(&c, MMX_EABSENT, "excluded %d", 1);
	CHECK(c.first.code == MMX_EABSENT && !strcmp(c.first.text, "excluded 1"), "%s",
	      c.first.text);
	mmx_cover_failf(&c, MMX_ECORRUPT, "one");
	mmx_cover_failf(&c, MMX_ECORRUPT, "two");
	mmx_cover_failf(&c, MMX_EABSENT, "excluded 2");
	CHECK(c.first.code == MMX_ECORRUPT && !strcmp(c.first.text, "one"), "%s", c.first.text);
	CHECK(c.unknown == 1 && c.absent == 2 && c.broken == 2, "%d %d %d", (int)c.unknown,
	      (int)c.absent, (int)c.broken);
}

static void what_rests_on_it_inherits_what_is_wrong(void)
{
	struct mmx_coverage part = {.found = 5}, whole = {.found = 9}, sum = {.found = 1};

	mmx_cover_inherit(&sum, &whole);
	CHECK(mmx_cover_whole(&sum) && sum.found == 1, "of a whole one");
	mmx_cover_failf(&part, MMX_ECORRUPT, "cycle");
	mmx_cover_inherit(&sum, &part);
	CHECK(sum.broken == 1 && !strcmp(sum.first.text, "cycle"), "%s", sum.first.text);
	CHECK(sum.found == 1, "what was found there is not found here");
}

static void text_of_a_dump_is_made_printable(void)
{
	struct mmx_coverage c = {0};

	mmx_cover_failf(&c, MMX_ECORRUPT, "task \033[2J");
	CHECK(!strchr(c.first.text, '\033'), "an escape came through");
}

static void elements_share_a_reason_when_there_are_many(void)
{
	struct mmx_reasons r = {0};
	struct mmx_err err = {.code = MMX_EABSENT};
	const struct mmx_err none = {0}, *third;

	CHECK(!mmx_reason_add(&r, &none) && !mmx_reason(&r, 0), "no reason");
	for (uint32_t i = 1; i <= MMX_REASONS_MAX; i++) {
		snprintf(err.text, sizeof(err.text), "element %u", i);
		CHECK(mmx_reason_add(&r, &err) == i, "%u", i);
	}
	for (unsigned int i = 0; i < 3; i++)
		CHECK(mmx_reason_add(&r, &err) == MMX_REASONS_MAX + 1, "more");
	third = mmx_reason(&r, 3);
	CHECK(third && !strcmp(third->text, "element 3"), "the third one's is not its own");
	third = mmx_reason(&r, MMX_REASONS_MAX + 1);
	CHECK(third && third->code == MMX_EABSENT, "of many");
	mmx_reasons_free(&r);
}

int main(void)
{
	RUN(nothing_said_is_whole);
	RUN(the_worst_kind_is_told_first);
	RUN(what_rests_on_it_inherits_what_is_wrong);
	RUN(text_of_a_dump_is_made_printable);
	RUN(elements_share_a_reason_when_there_are_many);
	return unit_end();
}
