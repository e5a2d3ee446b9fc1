// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes, how they lie to each other, and the order in which allocations go through zones. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "mm/zones/topology.h"
#include "mm/zones/zone_states.h"
#include "records/records.h"
#include "records/zonex.h"

#define HOPELESS 16 /* times that reclaim may get nothing */

bool mmx_zonex_is_verbose(struct mmx_rows *r)
{
	return mmx_zonex_of(r)->verbose && mmx_zonex_is_survey(r);
}

bool mmx_zonex_is_survey(struct mmx_rows *r)
{
	return !mmx_zonex_of(r)->request && !mmx_zonex_of(r)->lru;
}

static int open_nodes(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_nodes(r->view)->coverage);
	mmx_cover_inherit(r->coverage, &mmx_know_topology(r->view)->coverage);
	return 0;
}

static const void *next_node(struct mmx_rows *r)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(r->view);

	return r->nth < nodes->n ? &nodes->v[r->nth] : NULL;
}

static const struct mmx_node *node_of(const struct mmx_rows *r)
{
	return r->row;
}

/* A text that grows, and ends where there is no more room. */
struct growing {
	char *text;
	size_t n, size;
};

static void __attribute__((format(printf, 2, 3))) grow(struct growing *g, const char *fmt, ...)
{
	va_list args;
	int n;

	if (g->n + 1 >= g->size)
		return;
	va_start(args, fmt);
	n = vsnprintf(g->text + g->n, g->size - g->n, fmt, args);
	va_end(args);
	g->n += n > 0 ? n : 0;
	if (g->n >= g->size)
		snprintf(g->text + g->size - 4, 4, "...");
}

static struct growing growing(struct mmx_value *v)
{
	*v->scratch->text = '\0';
	v->text = v->scratch->text;
	return (struct growing){v->scratch->text, 0, sizeof(v->scratch->text)};
}

static void states(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(r->view);
	struct growing g = growing(v);

	for (unsigned int i = 0; i < MMX_NODE_STATES; i++) {
		const char *name = nodes->state[i];

		if (*name && node_of(r)->states >> i & 1)
			grow(&g, "%s%s", g.n ? " " : "", !strncmp(name, "N_", 2) ? name + 2 : name);
	}
	for (char *c = g.text; *c; c++)
		*c = *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c;
}

/* "0-3,7" of those that are online and on the node. */
static void cpus(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_topology *t = mmx_know_topology(r->view);
	struct growing g = growing(v);
	bool in_run = false;

	if (!t->cpus.n) {
		mmx_value_unknown(v, &t->coverage.first);
		return;
	}
	for (size_t i = 0; i <= t->cpus.n; i++) {
		const struct mmx_node_cpu *cpu = i < t->cpus.n ? &t->cpus.v[i] : NULL;
		const struct mmx_node_cpu *before = i ? &t->cpus.v[i - 1] : NULL;
		bool is_in = cpu && cpu->online && cpu->node == node_of(r)->id;

		if (is_in && !in_run)
			grow(&g, "%s%u", g.n ? "," : "", cpu->cpu);
		else if (!is_in && in_run && i > 1 && t->cpus.v[i - 2].online &&
			 t->cpus.v[i - 2].node == node_of(r)->id)
			grow(&g, "-%u", before->cpu);
		in_run = is_in;
	}
	if (!g.n)
		mmx_value_null(v);
}

static void distances(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(r->view);
	struct growing g = growing(v);

	for (size_t i = 0; i < nodes->n; i++) {
		if (nodes->v[i].online)
			grow(&g, "%s%d", g.n ? " " : "",
			     mmx_node_distance(mmx_know_topology(r->view), node_of(r)->id,
					       nodes->v[i].id));
	}
}

static void end_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = node_of(r)->start_pfn + node_of(r)->spanned;
}

static void hopeless(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = node_of(r)->failures >= HOPELESS;
}

static const struct mmx_field node_fields[] = {
	{"node", MMX_COUNT, "its number", .width = 4, AT(struct mmx_node, id)},
	{"pglist_data", MMX_ADDR, "its struct", AT(struct mmx_node, addr)},
	{"start_pfn", MMX_PFN, "its first frame", .width = 9, AT(struct mmx_node, start_pfn)},
	{"end_pfn", MMX_PFN, "the first frame behind it", .width = 9, .get = end_pfn},
	{"present", MMX_COUNT, "frames that are present in it", .width = 10,
	 AT(struct mmx_node, present)},
	{"hopeless", MMX_BOOL, "reclaim got nothing 16 times, and kswapd has given it up",
	 .get = hopeless},
	{"cpus", MMX_TEXT, "its CPUs that are online; null when it has none", .width = 8,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = cpus},
	{"distances", MMX_TEXT, "to each node that is online, itself included, in their order",
	 .width = 9, .may = MMX_OR_EMPTY, .get = distances},
	{"states", MMX_TEXT, "what it is and has, as /sys/devices/system/node has it",
	 .may = MMX_OR_EMPTY, .get = states},
	{0},
};

const struct mmx_record mmx_record_nodes = {
	.name = "node",
	.doc = "a node, also one that could come and is not online",
	.fields = node_fields,
	.has = mmx_zonex_is_survey,
	.open = open_nodes,
	.next = next_node,
};

/* The first entry of each list stands for it. */
static const void *next_list(struct mmx_rows *r)
{
	const struct mmx_topology *t = mmx_know_topology(r->view);
	size_t *at = r->state;

	for (; *at < t->lists.n; (*at)++) {
		const struct mmx_zonelist_entry *e = &t->lists.v[*at];

		if (!*at || e[-1].from != e->from || e[-1].kind != e->kind)
			return &t->lists.v[(*at)++];
	}
	return NULL;
}

static const struct mmx_zonelist_entry *list_of(const struct mmx_rows *r)
{
	return r->row;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = list_of(r)->kind;
}

static void order(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_topology *t = mmx_know_topology(r->view);
	const struct mmx_zonelist_entry *e = NULL;
	struct growing g = growing(v);

	while ((e = mmx_zonelist_next(t, list_of(r)->from, list_of(r)->kind, e)) != NULL) {
		const struct mmx_zone *zone =
			mmx_zone_of(&mmx_mem(r->view->kernel)->zones, e->node, e->zone);

		grow(&g, "%s%u %s", g.n ? ", " : "", e->node, zone ? zone->name : "?");
	}
}

static const char *const kinds[MMX_ZONELISTS] = {"fallback", "this node"};

static const struct mmx_field list_fields[] = {
	{"node", MMX_COUNT, "whose list it is", .width = 4, AT(struct mmx_zonelist_entry, from)},
	{"list", MMX_WORD, "all zones, or those of the node only (__GFP_THISNODE)", .width = 9,
	 WORD_LIST(kinds), .get = kind},
	{"order", MMX_TEXT, "node and zone of each entry, in the order in which they are tried",
	 .get = order},
	{0},
};

const struct mmx_record mmx_record_zonelists = {
	.name = "zonelist",
	.doc = "zones in the order in which allocations of a node try them",
	.fields = list_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.next = next_list,
};
