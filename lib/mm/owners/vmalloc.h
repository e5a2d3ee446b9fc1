// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmalloc areas: pieces of the kernel's own address space that are mapped page by page, for
 * vmalloc(), vmap(), ioremap(), kernel stacks and modules. Nothing in a struct page tells that it is
 * mapped there; the areas know their pages.
 */
#ifndef MMX_MM_VMALLOC_H
#define MMX_MM_VMALLOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "image/image.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

enum mmx_vmalloc_kind {
	MMX_VMALLOC_AREA,     /* has a vm_struct */
	MMX_VMALLOC_RAM,      /* made by vm_map_ram(), which keeps no vm_struct */
	MMX_VMALLOC_GOING,    /* in use a moment ago: its vm_struct is taken off already */
	MMX_VMALLOC_UNPURGED, /* freed; the address range waits for a TLB flush */
};

/**
 * struct mmx_vmalloc_area - one area
 * @start, @end: its address range; with a vm_struct, the guard page at its end included
 * @vm: address of the vm_struct, or 0
 * @read: how that stands; what is below holds only when it could be read
 * @flags: VM_* bits
 * @pages: address of its array of struct page pointers, or 0
 * @nr_pages: entries of that array
 * @phys: the first physical address, of an ioremap
 * @caller: the code that asked for it, or 0
 * @place: of its line in /proc/vmallocinfo, which has freed areas behind all others
 */
struct mmx_vmalloc_area {
	enum mmx_vmalloc_kind kind;
	uint64_t start, end;
	uint64_t vm;
	enum mmx_read read;
	uint64_t flags;
	uint64_t pages, nr_pages;
	unsigned int page_order;
	uint64_t phys;
	uint64_t caller;
	uint32_t place;
};

/**
 * struct mmx_vmalloc - all areas in ascending order of addresses
 * @frames: the memory that they map and own; the owner is the area's number
 * @borrowed: the memory that they map and do not own, as vmap() does: of users, files, drivers
 */
struct mmx_vmalloc {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_vmalloc_area);
	struct mmx_owned frames, borrowed;
};

/** mmx_vmalloc_find() - all areas, busy ones and those freed lately: mmx_know_vmalloc() keeps them */
int mmx_vmalloc_find(struct mmx_vmalloc *v, struct mmx_view *view, struct mmx_err *err);
void mmx_vmalloc_free(struct mmx_vmalloc *v);

/** mmx_vmalloc_of() - the area that holds an address, or NULL */
const struct mmx_vmalloc_area *mmx_vmalloc_of(const struct mmx_vmalloc *v, uint64_t addr);

/** mmx_vmalloc_mapped_end() - the end of what the area maps: before its guard page, if it has one */
uint64_t mmx_vmalloc_mapped_end(const struct mmx_view *view, const struct mmx_vmalloc_area *area);

/* Of flags; macros in the kernel, the same in all releases. SPARSE is of 6.9. */
enum mmx_vmalloc_flag {
	MMX_VM_IOREMAP = 0x1,
	MMX_VM_ALLOC = 0x2,
	MMX_VM_MAP = 0x4,
	MMX_VM_USERMAP = 0x8,
	MMX_VM_DMA_COHERENT = 0x10,
	MMX_VM_UNINITIALIZED = 0x20,
	MMX_VM_SPARSE = 0x1000,
};

/** mmx_vmalloc_flags() - the flags by name, with a space between them: "vmalloc user" */
void mmx_vmalloc_flags(uint64_t flags, char *buf, size_t size);

#endif
