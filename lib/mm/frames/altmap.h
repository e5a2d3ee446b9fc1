// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that came later than boot: its blocks, as sysfs has them, and where its struct pages lie within itself
 * (memory_hotplug.memmap_on_memory; devices that were told so).
 */
#ifndef MMX_MM_ALTMAP_H
#define MMX_MM_ALTMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_memory_block - a block of memory, one section or more; @node: what it was added to, -1 for none */
struct mmx_memory_block {
	uint64_t first_pfn, addr;
	int32_t node;
};

/**
 * struct mmx_altmap - memory set aside for its own struct pages
 * @owner: address of the memory_block or dev_pagemap
 * @device: it is a device's
 * @told: all of its members are known; up to 6.5 a memory block has only a number of pages, @alloc
 * @base_pfn, @end_pfn: first and last frame of what it is for
 * @reserve: frames at the beginning that are not to be used
 * @free: frames behind those that can be; of which @align and @alloc are in use
 */
struct mmx_altmap {
	uint64_t owner;
	bool device, told;
	uint64_t base_pfn, end_pfn, reserve, free, align, alloc;
};

/** struct mmx_altmaps - all blocks of memory, by frame, and all altmaps, by their first frame */
struct mmx_altmaps {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_altmap);
	struct {
		MMX_ARRAY(struct mmx_memory_block);
	} blocks;
};

/** mmx_altmaps_find() - read them: mmx_know_altmaps() keeps them */
int mmx_altmaps_find(struct mmx_altmaps *altmaps, struct mmx_view *view, struct mmx_err *err);
void mmx_altmaps_free(struct mmx_altmaps *altmaps);

/** mmx_altmap_at() - the altmap that a frame is used for, as a place of struct pages; or NULL */
const struct mmx_altmap *mmx_altmap_at(const struct mmx_altmaps *altmaps, uint64_t pfn);

/** mmx_altmaps_node() - the node that the memory block around a frame was added to; -1 when nothing tells */
int mmx_altmaps_node(const struct mmx_altmaps *altmaps, uint64_t pfn);

#endif
