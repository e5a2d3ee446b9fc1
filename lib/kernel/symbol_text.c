// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/symbol_text.h"

/* Odd and large, so that every character reaches the upper bits at once. */
#define BASE 0x9e3779b1u

static struct mmx_symbol_hash hash_text(const char *text, size_t len)
{
	struct mmx_symbol_hash h = {0, 1};

	for (size_t i = 0; i < len; i++) {
		h.value = h.value * BASE + (unsigned char)text[i];
		h.power *= BASE;
	}
	return h;
}

/* Neighbouring values must not lie beside each other in a table. */
static uint32_t scatter(uint32_t value)
{
	value = (value ^ value >> 15) * 0x2c1b3c6du;
	return value ^ value >> 13;
}

uint32_t mmx_symbol_hash(const char *text, size_t len)
{
	return scatter(hash_text(text, len).value);
}

struct mmx_symbol_tokens *mmx_symbol_tokens_new(const char *text, size_t len,
						const unsigned char *index, struct mmx_err *err)
{
	struct mmx_symbol_tokens *t = malloc(sizeof(*t) + len);

	if (!t) {
		mmx_fail_nomem(err);
		return NULL;
	}
	memcpy(t->text, text, len);
	for (unsigned int i = 0; i < MMX_SYMBOL_TOKENS; i++) {
		size_t at = mmx_le16(index + 2 * i),
		       n = at < len ? strnlen(t->text + at, len - at) : 0;

		if (at >= len || n == len - at) {
			mmx_fail(err, MMX_ECORRUPT, "kallsyms: token %u %s", i,
				 at >= len ? "begins behind the token table" : "has no end");
			free(t);
			return NULL;
		}
		t->token[i] = (struct mmx_symbol_token){
			.text = t->text + at,
			.len = n,
			.all = hash_text(t->text + at, n),
			.rest = hash_text(t->text + at + (n > 0), n - (n > 0)),
		};
	}
	return t;
}

uint32_t mmx_packed_hash(const struct mmx_symbol_tokens *tokens, const struct mmx_packed *name)
{
	uint32_t value = tokens->token[name->tokens[0]].rest.value;

	for (size_t i = 1; i < name->n; i++) {
		const struct mmx_symbol_hash *h = &tokens->token[name->tokens[i]].all;

		value = value * h->power + h->value;
	}
	return scatter(value);
}

void mmx_packed_write(const struct mmx_symbol_tokens *tokens, const struct mmx_packed *name,
		      char text[static MMX_SYMBOL_NAME])
{
	size_t skip = 1; /* the letter */

	for (size_t i = 0; i < name->n; i++) {
		const struct mmx_symbol_token *t = &tokens->token[name->tokens[i]];

		memcpy(text, t->text + skip, t->len - skip);
		text += t->len - skip;
		skip = 0;
	}
	*text = 0;
}
