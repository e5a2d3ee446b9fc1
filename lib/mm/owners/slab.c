// SPDX-License-Identifier: GPL-2.0-or-later
#include <byteswap.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/owners/slab.h"

#define MAX_CACHES      65536u
#define MAX_CACHE_BYTES 4096u  /* of a kmem_cache, up to its per-node pointers */
#define MAX_RESERVE     65536u /* slabs that a CPU holds in reserve for one cache */
#define MAX_SHEAVES     16384u /* full ones that a node keeps of one cache */
#define MAX_NODES       1024u
#define MAX_POINTERS    64u /* bytes of pointers that a cache has of a node */
#define MAX_ORDER       22

const char *mmx_object_part_words(enum mmx_object_part part)
{
	static const char *const words[] = {
#define PART(id, text) [MMX_PART_##id] = text,
		MMX_OBJECT_PARTS(PART)
#undef PART
	};

	return words[part];
}

/*
 * Reading the caches.
 */

struct finder {
	struct mmx_slab_caches *caches;
	struct mmx_view *view;
	struct mmx_cpus cpus;
	struct mmx_err cpus_trouble;
	struct mmx_slab_cache *cache; /* the current one */
	struct mmx_err unseen;        /* what is wrong with its lists; code 0 when nothing is */
	unsigned int nodes;           /* that many, from 0 on, may have something of a cache */
	unsigned char *pointers;      /* room for a cache's pointers to what they have */
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

/* The slab that a CPU works on and, linked through their struct pages, those in reserve. */
static void find_cpu_slabs(struct finder *f, uint64_t percpu, const struct mmx_cpu *cpu)
{
	uint64_t at = percpu + cpu->offset, freelist, page, next = 0;

	if (!take(f, at, M_kmem_cache_cpu_freelist, &freelist) ||
	    !take(f, at, M_kmem_cache_cpu_slab, &page))
		return;
	if (page)
		hold(f, (struct mmx_slab_on_cpu){page, freelist, cpu->nr, true});
	if (!mmx_has(layout(f), M_kmem_cache_cpu_partial) ||
	    !take(f, at, M_kmem_cache_cpu_partial, &next))
		return;
	for (unsigned int n = 0; next; n++) {
		uint64_t pfn;

		if (n == MAX_RESERVE || !mmx_page_pfn(f->view->kernel, next, &pfn)) {
			spoil(f, MMX_ECORRUPT, "CPU %u's list of slabs breaks at 0x%" PRIx64,
			      cpu->nr, next);
			return;
		}
		hold(f, (struct mmx_slab_on_cpu){next, 0, cpu->nr, false});
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

static bool count_free(void *arg, uint64_t link)
{
	struct finder *f = arg;
	uint64_t slab = link - mmx_off(layout(f), M_slab_slab_list), pfn, objects, inuse;

	if (!mmx_page_pfn(f->view->kernel, slab, &pfn) ||
	    mmx_kread_member(f->view, slab, M_slab_objects, &objects) ||
	    mmx_kread_member(f->view, slab, M_slab_inuse, &inuse) || inuse > objects) {
		f->cache->counted = false;
		return false;
	}
	f->cache->partial_free += objects - inuse;
	return true;
}

static void count_node(struct finder *f, uint64_t node)
{
	struct mmx_slab_cache *c = f->cache;
	uint64_t slabs, objects;

	if (mmx_kread_member(f->view, node, M_kmem_cache_node_nr_slabs, &slabs) ||
	    mmx_kread_member(f->view, node, M_kmem_cache_node_total_objects, &objects) ||
	    mmx_list_walk(f->view, node + mmx_off(layout(f), M_kmem_cache_node_partial), f->limit,
			  count_free, f, NULL)) {
		c->counted = false;
		return;
	}
	c->nr_slabs += slabs;
	c->nr_objects += objects;
}

static bool take_full_sheaf(void *arg, uint64_t link)
{
	struct finder *f = arg;

	find_sheaf(f, link - mmx_off(layout(f), M_slab_sheaf_barn_list), MMX_OBJECT_BARN);
	return !f->nomem;
}

static void find_barn(struct finder *f, uint64_t barn)
{
	struct mmx_err err;

	if (barn && mmx_list_walk(f->view, barn + mmx_off(layout(f), M_node_barn_sheaves_full),
				  MAX_SHEAVES, take_full_sheaf, f, &err))
		spoil(f, err.code, "the node's sheaves: %s", err.text);
}

/* A node's two structs: the barn hangs off the other one up to 7.0, and beside it since 7.1. */
static void find_node(struct finder *f, uint64_t node, uint64_t barn)
{
	if (node)
		count_node(f, node);
	if (node && mmx_has(layout(f), M_kmem_cache_node_barn) &&
	    !take(f, node, M_kmem_cache_node_barn, &barn))
		return;
	find_barn(f, barn);
}

/* The pointers lie side by side. A node without memory has no slabs, and may have a barn since 7.1. */
static void find_nodes(struct finder *f)
{
	const struct mmx_layout *l = layout(f);
	bool pairs = mmx_has(l, M_kmem_cache_per_node);
	enum mmx_layout_member array = pairs ? M_kmem_cache_per_node : M_kmem_cache_node;
	uint64_t each = pairs ? mmx_size(l, S_kmem_cache_per_node_ptrs) : 8;
	enum mmx_read read;

	f->cache->counted = false;
	if (!mmx_has(l, array) || !each || each > MAX_POINTERS) {
		spoil(f, MMX_EMISSING, "no source of types tells where a cache's nodes are");
		return;
	}
	read = mmx_kread(f->view, f->cache->addr + mmx_off(l, array), f->pointers, each * f->nodes);
	if (read) {
		spoil(f, mmx_read_code(read), "its pointers to the nodes are %s",
		      mmx_read_name(read));
		return;
	}
	f->cache->counted = mmx_has(l, M_kmem_cache_node_nr_slabs) &&
			    mmx_has(l, M_kmem_cache_node_total_objects);
	for (unsigned int i = 0; i < f->nodes; i++) {
		const unsigned char *at = f->pointers + i * each;

		if (pairs)
			find_node(f, mmx_get(l, M_kmem_cache_per_node_ptrs_node, at),
				  mmx_get(l, M_kmem_cache_per_node_ptrs_barn, at));
		else
			find_node(f, mmx_le64(at), 0);
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
	const struct mmx_layout *l = layout(f);
	struct mmx_slab_cache *c = f->cache;
	unsigned char bytes[MAX_CACHE_BYTES];
	uint64_t len = mmx_has(l, M_kmem_cache_node)       ? mmx_off(l, M_kmem_cache_node)
		       : mmx_has(l, M_kmem_cache_per_node) ? mmx_off(l, M_kmem_cache_per_node)
							   : mmx_size(l, S_kmem_cache);

	*c = (struct mmx_slab_cache){.addr = addr};
	/* The per-node pointers come last; the kernel allocates as many as it needs, not all. */
	if (len > sizeof(bytes))
		return mmx_fail(err, MMX_ECORRUPT, "a kmem_cache of %" PRIu64 " bytes", len);
	if (mmx_kread_ok(f->view, addr, bytes, len, "a slab cache", err))
		return -1;
	c->size = mmx_get(l, M_kmem_cache_size, bytes);
	c->object_size = mmx_get(l, M_kmem_cache_object_size, bytes);
	c->offset = mmx_get(l, M_kmem_cache_offset, bytes);
	c->inuse = mmx_get(l, M_kmem_cache_inuse, bytes);
	c->order = mmx_get(l, M_kmem_cache_oo, bytes) >> 16;
	c->per_slab = mmx_get(l, M_kmem_cache_oo, bytes) & 0xffff;
	if (mmx_has(l, M_kmem_cache_red_left_pad))
		c->red_left_pad = mmx_get(l, M_kmem_cache_red_left_pad, bytes);
	if (mmx_has(l, M_kmem_cache_random))
		c->random = mmx_get(l, M_kmem_cache_random, bytes);
	if (mmx_has(l, M_kmem_cache_sheaf_capacity))
		c->sheaves = mmx_get(l, M_kmem_cache_sheaf_capacity, bytes) != 0;
	if (mmx_kread_str(f->view, mmx_get(l, M_kmem_cache_name, bytes), c->name, sizeof(c->name),
			  NULL))
		*c->name = 0;
	if (c->size < 8 || c->object_size > c->size || c->order > MAX_ORDER ||
	    !mmx_fits(c->red_left_pad + (uint64_t)c->offset, 8, c->size))
		return mmx_fail(err, MMX_ECORRUPT,
				"the slab cache at 0x%" PRIx64
				" has objects of %u in %u bytes, which makes no sense",
				addr, c->object_size, c->size);
	return 0;
}

static bool take_cache(void *arg, uint64_t link)
{
	struct finder *f = arg;
	struct mmx_slab_caches *caches = f->caches;
	struct mmx_err err;

	if (!mmx_array_grow(caches, 1)) {
		f->nomem = true;
		return false;
	}
	f->cache = &caches->v[caches->n];
	if (read_cache(f, link - mmx_off(layout(f), M_kmem_cache_list), &err)) {
		mmx_cover_fail(&caches->coverage, &err);
		return false;
	}
	caches->n++;
	f->unseen.code = MMX_OK;
	find_on_cpus(f);
	find_nodes(f);
	f->cache->unseen = mmx_reason_add(&caches->reasons, &f->unseen);
	mmx_cover_fail(&caches->coverage, &f->unseen);
	return !f->nomem && !mmx_stopped(f->view->kernel->image);
}

static int by_address(const void *a, const void *b)
{
	const struct mmx_slab_cache *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

static int by_page(const void *a, const void *b)
{
	const struct mmx_slab_on_cpu *x = a, *y = b;

	return (x->page > y->page) - (x->page < y->page);
}

static int by_object(const void *a, const void *b)
{
	const struct mmx_slab_kept *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

static void sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	if (n)
		qsort(v, n, size, compare);
}

/* Whether there is a way to the caches; what stands in it is told. */
static bool find_head(struct mmx_slab_caches *caches, struct mmx_kernel *k, uint64_t *head)
{
	static const enum mmx_layout_member of_slab[] = {M_slab_slab_cache, M_slab_slab_list,
							 M_slab_freelist,   M_slab_inuse,
							 M_slab_objects,    M_slab_frozen};
	static const enum mmx_layout_member of_cache[] = {
		M_kmem_cache_name,   M_kmem_cache_list, M_kmem_cache_object_size,
		M_kmem_cache_offset, M_kmem_cache_size, M_kmem_cache_inuse,
		M_kmem_cache_oo};
	struct mmx_err err = {0};

	if (mmx_fact_require(&k->facts, FACT_PAGES, &err) ||
	    mmx_fact_require(&k->facts, FACT_DIRECT_MAP, &err) ||
	    mmx_layout_require(&k->layout, of_slab, sizeof(of_slab) / sizeof(*of_slab), &err)) {
		mmx_cover_fail(&caches->coverage, &err);
		return false;
	}
	caches->slabs_known = true;
	if (!mmx_layout_require(&k->layout, of_cache, sizeof(of_cache) / sizeof(*of_cache), &err) &&
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
	struct mmx_err broken;

	mmx_cpus_find(&f->cpus, f->view, &f->cpus_trouble);
	f->nodes = count_nodes(f);
	f->pointers = malloc(MAX_NODES * MAX_POINTERS);
	f->nomem = !f->pointers;
	if (!f->nomem && mmx_list_walk(f->view, head, MAX_CACHES, take_cache, f, &broken))
		mmx_cover_fail(coverage, &broken);
	find_underway(f);
	coverage->found = f->caches->n;
	mmx_cpus_free(&f->cpus);
	free(f->pointers);
}

int mmx_slab_caches_find(struct mmx_slab_caches *caches, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_kernel *k = view->kernel;
	struct finder f = {
		.caches = caches, .view = view, .limit = mmx_ranges_total(&mmx_mem(k)->sparse.pfn)};
	uint64_t head;

	if (find_head(caches, k, &head))
		find_caches(&f, head);
	if (f.nomem || mmx_stopped(k->image)) {
		mmx_slab_caches_free(caches);
		return f.nomem ? mmx_fail_nomem(err) : mmx_fail(err, MMX_EIO, "stopped");
	}
	sort(caches->v, caches->n, sizeof(*caches->v), by_address);
	sort(caches->on_cpu.v, caches->on_cpu.n, sizeof(*caches->on_cpu.v), by_page);
	sort(caches->kept.v, caches->kept.n, sizeof(*caches->kept.v), by_object);
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
	const struct mmx_slab_cache key = {.addr = addr};

	return caches->n ? bsearch(&key, caches->v, caches->n, sizeof(key), by_address) : NULL;
}

/*
 * A slab.
 */

static const char *what_is_bad(const struct mmx_slab *slab)
{
	if (!slab->cache)
		return "its cache is none of slab_caches";
	if (slab->inuse > slab->objects)
		return "more of its objects are in use than it has";
	if ((uint64_t)slab->objects * slab->cache->size > slab->bytes)
		return "it has more objects than it has room for";
	return slab->objects ? NULL : "it has no objects";
}

void mmx_slab_decode(struct mmx_slab *slab, const struct mmx_slab_caches *caches,
		     const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_layout *l = &k->layout;
	const unsigned char *bytes = w->folio.bytes;
	uint64_t page = mmx_page_addr(&mmx_mem(k)->vmemmap, w->folio.head);
	const struct mmx_slab_on_cpu key = {.page = page};

	*slab = (struct mmx_slab){
		.cache_addr = mmx_get(l, M_slab_slab_cache, bytes),
		.pfn = w->folio.head,
		.page = page,
		.base = k->direct_map.va_start + (w->folio.head << k->arch->page_shift),
		.bytes = 1ULL << (k->arch->page_shift + w->folio.order),
		.freelist = mmx_get(l, M_slab_freelist, bytes),
		.objects = mmx_get(l, M_slab_objects, bytes),
		.inuse = mmx_get(l, M_slab_inuse, bytes),
		.frozen = mmx_get(l, M_slab_frozen, bytes),
		.node = mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, w->folio.flags),
	};
	slab->cache = mmx_slab_cache_at(caches, slab->cache_addr);
	if (caches->on_cpu.n)
		slab->on_cpu =
			bsearch(&key, caches->on_cpu.v, caches->on_cpu.n, sizeof(key), by_page);
	/* A slab of one object that is neither in use nor on a list exists nowhere else. */
	slab->kfence = caches->kfence_pool && slab->base >= caches->kfence_pool &&
		       slab->objects <= 1 && !slab->inuse && !slab->freelist;
	if (!slab->kfence)
		slab->bad = what_is_bad(slab);
}

bool mmx_slab_object_at(const struct mmx_slab *slab, uint64_t addr, struct mmx_slab_object *object)
{
	const struct mmx_slab_cache *c = slab->cache;
	uint64_t into = addr - slab->base;

	if (slab->bad || slab->kfence || into >= slab->bytes)
		return false;
	object->index = into / c->size;
	object->part = MMX_PART_SLACK;
	if (object->index >= slab->objects)
		object->index = slab->objects;
	object->addr = slab->base + (uint64_t)object->index * c->size + c->red_left_pad;
	object->offset = (int64_t)(addr - object->addr);
	if (object->index < slab->objects)
		object->part = object->offset < 0                ? MMX_PART_RED_LEFT
			       : object->offset < c->object_size ? MMX_PART_BODY
								 : MMX_PART_BEHIND;
	return true;
}

/*
 * Its objects.
 */

/* The index of the object that a list's pointer names, or the number of objects if it names none. */
static uint32_t index_of(const struct mmx_slab *slab, uint64_t object)
{
	uint64_t into = object - slab->base - slab->cache->red_left_pad;

	if (into % slab->cache->size || into / slab->cache->size >= slab->objects)
		return slab->objects;
	return into / slab->cache->size;
}

/*
 * A hardened kernel mixes each pointer with a secret of the cache and its own address. The end of the
 * list is a NULL that was mixed in the same way.
 */
static uint64_t next_free(const struct mmx_view *view, const struct mmx_slab_cache *c, uint64_t at,
			  uint64_t raw)
{
	return mmx_has(&view->kernel->layout, M_kmem_cache_random) ? raw ^ c->random ^ bswap_64(at)
								   : raw;
}

/* Follows a free list; returns how many objects it has. */
static uint32_t follow(struct mmx_slab_objects *o, const struct mmx_slab *slab,
		       struct mmx_view *view, uint64_t object, enum mmx_object_state state)
{
	uint32_t n = 0;

	for (; object; n++) {
		uint64_t at = object + slab->cache->offset, raw;
		uint32_t i = index_of(slab, object);
		enum mmx_read read;

		if (i == slab->objects) {
			mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
					"the free list goes on to 0x%" PRIx64
					", which is no object of it",
					object);
			return n;
		}
		if (o->state[i] != MMX_OBJECT_ALLOCATED) {
			mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
					"the free list comes to object %u at 0x%" PRIx64
					" once more",
					i, object);
			return n;
		}
		o->state[i] = state;
		read = mmx_kread_u64(view, at, &raw);
		if (read) {
			mmx_cover_failf(&o->coverage, mmx_read_code(read),
					"the free list breaks off: object %u at 0x%" PRIx64
					" is %s",
					i, object, mmx_read_name(read));
			return n + 1;
		}
		object = next_free(view, slab->cache, at, raw);
	}
	return n;
}

/* The object that something kept aside is, or lies in; the number of objects if it is none. */
static uint32_t index_kept(const struct mmx_slab *slab, const struct mmx_slab_kept *kept)
{
	uint64_t i = (kept->addr - slab->base) / slab->cache->size;

	if (!kept->inside)
		return index_of(slab, kept->addr);
	return i < slab->objects ? i : slab->objects;
}

/* Objects of this slab that are kept aside. */
static void mark_kept(struct mmx_slab_objects *o, const struct mmx_slab_caches *caches,
		      const struct mmx_slab *slab)
{
	size_t lo = 0, hi = caches->kept.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (caches->kept.v[mid].addr < slab->base)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < caches->kept.n && caches->kept.v[lo].addr - slab->base < slab->bytes; lo++) {
		const struct mmx_slab_kept *kept = &caches->kept.v[lo];
		uint32_t i = index_kept(slab, kept);

		if (i < slab->objects && o->state[i] == MMX_OBJECT_ALLOCATED)
			o->state[i] = kept->state;
		else
			mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
					"0x%" PRIx64 " is %s, and is %s", kept->addr,
					mmx_object_state_words(kept->state),
					i < slab->objects ? mmx_object_state_words(o->state[i])
							  : "no object");
	}
}

/*
 * One that a CPU has taken, it seems, and that none has, was caught on its way; or the kernel's checks
 * found it corrupt and put it aside, which is all that the bit means where CPUs take no slabs, since 7.0.
 * Either way what it has free is on no list.
 */
static void doubt_frozen(struct mmx_slab_objects *o, const struct mmx_layout *l)
{
	if (mmx_has(l, M_kmem_cache_percpu_slab))
		mmx_cover_failf(&o->coverage, MMX_ENOTFOUND,
				"the slab is frozen, and no CPU has it: what it has free is on no "
				"list");
	else
		mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
				"the kernel found the slab corrupt and put it aside: what it has "
				"free is on no list");
}

