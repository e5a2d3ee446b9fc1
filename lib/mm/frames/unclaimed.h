// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that nobody claims: what such a page can be, as far as its struct page tells. */
#ifndef MMX_MM_UNCLAIMED_H
#define MMX_MM_UNCLAIMED_H

#include "mm/frames/page_walk.h"

/* KIND(entry, "in short", "in words") */
#define MMX_UNCLAIMED_KINDS(KIND)                                                             \
	KIND(MAPPED, "a driver's, and mapped",                                                \
	     "kernel memory that processes map: a buffer of a driver")                        \
	KIND(COMPOUND, "large kmalloc, or a driver's",                                        \
	     "a compound allocation of the kernel's: a large kmalloc where those are not "    \
	     "marked, a buffer of a driver")                                                  \
	KIND(HELD, "known to its owner alone",                                                \
	     "what its owner alone knows of: a ring or buffer of a driver, kernel memory of " \
	     "one page")                                                                      \
	KIND(UNCOUNTED, "behind a first page, or uncounted",                                  \
	     "behind the first page of an allocation that is not compound, or of an owner "   \
	     "that keeps no count")

enum mmx_unclaimed_kind {
#define KIND(id, brief, words) MMX_UNCLAIMED_##id,
	MMX_UNCLAIMED_KINDS(KIND)
#undef KIND
};

/** mmx_unclaimed_kind() - of a walk's current page, whose folio was read */
enum mmx_unclaimed_kind mmx_unclaimed_kind(struct mmx_page_walk *w);

const char *mmx_unclaimed_brief(enum mmx_unclaimed_kind kind);
const char *mmx_unclaimed_words(enum mmx_unclaimed_kind kind);

#endif
