// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/owners/slab_debug.h"

/* What the kernel fills objects and what is around them with. */
#define RED_INACTIVE 0xbb
#define RED_ACTIVE   0xcc
#define POISON_FREE  0x6b
#define POISON_END   0xa5

#define BLOCK 256u

static uint32_t has(const struct mmx_slab_caches *caches, const struct mmx_slab_cache *c,
		    enum mmx_slab_flag flag)
{
	return caches->flags.known ? c->flags & caches->flags.mask[flag] : 0;
}

/* Bytes of an object that must all be the same. */
struct zone {
	const char *name;
	uint64_t start, end;
	uint8_t value;
};

struct check {
	struct mmx_view *view;
	uint64_t object;
	void (*fault)(void *arg, uint64_t object, const char *what);
	void *arg;
	enum mmx_read read;
};

/* False when the zone is not as it must be, which is told. */
static bool check_zone(struct check *c, const struct zone *zone)
{
	unsigned char bytes[BLOCK];
	char what[128];

	for (uint64_t at = zone->start; at < zone->end; at += BLOCK) {
		size_t n = zone->end - at < BLOCK ? zone->end - at : BLOCK;
		enum mmx_read read = mmx_kread(c->view, at, bytes, n);

		if (read) {
			c->read = read;
			return true;
		}
		for (size_t i = 0; i < n; i++) {
			if (bytes[i] == zone->value)
				continue;
			snprintf(what, sizeof(what),
				 "%s overwritten: 0x%02x instead of 0x%02x at 0x%" PRIx64,
				 zone->name, bytes[i], zone->value, at + i);
			c->fault(c->arg, c->object, what);
			return false;
		}
	}
	return true;
}

static void check_object(struct check *c, const struct mmx_slab_cache *cache, bool red, bool poison,
			 bool allocated)
{
	uint8_t value = allocated ? RED_ACTIVE : RED_INACTIVE;
	uint64_t at = c->object, end = at + cache->object_size;
	const struct zone zones[] = {
		{"its left red zone is", at - cache->red_left_pad, at, value},
		{"its right red zone is", end, at + cache->inuse, value},
		{"it was freed, and is", at, end - 1, POISON_FREE},
		{"it was freed, and its last byte is", end - 1, end, POISON_END},
	};

	for (unsigned int i = red ? 0 : 2; i < (poison && !allocated ? 4 : 2); i++) {
		if (!check_zone(c, &zones[i]))
			return;
	}
}

/* Where KASAN keeps its own notes in freed objects, poison is not held against anything. */
enum mmx_read mmx_slab_debug_check(const struct mmx_slab_caches *caches,
				   const struct mmx_slab *slab, const struct mmx_slab_objects *o,
				   struct mmx_view *view,
				   void (*fault)(void *arg, uint64_t object, const char *what),
				   void *arg)
{
	const struct mmx_slab_cache *cache = slab->cache;
	bool red = has(caches, cache, MMX_SLAB_RED_ZONE);
	bool poison = has(caches, cache, MMX_SLAB_OBJECT_POISON) &&
		      !mmx_has(&view->kernel->layout, M_kmem_cache_kasan_info);
	struct check c = {.view = view, .fault = fault, .arg = arg};

	if ((!red && !poison) || !cache->object_size || cache->inuse > cache->size ||
	    cache->inuse < cache->object_size)
		return MMX_READ_OK;
	for (uint32_t i = 0; i < o->n && !mmx_stopped(view->kernel->image); i++) {
		c.object = slab->base + (uint64_t)i * cache->size + cache->red_left_pad;
		if (o->state[i] == MMX_OBJECT_ALLOCATED || o->state[i] == MMX_OBJECT_FREE)
			check_object(&c, cache, red, poison, o->state[i] == MMX_OBJECT_ALLOCATED);
	}
	return c.read;
}

static const struct mmx_wanted track_wanted[] = {
	MMX_WANT(struct mmx_slab_track, addr, track, addr),
	MMX_WANT_IF(struct mmx_slab_track, stack, track, handle),
	MMX_WANT(struct mmx_slab_track, cpu, track, cpu),
	MMX_WANT(struct mmx_slab_track, pid, track, pid),
	MMX_WANT(struct mmx_slab_track, when, track, when),
};

static const struct mmx_decode track_table = MMX_DECODE("track", track_wanted);

/* They lie behind the object, and behind the pointer to the next free one if that does. */
int mmx_slab_track_read(struct mmx_slab_track *t, const struct mmx_slab_caches *caches,
			const struct mmx_slab_cache *cache, uint64_t object, bool freed,
			struct mmx_view *view, struct mmx_err *err)
{
	uint64_t size = mmx_size(&view->kernel->layout, S_track);
	uint64_t at = object + cache->inuse + (cache->offset >= cache->inuse ? 8 : 0);

	if (!has(caches, cache, MMX_SLAB_STORE_USER))
		return mmx_fail(err, MMX_ENOTFOUND,
				"its cache keeps no records of that (SLAB_STORE_USER)");
	*t = (struct mmx_slab_track){0};
	return mmx_decode_read(&track_table, view, at + (freed ? size : 0), t, err);
}
