// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What mmx itself asks a kernel's symbols for: all words that its sources have (scripts/vocabulary). Of a
 * kernel's hundred thousand symbols these alone are looked for when a dump is opened, in one pass;
 * whoever asks for another name has all of them indexed. A word too many costs nothing.
 *
 * Words are told by their sum: how long they are, and a number for each character, added up. That of a text
 * follows from those of its parts, whatever these are, by adding alone.
 */
#ifndef MMX_KERNEL_VOCABULARY_H
#define MMX_KERNEL_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sum has the length from this bit on, and below it numbers of 24 bits: 4096 of them fit. */
#define MMX_SUM_LENGTH 36

#define MMX_VOCABULARY_BITS 17

/**
 * struct mmx_vocabulary - the words
 * @letter: the sum of each character
 * @maybe: a bit is set where mmx_sum_bit() of a word is
 * @n: words, numbered from 0
 */
struct mmx_vocabulary {
	uint64_t letter[256];
	uint64_t maybe[(1 << MMX_VOCABULARY_BITS) / 64];
	size_t n;
	size_t slots;   /* a power of two */
	uint16_t *slot; /* a word's number + 1, by its sum */
	uint64_t *sum;  /* of each word */
};

/** mmx_vocabulary_new() - all words; NULL without memory */
struct mmx_vocabulary *mmx_vocabulary_new(void);

void mmx_vocabulary_free(struct mmx_vocabulary *v);

/** mmx_sum() - of a text */
uint64_t mmx_sum(const struct mmx_vocabulary *v, const char *text, size_t len);

/** mmx_sum_length() - how long a text of that sum is, when it is shorter than 4096 characters */
static inline size_t mmx_sum_length(uint64_t sum)
{
	return sum >> MMX_SUM_LENGTH;
}

static inline uint32_t mmx_sum_bit(uint64_t sum)
{
	return sum * 0x9e3779b97f4a7c15ULL >> (64 - MMX_VOCABULARY_BITS);
}

/** mmx_vocabulary_maybe() - false when no word has that sum */
static inline bool mmx_vocabulary_maybe(const struct mmx_vocabulary *v, uint64_t sum)
{
	uint32_t bit = mmx_sum_bit(sum);

	return v->maybe[bit / 64] >> bit % 64 & 1;
}

/** mmx_vocabulary_has() - whether a word has that sum */
bool mmx_vocabulary_has(const struct mmx_vocabulary *v, uint64_t sum);

/** mmx_vocabulary_find() - the number of a word, whose sum that is; -1 when it is none */
int mmx_vocabulary_find(const struct mmx_vocabulary *v, uint64_t sum, const char *text);

#endif
