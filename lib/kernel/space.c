// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "arch/pagetable.h"
#include "kernel/space.h"

static const struct mmx_space *const all[] = {
	&mmx_space_x86_64,
};

const struct mmx_space *mmx_space_find(const char *machine)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!strcmp(all[i]->machine, machine))
			return all[i];
	}
	return NULL;
}

bool mmx_translate(struct mmx_reader *reader, const struct mmx_arch *arch,
		   const struct mmx_paging *paging, uint64_t va, uint64_t *phys)
{
	struct mmx_pt pt;

	mmx_pt_begin(&pt, reader, arch, paging, paging->root, va, va, 0);
	if (!mmx_pt_next(&pt) || pt.pte.kind != MMX_PTE_LEAF)
		return false;
	*phys = mmx_pte_phys(&pt.pte, va);
	return true;
}