/*
 * When some CPU's lists of a cache could not be read, a slab can still be judged if no CPU has taken
 * it for itself, which it then says, and no objects of it can be in sheaves.
 */
static void doubt(struct mmx_slab_objects *o, const struct mmx_slab_caches *caches,
		  const struct mmx_slab *slab, const struct mmx_layout *l)
{
	const struct mmx_err *of_cache = mmx_reason(&caches->reasons, slab->cache->unseen);
	const struct mmx_err *of_all = mmx_reason(&caches->reasons, caches->unseen);
	bool astray = slab->frozen && !slab->on_cpu;

	if (of_cache && (astray || slab->cache->sheaves))
		mmx_cover_fail(&o->coverage, of_cache);
	else if (astray)
		doubt_frozen(o, l);
	if (of_all)
		mmx_cover_fail(&o->coverage, of_all);
}

int mmx_slab_objects_find(struct mmx_slab_objects *o, const struct mmx_slab_caches *caches,
			  const struct mmx_slab *slab, struct mmx_view *view, struct mmx_err *err)
{
	uint32_t listed;

	if (slab->bad || slab->kfence)
		return mmx_fail(err, MMX_ECORRUPT, "the slab at PFN 0x%" PRIx64 ": %s", slab->pfn,
				slab->bad ? slab->bad : "it is KFENCE's, which keeps no lists");
	o->coverage = (struct mmx_coverage){.found = slab->objects};
	o->n = slab->objects;
	memset(o->count, 0, sizeof(o->count));
	memset(o->state, MMX_OBJECT_ALLOCATED, o->n);
	listed = follow(o, slab, view, slab->freelist, MMX_OBJECT_FREE);
	if (mmx_cover_whole(&o->coverage) && listed != slab->objects - slab->inuse)
		mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
				"its free list has %u objects, and by its count it should have %u",
				listed, slab->objects - slab->inuse);
	if (slab->on_cpu && slab->on_cpu->active)
		follow(o, slab, view, slab->on_cpu->freelist, MMX_OBJECT_CPU_FREE);
	mark_kept(o, caches, slab);
	doubt(o, caches, slab, &view->kernel->layout);
	for (uint32_t i = 0; i < o->n; i++) {
		if (!mmx_cover_whole(&o->coverage) && o->state[i] == MMX_OBJECT_ALLOCATED)
			o->state[i] = MMX_OBJECT_UNKNOWN;
		o->count[o->state[i]]++;
	}
	return 0;
}

