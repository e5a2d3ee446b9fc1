// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classes: what a frame is used for. Every frame has exactly one class, decided by the first test
 * that holds, in an order that keeps words from being read under a meaning that they do not have on
 * that page.
 */
#ifndef MMX_MM_CLASS_H
#define MMX_MM_CLASS_H

#include <stdint.h>

#include "mm/frames/arm.h"
#include "mm/owners/marks.h"
#include "mm/frames/page.h"
#include "mm/owners/pipe.h"
#include "mm/owners/ptowner.h"
#include "mm/swap/swap.h"

enum mmx_class {
#define CLASS(id, ...) CLASS_##id,
#include "mm/frames/class.def"
#undef CLASS
	MMX_CLASS_COUNT
};

/** enum mmx_held - who holds references to a page, in bits; none of them: user page tables and caches */
enum mmx_held {
	MMX_HELD_USERS = 1, /* user page tables, whose entries its words still count */
	MMX_HELD_OWNER = 2,
	MMX_HELD_BOOT = 4, /* it is there from the boot on, and never freed by its count */
};

/** struct mmx_class_row - what is true of all pages of a class: a row of class.def */
struct mmx_class_row {
	const char *name, *words;
	enum mmx_page_type type; /* NONE: no type decides it */
	uint8_t held;            /* enum mmx_held */
	bool has_mapping, uncharged;
	const char *overlay; /* the name of a struct, or NULL */
	struct mmx_arm arms[MMX_ARMS];
};

extern const struct mmx_class_row mmx_class_rows[MMX_CLASS_COUNT];

static inline const char *mmx_class_name(enum mmx_class c)
{
	return mmx_class_rows[c].name;
}

static inline const char *mmx_class_words(enum mmx_class c)
{
	return mmx_class_rows[c].words;
}

/** mmx_class_arm() - the members in force on a walk's current page, which is of that class; or NULL */
const char *mmx_class_arm(enum mmx_class class, const struct mmx_page_walk *w);

/**
 * struct mmx_classifier - what classifying needs beside the page itself
 * @marks: frames that only their owner's lists tell; may be NULL, then those are unattributed
 * @tables: page tables by frame, for those that the kernel does not mark; may be NULL likewise
 * @pipes: the pages in pipes, which nothing marks; may be NULL likewise
 * @of_type: the class that a page type decides
 * @swaps: the swap areas, which tell whose a page without a mapping is; may be NULL, then it is one
 *         of the swap cache
 */
struct mmx_classifier {
	const struct mmx_marks *marks;
	const struct mmx_pt_owners *tables;
	const struct mmx_pipes *pipes;
	const struct mmx_swaps *swaps;
	enum mmx_class of_type[MMX_PAGE_TYPE_COUNT];
	unsigned int device_zone; /* its index, beyond all zones when there is none */
	uint64_t zsmalloc_ops,
		balloon_ops;    /* movable_operations, up to 6.16; 0 when there is none */
	uint64_t huge_zero_pfn; /* ~0 when it was never made */
	bool has_page_pool;
	uint32_t pp_magic; /* offset */
	uint64_t pp_mask;  /* bits of pp_magic that are not part of the signature */
};

/** mmx_classifier_types() - what of it needs no kernel: which page type decides which class */
void mmx_classifier_types(struct mmx_classifier *c);

void mmx_classifier_find(struct mmx_classifier *c, const struct mmx_kernel *kernel,
			 const struct mmx_marks *marks);

/** struct mmx_verdict - a class and the test that decided it, in words */
struct mmx_verdict {
	enum mmx_class class;
	const char *why;
};

/** mmx_class_marked() - whether an owner's mark may have decided it */
bool mmx_class_marked(enum mmx_class class);

/** mmx_verdict_mark() - the mark of a walk's current frame, of its folio or its own; it may be none */
enum mmx_mark mmx_verdict_mark(const struct mmx_marks *marks, const struct mmx_page_walk *w);

/** mmx_classify() - the class of a walk's current frame */
struct mmx_verdict mmx_classify(const struct mmx_classifier *c, const struct mmx_page_walk *w);

#endif
