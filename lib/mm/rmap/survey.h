// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reverse map of all memory, three ways that must agree: the entries of all page tables, each walked
 * once; the trees, each walked once, which must lead to every one of these entries; and the kernel's own
 * counts.
 *
 * Beside what is said of each area it takes 12 bytes for each frame that is mapped, and a place in a list for
 * each entry that no tree leads to.
 */
#ifndef MMX_MM_SURVEY_H
#define MMX_MM_SURVEY_H

#include "mm/rmap/rmap.h"
#include "mm/rmap/spaces.h"

/* WAY(id, "in words"): why no tree leads to an entry, or need not */
#define MMX_STRAYS(STRAY)                                                                        \
	STRAY(SPECIAL, "mapped as it is: the kernel itself sees no page there, and counts none") \
	STRAY(ZERO, "the page of zeros, which nobody counts")                                    \
	STRAY(NO_MAPPING,                                                                        \
	      "of a driver or the kernel itself: the page has no mapping to search by")          \
	STRAY(OTHER_FILE, "of another file than the one that is mapped there, as drivers do it") \
	STRAY(MIGRATION, "the page is being migrated: the entry waits for it")                   \
	STRAY(POISON, "the page is poisoned")                                                    \
	STRAY(LEAVING,                                                                           \
	      "in a mapping that is being unmapped: its VMA is out of the process's tree")       \
	STRAY(WRONG_PLACE, "at an address where the page's index does not belong")               \
	STRAY(LOST, "in an area that the tree of the page's mapping does not lead to")           \
	STRAY(NO_AREA, "at an address that no area has")                                         \
	STRAY(FREE, "of a page that is free")                                                    \
	STRAY(NO_PAGE, "of a frame that has no struct page")

enum mmx_stray_why {
#define STRAY(id, words) MMX_STRAY_##id,
	MMX_STRAYS(STRAY)
#undef STRAY
		MMX_STRAY_WHYS
};

const char *mmx_stray_words(unsigned int why);

/** mmx_stray_wrong() - whether no kernel does that */
static inline bool mmx_stray_wrong(enum mmx_stray_why why)
{
	return why >= MMX_STRAY_WRONG_PLACE && why != MMX_STRAY_NO_PAGE;
}

/** struct mmx_stray - an entry that no tree leads to; @area: its number among the areas, ~0 when it is in none */
struct mmx_stray {
	uint64_t pfn; /* the first frame that it holds */
	uint64_t mm;
	uint64_t addr;
	uint64_t at, raw;
	uint32_t area;
	uint32_t pages; /* from that frame on */
	uint32_t piece; /* of the walk that met it */
	uint8_t level;
	uint8_t why;
	bool counted;
};

/** struct mmx_survey_page - a frame whose count is not what was found */
struct mmx_survey_page {
	uint64_t pfn;
	int64_t mapcount; /* of its folio where the kernel counts no single pages */
	int64_t entries;
	bool of_folio;
};

/* How many of those are kept; those behind them are counted. */
#define MMX_SURVEY_PAGES  1000
#define MMX_SURVEY_STRAYS (1u << 20)

/**
 * struct mmx_survey_ask - what is wanted of it
 * @first, @last: frames whose strays are all kept, special ones included; of others those that are wrong or
 *	of no mapping
 * @progress: tells who watches, or NULL
 */
struct mmx_survey_ask {
	uint64_t first, last;
	void (*progress)(void *arg, int percent);
	void *progress_arg;
};

/**
 * struct mmx_survey - what came of it
 * @coverage: what could not be walked or read
 * @entries: that the kernel counts, found in page tables; @frames: mapped by them; @spaces: walked
 * @strays: by frame; @stray: how many there are of each sort, kept or not
 * @pages, @all_pages: frames whose count is not what was found
 * @uncertain: the page tables of some were not all there, so less may have been found than there is
 */
struct mmx_survey {
	struct mmx_coverage coverage;
	struct mmx_mm_spaces spaces;
	uint64_t entries, frames, tables;
	struct {
		MMX_ARRAY(struct mmx_stray);
	} strays;
	uint64_t stray[MMX_STRAY_WHYS];
	struct {
		MMX_ARRAY(struct mmx_survey_page);
	} pages;
	uint64_t all_pages;
	bool uncertain;
};

/** mmx_survey_find() - walk it all; -1 without memory, and when stopped */
int mmx_survey_find(struct mmx_survey *survey, struct mmx_view *view,
		    const struct mmx_survey_ask *ask, struct mmx_err *err);
void mmx_survey_free(struct mmx_survey *survey);

/** mmx_survey_add() - add the strays of some frames to their reverse map */
int mmx_survey_add(const struct mmx_survey *survey, struct mmx_rmap *rmap, struct mmx_view *view,
		   const struct mmx_rmap_page *page, struct mmx_err *err);

#endif
