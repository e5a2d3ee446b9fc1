// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arms: struct page is unions in a struct, and which members of it mean something depends on what the page
 * is used for. class.def lists the arms of each class, with conditions from here, and mmx_class_arm() gives
 * the one of a page.
 */
#ifndef MMX_MM_ARM_H
#define MMX_MM_ARM_H

#include <stdbool.h>
#include <stddef.h>

#include "mm/frames/page_walk.h"

/**
 * struct mmx_arm - members of struct page that are in force together
 * @when: whether they are on a walk's current page; NULL: on every page of the class
 * @members: their names, with a space between them, those of structs that overlay struct page too
 */
struct mmx_arm {
	bool (*when)(const struct mmx_page_walk *w);
	const char *members;
};

#define MMX_ARMS 6

/* What arms of user memory and of page tables have in common. */
#define MMX_ARM_USER  "mapping index __folio_index private _mapcount memcg_data"
#define MMX_ARM_TABLE "page_type __page_type memcg_data pt_memcg_data"

/* Of user memory: mlock() counts where the links of a list are that the page is on otherwise. */
#define MMX_ARMS_OF_USERS                                                    \
	{                                                                    \
		{mmx_arm_unevictable, "__filler mlock_count " MMX_ARM_USER}, \
			{NULL, "lru " MMX_ARM_USER},                         \
	}

/** mmx_arm_has() - whether a member of struct page is in force on a walk's current page; @arm may be NULL */
bool mmx_arm_has(const char *arm, const struct mmx_page_walk *w, const char *member);

/** mmx_arm_names() - those in force that this kernel has, ", " between them; empty when there are none */
void mmx_arm_names(const char *arm, const struct mmx_page_walk *w, char *buf, size_t size);

/* Conditions. Of free blocks and guard blocks only the first page has a type. */
bool mmx_arm_typed(const struct mmx_page_walk *w);
bool mmx_arm_unevictable(const struct mmx_page_walk *w); /* on the LRU, and on none of its lists */
bool mmx_arm_root(const struct mmx_page_walk *w);        /* of page tables */
bool mmx_arm_pmd_table(const struct mmx_page_walk *w);
bool mmx_arm_pte_table(const struct mmx_page_walk *w);
bool mmx_arm_deposit(const struct mmx_page_walk *w);
bool mmx_arm_rcu(const struct mmx_page_walk *w); /* a page table that waits to be freed */

#endif
