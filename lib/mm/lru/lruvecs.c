// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/seen.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/lru/lruvecs.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"

#define CSS_ONLINE (1u << 1)
#define LIST_HEAD  16u

/* A lruvec is 1.5 KiB in all kernels, and less than half of it is read. */
#define LRUVEC_MAX 8192u

const char *mmx_lru_words(enum mmx_lru_kind lru)
{
	static const char *const words[] = {
#define LIST(name, text, file, active) [MMX_LRU_##name] = text,
		MMX_LRU_CLASSIC(LIST)
#undef LIST
	};

	return words[lru];
}

/*
 * What a lruvec is made of.
 */

/* A lruvec's lists are taken to be in that order, with those of unevictable pages last. */
static int check_classic(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_enumerator lists[MMX_LRUS] = {
#define LIST(name, words, file, active) [MMX_LRU_##name] = E_LRU_##name,
		MMX_LRU_CLASSIC(LIST)
#undef LIST
	};
	const struct mmx_member *m = &l->member[M_lruvec_lists].m;

	for (unsigned int i = 0; i < MMX_LRUS; i++) {
		if (!mmx_has_enum(l, lists[i]) || mmx_enum(l, lists[i]) != i)
			return mmx_fail(err, MMX_EMISSING,
					"enum lru_list is needed as all kernels have had it");
	}
	if (m->nelems != MMX_LRUS || m->elem_size != LIST_HEAD)
		return mmx_fail(err, MMX_ECORRUPT, "lruvec.lists of %u elements makes no sense",
				m->nelems);
	return 0;
}

static uint64_t array_bytes(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return (uint64_t)l->member[id].m.nelems * l->member[id].m.elem_size;
}

static int find_generations(struct mmx_lruvecs *lruvecs, const struct mmx_layout *l,
			    struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_lruvec_lrugen_timestamps, M_lruvec_lrugen_max_seq,  M_lruvec_lrugen_min_seq,
		M_lruvec_lrugen_lists,      M_lruvec_lrugen_nr_pages, M_lruvec_lrugen_enabled};
	uint64_t lists;

	if (!mmx_has(l, M_lruvec_lrugen))
		return 0;
	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	lruvecs->gens = l->member[M_lruvec_lrugen_timestamps].m.nelems;
	lists = lruvecs->gens * 2ull * lruvecs->zones;
	if (lruvecs->gens < 2 || lruvecs->gens > MMX_LRU_GENS ||
	    array_bytes(l, M_lruvec_lrugen_lists) != lists * LIST_HEAD ||
	    array_bytes(l, M_lruvec_lrugen_nr_pages) != lists * 8)
		return mmx_fail(err, MMX_ECORRUPT,
				"lists of %u generations and %u zones make no sense", lruvecs->gens,
				lruvecs->zones);
	return 0;
}

/* Zones of a node, which single lists and sizes are about. */
static int find_zones(struct mmx_lruvecs *lruvecs, const struct mmx_layout *l, struct mmx_err *err)
{
	int64_t zones = mmx_enum(l, E_MAX_NR_ZONES);

	if (zones <= 0 || zones > MMX_LRU_ZONES)
		return mmx_fail(err, MMX_ECORRUPT, "%" PRId64 " zones of a node make no sense",
				zones);
	lruvecs->zones = zones;
	return 0;
}

/* What is read out of a lruvec's own bytes lies within them. */
static int check_lruvec(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_member read[] = {
		M_lruvec_lru_lock, M_lruvec_lrugen_max_seq, M_lruvec_lrugen_enabled,
		M_lruvec_lrugen_min_seq, M_lruvec_lrugen_timestamps};
	uint64_t size = mmx_size(l, S_lruvec), need;

	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++) {
		need = read[i] == M_lruvec_lrugen_timestamps ? 8 * MMX_LRU_GENS : 16;
		if (mmx_has(l, read[i]) && (size > LRUVEC_MAX || mmx_off(l, read[i]) + need > size))
			return mmx_fail(err, MMX_ECORRUPT, "%s lies beyond struct lruvec",
					mmx_layout_members[read[i]].name);
	}
	return 0;
}

