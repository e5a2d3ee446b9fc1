// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a frame is, as two numbers by which the frames of one owner can be told from another's and added
 * up, and what that owner is called.
 */
#ifndef MMX_MM_WHOSE_H
#define MMX_MM_WHOSE_H

#include "mm/frames/class.h"
#include "mm/frames/mobility.h"

struct mmx_page_owners;
struct mmx_pipes;
struct mmx_pt_owners;
struct mmx_resources;
struct mmx_stacks;
struct mmx_vmalloc;

/**
 * struct mmx_whose - an owner
 * @class: of its frames; MMX_CLASS_COUNT stands for all owners that there was no room for
 * @key: which one of that class: a cache's address, a number of struct mmx_pt_space and one more, a task's, an
 *	address of code, ...; 0 when nothing tells
 */
struct mmx_whose {
	uint64_t key;
	uint8_t class;
};

static inline bool mmx_whose_same(const struct mmx_whose *a, const struct mmx_whose *b)
{
	return a->key == b->key && a->class == b->class;
}

/** struct mmx_whose_sources - where it is looked up; all of it found once, and then only read */
struct mmx_whose_sources {
	const struct mmx_mobility_rules *rules;
	const struct mmx_pt_owners *tables;
	const struct mmx_stacks *stacks;
	const struct mmx_vmalloc *vmalloc;
	const struct mmx_pipes *pipes;
	const struct mmx_resources *resources;
	const struct mmx_page_owners *records;
	uint32_t page_pool; /* offset in struct page; ~0 when not known */
};

void mmx_whose_sources_find(struct mmx_whose_sources *sources, struct mmx_view *view,
			    const struct mmx_mobility_rules *rules);

/** mmx_whose_page() - of a walk's current frame, which is of that class */
struct mmx_whose mmx_whose_page(const struct mmx_whose_sources *sources,
				const struct mmx_page_walk *w, enum mmx_class class);

/** mmx_whose_name() - what an owner is called: "slab cache dentry"; @size of 256 is enough */
void mmx_whose_name(const struct mmx_whose *whose, const struct mmx_whose_sources *sources,
		    struct mmx_view *view, char *text, size_t size);

#endif
