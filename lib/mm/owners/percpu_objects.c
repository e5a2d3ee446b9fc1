// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/percpu.h"
#include "mm/owners/percpu_objects.h"

#define UNIT_SHIFT     2 /* of what a bit stands for: four bytes */
#define MAX_UNIT_PAGES (1u << 16)

struct maps {
	uint64_t taken, bounds, exts, pages;
};

static const struct mmx_wanted maps_wanted[] = {
	MMX_WANT(struct maps, taken, pcpu_chunk, alloc_map),
	MMX_WANT(struct maps, bounds, pcpu_chunk, bound_map),
	MMX_WANT(struct maps, pages, pcpu_chunk, nr_pages),
	MMX_WANT_IF(struct maps, exts, pcpu_chunk, obj_exts),
};

static const struct mmx_decode maps_table = MMX_DECODE("pcpu_chunk", maps_wanted);

void mmx_percpu_objects_begin(struct mmx_percpu_objects *o, struct mmx_view *view,
			      const struct mmx_percpu_chunk *chunk)
{
	struct maps maps = {0};
	struct mmx_err err;

	*o = (struct mmx_percpu_objects){.view = view};
	if (mmx_decode_require(&maps_table, &view->kernel->layout, &err) ||
	    mmx_decode_read(&maps_table, view, chunk->addr, &maps, &err)) {
		mmx_cover_fail(&o->coverage, &err);
	} else if (maps.pages > MAX_UNIT_PAGES) {
		mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
				"chunk 0x%" PRIx64 " of per-CPU memory has %" PRIu64 " pages",
				chunk->addr, maps.pages);
	} else {
		o->bits = maps.pages << (view->kernel->arch->page_shift - UNIT_SHIFT);
		o->taken.map = maps.taken;
		o->bounds.map = maps.bounds;
		o->exts = maps.exts;
	}
}

static int bit_of(struct mmx_percpu_objects *o, struct mmx_percpu_bits *b, uint64_t bit)
{
	struct mmx_err err;
	uint64_t in = bit - b->first;

	if (in >= b->n) {
		/* The last word of a map has bits that nobody needs, and is there. */
		uint64_t left = (o->bits + 1 - bit / 64 * 64 + 63) / 64 * 8;

		b->first = bit / 64 * 64;
		b->n = (left < sizeof(b->bytes) ? left : sizeof(b->bytes)) * 8;
		in = bit - b->first;
		if (mmx_kread_ok(o->view, b->map + b->first / 8, b->bytes, b->n / 8,
				 "a chunk's map of per-CPU memory", &err)) {
			mmx_cover_fail(&o->coverage, &err);
			b->n = 0;
			return -1;
		}
	}
	return b->bytes[in / 8] >> in % 8 & 1;
}

/* An area goes on to where the next one begins, or what is free. */
static uint64_t end_of(struct mmx_percpu_objects *o, uint64_t bit)
{
	while (++bit < o->bits) {
		if (bit_of(o, &o->bounds, bit))
			break;
	}
	return bit;
}

static void look_up(struct mmx_percpu_objects *o, uint64_t bit)
{
	struct mmx_err err;

	if (mmx_alloc_ref_of_percpu(&o->ref, o->view, o->exts, bit, &err)) {
		o->ref = (struct mmx_alloc_ref){0};
		if (mmx_know_alloc_refs(o->view)->kept)
			mmx_cover_fail(&o->coverage, &err);
	}
}

bool mmx_percpu_objects_next(struct mmx_percpu_objects *o)
{
	while (o->next < o->bits) {
		uint64_t begins = o->next;
		int taken = bit_of(o, &o->taken, begins);

		o->next = end_of(o, begins);
		if (taken < 0)
			return false;
		if (!taken)
			continue;
		o->at = begins << UNIT_SHIFT;
		o->size = (o->next - begins) << UNIT_SHIFT;
		look_up(o, begins);
		o->coverage.found++;
		return true;
	}
	return false;
}
