// SPDX-License-Identifier: GPL-2.0-or-later
/* Zones: where they lie, and why there. */
#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_steps.h"
#include "records/records.h"
#include "records/zones/zones.h"

#define ISA_END 0x1000u   /* frames that devices on an ISA bus reach: 16 MiB */
#define PCI_END 0x100000u /* and those with 32 bits of address: 4 GiB */

static const void *next_zone(struct mmx_rows *r)
{
	return mmx_zones_next(mmx_zones_of(r), r->state, false);
}

static void end_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_step_zone_end(NULL, r->view->kernel, mmx_zone_row(r)).v;
}

static void holes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_state *z = mmx_zone_row(r);

	v->count = (int64_t)(z->spanned - z->present);
}

static bool is_zone(const struct mmx_rows *r, enum mmx_layout_enumerator zone)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	return mmx_has_enum(l, zone) && (unsigned int)mmx_enum(l, zone) == mmx_zone_row(r)->index;
}

static const char *what_for(const struct mmx_rows *r)
{
	if (is_zone(r, E_ZONE_DMA))
		return "for devices that reach 16 MiB";
	if (is_zone(r, E_ZONE_DMA32))
		return "for devices that reach 4 GiB";
	if (is_zone(r, E_ZONE_MOVABLE))
		return "only for what can be moved";
	if (is_zone(r, E_ZONE_DEVICE))
		return "memory of a driver, none that is allocated";
	return "for everybody";
}

static const char *why_end(const struct mmx_rows *r)
{
	const struct mmx_zone_state *z = mmx_zone_row(r);
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(r->view), z->node);
	uint64_t end = z->start_pfn + z->spanned;

	if (is_zone(r, E_ZONE_DEVICE))
		return "";
	if (end == ISA_END)
		return ", up to 16 MiB";
	if (end == PCI_END)
		return ", up to 4 GiB";
	if (node && end == node->start_pfn + node->spanned)
		return ", up to the end of the node";
	return "";
}

static void why(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%s%s", what_for(r), why_end(r));
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone_state, name)},
	{"start_pfn", MMX_PFN, "its first frame", .width = 9, AT(struct mmx_zone_state, start_pfn)},
	{"end_pfn", MMX_PFN, "the first frame behind it", .width = 9, .get = end_pfn},
	{"present", MMX_COUNT, "frames that are there", .width = 10,
	 AT(struct mmx_zone_state, present)},
	{"managed", MMX_COUNT, "of those, pages that the page allocator has or has given out",
	 .width = 10, AT(struct mmx_zone_state, managed)},
	{"holes", MMX_NUMBER, "frames that it spans and has not", .width = 8, .get = holes},
	{"cma", MMX_COUNT, "pages kept for CMA", .width = 6, AT(struct mmx_zone_state, cma)},
	{"why", MMX_TEXT, "what it is for, and where it ends", .get = why},
	{0},
};

const struct mmx_record mmx_record_zone_ranges = {
	.name = "zone_range",
	.doc = "a zone that spans frames",
	.fields = zone_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.open = mmx_zone_rows_open,
	.next = next_zone,
};
