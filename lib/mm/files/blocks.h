// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blocks of a folio of a file, as its file system keeps them in the folio's private word: buffer heads, each
 * with the place of its block on the device, or iomap's bits, which know no places.
 *
 *	struct mmx_blocks blocks;
 *
 *	mmx_blocks_begin(&blocks, view, &mapping, &cached);
 *	while (mmx_blocks_next(&blocks))
 *		use(&blocks.block);
 *	mmx_cover_inherit(&mine.coverage, &blocks.coverage);
 */
#ifndef MMX_MM_BLOCKS_H
#define MMX_MM_BLOCKS_H

#include "kernel/layout.h"
#include "mm/files/cached.h"

enum mmx_blocks_kind {
	MMX_BLOCKS_NONE,    /* the folio has nothing kept of blocks */
	MMX_BLOCKS_BUFFERS, /* buffer heads */
	MMX_BLOCKS_IOMAP,
	MMX_BLOCKS_OTHER, /* something of the file system's own */
};

const char *mmx_blocks_kind_name(unsigned int kind);

/**
 * struct mmx_block - a block
 * @at, @size: where in the folio it is, in bytes
 * @addr, @state, @bdev: BUFFERS: the buffer_head, its b_state and the block_device
 * @number: BUFFERS: which block of the device it is, counted in @size; when @placed
 * @uptodate, @dirty: of both kinds; up to 6.5 iomap knows no dirty blocks: @dirty_known
 */
struct mmx_block {
	uint64_t at, size;
	uint64_t addr, state, bdev;
	bool placed;
	uint64_t number;
	bool uptodate, dirty, dirty_known;
};

/** struct mmx_blocks - a walk over the blocks of a folio */
struct mmx_blocks {
	struct mmx_coverage coverage;
	enum mmx_blocks_kind kind;
	struct mmx_block block;
	/* Private. */
	struct mmx_view *view;
	uint64_t private, page, size, next;
	unsigned int block_bits;
	bool done;
};

/** mmx_blocks_begin() - those of the folio that a walk over a page cache came to */
void mmx_blocks_begin(struct mmx_blocks *b, struct mmx_view *view, const struct mmx_mapping *m,
		      const struct mmx_cached *folio);
bool mmx_blocks_next(struct mmx_blocks *b);

/**
 * mmx_buffer_bits() - the names of the bits of a b_state; those behind them are the file system's own
 * Returns how many, of at most @room.
 */
unsigned int mmx_buffer_bits(const struct mmx_layout *l, uint64_t state, const char **names,
			     unsigned int room);

#endif
