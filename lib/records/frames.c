// SPDX-License-Identifier: GPL-2.0-or-later
/* Physical memory as a whole: struct pages, the frames that have one, zones. */
#include "mm/mem.h"
#include "records/records.h"

static const void *next_vmemmap(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_mem(r->view->kernel);
}

static void frames(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mem *mem = r->row;

	v->word = mmx_ranges_total(&mem->sparse.pfn);
}

static const struct mmx_field vmemmap_fields[] = {
	{"page_size", MMX_COUNT, "bytes in a struct page", .zero = MMX_OR_NULL,
	 AT(struct mmx_mem, vmemmap.page_size)},
	{"base", MMX_ADDR, "where PFN 0's would be", RESTS_ON(FACT_VMEMMAP),
	 AT(struct mmx_mem, vmemmap.base)},
	{"sections", MMX_COUNT, "memory sections that are present", RESTS_ON(FACT_SECTIONS),
	 AT(struct mmx_mem, sparse.n)},
	{"section_bits", MMX_COUNT, "log2 of a section's bytes", .zero = MMX_OR_NULL,
	 AT(struct mmx_mem, sparse.section_bits)},
	{"frames", MMX_COUNT, "page frames that have a struct page", RESTS_ON(FACT_SECTIONS),
	 .get = frames},
	{"mapped_pages", MMX_COUNT, "pages of the array that are mapped", RESTS_ON(FACT_VMEMMAP),
	 AT(struct mmx_mem, vmemmap.pages)},
	{"shared_pages", MMX_COUNT,
	 "those whose physical page serves another part of the array, too", RESTS_ON(FACT_VMEMMAP),
	 AT(struct mmx_mem, vmemmap.shared)},
	{"extents", MMX_COUNT, "physical runs that the array consists of", RESTS_ON(FACT_VMEMMAP),
	 AT(struct mmx_mem, vmemmap.n)},
	{0},
};

const struct mmx_record mmx_record_vmemmap = {
	.name = "vmemmap",
	.doc = "the array of struct pages; what could not be found out is null",
	.fields = vmemmap_fields,
	.next = next_vmemmap,
};

static const void *next_frames(struct mmx_rows *r)
{
	const struct mmx_ranges *pfn = &mmx_mem(r->view->kernel)->sparse.pfn;

	return r->nth < pfn->n ? &pfn->v[r->nth] : NULL;
}

static void frames_of_range(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_range *range = r->row;

	v->word = range->end - range->start;
}

static const struct mmx_field frames_fields[] = {
	{"start_pfn", MMX_PFN, "the first frame", AT(struct mmx_range, start)},
	{"end_pfn", MMX_PFN, "the first frame behind them", AT(struct mmx_range, end)},
	{"frames", MMX_COUNT, "how many", .width = 12, .min = 1, .get = frames_of_range},
	{0},
};

const struct mmx_record mmx_record_frame_ranges = {
	.name = "frame_range",
	.doc = "frames in a row that have a struct page",
	.fields = frames_fields,
	.next = next_frames,
};

static const void *next_zone(struct mmx_rows *r)
{
	const struct mmx_zones *zones = &mmx_mem(r->view->kernel)->zones;

	return r->nth < zones->n ? &zones->v[r->nth] : NULL;
}

static void zone_end(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone *zone = r->row;

	v->word = zone->start_pfn + zone->spanned;
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone, name)},
	{"start_pfn", MMX_PFN, "its first frame", AT(struct mmx_zone, start_pfn)},
	{"end_pfn", MMX_PFN, "the first frame behind it", .get = zone_end},
	{"present", MMX_COUNT, "frames that are present in it", .width = 12,
	 AT(struct mmx_zone, present)},
	{0},
};

const struct mmx_record mmx_record_zones = {
	.name = "zone",
	.doc = "a zone of a node that spans frames",
	.fields = zone_fields,
	.next = next_zone,
};
