// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "mm/zones/topology.h"

#define MAX_DISTANCES 1024u
#define MAX_BETWEEN   (1u << 20) /* bytes of them */

/* Far and near, where the firmware tells no distances. */
#define LOCAL_DISTANCE  10
#define REMOTE_DISTANCE 20

struct raw_ref {
	uint64_t zone;
	int32_t index;
};

static const struct mmx_wanted ref_wanted[] = {
	MMX_WANT(struct raw_ref, zone, zoneref, zone),
	MMX_WANT(struct raw_ref, index, zoneref, zone_idx),
};

static const struct mmx_decode ref_table = MMX_DECODE("zoneref", ref_wanted);

static bool is_among(const struct mmx_cpus *cpus, unsigned int nr)
{
	return mmx_array_at(cpus, nr, nr);
}

/* Without the variable there is but one node. */
static int find_node(struct mmx_view *view, const struct mmx_cpu *cpu, unsigned int *node,
		     struct mmx_err *err)
{
	unsigned char bytes[4];
	uint64_t symbol;

	*node = 0;
	if (!mmx_symbol_addr(&view->kernel->symbols, "numa_node", &symbol))
		return 0;
	if (mmx_kread_ok(view, symbol + cpu->offset, bytes, sizeof(bytes), "numa_node", err))
		return mmx_fail_prefix(err, "CPU %u", cpu->nr);
	*node = mmx_le32(bytes);
	return 0;
}

static int find_cpus(struct mmx_topology *topology, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_cpus possible = {0}, online = {0};
	int ret = mmx_cpus_find(&possible, view, err);

	if (!ret)
		ret = mmx_cpus_online(&online, view, err);
	for (size_t i = 0; i < possible.n && !ret; i++) {
		struct mmx_node_cpu cpu = {.cpu = possible.v[i].nr};

		cpu.online = is_among(&online, cpu.cpu);
		ret = find_node(view, &possible.v[i], &cpu.node, err);
		if (!ret && !mmx_array_add(&topology->cpus, cpu))
			ret = mmx_fail_nomem(err);
	}
	mmx_cpus_free(&possible);
	mmx_cpus_free(&online);
	return ret;
}

/* A table that the firmware's one became; there is none where it told nothing. */
static int find_distances(struct mmx_topology *topology, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t n, table;

	if (mmx_kread_variable(view, "numa_distance_cnt", 4, &n) ||
	    mmx_kread_variable(view, "numa_distance", 8, &table) || !n || !table)
		return 0;
	if (n > MAX_DISTANCES || n * n > MAX_BETWEEN)
		return mmx_fail(err, MMX_ECORRUPT, "distances of %" PRIu64 " nodes make no sense",
				n);
	topology->distance = malloc(n * n);
	if (!topology->distance)
		return mmx_fail_nomem(err);
	if (mmx_kread_ok(view, table, topology->distance, n * n, "the table of distances", err))
		return -1;
	topology->distances = n;
	return 0;
}

static bool is_in_list(const struct mmx_topology *topology, size_t first,
		       const struct mmx_zonelist_entry *entry)
{
	for (size_t i = first; i < topology->lists.n; i++) {
		if (topology->lists.v[i].node == entry->node &&
		    topology->lists.v[i].zone == entry->zone)
			return true;
	}
	return false;
}

/* Which zone of which node a struct zone is. */
static bool find_zone(struct mmx_view *view, uint64_t addr, struct mmx_zonelist_entry *entry)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(view);
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t size = mmx_size(l, S_zone);

	for (size_t i = 0; i < nodes->n; i++) {
		uint64_t first = nodes->v[i].addr + mmx_off(l, M_pglist_data_node_zones);

		if (addr < first || (addr - first) % size ||
		    (addr - first) / size >= mmx_mem(view->kernel)->zones.per_node)
			continue;
		entry->node = nodes->v[i].id;
		entry->zone = (addr - first) / size;
		return true;
	}
	return false;
}

