// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was read of the kernel's objects lately, by address: thousands of pages lead to the same file, the
 * same anon_vma and the same memory cgroup, and paths and trees take many reads. A small number is kept,
 * and a new one takes the place of the one that was not asked for longest.
 *
 *	if (mmx_recall(view, MMX_RECALL_MAPPING, addr, m, sizeof(*m)))
 *		return 0;
 *	...
 *	mmx_remember(view, MMX_RECALL_MAPPING, addr, m, sizeof(*m));
 *
 * It is one for all threads, since views come and go with the walks that they are made for. What failed
 * is not kept, nor what was read while the command is being stopped; of a live kernel, nothing outlives
 * the command.
 */
#ifndef MMX_MM_RECALL_H
#define MMX_MM_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mmx_view;

/** MMX_RECALL_MAX - as many are kept, of at most some 5 KiB each */
#define MMX_RECALL_MAX 128

enum mmx_recall_kind {
	MMX_RECALL_MAPPING, /* struct mmx_mapping of an address_space */
	MMX_RECALL_FILE,    /* struct mmx_path of a file */
	MMX_RECALL_SEEN,    /* the same, as PID 1 sees it */
	MMX_RECALL_MEMCG,   /* struct mmx_memcg of a mem_cgroup */
	MMX_RECALL_ANON,    /* struct mmx_anon of an anon_vma */
};

struct mmx_recall;

struct mmx_recall *mmx_recall_new(void);
void mmx_recall_free(struct mmx_recall *r);

/** mmx_recall_forget() - all of it */
void mmx_recall_forget(struct mmx_recall *r);

/** mmx_recall() - fill @into with what is kept of that kind for @addr; false when nothing is */
bool mmx_recall(struct mmx_view *view, enum mmx_recall_kind kind, uint64_t addr, void *into,
		size_t size);

/** mmx_remember() - keep a copy of @what, which holds no pointer to anything that can go */
void mmx_remember(struct mmx_view *view, enum mmx_recall_kind kind, uint64_t addr, const void *what,
		  size_t size);

#endif
