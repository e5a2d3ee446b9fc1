// SPDX-License-Identifier: GPL-2.0-or-later
/* What maps and its kin share: whose mappings they are, and a mapping's line. */
#ifndef MMX_PROC_MAPS_H
#define MMX_PROC_MAPS_H

#include "mm/processes/task.h"
#include "mm/processes/vma.h"
#include "proc/proc.h"

/**
 * struct mmx_proc_mm - whose mappings PID/maps, smaps and numa_maps are of
 * @mm: 0 when the file is there and has nothing in it: of a kernel thread, a zombie, a leader that has exited
 *	before its threads
 */
struct mmx_proc_mm {
	const struct mmx_task *task;
	uint64_t mm;
};

/** mmx_proc_mm_find() - that of p->pid, a process or a thread; -1 when there is no such */
int mmx_proc_mm_find(struct mmx_proc *p, struct mmx_proc_mm *mm, struct mmx_err *err);

/** struct mmx_proc_maps - a walk over the mappings in the order of the file: its own, and the page of vsyscalls */
struct mmx_proc_maps {
	struct mmx_vma vma;
	/* Private. */
	struct mmx_proc *p;
	struct mmx_vmas vmas;
	uint64_t mm;
	bool gate_done;
};

void mmx_proc_maps_begin(struct mmx_proc_maps *maps, struct mmx_proc *p, uint64_t mm);

/** mmx_proc_maps_next() - false at the end; what could not be found is then in p->coverage */
bool mmx_proc_maps_next(struct mmx_proc_maps *maps);

/** mmx_proc_map_line() - the line of a mapping, which maps is made of and smaps begins each part with */
void mmx_proc_map_line(struct mmx_proc *p, const struct mmx_vma *vma);

/** mmx_proc_put_escaped() - text in which the kernel writes each character of @escape as a backslash and octal */
void mmx_proc_put_escaped(struct mmx_proc *p, const char *text, const char *escape);

#endif
