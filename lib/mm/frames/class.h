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
#include "mm/frames/page_walk.h"

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
	MMX_HELD_BOOT = 4,  /* it is there from the boot on, and never freed by its count */
	MMX_HELD_PARTS = 8, /* by an owner of pieces of it, once for each of them */
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
 * @first: owners that are asked before a page's mapping
 * @last: owners that are asked when nothing else tells; may be NULL, then such frames are unattributed
 * @balloons: pages that are marked as offline, and that a driver's list has
 * @of_type: the class that a page type decides
 * @silent: the flags that do not decide a class by themselves
 * @some_apart: some sections are offline, or of a device
 */
struct mmx_classifier {
	const struct mmx_owner_map *first, *last;
	const struct mmx_balloons *balloons;
	enum mmx_class of_type[MMX_PAGE_TYPE_COUNT];
	unsigned int device_zone; /* its index, beyond all zones when there is none */
	uint64_t zsmalloc_ops,
		balloon_ops;    /* movable_operations, up to 6.16; 0 when there is none */
	uint64_t huge_zero_pfn; /* ~0 when it was never made */
	bool has_page_pool;
	uint32_t pp_magic; /* offset */
	uint64_t pp_mask;  /* bits of pp_magic that are not part of the signature */
	uint64_t silent, zone_mask;
	unsigned int zone_shift;
	bool some_apart;
};

/** mmx_classifier_types() - what of it needs no kernel: which page type decides which class */
void mmx_classifier_types(struct mmx_classifier *c);

/**
 * mmx_classifier_find() - for the pages of a kernel
 * @last: those owners are asked as well; that takes longer the first time
 */
void mmx_classifier_find(struct mmx_classifier *c, struct mmx_view *view, bool last);

/**
 * struct mmx_verdict - a class and the test that decided it, in words
 * @owner: the kind of owner that has the frame, a number of enum mmx_owner; MMX_OWNERS when none decided
 */
struct mmx_verdict {
	const char *why;
	enum mmx_class class;
	uint8_t owner; /* two words in all: each frame has one returned */
};

/**
 * mmx_verdict_rests_on() - whether it holds only since a kind of owner does not have the frame
 * So it is in doubt where not all of that kind are known.
 */
bool mmx_verdict_rests_on(const struct mmx_verdict *verdict, unsigned int owner);

/** enum mmx_in_cache - whether the page cache of a folio's mapping has the folio */
enum mmx_in_cache {
	MMX_IN_CACHE_NOWHERE, /* it has no mapping */
	MMX_IN_CACHE_YES,     /* also where nothing tells how to ask */
	MMX_IN_CACHE_NOT,     /* the mapping is only what it is mapped through */
	MMX_IN_CACHE_UNKNOWN, /* the page cache could not be searched */
};

/** mmx_page_in_cache() - the same of a walk's current folio; unknown fills @err */
enum mmx_in_cache mmx_page_in_cache(const struct mmx_page_walk *w, struct mmx_err *err);

/** mmx_classify() - the class of a walk's current frame */
struct mmx_verdict mmx_classify(const struct mmx_classifier *c, const struct mmx_page_walk *w);

/** mmx_classify_fully() - the same; owners that are asked last are found when it is nobody else's */
struct mmx_verdict mmx_classify_fully(struct mmx_classifier *c, const struct mmx_page_walk *w);

/** mmx_classify_run() - the same, of all frames of a step: a run is cut where an owner has a frame of it */
struct mmx_verdict mmx_classify_run(const struct mmx_classifier *c, struct mmx_page_walk *w);

#endif
