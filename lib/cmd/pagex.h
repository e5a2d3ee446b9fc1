// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of pagex: one page, what its class has to say, its drawing, its counts. */
#ifndef MMX_CMD_PAGEX_H
#define MMX_CMD_PAGEX_H

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/class.h"

/** struct mmx_pagex - a run of pagex; found out once, for all of its pages */
struct mmx_pagex {
	struct mmx_run *run;
	struct mmx_out *out;
	struct mmx_view *view;
	const struct mmx_kernel *k;
	struct mmx_marks marks;
	struct mmx_classifier classifier;
	bool hugetlb_index_in_huge_pages;
	/* The page being shown. */
	struct mmx_page_walk walk;
	struct mmx_verdict verdict;
	struct mmx_what what;
};

/** mmx_pagex_detail() - what its class has to say of the page */
void mmx_pagex_detail(struct mmx_pagex *p);

/** mmx_pagex_tail() - the folio's own fields that lie in this tail's struct page */
void mmx_pagex_tail(struct mmx_pagex *p);

/** mmx_pagex_draw() - -v: struct page as this kernel has it, every arm with its values */
void mmx_pagex_draw(struct mmx_pagex *p);

/** mmx_pagex_counts() - -c: what the reference count is made of */
void mmx_pagex_counts(struct mmx_pagex *p);

#endif
