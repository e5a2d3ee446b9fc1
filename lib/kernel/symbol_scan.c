// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sum of a name is that of its tokens. Names are short and of all lengths, so that adding up each by
 * itself costs a mispredicted branch a name, most of what it takes: all bytes of a block are added up
 * as they come, lengths and all, and a name's sum is the difference between its end and its beginning.
 */
#include <inttypes.h>

#include "kernel/symbol_scan.h"

/* No name has as many tokens, for none is empty. */
#define BLOCK 4096

/* A sum that is no word's, and that makes any that it is taken from too long. */
#define TOO_LONG (1ULL << 62)

struct sums {
	uint64_t token[MMX_SYMBOL_TOKENS];
	uint64_t letter[MMX_SYMBOL_TOKENS]; /* of its first character, which is no part of a name */
	uint64_t before[BLOCK + 1];         /* of what stands in the block before a byte */
};

static void sum_tokens(struct sums *sums, const struct mmx_symbol_scan *s)
{
	for (unsigned int i = 0; i < MMX_SYMBOL_TOKENS; i++) {
		const struct mmx_symbol_token *t = &s->tokens->token[i];

		sums->letter[i] = t->len ? mmx_sum(s->words, t->text, 1) : TOO_LONG;
		sums->token[i] = t->len > MMX_SYMBOL_NAME
					 ? (uint64_t)MMX_SYMBOL_NAME * 2 << MMX_SUM_LENGTH
					 : mmx_sum(s->words, t->text, t->len);
	}
}

static void sum_block(struct sums *sums, const char *bytes, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sums->before[i] = sum;
		sum += sums->token[(unsigned char)bytes[i]];
	}
	sums->before[n] = sum;
}

static bool add_hit(struct mmx_symbol_scan *s, uint64_t sum, const struct mmx_packed *name,
		    uint32_t symbol)
{
	char text[MMX_SYMBOL_NAME];
	int word;

	if (!mmx_vocabulary_has(s->words, sum) || mmx_packed_letter(s->tokens, name) == 'U')
		return true;
	mmx_packed_write(s->tokens, name, text);
	word = mmx_vocabulary_find(s->words, sum, text);
	return word < 0 || mmx_array_add(&s->hits, (struct mmx_symbol_hit){(uint32_t)word, symbol});
}

static int fail_name(const struct mmx_symbol_scan *s, uint32_t i, bool cut, struct mmx_err *err)
{
	if (cut)
		return mmx_fail(err, MMX_ECORRUPT,
				"kallsyms: the names end after %" PRIu32 " of %" PRIu32, i, s->n);
	return mmx_fail(err, MMX_ECORRUPT, "kallsyms: name %" PRIu32 " is empty or too long", i);
}

/* Up to @end the names that lie there as a whole, from number *@number at *@at on. */
static int scan_block(struct mmx_symbol_scan *s, const struct sums *sums, size_t base, size_t end,
		      uint32_t *number, size_t *at, struct mmx_err *err)
{
	const uint32_t n = s->n;
	uint32_t i = *number;
	size_t next = *at;

	for (; i < n; i++) {
		struct mmx_packed name;
		size_t begins = next;
		uint64_t sum;

		if (!mmx_packed_next(s->names, end, &next, &name))
			break;
		if (i % MMX_SYMBOL_MARK == 0)
			s->marks[i / MMX_SYMBOL_MARK] = begins;
		if (!name.n)
			return fail_name(s, i, false, err);
		sum = sums->before[next - base] - sums->before[next - base - name.n] -
		      sums->letter[name.tokens[0]];
		if (mmx_sum_length(sum) - 1 >= MMX_SYMBOL_NAME - 1)
			return fail_name(s, i, false, err);
		if (mmx_vocabulary_maybe(s->words, sum) && !add_hit(s, sum, &name, i))
			return mmx_fail_nomem(err);
	}
	*number = i;
	*at = next;
	return 0;
}

int mmx_symbol_scan(struct mmx_symbol_scan *s, struct mmx_err *err)
{
	struct sums sums;
	uint32_t i = 0;
	size_t at = 0;

	sum_tokens(&sums, s);
	while (i < s->n) {
		size_t base = at, left = s->len - at, n = left < BLOCK ? left : BLOCK;
		uint32_t before = i;

		sum_block(&sums, s->names + base, n);
		if (scan_block(s, &sums, base, base + n, &i, &at, err))
			return -1;
		if (i == before)
			return fail_name(s, i, n == left, err);
	}
	return 0;
}
