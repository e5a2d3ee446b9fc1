// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/processes/task_lines.h"

int mmx_task_lines_find(struct mmx_task_lines *lines, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_text text[MMX_TASK_LINES] = {
		[MMX_TASK_NAMESPACES] = {.begins = "\nNStgid:"},
		[MMX_TASK_KTHREAD] = {.begins = "Kthread:\t%c\n"},
		[MMX_TASK_HUGETLB] = {.begins = "HugetlbPages:\t%8lu kB\n"},
		[MMX_TASK_UNTAG] = {.begins = "untag_mask:\t%#lx\n"},
		[MMX_TASK_SECCOMP] = {.begins = "\nSeccomp:\t"},
		[MMX_TASK_FILTERS] = {.begins = "\nSeccomp_filters:\t"},
		[MMX_TASK_BRANCH] = {.begins = "\nSpeculationIndirectBranch:\t"},
		[MMX_TASK_MEMS] = {.begins = "Mems_allowed:\t%*pb\n"},
		[MMX_TASK_FEATURES] = {.begins = "x86_Thread_features:\t"},
		[MMX_TASK_WORKER] = {.begins = "kworker/u%d:%d"},
	};

	if (mmx_texts_find(view, text, MMX_TASK_LINES, err))
		return -1;
	for (unsigned int i = 0; i < MMX_TASK_LINES; i++)
		lines->has[i] = *text[i].text;
	return 0;
}

void mmx_task_lines_free(struct mmx_task_lines *lines)
{
	(void)lines;
}

const struct mmx_task_lines *mmx_task_lines(struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_task_lines *lines = mmx_know_task_lines(view);

	if (mmx_cover_whole(&lines->coverage))
		return lines;
	*err = lines->coverage.first;
	return NULL;
}
