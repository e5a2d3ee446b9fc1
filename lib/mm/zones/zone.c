// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/zones/zone.h"

#define MAX_NODES      1024u /* the most that any configuration allows */
#define MAX_ZONES      8u
#define MAX_ZONE_BYTES (64u << 10)

struct zone {
	struct mmx_zone z;
	uint64_t pgdat, name;
};

static const struct mmx_wanted zone_wanted[] = {
	MMX_WANT(struct zone, name, zone, name),
	MMX_WANT(struct zone, z.start_pfn, zone, zone_start_pfn),
	MMX_WANT(struct zone, z.spanned, zone, spanned_pages),
	MMX_WANT(struct zone, z.present, zone, present_pages),
	MMX_WANT(struct zone, pgdat, zone, zone_pgdat),
};

static const struct mmx_decode zone_table = MMX_DECODE("zone", zone_wanted);

const struct mmx_zone *mmx_zone_of(const struct mmx_zones *z, unsigned int node, unsigned int index)
{
	for (size_t i = 0; i < z->n; i++) {
		if (z->v[i].node == node && z->v[i].index == index)
			return &z->v[i];
	}
	return NULL;
}

static int add_zone(struct mmx_kernel *k, uint64_t pgdat, unsigned int node, unsigned int index,
		    uint64_t addr, struct mmx_err *err)
{
	struct zone raw = {.z = {.addr = addr, .node = node, .index = index}};
	struct mmx_zone *zone = &raw.z;

	if (mmx_decode_read(&zone_table, k->view, addr, &raw, err))
		return -1;
	/* What a driver adds to zone Device is spanned and never present. */
	if (!zone->spanned)
		return 0;
	if (raw.pgdat != pgdat)
		return mmx_fail(err, MMX_ECORRUPT,
				"zone %u at 0x%" PRIx64
				" does not point back to its node %u at 0x%" PRIx64,
				index, addr, node, pgdat);
	if (mmx_kread_str(k->view, raw.name, zone->name, sizeof(zone->name), NULL))
		snprintf(zone->name, sizeof(zone->name), "zone%u", index);
	return mmx_array_add(&mmx_mem(k)->zones, *zone) ? 0 : mmx_fail_nomem(err);
}

static int add_node(struct mmx_kernel *k, uint64_t pgdat, unsigned int nid, struct mmx_err *err)
{
	const struct mmx_layout *l = &k->layout;
	uint64_t size = mmx_size(l, S_zone), zones = pgdat + mmx_off(l, M_pglist_data_node_zones);
	uint32_t node_id;
	int ret = 0;

	if (mmx_kread_u32(k->view, pgdat + mmx_off(l, M_pglist_data_node_id), &node_id))
		return mmx_fail(err, MMX_EABSENT,
				"node %u's pglist_data at 0x%" PRIx64 " is unreadable", nid, pgdat);
	if (node_id != nid)
		return mmx_fail(err, MMX_ECORRUPT,
				"pglist_data at 0x%" PRIx64 " should be node %u and says %u", pgdat,
				nid, node_id);
	for (unsigned int i = 0; i < mmx_mem(k)->zones.per_node && !ret; i++)
		ret = add_zone(k, pgdat, nid, i, zones + i * size, err);
	mmx_mem(k)->zones.nodes++;
	return ret;
}

/* MAX_NUMNODES, from the zone list's length, which has one entry a zone of each node and a last. */
static unsigned int max_nodes(const struct mmx_kernel *k)
{
	uint64_t n;

	if (mmx_vmcoreinfo_length(&k->vmcoreinfo, "node_data", &n) && n && n <= MAX_NODES)
		return n;
	if (!mmx_has(&k->layout, M_zonelist__zonerefs))
		return 0;
	n = (k->layout.member[M_zonelist__zonerefs].m.nelems - 1) / mmx_mem(k)->zones.per_node;
	return n <= MAX_NODES ? n : 0;
}

static int find(struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member node[] = {M_pglist_data_node_zones,
						      M_pglist_data_node_id};
	struct mmx_zones *z = &mmx_mem(k)->zones;
	uint64_t table, pgdat;

	if (mmx_layout_require(&k->layout, node, sizeof(node) / sizeof(*node), err) ||
	    mmx_decode_require(&zone_table, &k->layout, err))
		return -1;
	if (!mmx_has_enum(&k->layout, E_MAX_NR_ZONES))
		return mmx_fail(
			err, MMX_EMISSING,
			"enumerator __MAX_NR_ZONES is needed and no source of types has it");
	z->per_node = mmx_enum(&k->layout, E_MAX_NR_ZONES);
	if (!z->per_node || z->per_node > MAX_ZONES ||
	    mmx_size(&k->layout, S_zone) > MAX_ZONE_BYTES)
		return mmx_fail(err, MMX_ECORRUPT,
				"%u zones of %" PRIu64 " bytes a node make no sense", z->per_node,
				mmx_size(&k->layout, S_zone));
	if (!mmx_symbol_addr(&k->symbols, "node_data", &table)) {
		if (!mmx_symbol_addr(&k->symbols, "contig_page_data", &pgdat))
			return mmx_fail(err, MMX_EMISSING,
					"neither symbol node_data nor contig_page_data");
		z->max_nodes = 1;
		return add_node(k, pgdat, 0, err);
	}
	z->max_nodes = max_nodes(k);
	if (!z->max_nodes)
		return mmx_fail(
			err, MMX_EMISSING,
			"neither LENGTH(node_data) nor zonelist._zonerefs tells how many nodes there can be");
	for (unsigned int i = 0; i < z->max_nodes; i++) {
		if (mmx_kread_u64(k->view, table + i * 8ull, &pgdat))
			return mmx_fail(err, MMX_EABSENT, "node_data[%u] is unreadable", i);
		if (pgdat && add_node(k, pgdat, i, err))
			return -1;
	}
	return 0;
}

void mmx_zones_find(struct mmx_kernel *k)
{
	static const char source[] = "node_data";
	struct mmx_err err;

	if (find(k, &err)) {
		mmx_fact_set(&k->facts, FACT_ZONES,
			     err.code == MMX_EMISSING ? MMX_FACT_UNKNOWN : MMX_FACT_FAILED, source,
			     "%s", err.text);
		return;
	}
	mmx_fact_set(&k->facts, FACT_ZONES,
		     mmx_mem(k)->zones.n ? MMX_FACT_CHECKED : MMX_FACT_FAILED, source,
		     "%u nodes, %zu zones with frames, each pointing back to its node",
		     mmx_mem(k)->zones.nodes, mmx_mem(k)->zones.n);
}

void mmx_zones_free(struct mmx_zones *z)
{
	mmx_array_free(z);
}
