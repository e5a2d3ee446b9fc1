// SPDX-License-Identifier: GPL-2.0-or-later
/* A page cache made by a test: three folios, one of them large, and a number in a node of 64 slots. */
#ifndef MMX_TESTS_PAGE_CACHE_H
#define MMX_TESTS_PAGE_CACHE_H

#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/files/cached.h"
#include "unit.h"

#define FRAMES    128u
#define SIZE      64u /* of a struct page */
#define BASE      0xffffea0000000000ULL
#define FLAG_HEAD 16
#define SHADOW    0x1234567u
#define SLOTS     64u

struct page {
	uint64_t flags, link, lru, mapping, index, rest[3];
};

struct node {
	uint8_t shift, offset, pad[6];
	uint64_t parent, slots[SLOTS];
};

struct space {
	uint64_t lock, head; /* of its xarray */
};

/* Frames of the folios, and which indices they are at: a small one, one of four pages, a small one. */
enum { SMALL = 10, LARGE = 16, LAST = 20, LARGE_AT = 4, SHADOW_AT = 9, LAST_AT = 63 };

static struct fake_memory *m;
static struct mmx_mapping mapping;
static uint64_t node;

static inline struct page *page(unsigned int pfn)
{
	return (struct page *)m->bytes + pfn;
}

static inline struct node *root(void)
{
	return fake_at(m, node);
}

static inline void lay_out(void)
{
	fake_no_types(m);
	fake_member(m, M_address_space_i_pages, 0, 16, 0);
	FAKE_MEMBER(m, M_xarray_xa_head, space, head);
	FAKE_MEMBER(m, M_xa_node_shift, node, shift);
	FAKE_MEMBER(m, M_xa_node_offset, node, offset);
	FAKE_MEMBER(m, M_xa_node_parent, node, parent);
	fake_member(m, M_xa_node_slots, offsetof(struct node, slots), 8 * SLOTS, SLOTS);
	fake_pages(m, BASE, FRAMES, SIZE);
	m->mem.page_format = (struct mmx_page_format){.size = SIZE,
						      .link = offsetof(struct page, link),
						      .mapping = offsetof(struct page, mapping),
						      .index = offsetof(struct page, index),
						      .order = SIZE,
						      .head = FLAG_HEAD};
}

static inline void put(unsigned int pfn, unsigned int index)
{
	*page(pfn) = (struct page){.mapping = mapping.addr, .index = index};
	root()->slots[index] = BASE + pfn * SIZE;
}

static inline void setup(void)
{
	m = fake_memory_new(1 << 20);
	lay_out();
	m->used = FRAMES * SIZE;
	node = fake_put(m, &(struct node){0}, sizeof(struct node));
	mapping = (struct mmx_mapping){.kind = MMX_MAPPING_FILE, .pages = 6};
	mapping.addr = fake_put(m, &(struct space){.head = node | 2}, sizeof(struct space));
	put(SMALL, 0);
	put(LARGE, LARGE_AT);
	put(LAST, LAST_AT);
	page(LARGE)->flags = 1u << FLAG_HEAD;
	page(LARGE + 1)->flags = 2; /* the order */
	for (unsigned int i = 1; i < 4; i++) {
		page(LARGE + i)->link = BASE + LARGE * SIZE + 1;
		root()->slots[LARGE_AT + i] = LARGE_AT << 2 | 2;
	}
	root()->slots[SHADOW_AT] = (uint64_t)SHADOW << 1 | 1;
}

static inline void teardown(void)
{
	fake_memory_free(m);
}

#endif
