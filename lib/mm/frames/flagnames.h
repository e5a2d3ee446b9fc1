// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of the flags that a page has set. Several names share a bit, and the state of the page says
 * which one is meant; the low byte of a large folio's second page is no flags at all.
 */
#ifndef MMX_MM_FLAGNAMES_H
#define MMX_MM_FLAGNAMES_H

#include "mm/frames/page_walk.h"

#define MMX_FLAG_NAMES_MAX 64

/** mmx_flag_names() - names of the current page's own flags; returns how many */
unsigned int mmx_flag_names(const struct mmx_page_walk *w, const char *names[MMX_FLAG_NAMES_MAX]);

#endif
