// SPDX-License-Identifier: GPL-2.0-or-later
/* Of room.h: what is told of a piece of the frames, in any thread, to be added up with the other pieces. */
#ifndef MMX_MM_ROOM_PIECE_H
#define MMX_MM_ROOM_PIECE_H

#include "mm/frames/page_pieces.h"
#include "mm/zones/room.h"

#define MMX_ROOM_NO_ZONE 0xffff

/* Owners in a piece, of 64 ranges of 2 MiB, that are told apart; those beyond are others. */
#define MMX_ROOM_PIECE_OWNERS 512

/* Findings in a piece that are kept; those beyond are only counted. */
#define MMX_ROOM_PIECE_FINDINGS 16

/**
 * struct mmx_room_plan - what is to be done with every piece; only read
 * @zone_of: places in mmx_mem(kernel)->zones, by node and zone number
 * @sources: NULL when nobody asks for owners
 * @merged: free blocks of orders below this one merge with their buddies, whatever their types
 */
struct mmx_room_plan {
	struct mmx_classifier classifier;
	const struct mmx_mobility_rules *rules;
	const struct mmx_whose_sources *sources;
	const struct mmx_free_lists *lists;
	unsigned int merged;
	uint16_t *zone_of;
	unsigned int nodes, per_node;
	size_t zones;
};

/** struct mmx_room_found - a finding; what @other and @value are depends on the fault */
struct mmx_room_found {
	uint64_t pfn, other;
	int64_t value;
	uint16_t zone;
	uint8_t fault;
};

/**
 * struct mmx_room_piece - a piece's result
 * @covered, @missing: frames whose struct pages were read, or are not in the dump; @why: how the first is not
 * @windows: as many as there are when no frame of the piece lies behind the last one
 * @zone: that all of its frames are in, or MMX_ROOM_NO_ZONE
 * @seen: a bit for each mobility that some of them have
 * @clear: frames that are free or movable
 * @owner: their ranges are of 2 MiB
 * @zones: by their places in mmx_mem(kernel)->zones
 */
struct mmx_room_piece {
	uint64_t covered, missing;
	enum mmx_read why;
	uint64_t count[MMX_FREE_FAULT_COUNT];
	unsigned int n_found;
	struct mmx_room_found found[MMX_ROOM_PIECE_FINDINGS];
	unsigned int windows;
	uint16_t zone;
	uint32_t seen;
	uint64_t clear;
	unsigned int n_owners;
	struct mmx_obstacle owner[MMX_ROOM_PIECE_OWNERS];
	struct mmx_room_zone zones[];
};

/** MMX_ROOM_WINDOW - frames that are looked at together: a block of the largest order */
#define MMX_ROOM_WINDOW (1u << (MMX_BLOCK_ORDERS - 1))

/** mmx_room_piece() - for struct mmx_page_pieces; @arg is a struct mmx_room_plan */
int mmx_room_piece(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err);

/**
 * struct mmx_room_check - what struct pages say of free blocks, in the order of frames
 * @end: of the free block that begins last
 */
struct mmx_room_check {
	const struct mmx_room_plan *plan;
	struct mmx_room_piece *piece;
	uint64_t head, end;
};

/** mmx_room_check_page() - a walk's current frame, which was read and which the kernel looks at */
void mmx_room_check_page(struct mmx_room_check *c, const struct mmx_page_walk *w, uint16_t zone);

/** mmx_room_check_counters() - hold NR_FREE_PAGES of each zone against its lists; -1 without memory */
int mmx_room_check_counters(struct mmx_room *room, struct mmx_view *view);

#endif
