// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of mappings: what vmax was asked for, and a process's address space as it was found. */
#ifndef MMX_RECORDS_VMA_VMA_H
#define MMX_RECORDS_VMA_VMA_H

#include "kernel/maple_tree.h"
#include "mm/files/mapping.h"
#include "mm/ledger/process_memory.h"
#include "mm/processes/rss.h"
#include "mm/processes/user_space.h"
#include "mm/processes/vma_name.h"
#include "mm/processes/vma_pages.h"
#include "records/record.h"

/**
 * struct mmx_vmax - what is asked for, the records' r->arg
 * @spaces: whose mappings
 * @structs: also where the structs lie; @tree: the maple tree instead of them; @counters: also whether the kernel's
 *	counters are what the page tables have
 * @program: their programs instead; with an address how what is behind it follows
 * @by_address: only the mapping at @address is wanted, of the one space
 * @by_file: who maps byte @offset of @file, of which that is page @index
 * @findings: that were shown, as broken ones; @strays: times that lost VMAs were looked for
 */
struct mmx_vmax {
	struct {
		MMX_ARRAY(struct mmx_user_space);
	} spaces;
	bool structs, tree, counters, program, by_address, by_file;
	uint64_t address;
	const struct mmx_mapping *file;
	uint64_t offset, index;
	struct mmx_coverage findings;
	unsigned int strays;
};

static inline struct mmx_vmax *mmx_vmax_of(const struct mmx_rows *r)
{
	return r->arg;
}

/** struct mmx_vma_row - a mapping, with what the page tables have of it */
struct mmx_vma_row {
	struct mmx_vma vma;
	struct mmx_vma_pages pages;
};

/** struct mmx_vma_finding - what is wrong, and the struct or node where */
struct mmx_vma_finding {
	uint64_t address;
	struct mmx_err why;
};

/**
 * struct mmx_vma_resident - pages by the kind that the kernel counts them as, with -r
 * @rss: its counters; @why: they cannot be read
 * @entries: what the page tables have; @coverage: what of them, or of struct pages, could not be looked at
 */
struct mmx_vma_resident {
	bool asked;
	struct mmx_rss rss;
	struct mmx_err why;
	struct mmx_process_memory entries;
	struct mmx_coverage coverage;
};

/** struct mmx_vma_space - an address space, all of it: the state of the record of those */
struct mmx_vma_space {
	struct mmx_user_space of;
	struct {
		MMX_ARRAY(struct mmx_vma_row);
	} rows;
	struct mmx_maple_tree tree;
	struct {
		MMX_ARRAY(struct mmx_vma_finding);
	} findings;
	struct mmx_vma_pages sum;
	bool counted;
	uint64_t map_count;
	struct mmx_vma_resident resident;
};

/** mmx_vma_space_read() - find it all; -1 without memory */
int mmx_vma_space_read(struct mmx_vma_space *s, struct mmx_rows *r, struct mmx_err *err);
void mmx_vma_space_free(struct mmx_vma_space *s);

/** mmx_vma_space_of() - that of the row around the current one */
static inline const struct mmx_vma_space *mmx_vma_space_of(const struct mmx_rows *r)
{
	return r->above->row;
}

/** mmx_vma_text_name() - a mapping's name, for a getter of a record whose state is a struct mmx_vma_name */
void mmx_vma_text_name(struct mmx_rows *r, struct mmx_value *v, const struct mmx_vma *vma);

/** mmx_vma_perms() - "rw-p" */
void mmx_vma_perms(const struct mmx_vma *vma, char text[static 5]);

/* Fields of rows that are a struct mmx_vma_row. */
extern const struct mmx_field mmx_vma_fields[];

extern const struct mmx_record mmx_record_vma_spaces, mmx_record_vma_address, mmx_record_vma_file,
	mmx_record_vma_mapped;

extern const struct mmx_record mmx_record_vma_sharers, mmx_record_vma_mappings,
	mmx_record_vma_structs, mmx_record_vma_tree, mmx_record_vma_findings,
	mmx_record_vma_resident;

#endif
