// SPDX-License-Identifier: GPL-2.0-or-later
/* Which frames the kernel looks at: holes, sections that are offline, memory of devices; and marks far apart. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/owners/owner.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define SECTION 32768u /* frames */
#define SUB     512u
#define ALL     ~0ULL
#define SLOTS   64
#define PGMAP   (FAKE_VA + 0x1000)

struct usage {
	uint64_t rcu[2], map;
};

struct xarray {
	uint64_t lock, head;
};

struct xa_node {
	uint8_t shift, offset, count, values;
	uint64_t parent;
	uint64_t slots[SLOTS];
};

static struct fake_memory *m;
static struct mmx_sparse *sparse;

static void make_layout(void)
{
	struct mmx_layout *l = &m->mem.kernel.layout;

	fake_no_types(m);
	fake_member(m, M_mem_section_usage_subsection_map, offsetof(struct usage, map), 8, 1);
	fake_member(m, M_xarray_xa_head, offsetof(struct xarray, head), 8, 0);
	fake_member(m, M_xa_node_shift, offsetof(struct xa_node, shift), 1, 0);
	fake_member(m, M_xa_node_offset, offsetof(struct xa_node, offset), 1, 0);
	fake_member(m, M_xa_node_parent, offsetof(struct xa_node, parent), 8, 0);
	fake_member(m, M_xa_node_slots, offsetof(struct xa_node, slots), 8 * SLOTS, SLOTS);
	l->enumerator[E_ZONE_DEVICE].provider = 0;
}

/* The array of devices, with an entry for every frame of these sections of the first four. */
static void make_pgmaps(uint64_t sections)
{
	struct xa_node node = {.shift = 12}; /* a slot is eight subsections */
	struct xarray xa = {0};
	uint64_t at;

	for (unsigned int i = 0; i < 4 * SECTION >> 12; i++)
		node.slots[i] = sections >> (i >> 3) & 1 ? PGMAP : 0;
	xa.head = fake_put(m, &node, sizeof(node)) | 2;
	at = fake_put(m, &xa, sizeof(xa));
	fake_symbol(m, "pgmap_array", at);
}

static void setup(void)
{
	m = fake_memory_new(MEMORY);
	sparse = &m->mem.sparse;
	sparse->section_bits = 27;
	sparse->end = 4 * SECTION;
	m->mem.kernel.facts.v[FACT_SECTIONS].state = MMX_FACT_CHECKED;
	make_layout();
}

static void teardown(void)
{
	mmx_sparse_free(sparse);
	mmx_zones_free(&m->mem.zones);
	fake_memory_free(m);
}

/* Adds a section with that subsection map. */
static void section(uint64_t nr, bool online, bool early, bool device, uint64_t map)
{
	struct usage usage = {.map = map};
	struct mmx_section s = {.nr = nr, .online = online, .early = early, .device = device};

	s.usage = fake_put(m, &usage, sizeof(usage));
	if (!mmx_array_add(sparse, s))
		abort();
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t pfn = nr * SECTION + i * SUB;

		if ((early || map >> i & 1) && !mmx_ranges_add(&sparse->pfn, pfn, pfn + SUB))
			abort();
	}
	mmx_ranges_normalise(&sparse->pfn);
}

static void a_hole_of_an_early_section_has_struct_pages_that_are_not_looked_at(void)
{
	setup();
	section(0, true, true, false, ALL & ~6ULL);
	section(1, true, false, false, 1);
	mmx_online_find(&m->mem.kernel);
	CHECK(mmx_pfn_online(sparse, SUB - 1) && mmx_pfn_online(sparse, 3 * SUB), "memory");
	CHECK(!mmx_pfn_online(sparse, SUB) && !mmx_pfn_online(sparse, 3 * SUB - 1), "the hole");
	CHECK(mmx_pfn_valid(sparse, SUB) && !mmx_pfn_offline(sparse, SUB), "a hole is not offline");
	CHECK(mmx_pfn_online(sparse, SECTION) && !mmx_pfn_online(sparse, SECTION + SUB), "plugged");
	CHECK(m->mem.kernel.facts.v[FACT_ONLINE].state == MMX_FACT_UNCHECKED, "%s",
	      m->mem.kernel.facts.v[FACT_ONLINE].text);
	teardown();
}

static void an_offline_section_is_all_a_devices_or_none(void)
{
	setup();
	make_pgmaps(1 << 1);
	section(1, false, false, false, ALL);
	section(2, false, false, false, ALL);
	mmx_online_find(&m->mem.kernel);
	CHECK(mmx_ranges_total(&sparse->device) == SECTION && mmx_pfn_device(sparse, SECTION),
	      "device");
	CHECK(mmx_ranges_total(&sparse->offline) == SECTION && mmx_pfn_offline(sparse, 2 * SECTION),
	      "offline");
	CHECK(!mmx_pfn_offline(sparse, SECTION), "a device's memory is not offline");
	teardown();
}

