// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/bytes.h"
#include "mm/compressed/unpack.h"

/*
 * An instruction's top bits say which kind of copy it is; its two lowest, or those of the distance behind it,
 * how many bytes follow it as they are. What the first sixteen instructions mean depends on how many that was.
 */
#define FROM_FAR       16     /* to 31: 16 KiB to 48 KiB back */
#define FROM_NEAR      32     /* to 63: up to 16 KiB back */
#define FROM_NEARER    64     /* to 255: up to 2 KiB back */
#define AFTER_LITERALS 4      /* four or more literals came before */
#define FAR            16384  /* a distance of just that is the end */
#define ZEROS_DISTANCE 0xbfff /* version 1: no copy but a run of zeros */
#define ZEROS_MIN      4
#define TWO_KB         2048

/* A first byte that says which version of the format this is; the byte behind it does. */
#define VERSIONED     17
#define VERSIONED_MIN 5

struct lzo {
	const unsigned char *in, *end;
	unsigned char *out;
	size_t n, size;
	unsigned int state; /* literals that the instruction before had, 4 for more */
	bool runs;          /* version 1: lzo-rle */
};

static bool take(struct lzo *z, unsigned int *byte)
{
	if (z->in == z->end)
		return false;
	*byte = *z->in++;
	return true;
}

static bool take_le16(struct lzo *z, unsigned int *word)
{
	if (z->end - z->in < 2)
		return false;
	*word = mmx_le16(z->in);
	z->in += 2;
	return true;
}

static bool put_literals(struct lzo *z, size_t n)
{
	if ((size_t)(z->end - z->in) < n || z->size - z->n < n)
		return false;
	memcpy(z->out + z->n, z->in, n);
	z->in += n;
	z->n += n;
	return true;
}

/* What is copied may reach into what it makes: byte by byte. */
static bool put_copy(struct lzo *z, size_t distance, size_t n)
{
	if (distance > z->n || z->size - z->n < n)
		return false;
	for (; n; n--, z->n++)
		z->out[z->n] = z->out[z->n - distance];
	return true;
}

static bool put_zeros(struct lzo *z, size_t n)
{
	if (z->size - z->n < n)
		return false;
	memset(z->out + z->n, 0, n);
	z->n += n;
	return true;
}

/* A length that its bits have no room for: 255 for each byte of 0 behind, and the first that is none. */
static bool take_length(struct lzo *z, unsigned int code, unsigned int bits, size_t *length)
{
	unsigned int byte;

	*length = code & ((1u << bits) - 1);
	if (*length)
		return true;
	*length = (1u << bits) - 1;
	do {
		if (!take(z, &byte))
			return false;
		*length += byte ? byte : 255;
	} while (!byte);
	return true;
}

static bool end_copy(struct lzo *z, size_t distance, size_t length, unsigned int literals)
{
	z->state = literals & 3;
	return put_copy(z, distance, length) && put_literals(z, z->state);
}

static bool short_copy(struct lzo *z, unsigned int code, size_t base, size_t length)
{
	unsigned int high;

	return take(z, &high) &&
	       end_copy(z, base + (high << 2) + (code >> 2 & 3) + 1, length, code);
}

static bool low_instruction(struct lzo *z, unsigned int code)
{
	size_t length;

	if (z->state == AFTER_LITERALS)
		return short_copy(z, code, TWO_KB, 3);
	if (z->state)
		return short_copy(z, code, 0, 2);
	z->state = AFTER_LITERALS;
	return take_length(z, code, 4, &length) && put_literals(z, length + 3);
}

/* The run's length is in the instruction and a byte behind what would be the distance. */
static bool zeros_instruction(struct lzo *z, unsigned int code)
{
	unsigned int word, more;

	if (!take_le16(z, &word) || !take(z, &more))
		return false;
	z->state = word & 3;
	return put_zeros(z, ((more << 3) | (code & 7)) + ZEROS_MIN) && put_literals(z, z->state);
}

static bool is_zeros(const struct lzo *z, unsigned int code)
{
	unsigned int word;

	if (!z->runs || z->end - z->in < 2)
		return false;
	word = mmx_le16(z->in);
	return FAR + ((code & 8) << 11) + (word >> 2) == ZEROS_DISTANCE;
}

static bool far_instruction(struct lzo *z, unsigned int code, bool *ended)
{
	unsigned int word;
	size_t length, distance;

	if (is_zeros(z, code))
		return zeros_instruction(z, code);
	if (!take_length(z, code, 3, &length) || !take_le16(z, &word))
		return false;
	distance = FAR + ((code & 8) << 11) + (word >> 2);
	*ended = distance == FAR;
	return *ended || end_copy(z, distance, length + 2, word);
}

static bool near_instruction(struct lzo *z, unsigned int code)
{
	unsigned int word;
	size_t length;

	return take_length(z, code, 5, &length) && take_le16(z, &word) &&
	       end_copy(z, (word >> 2) + 1, length + 2, word);
}

static bool nearer_instruction(struct lzo *z, unsigned int code)
{
	size_t length = code & 0x80 ? 5 + (code >> 5 & 3) : 3 + (code >> 5 & 1);
	unsigned int high;

	return take(z, &high) && end_copy(z, (high << 3) + (code >> 2 & 7) + 1, length, code);
}

static bool instruction(struct lzo *z, unsigned int code, bool *ended)
{
	if (code < FROM_FAR)
		return low_instruction(z, code);
	if (code < FROM_NEAR)
		return far_instruction(z, code, ended);
	if (code < FROM_NEARER)
		return near_instruction(z, code);
	return nearer_instruction(z, code);
}

/* The first byte may stand for literals alone, since there is nothing to copy from yet. */
static bool begin(struct lzo *z)
{
	unsigned int n;

	if (z->end - z->in >= VERSIONED_MIN && *z->in == VERSIONED) {
		z->runs = z->in[1] != 0;
		z->in += 2;
	}
	if (z->in == z->end || *z->in <= VERSIONED)
		return true;
	n = *z->in++ - VERSIONED;
	z->state = n < AFTER_LITERALS ? n : AFTER_LITERALS;
	return put_literals(z, n);
}

bool mmx_unpack_lzo(const void *from, size_t len, void *to, size_t size)
{
	struct lzo z = {
		.in = from, .end = (const unsigned char *)from + len, .out = to, .size = size};
	bool ended = false;
	unsigned int code;

	if (!begin(&z))
		return false;
	while (!ended)
		if (!take(&z, &code) || !instruction(&z, code, &ended))
			return false;
	return z.in == z.end && z.n == size;
}
