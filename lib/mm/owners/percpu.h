// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Per-CPU memory: chunks, each with one unit of the same size a CPU, of which those pages are there
 * that something was allocated from. The first chunk was laid out at boot and holds the kernel's
 * own per-CPU variables as well; its pages are reserved, those of all others point to their chunk.
 */
#ifndef MMX_MM_PERCPU_H
#define MMX_MM_PERCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

enum mmx_percpu_kind {
	MMX_PERCPU_STATIC,  /* the kernel's own variables and the rest of the first chunk */
	MMX_PERCPU_DYNAMIC, /* made later, when there was more to allocate */
};

/**
 * struct mmx_percpu_chunk - a chunk
 * @addr: of its struct pcpu_chunk; of the static one, that for dynamic allocations out of it
 * @base: address of its first unit, as of a CPU with unit offset 0
 * @pages: pages of one unit
 * @populated: those of them that are there, by the kernel's count; of the static one, all
 * @found: the same as found in its bitmap
 * @strangers: frames that do not point back to this chunk and are left out; 0 in a sound dump
 * @unread: frames that are left out since their struct pages could not be asked
 */
struct mmx_percpu_chunk {
	enum mmx_percpu_kind kind;
	uint64_t addr, base;
	uint64_t pages, populated, found;
	uint64_t strangers, unread;
};

/**
 * struct mmx_percpu - all chunks and their frames
 * @frames: owner is the chunk's number times the number of CPUs plus the CPU's place in @units; at is
 *          the page within the unit. mmx_percpu_page() takes that apart.
 */
struct mmx_percpu {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_percpu_chunk);
	struct {
		MMX_ARRAY(struct mmx_percpu_unit {
			unsigned int cpu;
			uint64_t offset;
		});
	} units;
	struct mmx_owned frames;
};

/** struct mmx_percpu_page - what a frame of per-CPU memory is */
struct mmx_percpu_page {
	const struct mmx_percpu_chunk *chunk;
	unsigned int cpu;
	uint64_t at;   /* page within the unit */
	uint64_t addr; /* the kernel address of this page in its unit */
};

/** mmx_percpu_find() - every chunk and the frames of its pages: mmx_know_percpu() keeps them */
int mmx_percpu_find(struct mmx_percpu *p, struct mmx_view *view, struct mmx_err *err);
void mmx_percpu_free(struct mmx_percpu *p);

/** mmx_percpu_page() - what a frame is in per-CPU memory; false when it is none of it */
bool mmx_percpu_page(const struct mmx_percpu *p, const struct mmx_view *view, uint64_t pfn,
		     struct mmx_percpu_page *page);

#endif
