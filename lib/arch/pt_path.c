// SPDX-License-Identifier: GPL-2.0-or-later
#include "arch/pt_path.h"

void mmx_pt_path_find(struct mmx_pt_path *path, struct mmx_reader *reader,
		      const struct mmx_arch *arch, const struct mmx_paging *paging, uint64_t root,
		      uint64_t addr)
{
	struct mmx_pt pt;

	path->n = 0;
	path->flags = MMX_PTE_RIGHTS;
	mmx_pt_begin(&pt, reader, arch, paging, root, addr, addr, MMX_PT_TABLES | MMX_PT_GAPS);
	while (path->n < MMX_PT_LEVELS && mmx_pt_next(&pt)) {
		/* What stands for the root is no entry. */
		if (pt.pte.level > paging->levels)
			continue;
		/* A table that cannot be read comes twice: as one, and as what cannot be read. */
		if (path->n && path->step[path->n - 1].at == pt.pte.at)
			path->n--;
		else if (pt.pte.kind == MMX_PTE_TABLE || pt.pte.kind == MMX_PTE_LEAF)
			path->flags &= arch->flags(&pt.pte);
		path->step[path->n++] = pt.pte;
	}
	path->coverage = pt.coverage;
}
