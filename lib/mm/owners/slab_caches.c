// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/slab_objects.h"

#define MAX_CACHES   65536u
#define MAX_PARTIAL  65536u /* partial slabs that a CPU holds of one cache */
#define MAX_SHEAVES  16384u /* full ones that a node keeps of one cache */
#define MAX_NODES    1024u
#define MAX_POINTERS 64u /* bytes of pointers that a cache has of a node */
#define MAX_ORDER    22

/* Of a list of more partial slabs than that, /proc/slabinfo looks at as many, half of them at either end. */
#define SCANNED 10000u
#define AN_END  (SCANNED / 2)

struct node_counts {
	uint64_t slabs, objects, partial;
};

static const struct mmx_wanted node_wanted[] = {
	MMX_WANT(struct node_counts, slabs, kmem_cache_node, nr_slabs),
	MMX_WANT(struct node_counts, objects, kmem_cache_node, total_objects),
	MMX_WANT(struct node_counts, partial, kmem_cache_node, nr_partial),
};

/* A cache, up to its pointers to what nodes have of it. */
struct raw_cache {
	struct mmx_slab_cache c;
	uint32_t objects, sheaf_capacity; /* "oo": how many, and below that in which order */
};

static const struct mmx_wanted cache_wanted[] = {
	MMX_WANT(struct raw_cache, c.name_at, kmem_cache, name),
	MMX_WANT(struct raw_cache, c.object_size, kmem_cache, object_size),
	MMX_WANT(struct raw_cache, c.offset, kmem_cache, offset),
	MMX_WANT(struct raw_cache, c.size, kmem_cache, size),
	MMX_WANT(struct raw_cache, c.inuse, kmem_cache, inuse),
	MMX_WANT(struct raw_cache, objects, kmem_cache, oo),
	MMX_WANT_IF(struct raw_cache, c.flags, kmem_cache, flags),
	MMX_WANT_IF(struct raw_cache, c.red_left_pad, kmem_cache, red_left_pad),
	MMX_WANT_IF(struct raw_cache, c.random, kmem_cache, random),
	MMX_WANT_IF(struct raw_cache, c.align, kmem_cache, align),
	MMX_WANT_IF(struct raw_cache, c.refcount, kmem_cache, refcount),
	MMX_WANT_IF(struct raw_cache, c.ctor, kmem_cache, ctor),
	MMX_WANT_IF(struct raw_cache, c.sysfs, kmem_cache, kobj_sd),
	MMX_WANT_IF(struct raw_cache, sheaf_capacity, kmem_cache, sheaf_capacity),
};

static const struct mmx_decode node_table = MMX_DECODE("kmem_cache_node", node_wanted),
			       cache_table = MMX_DECODE("kmem_cache", cache_wanted);

struct finder {
	struct mmx_slab_caches *caches;
	struct mmx_view *view;
	struct mmx_cpus cpus;
	struct mmx_err cpus_trouble;
	struct mmx_slab_cache *cache; /* the current one */
	struct mmx_err unseen;        /* what is wrong with its lists; code 0 when nothing is */
	struct mmx_err uncounted;     /* what is wrong with its counts; the same */
	struct partial_free *free;    /* room for what is counted */
	uint64_t limit;               /* for lists of slabs: no more than there are frames */
	bool nomem;
};

static const struct mmx_layout *layout(const struct finder *f)
{
	return &f->view->kernel->layout;
}

/* The first thing that goes wrong with a cache's lists is the one that is told. */
static void __attribute__((format(printf, 3, 4)))
spoil(struct finder *f, enum mmx_code code, const char *fmt, ...)
{
	va_list args;

	if (f->unseen.code)
		return;
	va_start(args, fmt);
	mmx_vfail(&f->unseen, code, fmt, args);
	va_end(args);
}

/* Reads a member whose failure spoils the cache's lists. */
static bool take(struct finder *f, uint64_t addr, enum mmx_layout_member id, uint64_t *value)
{
	enum mmx_read read = mmx_kread_member(f->view, addr, id, value);

	if (read)
		spoil(f, mmx_read_code(read), "%s at 0x%" PRIx64 " is %s",
		      mmx_layout_members[id].name, addr, mmx_read_name(read));
	return !read;
}

static void hold(struct finder *f, struct mmx_slab_on_cpu slab)
{
	f->nomem |= !mmx_array_add(&f->caches->on_cpu, slab);
}

