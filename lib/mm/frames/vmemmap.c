// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/pagetable.h"
#include "mm/mem.h"
#include "mm/frames/vmemmap.h"
#include "mm/owners/owner.h"

#define MAX_PAGE_BYTES 256u

bool mmx_page_pfn(const struct mmx_kernel *k, uint64_t page, uint64_t *pfn)
{
	const struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	uint64_t off = page - v->base;

	if (!v->page_size || page < v->base || off % v->page_size)
		return false;
	*pfn = off / v->page_size;
	return mmx_pfn_valid(&mmx_mem(k)->sparse, *pfn);
}

/*
 * The extents.
 */

static bool add_piece(struct mmx_vmemmap *v, uint64_t va, uint64_t len, uint64_t phys, bool repeat)
{
	return mmx_array_add(v, (struct mmx_vmemmap_extent){va, len, phys, repeat});
}

/* The page behind an extent is its last one once more: that one becomes an extent of its own, which repeats. */
static bool repeat_last(struct mmx_vmemmap *v, uint64_t page)
{
	struct mmx_vmemmap_extent *last = &v->v[v->n - 1];
	uint64_t phys = last->phys + last->len - page;

	if (!last->repeat && last->len > page) {
		last->len -= page;
		if (!add_piece(v, last->va + last->len, page, phys, true))
			return false;
		last = &v->v[v->n - 1];
	}
	last->repeat = true;
	last->len += page;
	return true;
}

/*
 * Appends a mapped piece, joined to the last extent where it goes on the same way. The pages of an optimised huge
 * page are kept together, whatever lies before and behind them: the page that they repeat may follow upon its
 * neighbour's, and their neighbour's upon it.
 */
static bool append(struct mmx_vmemmap *v, uint64_t page, uint64_t va, uint64_t len, uint64_t phys)
{
	struct mmx_vmemmap_extent *last = v->n ? &v->v[v->n - 1] : NULL;

	if (last && last->va + last->len == va) {
		uint64_t last_page = last->phys + (last->repeat ? 0 : last->len - page);

		if (phys == last_page)
			return repeat_last(v, page) &&
			       (len == page ||
				add_piece(v, va + page, len - page, phys + page, false));
		if (!last->repeat && phys == last_page + page) {
			last->len += len;
			return true;
		}
	}
	return add_piece(v, va, len, phys, false);
}

static bool append_run(struct mmx_vmemmap *v, uint64_t page, const struct mmx_pte *pte)
{
	return append(v, page, pte->start, pte->last - pte->start + 1,
		      mmx_pte_phys(pte, pte->start));
}

/* Pages of the array minus the physical pages behind them: those that another one serves too. */
static bool count_shared(struct mmx_vmemmap *v, uint64_t page)
{
	struct mmx_ranges phys = {0};
	bool ok = true;

	for (size_t i = 0; i < v->n && ok; i++) {
		const struct mmx_vmemmap_extent *e = &v->v[i];

		v->pages += e->len / page;
		ok = mmx_ranges_add(&phys, e->phys, e->phys + (e->repeat ? page : e->len));
	}
	mmx_ranges_normalise(&phys);
	v->shared = v->pages - mmx_ranges_total(&phys) / page;
	mmx_ranges_free(&phys);
	return ok;
}

static int find_extents(struct mmx_kernel *k, struct mmx_err *err)
{
	struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	uint64_t page = 1ULL << k->arch->page_shift;
	uint64_t left; /* bytes: a struct page may straddle two extents */
	struct mmx_pt pt;

	mmx_pt_begin(&pt, k->view->reader, k->arch, &k->paging, k->paging.root, 1, 0,
		     MMX_PT_FRAMES);
	mmx_for_each_range (r, &mmx_mem(k)->sparse.pfn) {
		mmx_pt_seek(&pt, mmx_page_addr(v, r->start), mmx_page_addr(v, r->end) - 1);
		while (mmx_pt_next(&pt)) {
			if (pt.pte.kind == MMX_PTE_LEAF && !append_run(v, page, &pt.pte))
				return mmx_fail_nomem(err);
		}
	}
	v->coverage = pt.coverage;
	if (!count_shared(v, page))
		return mmx_fail_nomem(err);
	left = mmx_ranges_total(&mmx_mem(k)->sparse.pfn) * v->page_size;
	for (size_t i = 0; i < v->n; i++)
		left -= v->v[i].len;
	v->unmapped = (left + v->page_size - 1) / v->page_size;
	return 0;
}

