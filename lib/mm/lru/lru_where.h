// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a folio is on the LRU: which list it is on, and what comes before and behind it there.
 *
 * Its flags and its charge tell which lruvec and which kind of list, but of generations only its own: it may
 * be on an older one's list still. What tells for certain is the list's head, which is looked for in both
 * directions, as far as MMX_LRU_LOOK pages away.
 */
#ifndef MMX_MM_LRU_WHERE_H
#define MMX_MM_LRU_WHERE_H

#include "mm/lru/lru.h"

struct mmx_page_walk;

/* Pages that are looked at in search of a list's head. */
#define MMX_LRU_LOOK 4096u

/** enum mmx_lru_state - what is with a folio that the LRU is for */
enum mmx_lru_state {
	MMX_LRU_LISTED,
	MMX_LRU_IS_UNEVICTABLE, /* it is on the LRU by its flags, and on no list */
	MMX_LRU_WAITS,          /* in a CPU's batch, to be added */
	MMX_LRU_OFF,            /* on no list, in no batch: taken off, or never put there */
};

/**
 * struct mmx_lru_where - where one is
 * @lruvec: whose lists it belongs to; @lruvec_why: why that is not known, without a code when it is
 * @memcg: the address of the memory cgroup, 0 where there are none
 * @list: which of its lists, of one that is listed
 * @seen: the list's head was found, and tells so; else the folio's flags do
 * @before, @behind: frames of its neighbours, UINT64_MAX at the ends of the list and where they are none
 * @wrong: what is wrong with the list, if the code is not MMX_OK
 */
struct mmx_lru_where {
	enum mmx_lru_state state;
	struct mmx_lruvec lruvec;
	struct mmx_err lruvec_why;
	uint64_t memcg;
	unsigned int list;
	bool seen;
	uint64_t before, behind;
	struct mmx_err wrong;
};

/** mmx_lru_where() - of the folio of a walk's current page, which was read */
void mmx_lru_where(const struct mmx_page_walk *w, struct mmx_lru_where *where);

#endif
