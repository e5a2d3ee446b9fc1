// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "kernel/vocabulary.h"

static const char *const words[] = {
#include "vocabulary.inc"
};

#define WORDS (sizeof(words) / sizeof(*words))

_Static_assert(WORDS < UINT16_MAX, "a word's number has 16 bits");

/* Two characters must not make the sum of two others, so their numbers are as good as drawn by chance. */
static uint64_t letter_sum(uint32_t c)
{
	uint32_t value = (c + 1) * 0x9e3779b1u;

	value = (value ^ value >> 15) * 0x2c1b3c6du;
	value = (value ^ value >> 12) * 0x297a2d39u;
	return 1ULL << MMX_SUM_LENGTH | (value ^ value >> 15) >> 8;
}

uint64_t mmx_sum(const struct mmx_vocabulary *v, const char *text, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += v->letter[(unsigned char)text[i]];
	return sum;
}

static size_t place(const struct mmx_vocabulary *v, uint64_t sum)
{
	return mmx_sum_bit(sum) & (v->slots - 1);
}

static void enter(struct mmx_vocabulary *v, size_t word)
{
	uint64_t sum = mmx_sum(v, words[word], strlen(words[word]));
	uint32_t bit = mmx_sum_bit(sum);
	size_t i = place(v, sum);

	while (v->slot[i])
		i = (i + 1) & (v->slots - 1);
	v->slot[i] = word + 1;
	v->sum[word] = sum;
	v->maybe[bit / 64] |= 1ULL << bit % 64;
}

struct mmx_vocabulary *mmx_vocabulary_new(void)
{
	struct mmx_vocabulary *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->n = WORDS;
	v->slots = 64;
	while (v->slots < 2 * WORDS)
		v->slots *= 2;
	v->slot = calloc(v->slots, sizeof(*v->slot));
	v->sum = malloc(WORDS * sizeof(*v->sum));
	if (!v->slot || !v->sum) {
		mmx_vocabulary_free(v);
		return NULL;
	}
	for (uint32_t c = 0; c < 256; c++)
		v->letter[c] = letter_sum(c);
	for (size_t word = 0; word < WORDS; word++)
		enter(v, word);
	return v;
}

void mmx_vocabulary_free(struct mmx_vocabulary *v)
{
	if (!v)
		return;
	free(v->slot);
	free(v->sum);
	free(v);
}

/* Where in the table a word of that sum is, from @i on, or an empty slot. */
static size_t next_of(const struct mmx_vocabulary *v, uint64_t sum, size_t i)
{
	while (v->slot[i] && v->sum[v->slot[i] - 1] != sum)
		i = (i + 1) & (v->slots - 1);
	return i;
}

bool mmx_vocabulary_has(const struct mmx_vocabulary *v, uint64_t sum)
{
	return v->slot[next_of(v, sum, place(v, sum))];
}

int mmx_vocabulary_find(const struct mmx_vocabulary *v, uint64_t sum, const char *text)
{
	size_t i = next_of(v, sum, place(v, sum));

	while (v->slot[i] && strcmp(words[v->slot[i] - 1], text))
		i = next_of(v, sum, (i + 1) & (v->slots - 1));
	return (int)v->slot[i] - 1;
}
