// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of page tables: what ptx has found before it shows them. */
#ifndef MMX_RECORDS_PTX_H
#define MMX_RECORDS_PTX_H

#include "base/steps.h"
#include "mm/processes/fault.h"
#include "mm/processes/vma_name.h"
#include "records/record.h"

struct mmx_pt_summary;
struct mmx_task;
struct mmx_tlbs;

/**
 * struct mmx_pt_space_asked - whose page tables are looked at
 * @task, @mm: of a process; NULL and 0 of the kernel's own tables, and of a root that was given
 * @root: physical address of the root
 * @user_root: that of the root that user mode runs on; 0 without isolation
 */
struct mmx_pt_space_asked {
	const struct mmx_task *task;
	uint64_t mm;
	uint64_t root, user_root;
};

/**
 * struct mmx_pt_walked - an address that was asked for
 * @user: it is in the part of the address space that is a process's
 * @path: its way; @user_path: that below @user_root
 * @steps: how all of that follows, where it is asked for
 * @site, @fault: what the verdicts rest on, and they; of a user address of a process
 */
struct mmx_pt_walked {
	uint64_t address;
	bool user;
	struct mmx_pt_path path, user_path;
	struct mmx_user_entry entry;
	struct mmx_fault_site site;
	struct mmx_fault fault[MMX_ACCESSES];
	struct mmx_vma_name name;
	struct mmx_err no_name;
	struct mmx_steps steps;
};

/**
 * struct mmx_ptx - what is shown, the records' r->arg
 * @next: goes to the next address, @walked is filled; false behind the last one
 * @cpus: what each CPU runs on is shown, and nothing else: @tlbs, or NULL and @no_tlbs
 * @explained: how what is told of an address follows is shown as well
 * @ranged, @summed: what of [@first, @last] is shown; @summary when it is counted
 */
struct mmx_ptx {
	bool (*next)(struct mmx_ptx *p);
	struct mmx_pt_space_asked space;
	struct mmx_pt_walked walked;
	bool cpus, ranged, summed, explained;
	const struct mmx_tlbs *tlbs;
	struct mmx_err no_tlbs;
	uint64_t first, last;
	const struct mmx_pt_summary *summary;
};

/** mmx_pt_walk_find() - fill p->walked for an address */
void mmx_pt_walk_find(struct mmx_ptx *p, struct mmx_view *view, uint64_t address);

static inline struct mmx_ptx *mmx_ptx_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* A user address has the topmost bit clear. */
static inline bool mmx_pt_is_user(uint64_t address)
{
	return !(address >> 63);
}

extern const struct mmx_record mmx_record_pt_cpus, mmx_record_pt_registers, mmx_record_pt_tlbs,
	mmx_record_pt_walks, mmx_record_pt_runs, mmx_record_pt_states, mmx_record_pt_tables,
	mmx_record_pt_roots;

#endif
