// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/bytes.h"
#include "mm/compressed/unpack.h"

#define MATCH_MIN 4
#define IN_TOKEN  15 /* a length of that goes on in bytes behind */

struct lz4 {
	const unsigned char *in, *end;
	unsigned char *out;
	size_t n, size;
};

static bool take_length(struct lz4 *z, unsigned int nibble, size_t *length)
{
	unsigned char byte = 255;

	*length = nibble;
	if (nibble < IN_TOKEN)
		return true;
	while (byte == 255) {
		if (z->in == z->end)
			return false;
		byte = *z->in++;
		*length += byte;
	}
	return true;
}

static bool put_literals(struct lz4 *z, size_t n)
{
	if ((size_t)(z->end - z->in) < n || z->size - z->n < n)
		return false;
	memcpy(z->out + z->n, z->in, n);
	z->in += n;
	z->n += n;
	return true;
}

static bool put_match(struct lz4 *z, unsigned int nibble)
{
	size_t distance, length;

	if (z->end - z->in < 2)
		return false;
	distance = mmx_le16(z->in);
	z->in += 2;
	if (!take_length(z, nibble, &length))
		return false;
	length += MATCH_MIN;
	if (!distance || distance > z->n || z->size - z->n < length)
		return false;
	/* What is copied may reach into what it makes. */
	for (; length; length--, z->n++)
		z->out[z->n] = z->out[z->n - distance];
	return true;
}

bool mmx_unpack_lz4(const void *from, size_t len, void *to, size_t size)
{
	struct lz4 z = {
		.in = from, .end = (const unsigned char *)from + len, .out = to, .size = size};
	size_t literals;
	unsigned char token;

	while (z.in < z.end) {
		token = *z.in++;
		if (!take_length(&z, token >> 4, &literals) || !put_literals(&z, literals))
			return false;
		/* Literals end it: the last ones have no match behind them. */
		if (z.in == z.end)
			return z.n == size;
		if (!put_match(&z, token & 15))
			return false;
	}
	return false;
}