/* A list ends with a NULL; one that names no zone, or one twice, is broken there. */
static int read_list(struct mmx_topology *topology, struct mmx_view *view, uint64_t at,
		     struct mmx_zonelist_entry entry, struct mmx_err *err)
{
	const struct mmx_member *refs = &view->kernel->layout.member[M_zonelist__zonerefs].m;
	size_t first = topology->lists.n;
	struct raw_ref ref;

	for (unsigned int i = 0; i < refs->nelems; i++) {
		if (mmx_decode_read(&ref_table, view,
				    at + refs->bit_off / 8 + (uint64_t)i * refs->elem_size, &ref,
				    err))
			return -1;
		if (!ref.zone)
			return 0;
		if (!find_zone(view, ref.zone, &entry) || (unsigned int)ref.index != entry.zone)
			return mmx_fail(err, MMX_ECORRUPT,
					"its entry %u is 0x%" PRIx64
					", which is not zone %d of any node",
					i, ref.zone, ref.index);
		if (is_in_list(topology, first, &entry))
			return mmx_fail(err, MMX_ECORRUPT, "node %u, zone %u is on it twice",
					entry.node, entry.zone);
		if (!mmx_array_add(&topology->lists, entry))
			return mmx_fail_nomem(err);
	}
	return mmx_fail(err, MMX_ECORRUPT, "it has no end");
}

static int find_lists(struct mmx_topology *topology, struct mmx_view *view, struct mmx_err *err)
{
	const enum mmx_layout_member need[] = {M_pglist_data_node_zonelists, M_zonelist__zonerefs};
	const struct mmx_nodes *nodes = mmx_know_nodes(view);
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_member *lists = &l->member[M_pglist_data_node_zonelists].m;
	struct mmx_err why;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_require(&ref_table, l, err))
		return -1;
	for (size_t i = 0; i < nodes->n; i++) {
		for (unsigned int kind = 0; kind < MMX_ZONELISTS && kind < lists->nelems; kind++) {
			struct mmx_zonelist_entry entry = {.from = nodes->v[i].id, .kind = kind};

			if (!nodes->v[i].online ||
			    !read_list(topology, view,
				       nodes->v[i].addr + lists->bit_off / 8 +
					       kind * lists->elem_size,
				       entry, &why))
				continue;
			if (why.code == MMX_ENOMEM)
				return mmx_fail_nomem(err);
			mmx_fail_prefix(&why, "list %u of node %u's zones", kind, entry.from);
			mmx_cover_fail(&topology->coverage, &why);
		}
	}
	return 0;
}

int mmx_topology_find(struct mmx_topology *topology, struct mmx_view *view, struct mmx_err *err)
{
	int (*const find[])(struct mmx_topology * topology, struct mmx_view * view,
			    struct mmx_err * err) = {find_cpus, find_distances, find_lists};

	for (unsigned int i = 0; i < sizeof(find) / sizeof(*find); i++) {
		if (!find[i](topology, view, err))
			continue;
		if (err->code == MMX_ENOMEM)
			return -1;
		mmx_cover_fail(&topology->coverage, err);
	}
	topology->coverage.found = topology->lists.n;
	return 0;
}

void mmx_topology_free(struct mmx_topology *topology)
{
	mmx_array_free(&topology->cpus);
	mmx_array_free(&topology->lists);
	free(topology->distance);
}

int mmx_node_distance(const struct mmx_topology *topology, unsigned int from, unsigned int to)
{
	if (from < topology->distances && to < topology->distances)
		return topology->distance[from * topology->distances + to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

const struct mmx_zonelist_entry *mmx_zonelist_next(const struct mmx_topology *topology,
						   unsigned int from, enum mmx_zonelist_kind kind,
						   const struct mmx_zonelist_entry *at)
{
	for (size_t i = at ? at - topology->lists.v + 1 : 0; i < topology->lists.n; i++) {
		if (topology->lists.v[i].from == from && topology->lists.v[i].kind == kind)
			return &topology->lists.v[i];
	}
	return NULL;
}
