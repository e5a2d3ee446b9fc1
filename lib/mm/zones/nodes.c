// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"

#define MASK_BYTES 128u /* 1024 nodes: the most that any configuration allows */

static const struct mmx_wanted node_wanted[] = {
	MMX_WANT_IF(struct mmx_node, start_pfn, pglist_data, node_start_pfn),
	MMX_WANT_IF(struct mmx_node, spanned, pglist_data, node_spanned_pages),
	MMX_WANT_IF(struct mmx_node, present, pglist_data, node_present_pages),
	MMX_WANT_IF(struct mmx_node, failures, pglist_data, kswapd_failures),
};

static const struct mmx_decode node_table = MMX_DECODE("pglist_data", node_wanted);

static int add_node(struct mmx_nodes *nodes, struct mmx_view *view, unsigned int id, uint64_t addr,
		    struct mmx_err *err)
{
	struct mmx_node node = {.id = id, .addr = addr};

	if (mmx_decode_read(&node_table, view, addr, &node, err))
		return mmx_fail_prefix(err, "node %u", id);
	return mmx_array_add(nodes, node) ? 0 : mmx_fail_nomem(err);
}

static int find_all(struct mmx_nodes *nodes, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t table, pgdat;

	if (!mmx_symbol_addr(&k->symbols, "node_data", &table)) {
		if (!mmx_symbol_addr(&k->symbols, "contig_page_data", &pgdat))
			return mmx_fail(err, MMX_EMISSING,
					"neither symbol node_data nor contig_page_data");
		return add_node(nodes, view, 0, pgdat, err);
	}
	for (unsigned int id = 0; id < mmx_mem(k)->zones.max_nodes; id++) {
		enum mmx_read read = mmx_kread_u64(view, table + id * 8ull, &pgdat);

		if (read)
			return mmx_fail(err, mmx_read_code(read), "node_data[%u] is %s", id,
					mmx_read_name(read));
		if (pgdat && add_node(nodes, view, id, pgdat, err))
			return -1;
	}
	return 0;
}

static bool take_state(void *arg, const char *name, int64_t value)
{
	struct mmx_nodes *nodes = arg;

	/* N_HIGH_MEMORY is another name of N_NORMAL_MEMORY: the first one stays. */
	if (value >= 0 && value < MMX_NODE_STATES && !*nodes->state[value] &&
	    strcmp(name, "NR_NODE_STATES"))
		snprintf(nodes->state[value], sizeof(nodes->state[value]), "%s", name);
	return true;
}

/* Which nodes are in a state: a row of node_states. */
static int read_state(struct mmx_nodes *nodes, struct mmx_view *view, uint64_t table,
		      unsigned int state, struct mmx_err *err)
{
	uint64_t size = mmx_size(&view->kernel->layout, S_nodemask_t);
	unsigned char mask[MASK_BYTES] = {0};

	if (mmx_kread_ok(view, table + state * size, mask, size, "node_states", err))
		return -1;
	for (size_t i = 0; i < nodes->n; i++) {
		struct mmx_node *node = &nodes->v[i];

		if (node->id < size * 8 && mask[node->id / 8] >> node->id % 8 & 1)
			node->states |= 1u << state;
	}
	return 0;
}

static int read_states(struct mmx_nodes *nodes, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t table;

	if (!mmx_symbol_addr(&k->symbols, "node_states", &table))
		return mmx_fail(err, MMX_EMISSING, "symbol node_states is needed");
	if (!mmx_has_enum(l, E_N_ONLINE) || !mmx_has_struct(l, S_nodemask_t))
		return mmx_fail(
			err, MMX_EMISSING,
			"enum node_states and nodemask_t are needed and no source of types has them");
	if (mmx_size(l, S_nodemask_t) > MASK_BYTES || mmx_enum(l, E_N_ONLINE) < 0 ||
	    mmx_enum(l, E_N_ONLINE) >= MMX_NODE_STATES)
		return mmx_fail(err, MMX_ECORRUPT,
				"a nodemask_t of %" PRIu64 " bytes makes no sense",
				mmx_size(l, S_nodemask_t));
	mmx_types_each_enumerator(&k->types, "node_states", take_state, nodes);
	take_state(nodes, "N_ONLINE", mmx_enum(l, E_N_ONLINE));
	for (unsigned int state = 0; state < MMX_NODE_STATES; state++) {
		if (*nodes->state[state] && read_state(nodes, view, table, state, err))
			return -1;
	}
	for (size_t i = 0; i < nodes->n; i++)
		nodes->v[i].online = nodes->v[i].states >> mmx_enum(l, E_N_ONLINE) & 1;
	return 0;
}

int mmx_nodes_find(struct mmx_nodes *nodes, struct mmx_view *view, struct mmx_err *err)
{
	if (mmx_fact_require(&view->kernel->facts, FACT_ZONES, err) || find_all(nodes, view, err) ||
	    read_states(nodes, view, err))
		return -1;
	nodes->coverage.found = nodes->n;
	return 0;
}

void mmx_nodes_free(struct mmx_nodes *nodes)
{
	mmx_array_free(nodes);
}

const struct mmx_node *mmx_node_of(const struct mmx_nodes *nodes, unsigned int id)
{
	size_t at = mmx_array_bound(nodes, node, node->id < id);

	return at < nodes->n && nodes->v[at].id == id ? &nodes->v[at] : NULL;
}

bool mmx_node_in(const struct mmx_nodes *nodes, const struct mmx_node *node, const char *state)
{
	for (unsigned int i = 0; i < MMX_NODE_STATES; i++) {
		if (!strcmp(nodes->state[i], state))
			return node->states >> i & 1;
	}
	return false;
}
