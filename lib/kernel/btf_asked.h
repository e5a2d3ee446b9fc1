// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which names of types and enumerators mmx asks for by itself: those that layout.def declares, and a few whose
 * members are listed. They are told by how they begin, in one step a name: a few others begin alike. Of all
 * types in BTF those are indexed when it is opened, and the rest when somebody asks for another name.
 */
#ifndef MMX_KERNEL_BTF_ASKED_H
#define MMX_KERNEL_BTF_ASKED_H

#include <stdbool.h>
#include <stdint.h>

#define MMX_BTF_ASKED_BITS 16

/** struct mmx_btf_asked - a bit is set for each name that is asked for */
struct mmx_btf_asked {
	uint64_t bits[(1 << MMX_BTF_ASKED_BITS) / 64];
};

/** mmx_btf_asked_new() - of all those names; NULL without memory. From malloc(). */
struct mmx_btf_asked *mmx_btf_asked_new(void);

/** mmx_btf_key_of() - the key of a name whose first eight bytes, or more than its own, those are */
static inline uint64_t mmx_btf_key_of(uint64_t bytes)
{
	const uint64_t low = 0x0101010101010101ULL, high = low << 7;
	uint64_t ends = (bytes - low) & ~bytes & high; /* the lowest bit set is of the first NUL */

	return bytes & (((ends & -ends) >> 7) - 1);
}

/** mmx_btf_key() - the key of a name: its first eight bytes */
uint64_t mmx_btf_key(const char *name);

/** mmx_btf_asked() - false when no name of that key is asked for */
static inline bool mmx_btf_asked(const struct mmx_btf_asked *a, uint64_t key)
{
	uint32_t bit = key * 0x9e3779b97f4a7c15ULL >> (64 - MMX_BTF_ASKED_BITS);

	return a->bits[bit / 64] >> bit % 64 & 1;
}

#endif
