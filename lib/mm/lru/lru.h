// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All LRU lists, walked and checked: what each holds, held against what the kernel counts.
 *
 * A page of the multi-generational LRU has its generation in its flags. The kernel raises that when it
 * finds the page used and moves the page to that generation's list only when it comes to reclaim it, so a
 * page may be on the list of an older generation than its own. It counts pages by their own.
 */
#ifndef MMX_MM_LRU_H
#define MMX_MM_LRU_H

#include "mm/lru/lru_batches.h"
#include "mm/lru/lruvecs.h"
#include "mm/frames/page_list.h"

/* What can be wrong: FAULT(id, "word"). */
#define MMX_LRU_FAULTS(FAULT)                 \
	FAULT(LINK, "wrong-link")             \
	FAULT(BROKEN, "list-broken")          \
	FAULT(CYCLE, "cycle")                 \
	FAULT(TWICE, "on-two-lists")          \
	FAULT(NOT_LRU, "not-lru")             \
	FAULT(LIST, "wrong-list")             \
	FAULT(GENERATION, "wrong-generation") \
	FAULT(ZONE, "wrong-zone")             \
	FAULT(MEMCG, "wrong-memcg")           \
	FAULT(FOLIO, "broken-folio")          \
	FAULT(NR_PAGES, "wrong-nr-pages")     \
	FAULT(SIZE, "wrong-size")             \
	FAULT(COUNTER, "wrong-counter")

enum mmx_lru_fault {
#define FAULT(id, word) MMX_LRU_FAULT_##id,
	MMX_LRU_FAULTS(FAULT)
#undef FAULT
		MMX_LRU_FAULT_COUNT
};

const char *mmx_lru_fault_word(unsigned int fault);

/* Findings of one fault that are kept; those behind them are only counted. */
#define MMX_LRU_FINDINGS_KEPT 100

/** struct mmx_lru_finding - something that is wrong; @addr: of what it is wrong in */
struct mmx_lru_finding {
	unsigned int node;
	uint64_t addr;
	uint8_t fault;
	char text[415];
};

/**
 * struct mmx_lru_count - a list that has pages, or is counted to have some
 * @lruvec: index of its lruvec
 * @list: its number there
 * @folios, @pages: found on it
 * @younger: those of @pages whose own generation is a younger one
 * @own: pages of that lruvec, kind and zone whose own generation is this one, whatever list has them
 * @nr_pages: how many the kernel counts of that generation, which is @own; can be below 0 for a while
 */
struct mmx_lru_count {
	uint32_t lruvec;
	uint16_t list;
	uint64_t folios, pages, younger, own;
	int64_t nr_pages;
};

/**
 * struct mmx_lru_sum - what a lruvec has
 * @whole: all of its lists could be walked to their ends
 * @first, @n: its lists among the counts
 * @folios, @pages: on its lists; @pages of anonymous memory and of files
 * @unevictable: pages that are on the LRU and on no list, by the kernel's count; 0 without memory cgroups
 */
struct mmx_lru_sum {
	bool whole;
	size_t first;
	unsigned int n;
	uint64_t folios, pages[2], unevictable;
};

/**
 * struct mmx_lru - all of them
 * @sums: by lruvec, in their order
 * @waiting: pages in batches that are on no list yet
 */
struct mmx_lru {
	struct mmx_coverage coverage;
	struct {
		MMX_ARRAY(struct mmx_lru_sum);
	} sums;
	struct {
		MMX_ARRAY(struct mmx_lru_count);
	} counts;
	struct {
		MMX_ARRAY(struct mmx_lru_finding);
	} findings;
	uint64_t found[MMX_LRU_FAULT_COUNT];
	struct mmx_page_heads heads;
};

/** mmx_lru_find() - walk and check all of them: mmx_know_lru() keeps it */
int mmx_lru_find(struct mmx_lru *lru, struct mmx_view *view, struct mmx_err *err);
void mmx_lru_free(struct mmx_lru *lru);

/** mmx_lru_findings_total() - how many there are, those not kept included */
uint64_t mmx_lru_findings_total(const struct mmx_lru *lru);

#define MMX_LRU_NAME 96

/** mmx_lru_list_name() - a list in words: "inactive anon"; "generation 7 (oldest of 4), file, zone DMA32" */
void mmx_lru_list_name(const struct mmx_lruvecs *l, const struct mmx_kernel *kernel,
		       const struct mmx_lruvec *lruvec, unsigned int list, char *name);

/**
 * struct mmx_lru_page - what a folio says about its place on the LRU
 * @flags: of its first struct page
 * @pages: that it has; 1 when its order makes no sense, and @bad tells so
 */
struct mmx_lru_page {
	uint64_t pfn, flags, memcg_data;
	uint64_t pages;
	const char *bad;
};

/** mmx_lru_page_read() - out of a first struct page; reads the one behind it where the folio is large */
enum mmx_read mmx_lru_page_read(struct mmx_view *view, uint64_t pfn, const unsigned char *bytes,
				struct mmx_lru_page *page);

/** mmx_lru_memcg() - whose lists a charge puts a folio on; -1 when that could not be read */
int mmx_lru_memcg(const struct mmx_lruvecs *l, struct mmx_view *view, uint64_t memcg_data,
		  uint64_t *memcg, struct mmx_err *err);

#endif