/*
 * All slabs.
 */

static void count(struct mmx_slab_total *total, const struct mmx_slab *slab, unsigned int shift)
{
	total->slabs++;
	total->pages += slab->bytes >> shift;
	total->objects += slab->objects;
	total->inuse += slab->inuse;
}

int mmx_slab_totals_find(struct mmx_slab_totals *totals, const struct mmx_slab_caches *caches,
			 struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_ranges *frames = &mmx_mem(view->kernel)->sparse.pfn;
	struct mmx_page_walk w;

	memset(totals, 0, sizeof(*totals));
	if (!mmx_array_grow(totals, caches->n + 1))
		return mmx_fail_nomem(err);
	totals->n = caches->n;
	memset(totals->v, 0, (caches->n + 1) * sizeof(*totals->v));
	if (mmx_page_walk_begin(&w, view, 0, frames->n ? frames->v[frames->n - 1].end : 0, err)) {
		mmx_slab_totals_free(totals);
		return -1;
	}
	mmx_cover_inherit(&totals->coverage, &caches->coverage);
	while (caches->slabs_known && mmx_page_walk_next(&w)) {
		struct mmx_slab slab;

		if (w.read && w.read != MMX_READ_ABSENT) {
			totals->missing += w.frames;
			mmx_cover_failf(&totals->coverage, MMX_EABSENT,
					"the struct pages from PFN 0x%" PRIx64 " on are %s", w.pfn,
					mmx_read_name(w.read));
		}
		if (w.read || w.tail || !w.folio.slab ||
		    !mmx_pfn_online(&mmx_mem(view->kernel)->sparse, w.pfn))
			continue;
		mmx_slab_decode(&slab, caches, &w);
		count(slab.cache ? &totals->v[slab.cache - caches->v] : &totals->stray, &slab,
		      view->kernel->arch->page_shift);
	}
	mmx_page_walk_end(&w);
	return 0;
}

void mmx_slab_totals_free(struct mmx_slab_totals *totals)
{
	mmx_array_free(totals);
}
