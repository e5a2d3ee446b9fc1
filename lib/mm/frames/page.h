// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * struct page and folio: what the words of a page mean on this kernel. How they are read is
 * worked out once (struct mmx_page_format); pages are then decoded in bulk by a walk that knows,
 * for each one, the folio that it belongs to.
 */
#ifndef MMX_MM_PAGE_H
#define MMX_MM_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"

struct mmx_kernel;
struct mmx_view;

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

/** enum mmx_hugetlb_test - how this kernel tells a hugetlb folio */
enum mmx_hugetlb_test {
	MMX_HUGETLB_NONE, /* it has none, or how it tells is not known */
	MMX_HUGETLB_DTOR, /* a byte of page 1, up to 6.5 */
	MMX_HUGETLB_FLAG, /* page 1's PG_hugetlb */
	MMX_HUGETLB_TYPE, /* the head's page type */
};

/** enum mmx_mapped_test - how a large folio counts its mappings */
enum mmx_mapped_test {
	MMX_MAPPED_PAGES, /* 6.1: the whole folio's count and each page's own */
	MMX_MAPPED_NR,    /* since 6.2 also how many of its pages are mapped */
	MMX_MAPPED_LARGE, /* _large_mapcount */
};

#define MMX_NO_BIT 64

/** MMX_BLOCK_ORDERS - orders that a free block can have: 0 to 10 in every configuration of x86_64 */
#define MMX_BLOCK_ORDERS 11

/**
 * struct mmx_page_format - how struct page is read on this kernel
 * Offsets are bytes from the head page's start; those of a folio's second page lie beyond @size.
 * A bit that this kernel does not have is MMX_NO_BIT, which no flags word has set.
 */
struct mmx_page_format {
	uint32_t size;
	uint32_t flags, link, mapping, index, private, mapcount, refcount, memcg;
	bool has_memcg;

	enum mmx_type_scheme type_scheme;
	uint32_t type_base;
	uint32_t type_code[MMX_PAGE_TYPE_COUNT]; /* 0: this kernel has no such type */
	int32_t type_below; /* a word below this one is a type, not a mapcount */

	bool slab_is_type;
	enum mmx_hugetlb_test hugetlb;
	uint32_t dtor, hugetlb_dtor;
	bool order_is_byte; /* a byte of page 1, up to 6.5; later the low byte of its flags */
	uint32_t order;
	enum mmx_mapped_test mapped;
	uint32_t entire_mapcount, large_mapcount, nr_pages_mapped;
	bool may_not_count_pages; /* since 6.15 it is a choice of the configuration */
	bool has_pincount;
	uint32_t pincount;
	bool mask_links; /* a tail's link may be a mask, since 7.1 */
	bool fake_heads; /* optimised huge pages repeat their head, up to 7.0 */

	uint8_t head, slab, hugetlb_flag, large_rmappable, double_map, lru, reserved, swapbacked,
		swapcache, hwpoison, writeback;
};

/** mmx_pages_find() - fill mmx_mem(kernel)->page_format and its fact */
void mmx_pages_find(struct mmx_kernel *kernel);

/** mmx_bit() - a bit of a flags word */
static inline bool mmx_bit(uint64_t word, unsigned int bit)
{
	return bit < 64 && word >> bit & 1;
}

enum mmx_page_type mmx_page_type_of(const struct mmx_page_format *f, uint32_t word);

/**
 * struct mmx_folio - the folio that a page belongs to; a page of its own is one of order 0
 * @bytes: its first struct pages, four of them or all that it has
 * @read: how these stand; unless they were read nothing but @head is known of the folio, and @bytes
 *        are zeros, which nobody must take for an answer
 * @bad: why what the pages say of it cannot be; NULL normally. A page whose link leads astray has no
 *       folio that could be read; when only the order is bad, @order says 0 and the rest stands
 */
struct mmx_folio {
	uint64_t head; /* PFN */
	uint64_t flags;
	const unsigned char *bytes;
	enum mmx_read read;
	const char *bad;
	uint8_t order;
	bool large; /* PG_head is set */
	bool hugetlb, slab;
	enum mmx_page_type type;
};

/**
 * struct mmx_page_walk - a walk over frames in ascending order
 * @pfn: the current frame
 * @frames: how many frames, from @pfn on, this step stands for: 1 when the page was read, and a
 *          whole run of frames whose struct pages are equally missing when not
 * @read: how its struct page stands
 * @bytes: the struct page
 * @folio: the folio that it belongs to
 * @tail: it is not the first page of that folio
 * @type: what this very page's type word says
 * @block_type: of the last block that the walk came to which only its first page's type tells:
 *              free memory, or guard pages. Each block has that type and its order there, and
 *              nothing on its other pages
 * @block_head, @block_end: its frames; the current one is in it when it is below @block_end
 * @lost_end, @lost: frames below it may lie in such a block whose head's struct page could not be
 *                   read, and why not
 */
