// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Slab caches, the kernel's kmem_caches, and what its CPUs and nodes keep of them: slabs that a CPU works
 * on, and objects in sheaves and barns.
 */
#ifndef MMX_MM_SLAB_CACHES_H
#define MMX_MM_SLAB_CACHES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/owners/slab_flags.h"
#include "mm/owners/slab_kept.h"

/**
 * struct mmx_slab_cache - a kmem_cache
 * @size: bytes from one object to the next
 * @object_size: bytes that the cache's user has
 * @inuse: where the kernel's own data behind the object begin
 * @offset: where a free object keeps the pointer to the next one
 * @red_left_pad: bytes before each object, a red zone; 0 when the cache has no red zones
 * @order, @per_slab: what a new slab is made of; a slab made when memory was short can be smaller
 * @sheaves: free objects are kept in sheaves as well
 * @counted: @nr_slabs and @nr_objects are known, the kernel's own counts, all nodes added up
 * @free_counted: what is free on partial lists is known
 * @partial_free: free objects of the slabs on the nodes' partial lists
 * @slabinfo_free: what /proc/slabinfo takes for that: since 6.10 an estimate where a list is long. It calls
 *                 all others active, those that CPUs keep free included.
 * @estimated: it is one
 * @flags: SLAB_*, as the cache was made (slab_flags.h); 0 when they are not known
 * @align, @ctor: of its objects
 * @refcount: names that it goes by, merged caches' included
 * @sysfs: address of its kernfs_node, or 0
 * @nth: its place in the kernel's list of caches, from 0 on
 * @name_at: address of its name, which may be longer than @name
 * @unseen: why not all of the CPUs' and nodes' lists could be read, a number of the caches' reasons; 0
 *          when they could
 * @uncounted: why something was not counted, in the same way
 */
struct mmx_slab_cache {
	uint64_t addr;
	char name[64];
	uint64_t random;
	uint32_t size, object_size, inuse, offset, red_left_pad;
	uint32_t order, per_slab;
	bool sheaves;
	bool counted, free_counted;
	bool estimated;
	uint64_t nr_slabs, nr_objects, partial_free, slabinfo_free;
	uint32_t flags, align, refcount, nth;
	uint64_t ctor, sysfs, name_at;
	uint32_t unseen, uncounted;
};

/** struct mmx_slab_on_cpu - a slab that a CPU holds: the one it works on, or a partial one */
struct mmx_slab_on_cpu {
	uint64_t page;     /* address of its struct page */
	uint64_t cache;    /* address of the cache that it should be of */
	uint64_t freelist; /* of the CPU; 0 for a partial slab */
	unsigned int cpu;
	bool active;
};

/**
 * struct mmx_slab_caches - all caches, by address
 * @listed: of @coverage, how much of the list of caches was found, whatever is wrong with one of them
 * @on_cpu: by struct page
 * @kept: by address
 * @reasons: for the caches' @unseen
 * @unseen: why objects of any cache may be kept aside where they could not be found; 0 normally
 * @nodes: that many, from 0 on, may have something of a cache
 * @slabs_known: how struct slab is read is known
 * @estimates: this kernel estimates what is free on a long list of partial slabs
 * @flags: what the caches' flags mean
 * @rcu_free_slab: the function that RCU calls for a slab that waits for it; 0 when there is none
 * @kfence_pool: where the sampled allocations of KFENCE lie; 0 when it is off
 */
struct mmx_slab_caches {
	struct mmx_coverage coverage, listed;
	MMX_ARRAY(struct mmx_slab_cache);
	struct {
		MMX_ARRAY(struct mmx_slab_on_cpu);
	} on_cpu;
	struct mmx_slab_kepts kept;
	struct mmx_reasons reasons;
	uint32_t unseen;
	unsigned int nodes;
	bool slabs_known, estimates;
	struct mmx_slab_flags flags;
	uint64_t rcu_free_slab, kfence_pool;
};

/** mmx_slab_caches_find() - read all caches, those before a break in their list: mmx_know_slab_caches() */
int mmx_slab_caches_find(struct mmx_slab_caches *caches, struct mmx_view *view,
			 struct mmx_err *err);
void mmx_slab_caches_free(struct mmx_slab_caches *caches);

/** struct mmx_slab_node_at - addresses of what a cache has of a node, 0 where it has none: a kmem_cache_node, a barn */
struct mmx_slab_node_at {
	uint64_t node, barn;
};

/** mmx_slab_node_find() - the barn hangs off the other one up to 7.0, and beside it since 7.1 */
int mmx_slab_node_find(struct mmx_view *view, uint64_t cache, unsigned int node,
		       struct mmx_slab_node_at *at, struct mmx_err *err);

/** mmx_slab_cache_at() - the cache at that address, or NULL */
const struct mmx_slab_cache *mmx_slab_cache_at(const struct mmx_slab_caches *caches, uint64_t addr);

/** mmx_slab_on_cpu_of() - the CPU that holds the slab with that struct page, or NULL */
const struct mmx_slab_on_cpu *mmx_slab_on_cpu_of(const struct mmx_slab_caches *caches,
						 uint64_t page);

#endif