static int require(struct mmx_lruvecs *lruvecs, const struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_lruvec_lists, M_pglist_data_lruvec};
	const struct mmx_layout *l = &k->layout;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_fact_require(&k->facts, FACT_ZONES, err) || check_classic(l, err) ||
	    find_zones(lruvecs, l, err) || find_generations(lruvecs, l, err) ||
	    check_lruvec(l, err))
		return -1;
	return 0;
}

/* The lock's first word is 0 when nobody has it; on kernels for real time it tells less. */
static int read_lruvec(const struct mmx_lruvecs *l, struct mmx_view *view,
		       struct mmx_lruvec *lruvec, struct mmx_err *err)
{
	const struct mmx_layout *layout = &view->kernel->layout;
	unsigned char bytes[LRUVEC_MAX];
	const unsigned char *at;

	if (mmx_kread_ok(view, lruvec->addr, bytes, mmx_size(layout, S_lruvec), "a lruvec", err))
		return -1;
	if (mmx_has(layout, M_lruvec_lru_lock))
		lruvec->locked = mmx_le32(bytes + mmx_off(layout, M_lruvec_lru_lock)) != 0;
	if (!l->gens)
		return 0;
	lruvec->generational = bytes[mmx_off(layout, M_lruvec_lrugen_enabled)];
	lruvec->max_seq = mmx_get(layout, M_lruvec_lrugen_max_seq, bytes);
	at = bytes + mmx_off(layout, M_lruvec_lrugen_min_seq);
	for (unsigned int type = 0; type < 2; type++)
		lruvec->min_seq[type] = mmx_le64(at + 8 * type);
	at = bytes + mmx_off(layout, M_lruvec_lrugen_timestamps);
	for (unsigned int gen = 0; gen < l->gens; gen++)
		lruvec->born[gen] = mmx_le64(at + 8 * gen);
	return 0;
}

/*
 * Who has them.
 */

static int add(struct mmx_lruvecs *l, struct mmx_view *view, struct mmx_lruvec lruvec)
{
	struct mmx_err err = {0};

	if (read_lruvec(l, view, &lruvec, &err)) {
		mmx_fail_prefix(&err, "node %u", lruvec.node);
		mmx_cover_fail(&l->coverage, &err);
		lruvec.why = mmx_reason_add(&l->reasons, &err);
	}
	l->coverage.found++;
	return mmx_array_add(l, lruvec) ? 0 : -1;
}

static uint64_t of_node(const struct mmx_kernel *k, const struct mmx_node *node)
{
	return node->addr + mmx_off(&k->layout, M_pglist_data_lruvec);
}

/* A cgroup has a part for every node that can be; -1 without memory. */
static int add_memcg(struct mmx_lruvecs *l, struct mmx_view *view, uint32_t memcg)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(view);
	struct mmx_lruvec lruvec;
	struct mmx_err err;

	for (size_t i = 0; i < nodes->n; i++) {
		lruvec = (struct mmx_lruvec){.memcg = memcg, .node = nodes->v[i].id};
		if (mmx_lruvec_read(l, view, l->memcgs.v[memcg].addr, lruvec.node, &lruvec, &err)) {
			mmx_fail_prefix(&err, "memory cgroup at 0x%" PRIx64 ", node %u",
					l->memcgs.v[memcg].addr, lruvec.node);
			mmx_cover_fail(&l->coverage, &err);
			lruvec.why = mmx_reason_add(&l->reasons, &err);
			if (!lruvec.addr)
				continue;
		}
		l->coverage.found++;
		if (!mmx_array_add(l, lruvec))
			return -1;
	}
	return 0;
}

/* A walk over the tree of memory cgroups. */
struct tree {
	struct mmx_lruvecs *l;
	struct mmx_view *view;
	struct mmx_seen seen;
	uint64_t limit; /* no struct mem_cgroup is smaller than half a page */
};

