// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>

#include "proc/ksm_test.h"

/*
 * Around the place where the bits for "anonymous" and "KSM" are put into the word, the code masks the
 * mapping with 3. To ask for both bits it then compares with 3, or inverts the mapping before it masks
 * it; to ask for either it does neither of these. Some compilers invert long before they mask, so
 * "neither" is believed only when it holds farther back as well.
 */
#define NEAR   24
#define FAR    64
#define BEHIND 16

#define SHIFT_BYTES 3 /* shl $21, a register */

/* Instructions that matter, as their opcode, the registers' byte, and the operand that follows. */
static const struct instruction {
	enum { MASKS, INVERTS, COMPARES, IF_NONE, IF_ANY } does;
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
	{IF_NONE, 0x94, 0xc0, 0xc7, false},                                      /* sete */
	{IF_ANY, 0x95, 0xc0, 0xc7, false},                                       /* setne */
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

/* The bits are put together as one number. */
static bool sets_both_bits(const unsigned char *code, size_t at, size_t len)
{
	static const unsigned char both_bits[] = {0x00, 0x10, 0x20, 0x00};

	return at + sizeof(both_bits) <= len && !memcmp(code + at, both_bits, sizeof(both_bits));
}

/* The truth of the test is shifted to its place. */
static bool shifts_the_bit(const unsigned char *code, size_t at, size_t len)
{
	return at + SHIFT_BYTES <= len && code[at] == 0xc1 && (code[at + 1] & 0xf8) == 0xe0 &&
	       code[at + 2] == 21 && at && (code[at - 1] & 0xf8) != 0x48;
}

static enum mmx_ksm_test asks_for(unsigned int does)
{
	return does & (1u << INVERTS | 1u << COMPARES) ? MMX_KSM_BOTH_BITS : MMX_KSM_EITHER_BIT;
}

/* What the code does in the bytes around a place: @before bytes up to it, and @behind from it on. */
static unsigned int done_around(const unsigned char *code, size_t len, size_t at, size_t before,
				size_t behind)
{
	size_t from = at < before ? 0 : at - before, end = at + behind;

	return what_it_does(code + from, (end < len ? end : len) - from);
}

/* What a shifted truth is of: that any bit is left is "either"; that none is, of inverted ones, "both". */
static enum mmx_ksm_test by_truth(const unsigned char *code, size_t len, size_t at)
{
	unsigned int does = done_around(code, len, at, NEAR, SHIFT_BYTES);
	bool if_none = does & 1u << IF_NONE, if_any = does & 1u << IF_ANY;

	if (if_none == if_any)
		return MMX_KSM_UNKNOWN;
	return if_any ? MMX_KSM_EITHER_BIT : MMX_KSM_BOTH_BITS;
}

static enum mmx_ksm_test test_at(const unsigned char *code, size_t len, size_t at,
				 enum mmx_ksm_test truth)
{
	enum mmx_ksm_test near = asks_for(done_around(code, len, at, NEAR, BEHIND));
	enum mmx_ksm_test far = asks_for(done_around(code, len, at, FAR, BEHIND));

	if (truth == MMX_KSM_EITHER_BIT || truth == far)
		return truth;
	return near == far && truth == MMX_KSM_UNKNOWN ? far : MMX_KSM_UNKNOWN;
}

enum mmx_ksm_test mmx_ksm_test(const unsigned char *code, size_t len)
{
	enum mmx_ksm_test found = MMX_KSM_UNKNOWN;

	for (size_t at = 0; at < len; at++) {
		bool shifted = shifts_the_bit(code, at, len);
		enum mmx_ksm_test here;

		if ((!shifted && !sets_both_bits(code, at, len)) ||
		    !(done_around(code, len, at, NEAR, BEHIND) & 1u << MASKS))
			continue;
		here = test_at(code, len, at, shifted ? by_truth(code, len, at) : MMX_KSM_UNKNOWN);
		if (here == MMX_KSM_UNKNOWN || (found != MMX_KSM_UNKNOWN && found != here))
			return MMX_KSM_UNKNOWN;
		found = here;
	}
	return found;
}
