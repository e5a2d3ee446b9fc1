// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Slabs: the caches, the slab that a page belongs to, the object that an address falls in, and
 * whether each object is allocated. An object is free when a list says so: the slab's own, that of
 * the CPU that works on the slab, or one of those kept aside (slab_kept.h). What none of them holds
 * counts as allocated, so nothing is called allocated when a list could not be followed to its end, or
 * when the slab is frozen and no CPU has it: then its free objects are on nobody's list.
 *
 * Those that a caller took in a sheaf of its own are allocated, to that caller.
 */
#ifndef MMX_MM_SLAB_H
#define MMX_MM_SLAB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/frames/page_walk.h"
#include "mm/owners/slab_kept.h"

/** MMX_SLAB_OBJECTS_MAX - what the kernel's count of a slab's objects can hold */
#define MMX_SLAB_OBJECTS_MAX 32767

/**
 * struct mmx_slab_cache - a kmem_cache
 * @size: bytes from one object to the next
 * @object_size: bytes that the cache's user has
 * @inuse: where the kernel's own data behind the object begin
 * @offset: where a free object keeps the pointer to the next one
 * @red_left_pad: bytes before each object, a red zone; 0 when the cache has no red zones
 * @order, @per_slab: what a new slab is made of; a slab made when memory was short can be smaller
 * @sheaves: free objects are kept in sheaves as well
 * @counted: the three numbers behind it are known
 * @nr_slabs, @nr_objects: the kernel's own counts, all nodes added up
 * @partial_free: free objects of the slabs on the nodes' partial lists. /proc/slabinfo calls
 *                all others active, those that CPUs keep free included.
 * @unseen: why not all of the CPUs' and nodes' lists could be read, a number of the caches' reasons; 0
 *          when they could
 */
struct mmx_slab_cache {
	uint64_t addr;
	char name[64];
	uint64_t random;
	uint32_t size, object_size, inuse, offset, red_left_pad;
	uint32_t order, per_slab;
	bool sheaves;
	bool counted;
	uint64_t nr_slabs, nr_objects, partial_free;
	uint32_t unseen;
};

/** struct mmx_slab_on_cpu - a slab that a CPU holds: the one it works on, or one in reserve */
struct mmx_slab_on_cpu {
	uint64_t page;     /* address of its struct page */
	uint64_t freelist; /* of the CPU; 0 for a slab in reserve */
	unsigned int cpu;
	bool active;
};

/**
 * struct mmx_slab_caches - all caches, by address
 * @on_cpu: by struct page
 * @kept: by address
 * @reasons: for the caches' @unseen
 * @unseen: why objects of any cache may be kept aside where they could not be found; 0 normally
 * @slabs_known: how struct slab is read is known
 * @kfence_pool: where the sampled allocations of KFENCE lie; 0 when it is off
 */
struct mmx_slab_caches {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_cache);
	struct {
		MMX_ARRAY(struct mmx_slab_on_cpu);
	} on_cpu;
	struct mmx_slab_kepts kept;
	struct mmx_reasons reasons;
	uint32_t unseen;
	bool slabs_known;
	uint64_t kfence_pool;
};

/** mmx_slab_caches_find() - read all caches, those before a break in their list: mmx_know_slab_caches() */
int mmx_slab_caches_find(struct mmx_slab_caches *caches, struct mmx_view *view,
			 struct mmx_err *err);
void mmx_slab_caches_free(struct mmx_slab_caches *caches);

/** mmx_slab_cache_at() - the cache at that address, or NULL */
const struct mmx_slab_cache *mmx_slab_cache_at(const struct mmx_slab_caches *caches, uint64_t addr);

/**
 * struct mmx_slab - a slab
 * @cache: NULL when @cache_addr is none of the caches; then nothing is known of its objects
 * @on_cpu: the CPU that holds it, or NULL
 * @base: where its memory begins in the direct map
 * @inuse: objects not on @freelist; a CPU's own free objects are among them
 * @kfence: a page of KFENCE's, which holds one object and no list
 * @bad: why what it says of itself cannot be; NULL normally
 */
struct mmx_slab {
	const struct mmx_slab_cache *cache;
	const struct mmx_slab_on_cpu *on_cpu;
	uint64_t cache_addr;
	uint64_t pfn, page, base, bytes;
	uint64_t freelist;
	uint32_t objects, inuse, node;
	bool frozen, kfence;
	const char *bad;
};

/** mmx_slab_decode() - the slab of a walk's current frame, whose folio is one; for @slabs_known */
void mmx_slab_decode(struct mmx_slab *slab, const struct mmx_slab_caches *caches,
		     const struct mmx_page_walk *w);

/* PART(entry, "in words") */
#define MMX_OBJECT_PARTS(PART)                                            \
	PART(BODY, "in the object")                                       \
	PART(RED_LEFT, "in the red zone before the object")               \
	PART(BEHIND, "behind the object, in what the kernel keeps there") \
	PART(SLACK, "behind the last object, in no object")

enum mmx_object_part {
#define PART(id, words) MMX_PART_##id,
	MMX_OBJECT_PARTS(PART)
#undef PART
		MMX_OBJECT_PART_COUNT
};

const char *mmx_object_part_words(enum mmx_object_part part);

/**
 * struct mmx_slab_object - what an address in a slab falls in
 * @index: which object; the number of objects for MMX_PART_SLACK
 * @addr: the address that the object's user knows
 * @offset: of the address that was asked for, from @addr; negative before the object
 */
struct mmx_slab_object {
	uint32_t index;
	enum mmx_object_part part;
	uint64_t addr;
	int64_t offset;
};

/** mmx_slab_object_at() - false when @addr is outside, or the slab's objects are not known */
bool mmx_slab_object_at(const struct mmx_slab *slab, uint64_t addr, struct mmx_slab_object *object);

/**
 * struct mmx_slab_objects - the state of each object of a slab
 * @n: objects; @state has one for each
 * @coverage: why a free list could not be followed, or contradicts the slab's count
 * @count: how many are in each state
 */
struct mmx_slab_objects {
	struct mmx_coverage coverage;
	uint32_t n;
	uint32_t count[MMX_OBJECT_STATE_COUNT];
	uint8_t state[MMX_SLAB_OBJECTS_MAX];
};

/** mmx_slab_objects_find() - follow all lists that a slab's free objects can be on; -1 without a cache */
int mmx_slab_objects_find(struct mmx_slab_objects *objects, const struct mmx_slab_caches *caches,
			  const struct mmx_slab *slab, struct mmx_view *view, struct mmx_err *err);

/** struct mmx_slab_total - a cache's slabs, counted by walking all frames */
struct mmx_slab_total {
	uint64_t slabs, pages, objects, inuse;
};

/**
 * struct mmx_slab_totals - all slabs there are
 * @v: for each cache, in the order of struct mmx_slab_caches
 * @stray: slabs whose cache is none of them
 * @missing: frames whose struct pages could not be read
 */
struct mmx_slab_totals {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_total);
	struct mmx_slab_total stray;
	uint64_t missing;
};

int mmx_slab_totals_find(struct mmx_slab_totals *totals, const struct mmx_slab_caches *caches,
			 struct mmx_view *view, struct mmx_err *err);
void mmx_slab_totals_free(struct mmx_slab_totals *totals);

#endif
