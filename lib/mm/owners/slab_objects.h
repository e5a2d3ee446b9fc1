// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slab and its objects: the slab that a page belongs to, the object that an address falls in, and
 * whether each object is allocated. An object is free when a list says so: the slab's own, that of
 * the CPU that works on the slab, or one of those kept aside (slab_kept.h). What none of them holds
 * counts as allocated, so nothing is called allocated when a list could not be followed to its end, or
 * when the slab is frozen and no CPU has it: then its free objects are on nobody's list.
 *
 * Those that a caller took in a sheaf of its own are allocated, to that caller.
 */
#ifndef MMX_MM_SLAB_OBJECTS_H
#define MMX_MM_SLAB_OBJECTS_H

#include "mm/frames/page_walk.h"
#include "kernel/decode.h"
#include "mm/owners/slab_caches.h"

/** MMX_SLAB_OBJECTS_MAX - what the kernel's count of a slab's objects can hold */
#define MMX_SLAB_OBJECTS_MAX 32767

/**
 * struct mmx_slab - a slab
 * @cache: NULL when @cache_addr is none of the caches; then nothing is known of its objects
 * @on_cpu: the CPU that holds it, or NULL
 * @base: where its memory begins in the direct map
 * @inuse: objects not on @freelist; a CPU's own free objects are among them
 * @owners: its word of whom its objects are charged to, and of their allocation tags
 * @stride: bytes from one word of those to the next, where the kernel says that; else 0
 * @rcu_func: what RCU is to call, when the slab waits for that; otherwise a part of a list
 * @kfence: a page of KFENCE's, which holds one object and no list
 * @bad: why what it says of itself cannot be; NULL normally
 */
struct mmx_slab {
	const struct mmx_slab_cache *cache;
	const struct mmx_slab_on_cpu *on_cpu;
	uint64_t cache_addr;
	uint64_t pfn, page, base, bytes;
	uint64_t freelist, owners, rcu_func;
	uint32_t objects, inuse, node, stride;
	bool frozen, kfence;
	const char *bad;
};

/** mmx_slab_table - what of struct slab is read, into a struct mmx_slab */
extern const struct mmx_decode mmx_slab_table;

/** mmx_slab_decode() - the slab of a walk's current frame, whose folio is one; for @slabs_known */
void mmx_slab_decode(struct mmx_slab *slab, const struct mmx_slab_caches *caches,
		     const struct mmx_page_walk *w);

/** mmx_slab_cache_of() - the cache of the same slab, by that word alone; NULL when it is none of them */
const struct mmx_slab_cache *mmx_slab_cache_of(const struct mmx_slab_caches *caches,
					       const struct mmx_page_walk *w);

/** mmx_slab_is_kfence() - whether the same slab is of KFENCE's pool, and of no cache */
bool mmx_slab_is_kfence(const struct mmx_slab_caches *caches, const struct mmx_page_walk *w);

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
 * @kept: what is kept aside of it, whatever became of that
 * @own_faults: contradictions that are the slab's own; others of @coverage are those of its cache's lists
 * @coverage: why a free list could not be followed, or contradicts the slab's count
 * @count: how many are in each state
 */
struct mmx_slab_objects {
	struct mmx_coverage coverage;
	uint32_t n, kept;
	uint64_t own_faults;
	uint32_t count[MMX_OBJECT_STATE_COUNT];
	uint8_t state[MMX_SLAB_OBJECTS_MAX];
};

/** mmx_slab_objects_find() - follow all lists that a slab's free objects can be on; -1 without a cache */
int mmx_slab_objects_find(struct mmx_slab_objects *objects, const struct mmx_slab_caches *caches,
			  const struct mmx_slab *slab, struct mmx_view *view, struct mmx_err *err);

#endif
