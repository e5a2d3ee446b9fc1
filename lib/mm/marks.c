// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "kernel/kernel.h"
#include "mm/marks.h"

int mmx_marks_find(struct mmx_marks *marks, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &view->kernel->sparse.pfn;

	*marks = (struct mmx_marks){.frames = pfn->n ? pfn->v[pfn->n - 1].end : 0};
	marks->of = calloc(1, marks->frames ? marks->frames : 1);
	return marks->of ? 0 : mmx_fail_nomem(err);
}

void mmx_marks_free(struct mmx_marks *marks)
{
	free(marks->of);
	marks->of = NULL;
}
