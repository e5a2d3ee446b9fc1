// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The unit tests' harness. A test is a function that says what it proves and makes checks; a
 * program lists its tests in main() and ends with the counts that the runner adds up.
 *
 *	static void empty_table_is_refused(void) { CHECK(open("") < 0, "opened"); }
 *	int main(void) { RUN(empty_table_is_refused); return unit_end(); }
 */
#ifndef MMX_TESTS_UNIT_H
#define MMX_TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>

static unsigned int unit_passed, unit_failed;
static bool unit_ok;

/* A check that fails prints where and why, and the test goes on: later checks often tell more. */
#define CHECK(cond, ...)                                                           \
	do {                                                                       \
		if (!(cond)) {                                                     \
			unit_ok = false;                                           \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #cond); \
			fprintf(stderr, __VA_ARGS__);                              \
			fputc('\n', stderr);                                       \
		}                                                                  \
	} while (0)

#define RUN(test)                                                    \
	do {                                                         \
		unit_ok = true;                                      \
		test();                                              \
		if (unit_ok)                                         \
			unit_passed++;                               \
		else                                                 \
			unit_failed++;                               \
		printf("%s %s\n", unit_ok ? "ok  " : "FAIL", #test); \
	} while (0)

static inline int unit_end(void)
{
	printf("%u passed, %u failed\n", unit_passed, unit_failed);
	return unit_failed != 0;
}

#endif
