// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects of slabs that were freed and are kept aside: in sheaves, and on their way back to their
 * caches, on lists that belong to none of them.
 */
#ifndef MMX_MM_SLAB_KEPT_H
#define MMX_MM_SLAB_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_cpus;
struct mmx_view;

/* STATE(entry, "in words") */
#define MMX_OBJECT_STATES(STATE)                                         \
	STATE(ALLOCATED, "allocated")                                    \
	STATE(FREE, "free")                                              \
	STATE(CPU_FREE, "free, kept by the CPU that works on this slab") \
	STATE(SHEAF, "free, kept in a CPU's sheaf")                      \
	STATE(BARN, "free, kept in a full sheaf of the node")            \
	STATE(RCU, "freed, kept until readers under RCU are done")       \
	STATE(DEFERRED, "freed, and not yet given back by its CPU")      \
	STATE(QUARANTINED, "freed, kept in KASAN's quarantine")          \
	STATE(UNKNOWN, "allocated or free: a free list could not be read")

enum mmx_object_state {
#define STATE(id, words) MMX_OBJECT_##id,
	MMX_OBJECT_STATES(STATE)
#undef STATE
		MMX_OBJECT_STATE_COUNT
};

const char *mmx_object_state_words(enum mmx_object_state state);

/**
 * struct mmx_slab_kept - an object that is kept aside
 * @cache: address of the cache that it should be of, by what keeps it; 0 when that keeps objects of any
 * @addr: of the object; or, when @inside, of anything in it, since it is the object's own memory that
 *        links it to the next one
 */
struct mmx_slab_kept {
	uint64_t addr, cache;
	uint8_t state; /* enum mmx_object_state */
	bool inside;
};

struct mmx_slab_kepts {
	MMX_ARRAY(struct mmx_slab_kept);
};

/**
 * mmx_slab_keep_sheaf() - add the objects of a sheaf
 * @cache: the cache that it must be of, or 0 for any
 */
int mmx_slab_keep_sheaf(struct mmx_slab_kepts *kept, struct mmx_view *view, uint64_t sheaf,
			uint64_t cache, enum mmx_object_state state, struct mmx_err *err);

/**
 * mmx_slab_keep_underway() - add what is on its way back, of whichever cache
 * @coverage: whether all of the lists that this kernel has could be followed
 *
 * Returns 0, or -1 without memory.
 */
int mmx_slab_keep_underway(struct mmx_slab_kepts *kept, struct mmx_view *view,
			   const struct mmx_cpus *cpus, struct mmx_coverage *coverage);

#endif
