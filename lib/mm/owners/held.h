// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What structures of the kernel hold: sockets, rings, tables. Each kind of owner whose pages need no description
 * of their own collects a struct mmx_holdings: holders, each with what a user may want to know of it, and the
 * frames that they hold. pagex shows the holder of any of them (records/page/held.c).
 *
 *	struct mmx_hold h = {.held = held, .view = view};
 *
 *	mmx_hold_begin(&h, &(struct mmx_holder){.what = "ring", .type = "io_rings", .addr = addr});
 *	mmx_hold_page(&h, page);
 *	...
 *	return mmx_hold_end(&h, err);
 *
 * A frame that several hold stays with the first of them.
 */
#ifndef MMX_MM_HELD_H
#define MMX_MM_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

#define MMX_HOLDER_NAME 96

/**
 * struct mmx_holder - who holds frames
 * @what: what they are to it, in words
 * @type, @addr: the structure that says so; the type of a variable is NULL
 * @task, @fd: index of a task that has it open, and as which descriptor; only when @open
 * @name: what people know it by; empty without one
 * @protocol: of a socket, in a word; NULL for anything else
 */
struct mmx_holder {
	const char *what;
	const char *type;
	uint64_t addr;
	bool open;
	uint32_t task, fd;
	char name[MMX_HOLDER_NAME];
	const char *protocol;
};

/** struct mmx_piece - references to the folio that begins at @pfn, one for each piece of it that somebody has */
struct mmx_piece {
	uint64_t pfn, references;
};

/** struct mmx_holdings - holders, and the frames of all of them; the owner of a run is the holder's index */
struct mmx_holdings {
	struct mmx_coverage coverage;
	struct mmx_owned frames;
	struct {
		MMX_ARRAY(struct mmx_holder);
	} holders;
	struct {
		MMX_ARRAY(struct mmx_piece);
	} pieces; /* where they are counted: by frame */
};

/* What is known of a kind of owner, when that is nothing else: struct mmx_NAME { MMX_HOLDINGS; }; */
#define MMX_HOLDINGS                          \
	union {                               \
		struct mmx_coverage coverage; \
		struct mmx_holdings held;     \
	}

/**
 * struct mmx_hold - fills one; begins with @held and @view, and zeros
 * @counts: to be set where each page or memory that is held is a piece with a reference of its own
 */
struct mmx_hold {
	struct mmx_holdings *held;
	struct mmx_view *view;
	bool counts;
	struct mmx_holder now;
	bool entered, nomem;
	uint64_t asked, room;       /* how often, and how often at most */
	uint64_t head, head_frames; /* of the folio that was asked for last */
};

/** mmx_hold_begin() - who holds what follows; it is kept once it holds something */
void mmx_hold_begin(struct mmx_hold *h, const struct mmx_holder *holder);

/** mmx_hold_frames() - frames [pfn, pfn + frames), as far as they have struct pages */
void mmx_hold_frames(struct mmx_hold *h, uint64_t pfn, uint64_t frames);

/** mmx_hold_page() - the folio of a struct page; a pointer to none is a contradiction of the dump */
void mmx_hold_page(struct mmx_hold *h, uint64_t page);

/** mmx_hold_memory() - the pages of memory of the direct map, and the folios that it begins in; others are no one's */
void mmx_hold_memory(struct mmx_hold *h, uint64_t addr, uint64_t bytes);

/** mmx_hold_references() - so many references more than the one that was counted for what was held last; may be < 0 */
void mmx_hold_references(struct mmx_hold *h, int64_t references);

/** mmx_hold_pages() - an array of pointers to struct pages; NULL is none */
void mmx_hold_pages(struct mmx_hold *h, uint64_t array, uint64_t n);

/** mmx_hold_end() - to be called once, when all are added; -1 without memory */
int mmx_hold_end(struct mmx_hold *h, struct mmx_err *err);

void mmx_holdings_free(struct mmx_holdings *held);

/** mmx_pieces_of() - references that pieces of a folio have, as far as they were found; by all who count them */
uint64_t mmx_pieces_of(struct mmx_view *view, uint64_t head);

/** mmx_holder_of() - who holds a frame, or NULL */
const struct mmx_holder *mmx_holder_of(const struct mmx_holdings *held, uint64_t pfn);

#endif
