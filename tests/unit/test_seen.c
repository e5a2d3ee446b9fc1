// SPDX-License-Identifier: GPL-2.0-or-later
/* The set of numbers that were met. */
#include "base/seen.h"
#include "unit.h"

#define MANY 100000

static void numbers_are_new_once(void)
{
	struct mmx_seen s = {0};
	unsigned int wrong = 0;

	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < MANY; i++)
			wrong += mmx_seen_add(&s, i * 4096) != (round ? 0 : 1);
	}
	CHECK(!wrong, "%u answers are wrong", wrong);
	CHECK(s.n == MANY, "%zu numbers", s.n);
	CHECK(mmx_seen_add(&s, 1) == 1 && mmx_seen_add(&s, 1) == 0, "1");
	CHECK(mmx_seen_add(&s, ~0ULL - 1) == 1, "the largest");
	mmx_seen_free(&s);
	CHECK(mmx_seen_add(&s, 0) == 1, "freed, and empty again");
	mmx_seen_free(&s);
}

int main(void)
{
	RUN(numbers_are_new_once);
	return unit_end();
}
