// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/owners/owner.h"
#include "mm/owners/vmalloc.h"
#include "mm/owners/vmalloc_pages.h"

#define VM_ALLOC    0x02u
#define VM_NO_GUARD 0x40u
#define VMAP_RAM    1u /* of vmap_area.flags, since 6.3 */

#define MAX_NODES (1u << 16)
#define MAX_AREAS (1u << 24)

/* Macros in the kernel, the same in all releases; the last one is of 6.9. */
static const char *const flag_names[] = {"ioremap",       "vmalloc",      "vmap",
					 "user",          "dma-coherent", "uninitialized",
					 "no-guard",      "kasan",        "flush-reset-perms",
					 "map-put-pages", "allow-huge",   "defer-kmemleak",
					 "sparse"};

void mmx_vmalloc_flags(uint64_t flags, char *buf, size_t size)
{
	size_t used = 0;

	if (size)
		buf[0] = '\0';
	for (unsigned int bit = 0; bit < 64 && used < size; bit++) {
		const char *gap = used ? " " : "";

		if (!(flags >> bit & 1))
			continue;
		if (bit < sizeof(flag_names) / sizeof(*flag_names))
			used += snprintf(buf + used, size - used, "%s%s", gap, flag_names[bit]);
		else
			used += snprintf(buf + used, size - used, "%s0x%" PRIx64, gap,
					 (uint64_t)1 << bit);
	}
}

struct vm {
	uint64_t addr, size;
	struct mmx_vmalloc_area area;
};

static const struct mmx_wanted vm_wanted[] = {
	MMX_WANT(struct vm, addr, vm_struct, addr),
	MMX_WANT(struct vm, size, vm_struct, size),
	MMX_WANT(struct vm, area.flags, vm_struct, flags),
	MMX_WANT(struct vm, area.pages, vm_struct, pages),
	MMX_WANT(struct vm, area.nr_pages, vm_struct, nr_pages),
	MMX_WANT(struct vm, area.phys, vm_struct, phys_addr),
	MMX_WANT(struct vm, area.caller, vm_struct, caller),
	MMX_WANT_IF(struct vm, area.page_order, vm_struct, page_order),
};

struct vmap_area {
	uint64_t start, end, vm, flags;
};

static const struct mmx_wanted vmap_area_wanted[] = {
	MMX_WANT(struct vmap_area, start, vmap_area, va_start),
	MMX_WANT(struct vmap_area, end, vmap_area, va_end),
	MMX_WANT(struct vmap_area, vm, vmap_area, vm),
	MMX_WANT_IF(struct vmap_area, flags, vmap_area, flags),
};

static const struct mmx_decode vm_table = MMX_DECODE("vm_struct", vm_wanted),
			       vmap_area_table = MMX_DECODE("vmap_area", vmap_area_wanted);

struct gather {
	struct mmx_view *view;
	struct mmx_vmalloc *v;
	bool freed; /* the list is of areas that wait to be purged */
	bool nomem;
};

static void read_vm(struct mmx_view *view, struct mmx_vmalloc_area *area)
{
	struct vm vm = {.area = *area};

	area->read = mmx_decode_into(&vm_table, view, area->vm, &vm);
	if (area->read)
		return;
	*area = vm.area;
	area->start = vm.addr;
	area->end = vm.addr + vm.size;
}

static enum mmx_vmalloc_kind kind_of(const struct gather *g, const struct vmap_area *raw)
{
	if (g->freed)
		return MMX_VMALLOC_UNPURGED;
	if (raw->vm)
		return MMX_VMALLOC_AREA;
	return raw->flags & VMAP_RAM ? MMX_VMALLOC_RAM : MMX_VMALLOC_GOING;
}

