// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/xarray.h"
#include "mm/frames/altmap.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"

#define ALTMAP_VALID 1u         /* PGMAP_ALTMAP_VALID, a macro, of dev_pagemap.flags */
#define MAX_ENTRIES  (4u << 20) /* as many as sections */

static const struct mmx_wanted altmap_wanted[] = {
	MMX_WANT(struct mmx_altmap, base_pfn, vmem_altmap, base_pfn),
	MMX_WANT(struct mmx_altmap, end_pfn, vmem_altmap, end_pfn),
	MMX_WANT(struct mmx_altmap, reserve, vmem_altmap, reserve),
	MMX_WANT(struct mmx_altmap, free, vmem_altmap, free),
	MMX_WANT(struct mmx_altmap, align, vmem_altmap, align),
	MMX_WANT(struct mmx_altmap, alloc, vmem_altmap, alloc),
};
static const struct mmx_decode altmap_table = MMX_DECODE("vmem_altmap", altmap_wanted);

/* A frame's number has no more bits, so that sums of some make sense. */
static bool sensible(const struct mmx_altmap *a)
{
	const uint64_t limit = 1ULL << 52;

	return a->base_pfn < limit && a->end_pfn < limit && a->reserve < limit && a->free < limit &&
	       a->align < limit && a->alloc < limit;
}

static int add_altmap(struct mmx_altmaps *altmaps, const struct mmx_altmap *a, struct mmx_err *err)
{
	if (altmaps->n == MAX_ENTRIES)
		mmx_cover_failf(&altmaps->coverage, MMX_ECORRUPT, "more than %u altmaps",
				MAX_ENTRIES);
	else if (!sensible(a))
		mmx_cover_failf(&altmaps->coverage, MMX_ECORRUPT,
				"the altmap of 0x%" PRIx64 " has frames that cannot be", a->owner);
	else if (!mmx_array_add(altmaps, *a))
		return mmx_fail_nomem(err);
	return 0;
}

static int read_altmap(struct mmx_altmaps *altmaps, struct mmx_view *view, uint64_t addr,
		       struct mmx_altmap *a, struct mmx_err *err)
{
	if (mmx_decode_read(&altmap_table, view, addr, a, err)) {
		mmx_cover_fail(&altmaps->coverage, err);
		return 0;
	}
	a->told = true;
	return add_altmap(altmaps, a, err);
}

struct raw_block {
	uint64_t section, altmap, vmemmap_pages;
	int32_t node;
};

static const struct mmx_wanted block_wanted[] = {
	MMX_WANT(struct raw_block, section, memory_block, start_section_nr),
	MMX_WANT(struct raw_block, node, memory_block, nid),
	MMX_WANT_IF(struct raw_block, altmap, memory_block, altmap),
	MMX_WANT_IF(struct raw_block, vmemmap_pages, memory_block, nr_vmemmap_pages),
};
static const struct mmx_decode block_table = MMX_DECODE("memory_block", block_wanted);

static int take_block(struct mmx_altmaps *altmaps, struct mmx_view *view, uint64_t addr,
		      struct mmx_err *err)
{
	const struct mmx_sparse *sparse = &mmx_mem(view->kernel)->sparse;
	unsigned int shift = sparse->section_bits - view->kernel->arch->page_shift;
	struct mmx_memory_block block = {.addr = addr};
	struct mmx_altmap altmap = {.owner = addr};
	struct raw_block raw = {0};

	if (mmx_decode_read(&block_table, view, addr, &raw, err)) {
		mmx_cover_fail(&altmaps->coverage, err);
		return 0;
	}
	if (altmaps->blocks.n == MAX_ENTRIES || raw.section > sparse->end >> shift) {
		mmx_cover_failf(&altmaps->coverage, MMX_ECORRUPT,
				"memory block 0x%" PRIx64 " begins with section %" PRIu64
				", which cannot be",
				addr, raw.section);
		return 0;
	}
	block.first_pfn = raw.section << shift;
	block.node = raw.node;
	if (!mmx_array_add(&altmaps->blocks, block))
		return mmx_fail_nomem(err);
	if (raw.altmap)
		return read_altmap(altmaps, view, raw.altmap, &altmap, err);
	if (!raw.vmemmap_pages)
		return 0;
	altmap.base_pfn = block.first_pfn;
	altmap.alloc = raw.vmemmap_pages;
	return add_altmap(altmaps, &altmap, err);
}

