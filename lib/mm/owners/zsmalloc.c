// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/zsmalloc.h"

#define ZSPAGE_MAGIC 0x58 /* in every chain, in all releases */

struct read {
	enum mmx_layout_member id;
	uint64_t *value;
};

static int read_all(struct mmx_view *view, uint64_t addr, const struct read *v, size_t n,
		    struct mmx_err *err)
{
	for (size_t i = 0; i < n; i++) {
		enum mmx_read read = mmx_kread_member(view, addr, v[i].id, v[i].value);

		if (read)
			return mmx_fail(err, mmx_read_code(read), "%s at 0x%" PRIx64 " is %s",
					mmx_layout_members[v[i].id].name, addr,
					mmx_read_name(read));
	}
	return 0;
}

/* The pages of a chain, each naming the next; a page with an object of its own names none. */
static int find_pages(struct mmx_zsmalloc *z, const struct mmx_page_walk *w, uint64_t page,
		      struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	bool met = false;

	while (page && z->pages < MMX_ZS_PAGES && (!z->huge || !z->pages)) {
		uint64_t *pfn = &z->pfn[z->pages];

		if (!mmx_page_pfn(k, page, pfn) ||
		    mmx_kread_u64(w->view, page + mmx_mem(k)->page_format.index, &page))
			return mmx_fail(err, MMX_ECORRUPT,
					"the chain at 0x%" PRIx64
					" breaks off behind %u pages, at 0x%" PRIx64,
					z->zspage, z->pages, page);
		if (*pfn == w->pfn) {
			met = true;
			z->position = z->pages;
		}
		z->pages++;
	}
	if (!met)
		return mmx_fail(err, MMX_ECORRUPT, "the chain at 0x%" PRIx64 " does not come here",
				z->zspage);
	return 0;
}

static int read_class(struct mmx_zsmalloc *z, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t at, size, objects, pages, name;

	if (z->class >= l->member[M_zs_pool_size_class].m.nelems ||
	    mmx_kread_u64(view, z->pool + mmx_off(l, M_zs_pool_size_class) + z->class * 8ull, &at))
		return mmx_fail(err, MMX_ECORRUPT, "the pool at 0x%" PRIx64 " has no class %u",
				z->pool, z->class);
	if (read_all(view, at,
		     (const struct read[]){{M_size_class_size, &size},
					   {M_size_class_objs_per_zspage, &objects},
					   {M_size_class_pages_per_zspage, &pages}},
		     3, err) ||
	    read_all(view, z->pool,
		     (const struct read[]){{M_zs_pool_name, &name},
					   {M_zs_pool_pages_allocated, &z->pool_pages}},
		     2, err))
		return -1;
	z->size = size;
	z->objects = objects;
	if (mmx_kread_str(view, name, z->name, sizeof(z->name), NULL))
		*z->name = 0;
	if (pages != z->pages)
		return mmx_fail(err, MMX_ECORRUPT,
				"the chain at 0x%" PRIx64 " has %u pages, and its class %" PRIu64,
				z->zspage, z->pages, pages);
	return 0;
}

int mmx_zsmalloc_decode(struct mmx_zsmalloc *z, const struct mmx_page_walk *w, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_zspage_huge,  M_zspage_class, M_zspage_magic,      M_zspage_inuse,
		M_zspage_first, M_zspage_pool,  M_zs_pool_size_class};
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t huge, class, magic, inuse, first;

	memset(z, 0, sizeof(*z));
	/* Whoever describes the page, struct page or its newer stand-in: the words are the same ones. */
	z->zspage = mmx_word(w->bytes, mmx_mem(k)->page_format.private);
	if (mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err) ||
	    read_all(w->view, z->zspage,
		     (const struct read[]){{M_zspage_magic, &magic},
					   {M_zspage_huge, &huge},
					   {M_zspage_class, &class},
					   {M_zspage_inuse, &inuse},
					   {M_zspage_first, &first},
					   {M_zspage_pool, &z->pool}},
		     6, err))
		return -1;
	if (magic != ZSPAGE_MAGIC)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64 " is no chain of zsmalloc", z->zspage);
	z->huge = huge;
	z->class = class;
	z->inuse = inuse;
	if (find_pages(z, w, first, err))
		return -1;
	return read_class(z, w->view, err);
}