static void a_section_of_both_is_asked_about_by_subsection(void)
{
	struct xa_node *node;
	uint64_t xa;

	setup();
	make_pgmaps(0);
	mmx_symbol_addr(&m->mem.kernel.symbols, "pgmap_array", &xa);
	node = fake_at(m, ((struct xarray *)fake_at(m, xa))->head & ~3ULL);
	node->slots[1] = PGMAP;
	section(0, true, true, true, ALL);
	mmx_online_find(&m->mem.kernel);
	CHECK(mmx_pfn_online(sparse, 8 * SUB - 1) && mmx_pfn_online(sparse, 16 * SUB), "RAM");
	CHECK(mmx_pfn_device(sparse, 8 * SUB) && mmx_pfn_device(sparse, 16 * SUB - 1) &&
		      !mmx_pfn_online(sparse, 8 * SUB),
	      "device");
	teardown();
}

static void what_cannot_be_asked_is_not_known(void)
{
	setup();
	section(0, true, true, false, ALL);
	section(1, true, true, true, ALL);
	mmx_online_find(&m->mem.kernel);
	CHECK(m->mem.kernel.facts.v[FACT_ONLINE].state == MMX_FACT_UNKNOWN, "without pgmap_array");
	teardown();

	setup();
	section(0, true, true, false, ALL);
	sparse->v[0].usage = 0x4141414141414141;
	mmx_online_find(&m->mem.kernel);
	CHECK(m->mem.kernel.facts.v[FACT_ONLINE].state == MMX_FACT_UNKNOWN, "without a map");
	teardown();
}

static void zones_cannot_have_more_than_is_online(void)
{
	setup();
	section(0, true, true, false, 1);
	if (!mmx_array_add(&m->mem.zones, (struct mmx_zone){.spanned = SECTION, .present = SUB}))
		abort();
	mmx_online_find(&m->mem.kernel);
	CHECK(m->mem.kernel.facts.v[FACT_ONLINE].state == MMX_FACT_CHECKED, "as many");
	teardown();

	setup();
	section(0, true, true, false, 1);
	if (!mmx_array_add(&m->mem.zones,
			   (struct mmx_zone){.spanned = SECTION, .present = SUB + 1}))
		abort();
	mmx_online_find(&m->mem.kernel);
	CHECK(m->mem.kernel.facts.v[FACT_ONLINE].state == MMX_FACT_FAILED, "more");
	teardown();
}

/* Where device-private memory lies: at the top of what 46 bits can address, with all else at the bottom. */
static void maps_take_memory_only_where_there_are_owners(void)
{
	uint64_t top = 1ULL << (46 - 12), chunks = 0;
	struct mmx_first_owners owners = {0};
	struct mmx_err err = {0};

	setup();
	section(0, true, true, false, ALL);
	if (!mmx_ranges_add(&sparse->pfn, top - SECTION, top) ||
	    !mmx_array_add(&m->mem.vmemmap,
			   (struct mmx_vmemmap_extent){.phys = 5 << 12, .len = 3 << 12}) ||
	    /* A forged one, where no frame has a struct page. */
	    !mmx_array_add(&m->mem.vmemmap,
			   (struct mmx_vmemmap_extent){.phys = top << 11, .len = 8ULL << 30}) ||
	    !mmx_array_add(&m->mem.vmemmap,
			   (struct mmx_vmemmap_extent){.phys = (top - 1) << 12, .len = 1 << 12}))
		abort();
	CHECK(!mmx_first_owners_find(&owners, m->view, &err), "%s", err.text);
	CHECK(mmx_owner_of(&owners.map, 4) == MMX_OWNERS &&
		      mmx_owner_of(&owners.map, 5) == MMX_OWNER_vmemmap &&
		      mmx_owner_of(&owners.map, 7) == MMX_OWNER_vmemmap &&
		      mmx_owner_of(&owners.map, 8) == MMX_OWNERS,
	      "at the bottom");
	CHECK(mmx_owner_of(&owners.map, top - 1) == MMX_OWNER_vmemmap &&
		      mmx_owner_of(&owners.map, top - 2) == MMX_OWNERS &&
		      mmx_owner_of(&owners.map, top) == MMX_OWNERS &&
		      mmx_owner_of(&owners.map, top / 2) == MMX_OWNERS,
	      "at the top");
	for (uint64_t i = 0; i <= owners.map.frames >> MMX_OWNER_CHUNK_SHIFT; i++)
		chunks += !!owners.map.chunk[i];
	CHECK(chunks == 2, "%lu chunks", chunks);
	mmx_first_owners_free(&owners);
	teardown();
}

int main(void)
{
	RUN(a_hole_of_an_early_section_has_struct_pages_that_are_not_looked_at);
	RUN(an_offline_section_is_all_a_devices_or_none);
	RUN(a_section_of_both_is_asked_about_by_subsection);
	RUN(what_cannot_be_asked_is_not_known);
	RUN(zones_cannot_have_more_than_is_online);
	RUN(maps_take_memory_only_where_there_are_owners);
	return unit_end();
}