/* The slab that a CPU works on and, linked through their struct pages, its partial ones. */
static void find_cpu_slabs(struct finder *f, uint64_t percpu, const struct mmx_cpu *cpu)
{
	uint64_t at = percpu + cpu->offset, freelist, page, next = 0;

	if (!take(f, at, M_kmem_cache_cpu_freelist, &freelist) ||
	    !take(f, at, M_kmem_cache_cpu_slab, &page))
		return;
	if (page)
		hold(f, (struct mmx_slab_on_cpu){page, f->cache->addr, freelist, cpu->nr, true});
	if (!mmx_has(layout(f), M_kmem_cache_cpu_partial) ||
	    !take(f, at, M_kmem_cache_cpu_partial, &next))
		return;
	for (unsigned int n = 0; next; n++) {
		uint64_t pfn;

		if (n == MAX_PARTIAL || !mmx_page_pfn(f->view->kernel, next, &pfn)) {
			spoil(f, MMX_ECORRUPT, "CPU %u's list of slabs breaks at 0x%" PRIx64,
			      cpu->nr, next);
			return;
		}
		hold(f, (struct mmx_slab_on_cpu){next, f->cache->addr, 0, cpu->nr, false});
		if (!take(f, next, M_slab_next, &next))
			return;
	}
}

static void find_sheaf(struct finder *f, uint64_t sheaf, enum mmx_object_state state)
{
	struct mmx_err err;

	if (!sheaf ||
	    !mmx_slab_keep_sheaf(&f->caches->kept, f->view, sheaf, f->cache->addr, state, &err))
		return;
	f->nomem |= err.code == MMX_ENOMEM;
	spoil(f, err.code, "%s", err.text);
}

static void find_cpu_sheaves(struct finder *f, uint64_t percpu, const struct mmx_cpu *cpu)
{
	static const struct {
		enum mmx_layout_member id;
		enum mmx_object_state state;
	} places[] = {
		{M_slub_percpu_sheaves_main, MMX_OBJECT_SHEAF},
		{M_slub_percpu_sheaves_spare, MMX_OBJECT_SHEAF},
		{M_slub_percpu_sheaves_rcu_free, MMX_OBJECT_RCU},
	};
	uint64_t sheaf;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (take(f, percpu + cpu->offset, places[i].id, &sheaf))
			find_sheaf(f, sheaf, places[i].state);
	}
}

/* What CPUs hold, by either of the two ways that there have been; 6.18 has both. */
static void find_on_cpus(struct finder *f)
{
	static const struct {
		enum mmx_layout_member id;
		void (*find)(struct finder *f, uint64_t percpu, const struct mmx_cpu *cpu);
	} ways[] = {
		{M_kmem_cache_percpu_slab, find_cpu_slabs},
		{M_kmem_cache_cpu_sheaves, find_cpu_sheaves},
	};
	uint64_t percpu;

	if (f->cpus_trouble.code) {
		f->unseen = f->cpus_trouble;
		return;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!mmx_has(layout(f), ways[i].id) ||
		    !take(f, f->cache->addr, ways[i].id, &percpu) || !percpu)
			continue;
		for (size_t c = 0; c < f->cpus.n; c++)
			ways[i].find(f, percpu, &f->cpus.v[c]);
	}
}

/* What is free on a node's partial list. */
struct partial_free {
	uint64_t all, first; /* of all slabs, and of the first ones */
	uint64_t n;
	uint16_t last[AN_END]; /* of the last ones, in turn */
};

static int bad_partial(uint64_t node, uint64_t page, const char *what, struct mmx_err *err)
{
	return mmx_fail(err, MMX_ECORRUPT,
			"the partial list of the kmem_cache_node at 0x%" PRIx64
			" comes to 0x%" PRIx64 ", %s",
			node, page, what);
}

/* Counts what slabs that a node keeps have free; -1 when that cannot be done. */
static int count_free(struct finder *f, uint64_t node, struct partial_free *free,
		      struct mmx_err *err)
{
	struct mmx_list list;
	uint64_t pfn;

