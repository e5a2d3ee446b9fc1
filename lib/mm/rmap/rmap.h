// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reverse map: from frames of a folio to the entries of user page tables that hold them. The folio's
 * mapping leads to a tree of areas; what each area's page tables have at the place that the page's index
 * comes to there is read, and is an entry only when it holds one of the frames.
 *
 *	struct mmx_rmap_page page;
 *	struct mmx_rmap rmap = {0};
 *
 *	mmx_rmap_page_of(&page, walk, has_mapping);
 *	mmx_rmap_find(&rmap, view, &page, false);
 *	for (size_t i = 0; i < rmap.n; i++)
 *		use(&rmap.v[i]);
 *	mmx_rmap_free(&rmap);
 */
#ifndef MMX_MM_RMAP_H
#define MMX_MM_RMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "base/seen.h"
#include "mm/frames/page_walk.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma.h"

/** enum mmx_rmap_kind - what leads to a page's areas; the numbers are the low bits of a mapping word */
enum mmx_rmap_kind {
	MMX_RMAP_FILE,
	MMX_RMAP_ANON,
	MMX_RMAP_MOVABLE, /* nothing: a driver's, up to 6.16 */
	MMX_RMAP_KSM,
	MMX_RMAP_NONE, /* nothing: it has no mapping */
	MMX_RMAP_KINDS
};

/**
 * struct mmx_rmap_page - frames of one folio, and where their entries are to be looked for
 * @pfn, @pages: the frames
 * @pointer: the anon_vma, address_space or KSM node
 * @index: of the first of them, in pages of the smallest size
 */
struct mmx_rmap_page {
	enum mmx_rmap_kind kind;
	bool hugetlb;
	uint64_t pfn, pages;
	uint64_t pointer;
	uint64_t index;
};

/** enum mmx_rmap_way - how an entry was found */
enum mmx_rmap_way {
	MMX_RMAP_BY_TREE,
	MMX_RMAP_HIDDEN, /* in a part of the tree that a search turns back from: its subtree_last is wrong */
	MMX_RMAP_BY_TABLES, /* no tree leads to it: all page tables were walked */
	MMX_RMAP_WAYS
};

/**
 * struct mmx_rmap_entry - an entry that holds some of the frames
 * @vma: the area; @vma.addr 0: no area has the address
 * @chain: the anon_vma_chain that led to it; @item: KSM's rmap item; 0 where there is none
 * @addr: the user address of the first of the frames that it holds; @pfn, @pages: which these are
 * @counted: the kernel's count of mappings has it
 * @wrong: no kernel makes an entry there, or trees that do not lead to it
 * @outside: a tree leads to it, by a VMA that the process's own tree does not have
 * @again: the same entry as one before, through a table that address spaces share: counted once
 */
struct mmx_rmap_entry {
	uint64_t mm;
	struct mmx_vma vma;
	uint64_t chain, item;
	uint64_t addr;
	uint64_t pfn, pages;
	struct mmx_user_entry entry;
	enum mmx_rmap_way way;
	bool counted, wrong, outside, again;
};

/**
 * struct mmx_rmap - the entries of some frames
 * @coverage: how many were found, and what is wrong on the way to others
 * @v: by address space and address; those that name the frames and are not counted included
 * @counted: how many of them the kernel counts
 * @areas: how many were looked at; @visited, @pruned: nodes of the trees, as mmx_areas has them
 */
struct mmx_rmap {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_rmap_entry);
	uint64_t counted;
	uint64_t areas, visited, pruned;
	/* Private. */
	struct mmx_seen places, entries;
};

/** mmx_rmap_kind_name() - as pagex has it: "anon" */
const char *mmx_rmap_kind_name(unsigned int kind);

/**
 * mmx_rmap_page_of() - the current page of a walk; @has_mapping: its class has a mapping in that word
 * mmx_rmap_folio_of() is the same of the whole folio.
 */
void mmx_rmap_page_of(struct mmx_rmap_page *page, const struct mmx_page_walk *w, bool has_mapping);
void mmx_rmap_folio_of(struct mmx_rmap_page *page, const struct mmx_page_walk *w, bool has_mapping);

/**
 * mmx_rmap_find() - add the entries that trees lead to; -1 without memory
 * @whole: look at every area of the trees, whatever they say of where to search. Of those that are known
 *	already none is added.
 */
int mmx_rmap_find(struct mmx_rmap *rmap, struct mmx_view *view, const struct mmx_rmap_page *page,
		  bool whole, struct mmx_err *err);

/** mmx_rmap_add() - add an entry that somebody found, unless it is known; -1 without memory */
int mmx_rmap_add(struct mmx_rmap *rmap, const struct mmx_rmap_entry *entry, struct mmx_err *err);

/** mmx_rmap_sort() - by address space and address */
void mmx_rmap_sort(struct mmx_rmap *rmap);

void mmx_rmap_free(struct mmx_rmap *rmap);

/**
 * mmx_rmap_counts() - whether the mapcount of a page has the entry
 * A page under migration is unmapped: its entries only wait for it. One that is a device's alone was
 * unmapped as well up to 6.14, and stays mapped since.
 */
bool mmx_rmap_counts(const struct mmx_kernel *kernel, const struct mmx_entry_rules *rules,
		     const struct mmx_user_entry *entry);

#endif