static bool take_area(struct gather *g, uint64_t node)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	uint64_t addr = node - mmx_off(l, M_vmap_area_list);
	/* Up to 6.2 there were no flags, and an area without a vm_struct was taken for one of vm_map_ram(). */
	struct vmap_area raw = {.flags = VMAP_RAM};
	struct mmx_vmalloc_area area;
	struct mmx_err err;

	if (mmx_decode_read(&vmap_area_table, g->view, addr, &raw, &err)) {
		mmx_cover_fail(&g->v->coverage, &err);
		return false;
	}
	area = (struct mmx_vmalloc_area){
		.kind = kind_of(g, &raw), .start = raw.start, .end = raw.end, .place = g->v->n};
	if (area.kind == MMX_VMALLOC_AREA) {
		area.vm = raw.vm;
		read_vm(g->view, &area);
	}
	if (!(raw.start >> 63) || raw.start >= raw.end || area.start < raw.start ||
	    area.end > raw.end || area.start >= area.end) {
		mmx_cover_failf(&g->v->coverage, MMX_ECORRUPT,
				"vmap_area 0x%" PRIx64 " is of 0x%" PRIx64 "-0x%" PRIx64
				" and has a vm_struct of 0x%" PRIx64 "-0x%" PRIx64,
				addr, raw.start, raw.end, area.start, area.end);
		return false;
	}
	g->nomem = !mmx_array_add(g->v, area);
	return !g->nomem;
}

/* What breaks one list leaves the others alone. */
static void walk_list(struct gather *g, uint64_t head, bool freed)
{
	struct mmx_list list;

	g->freed = freed;
	mmx_list_begin(&list, g->view, head, MAX_AREAS - g->v->n);
	while (!g->nomem && mmx_list_next(&list) && take_area(g, list.node))
		;
	if (mmx_cover_whole(&list.coverage))
		return;
	mmx_fail_prefix(&list.coverage.first, "vmalloc areas");
	mmx_cover_inherit(&g->v->coverage, &list.coverage);
}

/*
 * A kernel without SMP never has more than the one that it begins with: nothing but that is left of it when it is
 * compiled.
 */
static int find_nodes(struct mmx_view *view, uint64_t *nodes, uint64_t *n)
{
	if (mmx_kread_variable(view, "nr_vmap_nodes", 4, n))
		return -1;
	if (mmx_symbols_find(&view->kernel->symbols, "vmap_nodes"))
		return mmx_kread_variable(view, "vmap_nodes", 8, nodes) ? -1 : 0;
	return *n == 1 && mmx_symbol_addr(&view->kernel->symbols, "single", nodes) ? 0 : -1;
}

static int walk_nodes(struct gather *g, struct mmx_err *err)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	uint64_t nodes, n;

	if (!mmx_has(l, M_vmap_node_busy))
		return mmx_fail(err, MMX_EMISSING,
				"struct vmap_node is needed and no source of types has it");
	if (find_nodes(g->view, &nodes, &n))
		return mmx_fail(err, MMX_EABSENT,
				"vmap_nodes or nr_vmap_nodes is unknown or unreadable");
	if (n > MAX_NODES)
		return mmx_fail(err, MMX_ECORRUPT, "%" PRIu64 " nodes of vmalloc areas", n);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t node = nodes + i * mmx_size(l, S_vmap_node);

		walk_list(g, node + mmx_off(l, M_vmap_node_busy), false);
		if (mmx_has(l, M_vmap_node_lazy))
			walk_list(g, node + mmx_off(l, M_vmap_node_lazy), true);
	}
	return 0;
}

static int walk_one_list(struct gather *g, struct mmx_err *err)
{
	const struct mmx_symbols *s = &g->view->kernel->symbols;
	uint64_t head;

	if (!mmx_symbol_addr(s, "vmap_area_list", &head))
		return mmx_fail(err, MMX_EMISSING, "neither symbol vmap_nodes nor vmap_area_list");
	walk_list(g, head, false);
	if (mmx_symbol_addr(s, "purge_vmap_area_list", &head))
		walk_list(g, head, true);
	return 0;
}

/* Sorts, and drops areas that begin within another: of two owners of an address, one is forged. */
static void arrange(struct mmx_vmalloc *v)
{
	size_t kept = 0;

	mmx_array_sort_by(v, start);
	for (size_t i = 0; i < v->n; i++) {
		if (!kept || v->v[i].start >= v->v[kept - 1].end)
			v->v[kept++] = v->v[i];
		else
			mmx_cover_failf(&v->coverage, MMX_ECORRUPT,
					"vmalloc areas 0x%" PRIx64 "-0x%" PRIx64 " and 0x%" PRIx64
					"-0x%" PRIx64 " overlap",
					v->v[kept - 1].start, v->v[kept - 1].end, v->v[i].start,
					v->v[i].end);
	}
	v->n = kept;
}

