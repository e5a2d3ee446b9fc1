// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel counts of each page of swap, held against the entries that name it (swap_uses.h): every page of
 * every area.
 */
#ifndef MMX_MM_SWAP_CHECK_H
#define MMX_MM_SWAP_CHECK_H

#include "mm/swap/swap_uses.h"

/* FINDING(entry, "word"): what is wrong */
#define MMX_SWAP_FINDINGS(FINDING)                                                        \
	FINDING(COUNT, "count")   /* the kernel's is another than entries were found */   \
	FINDING(MORE, "more")     /* its count goes on where nothing can be read */       \
	FINDING(BAD, "bad")       /* entries name a page that is marked as bad */         \
	FINDING(OWNER, "owner")   /* marked as shared memory's and a process's, or not */ \
	FINDING(STRAY, "stray")   /* an entry names no page of any area */                \
	FINDING(IN_USE, "in-use") /* the area counts other pages than are in use */       \
	FINDING(INODE, "inode")   /* shared memory's inode says another number */

enum mmx_swap_finding_kind {
#define FINDING(id, word) MMX_SWAP_FOUND_##id,
	MMX_SWAP_FINDINGS(FINDING)
#undef FINDING
		MMX_SWAP_FINDING_COUNT
};

const char *mmx_swap_finding_name(unsigned int kind);

/*
 * TRANSIT(entry, "in words"): what may be under way. A page that is swapped out is counted before its entry is
 * written, and one that is read back, or given up, before the entry is gone; a child's is counted before it has it.
 */
#define MMX_SWAP_TRANSITS(TRANSIT)                                                          \
	TRANSIT(NONE, "")                                                                   \
	TRANSIT(FOLIO, "; but its folio is locked: it may be on its way out, or back")      \
	TRANSIT(MM, "; but who has it is locked: it may be on its way back, or to a child") \
	TRANSIT(EXIT, "; but who has it is being torn down")

enum mmx_swap_transit {
#define TRANSIT(id, words) MMX_SWAP_TRANSIT_##id,
	MMX_SWAP_TRANSITS(TRANSIT)
#undef TRANSIT
};

const char *mmx_swap_transit_words(enum mmx_swap_transit transit);

/**
 * struct mmx_swap_finding - something is wrong
 * @type, @offset: with that page of swap
 * @address: where the kernel keeps what is wrong, or 0
 * @kernel, @found: what it says, and what was counted: entries, or pages
 * @transit: unless this is going on
 */
struct mmx_swap_finding {
	enum mmx_swap_finding_kind kind;
	unsigned int type;
	uint64_t offset, address, kernel, found;
	enum mmx_swap_transit transit;
};

/**
 * struct mmx_swap_sum - what an area's pages come to
 * @used: pages in use, by what the kernel keeps of each; @cached: those that nobody names: only the cache has them,
 *	or they are given away in advance
 * @bad: pages not to be used; @counts: sum of the counts; @continued: pages whose count needs more room
 * @entries, @shmem: entries that were found
 * @zero: pages in use that are nothing but zeros
 * @unread: pages of which nothing could be read
 */
struct mmx_swap_sum {
	unsigned int type;
	uint64_t used, cached, bad, counts, continued, entries, shmem, zero, unread;
};

#define MMX_SWAP_FINDINGS_KEPT 1000

/**
 * struct mmx_swap_check - all areas
 * @v: what is wrong; @more: and is not kept; @sure: what no transit may be the reason of
 * @sum: by area
 * @short_of: pages that are counted oftener than entries were found, where not all entries are known
 */
struct mmx_swap_check {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swap_finding);
	uint64_t more, sure, short_of;
	struct {
		MMX_ARRAY(struct mmx_swap_sum);
	} sum;
};

/** mmx_swap_check_find() - mmx_know_swap_check() keeps it */
int mmx_swap_check_find(struct mmx_swap_check *check, struct mmx_view *view, struct mmx_err *err);
void mmx_swap_check_free(struct mmx_swap_check *check);

/** mmx_swap_address() - where the kernel keeps the count of a page: in swap_map, or its swap table; 0: not known */
uint64_t mmx_swap_address(struct mmx_view *view, const struct mmx_swap_area *area, uint64_t offset);

#endif
