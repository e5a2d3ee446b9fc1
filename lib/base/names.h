// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table from names to numbers. The names stay where they are and must outlive the table; a kind
 * keeps apart what may share a name, as a struct and a typedef do in C.
 */
#ifndef MMX_BASE_NAMES_H
#define MMX_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mmx_name {
	const char *name; /* NULL in an empty slot */
	uint32_t hash;
	uint32_t kind;
	uint64_t value;
};

struct mmx_names {
	struct mmx_name *slot;
	size_t n;
	size_t size; /* a power of two, or 0 */
};

/** mmx_names_reserve() - make room for @n names in all; false without memory */
bool mmx_names_reserve(struct mmx_names *t, size_t n);

/**
 * mmx_names_add() - the slot of @name, made with @value when there is none yet
 * An older entry is left as it is: the first one wins. NULL without memory, or when more names
 * share a hash than do by chance: then somebody made them so, to have the table search for ever.
 */
struct mmx_name *mmx_names_add(struct mmx_names *t, const char *name, uint32_t kind,
			       uint64_t value);

/** mmx_names_find() - the slot of @name, or NULL */
const struct mmx_name *mmx_names_find(const struct mmx_names *t, const char *name, uint32_t kind);

void mmx_names_free(struct mmx_names *t);

#endif
