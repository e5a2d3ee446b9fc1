// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/files/supers.h"
#include "mm/mem.h"

#define MAX_SUPERS (1u << 20)
#define MAX_INODES (1u << 28) /* 256 million take more memory than most machines have */

static bool require(struct mmx_coverage *c, const struct mmx_kernel *k,
		    const enum mmx_layout_member *need, unsigned int n)
{
	struct mmx_err err;

	*c = (struct mmx_coverage){0};
	if (!mmx_layout_require(&k->layout, need, n, &err))
		return true;
	mmx_cover_fail(c, &err);
	return false;
}

void mmx_supers_begin(struct mmx_supers *s, struct mmx_view *view)
{
	static const enum mmx_layout_member need[] = {M_super_block_s_list};
	uint64_t head;

	s->sb = 0;
	s->lost = !require(&s->coverage, view->kernel, need, 1);
	if (!s->lost && !mmx_symbol_addr(&view->kernel->symbols, "super_blocks", &head)) {
		s->lost = true;
		mmx_cover_failf(&s->coverage, MMX_EMISSING, "symbol super_blocks is needed");
	}
	if (!s->lost)
		mmx_list_begin(&s->list, view, head, MAX_SUPERS);
}

bool mmx_supers_next(struct mmx_supers *s)
{
	if (s->lost)
		return false;
	if (!mmx_list_next(&s->list)) {
		s->lost = true;
		mmx_cover_inherit(&s->coverage, &s->list.coverage);
		return false;
	}
	s->sb = s->list.node - mmx_off(&s->list.view->kernel->layout, M_super_block_s_list);
	s->coverage.found++;
	return true;
}

void mmx_inodes_begin(struct mmx_inodes *i, struct mmx_view *view, uint64_t sb)
{
	static const enum mmx_layout_member need[] = {M_super_block_s_inodes, M_inode_i_sb_list};

	i->inode = 0;
	i->lost = !require(&i->coverage, view->kernel, need, 2);
	if (!i->lost)
		mmx_list_begin(&i->list, view,
			       sb + mmx_off(&view->kernel->layout, M_super_block_s_inodes),
			       MAX_INODES);
}

bool mmx_inodes_next(struct mmx_inodes *i)
{
	if (i->lost)
		return false;
	if (!mmx_list_next(&i->list)) {
		i->lost = true;
		mmx_cover_inherit(&i->coverage, &i->list.coverage);
		return false;
	}
	i->inode = i->list.node - mmx_off(&i->list.view->kernel->layout, M_inode_i_sb_list);
	i->coverage.found++;
	return true;
}
