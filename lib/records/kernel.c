// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kernel it is, and where everything lies in its address space. */
#include "records/records.h"

static const void *next_kernel(struct mmx_rows *r)
{
	return r->nth ? NULL : r->view->kernel;
}

static void machine(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_kernel *k = r->row;

	v->text = k->image->machine;
}

static void symbols(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_kernel *k = r->row;

	v->word = mmx_symbols_count(&k->symbols);
}

static const struct mmx_field kernel_fields[] = {
	{"release", MMX_TEXT, "as `uname -r` printed it", AT(struct mmx_kernel, release)},
	{"banner", MMX_TEXT, "the kernel's banner; left out when it cannot be read",
	 .zero = MMX_OR_NONE, AT(struct mmx_kernel, banner)},
	{"build_id", MMX_TEXT, "hex digits without 0x", .zero = MMX_OR_NULL,
	 .pattern = "^([0-9a-f]{2})+$", AT(struct mmx_kernel, build_id)},
	{"machine", MMX_TEXT, "as `uname -m`", .get = machine},
	{"paging_levels", MMX_COUNT, "of page tables", .min = 4, .max = 5,
	 AT(struct mmx_kernel, paging.levels)},
	{"page_table_root", MMX_ADDR, "physical address of the kernel's own top page table",
	 AT(struct mmx_kernel, paging.root)},
	{"encryption_mask", MMX_HEX, "bits of a page-table entry that are no address",
	 AT(struct mmx_kernel, paging.clear)},
	{"kaslr_offset", MMX_HEX, "by how much the image was moved from where it was linked",
	 AT(struct mmx_kernel, kaslr_offset)},
	{"phys_base", MMX_HEX, "the kernel's variable of that name; negative ones as 64-bit words",
	 AT(struct mmx_kernel, phys_base)},
	{"symbols", MMX_COUNT, "modules' symbols included", RESTS_ON(FACT_SYMBOLS), .get = symbols},
	{"modules", MMX_COUNT, "that are loaded", RESTS_ON(FACT_MODULES),
	 AT(struct mmx_kernel, symbols.module_names.n)},
	{0},
};

const struct mmx_record mmx_record_kernel = {
	.name = "kernel",
	.doc = "who the kernel is",
	.fields = kernel_fields,
	.next = next_kernel,
};

static const void *next_region(struct mmx_rows *r)
{
	return r->nth < MMX_REGION_COUNT ? &r->view->kernel->regions.v[r->nth] : NULL;
}

static void region(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->nth;
}

/* A bound of a region whose check did not succeed is not shown. */
static void bound(struct mmx_rows *r, struct mmx_value *v, uint64_t addr)
{
	static const enum mmx_fact_id rests_on[] = {
		[REGION_DIRECT_MAP] = FACT_DIRECT_MAP, [REGION_VMALLOC] = FACT_VMALLOC,
		[REGION_VMEMMAP] = FACT_VMEMMAP,       [REGION_KERNEL_IMAGE] = FACT_KERNEL_IMAGE,
		[REGION_MODULES] = FACT_MODULE_SPACE,
	};
	const struct mmx_region *region = r->row;

	v->word = addr;
	if (!region->end || !mmx_fact_usable(&r->view->kernel->facts, rests_on[r->nth]))
		mmx_value_null(v);
}

static void region_start(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_region *region = r->row;

	bound(r, v, region->start);
}

static void region_end(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_region *region = r->row;

	bound(r, v, region->end);
}

static const struct mmx_field region_fields[] = {
	{"region", MMX_WORD, "what lies there", .width = 14, .get = region,
	 WORDS(MMX_REGION_COUNT, mmx_region_name)},
	{"start", MMX_ADDR, "its first address; null when the region's check did not succeed",
	 .may = MMX_OR_NULL, .get = region_start},
	{"end", MMX_ADDR, "the first address behind it", .may = MMX_OR_NULL, .get = region_end},
	{"source", MMX_TEXT, "from where mmx knows", .may = MMX_OR_EMPTY,
	 AT(struct mmx_region, source)},
	{0},
};

const struct mmx_record mmx_record_regions = {
	.name = "region",
	.doc = "a part of the kernel's address space",
	.fields = region_fields,
	.next = next_region,
};
