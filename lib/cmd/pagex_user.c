// SPDX-License-Identifier: GPL-2.0-or-later
/* What pages of user memory have to say: their anon_vma, file, KSM node, swap entry, huge page. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "mm/rmap/anon.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/rmap/ksm.h"
#include "mm/files/mapping.h"
#include "mm/owners/memcg.h"

#define PMD_SHIFT 21 /* of what a transparent huge page is one entry of */

static uint64_t mapping_of(const struct mmx_pagex *p)
{
	return mmx_word(p->walk.folio.bytes, mmx_mem(p->k)->page_format.mapping) & ~3ULL;
}

static bool folio_flag(const struct mmx_pagex *p, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(&p->k->layout, id) &&
	       mmx_bit(p->walk.folio.flags, mmx_enum(&p->k->layout, id));
}

static void emit_swap_area(struct mmx_pagex *p, unsigned int type)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(p->view);
	const struct mmx_swap_area *area = mmx_swap_area(swaps, type);
	struct mmx_err err;

	if (area && area->path.text[0]) {
		mmx_out_text(p->out, "area", area->path.text);
		return;
	}
	mmx_fail(&err, MMX_ECORRUPT, "there is no swap area %u", type);
	if (area && area->no_path)
		err = *mmx_reason(&swaps->reasons, area->no_path);
	else if (!mmx_cover_whole(&swaps->coverage))
		err = swaps->coverage.first;
	mmx_out_null(p->out, "area");
	mmx_pagex_trouble(p, "area_unknown", &err);
}

/* Nothing tells whose it is: that its area could not be read may be why. */
static void emit_unknown_user(struct mmx_pagex *p, unsigned int type, uint64_t offset)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(p->view);
	struct mmx_swap_slot slot;
	struct mmx_err err;

	if (swaps && mmx_swap_slot(&slot, p->view, swaps, type, offset, &err))
		mmx_pagex_trouble(p, "slot_unknown", &err);
}

void mmx_pagex_swap_cache(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	unsigned int type;
	uint64_t offset;

	if (!mmx_bit(p->walk.folio.flags, f->swapbacked) ||
	    !mmx_bit(p->walk.folio.flags, f->swapcache))
		return;
	mmx_swap_private(mmx_word(p->walk.folio.bytes, f->private), &type, &offset);
	mmx_out_block(p->out, "swap_cache", "swap cache");
	mmx_out_count(p->out, "type", type);
	mmx_out_hex(p->out, "offset", offset + (p->walk.pfn - p->walk.folio.head));
	emit_swap_area(p, type);
	if (p->verdict.class == CLASS_SWAP_CACHE)
		emit_unknown_user(p, type, offset);
	mmx_out_end(p->out);
}

static const char *size_of(const struct mmx_pagex *p)
{
	const struct mmx_folio *folio = &p->walk.folio;

	if (folio->hugetlb)
		return "huge page of hugetlb";
	if (!folio->large)
		return "one page";
	return folio->order + p->k->arch->page_shift == PMD_SHIFT ? "transparent huge page"
								  : "large folio";
}

/* A folio that one entry maps as a whole has the flag on its first page, for all of it. */
static void emit_exclusive(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	const struct mmx_page_walk *w = &p->walk;
	unsigned int bit;

	if (!mmx_has_enum(&p->k->layout, E_PG_anon_exclusive)) {
		mmx_out_null(p->out, "exclusive");
		return;
	}
	bit = mmx_enum(&p->k->layout, E_PG_anon_exclusive);
	mmx_out_bool(p->out, "exclusive",
		     mmx_bit(mmx_word(w->bytes, f->flags), bit) ||
			     (w->folio.large && mmx_int(w->folio.bytes, f->entire_mapcount) >= 0 &&
			      mmx_bit(w->folio.flags, bit)));
}

void mmx_pagex_anon(struct mmx_pagex *p)
{
	struct mmx_anon anon;
	struct mmx_err err;

	mmx_out_block(p->out, "anon", "anonymous");
	mmx_out_text(p->out, "size", size_of(p));
	emit_exclusive(p);
	if (!mapping_of(p)) {
		mmx_out_null(p->out, "anon_vma");
	} else if (mmx_anon_read(&anon, p->view, mapping_of(p), &err)) {
		mmx_pagex_trouble(p, "anon_vma_unknown", &err);
	} else {
		mmx_out_addr(p->out, "anon_vma", anon.addr);
		mmx_out_addr(p->out, "root", anon.root);
		mmx_out_addr(p->out, "parent", anon.parent);
		if (mmx_cover_whole(&anon.coverage)) {
			mmx_out_count(p->out, "areas", anon.coverage.found);
		} else {
			mmx_out_null(p->out, "areas");
			mmx_pagex_trouble(p, "broken", &anon.coverage.first);
		}
	}
	mmx_out_end(p->out);
	mmx_pagex_swap_cache(p);
}

