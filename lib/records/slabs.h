// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of slab caches: what slabx has found before it shows them. */
#ifndef MMX_RECORDS_SLABS_H
#define MMX_RECORDS_SLABS_H

#include "mm/owners/slab_aliases.h"
#include "mm/owners/slab_survey.h"
#include "records/record.h"

/**
 * struct mmx_slab_asked - an address that was asked for
 * @slab, @row: the slab that holds it
 * @object: what of it, when @is_object
 * @objects: the states of its objects, NULL when they are not known, for @no_objects
 */
struct mmx_slab_asked {
	uint64_t address;
	struct mmx_slab slab;
	struct mmx_slab_row row;
	bool is_object;
	struct mmx_slab_object object;
	struct mmx_slab_objects *objects;
	struct mmx_err no_objects;
};

/**
 * struct mmx_slabs - what is shown, the records' r->arg
 * @surveyed: @survey holds; else only @asked was looked at
 * @order: numbers of the caches, the one with most memory first
 * @made: how caches are made is shown, too
 * @quick: nobody looked into slabs
 * @only: the number of the cache that was asked for, or MMX_SLAB_NO_CACHE
 */
struct mmx_slabs {
	const struct mmx_slab_caches *caches;
	struct mmx_slab_survey survey;
	struct mmx_slab_aliases aliases;
	bool surveyed, made, quick;
	uint32_t only;
	uint32_t *order;
	struct {
		MMX_ARRAY(struct mmx_slab_asked);
	} asked;
};

extern const struct mmx_record mmx_record_slab_caches, mmx_record_slab_made, mmx_record_slab_kept,
	mmx_record_slab_cache, mmx_record_slab_nodes, mmx_record_slab_slabs, mmx_record_slab_totals,
	mmx_record_slab_findings, mmx_record_slab_asked;

#endif
