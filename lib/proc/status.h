// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts of PID/status that are files of their own. */
#ifndef MMX_PROC_STATUS_H
#define MMX_PROC_STATUS_H

#include "proc/task.h"

/** mmx_proc_status_memory() - the lines from VmPeak to VmSwap */
void mmx_proc_status_memory(struct mmx_proc *p, uint64_t mm);

/** mmx_proc_store_bypass() - what Speculation_Store_Bypass says of a task; NULL when it cannot be told */
const char *mmx_proc_store_bypass(struct mmx_proc *p, uint64_t task);

/** mmx_proc_indirect_branch() - the same for SpeculationIndirectBranch */
const char *mmx_proc_indirect_branch(struct mmx_proc *p, uint64_t task);

#endif
