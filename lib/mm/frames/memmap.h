// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two places of a page: its frame, and where its struct page lies. Runs of frames with the frames that hold
 * their struct pages; what huge pages and devices save by sharing some; and what is wrong with that.
 *
 *	memmap.c		the runs
 *	memmap_shared.c		struct pages that several parts of the array share
 *	memmap_check.c		what is wrong
 */
#ifndef MMX_MM_MEMMAP_H
#define MMX_MM_MEMMAP_H

#include "base/array.h"
#include "base/coverage.h"
#include "base/range.h"
#include "mm/frames/altmap.h"

struct mmx_hstate;
struct mmx_section;
struct mmx_view;
struct mmx_vmemmap_extent;

/* STATE(entry, "word"): what the frames of a run are to the kernel, see online.h */
#define MMX_MEMMAP_STATES(STATE)  \
	STATE(ONLINE, "online")   \
	STATE(HOLE, "hole")       \
	STATE(DEVICE, "device")   \
	STATE(OFFLINE, "offline") \
	STATE(UNTOLD, "unknown") /* a device's or offline, or in a section with both */

/* PLACE(entry, "word"): what kind of memory struct pages lie in */
#define MMX_MEMMAP_PLACES(PLACE)                                                         \
	PLACE(NONE, "none")           /* nowhere: no page table maps them */             \
	PLACE(BOOT, "boot")           /* set aside at boot, reserved */                  \
	PLACE(ALLOCATED, "allocated") /* from the page allocator */                      \
	PLACE(SELF, "self")           /* in the memory that they are of, by an altmap */ \
	PLACE(MIXED, "mixed")         /* several of those */                             \
	PLACE(UNKNOWN, "unknown") /* the struct page of the frame that they lie in is not there */

/* FAULT(entry, "word"): what can be wrong */
#define MMX_MEMMAP_FAULTS(FAULT)      \
	FAULT(UNMAPPED, "not-mapped") \
	FAULT(MAP_WORD, "map-word")   \
	FAULT(SHARED, "shared")       \
	FAULT(NO_MEMORY, "no-memory") \
	FAULT(FREE, "in-free-memory") \
	FAULT(ZONE, "wrong-zone")     \
	FAULT(LINK, "wrong-link")

#define ENTRY(id, word) MMX_MEMMAP_##id,
enum mmx_memmap_state { MMX_MEMMAP_STATES(ENTRY) MMX_MEMMAP_STATE_COUNT };
#undef ENTRY
#define ENTRY(id, word) MMX_PLACE_##id,
enum mmx_memmap_place { MMX_MEMMAP_PLACES(ENTRY) MMX_PLACE_COUNT };
#undef ENTRY
#define ENTRY(id, word) MMX_MEMMAP_##id,
enum mmx_memmap_fault { MMX_MEMMAP_FAULTS(ENTRY) MMX_MEMMAP_FAULT_COUNT };
#undef ENTRY

const char *mmx_memmap_state_word(unsigned int state);
const char *mmx_memmap_place_word(unsigned int place);
const char *mmx_memmap_fault_word(unsigned int fault);

/* In place of a node's number. */
#define MMX_NODE_UNKNOWN (-1)
#define MMX_NODE_SEVERAL (-2)

/**
 * struct mmx_memmap_run - neighbouring frames that are alike, and their struct pages
 * @early: their sections are from boot
 * @node, @place_node: of the frames, and of the frames that their struct pages lie in
 * @pages: pages of the array that are mapped for them
 * @saved: those of them that share the physical page of another
 * @elsewhere: those, shared ones aside, that lie on another node than the frames, where both are known
 * @phys: the lowest physical address of those that share none, where there are any
 * @pieces: physical runs that those are, in the order of frames
 * @begins, @ends: where the first of them begins and the last one ends
 */
struct mmx_memmap_run {
	uint64_t first, end;
	uint8_t state, place;
	bool early;
	int32_t node, place_node;
	uint64_t pages, saved, elsewhere;
	uint64_t phys, pieces;
	uint64_t begins, ends;
};

/** struct mmx_memmap_saving - what sharing saves: of huge pages of a pool, or folios of devices of an order */
struct mmx_memmap_saving {
	const struct mmx_hstate *hstate; /* NULL: of devices */
	unsigned int order;
	uint64_t folios, pages;
};

#define MMX_MEMMAP_SAVINGS 16

/* Findings of one kind that are kept; those behind them are only counted. */
#define MMX_MEMMAP_FINDINGS_KEPT 100

/** struct mmx_memmap_finding - something that is wrong; @addr: of the struct page that it is about */
struct mmx_memmap_finding {
	uint64_t addr, pfn;
	uint8_t fault;
	char text[223];
};

/**
 * struct mmx_memmap - the struct pages of all frames
 * @savings: what sharing saves, @n_savings of them
 * @tails: physical pages that stand for tails of several huge pages, since 7.1; no part of any run's own pages
 * @placed: physical pages of struct pages by the memory that they lie in
 * @count: findings by kind, those not kept included
 */
struct mmx_memmap {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_memmap_run);
	struct mmx_memmap_saving savings[MMX_MEMMAP_SAVINGS];
	unsigned int n_savings;
	uint64_t tails;
	uint64_t placed[MMX_PLACE_COUNT];
	struct {
		MMX_ARRAY(struct mmx_memmap_finding);
		uint64_t count[MMX_MEMMAP_FAULT_COUNT];
	} findings;
};

/** mmx_memmap_find() - find them: mmx_know_memmap() keeps them; needs vmemmap's base */
int mmx_memmap_find(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err);
void mmx_memmap_free(struct mmx_memmap *memmap);

/** mmx_memmap_findings() - how many there are */
uint64_t mmx_memmap_findings(const struct mmx_memmap *memmap);

/*
 * For the files named above alone.
 */

/** mmx_memmap_found() - enter a finding; -1 without memory */
int mmx_memmap_found(struct mmx_memmap *memmap, struct mmx_view *view, enum mmx_memmap_fault fault,
		     uint64_t pfn, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** mmx_memmap_owns() - whether the page that an extent repeats is of the huge page's first struct pages: up to 7.0 */
bool mmx_memmap_owns(struct mmx_view *view, const struct mmx_vmemmap_extent *e);

/** mmx_memmap_shared() - huge pages that share struct pages, and shared ones that are of none */
int mmx_memmap_shared(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err);

/** mmx_memmap_check_page() - whether the struct page of a frame can be this frame's */
int mmx_memmap_check_page(struct mmx_memmap *memmap, struct mmx_view *view, uint64_t pfn);

/** mmx_memmap_check_places() - what the frames are that struct pages lie in */
int mmx_memmap_check_places(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err);

#endif
