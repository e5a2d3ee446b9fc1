// SPDX-License-Identifier: GPL-2.0-or-later
/* Little-endian words out of unaligned bytes, and bounds-checked windows onto them. */
#ifndef MMX_BASE_BYTES_H
#define MMX_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t mmx_le16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t mmx_le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t mmx_le64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/** mmx_le() - an unsigned number of @size bytes, 1 to 8; zero-extended */
static inline uint64_t mmx_le(const void *p, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, p, size < 8 ? size : 8);
	return le64toh(v);
}

/** mmx_fits() - whether [off, off + len) lies within size bytes, without overflow */
static inline bool mmx_fits(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

#endif
