// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the kernel would use transparent huge pages in a mapping: the line THPeligible of smaps, by that
 * kernel's rules and settings at the time of the dump.
 */
#ifndef MMX_MM_THP_ELIGIBLE_H
#define MMX_MM_THP_ELIGIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "mm/processes/vma.h"

/** enum mmx_thp_rule - which of the kernel's functions decides */
enum mmx_thp_rule {
	MMX_THP_NONE,   /* built without */
	MMX_THP_PMD,    /* up to 6.7: of one size, that of a PMD */
	MMX_THP_ORDERS, /* since 6.8: of several, for anonymous memory by a setting each */
	MMX_THP_SHMEM,  /* since 6.11: for shared memory too */
	MMX_THP_ADVICE, /* since 6.18: a process may allow them where they are asked for only */
	MMX_THP_UNKNOWN,
};

/** enum mmx_thp_files - which files in the page cache may have huge pages */
enum mmx_thp_files {
	MMX_THP_FILES_NONE,
	MMX_THP_FILES_READ,  /* those that nobody has open for writing, up to 7.1 */
	MMX_THP_FILES_LARGE, /* those that may have folios as large, since 7.2 */
	MMX_THP_FILES_UNKNOWN,
};

/** enum mmx_thp_fit - which orders that a mount of tmpfs gives count */
enum mmx_thp_fit {
	MMX_THP_FIT_NOT_ASKED, /* that of a PMD, whether it fits the mapping or not */
	MMX_THP_FIT_PMD,       /* if that fits */
	MMX_THP_FIT_ALL,       /* any that fits */
	MMX_THP_FIT_UNKNOWN,
};

/**
 * struct mmx_thp_rules - the rule, and what was set
 * @unsupported: the hardware does without
 * @always, @madvise: /sys/kernel/mm/transparent_hugepage/enabled
 * @anon: orders that are set to always, madvise and inherit; @shmem: the same, and within_size
 * @shmem_enabled: deny -1, force -2, else as mounts have it
 * @what_fits: which of shared memory's orders count
 */
struct mmx_thp_rules {
	struct mmx_coverage coverage;
	enum mmx_thp_rule rule;
	bool unsupported, always, madvise;
	struct {
		uint64_t always, madvise, inherit, within_size;
	} anon, shmem;
	int64_t shmem_enabled;
	enum mmx_thp_fit what_fits;
	enum mmx_thp_files of_files;
};

/** mmx_thp_rules_find() - find them: mmx_know_thp_rules() keeps them */
int mmx_thp_rules_find(struct mmx_thp_rules *rules, struct mmx_view *view, struct mmx_err *err);
void mmx_thp_rules_free(struct mmx_thp_rules *rules);

/** mmx_thp_eligible() - sets @eligible, or returns -1 when that cannot be told */
int mmx_thp_eligible(struct mmx_view *view, const struct mmx_vma *vma, bool *eligible,
		     struct mmx_err *err);

#endif
