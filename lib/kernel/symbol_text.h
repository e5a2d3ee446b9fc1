// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of symbols as kallsyms has them: strings of tokens, 256 of which the kernel's build chose to make
 * the names short. What the symbol is (its letter) comes first, and then its name. They are kept like that
 * and written out when somebody wants to read one; their hashes are computed token by token.
 */
#ifndef MMX_KERNEL_SYMBOL_TEXT_H
#define MMX_KERNEL_SYMBOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What a name may have at most, with its NUL: the kernel's own limit. */
#define MMX_SYMBOL_NAME 512

#define MMX_SYMBOL_TOKENS 256

/* A hash is a polynomial in the characters, so that of a text follows from those of its parts. */
struct mmx_symbol_hash {
	uint32_t value;
	uint32_t power; /* of the base, as many times as there are characters */
};

/** struct mmx_symbol_token - a token; @rest is the hash of all but its first character */
struct mmx_symbol_token {
	const char *text;
	uint32_t len;
	struct mmx_symbol_hash all, rest;
};

/** struct mmx_symbol_tokens - the tokens of a kernel, with their text */
struct mmx_symbol_tokens {
	struct mmx_symbol_token token[MMX_SYMBOL_TOKENS];
	char text[];
};

/**
 * mmx_symbol_tokens_new() - tokens that are NUL-terminated in @text
 * @index: where each of them begins, 16 bits each
 */
struct mmx_symbol_tokens *mmx_symbol_tokens_new(const char *text, size_t len,
						const unsigned char *index, struct mmx_err *err);

/** struct mmx_packed - a name within a table of them: its tokens */
struct mmx_packed {
	const unsigned char *tokens;
	size_t n;
};

/** mmx_packed_next() - the name at @at, which then moves behind it; false when the table ends before */
static inline bool mmx_packed_next(const char *table, size_t len, size_t *at,
				   struct mmx_packed *name)
{
	const unsigned char *p = (const unsigned char *)table + *at;
	size_t left = len - *at, head = 1, n;

	if (!left)
		return false;
	n = p[0];
	if (n & 0x80) {
		if (left < 2)
			return false;
		n = (n & 0x7f) | (size_t)p[1] << 7;
		head = 2;
	}
	if (n > left - head)
		return false;
	*at += head + n;
	*name = (struct mmx_packed){p + head, n};
	return true;
}

/*
 * Of names that are neither empty nor too long, as symbol_scan.h finds out.
 */

/** mmx_packed_letter() - what the symbol is */
static inline char mmx_packed_letter(const struct mmx_symbol_tokens *tokens,
				     const struct mmx_packed *name)
{
	return tokens->token[name->tokens[0]].text[0];
}

/** mmx_packed_hash() - the hash of the name */
uint32_t mmx_packed_hash(const struct mmx_symbol_tokens *tokens, const struct mmx_packed *name);

/** mmx_packed_write() - write it out, NUL-terminated */
void mmx_packed_write(const struct mmx_symbol_tokens *tokens, const struct mmx_packed *name,
		      char text[static MMX_SYMBOL_NAME]);

/** mmx_symbol_hash() - the same hash of a plain text */
uint32_t mmx_symbol_hash(const char *text, size_t len);

#endif
