// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/owners/marks.h"
#include "mm/zones/pcp.h"
#include "mm/owners/percpu.h"
#include "mm/owners/stack.h"
#include "mm/zones/unaccepted.h"
#include "mm/owners/vmalloc.h"

/* Bytes of extra data that a kernel keeps for each page; all that there are come to about 100. */
#define MAX_PAGE_EXT 4096

const char *mmx_mark_name(enum mmx_mark mark)
{
	static const char *const names[] = {
		[MMX_MARK_NONE] = "none",
		[MMX_MARK_PCP] = "per-CPU free lists",
		[MMX_MARK_WAITING] = "pages freed without their zone's lock",
		[MMX_MARK_PERCPU] = "per-CPU memory",
		[MMX_MARK_STACK] = "tasks",
		[MMX_MARK_VMALLOC] = "vmalloc areas",
		[MMX_MARK_PAGE_EXT] = "page_ext",
		[MMX_MARK_UNACCEPTED] = "unaccepted memory",
		[MMX_MARK_VMAP] = "vmap areas",
		[MMX_MARK_VMEMMAP] = "vmemmap",
	};

	return names[mark];
}

/* NULL without memory, which is remembered. */
static uint8_t *chunk_of(struct mmx_marks *m, uint64_t pfn)
{
	uint8_t **chunk = &m->chunk[pfn >> MMX_MARKS_SHIFT];

	if (!*chunk)
		*chunk = calloc(1, 1u << MMX_MARKS_SHIFT);
	m->nomem |= !*chunk;
	return *chunk;
}

static void mark(struct mmx_marks *m, uint64_t pfn, uint64_t frames, enum mmx_mark what)
{
	for (; frames-- && pfn < m->frames; pfn++) {
		uint8_t *chunk = chunk_of(m, pfn);

		if (!chunk)
			return;
		chunk += pfn & ((1u << MMX_MARKS_SHIFT) - 1);
		if (*chunk == MMX_MARK_NONE)
			*chunk = what;
	}
}

static void mark_pcp(struct mmx_marks *m, struct mmx_view *view)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(view);

	for (size_t i = 0; i < pcp->blocks.n; i++) {
		const struct mmx_pcp_block *block = &pcp->blocks.v[i];

		mark(m, block->pfn, 1ULL << block->order,
		     block->cpu == MMX_PCP_WAITING ? MMX_MARK_WAITING : MMX_MARK_PCP);
	}
	m->why[MMX_MARK_PCP] = pcp->coverage.first;
}

static void mark_owned(struct mmx_marks *m, const struct mmx_owned *owned, enum mmx_mark what)
{
	for (size_t i = 0; i < owned->n; i++)
		mark(m, owned->v[i].pfn, owned->v[i].frames, what);
}

/* A stack is a vmalloc area as well, and the task says more: its mark comes first. */
static void mark_vmalloc(struct mmx_marks *m, struct mmx_view *view)
{
	const struct mmx_stacks *stacks = mmx_know_stacks(view);
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(view);

	mark_owned(m, &stacks->frames, MMX_MARK_STACK);
	m->why[MMX_MARK_STACK] = stacks->coverage.first;
	mark_owned(m, &areas->frames, MMX_MARK_VMALLOC);
	m->why[MMX_MARK_VMALLOC] = areas->coverage.first;
}

static void mark_percpu(struct mmx_marks *m, struct mmx_view *view)
{
	const struct mmx_percpu *percpu = mmx_know_percpu(view);

	mark_owned(m, &percpu->frames, MMX_MARK_PERCPU);
	m->why[MMX_MARK_PERCPU] = percpu->coverage.first;
}

static void mark_unaccepted(struct mmx_marks *m, struct mmx_view *view)
{
	const struct mmx_unaccepted *unaccepted = mmx_know_unaccepted(view);

	mark_owned(m, &unaccepted->frames, MMX_MARK_UNACCEPTED);
	m->why[MMX_MARK_UNACCEPTED] = unaccepted->coverage.first;
}

/*
 * Where the struct pages lie. Those from boot are reserved as well; those of plugged memory came from
 * the allocator, or are the first pages of that memory, and huge pages that are optimised keep one of their own.
 */
static void mark_vmemmap(struct mmx_marks *m, const struct mmx_kernel *k)
{
	for (size_t i = 0; i < mmx_mem(k)->vmemmap.n; i++) {
		const struct mmx_vmemmap_extent *e = &mmx_mem(k)->vmemmap.v[i];
		uint64_t pages = e->repeat ? 1 : e->len >> k->arch->page_shift;

		mark(m, e->phys >> k->arch->page_shift, pages, MMX_MARK_VMEMMAP);
	}
}

/* Each section's page_ext, an entry a frame, in the direct map; the pointer is biased by the first frame. */
static void mark_page_ext(struct mmx_marks *m, struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	unsigned int shift = mmx_mem(k)->sparse.section_bits - k->arch->page_shift;
	uint64_t size, start, end;

	if (mmx_kread_variable(view, "page_ext_size", 8, &size) || !size || size > MAX_PAGE_EXT)
		return;
	for (size_t i = 0; i < mmx_mem(k)->sparse.n; i++) {
		uint64_t first = mmx_mem(k)->sparse.v[i].nr << shift,
			 base = mmx_mem(k)->sparse.v[i].page_ext;

		/* The lowest bit marks one that is going away. */
		if (!base || base & 1 || mmx_kphys(view, base + first * size, &start) ||
		    mmx_kphys(view, base + ((first + (1ULL << shift)) * size - 1), &end) ||
		    end < start || end - start >= size << shift)
			continue;
		start >>= k->arch->page_shift;
		mark(m, start, (end >> k->arch->page_shift) - start + 1, MMX_MARK_PAGE_EXT);
	}
}

static uint64_t chunks(const struct mmx_marks *m)
{
	return (m->frames >> MMX_MARKS_SHIFT) + 1;
}

int mmx_marks_find(struct mmx_marks *marks, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &mmx_mem(view->kernel)->sparse.pfn;

	marks->frames = pfn->n ? pfn->v[pfn->n - 1].end : 0;
	marks->chunk = calloc(chunks(marks), sizeof(*marks->chunk));
	if (!marks->chunk) {
		marks->frames = 0;
		return mmx_fail_nomem(err);
	}
	mark_pcp(marks, view);
	mark_percpu(marks, view);
	mark_vmalloc(marks, view);
	mark_page_ext(marks, view);
	mark_unaccepted(marks, view);
	mark_vmemmap(marks, view->kernel);
	mark_owned(marks, &mmx_know_vmalloc(view)->borrowed, MMX_MARK_VMAP);
	return marks->nomem ? mmx_fail_nomem(err) : 0;
}

void mmx_marks_free(struct mmx_marks *marks)
{
	for (uint64_t i = 0; marks->chunk && i < chunks(marks); i++)
		free(marks->chunk[i]);
	free(marks->chunk);
}
