// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which owner a frame has, turned round: owners know their frames, frames do not know their
 * owners. A table of runs of frames, filled from the owners' lists and searched by frame.
 */
#ifndef MMX_MM_OWNED_FRAMES_H
#define MMX_MM_OWNED_FRAMES_H

#include <stdint.h>

#include "base/array.h"

/**
 * struct mmx_owned_run - frames [pfn, pfn + frames) that lie with one owner in the same order
 * @owner: which one; what the number means is the filler's affair
 * @at: which of the owner's pages the first one is
 */
struct mmx_owned_run {
	uint64_t pfn, frames;
	uint64_t at;
	uint32_t owner;
};

struct mmx_owned {
	MMX_ARRAY(struct mmx_owned_run);
};

/** mmx_owned_add() - add a run; joined to the last one when it goes on there. False without memory. */
bool mmx_owned_add(struct mmx_owned *o, uint32_t owner, uint64_t at, uint64_t pfn, uint64_t frames);

/**
 * mmx_owned_sort() - to be called once, when all are added
 * A frame that several claim stays with one of them: the run that begins first, or the lower owner.
 */
void mmx_owned_sort(struct mmx_owned *o);

/** mmx_owned_find() - the run that a frame is in, or NULL */
const struct mmx_owned_run *mmx_owned_find(const struct mmx_owned *o, uint64_t pfn);

void mmx_owned_free(struct mmx_owned *o);

#endif