void mmx_pagex_ksm(struct mmx_pagex *p)
{
	struct mmx_ksm ksm;
	struct mmx_err err;

	mmx_out_block(p->out, "ksm", "KSM");
	if (mmx_ksm_read(&ksm, p->view, mapping_of(p), p->walk.folio.head, &err)) {
		mmx_pagex_trouble(p, "node_unknown", &err);
	} else {
		mmx_out_addr(p->out, "node", ksm.node);
		mmx_out_count(p->out, "sharers", ksm.sharers);
		if (ksm.chain)
			mmx_out_addr(p->out, "chain", ksm.chain);
	}
	mmx_out_end(p->out);
	mmx_pagex_swap_cache(p);
}

/* Of a file that goes by several names the path is one. */
static void emit_path(struct mmx_pagex *p, const struct mmx_path *path)
{
	mmx_out_text(p->out, "path", path->text);
	if (path->one_of > 1)
		mmx_out_count(p->out, "path_is_one_of", path->one_of);
}

static void emit_inode(struct mmx_pagex *p, const struct mmx_mapping *m)
{
	mmx_out_text(p->out, "kind", mmx_mapping_kind_name(m->kind));
	if (m->kind == MMX_MAPPING_SWAP)
		return;
	if (m->kind == MMX_MAPPING_BLOCK)
		mmx_out_text(p->out, "device", m->device);
	else if (m->path.text[0])
		emit_path(p, &m->path);
	else
		mmx_pagex_trouble(p, "path_unknown", &m->coverage.first);
	mmx_out_addr(p->out, "inode", m->inode.addr);
	mmx_out_count(p->out, "ino", m->inode.ino);
	mmx_out_text(p->out, "filesystem", m->inode.fs);
	mmx_out_textf(p->out, "dev", "%02x:%02x", mmx_dev_major(m->inode.dev),
		      mmx_dev_minor(m->inode.dev));
}

void mmx_pagex_file(struct mmx_pagex *p)
{
	struct mmx_mapping m;
	struct mmx_err err;

	mmx_out_block(p->out, "file", "file");
	if (!mapping_of(p))
		mmx_out_text(p->out, "kind", "none: truncated, or shared memory in the swap cache");
	else if (mmx_mapping_read(&m, p->view, mapping_of(p), &err))
		mmx_pagex_trouble(p, "mapping_unknown", &err);
	else
		emit_inode(p, &m);
	mmx_out_bool(p->out, "dirty", folio_flag(p, E_PG_dirty));
	mmx_out_bool(p->out, "writeback", folio_flag(p, E_PG_writeback));
	mmx_out_end(p->out);
	mmx_pagex_swap_cache(p);
}

static void emit_pool(struct mmx_pagex *p, const struct mmx_hugetlb_pools *pools,
		      const struct mmx_hugetlb *h)
{
	if (h->hstate) {
		mmx_out_text(p->out, "pool", h->hstate->name);
	} else if (!mmx_cover_whole(&pools->coverage)) {
		mmx_out_null(p->out, "pool");
		mmx_pagex_trouble(p, "pool_unknown", &pools->coverage.first);
	} else {
		mmx_out_text(p->out, "pool", "none of this order");
	}
}

/* Why a page of that pool may be on a free list and was not found there; NULL when it cannot be. */
static const struct mmx_err *unlisted(const struct mmx_hugetlb_pools *pools,
				      const struct mmx_hstate *hstate)
{
	for (size_t i = 0; hstate && i < pools->nodes.n; i++) {
		const struct mmx_hstate_node *node = &pools->nodes.v[i];

		if (hstate == &pools->v[node->hstate] && node->unlisted)
			return mmx_reason(&pools->reasons, node->unlisted);
	}
	return NULL;
}

