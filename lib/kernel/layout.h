// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout table: every struct, member and enumerator of the kernel that mmx uses, declared once
 * in layout.def and resolved once at open. Code asks this table, never a provider of types.
 *
 *	mmx_has(l, M_page_memcg_data)          does this kernel have it?
 *	mmx_off(l, M_zone_name)                its offset, for address arithmetic
 *	mmx_get(l, M_page_flags, bytes)        its value, out of bytes read from the struct's start
 *	mmx_size(l, S_page)                    size of a struct
 *	mmx_enum(l, E_PG_slab)                 value of an enumerator
 *
 * Asking for the offset of a member that was not found is a bug in mmx, not in the dump: commands
 * declare what they need, and required members are checked before they run.
 */
#ifndef MMX_KERNEL_LAYOUT_H
#define MMX_KERNEL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "kernel/types.h"

/**
 * enum mmx_need - how much depends on a declaration
 * @MMX_REQUIRED: some command cannot work without it
 * @MMX_OPTIONAL: kernels without it exist
 * @MMX_MODULE: optional, and of something that can be a module: the modules' types are asked too
 */
enum mmx_need { MMX_REQUIRED, MMX_OPTIONAL, MMX_MODULE };

#define MMX_LAYOUT_ALTERNATIVES 4

enum mmx_layout_struct {
#define STRUCT(name, need, ...) S_##name,
#define MEMBER(strct, name, need, ...)
#define ENUMERATOR(name, need, ...)
#include "kernel/layout.def"
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR
	MMX_LAYOUT_STRUCTS
};

enum mmx_layout_member {
#define STRUCT(name, need, ...)
#define MEMBER(strct, name, need, ...) M_##strct##_##name,
#define ENUMERATOR(name, need, ...)
#include "kernel/layout.def"
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR
	MMX_LAYOUT_MEMBERS
};

enum mmx_layout_enumerator {
#define STRUCT(name, need, ...)
#define MEMBER(strct, name, need, ...)
#define ENUMERATOR(name, need, ...) E_##name,
#include "kernel/layout.def"
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR
	MMX_LAYOUT_ENUMERATORS
};

/**
 * struct mmx_layout_decl - a line of layout.def
 * @owner: the struct's table entry for a member, the enum's name for an enumerator
 * @alt: what the kernel calls it and has called it, in the order in which the names are tried
 */
struct mmx_layout_decl {
	const char *name;
	const char *owner;
	enum mmx_need need;
	const char *alt[MMX_LAYOUT_ALTERNATIVES];
};

/** struct mmx_layout_found - what became of a declaration */
struct mmx_layout_found {
	int8_t provider; /* index into struct mmx_types, or -1 when not found */
	int8_t alt;      /* which of the names it has in this kernel */
	uint64_t value;  /* size of a struct, value of an enumerator */
	struct mmx_member m;
};

struct mmx_layout {
	const struct mmx_types *types;
	struct mmx_layout_found strct[MMX_LAYOUT_STRUCTS];
	struct mmx_layout_found member[MMX_LAYOUT_MEMBERS];
	struct mmx_layout_found enumerator[MMX_LAYOUT_ENUMERATORS];
};

extern const struct mmx_layout_decl mmx_layout_structs[MMX_LAYOUT_STRUCTS];
extern const struct mmx_layout_decl mmx_layout_members[MMX_LAYOUT_MEMBERS];
extern const struct mmx_layout_decl mmx_layout_enumerators[MMX_LAYOUT_ENUMERATORS];

/** mmx_layout_resolve() - look up every declaration */
void mmx_layout_resolve(struct mmx_layout *l, const struct mmx_types *types);

/**
 * mmx_layout_resolve_modules() - look up once more what modules may have
 * To be called when the modules' types have joined the others: asking those for everything would
 * load the types of every module for nothing.
 */
void mmx_layout_resolve_modules(struct mmx_layout *l);

/** mmx_layout_require() - 0 when all @n members are there, else -1 and an error naming the first that is not */
int mmx_layout_require(const struct mmx_layout *l, const enum mmx_layout_member *ids,
		       unsigned int n, struct mmx_err *err);

static inline bool mmx_has(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return l->member[id].provider >= 0;
}

static inline bool mmx_has_struct(const struct mmx_layout *l, enum mmx_layout_struct id)
{
	return l->strct[id].provider >= 0;
}

static inline bool mmx_has_enum(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return l->enumerator[id].provider >= 0;
}

static inline uint64_t mmx_off(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return l->member[id].m.bit_off / 8;
}

static inline uint64_t mmx_size(const struct mmx_layout *l, enum mmx_layout_struct id)
{
	return l->strct[id].value;
}

static inline int64_t mmx_enum(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return (int64_t)l->enumerator[id].value;
}

/** mmx_get() - a number member's value; @bytes begins where the struct does. Bit-fields work too. */
static inline uint64_t mmx_get(const struct mmx_layout *l, enum mmx_layout_member id,
			       const void *bytes)
{
	const struct mmx_member *m = &l->member[id].m;
	const unsigned char *at = (const unsigned char *)bytes + m->bit_off / 8;

	if (!m->bitfield)
		return mmx_le(at, m->size);
	return mmx_le(at, (m->bit_off % 8 + m->bit_size + 7) / 8) >> (m->bit_off % 8) &
	       (m->bit_size < 64 ? (1ULL << m->bit_size) - 1 : ~0ULL);
}

#endif
