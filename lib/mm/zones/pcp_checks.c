// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/zones/pcp.h"
#include "mm/zones/pcp_checks.h"

struct check {
	struct mmx_free_lists *lists;
	struct mmx_view *view;
	const struct mmx_mem *mem;
	const struct mmx_pcp_block *block;
	uint64_t page; /* its struct page */
	char where[64];
};

static int find(struct check *c, enum mmx_free_fault fault, const char *what)
{
	return mmx_free_find(&c->lists->findings, fault, c->block->zone, c->page,
			     "PFN 0x%" PRIx64 ": %s (%s)", c->block->pfn, what, c->where);
}

static void describe(struct check *c)
{
	const struct mmx_pcp_block *b = c->block;

	c->page = mmx_page_addr(&c->mem->vmemmap, b->pfn);
	if (b->cpu == MMX_PCP_WAITING)
		snprintf(c->where, sizeof(c->where), "freed without the zone's lock");
	else
		snprintf(c->where, sizeof(c->where), "CPU %u, list %u", b->cpu, b->list);
}

static int check_zone(struct check *c, uint64_t flags)
{
	const struct mmx_zone *zone =
		mmx_zone_of(&c->mem->zones, mmx_flag_field(&c->mem->flags, FIELD_NODE, flags),
			    mmx_flag_field(&c->mem->flags, FIELD_ZONE, flags));

	return zone == c->block->zone ? 0 : find(c, MMX_FREE_ZONE, "it is of another zone");
}

/* What a free page is not: held, mapped, or of a type. */
static int check_page(struct check *c, const unsigned char *bytes)
{
	const struct mmx_page_format *f = &c->mem->page_format;
	int64_t refcount = mmx_int(bytes, f->refcount), mapcount = mmx_int(bytes, f->mapcount);
	char text[80];

	if (refcount) {
		snprintf(text, sizeof(text), "its reference count is %" PRId64 " and not 0",
			 refcount);
		if (find(c, MMX_FREE_HELD, text))
			return -1;
	}
	if (mapcount != -1) {
		snprintf(text, sizeof(text),
			 "its page type word is 0x%08" PRIx32 ", not that of no type",
			 (uint32_t)mapcount);
		if (find(c, MMX_FREE_NOT_FREE, text))
			return -1;
	}
	return check_zone(c, mmx_word(bytes, f->flags));
}

/* Blocks stand by frame, so two that overlap are neighbours, or have only such between them. */
static int check_twice(struct check *c, const struct mmx_pcp_block *before)
{
	char text[120];

	if (!before || c->block->pfn >= before->pfn + (1ULL << before->order))
		return 0;
	if (before->cpu == MMX_PCP_WAITING)
		snprintf(text, sizeof(text), "it is among those freed without a lock as well");
	else
		snprintf(text, sizeof(text), "it is on list %u of CPU %u as well", before->list,
			 before->cpu);
	return find(c, MMX_FREE_TWICE, text);
}

/* A block of the buddy allocator that the frame is in; what is on no list of its is none. */
static bool in_free_block(const struct check *c, uint64_t pfn, uint64_t *head)
{
	const struct mmx_page_format *f = &c->mem->page_format;
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t got;

	for (unsigned int order = 0; order < c->lists->orders; order++) {
		*head = pfn & ~((1ULL << order) - 1);
		if (mmx_page_heads_has(&c->lists->heads, c->view->kernel, *head) &&
		    !mmx_pages_read(c->view, *head, 1, bytes, &got) &&
		    mmx_word(bytes, f->private) >= order)
			return true;
	}
	return false;
}

static int check_buddies(struct check *c)
{
	uint64_t head, end = c->block->pfn + (1ULL << c->block->order);
	char text[80];
	bool in = in_free_block(c, c->block->pfn, &head);

	for (uint64_t pfn = c->block->pfn + 1; !in && pfn < end; pfn++) {
		head = pfn;
		in = mmx_page_heads_has(&c->lists->heads, c->view->kernel, pfn);
	}
	if (!in)
		return 0;
	snprintf(text, sizeof(text), "it is in the free block at PFN 0x%" PRIx64 " as well", head);
	return find(c, MMX_FREE_TWICE, text);
}

static int check_block(struct check *c, const struct mmx_pcp_block *before)
{
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t got;

	describe(c);
	if (c->block->pfn & ((1ULL << c->block->order) - 1) &&
	    find(c, MMX_FREE_ALIGN, "no block of its order begins there"))
		return -1;
	if (check_twice(c, before) || check_buddies(c))
		return -1;
	return mmx_pages_read(c->view, c->block->pfn, 1, bytes, &got) ? 0 : check_page(c, bytes);
}

int mmx_pcp_check(struct mmx_free_lists *lists, struct mmx_view *view)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(view);
	const struct mmx_pcp_block *before = NULL;
	struct check c = {.lists = lists, .view = view, .mem = mmx_mem(view->kernel)};

	for (size_t i = 0; i < pcp->blocks.n; i++) {
		c.block = &pcp->blocks.v[i];
		if (check_block(&c, before))
			return -1;
		if (!before ||
		    c.block->pfn + (1ULL << c.block->order) > before->pfn + (1ULL << before->order))
			before = c.block;
	}
	return 0;
}
