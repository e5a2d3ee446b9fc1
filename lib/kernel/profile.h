// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Built-in profiles: figures of kernel series, read off real kernels, for a dump that tells nothing
 * of its own types. A profile lists only what no configuration option of the series changes, and
 * whoever uses it is told that its answers are assumed.
 */
#ifndef MMX_KERNEL_PROFILE_H
#define MMX_KERNEL_PROFILE_H

#include <stdint.h>

/**
 * struct mmx_profile_member - one member; those of anonymous structs stand where they lie
 * @type: as C writes it; arrays and pointers are recognised by it
 * @bit, @bits: of a bit-field: its first bit in the byte at @offset, and its width; else 0
 */
struct mmx_profile_member {
	const char *name;
	const char *type;
	uint16_t offset;
	uint16_t size;
	uint8_t bit;
	uint8_t bits;
};

/* Lists end with a name of NULL. */
struct mmx_profile_struct {
	const char *name;
	uint16_t size;
	const struct mmx_profile_member *members;
};

struct mmx_profile_enumerator {
	const char *name;
	int64_t value;
};

struct mmx_profile_enum {
	const char *name;
	const struct mmx_profile_enumerator *enumerators;
};

/** struct mmx_profile - the series @major.@minor and no other: between any two something moves */
struct mmx_profile {
	unsigned int major, minor;
	const struct mmx_profile_struct *structs;
	const struct mmx_profile_enum *enums;
};

extern const struct mmx_profile mmx_profile_6_8;
extern const struct mmx_profile mmx_profile_6_14;

#endif
