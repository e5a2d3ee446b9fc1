// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page types: what the word says that a page has its type or its mapcount in. User memory has a
 * mapcount there, and a word far below zero is a type.
 */
#ifndef MMX_MM_PAGE_TYPE_H
#define MMX_MM_PAGE_TYPE_H

#include <stdint.h>

struct mmx_kernel;

/* TYPE(entry, "name"): what a page type word can say */
#define MMX_PAGE_TYPES(TYPE)                 \
	TYPE(NONE, "none")                   \
	TYPE(BUDDY, "buddy")                 \
	TYPE(OFFLINE, "offline")             \
	TYPE(TABLE, "table")                 \
	TYPE(GUARD, "guard")                 \
	TYPE(HUGETLB, "hugetlb")             \
	TYPE(SLAB, "slab")                   \
	TYPE(ZSMALLOC, "zsmalloc")           \
	TYPE(UNACCEPTED, "unaccepted")       \
	TYPE(LARGE_KMALLOC, "large_kmalloc") \
	TYPE(NETPP, "netpp")                 \
	TYPE(UNKNOWN, "unknown type")

enum mmx_page_type {
#define TYPE(id, name) MMX_PAGE_##id,
	MMX_PAGE_TYPES(TYPE)
#undef TYPE
		MMX_PAGE_TYPE_COUNT
};

const char *mmx_page_type_name(enum mmx_page_type type);

/** enum mmx_type_scheme - how the type word encodes types */
enum mmx_type_scheme {
	MMX_TYPES_CLEAR_BITS, /* a base of set bits, and a cleared bit a type */
	MMX_TYPES_BYTE,       /* the top byte, since 6.12 */
};

/**
 * struct mmx_page_types - how this kernel's word is read
 * @code: of each type; 0 when this kernel has no such type
 * @below: a word below this one is a type, not a mapcount
 */
struct mmx_page_types {
	enum mmx_type_scheme scheme;
	uint32_t base;
	uint32_t code[MMX_PAGE_TYPE_COUNT];
	int32_t below;
};

/** mmx_page_types_find() - by the enumerators that this kernel has */
void mmx_page_types_find(const struct mmx_kernel *kernel, struct mmx_page_types *types);

/** mmx_page_type_coded() - the type that a word below @types->below says */
enum mmx_page_type mmx_page_type_coded(const struct mmx_page_types *types, uint32_t word);

/** mmx_page_type_of() - the type that a word says, NONE for a mapcount */
static inline enum mmx_page_type mmx_page_type_of(const struct mmx_page_types *types, uint32_t word)
{
	return (int32_t)word >= types->below ? MMX_PAGE_NONE : mmx_page_type_coded(types, word);
}

#endif