struct raw_pagemap {
	uint32_t flags;
};

static const struct mmx_wanted pagemap_wanted[] = {
	MMX_WANT(struct raw_pagemap, flags, dev_pagemap, flags),
};
static const struct mmx_decode pagemap_table = MMX_DECODE("dev_pagemap", pagemap_wanted);

/* One that has several ranges is met with each of them. Devices come behind all blocks of memory. */
static bool is_known(const struct mmx_altmaps *altmaps, uint64_t owner)
{
	for (size_t i = altmaps->n; i-- && altmaps->v[i].device;) {
		if (altmaps->v[i].owner == owner)
			return true;
	}
	return false;
}

static int take_pagemap(struct mmx_altmaps *altmaps, struct mmx_view *view, uint64_t addr,
			struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_altmap altmap = {.owner = addr, .device = true};
	struct raw_pagemap raw = {0};

	if (mmx_decode_read(&pagemap_table, view, addr, &raw, err)) {
		mmx_cover_fail(&altmaps->coverage, err);
		return 0;
	}
	if (!(raw.flags & ALTMAP_VALID) || !mmx_has(l, M_dev_pagemap_altmap) ||
	    is_known(altmaps, addr))
		return 0;
	return read_altmap(altmaps, view, addr + mmx_off(l, M_dev_pagemap_altmap), &altmap, err);
}

/* A kernel that cannot have such memory has no array of that name. */
static int walk(struct mmx_altmaps *altmaps, struct mmx_view *view, const char *array,
		int (*take)(struct mmx_altmaps *altmaps, struct mmx_view *view, uint64_t addr,
			    struct mmx_err *err),
		struct mmx_err *err)
{
	uint64_t addr, before = 0;
	struct mmx_xa xa;

	if (!mmx_symbol_addr(&view->kernel->symbols, array, &addr))
		return 0;
	mmx_xa_begin(&xa, view, addr, 0, mmx_mem(view->kernel)->sparse.end - 1);
	while (mmx_xa_next(&xa)) {
		if (mmx_xa_is_value(xa.entry) || xa.entry == before)
			continue;
		before = xa.entry;
		if (take(altmaps, view, xa.entry, err))
			return -1;
	}
	mmx_cover_inherit(&altmaps->coverage, &xa.coverage);
	return 0;
}

int mmx_altmaps_find(struct mmx_altmaps *altmaps, struct mmx_view *view, struct mmx_err *err)
{
	if (mmx_fact_require(&view->kernel->facts, FACT_SECTIONS, err) ||
	    walk(altmaps, view, "memory_blocks", take_block, err) ||
	    walk(altmaps, view, "pgmap_array", take_pagemap, err))
		return -1;
	mmx_array_sort_by(altmaps, base_pfn);
	mmx_array_sort_by(&altmaps->blocks, first_pfn);
	altmaps->coverage.found = altmaps->n;
	return 0;
}

void mmx_altmaps_free(struct mmx_altmaps *altmaps)
{
	mmx_array_free(&altmaps->blocks);
	mmx_array_free(altmaps);
}

const struct mmx_altmap *mmx_altmap_at(const struct mmx_altmaps *altmaps, uint64_t pfn)
{
	size_t i = mmx_array_bound(altmaps, a, a->base_pfn <= pfn);
	const struct mmx_altmap *altmap = i ? &altmaps->v[i - 1] : NULL;

	if (!altmap || pfn - altmap->base_pfn < altmap->reserve ||
	    pfn - altmap->base_pfn >= altmap->reserve + altmap->align + altmap->alloc)
		return NULL;
	return altmap;
}

int mmx_altmaps_node(const struct mmx_altmaps *altmaps, uint64_t pfn)
{
	size_t i = mmx_array_bound(&altmaps->blocks, b, b->first_pfn <= pfn);

	return i ? altmaps->blocks.v[i - 1].node : -1;
}
