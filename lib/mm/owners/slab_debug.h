// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What caches that are debugged (slab_debug=) keep around their objects: red zones, poison, and who
 * allocated and freed each.
 */
#ifndef MMX_MM_SLAB_DEBUG_H
#define MMX_MM_SLAB_DEBUG_H

#include "mm/owners/slab_objects.h"

/**
 * mmx_slab_debug_check() - hold red zones and poison of a slab's objects against what they must be
 * @fault: told of each object where they are not, with its address
 * Objects whose state is not known are passed over, and all when the cache has none of both. Returns how
 * those bytes could be read, of all objects the worst.
 */
enum mmx_read mmx_slab_debug_check(const struct mmx_slab_caches *caches,
				   const struct mmx_slab *slab, const struct mmx_slab_objects *o,
				   struct mmx_view *view,
				   void (*fault)(void *arg, uint64_t object, const char *what),
				   void *arg);

/**
 * struct mmx_slab_track - who allocated an object, or freed it, last
 * @addr: the code that asked for it; 0: nobody did
 * @stack: a handle for mmx_trace_fetch(); 0 when there is none
 * @when: in jiffies
 */
struct mmx_slab_track {
	uint64_t addr, when;
	uint32_t stack;
	int32_t cpu, pid;
};

/** mmx_slab_track_read() - @freed: who freed it; ENOTFOUND when the cache keeps none */
int mmx_slab_track_read(struct mmx_slab_track *t, const struct mmx_slab_caches *caches,
			const struct mmx_slab_cache *cache, uint64_t object, bool freed,
			struct mmx_view *view, struct mmx_err *err);

#endif
