// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/files/contents.h"
#include "mm/mem.h"

/* Which bits of a folio's flags word are counted. */
struct bits {
	unsigned int dirty, uptodate, writeback;
};

static bool has(uint64_t flags, unsigned int bit)
{
	return mmx_bit(flags, bit);
}

static struct bits find_bits(const struct mmx_kernel *k)
{
	const struct mmx_layout *l = &k->layout;

	return (struct bits){mmx_enum(l, E_PG_dirty), mmx_enum(l, E_PG_uptodate),
			     mmx_enum(l, E_PG_writeback)};
}

static void add(struct mmx_folio_sum *sum, const struct bits *bits, uint64_t flags, uint64_t pages)
{
	sum->folios++;
	sum->pages += pages;
	sum->dirty += has(flags, bits->dirty) ? pages : 0;
	sum->writeback += has(flags, bits->writeback) ? pages : 0;
	sum->stale += has(flags, bits->uptodate) ? 0 : pages;
}

static bool grow(struct mmx_contents *c, size_t n)
{
	size_t had = c->nodes.n;

	if (n <= had)
		return true;
	if (!mmx_array_grow(&c->nodes, n - had))
		return false;
	memset(&c->nodes.v[had], 0, (n - had) * sizeof(*c->nodes.v));
	c->nodes.n = n;
	return true;
}

static bool add_folio(struct mmx_contents *c, const struct mmx_kernel *k,
		      const struct mmx_cached *cached, const struct bits *bits)
{
	unsigned int node = mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, cached->flags);
	uint64_t pages = 1ULL << cached->order;

	add(&c->all, bits, cached->flags, pages);
	if (cached->order < MMX_CONTENTS_ORDERS)
		add(&c->order[cached->order], bits, cached->flags, pages);
	if (!grow(c, node + 1ULL))
		return false;
	add(&c->nodes.v[node], bits, cached->flags, pages);
	return true;
}

/* How many of the pages [first, last] lie below the end of the file. */
static uint64_t within(const struct mmx_contents *c, uint64_t first, uint64_t last)
{
	if (first >= c->pages)
		return 0;
	return (last < c->pages ? last + 1 : c->pages) - first;
}

static void find_size(struct mmx_contents *c, struct mmx_view *view, const struct mmx_mapping *m)
{
	unsigned int shift = view->kernel->arch->page_shift;
	struct mmx_err err;

	if (mmx_kget(view, m->inode.addr, M_inode_i_size, &c->size, &err)) {
		mmx_cover_fail(&c->coverage, &err);
		return;
	}
	c->size_known = true;
	c->pages = (c->size >> shift) + ((c->size & ((1ULL << shift) - 1)) != 0);
}

int mmx_contents_find(struct mmx_contents *c, struct mmx_view *view, const struct mmx_mapping *m,
		      struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct bits bits = find_bits(k);
	uint64_t first, last, n, inside = 0;
	struct mmx_cached cached;

	memset(c, 0, sizeof(*c));
	find_size(c, view, m);
	mmx_cached_begin(&cached, view, m, 0, UINT64_MAX);
	while (mmx_cached_next(&cached)) {
		mmx_cached_span(&cached, &first, &last);
		n = last - first + 1;
		inside += within(c, first, last);
		c->beyond += n - within(c, first, last);
		c->shadows += cached.kind == MMX_CACHED_SHADOW ? n : 0;
		c->swapped += cached.kind == MMX_CACHED_SWAPPED ? n : 0;
		c->dax += cached.kind == MMX_CACHED_DAX ? n : 0;
		if (cached.kind == MMX_CACHED_FOLIO && !add_folio(c, k, &cached, &bits)) {
			mmx_contents_free(c);
			return mmx_fail_nomem(err);
		}
	}
	c->holes = inside < c->pages ? c->pages - inside : 0;
	mmx_cover_inherit(&c->coverage, &cached.coverage);
	c->coverage.found = cached.coverage.found;
	return 0;
}

void mmx_contents_free(struct mmx_contents *c)
{
	mmx_array_free(&c->nodes);
}