static int find(struct mmx_kernel *k, char *source, size_t size, struct mmx_err *err)
{
	struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	const struct mmx_region *region = &k->regions.v[REGION_VMEMMAP];
	uint64_t told;

	if (mmx_fact_require(&k->facts, FACT_SECTIONS, err))
		return -1;
	if (!mmx_has_struct(&k->layout, S_page))
		return mmx_fail(err, MMX_EMISSING,
				"struct page is needed and no source of types has it");
	v->page_size = mmx_size(&k->layout, S_page);
	if (v->page_size < 32 || v->page_size > MAX_PAGE_BYTES || v->page_size % 8)
		return mmx_fail(err, MMX_ECORRUPT,
				"a struct page of %" PRIu64 " bytes makes no sense", v->page_size);
	v->base = region->start ? region->start : mmx_mem(k)->sparse.map_base;
	snprintf(source, size, "%s", region->start ? region->source : "section_mem_map");
	if (mmx_vmcoreinfo_symbol(&k->vmcoreinfo, "vmemmap", &told) && told != v->base)
		return mmx_fail(err, MMX_ECORRUPT,
				"%s says 0x%" PRIx64
				" and SYMBOL(vmemmap) of VMCOREINFO 0x%" PRIx64,
				source, v->base, told);
	if (mmx_mem(k)->sparse.map_base != v->base)
		return mmx_fail(err, MMX_ECORRUPT,
				"%s says 0x%" PRIx64 " and the sections' map words 0x%" PRIx64,
				source, v->base, mmx_mem(k)->sparse.map_base);
	return find_extents(k, err);
}

void mmx_vmemmap_find(struct mmx_kernel *k)
{
	struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	char source[80] = "", strays[64] = "every section's map word says";
	struct mmx_err err;

	if (find(k, source, sizeof(source), &err)) {
		v->base = 0;
		mmx_fact_set(&k->facts, FACT_VMEMMAP,
			     err.code == MMX_EMISSING ? MMX_FACT_UNKNOWN : MMX_FACT_FAILED, source,
			     "%s", err.text);
		return;
	}
	mmx_region_set(&k->regions, REGION_VMEMMAP, v->base,
		       mmx_page_addr(v, mmx_mem(k)->sparse.pfn.v[mmx_mem(k)->sparse.pfn.n - 1].end),
		       "%s", source);
	if (mmx_mem(k)->sparse.strays)
		snprintf(strays, sizeof(strays), "all but %zu of %zu sections' map words say",
			 mmx_mem(k)->sparse.strays, mmx_mem(k)->sparse.n);
	mmx_fact_set(&k->facts, FACT_VMEMMAP, v->unmapped ? MMX_FACT_FAILED : MMX_FACT_CHECKED,
		     source, "%s the same base; %" PRIu64 " of its struct pages are not mapped",
		     strays, v->unmapped);
}

void mmx_vmemmap_free(struct mmx_vmemmap *v)
{
	mmx_array_free(v);
}

/*
 * Reading struct pages.
 */

const struct mmx_vmemmap_extent *mmx_vmemmap_extent_of(const struct mmx_vmemmap *v, uint64_t va)
{
	size_t i = mmx_array_bound(v, extent, extent->va + extent->len <= va);

	return i < v->n && v->v[i].va <= va ? &v->v[i] : NULL;
}

/* A dump that has no memory where a page table has a struct page: the page exists all the same. */
static enum mmx_read of_existing(enum mmx_read read)
{
	return read == MMX_READ_ABSENT ? MMX_READ_UNREADABLE : read;
}

enum mmx_read mmx_pages_read(struct mmx_view *view, uint64_t pfn, uint64_t max, void *buf,
			     uint64_t *got)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_vmemmap *v = &mmx_mem(k)->vmemmap;
	uint64_t page = 1ULL << k->arch->page_shift, va = mmx_page_addr(v, pfn), len, phys;
	const struct mmx_vmemmap_extent *e = mmx_vmemmap_extent_of(v, va);
	enum mmx_read read;

	*got = 1;
	if (!mmx_pfn_valid(&mmx_mem(k)->sparse, pfn))
		return MMX_READ_ABSENT;
	if (!e)
		return MMX_READ_UNMAPPED;
	len = e->va + e->len - va;
	phys = e->phys + (va - e->va);
	if (e->repeat) {
		len = page - va % page;
		phys = e->phys + va % page;
	}
	if (len > max * v->page_size)
		len = max * v->page_size;
	*got = len / v->page_size;
	if (!*got) {
		/* A struct page that straddles two extents. */
		*got = 1;
		return of_existing(mmx_kread(view, va, buf, v->page_size));
	}
	read = mmx_phys_read(view->reader, phys, buf, *got * v->page_size);
	if (!read || *got == 1)
		return of_existing(read);
	/* A part is missing: answer for the pages of one physical page at a time. */
	len = page - phys % page;
	if (len < v->page_size)
		len = v->page_size;
	if (*got > len / v->page_size)
		*got = len / v->page_size;
	return of_existing(mmx_phys_read(view->reader, phys, buf, *got * v->page_size));
}

/*
 * Where the struct pages lie. Those from boot are reserved as well; those of plugged memory came from
 * the allocator, or are the first pages of that memory, and huge pages that are optimised keep one of
 * their own.
 */
static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	const struct mmx_vmemmap *v = &mmx_mem(view->kernel)->vmemmap;
	unsigned int shift = view->kernel->arch->page_shift;

	if (nth >= v->n)
		return false;
	*run = (struct mmx_owner_run){
		.pfn = v->v[nth].phys >> shift,
		.frames = v->v[nth].repeat ? 1 : v->v[nth].len >> shift,
	};
	return true;
}

const struct mmx_owner_kind mmx_owner_vmemmap = {
	.name = "vmemmap",
	.class = CLASS_VMEMMAP,
	.why = "the page tables of vmemmap lead to it",
	.known = MMX_KNOWN_COUNT,
	.run = runs,
};