static int take_memcg(struct tree *t, uint64_t css, uint64_t parent, uint32_t above)
{
	const struct mmx_layout *layout = &t->view->kernel->layout;
	struct mmx_lru_memcg memcg = {
		.css = css, .addr = css - mmx_off(layout, M_mem_cgroup_css), .above = above};
	uint64_t flags, named;
	struct mmx_err err;
	int added = mmx_seen_add(&t->seen, css);

	if (added < 0)
		return -1;
	if (!added) {
		mmx_cover_failf(&t->l->coverage, MMX_ECORRUPT,
				"the memory cgroup at 0x%" PRIx64 " is in the tree twice",
				memcg.addr);
		return 0;
	}
	if (mmx_kget(t->view, css, M_cgroup_subsys_state_flags, &flags, &err) ||
	    mmx_kget(t->view, css, M_cgroup_subsys_state_parent, &named, &err)) {
		mmx_cover_fail(&t->l->coverage, &err);
		return 0;
	}
	if (named != parent) {
		mmx_cover_failf(&t->l->coverage, MMX_ECORRUPT,
				"the memory cgroup at 0x%" PRIx64
				" is among the children of another than its parent",
				memcg.addr);
		return 0;
	}
	memcg.online = flags & CSS_ONLINE;
	return mmx_array_add(&t->l->memcgs, memcg) ? 0 : -1;
}

static int take_children(struct tree *t, uint32_t above)
{
	const struct mmx_layout *layout = &t->view->kernel->layout;
	uint64_t css = t->l->memcgs.v[above].css;
	struct mmx_list list;

	mmx_list_begin(&list, t->view, css + mmx_off(layout, M_cgroup_subsys_state_children),
		       t->limit - t->l->memcgs.n);
	while (mmx_list_next(&list)) {
		if (take_memcg(t, list.node - mmx_off(layout, M_cgroup_subsys_state_sibling), css,
			       above))
			return -1;
	}
	mmx_cover_inherit(&t->l->coverage, &list.coverage);
	return 0;
}

/* Those that were removed stay in the tree until nothing refers to them. */
static int find_memcgs(struct mmx_lruvecs *l, struct mmx_view *view, uint64_t root)
{
	struct tree t = {.l = l, .view = view};
	int ret;

	t.limit = 2 * mmx_ranges_total(&mmx_mem(view->kernel)->sparse.pfn) + 1;
	ret = take_memcg(&t, root + mmx_off(&view->kernel->layout, M_mem_cgroup_css), 0, 0);
	for (size_t i = 0; !ret && i < l->memcgs.n; i++)
		ret = take_children(&t, i);
	for (size_t i = 0; !ret && i < l->memcgs.n; i++)
		ret = add_memcg(l, view, i);
	mmx_seen_free(&t.seen);
	return ret;
}

/*
 * The root cgroup is there too when the controller was disabled at boot; what tells is the key that the
 * kernel's own code asks.
 */
static int find_root(struct mmx_view *view, uint64_t *root, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mem_cgroup_css,
						      M_mem_cgroup_nodeinfo,
						      M_mem_cgroup_per_node_lruvec,
						      M_mem_cgroup_per_node_lru_zone_size,
						      M_cgroup_subsys_state_children,
						      M_cgroup_subsys_state_sibling,
						      M_cgroup_subsys_state_parent,
						      M_cgroup_subsys_state_flags};
	const struct mmx_kernel *k = view->kernel;
	uint64_t symbol, enabled;
	enum mmx_read read;

	*root = 0;
	if (!mmx_has_struct(&k->layout, S_mem_cgroup_per_node)) /* built without */
		return 0;
	if (!mmx_symbol_addr(&k->symbols, "root_mem_cgroup", &symbol))
		return mmx_fail(err, MMX_EMISSING, "symbol root_mem_cgroup is needed");
	read = mmx_kread_variable(view, "memory_cgrp_subsys_enabled_key", 4, &enabled);
	if (read)
		return mmx_fail(err, read == MMX_READ_UNMAPPED ? MMX_EMISSING : mmx_read_code(read),
				"memory_cgrp_subsys_enabled_key is %s: whether memory cgroups are "
				"on is not known",
				mmx_read_name(read));
	if (!enabled)
		return 0;
	if (mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (array_bytes(&k->layout, M_mem_cgroup_per_node_lru_zone_size) !=
	    mmx_enum(&k->layout, E_MAX_NR_ZONES) * (uint64_t)MMX_LRUS * 8)
		return mmx_fail(
			err, MMX_ECORRUPT,
			"mem_cgroup_per_node.lru_zone_size has not a word for each zone and "
			"list");
	read = mmx_kread_u64(view, symbol, root);
	if (read || !*root)
		return mmx_fail(err, read ? mmx_read_code(read) : MMX_ECORRUPT,
				"root_mem_cgroup is %s", read ? mmx_read_name(read) : "0");
	return 0;
}

