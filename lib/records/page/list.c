// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the neighbours on a page's list know of it. */
#include "kernel/list.h"
#include "records/page/block.h"

/* Of pages on the LRU, the folio's first one; a count of mlock() lies where its links would. */
static bool is_on_lru(const struct mmx_rows *r, const struct mmx_folio *folio)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	return !folio->read && mmx_bit(folio->flags, mmx_page_format_of(r)->lru) &&
	       !(mmx_has_enum(l, E_PG_unevictable) &&
		 mmx_bit(folio->flags, mmx_enum(l, E_PG_unevictable)));
}

static void list_broken(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_kernel *k = r->view->kernel;
	const struct mmx_pages *p = r->row;
	uint64_t head = p->walk.folio.head;
	unsigned int order;

	v->err = &v->scratch->err;
	if ((!mmx_page_free_block(r, &head, &order) && !is_on_lru(r, &p->walk.folio)) ||
	    !mmx_list_check(r->view,
			    mmx_page_addr(&mmx_mem(k)->vmemmap, head) +
				    mmx_off(&k->layout, M_page_lru),
			    &v->scratch->err))
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_list[] = {
	{"list_broken", MMX_TROUBLE,
	 "only of free pages and those of the LRU: a neighbour on its list does not lead back",
	 .get = list_broken},
	{0},
};
