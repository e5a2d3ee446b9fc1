// SPDX-License-Identifier: GPL-2.0-or-later
/* Derivations: what is calculated is what is told, and what has no value gives none. */
#include <stdlib.h>
#include <string.h>

#include "base/steps.h"
#include "unit.h"

#define NEGATIVE(n) ((struct mmx_term){.v = (uint64_t) - (int64_t)(n), .is_signed = true})

/* The worked examples, and the borders of the arithmetic. */
static const struct {
	uint64_t a;
	enum mmx_operation operation;
	uint64_t b, result;
} answers[] = {
	{0xfffff7da45f69dc0, MMX_OP_MINUS, 0xfffff7da40000000, 0x5f69dc0},
	{0x5f69dc0, MMX_OP_DIVIDE, 64, 1563255},
	{0x5f69dc0, MMX_OP_REST, 64, 0},
	{1563255, MMX_OP_LEFT, 12, 6403092480},
	{0x9330, MMX_OP_LEFT, 12, 154337280},
	{0x17da77, MMX_OP_TIMES, 4096, 0x17da77000},
	{15406ULL << 20, MMX_OP_RIGHT, 12, 3943936},
	{0x1000, MMX_OP_TIMES, 4096, 0x1000000},
	{0x7fff00000000, MMX_OP_PLUS, 0x1000000, 0x7fff01000000},
	{0x7ffe123456, MMX_OP_RIGHT, 39, 0},
	{0x7ffe123456, MMX_OP_RIGHT, 30, 511},
	{0x7ffe123456 >> 21, MMX_OP_AND, 511, 496},
	{0x7ffe123456 >> 12, MMX_OP_AND, 511, 291},
	{0x152852000, MMX_OP_RIGHT, 12, 1386578},
	{0x5000, MMX_OP_TIMES, 64, 0x140000},
	{0xffffea0000000000, MMX_OP_PLUS, 0x140000, 0xffffea0000140000},
	{0xffffea0008f7a300, MMX_OP_MINUS, 0xffffea0000000000, 0x23de8c * 64},
	{2ULL << 51 | 0x3ff, MMX_OP_RIGHT, 51, 2},
	{0x17, MMX_OP_AND, 7, 7},
	{0x10, MMX_OP_OR, 1, 0x11},
	{0x11, MMX_OP_XOR, 1, 0x10},
	{3, MMX_OP_LEAST, 4, 3},
	{3, MMX_OP_MOST, 4, 4},
	{3, MMX_OP_MINUS, 4, UINT64_MAX},
	{1, MMX_OP_LEFT, 64, 0},
	{1, MMX_OP_RIGHT, 200, 0},
	{4, MMX_OP_EQUAL, 4, 1},
	{4, MMX_OP_UNEQUAL, 4, 0},
	{3, MMX_OP_BELOW, 4, 1},
	{UINT64_MAX, MMX_OP_BELOW, 4, 0},
	{4, MMX_OP_UP_TO, 4, 1},
	{4, MMX_OP_ABOVE, 4, 0},
	{4, MMX_OP_FROM, 4, 1},
};

static void the_arithmetic_is_right(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct mmx_term r = mmx_operate(mmx_plain(answers[i].a), answers[i].operation,
						mmx_plain(answers[i].b));

		CHECK(!r.absent && r.v == answers[i].result, "%zu: %lx %s %lx is %lx", i,
		      answers[i].a, mmx_operation_sign(answers[i].operation), answers[i].b, r.v);
	}
}

