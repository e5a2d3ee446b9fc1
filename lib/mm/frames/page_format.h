// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The format of struct page and folio on this kernel: which word is where, which bit is which. It is
 * worked out once, each part by the file that reads it: page_type.c, tail_link.c, folio.c, mapcount.c.
 */
#ifndef MMX_MM_PAGE_FORMAT_H
#define MMX_MM_PAGE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "mm/frames/page_type.h"

/** enum mmx_hugetlb_test - how this kernel tells a hugetlb folio */
enum mmx_hugetlb_test {
	MMX_HUGETLB_NONE, /* it has none, or how it tells is not known */
	MMX_HUGETLB_DTOR, /* a byte of page 1, up to 6.5 */
	MMX_HUGETLB_FLAG, /* page 1's PG_hugetlb, 6.6 to 6.8 */
	MMX_HUGETLB_TYPE, /* the head's page type, since 6.9; in stable releases since 6.8.9 and 6.6.30 */
};

/** enum mmx_mapped_test - how a large folio counts its mappings */
enum mmx_mapped_test {
	MMX_MAPPED_PAGES, /* 6.1: the whole folio's count and each page's own */
	MMX_MAPPED_NR,    /* 6.2 to 6.9: also how many of its pages are mapped */
	MMX_MAPPED_LARGE, /* since 6.10: _large_mapcount */
};

#define MMX_NO_BIT 64

/** MMX_STRUCT_PAGE_MAX - bytes that a struct page may have */
#define MMX_STRUCT_PAGE_MAX 256u

/** MMX_HEAD_PAGES - the struct pages of a folio that hold its own fields */
#define MMX_HEAD_PAGES 4u

/**
 * struct mmx_page_format - how struct page is read on this kernel
 * Offsets are bytes from the head page's start; those of a folio's second page lie beyond @size.
 * A bit that this kernel does not have is MMX_NO_BIT, which no flags word has set.
 */
struct mmx_page_format {
	uint32_t size;
	uint32_t flags, link, mapping, index, private, mapcount, refcount, memcg;
	bool has_memcg;

	struct mmx_page_types types;
	bool mask_links; /* a tail's link may be a mask, since 7.1 */
	bool fake_heads; /* optimised huge pages repeat their head, up to 7.0 */

	bool slab_is_type; /* since 6.10; before that a flag */
	enum mmx_hugetlb_test hugetlb;
	uint32_t dtor, hugetlb_dtor;
	bool index_in_huge_pages; /* hugetlb's, up to 6.6 */
	bool order_is_byte;       /* a byte of page 1, up to 6.5; later the low byte of its flags */
	uint32_t order;

	enum mmx_mapped_test mapped;
	uint32_t entire_mapcount, large_mapcount, nr_pages_mapped;
	bool may_not_count_pages; /* since 6.15 it is a choice of the configuration */
	bool has_pincount;
	uint32_t pincount;

	uint8_t head, slab, hugetlb_flag, large_rmappable, double_map, lru, reserved, swapbacked,
		swapcache, hwpoison, writeback;
};

/** mmx_page_format_find() - -1 without what no page can be read without; needs vmemmap */
int mmx_page_format_find(const struct mmx_kernel *kernel, struct mmx_page_format *f,
			 struct mmx_err *err);

/** mmx_bit() - a bit of a flags word */
static inline bool mmx_bit(uint64_t word, unsigned int bit)
{
	return bit < 64 && word >> bit & 1;
}

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

#endif
