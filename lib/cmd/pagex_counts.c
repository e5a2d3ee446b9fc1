// SPDX-License-Identifier: GPL-2.0-or-later
/* -c: what a folio's reference count is made of, and whether something is left that nothing explains. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "mm/frames/mapcount.h"

/* A small folio's pin adds this much to its reference count; large ones have a counter. */
#define PIN_OF_SMALL 1024

/* @mapped: how the struct pages stand that @mappings rests on, and with it @rest and a small folio's @pins */
struct parts {
	enum mmx_read mapped;
	int64_t mappings, cache, swap_cache, private, pins, owner, rest;
};

static int64_t pins(const struct mmx_pagex *p, int64_t unexplained)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;

	if (!p->walk.folio.large)
		return unexplained >= PIN_OF_SMALL ? unexplained / PIN_OF_SMALL * PIN_OF_SMALL : 0;
	return f->has_pincount ? mmx_int(p->walk.folio.bytes, f->pincount) : 0;
}

/* Since 6.7, when its index became one in pages, a huge page is in the page cache with each of them. */
static int64_t cache_references(const struct mmx_pagex *p, bool cached, uint64_t mapping)
{
	int64_t pages = 1LL << p->walk.folio.order;

	if (cached && mapping)
		return pages;
	if (p->verdict.class == CLASS_HUGETLB && mapping && !(mapping & 3))
		return p->hugetlb_index_in_huge_pages ? 1 : pages;
	return 0;
}

static struct parts take_apart(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	const struct mmx_folio *folio = &p->walk.folio;
	int64_t refcount = mmx_int(folio->bytes, f->refcount);
	bool cached = p->verdict.class == CLASS_FILE || p->verdict.class == CLASS_SHMEM;
	unsigned int holders = mmx_class_rows[p->verdict.class].held;
	struct parts c = {.mapped = folio->read};

	if (!holders || holders & MMX_HELD_USERS)
		c.mapped = mmx_folio_mapcount(&p->walk, &c.mappings);
	if (holders & MMX_HELD_OWNER)
		c.owner = refcount > 0;
	/* What is there from the boot on is never freed by its count: hotplug uses that for its own ends. */
	if (holders & MMX_HELD_BOOT)
		c.owner = refcount > c.mappings ? refcount - c.mappings : 0;
	if (!holders) {
		c.cache = cache_references(p, cached, mmx_word(folio->bytes, f->mapping));
		if (mmx_bit(folio->flags, f->swapbacked) && mmx_bit(folio->flags, f->swapcache))
			c.swap_cache = 1LL << folio->order;
		if (cached && mmx_has_enum(&p->k->layout, E_PG_private) &&
		    mmx_bit(folio->flags, mmx_enum(&p->k->layout, E_PG_private)))
			c.private = 1;
	}
	c.rest = refcount - c.mappings - c.cache - c.swap_cache - c.private - c.owner;
	c.pins = pins(p, c.rest);
	c.rest -= c.pins;
	return c;
}

void mmx_pagex_counts(struct mmx_pagex *p)
{
	const struct mmx_folio *folio = &p->walk.folio;
	struct parts c = take_apart(p);

	mmx_out_block(p->out, "references", "references");
	mmx_pagex_number(p, "refcount", folio->read,
			 mmx_int(folio->bytes, mmx_mem(p->k)->page_format.refcount));
	mmx_pagex_number(p, "mappings", c.mapped, c.mappings);
	mmx_pagex_number(p, "page_cache", folio->read, c.cache);
	mmx_pagex_number(p, "swap_cache", folio->read, c.swap_cache);
	mmx_pagex_number(p, "private_data", folio->read, c.private);
	mmx_pagex_number(p, "pins", folio->read, c.pins);
	mmx_pagex_number(p, "owner", folio->read, c.owner);
	mmx_pagex_number(p, "remainder", c.mapped, c.rest);
	if (c.mapped)
		mmx_out_text(p->out, "surprise_unknown",
			     "without all of its struct pages its mappings cannot be counted");
	else if (c.rest > 0)
		mmx_out_text(
			p->out, "surprise",
			"more references than mappings, caches and pins explain: somebody holds it for a "
			"while (a batch of the LRU, I/O, migration, a pipe), or has leaked it");
	else if (c.rest < 0)
		mmx_pagex_finding(
			p, "surprise",
			"fewer references than its users should hold: a reference was dropped twice");
	mmx_out_end(p->out);
}
