// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps of BPF: which vmalloc areas are whose, each counted once, and what a map that cannot be read keeps. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/owners/bpf_maps.h"
#include "mm/owners/vmalloc.h"
#include "unit.h"

enum { HASH = 1, ARRAY = 2, RINGBUF = 27 };

#define AREA 0xffffc90000000000ULL

struct map {
	uint32_t id, type;
	char name[16];
	uint64_t elems, buckets;
};

struct ring {
	uint64_t words[4];
	uint32_t nr_pages;
};

static struct fake_memory *m;
static struct mmx_bpf_maps maps;

/* Areas of 1, 2, 3 ... pages, each 64 KiB behind the last one. */
static void make_areas(unsigned int n)
{
	struct mmx_vmalloc *areas = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_vmalloc);

	for (unsigned int i = 0; i < n; i++) {
		uint64_t start = AREA + i * 0x10000;

		if (!mmx_array_add(areas, (struct mmx_vmalloc_area){.start = start,
								    .end = start + 0x9000,
								    .nr_pages = i + 1}))
			abort();
	}
}

static void setup(void)
{
	m = fake_memory_new(1 << 14);
	fake_no_types(m);
	FAKE_MEMBER(m, M_bpf_map_id, map, id);
	FAKE_MEMBER(m, M_bpf_map_map_type, map, type);
	FAKE_MEMBER(m, M_bpf_map_name, map, name);
	FAKE_MEMBER(m, M_bpf_htab_elems, map, elems);
	FAKE_MEMBER(m, M_bpf_htab_buckets, map, buckets);
	FAKE_MEMBER(m, M_bpf_ringbuf_map_rb, map, elems);
	FAKE_MEMBER(m, M_bpf_ringbuf_nr_pages, ring, nr_pages);
	fake_member(m, M_idr_idr_rt, 0, 16, 0);
	fake_member(m, M_xarray_xa_head, 8, 8, 0);
	fake_struct(m, S_xa_node, 40 + 64 * 8);
	fake_member(m, M_xa_node_shift, 0, 1, 0);
	fake_member(m, M_xa_node_offset, 1, 1, 0);
	fake_member(m, M_xa_node_parent, 8, 8, 0);
	fake_member(m, M_xa_node_slots, 40, 64 * 8, 64);
	make_areas(3);
}

/* The only entry of the table of maps, which is number 0. */
static void find(const struct map *map)
{
	uint64_t idr[2] = {0, fake_put(m, map, sizeof(*map))};
	struct mmx_err err = {0};

	fake_symbol(m, "map_idr", fake_put(m, idr, sizeof(idr)));
	memset(&maps, 0, sizeof(maps));
	CHECK(!mmx_bpf_maps_find(&maps, m->view, &err), "%s", err.text);
}

static void teardown(void)
{
	mmx_bpf_maps_free(&maps);
	fake_memory_free(m);
}

static void a_hash_has_the_areas_that_it_points_to(void)
{
	const struct mmx_bpf_map *map;

	setup();
	find(&(struct map){7, HASH, "counts", AREA + 0x10000 + 64, AREA + 0x20000});
	map = mmx_bpf_map_of(&maps, AREA + 0x20000);
	CHECK(map && map->id == 7 && map->frames == 5 && !strcmp(map->name, "counts"), "%s",
	      maps.coverage.first.text);
	CHECK(mmx_bpf_map_of(&maps, AREA + 0x10000) == map && !mmx_bpf_map_of(&maps, AREA),
	      "of other areas");
	teardown();
}

static void an_area_counts_once(void)
{
	setup();
	find(&(struct map){7, HASH, "", AREA, AREA + 0x1000});
	CHECK(maps.n == 1 && maps.v[0].frames == 1 && maps.areas.n == 1, "%d frames",
	      maps.n ? (int)maps.v[0].frames : -1);
	teardown();
}

static void other_types_have_no_such_pointers(void)
{
	setup();
	find(&(struct map){7, ARRAY, "", AREA, AREA + 0x10000});
	CHECK(maps.n == 1 && !maps.v[0].frames && !maps.areas.n, "an array's are no pointers");
	teardown();
}

static void a_ring_has_its_pages(void)
{
	struct ring ring = {.nr_pages = 67};
	uint64_t at;

	setup();
	at = fake_put(m, &ring, sizeof(ring));
	find(&(struct map){7, RINGBUF, "", at, 0});
	CHECK(maps.n == 1 && maps.v[0].frames == 67, "%d frames",
	      maps.n ? (int)maps.v[0].frames : -1);
	teardown();
}

static void a_map_that_is_not_there_is_told(void)
{
	uint64_t idr[2] = {0, 0xffff888000000000ULL - 0x1000};
	struct mmx_err err = {0};

	setup();
	fake_symbol(m, "map_idr", fake_put(m, idr, sizeof(idr)));
	memset(&maps, 0, sizeof(maps));
	CHECK(!mmx_bpf_maps_find(&maps, m->view, &err) && !maps.n &&
		      !mmx_cover_whole(&maps.coverage),
	      "it is taken for none");
	teardown();
}

int main(void)
{
	RUN(a_hash_has_the_areas_that_it_points_to);
	RUN(an_area_counts_once);
	RUN(other_types_have_no_such_pointers);
	RUN(a_ring_has_its_pages);
	RUN(a_map_that_is_not_there_is_told);
	return unit_end();
}
