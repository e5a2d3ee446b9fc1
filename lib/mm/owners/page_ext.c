// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"
#include "mm/owners/page_ext.h"

/* Bytes of it for each page; all that there are come to about 100. */
#define MAX_PAGE_EXT 4096

/* The lowest bit of a section's pointer, PAGE_EXT_INVALID. */
#define GOING_AWAY 1u

int mmx_page_ext_size(struct mmx_view *view, uint64_t *size, struct mmx_err *err)
{
	enum mmx_read read;

	if (!mmx_symbols_find(&view->kernel->symbols, "page_ext_size"))
		return mmx_fail(err, MMX_EMISSING, "page_ext: there is no symbol page_ext_size");
	read = mmx_kread_variable(view, "page_ext_size", 8, size);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "page_ext_size is %s",
				mmx_read_name(read));
	if (!*size || *size > MAX_PAGE_EXT)
		return mmx_fail(err, MMX_ECORRUPT,
				"a page_ext of %" PRIu64 " bytes a page makes no sense", *size);
	return 0;
}

/* The pointer is such that a frame's number is the index, not its place in the section. */
uint64_t mmx_page_ext_at(const struct mmx_view *view, uint64_t pfn, uint64_t size)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_section *section =
		mmx_section_of(&mmx_mem(k)->sparse, pfn, k->arch->page_shift);

	if (!section || !section->page_ext || section->page_ext & GOING_AWAY)
		return 0;
	return section->page_ext + pfn * size;
}

/* A section's, an entry a frame, in the direct map; the pointer is biased by the first frame. */
static int take_section(struct mmx_page_exts *exts, struct mmx_view *view, size_t nth,
			uint64_t size, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_section *section = &mmx_mem(k)->sparse.v[nth];
	unsigned int page_shift = k->arch->page_shift;
	unsigned int shift = mmx_mem(k)->sparse.section_bits - page_shift;
	uint64_t va = section->page_ext + (section->nr << shift) * size, len = size << shift;
	enum mmx_region_id region = mmx_region_of(&k->regions, va);
	uint64_t start, end;

	if (region == REGION_VMALLOC)
		return 0;
	if (region != REGION_DIRECT_MAP || mmx_kphys(view, va, &start) ||
	    mmx_kphys(view, va + len - 1, &end))
		return mmx_fail(err, MMX_ECORRUPT,
				"page_ext of section %" PRIu64 ", at 0x%" PRIx64
				", is not in the direct map",
				section->nr, va);
	start >>= page_shift;
	return mmx_owned_add(&exts->frames, nth, 0, start, (end >> page_shift) - start + 1)
		       ? 0
		       : mmx_fail_nomem(err);
}

int mmx_page_exts_find(struct mmx_page_exts *exts, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_sparse *sparse = &mmx_mem(view->kernel)->sparse;
	uint64_t size = 0;
	struct mmx_err one;

	for (size_t i = 0; i < sparse->n; i++) {
		if (!sparse->v[i].page_ext || sparse->v[i].page_ext & GOING_AWAY)
			continue;
		if (!size && mmx_page_ext_size(view, &size, err))
			return -1;
		if (!take_section(exts, view, i, size, &one))
			continue;
		if (one.code == MMX_ENOMEM)
			return mmx_fail_nomem(err);
		mmx_cover_fail(&exts->coverage, &one);
	}
	mmx_owned_sort(&exts->frames);
	exts->coverage.found = exts->frames.n;
	return 0;
}

void mmx_page_exts_free(struct mmx_page_exts *exts)
{
	mmx_owned_free(&exts->frames);
}

static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_page_exts(view)->frames, nth, run);
}

const struct mmx_owner_kind mmx_owner_page_ext = {
	.name = "page_ext",
	.class = CLASS_PAGE_EXT,
	.why = "a memory section keeps its page_ext there",
	.known = MMX_KNOWN_page_exts,
	.run = runs,
};
