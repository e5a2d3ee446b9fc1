// SPDX-License-Identifier: GPL-2.0-or-later
/* What swapx shows: a file a subject. */
#ifndef MMX_RECORDS_SWAP_H
#define MMX_RECORDS_SWAP_H

#include "mm/files/mapping.h"
#include "mm/swap/swap_check.h"
#include "records/record.h"

/**
 * struct mmx_swapx_slot - a page of swap that was asked for
 * @pid, @address: the user address that led to it, when @by_address
 * @slot: what the kernel keeps of it, unless @no_slot
 * @stored: where its contents are, unless @no_stored
 * @owners, @n_owners: who has it; @owners_known: somebody looked
 * @file: where its contents were written to; or @not_written: why not. Neither when nobody asked
 */
struct mmx_swapx_slot {
	unsigned int type;
	uint64_t offset;
	bool by_address;
	int32_t pid;
	uint64_t address;
	const struct mmx_swap_area *area;
	struct mmx_swap_slot slot;
	struct mmx_err no_slot;
	struct mmx_stored stored;
	struct mmx_err no_stored;
	const struct mmx_swap_owner *owners;
	size_t n_owners;
	bool owners_known;
	char file[256];
	struct mmx_err not_written;
};

/**
 * struct mmx_swapx - a run of swapx
 * @survey: nothing was asked for: all areas
 * @owners: of the pages that the current operand names
 * @next: goes to the next page of swap that was asked for; false behind the last
 */
struct mmx_swapx {
	bool survey;
	struct mmx_swapx_slot slot;
	struct mmx_swap_owners owners;
	bool (*next)(struct mmx_swapx *x);
};

static inline struct mmx_swapx *mmx_swapx_of(const struct mmx_rows *r)
{
	return r->arg;
}

bool mmx_swapx_is_survey(struct mmx_rows *r);

/** mmx_swapx_path() - what an address_space is of, as a text or why that is not known; @m: read before, or not */
void mmx_swapx_path(struct mmx_rows *r, struct mmx_value *v, struct mmx_mapping *m, uint64_t addr);

extern const struct mmx_record mmx_record_swap_areas, mmx_record_swap_devices,
	mmx_record_swap_clusters, mmx_record_swap_processes, mmx_record_swap_shmem,
	mmx_record_swap_findings, mmx_record_swap_slots;

#endif
