// SPDX-License-Identifier: GPL-2.0-or-later
/* kmalloc of more than slabs hold. */
#include "records/page/page.h"

struct large_kmalloc {
	uint64_t address, size;
};

static bool has_large_kmalloc(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_LARGE_KMALLOC;
}

static const void *next_large_kmalloc(struct mmx_rows *r)
{
	const struct mmx_folio *folio = &mmx_page_of(r)->walk.folio;
	const struct mmx_kernel *k = r->view->kernel;
	struct large_kmalloc *large = r->state;

	large->address =
		k->regions.v[REGION_DIRECT_MAP].start + (folio->head << k->arch->page_shift);
	large->size = 1ULL << (folio->order + k->arch->page_shift);
	return r->nth ? NULL : large;
}

static const struct mmx_field fields[] = {
	{"address", MMX_ADDR, "what kmalloc() returned", AT(struct large_kmalloc, address)},
	{"size", MMX_BYTES, "bytes that were taken for it", AT(struct large_kmalloc, size)},
	{0},
};

static const struct mmx_record large_kmalloc = {
	.name = "large_kmalloc",
	.doc = "the allocation that it is a page of",
	.fields = fields,
	.state_size = sizeof(struct large_kmalloc),
	.has = has_large_kmalloc,
	.next = next_large_kmalloc,
};

const struct mmx_field mmx_page_fields_large_kmalloc[] = {
	{"large_kmalloc", MMX_BLOCK, "of class large-kmalloc", .title = "kmalloc",
	 .may = MMX_OR_NONE, .record = &large_kmalloc},
	{0},
};
