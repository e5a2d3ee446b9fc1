// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>

#include "proc/ksm_test.h"

/*
 * Around the place where the bits for "anonymous" and "KSM" are put into the word, the code masks the
 * mapping with 3. To ask for both bits it then compares with 3, or inverts the mapping before it masks
 * it; to ask for either it does neither of these.
 */
#define BEFORE 24
#define BEHIND 16

/* Instructions that matter, as their opcode, the registers' byte, and the operand that follows. */
static const struct instruction {
	enum { MASKS, INVERTS, COMPARES } does;
	unsigned char opcode, first, last; /* the registers' byte is one of first..last */
	bool with_3;
} instructions[] = {
	{MASKS, 0x83, 0xe0, 0xe7, true},  /* and $3, a register of 32 or 64 bits */
	{MASKS, 0x80, 0xe0, 0xe7, true},  /* and $3, a register of 8 bits */
	{MASKS, 0xf6, 0xc0, 0xc7, true},  /* test $3, the same */
	{MASKS, 0xa8, 0x03, 0x03, false}, /* test $3, %al */
	{MASKS, 0x24, 0x03, 0x03, false}, /* and $3, %al */
	{INVERTS, 0xf7, 0xd0, 0xd7, false}, {COMPARES, 0x83, 0xf8, 0xff, true},
	{COMPARES, 0x80, 0xf8, 0xff, true}, {COMPARES, 0x3c, 0x03, 0x03, false}, /* cmp $3, %al */
};

static unsigned int what_it_does(const unsigned char *code, size_t len)
{
	unsigned int does = 0;

	for (size_t at = 0; at + 3 <= len; at++) {
		for (size_t i = 0; i < sizeof(instructions) / sizeof(*instructions); i++) {
			const struct instruction *in = &instructions[i];

			if (code[at] == in->opcode && code[at + 1] >= in->first &&
			    code[at + 1] <= in->last && (!in->with_3 || code[at + 2] == 3))
				does |= 1u << in->does;
		}
	}
	return does;
}

/* The bits are put together as one number, or the truth of the test is shifted to its place. */
static bool sets_the_bit(const unsigned char *code, size_t at, size_t len)
{
	static const unsigned char both_bits[] = {0x00, 0x10, 0x20, 0x00};

	if (at + sizeof(both_bits) <= len && !memcmp(code + at, both_bits, sizeof(both_bits)))
		return true;
	return at + 3 <= len && code[at] == 0xc1 && (code[at + 1] & 0xf8) == 0xe0 &&
	       code[at + 2] == 21 && at && (code[at - 1] & 0xf8) != 0x48;
}

enum mmx_ksm_test mmx_ksm_test(const unsigned char *code, size_t len)
{
	enum mmx_ksm_test found = MMX_KSM_UNKNOWN;

	for (size_t at = 0; at < len; at++) {
		size_t from = at < BEFORE ? 0 : at - BEFORE, end = at + BEHIND;
		enum mmx_ksm_test here;
		unsigned int does;

		if (!sets_the_bit(code, at, len))
			continue;
		does = what_it_does(code + from, (end < len ? end : len) - from);
		if (!(does & 1u << MASKS))
			continue;
		here = does & (1u << INVERTS | 1u << COMPARES) ? MMX_KSM_BOTH_BITS
							       : MMX_KSM_EITHER_BIT;
		if (found != MMX_KSM_UNKNOWN && found != here)
			return MMX_KSM_UNKNOWN;
		found = here;
	}
	return found;
}
