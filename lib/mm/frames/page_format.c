// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/frames/folio.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_format.h"
#include "mm/frames/tail_link.h"

static const enum mmx_layout_member need[] = {M_page_flags,    M_page_link,    M_page_mapping,
					      M_page_index,    M_page_private, M_page_mapcount,
					      M_page_refcount, M_page_lru};

static int find_words(const struct mmx_layout *l, struct mmx_page_format *f, struct mmx_err *err)
{
	f->flags = mmx_off(l, M_page_flags);
	f->link = mmx_off(l, M_page_link);
	f->mapping = mmx_off(l, M_page_mapping);
	f->index = mmx_off(l, M_page_index);
	f->private = mmx_off(l, M_page_private);
	f->mapcount = mmx_off(l, M_page_mapcount);
	f->refcount = mmx_off(l, M_page_refcount);
	f->has_memcg = mmx_has(l, M_page_memcg_data);
	f->memcg = mmx_off(l, M_page_memcg_data);
	if (f->memcg + 8 > f->size)
		return mmx_fail(err, MMX_ECORRUPT, "page.memcg_data lies beyond struct page");
	for (size_t i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (mmx_off(l, need[i]) + 8 > f->size)
			return mmx_fail(err, MMX_ECORRUPT, "%s lies beyond struct page",
					mmx_layout_members[need[i]].name);
	}
	return 0;
}

static uint8_t bit(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	int64_t value = mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;

	return value >= 0 && value < 64 ? value : MMX_NO_BIT;
}

static int find_bits(const struct mmx_layout *l, struct mmx_page_format *f, struct mmx_err *err)
{
	f->head = bit(l, E_PG_head);
	f->slab = bit(l, E_PG_slab);
	f->hugetlb_flag = bit(l, E_PG_hugetlb);
	f->large_rmappable = bit(l, E_PG_large_rmappable);
	f->double_map = bit(l, E_PG_double_map);
	f->lru = bit(l, E_PG_lru);
	f->reserved = bit(l, E_PG_reserved);
	f->swapbacked = bit(l, E_PG_swapbacked);
	f->swapcache = bit(l, E_PG_owner_priv_1);
	f->hwpoison = bit(l, E_PG_hwpoison);
	f->writeback = bit(l, E_PG_writeback);
	return f->head != MMX_NO_BIT
		       ? 0
		       : mmx_fail(err, MMX_EMISSING,
				  "enumerator PG_head is needed and no source of types has it");
}

/* The order is read before it is known that there are more than two struct pages. */
static int check_folio(const struct mmx_page_format *f, struct mmx_err *err)
{
	const uint32_t fields[] = {f->dtor, f->entire_mapcount, f->large_mapcount,
				   f->nr_pages_mapped, f->pincount};
	bool fits = f->order + 8 <= 2 * f->size;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		fits &= fields[i] + 4 <= MMX_HEAD_PAGES * f->size;
	return fits ? 0
		    : mmx_fail(err, MMX_ECORRUPT,
			       "struct folio's fields lie beyond its first struct pages");
}

int mmx_page_format_find(const struct mmx_kernel *k, struct mmx_page_format *f, struct mmx_err *err)
{
	const struct mmx_layout *l = &k->layout;

	if (mmx_fact_require(&k->facts, FACT_VMEMMAP, err) ||
	    mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	f->size = mmx_mem(k)->vmemmap.page_size;
	if (f->size > MMX_STRUCT_PAGE_MAX)
		return mmx_fail(err, MMX_ECORRUPT, "struct page of %u bytes", f->size);
	if (find_words(l, f, err) || find_bits(l, f, err))
		return -1;
	mmx_page_types_find(k, &f->types);
	mmx_tail_link_find(k, f);
	if (mmx_folio_format_find(k, f, err) || mmx_mapcount_format_find(k, f, err))
		return -1;
	return check_folio(f, err);
}