static void negative_numbers_compare_as_such(void)
{
	CHECK(mmx_operate(NEGATIVE(1), MMX_OP_BELOW, mmx_plain(0)).v == 1, "-1 < 0");
	CHECK(mmx_operate(mmx_plain(0), MMX_OP_UP_TO, NEGATIVE(1)).v == 0, "0 <= -1");
	CHECK(mmx_operate(NEGATIVE(5), MMX_OP_MOST, mmx_plain(3)).v == 3, "max(-5, 3)");
	CHECK((int64_t)mmx_operate(NEGATIVE(5), MMX_OP_LEAST, mmx_plain(3)).v == -5, "min(-5, 3)");
	CHECK((int64_t)mmx_operate(NEGATIVE(7), MMX_OP_DIVIDE, mmx_plain(2)).v == -3, "-7 / 2");
	CHECK((int64_t)mmx_operate(NEGATIVE(7), MMX_OP_REST, mmx_plain(2)).v == -1, "-7 rest");
	CHECK(mmx_operate((struct mmx_term){.v = 1ULL << 63, .is_signed = true}, MMX_OP_DIVIDE,
			  NEGATIVE(1))
			      .v == 1ULL << 63,
	      "the least number by -1");
	CHECK(mmx_operate(NEGATIVE(1), MMX_OP_PLUS, mmx_plain(1)).is_signed, "stays signed");
	CHECK(!mmx_operate(NEGATIVE(1), MMX_OP_EQUAL, mmx_plain(1)).is_signed, "a truth is none");
}

static void what_has_no_value_gives_none(void)
{
	struct mmx_term absent = {.absent = 1}, r;

	r = mmx_operate(absent, MMX_OP_PLUS, mmx_plain(1));
	CHECK(r.absent == 1, "first");
	r = mmx_operate(mmx_plain(1), MMX_OP_PLUS, absent);
	CHECK(r.absent == 1, "second");
	CHECK(mmx_operate(mmx_plain(1), MMX_OP_DIVIDE, mmx_plain(0)).absent == MMX_NO_RESULT,
	      "1 / 0");
	CHECK(mmx_operate(mmx_plain(1), MMX_OP_REST, mmx_plain(0)).absent == MMX_NO_RESULT,
	      "1 %% 0");
}

/* A calculation, told or not. */
static struct mmx_term pfn_of(struct mmx_steps *s, uint64_t page)
{
	struct mmx_term at = mmx_step_given(s, page, "struct page", "asked for"),
			base = mmx_step_given(s, 0xfffff7da40000000, "vmemmap", "symbol %s",
					      "vmemmap_base"),
			bytes = mmx_step_calc(s, "bytes into the array", at, MMX_OP_MINUS, base),
			size = mmx_step_given(s, 64, "sizeof(struct page)", "type");

	return mmx_step_calc(s, "PFN", bytes, MMX_OP_DIVIDE, size);
}

static void what_is_told_is_what_is_calculated(void)
{
	struct mmx_steps s = {0};
	struct mmx_term pfn = pfn_of(&s, 0xfffff7da45f69dc0);

	CHECK(pfn.v == 0x17da77 && pfn_of(NULL, 0xfffff7da45f69dc0).v == pfn.v, "%lx", pfn.v);
	CHECK(!pfn_of(NULL, 1).step, "nothing is told");
	CHECK(s.n == 5 && pfn.step == 5, "%zu steps", s.n);
	CHECK(s.v[4].operand[0].step == 3 && s.v[4].operand[1].step == 4, "operands");
	CHECK(!strcmp(s.v[1].source, "symbol vmemmap_base"), "%s", s.v[1].source);
	CHECK(s.v[2].result.v == 0x5f69dc0, "%lx", s.v[2].result.v);
	mmx_steps_free(&s);
}

static void a_constant_is_told_once(void)
{
	struct mmx_steps s = {0};

	CHECK(mmx_step_given(&s, 12, "PAGE_SHIFT", "x86_64").step == 1, "first");
	CHECK(mmx_step_given(&s, 64, "size", "x86_64").step == 2, "another");
	CHECK(mmx_step_given(&s, 12, "PAGE_SHIFT", "x86_64").step == 1, "again");
	CHECK(mmx_step_given(&s, 12, "PAGE_SHIFT", "somebody else").step == 3, "another source");
	CHECK(mmx_step_given(&s, 13, "PAGE_SHIFT", "x86_64").step == 4, "another value");
	mmx_steps_free(&s);
}