static int find_areas(struct mmx_vmalloc *v, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member list[] = {M_vmap_area_list};
	const struct mmx_layout *l = &view->kernel->layout;
	struct gather g = {.view = view, .v = v};

	if (mmx_decode_require(&vmap_area_table, l, err) || mmx_decode_require(&vm_table, l, err) ||
	    mmx_layout_require(l, list, 1, err))
		return -1;
	if (mmx_symbols_find(&view->kernel->symbols, "nr_vmap_nodes") ? walk_nodes(&g, err)
								      : walk_one_list(&g, err))
		return -1;
	arrange(v);
	v->coverage.found = v->n;
	return g.nomem ? mmx_fail_nomem(err) : 0;
}

void mmx_vmalloc_free(struct mmx_vmalloc *v)
{
	mmx_owned_free(&v->frames);
	mmx_owned_free(&v->borrowed);
	mmx_array_free(v);
}

const struct mmx_vmalloc_area *mmx_vmalloc_of(const struct mmx_vmalloc *v, uint64_t addr)
{
	size_t n = mmx_array_bound(v, area, area->start <= addr);

	return n && addr < v->v[n - 1].end ? &v->v[n - 1] : NULL;
}

uint64_t mmx_vmalloc_mapped_end(const struct mmx_view *view, const struct mmx_vmalloc_area *area)
{
	uint64_t page = 1ULL << view->kernel->arch->page_shift;
	bool guard = area->kind == MMX_VMALLOC_AREA && !area->read && !(area->flags & VM_NO_GUARD);

	return guard && area->end - area->start > page ? area->end - page : area->end;
}

/* One frame can be mapped more than once (a ring buffer maps each twice), but not without end. */
#define MAPPINGS_A_FRAME 4

/*
 * Those of vmalloc() do. One of vmap() that puts its pages when it is done, with VM_MAP_PUT_PAGES, has a
 * reference of each and no more: they are page cache of tmpfs, which i915 maps that way.
 */
static bool owns_its_pages(const struct mmx_vmalloc_area *area)
{
	return area->kind == MMX_VMALLOC_AREA && !area->read && area->flags & VM_ALLOC;
}

static int find_frames(struct mmx_vmalloc *v, struct mmx_view *view, struct mmx_err *err)
{
	/* More frames than this in all areas are a forgery. */
	uint64_t left = mmx_ranges_total(&mmx_mem(view->kernel)->sparse.pfn) * MAPPINGS_A_FRAME;
	struct mmx_vmalloc_pages p;

	if (mmx_fact_require(&view->kernel->facts, FACT_VMEMMAP, err))
		return -1;
	for (size_t i = 0; i < v->n && left; i++) {
		struct mmx_owned *owned = owns_its_pages(&v->v[i]) ? &v->frames : &v->borrowed;

		mmx_vmalloc_pages_begin(&p, view, &v->v[i]);
		while (left && mmx_vmalloc_pages_next(&p)) {
			left -= p.frames < left ? p.frames : left;
			if (left && !mmx_owned_add(owned, i, p.at, p.pfn, p.frames))
				return mmx_fail_nomem(err);
		}
		mmx_cover_inherit(&v->coverage, &p.coverage);
	}
	mmx_owned_sort(&v->frames);
	mmx_owned_sort(&v->borrowed);
	if (!left)
		mmx_cover_failf(&v->coverage, MMX_ECORRUPT,
				"vmalloc areas map more than %u times the machine's memory",
				MAPPINGS_A_FRAME);
	return 0;
}

int mmx_vmalloc_find(struct mmx_vmalloc *v, struct mmx_view *view, struct mmx_err *err)
{
	return find_areas(v, view, err) ? -1 : find_frames(v, view, err);
}

static bool owned_runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_vmalloc(view)->frames, nth, run);
}

const struct mmx_owner_kind mmx_owner_vmalloc = {
	.name = "vmalloc areas",
	.class = CLASS_VMALLOC,
	.why = "a vmalloc area has it",
	.known = MMX_KNOWN_vmalloc,
	.run = owned_runs,
};

static bool borrowed_runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_vmalloc(view)->borrowed, nth, run);
}

const struct mmx_owner_kind mmx_owner_vmap = {
	.name = "vmap areas",
	.class = CLASS_VMALLOC,
	.why = "a vmap area maps it; nothing tells who allocated it",
	.last = true,
	.known = MMX_KNOWN_vmalloc,
	.run = borrowed_runs,
};
