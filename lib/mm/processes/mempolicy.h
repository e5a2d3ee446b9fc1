// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory policies: from which nodes a process's pages are to come, as numa_maps prints it. */
#ifndef MMX_MM_MEMPOLICY_H
#define MMX_MM_MEMPOLICY_H

#include "mm/processes/task.h"
#include "mm/processes/vma.h"

/* The kernel prints into as many bytes, and cuts what is longer. */
#define MMX_POLICY_TEXT 64

/**
 * mmx_vma_policy() - the policy of a mapping's first page: its own, that of the shared memory that it maps, or
 * the process's; -1 when it is not known
 */
int mmx_vma_policy(struct mmx_view *view, const struct mmx_task *task, const struct mmx_vma *vma,
		   char text[static MMX_POLICY_TEXT], struct mmx_err *err);

#endif
