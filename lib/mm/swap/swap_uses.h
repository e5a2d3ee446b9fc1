// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has what in swap: every entry of every process's page tables, and of shared memory's page caches, counted
 * by the page of swap that it names. What the kernel counts is held against that (swap_check.h).
 */
#ifndef MMX_MM_SWAP_USES_H
#define MMX_MM_SWAP_USES_H

#include "mm/processes/task.h"
#include "mm/swap/stored.h"

/** struct mmx_swap_use - how many entries name a page of swap: of page tables, and of shared memory */
struct mmx_swap_use {
	uint32_t entries, shmem;
};

/** MMX_SWAP_USES_EACH - pages of swap that one piece of a struct mmx_swap_area_uses is for */
#define MMX_SWAP_USES_EACH 4096

/**
 * struct mmx_swap_area_uses - all uses of an area
 * @piece: by MMX_SWAP_USES_EACH pages; NULL where nobody uses one of them
 */
struct mmx_swap_area_uses {
	uint64_t pages, pieces;
	struct mmx_swap_use **piece;
};

/**
 * struct mmx_swap_owner - an entry that names a page of swap
 * @key: that page, as mmx_swap_key() has it
 * @mm, @task: whose page table has it, at the user address @at; @task is NULL where no task has that mm
 * @mapping: or, shared memory's: the address_space, which has it at index @at
 */
struct mmx_swap_owner {
	unsigned int type;
	uint64_t offset, key;
	uint64_t mm, mapping, at;
	const struct mmx_task *task;
};

struct mmx_swap_owners {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swap_owner);
};

/**
 * struct mmx_swapped - what someone has in swap
 * @mm, @task, @others: an address space, a process that has it, or NULL, and how many more have
 * @mapping: or an address_space of shared memory; @said: pages that its inode says it has there
 * @pages: pages that are out; by where they are: @by
 * @stored: bytes that they take in memory, in zram and zswap; pages that several have count whole for each
 * @unknown: pages of which that is not known
 */
struct mmx_swapped {
	uint64_t mm, mapping, said;
	const struct mmx_task *task;
	uint32_t others;
	uint64_t pages, stored, unknown;
	uint64_t by[MMX_STORED_KIND_COUNT];
};

/**
 * struct mmx_swap_uses - all of them
 * @v: who has something in swap: address spaces, and then shared memory
 * @area: by type
 * @strays: entries that name no page of any area; @n_strays: how many, kept or not
 * @stored: what kept it from being known where some of those pages are stored
 * @shmem_unknown: why shared memory's entries are not known; no code when they are
 */
struct mmx_swap_uses {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swapped);
	struct mmx_swap_area_uses area[MMX_SWAP_TYPES];
	struct mmx_swap_owners strays;
	uint64_t n_strays;
	struct mmx_coverage stored;
	struct mmx_err shmem_unknown;
};

/** mmx_swap_uses_find() - walk everything: mmx_know_swap_uses() keeps it */
int mmx_swap_uses_find(struct mmx_swap_uses *uses, struct mmx_view *view, struct mmx_err *err);
void mmx_swap_uses_free(struct mmx_swap_uses *uses);

/** mmx_swap_use() - of one page of an area */
struct mmx_swap_use mmx_swap_use(const struct mmx_swap_uses *uses, unsigned int type,
				 uint64_t offset);

/** mmx_swap_key() - a page of swap as one number: those of an area are in order */
static inline uint64_t mmx_swap_key(unsigned int type, uint64_t offset)
{
	return (uint64_t)type << 58 | offset;
}

/**
 * mmx_swap_owners_find() - every entry that names one of some pages of swap; walks everything again
 * @keys: what mmx_swap_key() makes of them, ascending
 * @owners: by page, and then in the order of the walk
 * -1 without memory, and when stopped.
 */
int mmx_swap_owners_find(struct mmx_swap_owners *owners, struct mmx_view *view,
			 const uint64_t *keys, size_t n, struct mmx_err *err);

#endif