int mmx_lruvecs_find(struct mmx_lruvecs *l, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(view);
	uint64_t root;
	int ret = 0;

	if (require(l, view->kernel, err) || find_root(view, &root, err))
		return -1;
	l->by_memcg = root != 0;
	if (root)
		ret = find_memcgs(l, view, root);
	for (size_t i = 0; !root && !ret && i < nodes->n; i++)
		ret = add(l, view,
			  (struct mmx_lruvec){.addr = of_node(view->kernel, &nodes->v[i]),
					      .node = nodes->v[i].id});
	return ret ? mmx_fail_nomem(err) : 0;
}

void mmx_lruvecs_free(struct mmx_lruvecs *l)
{
	mmx_array_free(&l->memcgs);
	mmx_array_free(l);
	mmx_reasons_free(&l->reasons);
}

uint64_t mmx_lruvec_root(const struct mmx_lruvecs *l)
{
	return l->memcgs.n ? l->memcgs.v[0].addr : 0;
}

int mmx_lruvec_read(const struct mmx_lruvecs *l, struct mmx_view *view, uint64_t memcg,
		    unsigned int node, struct mmx_lruvec *lruvec, struct mmx_err *err)
{
	const struct mmx_layout *layout = &view->kernel->layout;
	const struct mmx_node *found = mmx_node_of(mmx_know_nodes(view), node);
	enum mmx_read read;
	uint64_t at;

	lruvec->node = node;
	lruvec->addr = lruvec->per_node = 0;
	if (!found)
		return mmx_fail(err, MMX_ECORRUPT, "there is no node %u", node);
	if (!l->by_memcg) {
		lruvec->addr = of_node(view->kernel, found);
		return read_lruvec(l, view, lruvec, err);
	}
	at = memcg + mmx_off(layout, M_mem_cgroup_nodeinfo) + node * 8ull;
	read = mmx_kread_u64(view, at, &lruvec->per_node);
	if (read || !lruvec->per_node)
		return mmx_fail(err, read ? mmx_read_code(read) : MMX_ECORRUPT,
				"what it has on the node, at 0x%" PRIx64 ", is %s", at,
				read ? mmx_read_name(read) : "0");
	lruvec->addr = lruvec->per_node + mmx_off(layout, M_mem_cgroup_per_node_lruvec);
	return read_lruvec(l, view, lruvec, err);
}

/*
 * Which list is which.
 */

struct mmx_lru_place mmx_lru_place(const struct mmx_lruvecs *l, unsigned int list)
{
	static const struct mmx_lru_place classic[MMX_LRU_LINKED + 1] = {
#define LIST(name, words, is_file, is_active) \
	[MMX_LRU_##name] = {.file = is_file, .active = is_active},
		MMX_LRU_CLASSIC(LIST)
#undef LIST
	};
	unsigned int nr = list - MMX_LRU_LINKED;

	if (list < MMX_LRU_LINKED)
		return classic[list];
	return (struct mmx_lru_place){.generation = true,
				      .gen = nr / (2 * l->zones),
				      .file = nr / l->zones % 2,
				      .zone = nr % l->zones};
}

unsigned int mmx_lru_list_at(const struct mmx_lruvecs *l, const struct mmx_lru_place *place)
{
	if (!place->generation)
		return mmx_lru_of(place->file, place->active);
	return MMX_LRU_LINKED + (place->gen * 2 + place->file) * l->zones + place->zone;
}

uint64_t mmx_lru_head(const struct mmx_lruvecs *l, const struct mmx_layout *layout,
		      const struct mmx_lruvec *lruvec, unsigned int list)
{
	(void)l;
	if (list < MMX_LRU_LINKED)
		return lruvec->addr + mmx_off(layout, M_lruvec_lists) + list * LIST_HEAD;
	return lruvec->addr + mmx_off(layout, M_lruvec_lrugen_lists) +
	       (list - MMX_LRU_LINKED) * LIST_HEAD;
}

bool mmx_lru_seq(const struct mmx_lruvecs *l, const struct mmx_lruvec *lruvec, bool file,
		 unsigned int gen, uint64_t *seq)
{
	uint64_t age;

	if (!l->gens || gen >= l->gens)
		return false;
	age = (lruvec->max_seq % l->gens + l->gens - gen) % l->gens;
	*seq = lruvec->max_seq - age;
	return age <= lruvec->max_seq - lruvec->min_seq[file];
}
