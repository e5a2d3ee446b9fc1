// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/owners/hugetlb_pools.h"
#include "records/page/page.h"

const struct mmx_hugetlb *mmx_page_hugetlb_of(const struct mmx_rows *r)
{
	struct mmx_pages *p = mmx_page_of(r);

	if (!p->hugetlb_known)
		mmx_hugetlb_decode(&p->hugetlb, mmx_know_hugetlb_pools(r->view), &p->walk);
	p->hugetlb_known = true;
	return &p->hugetlb;
}

static enum mmx_page_user by_mapping(const struct mmx_rows *r)
{
	return mmx_folio_anon(&mmx_page_of(r)->walk) ? MMX_PAGE_ANON : MMX_PAGE_FILE;
}

/* What it was before its memory failed, as far as its words still say so. */
static enum mmx_page_user was(const struct mmx_rows *r)
{
	enum mmx_page_user user = by_mapping(r);

	return user == MMX_PAGE_ANON || mmx_region_of(&r->view->kernel->regions,
						      mmx_page_mapping_of(r)) != MMX_REGION_COUNT
		       ? user
		       : MMX_PAGE_OF_NONE;
}

static enum mmx_page_user find(const struct mmx_rows *r, const struct mmx_pages *p)
{
	switch (p->verdict.class) {
	case CLASS_ANON:
		return MMX_PAGE_ANON;
	case CLASS_FILE:
	case CLASS_SHMEM:
		return MMX_PAGE_FILE;
	case CLASS_HUGETLB:
	case CLASS_HWPOISON:
		break;
	default:
		return MMX_PAGE_OF_NONE;
	}
	if (p->walk.folio.read || !mmx_page_mapping_of(r))
		return MMX_PAGE_OF_NONE;
	if (p->verdict.class == CLASS_HWPOISON && !p->walk.folio.hugetlb)
		return was(r);
	return mmx_page_hugetlb_of(r)->freed ? MMX_PAGE_OF_NONE : by_mapping(r);
}

enum mmx_page_user mmx_page_user_of(const struct mmx_rows *r)
{
	struct mmx_pages *p = mmx_page_of(r);

	if (!p->user_known)
		p->user = find(r, p);
	p->user_known = true;
	return p->user;
}

void mmx_value_symbol(const struct mmx_rows *r, struct mmx_value *v, uint64_t addr)
{
	mmx_symbol_format(&r->view->kernel->symbols, addr, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}
