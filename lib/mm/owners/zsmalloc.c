// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/owners/zsmalloc.h"

#define ZSPAGE_MAGIC 0x58 /* in every chain, in all releases */

struct zspage {
	uint64_t pool, first;
	uint32_t magic, class, inuse;
	bool huge;
};

static const struct mmx_wanted zspage_wanted[] = {
	MMX_WANT(struct zspage, magic, zspage, magic),
	MMX_WANT(struct zspage, huge, zspage, huge),
	MMX_WANT(struct zspage, class, zspage, class),
	MMX_WANT(struct zspage, inuse, zspage, inuse),
	MMX_WANT(struct zspage, first, zspage, first),
	MMX_WANT(struct zspage, pool, zspage, pool),
};

struct size_class {
	uint32_t size, objects, pages;
};

static const struct mmx_wanted class_wanted[] = {
	MMX_WANT(struct size_class, size, size_class, size),
	MMX_WANT(struct size_class, objects, size_class, objs_per_zspage),
	MMX_WANT(struct size_class, pages, size_class, pages_per_zspage),
};

struct pool {
	uint64_t name, pages;
};

static const struct mmx_wanted pool_wanted[] = {
	MMX_WANT(struct pool, name, zs_pool, name),
	MMX_WANT(struct pool, pages, zs_pool, pages_allocated),
};

static const struct mmx_decode zspage_table = MMX_DECODE("zspage", zspage_wanted),
			       class_table = MMX_DECODE("size_class", class_wanted),
			       pool_table = MMX_DECODE("zs_pool", pool_wanted);

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
	struct size_class class;
	struct pool pool;
	uint64_t at;

	if (z->class >= l->member[M_zs_pool_size_class].m.nelems ||
	    mmx_kread_u64(view, z->pool + mmx_off(l, M_zs_pool_size_class) + z->class * 8ull, &at))
		return mmx_fail(err, MMX_ECORRUPT, "the pool at 0x%" PRIx64 " has no class %u",
				z->pool, z->class);
	if (mmx_decode_read(&class_table, view, at, &class, err) ||
	    mmx_decode_read(&pool_table, view, z->pool, &pool, err))
		return -1;
	z->pool_pages = pool.pages;
	z->size = class.size;
	z->objects = class.objects;
	if (mmx_kread_str(view, pool.name, z->name, sizeof(z->name), NULL))
		*z->name = 0;
	if (class.pages != z->pages)
		return mmx_fail(err, MMX_ECORRUPT,
				"the chain at 0x%" PRIx64 " has %u pages, and its class %u",
				z->zspage, z->pages, class.pages);
	return 0;
}

int mmx_zsmalloc_decode(struct mmx_zsmalloc *z, const struct mmx_page_walk *w, struct mmx_err *err)
{
	static const enum mmx_layout_member classes[] = {M_zs_pool_size_class};
	const struct mmx_kernel *k = w->view->kernel;
	struct zspage raw;

	memset(z, 0, sizeof(*z));
	/* Whoever describes the page, struct page or its newer stand-in: the words are the same ones. */
	z->zspage = mmx_word(w->bytes, mmx_mem(k)->page_format.private);
	if (mmx_decode_require(&zspage_table, &k->layout, err) ||
	    mmx_layout_require(&k->layout, classes, 1, err) ||
	    mmx_decode_read(&zspage_table, w->view, z->zspage, &raw, err))
		return -1;
	z->pool = raw.pool;
	if (raw.magic != ZSPAGE_MAGIC)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64 " is no chain of zsmalloc", z->zspage);
	z->huge = raw.huge;
	z->class = raw.class;
	z->inuse = raw.inuse;
	if (find_pages(z, w, raw.first, err))
		return -1;
	return read_class(z, w->view, err);
}
