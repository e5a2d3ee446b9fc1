// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps of BPF: whose the vmalloc areas are that they lie in, or have for their elements. What they allocate piece by
 * piece, in slabs and per-CPU memory, is not among that.
 */
#ifndef MMX_MM_BPF_MAPS_H
#define MMX_MM_BPF_MAPS_H

#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_bpf_map - @type: by the numbers that programs use; @frames: of its vmalloc areas, and of a ring; not an arena's */
struct mmx_bpf_map {
	uint64_t addr, frames;
	uint32_t id, type;
	char name[17];
};

/** struct mmx_bpf_area - the area at an address is a map's: @map is its index */
struct mmx_bpf_area {
	uint64_t start;
	size_t map;
};

/** struct mmx_bpf_maps - by number; @areas: by address */
struct mmx_bpf_maps {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_bpf_map);
	struct {
		MMX_ARRAY(struct mmx_bpf_area);
	} areas;
};

/** mmx_bpf_maps_find() - mmx_know_bpf_maps() keeps them */
int mmx_bpf_maps_find(struct mmx_bpf_maps *maps, struct mmx_view *view, struct mmx_err *err);
void mmx_bpf_maps_free(struct mmx_bpf_maps *maps);

/** mmx_bpf_map_of() - the map that a vmalloc area is of, by where that begins; NULL for none */
const struct mmx_bpf_map *mmx_bpf_map_of(const struct mmx_bpf_maps *maps, uint64_t start);

/** mmx_bpf_map_type() - "hash", as bpftool has it; NULL for a type that is not known here */
const char *mmx_bpf_map_type(uint32_t type);

#endif