	mmx_list_begin(&list, f->view, node + mmx_off(layout(f), M_kmem_cache_node_partial),
		       f->limit);
	for (free->all = free->first = free->n = 0; mmx_list_next(&list); free->n++) {
		uint64_t page = list.node - mmx_off(layout(f), M_slab_slab_list);
		struct mmx_slab slab;

		if (!mmx_page_pfn(f->view->kernel, page, &pfn))
			return bad_partial(node, page, "which is no struct page", err);
		if (mmx_decode_read(&mmx_slab_table, f->view, page, &slab, err))
			return -1;
		if (slab.inuse > slab.objects)
			return bad_partial(node, page,
					   "more of whose objects are in use than it has", err);
		free->last[free->n % AN_END] = slab.objects - slab.inuse;
		free->all += slab.objects - slab.inuse;
		if (free->n < AN_END)
			free->first += slab.objects - slab.inuse;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return mmx_fail_prefix(err, "the partial list of the kmem_cache_node at 0x%" PRIx64, node);
}

/* The sum of both ends, for all slabs that the node says it has; no more than it has objects. */
static uint64_t estimate_free(const struct partial_free *free, const struct node_counts *node)
{
	uint64_t end = free->n < AN_END ? free->n : AN_END, scanned = 2 * end, sum = free->first;

	for (uint64_t i = 0; i < end; i++)
		sum += free->last[i];
	if (scanned)
		sum = sum / scanned * node->partial + sum % scanned * node->partial / scanned;
	return sum < node->objects ? sum : node->objects;
}

/* The first thing that keeps something from being counted is the one that is told. */
static void leave_uncounted(struct finder *f, const struct mmx_err *why)
{
	if (!f->uncounted.code)
		f->uncounted = *why;
}

static void count_node(struct finder *f, uint64_t node)
{
	struct mmx_slab_cache *c = f->cache;
	struct node_counts counts;
	struct mmx_err err;
	bool is_long;

	if (mmx_decode_read(&node_table, f->view, node, &counts, &err)) {
		c->counted = c->free_counted = false;
		leave_uncounted(f, &err);
		return;
	}
	c->nr_slabs += counts.slabs;
	c->nr_objects += counts.objects;
	if (count_free(f, node, f->free, &err)) {
		c->free_counted = false;
		leave_uncounted(f, &err);
		return;
	}
	is_long = counts.partial > SCANNED;
	c->partial_free += f->free->all;
	c->slabinfo_free +=
		is_long && f->caches->estimates ? estimate_free(f->free, &counts) : f->free->all;
	c->estimated |= is_long;
}

static void find_barn(struct finder *f, uint64_t barn)
{
	struct mmx_list list;

	if (!barn)
		return;
	mmx_list_begin(&list, f->view, barn + mmx_off(layout(f), M_node_barn_sheaves_full),
		       MAX_SHEAVES);
	while (!f->nomem && mmx_list_next(&list))
		find_sheaf(f, list.node - mmx_off(layout(f), M_slab_sheaf_barn_list),
			   MMX_OBJECT_BARN);
	if (!mmx_cover_whole(&list.coverage))
		spoil(f, list.coverage.first.code, "the node's sheaves: %s",
		      list.coverage.first.text);
}

/* The pointers lie side by side. A node without memory has no slabs, and may have a barn since 7.1. */
int mmx_slab_node_find(struct mmx_view *view, uint64_t cache, unsigned int node,
		       struct mmx_slab_node_at *at, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	bool pairs = mmx_has(l, M_kmem_cache_per_node);
	enum mmx_layout_member array = pairs ? M_kmem_cache_per_node : M_kmem_cache_node;
	uint64_t each = pairs ? mmx_size(l, S_kmem_cache_per_node_ptrs) : 8;
	unsigned char bytes[MAX_POINTERS];

	*at = (struct mmx_slab_node_at){0};
	if (!mmx_has(l, array) || !each || each > MAX_POINTERS)
		return mmx_fail(err, MMX_EMISSING,
				"no source of types tells where a cache's nodes are");
	if (mmx_kread_ok(view, cache + mmx_off(l, array) + node * each, bytes, each,
			 "a cache's pointers to its nodes", err))
		return -1;
	at->node = pairs ? mmx_get(l, M_kmem_cache_per_node_ptrs_node, bytes) : mmx_le64(bytes);
	if (pairs)
		at->barn = mmx_get(l, M_kmem_cache_per_node_ptrs_barn, bytes);
	else if (at->node && mmx_has(l, M_kmem_cache_node_barn))
		return mmx_kget(view, at->node, M_kmem_cache_node_barn, &at->barn, err);
	return 0;
}

static void find_nodes(struct finder *f)
{
	const struct mmx_layout *l = layout(f);
	bool counts = mmx_has(l, M_kmem_cache_node_nr_slabs) &&
		      mmx_has(l, M_kmem_cache_node_total_objects) &&
		      mmx_has(l, M_kmem_cache_node_nr_partial);

	f->cache->counted = f->cache->free_counted = counts;
	for (unsigned int i = 0; i < f->caches->nodes; i++) {
		struct mmx_slab_node_at at;
		struct mmx_err err;

		if (mmx_slab_node_find(f->view, f->cache->addr, i, &at, &err)) {
			spoil(f, err.code, "%s", err.text);
			leave_uncounted(f, &err);
			f->cache->counted = f->cache->free_counted = false;
			return;
		}
		if (at.node)
			count_node(f, at.node);
		find_barn(f, at.barn);
	}
}

/* How many nodes there may be; where the kernel keeps no count, its zones tell of those with memory. */
static unsigned int count_nodes(struct finder *f)
{
	const struct mmx_zones *zones = &mmx_mem(f->view->kernel)->zones;
	unsigned int most = 0;
	uint64_t n, at;

	if (mmx_symbol_addr(&f->view->kernel->symbols, "nr_node_ids", &at)) {
		if (!mmx_kread_variable(f->view, "nr_node_ids", 4, &n) && n && n <= MAX_NODES)
			return n;
		mmx_cover_failf(&f->caches->coverage, MMX_ECORRUPT,
				"nr_node_ids is unreadable or makes no sense");
		f->caches->unseen = mmx_reason_add(&f->caches->reasons, &f->caches->coverage.first);
	}
	for (size_t i = 0; i < zones->n; i++) {
		if (zones->v[i].node >= most && zones->v[i].node < MAX_NODES)
			most = zones->v[i].node + 1;
	}
	return most;
}

static int read_cache(struct finder *f, uint64_t addr, struct mmx_err *err)
{
	struct raw_cache raw = {.c.addr = addr};
	struct mmx_slab_cache *c = f->cache;

	if (mmx_decode_read(&cache_table, f->view, addr, &raw, err))
		return -1;
	*c = raw.c;
	c->nth = f->caches->n;
	c->order = raw.objects >> 16;
	c->per_slab = raw.objects & 0xffff;
	c->sheaves = raw.sheaf_capacity != 0;
	if (mmx_kread_str(f->view, c->name_at, c->name, sizeof(c->name), NULL))
		*c->name = 0;
	if (c->size < 8 || c->object_size > c->size || c->order > MAX_ORDER ||
	    !mmx_fits(c->red_left_pad + (uint64_t)c->offset, 8, c->size))
		return mmx_fail(err, MMX_ECORRUPT,
				"the slab cache at 0x%" PRIx64
				" has objects of %u in %u bytes, which makes no sense",
				addr, c->object_size, c->size);
	return 0;
}

/* False when the search cannot go on. */
static bool take_cache(struct finder *f, uint64_t link)
{
	struct mmx_slab_caches *caches = f->caches;
	struct mmx_err err;

	if (!mmx_array_grow(caches, 1)) {
		f->nomem = true;
		return false;
	}
	f->cache = &caches->v[caches->n];
	if (read_cache(f, link - mmx_off(layout(f), M_kmem_cache_list), &err)) {
		mmx_cover_fail(&caches->listed, &err);
		return false;
	}
	caches->n++;
	f->unseen.code = f->uncounted.code = MMX_OK;
	find_on_cpus(f);
	find_nodes(f);
	f->cache->unseen = mmx_reason_add(&caches->reasons, &f->unseen);
	f->cache->uncounted = mmx_reason_add(&caches->reasons, &f->uncounted);
	mmx_cover_fail(&caches->coverage, &f->unseen);
	return !f->nomem && !mmx_stopped(f->view->kernel->image);
}

/* Whether there is a way to the caches; what stands in it is told. */
static bool find_head(struct mmx_slab_caches *caches, struct mmx_kernel *k, uint64_t *head)
{
	static const enum mmx_layout_member slabs[] = {M_slab_slab_list},
					    caches_list[] = {M_kmem_cache_list};
	struct mmx_err err = {0};

	if (mmx_fact_require(&k->facts, FACT_PAGES, &err) ||
	    mmx_fact_require(&k->facts, FACT_DIRECT_MAP, &err) ||
	    mmx_decode_within(&mmx_slab_table, &k->layout, mmx_mem(k)->page_format.size, &err) ||
	    mmx_layout_require(&k->layout, slabs, 1, &err)) {
		mmx_cover_fail(&caches->coverage, &err);
		return false;
	}
	caches->slabs_known = true;
	if (!mmx_decode_require(&cache_table, &k->layout, &err) &&
	    !mmx_layout_require(&k->layout, caches_list, 1, &err) &&
	    !mmx_symbol_addr(&k->symbols, "slab_caches", head))
		mmx_fail(&err, MMX_EMISSING, "there is no symbol slab_caches");
	mmx_cover_fail(&caches->coverage, &err);
	return !err.code;
}

/* What is on its way back to a cache, whichever: when that cannot be known, no object is known to be used. */
static void find_underway(struct finder *f)
{
	struct mmx_slab_caches *caches = f->caches;
	struct mmx_coverage coverage = {0};

	if (mmx_slab_keep_underway(&caches->kept, f->view, &f->cpus, &coverage))
		f->nomem = true;
	mmx_cover_inherit(&caches->coverage, &coverage);
	if (!caches->unseen)
		caches->unseen = mmx_reason_add(&caches->reasons, &coverage.first);
}

static void find_caches(struct finder *f, uint64_t head)
{
	struct mmx_coverage *coverage = &f->caches->coverage;
	struct mmx_list list;

	mmx_cpus_find(&f->cpus, f->view, &f->cpus_trouble);
	f->caches->nodes = count_nodes(f);
	f->free = malloc(sizeof(*f->free));
	f->nomem = !f->free;
	mmx_list_begin(&list, f->view, head, MAX_CACHES);
	while (!f->nomem && mmx_list_next(&list) && take_cache(f, list.node))
		;
	mmx_cover_inherit(&f->caches->listed, &list.coverage);
	mmx_cover_inherit(coverage, &f->caches->listed);
	find_underway(f);
	coverage->found = f->caches->listed.found = f->caches->n;
	mmx_cpus_free(&f->cpus);
	free(f->free);
}

/* Flags that are macros are believed when caches of kmalloc(), which have such names, have its flag. */
static void hold_flags_against_names(struct mmx_slab_caches *caches)
{
	uint32_t kmalloc = caches->flags.mask[MMX_SLAB_KMALLOC];
	size_t named = 0, flagged = 0;

	for (size_t i = 0; i < caches->n; i++) {
		if (strncmp(caches->v[i].name, "kmalloc-", 8))
			continue;
		named++;
		flagged += (caches->v[i].flags & kmalloc) != 0;
	}
	caches->flags.known = flagged * 2 > named;
}

int mmx_slab_caches_find(struct mmx_slab_caches *caches, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_kernel *k = view->kernel;
	struct finder f = {
		.caches = caches, .view = view, .limit = mmx_ranges_total(&mmx_mem(k)->sparse.pfn)};
	uint64_t head;

	/* Nothing else tells: the function came with the habit. */
	caches->estimates = mmx_symbols_find(&k->symbols, "count_partial_free_approx");
	mmx_symbol_addr(&k->symbols, "rcu_free_slab", &caches->rcu_free_slab);
	mmx_slab_flags_find(&caches->flags, &k->layout);
	if (find_head(caches, k, &head))
		find_caches(&f, head);
	hold_flags_against_names(caches);
	if (f.nomem || mmx_stopped(k->image)) {
		mmx_slab_caches_free(caches);
		return f.nomem ? mmx_fail_nomem(err) : mmx_fail(err, MMX_EIO, "stopped");
	}
	mmx_array_sort_by(caches, addr);
	mmx_array_sort_by(&caches->on_cpu, page);
	mmx_array_sort_by(&caches->kept, addr);
	mmx_kread_variable(view, "__kfence_pool", 8, &caches->kfence_pool);
	return 0;
}

void mmx_slab_caches_free(struct mmx_slab_caches *caches)
{
	mmx_array_free(&caches->on_cpu);
	mmx_array_free(&caches->kept);
	mmx_reasons_free(&caches->reasons);
	mmx_array_free(caches);
}

const struct mmx_slab_cache *mmx_slab_cache_at(const struct mmx_slab_caches *caches, uint64_t addr)
{
	return mmx_array_at(caches, addr, addr);
}

const struct mmx_slab_on_cpu *mmx_slab_on_cpu_of(const struct mmx_slab_caches *caches,
						 uint64_t page)
{
	return mmx_array_at(&caches->on_cpu, page, page);
}
