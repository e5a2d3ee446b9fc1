// SPDX-License-Identifier: GPL-2.0-or-later
/* What this kernel calls the bits of a page-table entry, and what those of one that is not present say. */
#ifndef MMX_MM_ENTRY_NAMES_H
#define MMX_MM_ENTRY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "mm/processes/user_entry.h"

/* More than all names together. */
#define MMX_ENTRY_NAMES 320

/**
 * mmx_entry_bits() - the names of all bits that are set and are of no frame, "bit7" where one has none
 * @user: the entry is on the way of a user address; some bits mean something else on the kernel's
 * Of an entry that is not present: of those bits that say something whatever it is.
 */
void mmx_entry_bits(char text[static MMX_ENTRY_NAMES], struct mmx_view *view,
		    const struct mmx_pte *pte, bool user);

/** mmx_entry_present_bits() - the same of one that is present or maps something, by rules that are at hand */
void mmx_entry_present_bits(char text[static MMX_ENTRY_NAMES], const struct mmx_kernel *kernel,
			    const struct mmx_entry_rules *rules, const struct mmx_pte *pte,
			    bool user);

/** mmx_marker_words() - what a marker says: "guard", "poisoned, uffd-wp" */
void mmx_marker_words(char text[static MMX_ENTRY_NAMES], unsigned int marker);

/** mmx_entry_flags_words() - MMX_PTE_* by name, with spaces between them */
void mmx_entry_flags_words(char text[static MMX_ENTRY_NAMES], unsigned int flags);

#endif
