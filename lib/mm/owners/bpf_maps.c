// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/printable.h"
#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/owners/bpf_maps.h"
#include "mm/owners/vmalloc.h"

#define MAX_ID INT32_MAX

/* Numbers of types, which programs use. */
enum {
	TYPE_HASH = 1,
	TYPE_PERCPU_HASH = 5,
	TYPE_STACK_TRACE = 7,
	TYPE_LRU_HASH = 9,
	TYPE_LRU_PERCPU_HASH = 10,
	TYPE_HASH_OF_MAPS = 13,
	TYPE_RINGBUF = 27,
	TYPE_USER_RINGBUF = 31,
	TYPE_ARENA = 33,
};

static const char *const types[] = {
	NULL,
	"hash",
	"array",
	"prog_array",
	"perf_event_array",
	"percpu_hash",
	"percpu_array",
	"stack_trace",
	"cgroup_array",
	"lru_hash",
	"lru_percpu_hash",
	"lpm_trie",
	"array_of_maps",
	"hash_of_maps",
	"devmap",
	"sockmap",
	"cpumap",
	"xskmap",
	"sockhash",
	"cgroup_storage",
	"reuseport_sockarray",
	"percpu_cgroup_storage",
	"queue",
	"stack",
	"sk_storage",
	"devmap_hash",
	"struct_ops",
	"ringbuf",
	"inode_storage",
	"task_storage",
	"bloom_filter",
	"user_ringbuf",
	"cgrp_storage",
	"arena",
};

const char *mmx_bpf_map_type(uint32_t type)
{
	return type < sizeof(types) / sizeof(*types) ? types[type] : NULL;
}

/* What maps of a type have beside themselves, which a pointer leads to. */
static const struct pointer {
	uint32_t type;
	enum mmx_layout_member member;
} pointers[] = {
	{TYPE_HASH, M_bpf_htab_elems},
	{TYPE_HASH, M_bpf_htab_buckets},
	{TYPE_PERCPU_HASH, M_bpf_htab_elems},
	{TYPE_PERCPU_HASH, M_bpf_htab_buckets},
	{TYPE_LRU_HASH, M_bpf_htab_elems},
	{TYPE_LRU_HASH, M_bpf_htab_buckets},
	{TYPE_LRU_PERCPU_HASH, M_bpf_htab_elems},
	{TYPE_LRU_PERCPU_HASH, M_bpf_htab_buckets},
	{TYPE_HASH_OF_MAPS, M_bpf_htab_elems},
	{TYPE_HASH_OF_MAPS, M_bpf_htab_buckets},
	{TYPE_STACK_TRACE, M_bpf_stack_map_elems},
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct mmx_bpf_map, id, bpf_map, id),
	MMX_WANT(struct mmx_bpf_map, type, bpf_map, map_type),
	MMX_WANT_TEXT_IF(struct mmx_bpf_map, name, bpf_map, name),
};

static const struct mmx_decode map_table = MMX_DECODE("bpf_map", wanted);

struct finder {
	struct mmx_bpf_maps *maps;
	struct mmx_view *view;
	const struct mmx_vmalloc *areas;
};

/* The area that holds an address, and that no map has yet. */
static bool take_area(struct finder *f, uint64_t addr)
{
	const struct mmx_vmalloc_area *area = mmx_vmalloc_of(f->areas, addr);
	struct mmx_bpf_map *map = &f->maps->v[f->maps->n - 1];

	if (!area || area->kind != MMX_VMALLOC_AREA || area->read)
		return true;
	for (size_t i = f->maps->areas.n; i-- > 0;) {
		if (f->maps->areas.v[i].map != f->maps->n - 1)
			break;
		if (f->maps->areas.v[i].start == area->start)
			return true;
	}
	map->frames += area->nr_pages;
	return mmx_array_add(&f->maps->areas, ((struct mmx_bpf_area){area->start, f->maps->n - 1}));
}

/* A ring's area maps the data twice, and owns no page; the ring itself has them. */
static bool take_ring(struct finder *f, uint64_t map)
{
	uint64_t ring, pages;

	if (mmx_kread_member(f->view, map, M_bpf_ringbuf_map_rb, &ring))
		return true;
	if (!mmx_kread_member(f->view, ring, M_bpf_ringbuf_nr_pages, &pages))
		f->maps->v[f->maps->n - 1].frames += (uint32_t)pages;
	return take_area(f, ring);
}

/* An arena has its area's struct. */
static bool take_arena(struct finder *f, uint64_t map)
{
	uint64_t vm, addr;

	if (mmx_kread_member(f->view, map, M_bpf_arena_kern_vm, &vm) ||
	    mmx_kread_member(f->view, vm, M_vm_struct_addr, &addr))
		return true;
	return take_area(f, addr);
}

static bool take_map(struct finder *f, uint64_t addr)
{
	struct mmx_bpf_map map = {0};
	uint64_t pointer;
	struct mmx_err err;

	if (mmx_decode_read(&map_table, f->view, addr, &map, &err)) {
		mmx_cover_fail(&f->maps->coverage, &err);
		return true;
	}
	map.addr = addr;
	mmx_make_printable(map.name);
	if (!mmx_array_add(f->maps, map) || !take_area(f, addr))
		return false;
	for (size_t i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
		if (pointers[i].type == map.type &&
		    !mmx_kread_member(f->view, addr, pointers[i].member, &pointer) && pointer &&
		    !take_area(f, pointer))
			return false;
	}
	if (map.type == TYPE_RINGBUF || map.type == TYPE_USER_RINGBUF)
		return take_ring(f, addr);
	return map.type != TYPE_ARENA || take_arena(f, addr);
}

int mmx_bpf_maps_find(struct mmx_bpf_maps *maps, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.maps = maps, .view = view, .areas = mmx_know_vmalloc(view)};
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_xa xa;
	uint64_t idr;
	bool nomem = false;

	/* A kernel without BPF. */
	if (!mmx_symbol_addr(&view->kernel->symbols, "map_idr", &idr))
		return 0;
	if (mmx_layout_require(l, &(enum mmx_layout_member){M_idr_idr_rt}, 1, err) ||
	    mmx_decode_require(&map_table, l, err))
		return -1;
	mmx_xa_begin(&xa, view, idr + mmx_off(l, M_idr_idr_rt), 0, MAX_ID);
	while (!nomem && mmx_xa_next(&xa)) {
		if (!mmx_xa_is_value(xa.entry))
			nomem = !take_map(&f, xa.entry);
	}
	mmx_cover_inherit(&maps->coverage, &xa.coverage);
	mmx_array_sort_by(&maps->areas, start);
	maps->coverage.found = maps->n;
	return nomem ? mmx_fail_nomem(err) : 0;
}

void mmx_bpf_maps_free(struct mmx_bpf_maps *maps)
{
	mmx_array_free(&maps->areas);
	mmx_array_free(maps);
}

const struct mmx_bpf_map *mmx_bpf_map_of(const struct mmx_bpf_maps *maps, uint64_t start)
{
	size_t i = mmx_array_bound(&maps->areas, e, e->start < start);

	return i < maps->areas.n && maps->areas.v[i].start == start ? &maps->v[maps->areas.v[i].map]
								    : NULL;
}
