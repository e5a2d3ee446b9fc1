// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <inttypes.h>

#include "mm/mem.h"
#include "mm/owners/vmalloc_pages.h"

#define VM_IOREMAP 0x01u

static void begin_tables(struct mmx_vmalloc_pages *p)
{
	const struct mmx_kernel *k = p->view->kernel;

	mmx_pt_begin(&p->pt, p->view->reader, k->arch, &k->paging, k->paging.root, p->area->start,
		     mmx_vmalloc_mapped_end(p->view, p->area) - 1, MMX_PT_FRAMES);
	p->in_tables = true;
}

static void begin_array(struct mmx_vmalloc_pages *p)
{
	const struct mmx_kernel *k = p->view->kernel;
	const struct mmx_vmalloc_area *area = p->area;
	uint64_t room = (area->end - area->start) >> k->arch->page_shift;

	if (area->nr_pages > room || area->nr_pages > mmx_ranges_total(&mmx_mem(k)->sparse.pfn))
		mmx_cover_failf(&p->coverage, MMX_ECORRUPT,
				"vmalloc area 0x%" PRIx64 "-0x%" PRIx64 " claims %" PRIu64 " pages",
				area->start, area->end, area->nr_pages);
	else
		p->n = area->nr_pages;
}

void mmx_vmalloc_pages_begin(struct mmx_vmalloc_pages *p, struct mmx_view *view,
			     const struct mmx_vmalloc_area *area)
{
	p->coverage = (struct mmx_coverage){0};
	p->view = view;
	p->area = area;
	p->i = p->n = 0;
	p->in_tables = false;
	if (area->read)
		mmx_cover_failf(&p->coverage, mmx_read_code(area->read),
				"vmalloc area 0x%" PRIx64 ": its vm_struct 0x%" PRIx64 " is %s",
				area->start, area->vm, mmx_read_name(area->read));
	else if (area->kind == MMX_VMALLOC_UNPURGED || area->flags & VM_IOREMAP)
		return;
	else if (area->pages && area->nr_pages)
		begin_array(p);
	else
		begin_tables(p);
}

static bool next_in_tables(struct mmx_vmalloc_pages *p)
{
	unsigned int shift = p->view->kernel->arch->page_shift;
	const struct mmx_pte *pte = &p->pt.pte;

	while (mmx_pt_next(&p->pt)) {
		if (pte->kind != MMX_PTE_LEAF)
			continue;
		p->at = (pte->start - p->area->start) >> shift;
		p->pfn = mmx_pte_phys(pte, pte->start) >> shift;
		p->frames = (pte->last - pte->start + 1) >> shift;
		p->coverage.found += p->frames;
		return true;
	}
	p->in_tables = false;
	if (mmx_cover_whole(&p->pt.coverage))
		return false;
	mmx_fail_prefix(&p->pt.coverage.first, "vmalloc area 0x%" PRIx64, p->area->start);
	mmx_cover_inherit(&p->coverage, &p->pt.coverage);
	return false;
}

/* The array is read a block at a time. */
static int read_block(struct mmx_vmalloc_pages *p)
{
	uint64_t left = p->n - p->i, most = MMX_VMALLOC_BLOCK;
	struct mmx_err err;

	if (!mmx_kread_ok(p->view, p->area->pages + p->i * 8, p->block,
			  (left < most ? left : most) * 8, "a vmalloc area's array of pages", &err))
		return 0;
	mmx_cover_fail(&p->coverage, &err);
	p->i = p->n;
	return -1;
}

static bool next_in_array(struct mmx_vmalloc_pages *p)
{
	uint64_t page;

	if (p->i == p->n || (p->i % MMX_VMALLOC_BLOCK == 0 && read_block(p)))
		return false;
	page = le64toh(p->block[p->i % MMX_VMALLOC_BLOCK]);
	if (!mmx_page_pfn(p->view->kernel, page, &p->pfn)) {
		mmx_cover_failf(&p->coverage, MMX_ECORRUPT,
				"vmalloc area 0x%" PRIx64 ": page %" PRIu64 " is 0x%" PRIx64
				", which is no page",
				p->area->start, p->i, page);
		p->i = p->n;
		return false;
	}
	p->at = p->i++;
	p->frames = 1;
	p->coverage.found++;
	return true;
}

bool mmx_vmalloc_pages_next(struct mmx_vmalloc_pages *p)
{
	return p->in_tables ? next_in_tables(p) : next_in_array(p);
}
