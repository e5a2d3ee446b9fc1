// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/frames/arm.h"
#include "mm/owners/page_table.h"

bool mmx_arm_typed(const struct mmx_page_walk *w)
{
	return w->type != MMX_PAGE_NONE || w->folio.type != MMX_PAGE_NONE;
}

bool mmx_arm_unevictable(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;

	return mmx_bit(w->folio.flags, mmx_mem(k)->page_format.lru) &&
	       mmx_has_enum(&k->layout, E_PG_unevictable) &&
	       mmx_bit(w->folio.flags, mmx_enum(&k->layout, E_PG_unevictable));
}

static const struct mmx_pt_page *table_of(const struct mmx_page_walk *w)
{
	size_t n;

	return mmx_pt_owner_of(mmx_know_pt_owners(w->view), w->pfn, &n);
}

static bool is_of_level(const struct mmx_page_walk *w, unsigned int level)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role != MMX_PT_DEPOSIT && table->level == level;
}

bool mmx_arm_root(const struct mmx_page_walk *w)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role == MMX_PT_TABLE &&
	       table->level == w->view->kernel->paging.levels;
}

bool mmx_arm_pmd_table(const struct mmx_page_walk *w)
{
	return is_of_level(w, 2);
}

bool mmx_arm_pte_table(const struct mmx_page_walk *w)
{
	return is_of_level(w, 1);
}

bool mmx_arm_deposit(const struct mmx_page_walk *w)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role == MMX_PT_DEPOSIT;
}

/* No address space has it any more, and its rcu_head has a function of the kernel's own code. */
bool mmx_arm_rcu(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;

	return mmx_has(&k->layout, M_page_rcu_head) && !table_of(w) &&
	       mmx_region_of(&k->regions, mmx_word(w->bytes, mmx_off(&k->layout, M_page_rcu_head) +
								     8)) == REGION_KERNEL_IMAGE;
}