struct mmx_page_walk {
	uint64_t pfn, frames;
	enum mmx_read read;
	const unsigned char *bytes;
	struct mmx_folio folio;
	bool tail;
	enum mmx_page_type type;
	enum mmx_page_type block_type;
	uint64_t block_head, block_end;
	uint64_t lost_end;
	enum mmx_read lost;

	struct mmx_view *view;
	uint64_t end;
	unsigned char *buffer;
	uint64_t first, got; /* frames in the buffer */
	uint64_t folio_end;
	bool mapped_known, mapped; /* mmx_folio_mapped() of the current folio */
	enum mmx_read mapped_read;
	bool counted_known; /* mmx_folio_counted() of the current folio */
	int counted;
	unsigned char saved[4 * 256]; /* a folio's first pages when they are not in the buffer */
};

/** mmx_page_walk_begin() - prepare to walk frames [start, end); -1 without memory */
int mmx_page_walk_begin(struct mmx_page_walk *w, struct mmx_view *view, uint64_t start,
			uint64_t end, struct mmx_err *err);

/** mmx_page_walk_next() - step to the first or next frame; false behind the last one, or when stopped */
bool mmx_page_walk_next(struct mmx_page_walk *w);

void mmx_page_walk_end(struct mmx_page_walk *w);

/*
 * Counts, by the kernel's own rules. All of them unbiased: 0 is not mapped. What they return says how
 * the struct pages stand that a count rests on; without all of these there is no count.
 */

/** mmx_folio_mapped() - whether user page tables map any of it; 6.1 has to look at every page */
enum mmx_read mmx_folio_mapped(struct mmx_page_walk *w, bool *mapped);

/** mmx_folio_anon() - whether its mapping word says anonymous; the folio must have been read */
bool mmx_folio_anon(const struct mmx_page_walk *w);

/** mmx_folio_mapcount() - how many user page-table entries map any of the folio, large entries once */
enum mmx_read mmx_folio_mapcount(const struct mmx_page_walk *w, int64_t *count);

/**
 * mmx_page_mapcount() - how many user page-table entries map this very page
 * Where the kernel does not count pages of large folios one by one it is the folio's average, rounded
 * as the kernel does it.
 */
enum mmx_read mmx_page_mapcount(struct mmx_page_walk *w, int64_t *count);

/** enum mmx_counted - whether a kernel counts the mappings of each page of a large folio */
enum mmx_counted {
	MMX_COUNTED_UNKNOWN, /* this folio does not tell: no entry maps a page of it by itself */
	MMX_COUNTED_PAGES,
	MMX_COUNTED_FOLIO, /* CONFIG_NO_PAGE_MAPCOUNT: only the folio as a whole is counted */
};

/** mmx_folio_counted() - what the current folio tells of that, unless struct pages of it are missing */
enum mmx_read mmx_folio_counted(struct mmx_page_walk *w, enum mmx_counted *counted);

static inline uint64_t mmx_word(const unsigned char *bytes, uint32_t offset)
{
	uint64_t v;

	__builtin_memcpy(&v, bytes + offset, sizeof(v));
	return v;
}

static inline int32_t mmx_int(const unsigned char *bytes, uint32_t offset)
{
	int32_t v;

	__builtin_memcpy(&v, bytes + offset, sizeof(v));
	return v;
}

/** mmx_is_tail() - whether a struct page's link word says that it is a tail */
static inline bool mmx_is_tail(const struct mmx_page_format *f, const unsigned char *bytes)
{
	return mmx_word(bytes, f->link) & 1;
}

/** mmx_heads_block() - whether a page of this type tells for a whole block, as its first page */
static inline bool mmx_heads_block(enum mmx_page_type type)
{
	return type == MMX_PAGE_BUDDY || type == MMX_PAGE_GUARD;
}

/**
 * mmx_page_block() - the type of the block that the page lies in: buddy, guard, or none
 * The folio must have been read.
 */
static inline enum mmx_read mmx_page_block(const struct mmx_page_walk *w,
					   const struct mmx_page_format *f,
					   enum mmx_page_type *type)
{
	bool held = mmx_int(w->folio.bytes, f->refcount) != 0;

	*type = MMX_PAGE_NONE;
	if (mmx_heads_block(w->type))
		*type = w->type;
	else if (!held && w->pfn < w->block_end)
		*type = w->block_type;
	if (*type != MMX_PAGE_NONE || held || w->pfn >= w->lost_end || w->folio.large ||
	    w->type != MMX_PAGE_NONE)
		return MMX_READ_OK;
	return w->lost;
}

#endif