static void emit_listed(struct mmx_pagex *p, const struct mmx_hugetlb_pools *pools,
			const struct mmx_hugetlb *h)
{
	const struct mmx_err *why = unlisted(pools, h->hstate);

	if (h->listed || (h->hstate && !why) || mmx_cover_whole(&pools->coverage)) {
		mmx_out_bool(p->out, "on_free_list", h->listed);
		return;
	}
	mmx_out_null(p->out, "on_free_list");
	if (why)
		mmx_pagex_trouble(p, "free_list", why);
}

/* Which of its pages are bad, as many as are known, and whether the kernel knew them all. */
static void emit_poisoned(struct mmx_pagex *p, const struct mmx_hugetlb *h)
{
	static const struct mmx_column columns[] = {{"pfn", "PFN", 8, true}};

	if (h->poison_lost)
		mmx_out_bool(p->out, "poisoned_more", true);
	if (!h->poisoned_n)
		return;
	mmx_out_table(p->out, "bad_pages", "bad pages", columns, 1);
	for (unsigned int i = 0; i < h->poisoned_n && i < MMX_HUGETLB_POISONED; i++) {
		mmx_out_row(p->out);
		mmx_out_pfn(p->out, "pfn", h->poisoned[i]);
	}
	mmx_out_end(p->out);
}

void mmx_pagex_hugetlb(struct mmx_pagex *p)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(p->view);
	struct mmx_hugetlb h;

	mmx_hugetlb_decode(&h, pools, &p->walk);
	mmx_out_block(p->out, "hugetlb", "huge page");
	mmx_out_bytes(p->out, "size", 1ULL << (p->walk.folio.order + p->k->arch->page_shift));
	emit_pool(p, pools, &h);
	mmx_out_text(p->out, "state", h.freed ? "free" : "in use");
	emit_listed(p, pools, &h);
	mmx_out_text(p->out, "state_flags", h.flags);
	mmx_out_bool(p->out, "vmemmap_optimised", h.optimised);
	mmx_out_bool(p->out, "temporary", h.temporary);
	mmx_pagex_number(p, "poisoned", h.poison_read, h.poisoned_n);
	emit_poisoned(p, &h);
	mmx_out_end(p->out);
	if (!h.freed && mapping_of(p)) {
		if (mmx_folio_anon(&p->walk))
			mmx_pagex_anon(p);
		else
			mmx_pagex_file(p);
	}
}

/* What it was before its memory failed, as far as its words still say so. */
void mmx_pagex_hwpoison(struct mmx_pagex *p)
{
	if (p->walk.folio.read)
		return;
	if (p->walk.folio.hugetlb)
		mmx_pagex_hugetlb(p);
	if (p->walk.folio.hugetlb || !mapping_of(p))
		return;
	if (mmx_folio_anon(&p->walk))
		mmx_pagex_anon(p);
	else if (mmx_region_of(&p->k->regions, mapping_of(p)) != MMX_REGION_COUNT)
		mmx_pagex_file(p);
}

/* Who is charged, by path. */
void mmx_pagex_memcg(struct mmx_pagex *p)
{
	static const char *const kinds[] = {
		[MMX_CHARGE_NONE] = "none",
		[MMX_CHARGE_OBJECTS] = "objects",
		[MMX_CHARGE_USER] = "user",
		[MMX_CHARGE_KERNEL] = "kernel",
	};
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	struct mmx_charge charge;
	struct mmx_memcg memcg;
	struct mmx_err err;

	if (!f->has_memcg || !mmx_word(p->walk.folio.bytes, f->memcg))
		return;
	if (mmx_charge_read(&charge, p->view, mmx_word(p->walk.folio.bytes, f->memcg), &err)) {
		mmx_pagex_trouble(p, "memcg_unknown", &err);
		return;
	}
	if (charge.kind == MMX_CHARGE_NONE)
		return;
	mmx_out_block(p->out, "memcg", "charged to");
	mmx_out_text(p->out, "kind", kinds[charge.kind]);
	if (charge.memcg && !mmx_memcg_read(&memcg, p->view, charge.memcg, &err)) {
		mmx_out_text(p->out, "path", memcg.path);
		mmx_out_bool(p->out, "online", memcg.online);
		mmx_out_count(p->out, "ino", memcg.ino);
	} else if (charge.memcg) {
		mmx_pagex_trouble(p, "path_unknown", &err);
	}
	mmx_out_end(p->out);
}
