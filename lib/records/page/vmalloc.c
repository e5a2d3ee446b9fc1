// SPDX-License-Identifier: GPL-2.0-or-later
/* vmalloc areas: the one whose page it is, and one that borrows it. */
#include <inttypes.h>

#include "mm/owners/bpf_maps.h"
#include "mm/owners/vmalloc.h"
#include "records/page/page.h"

static const struct mmx_owned_run *owned(const struct mmx_rows *r)
{
	return mmx_owned_find(&mmx_know_vmalloc(r->view)->frames, mmx_page_of(r)->walk.pfn);
}

static const struct mmx_owned_run *borrowed(const struct mmx_rows *r)
{
	return mmx_owned_find(&mmx_know_vmalloc(r->view)->borrowed, mmx_page_of(r)->walk.pfn);
}

/* Most stacks are vmalloc areas, but not in every configuration. */
static bool is_vmalloc(const struct mmx_rows *r)
{
	enum mmx_class class = mmx_page_of(r)->verdict.class;

	return class == CLASS_VMALLOC || class == CLASS_STACK;
}

struct area {
	const struct mmx_vmalloc_area *area;
	uint64_t start, end, address, caller;
};

static const void *take_area(struct mmx_rows *r, const struct mmx_owned_run *run)
{
	uint64_t pfn = mmx_page_of(r)->walk.pfn;
	struct area *area = r->state;

	if (r->nth || !run)
		return NULL;
	area->area = &mmx_know_vmalloc(r->view)->v[run->owner];
	area->start = area->area->start;
	area->end = area->area->end;
	area->address =
		area->start + ((run->at + pfn - run->pfn) << r->view->kernel->arch->page_shift);
	return area;
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct area *area = r->row;

	mmx_vmalloc_flags(area->area->flags, v->scratch->text, sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void caller(struct mmx_rows *r, struct mmx_value *v)
{
	const struct area *area = r->row;

	if (area->area->caller)
		mmx_value_symbol(r, v, area->area->caller);
	else
		mmx_value_none(v);
}

static void bpf_map(struct mmx_rows *r, struct mmx_value *v)
{
	const struct area *area = r->row;
	const struct mmx_bpf_map *map = mmx_bpf_map_of(mmx_know_bpf_maps(r->view), area->start);
	const char *type = map ? mmx_bpf_map_type(map->type) : NULL;

	if (map)
		mmx_value_textf(v, "%" PRIu32 ": %s%s%s", map->id,
				type ? type : "of an unknown type", *map->name ? " " : "",
				map->name);
	else
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"start", MMX_ADDR, "its first address", AT(struct area, start)},
	{"end", MMX_ADDR, "the first address behind it, its guard page included",
	 AT(struct area, end)},
	{"address", MMX_ADDR, "where the page is in it", AT(struct area, address)},
	{"flags", MMX_TEXT, "what it is for", .may = MMX_OR_EMPTY, .get = flags},
	{"caller", MMX_TEXT, "the code that asked for it", .may = MMX_OR_NONE, .get = caller},
	{"bpf_map", MMX_TEXT, "the map of BPF that it is of: number, type and name",
	 .may = MMX_OR_NONE, .get = bpf_map},
	{0},
};

static bool has_vmalloc(struct mmx_rows *r)
{
	return is_vmalloc(r);
}

static const void *next_vmalloc(struct mmx_rows *r)
{
	return take_area(r, owned(r));
}

static const struct mmx_record vmalloc = {
	.name = "vmalloc",
	.doc = "the vmalloc area whose page it is",
	.fields = fields,
	.state_size = sizeof(struct area),
	.has = has_vmalloc,
	.next = next_vmalloc,
};

static void area_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(r->view);

	v->err = &areas->coverage.first;
	if (!is_vmalloc(r) || mmx_cover_whole(&areas->coverage) || owned(r) || borrowed(r))
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_vmalloc[] = {
	{"vmalloc", MMX_BLOCK, "of class vmalloc, and of stacks that lie in an area",
	 .title = "vmalloc area", .may = MMX_OR_NONE, .record = &vmalloc},
	{"area_unknown", MMX_TROUBLE, "why that area is not known", .get = area_unknown},
	{0},
};

static bool has_vmap(struct mmx_rows *r)
{
	return borrowed(r);
}

static const void *next_vmap(struct mmx_rows *r)
{
	return take_area(r, borrowed(r));
}

static const struct mmx_record vmap = {
	.name = "vmap",
	.doc = "a vmap area that maps the page and does not own it",
	.fields = fields,
	.state_size = sizeof(struct area),
	.has = has_vmap,
	.next = next_vmap,
};

/* Whatever it is, and whosever: an area of the kernel's maps it as well. */
const struct mmx_field mmx_page_fields_vmap[] = {
	{"vmap", MMX_BLOCK, "of any page that such an area borrows",
	 .title = "mapped by a vmap area", .may = MMX_OR_NONE, .record = &vmap},
	{0},
};
