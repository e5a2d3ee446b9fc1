// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of pagex: one page, what its class has to say, its drawing, its counts. */
#ifndef MMX_CMD_PAGEX_H
#define MMX_CMD_PAGEX_H

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/frames/class.h"
#include "mm/frames/pageblock.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/owners/owner.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/percpu.h"
#include "mm/owners/pipe.h"
#include "mm/owners/page_table.h"
#include "mm/owners/resource.h"
#include "mm/owners/slab_objects.h"
#include "mm/owners/stack.h"
#include "mm/owners/stackdepot.h"
#include "mm/owners/vmalloc.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "mm/swap/swap_slot.h"
#include "mm/zones/pcp.h"
#include "mm/zones/unaccepted.h"

/** struct mmx_pagex - a run of pagex; found out once, for all of its pages */
struct mmx_pagex {
	struct mmx_run *run;
	struct mmx_out *out;
	struct mmx_view *view;
	const struct mmx_kernel *k;
	struct mmx_classifier classifier;
	bool hugetlb_index_in_huge_pages;
	struct mmx_users users;
	/* Read when the first page asks for it. */
	bool has_pageblocks, owners_tried;
	struct mmx_pageblock_format pageblocks;
	struct mmx_page_owners owners;
	char arm[128]; /* mmx_pagex_arm() */
	/* The page being shown. */
	struct mmx_page_walk walk;
	struct mmx_verdict verdict;
	struct mmx_what what;
	enum mmx_exit status;              /* of all so far */
	uint64_t asked, holes, first_hole; /* frames of the operand */
	bool incomplete;                   /* something of it rests on what is not in the dump */
};

/** mmx_pagex_trouble() - say under @key why something is not known, and let the exit status tell */
void mmx_pagex_trouble(struct mmx_pagex *p, const char *key, const struct mmx_err *err);

/** mmx_pagex_finding() - say under @key what is wrong with the page */
void mmx_pagex_finding(struct mmx_pagex *p, const char *key, const char *text);

/** mmx_pagex_detail() - what its class has to say of the page */
void mmx_pagex_detail(struct mmx_pagex *p);

/* Parts of it, for user memory. */
void mmx_pagex_anon(struct mmx_pagex *p);
void mmx_pagex_ksm(struct mmx_pagex *p);
void mmx_pagex_file(struct mmx_pagex *p);
void mmx_pagex_swap_cache(struct mmx_pagex *p);
void mmx_pagex_hugetlb(struct mmx_pagex *p);
void mmx_pagex_hwpoison(struct mmx_pagex *p);
void mmx_pagex_memcg(struct mmx_pagex *p);

/* Parts of it, for the kernel's own memory. */
void mmx_pagex_slab(struct mmx_pagex *p);
void mmx_pagex_vmalloc(struct mmx_pagex *p);
void mmx_pagex_borrowed(struct mmx_pagex *p);
void mmx_pagex_stack(struct mmx_pagex *p);
void mmx_pagex_percpu(struct mmx_pagex *p);
void mmx_pagex_large_kmalloc(struct mmx_pagex *p);
void mmx_pagex_balloon(struct mmx_pagex *p);
void mmx_pagex_device(struct mmx_pagex *p);
void mmx_pagex_page_table(struct mmx_pagex *p);
void mmx_pagex_page_pool(struct mmx_pagex *p);
void mmx_pagex_zsmalloc(struct mmx_pagex *p);
void mmx_pagex_pipe(struct mmx_pagex *p);

/** mmx_pagex_symbol() - a kernel address as a symbol and an offset */
void mmx_pagex_symbol(struct mmx_pagex *p, const char *key, uint64_t addr);

/** mmx_pagex_tail() - the folio's own fields that lie in this tail's struct page */
void mmx_pagex_tail(struct mmx_pagex *p);

/** mmx_pagex_arm() - the members of struct page that are in force on a page like this one */
const char *mmx_pagex_arm(struct mmx_pagex *p);

/** mmx_pagex_draw() - -v: struct page as this kernel has it, every arm with its values */
void mmx_pagex_draw(struct mmx_pagex *p);

/** mmx_pagex_number() - a count that rests on struct pages, or how these stand when they were not read */
void mmx_pagex_number(struct mmx_pagex *p, const char *key, enum mmx_read read, int64_t count);

/** mmx_pagex_counts() - -c: what the reference count is made of */
void mmx_pagex_counts(struct mmx_pagex *p);

#endif
