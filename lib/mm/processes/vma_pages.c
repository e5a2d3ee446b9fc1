// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/kernel.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma_pages.h"

static void take(struct mmx_vma_pages *p, const struct mmx_user_entry *entry, unsigned int shift)
{
	uint64_t n = ((entry->pte.last - entry->pte.start) >> shift) + 1;

	switch (entry->kind) {
	case MMX_USER_MAPPED:
	case MMX_USER_NO_ACCESS:
		p->present += n;
		break;
	case MMX_USER_SWAP:
		p->swapped += n;
		break;
	case MMX_USER_NONE:
	case MMX_USER_UNREADABLE:
	case MMX_USER_BROKEN:
		break;
	default:
		p->other += n;
	}
}

void mmx_vma_pages_count(struct mmx_vma_pages *p, struct mmx_view *view, const struct mmx_vma *vma)
{
	unsigned int shift = view->kernel->arch->page_shift;
	struct mmx_user_entries e;
	struct mmx_err err;

	memset(p, 0, sizeof(*p));
	p->all = (vma->end - vma->start) >> shift;
	if (mmx_user_entries_begin(&e, view, vma->mm, vma->start, vma->end - 1, MMX_PT_RUNS,
				   &err)) {
		mmx_cover_fail(&p->coverage, &err);
		return;
	}
	while (mmx_user_entries_next(&e))
		take(p, &e.entry, shift);
	mmx_cover_inherit(&p->coverage, &e.pt.coverage);
}
