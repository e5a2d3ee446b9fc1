// SPDX-License-Identifier: GPL-2.0-or-later
/* Who maps a file: the VMAs of its address_space's tree, added up by process. */
#ifndef MMX_MM_MAPPERS_H
#define MMX_MM_MAPPERS_H

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/**
 * struct mmx_mapper - a process, or an address space that no process has
 * @mm: its address space
 * @tgid, @task: the process, and the index of its task; @tgid 0 where no process has it
 * @areas: its VMAs of the file; @shared: those of them that write to the file itself, or could
 * @pages: that they span
 * @start: of the first one
 */
struct mmx_mapper {
	uint64_t mm;
	int32_t tgid;
	uint32_t task;
	uint64_t areas, shared, pages, start;
};

/** struct mmx_mappers - all of them, by process; @areas: VMAs in all */
struct mmx_mappers {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_mapper);
	uint64_t areas;
};

/** mmx_mappers_find() - of the address_space at @mapping; -1 without memory */
int mmx_mappers_find(struct mmx_mappers *m, struct mmx_view *view, uint64_t mapping,
		     struct mmx_err *err);
void mmx_mappers_free(struct mmx_mappers *m);

#endif
