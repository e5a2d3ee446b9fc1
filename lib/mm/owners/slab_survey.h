// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All slabs there are, found by one pass over all struct pages, each with where it is and the states of its
 * objects; and what is wrong with them and with the lists that they are on. A full slab is on no list, so
 * there is no other way to all slabs of a cache.
 */
#ifndef MMX_MM_SLAB_SURVEY_H
#define MMX_MM_SLAB_SURVEY_H

#include "mm/owners/slab_lists.h"
#include "mm/owners/slab_objects.h"

/* PLACE(entry, "in words") */
#define MMX_SLAB_PLACES(PLACE)                                          \
	PLACE(CPU, "a CPU works on it")                                 \
	PLACE(CPU_PARTIAL, "a CPU's partial list")                      \
	PLACE(PARTIAL, "its node's partial list")                       \
	PLACE(NODE_FULL, "its node's list of full slabs")               \
	PLACE(FULL, "on no list, as it is full")                        \
	PLACE(RCU, "given back when readers under RCU are done")        \
	PLACE(ASIDE, "put aside by the kernel, which found it corrupt") \
	PLACE(NOWHERE, "on no list, and not full")                      \
	PLACE(KFENCE, "KFENCE's")                                       \
	PLACE(STRAY, "of no cache that there is")

enum mmx_slab_place {
#define PLACE(id, words) MMX_SLAB_IN_##id,
	MMX_SLAB_PLACES(PLACE)
#undef PLACE
		MMX_SLAB_PLACE_COUNT
};

const char *mmx_slab_place_words(unsigned int place);

/**
 * struct mmx_slab_row - a slab
 * @cache: its number, or MMX_SLAB_NO_CACHE
 * @pages: frames that it has
 * @cpu: that holds it, in places CPU and CPU_PARTIAL
 * @owners: it has a vector of whom its objects are charged to, or of allocation tags
 * @followed: the states of its objects are known, or why not is told by the findings and the coverage
 * @count: how many objects are in each state
 */
struct mmx_slab_row {
	uint64_t pfn;
	uint32_t cache, pages, cpu;
	uint16_t node, objects, inuse;
	uint8_t place;
	bool owners, followed, bad;
	uint16_t count[MMX_OBJECT_STATE_COUNT];
};

/** struct mmx_slab_sum - of a cache, or of all; of KFENCE's there is only the number, in @place */
struct mmx_slab_sum {
	uint64_t slabs, bytes, objects, inuse, empty, with_owners;
	uint64_t full;  /* slabs all of whose objects are in use, a CPU's own among them */
	uint64_t slack; /* bytes of slabs behind their last objects */
	uint64_t place[MMX_SLAB_PLACE_COUNT];
	uint64_t count[MMX_OBJECT_STATE_COUNT];
};

/**
 * struct mmx_slab_survey - the outcome
 * @coverage: what of the struct pages, the slabs and their lists could not be read
 * @v: of each cache, as mmx_slab_caches has them
 * @all: of all of them, and of stray slabs and KFENCE's
 * @missing: frames whose struct pages could not be read
 * @large_kmalloc: bytes of kmalloc() without a slab, where such pages have a type, since 6.15
 * @rows: of the cache that was asked for, by PFN
 */
struct mmx_slab_survey {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_sum);
	struct mmx_slab_sum all;
	struct mmx_slab_lists lists;
	struct mmx_slab_findings findings;
	uint64_t missing, large_kmalloc;
	struct {
		MMX_ARRAY(struct mmx_slab_row);
	} rows;
};

/**
 * struct mmx_slab_survey_how - what is asked for
 * @quick: do not look into slabs: no free list is followed, and nothing is known of single objects
 * @only: the number of the cache whose slabs are wanted as @rows, and whose alone are looked into; or
 *        MMX_SLAB_NO_CACHE
 * @progress: or NULL
 */
struct mmx_slab_survey_how {
	bool quick;
	uint32_t only;
	void (*progress)(void *arg, int percent);
	void *progress_arg;
};

/** mmx_slab_survey() - on as many threads as the kernel may have; -1 without memory or stopped */
int mmx_slab_survey(struct mmx_slab_survey *s, const struct mmx_slab_caches *caches,
		    struct mmx_view *view, const struct mmx_slab_survey_how *how,
		    struct mmx_err *err);
void mmx_slab_survey_free(struct mmx_slab_survey *s);

/** mmx_slab_row_of() - the one slab; the walk's current frame is its first */
void mmx_slab_row_of(struct mmx_slab_row *row, const struct mmx_slab *slab,
		     const struct mmx_slab_caches *caches, const struct mmx_slab_lists *lists,
		     const struct mmx_view *view);

#endif