static void a_check_that_does_not_hold_is_counted(void)
{
	struct mmx_steps s = {0};
	struct mmx_term three = mmx_step_given(&s, 3, "three", "me"), absent = {.absent = 2};

	CHECK(mmx_step_check(&s, "3 is 3", three, MMX_OP_EQUAL, mmx_plain(3)) && !s.failed, "3");
	CHECK(!mmx_step_check(&s, "3 is 4", three, MMX_OP_EQUAL, mmx_plain(4)) && s.failed == 1,
	      "4");
	CHECK(!mmx_step_test(&s, "3 is 4", three, MMX_OP_EQUAL, mmx_plain(4)) && s.failed == 1,
	      "a test may come out or not");
	CHECK(mmx_step_check(&s, "absent", absent, MMX_OP_EQUAL, three) && s.failed == 1,
	      "unknown");
	CHECK(!mmx_step_test(&s, "absent", absent, MMX_OP_EQUAL, three), "unknown is no yes");
	CHECK(mmx_step_check_in(&s, "in", three, mmx_plain(3), mmx_plain(4)), "first of a range");
	CHECK(!mmx_step_test_in(&s, "in", three, mmx_plain(1), mmx_plain(3)), "behind it");
	CHECK(!mmx_step_check_in(&s, "in", three, mmx_plain(4), mmx_plain(9)) && s.failed == 2,
	      "before it");
	CHECK(!mmx_step_check(NULL, "untold", three, MMX_OP_EQUAL, mmx_plain(4)), "without steps");
	mmx_steps_free(&s);
}

static void words_go_to_their_step(void)
{
	struct mmx_steps s = {0};
	struct mmx_term a = mmx_step_given(&s, 2, "zone", "flags");

	mmx_step_given(&s, 3, "other", "flags");
	mmx_step_says(&s, a, "%s", "Normal");
	CHECK(!strcmp(s.v[0].says, "Normal") && !s.v[1].says[0], "%s", s.v[0].says);
	mmx_step_says(&s, mmx_plain(7), "nobody's");
	mmx_step_says(&s, (struct mmx_term){.step = 77}, "nobody's");
	mmx_step_says(NULL, a, "nobody's");
	mmx_step_given(&s, 2, "zone", "flags");
	CHECK(mmx_steps_last(&s).step == 1, "what was told before is what was told last");
	mmx_step_given(&s, 3, "other", "flags");
	CHECK(mmx_steps_last(&s).v == 3 && !mmx_steps_last(NULL).step, "last");
	mmx_steps_clear(&s);
	CHECK(!s.n && !mmx_steps_last(&s).step, "cleared");
	mmx_steps_free(&s);
}

static void there_are_no_more_than_there_is_room_for(void)
{
	struct mmx_steps s = {0};
	struct mmx_term t = mmx_step_given(&s, 1, "one", "me");

	for (unsigned int i = 0; i < MMX_STEPS_MAX + 5; i++)
		t = mmx_step_calc(&s, "one more", t, MMX_OP_PLUS, mmx_plain(1));
	CHECK(s.n == MMX_STEPS_MAX && s.lost == 6, "%zu, lost %u", s.n, s.lost);
	CHECK(t.v == MMX_STEPS_MAX + 6 && !t.step, "and the calculation went on: %lu", t.v);
	mmx_steps_free(&s);
}

int main(void)
{
	RUN(the_arithmetic_is_right);
	RUN(negative_numbers_compare_as_such);
	RUN(what_has_no_value_gives_none);
	RUN(what_is_told_is_what_is_calculated);
	RUN(a_constant_is_told_once);
	RUN(a_check_that_does_not_hold_is_counted);
	RUN(words_go_to_their_step);
	RUN(there_are_no_more_than_there_is_room_for);
	return unit_end();
}
