// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Freed objects that are kept aside, in a fake kernel of two CPUs: deferred frees as 7.1 and 7.3 have
 * them, KASAN's quarantine, sheaves with RCU, and the barn of a node that has no memory. What cannot
 * be followed is said.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "kernel/percpu.h"
#include "kernel/slist.h"
#include "mm/owners/slab_objects.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define PER_CPU (1u << 12) /* bytes from one CPU's to the next */
#define OUTSIDE 0xffffffffc0000000ULL

struct work {
	uint64_t objects, by_rcu, sheaves;
};

struct queue {
	uint64_t head, tail, bytes;
};

struct sheaf {
	uint64_t next, func, cache;
	uint32_t size, node;
	uint64_t object[4];
};

static struct fake_memory *m;
static struct mmx_slab_kepts kept;
static struct mmx_coverage coverage;
static struct mmx_cpu cpu[] = {{.nr = 0}, {.nr = 1, .offset = PER_CPU}};
static const struct mmx_cpus cpus = {.v = cpu, .n = 2};

static void setup(void)
{
	m = fake_memory_new(MEMORY);
	mmx_ranges_add(&m->mem.sparse.pfn, 0, 4096);
	fake_no_types(m);
	FAKE_MEMBER(m, M_slab_sheaf_rcu_head, sheaf, next);
	FAKE_MEMBER(m, M_slab_sheaf_llnode, sheaf, next);
	FAKE_MEMBER(m, M_slab_sheaf_barn_list, sheaf, next);
	FAKE_MEMBER(m, M_slab_sheaf_cache, sheaf, cache);
	FAKE_MEMBER(m, M_slab_sheaf_size, sheaf, size);
	FAKE_MEMBER(m, M_slab_sheaf_objects, sheaf, object);
	fake_put(m, "", 1); /* nothing lies at the very beginning */
}

static void teardown(void)
{
	mmx_array_free(&kept);
	coverage = (struct mmx_coverage){0};
	fake_memory_free(m);
}

static void find(void)
{
	mmx_array_free(&kept);
	coverage = (struct mmx_coverage){0};
	CHECK(!mmx_slab_keep_underway(&kept, m->view, &cpus, &coverage), "out of memory");
}

/* A word of memory that is zero, and its address. */
static uint64_t new_word(void)
{
	uint64_t zero = 0;

	return fake_put(m, &zero, 8);
}

static void set(uint64_t addr, uint64_t value)
{
	memcpy(fake_at(m, addr), &value, 8);
}

/* An object at the front of the list whose head is there; returns its address. */
static uint64_t push(uint64_t head)
{
	uint64_t node = new_word(), first;

	memcpy(&first, fake_at(m, head), 8);
	set(node, first);
	set(head, node);
	return node;
}

/* A per-CPU variable of the first CPU's; the second's lies behind it. */
static uint64_t per_cpu(const char *name)
{
	static const unsigned char zeros[PER_CPU + 256];
	uint64_t at = fake_put(m, zeros, sizeof(zeros));

	fake_symbol(m, name, at);
	return at;
}

static enum mmx_object_state state_of(uint64_t addr)
{
	for (size_t i = 0; i < kept.n; i++) {
		if (kept.v[i].addr == addr)
			return kept.v[i].state;
	}
	return MMX_OBJECT_ALLOCATED;
}

#define SEEN "%zu kept: %s", kept.n, coverage.first.text

static void a_list_that_leads_forward(void)
{
	struct mmx_slist s;
	uint64_t head, node[5];
	unsigned int n = 0;

	setup();
	head = new_word();
	for (int i = 4; i >= 0; i--)
		node[i] = push(head);
	mmx_slist_begin(&s, m->view, head, 5);
	while (mmx_slist_next(&s))
		n += s.node == node[n];
	CHECK(n == 5 && s.coverage.found == 5 && mmx_cover_whole(&s.coverage), "%u: %s", n,
	      s.coverage.first.text);
	mmx_slist_begin(&s, m->view, head, 4);
	while (mmx_slist_next(&s))
		continue;
	CHECK(s.coverage.found == 4 && s.coverage.broken == 1, "%s", s.coverage.first.text);
	for (int to = 0; to < 5; to++) {
		set(node[4], node[to]);
		mmx_slist_begin(&s, m->view, head, 1000);
		while (mmx_slist_next(&s))
			continue;
		CHECK(s.coverage.found < 20 && s.coverage.broken == 1, "to %d: %s", to,
		      s.coverage.first.text);
	}
	set(node[4], OUTSIDE);
	mmx_slist_begin(&s, m->view, head, 1000);
	while (mmx_slist_next(&s))
		continue;
	CHECK(s.coverage.found == 5 && !mmx_cover_whole(&s.coverage), "%s", s.coverage.first.text);
	mmx_slist_begin(&s, m->view, OUTSIDE, 1000);
	CHECK(!mmx_slist_next(&s) && !mmx_cover_whole(&s.coverage), "%s", s.coverage.first.text);
	teardown();
}

static void deferred_frees_are_found(void)
{
	uint64_t at, one, two;

	setup();
	find();
	CHECK(!kept.n && mmx_cover_whole(&coverage), SEEN);
	at = per_cpu("defer_free_objects");
	one = push(at);
	two = push(at + PER_CPU);
	find();
	CHECK(!kept.n && coverage.unknown, SEEN);
	fake_member(m, M_defer_free_objects, 0, 8, 0);
	find();
	CHECK(kept.n == 2 && mmx_cover_whole(&coverage), SEEN);
	CHECK(state_of(one) == MMX_OBJECT_DEFERRED && state_of(two) == MMX_OBJECT_DEFERRED, SEEN);
	set(two, two);
	find();
	CHECK(coverage.broken == 1 && state_of(one) == MMX_OBJECT_DEFERRED, SEEN);
	set(two, push(at + PER_CPU));
	find();
	CHECK(kept.n == 3 && coverage.broken == 1, "a circle of two: " SEEN);
	coverage = (struct mmx_coverage){0};
	mmx_slab_keep_underway(&kept, m->view, &(struct mmx_cpus){0}, &coverage);
	CHECK(coverage.absent == 1, SEEN);
	teardown();
}

static uint64_t new_sheaf(uint64_t func, uint32_t size)
{
	struct sheaf s = {.func = func, .size = size, .cache = 0x1000};

	for (uint32_t i = 0; i < size && i < 4; i++)
		s.object[i] = FAKE_VA + MEMORY / 2 + i * 64;
	return fake_put(m, &s, sizeof(s));
}

static void deferred_work_of_7_3(void)
{
	uint64_t at, object, late, sheaf;

	setup();
	FAKE_MEMBER(m, M_deferred_percpu_work_objects, work, objects);
	FAKE_MEMBER(m, M_deferred_percpu_work_objects_by_rcu, work, by_rcu);
	FAKE_MEMBER(m, M_deferred_percpu_work_rcu_sheaves, work, sheaves);
	at = per_cpu("deferred_percpu_work");
	object = push(at + offsetof(struct work, objects));
	late = push(at + offsetof(struct work, by_rcu));
	sheaf = new_sheaf(0, 3);
	set(at + PER_CPU + offsetof(struct work, sheaves), sheaf);
	find();
	CHECK(kept.n == 5 && mmx_cover_whole(&coverage), SEEN);
	CHECK(state_of(object) == MMX_OBJECT_DEFERRED && state_of(late) == MMX_OBJECT_RCU, SEEN);
	CHECK(state_of(FAKE_VA + MEMORY / 2 + 128) == MMX_OBJECT_RCU, SEEN);
	teardown();
}

static void the_quarantine_is_found(void)
{
	struct queue batch[3] = {0};
	uint64_t at, shrunk, global, object[4];

	setup();
	fake_struct(m, S_qlist_head, sizeof(struct queue));
	FAKE_MEMBER(m, M_qlist_head_head, queue, head);
	fake_member(m, M_cpu_shrink_qlist_head, 8, 8, 0);
	at = per_cpu("cpu_quarantine");
	shrunk = per_cpu("shrink_qlist");
	object[0] = push(at + PER_CPU);
	object[1] = push(shrunk + 8);
	global = fake_put(m, batch, sizeof(batch));
	fake_symbol(m, "global_quarantine", global);
	fake_symbol(m, "quarantine_head", fake_next(m));
	object[2] = push(global);
	object[3] = push(global + 2 * sizeof(struct queue));
	find();
	CHECK(kept.n == 4 && mmx_cover_whole(&coverage), SEEN);
	for (int i = 0; i < 4; i++)
		CHECK(state_of(object[i]) == MMX_OBJECT_QUARANTINED, "%d", i);
	m->mem.kernel.layout.member[M_qlist_head_head].provider = -1;
	find();
	CHECK(kept.n == 1 && coverage.unknown == 2, SEEN);
	teardown();
}

static void sheaves_with_rcu_are_found(void)
{
	uint64_t at, sheaf, other;

	setup();
	fake_member(m, M_rcu_data_cblist, 16, 8, 0);
	fake_member(m, M_callback_head_func, 8, 8, 0);
	fake_symbol(m, "rcu_free_sheaf", 0xffffffff81000100);
	fake_symbol(m, "rcu_free_sheaf_nobarn", 0xffffffff81000200);
	at = per_cpu("rcu_data");
	other = new_sheaf(0xffffffff81000300, 4);
	sheaf = new_sheaf(0xffffffff81000200, 2);
	set(at + 16, other);
	set(other, sheaf);
	find();
	CHECK(kept.n == 2 && mmx_cover_whole(&coverage), SEEN);
	set(at + PER_CPU + 16, new_sheaf(0xffffffff81000100, 1000000));
	find();
	CHECK(kept.n == 2 && coverage.broken == 1, SEEN);
	teardown();
}

struct delayed {
	uint64_t next, func, object;
};

static void objects_that_kasan_delays_are_found(void)
{
	struct delayed delayed = {.func = 0xffffffff81000400, .object = FAKE_VA + MEMORY / 2};
	uint64_t at, one;

	setup();
	fake_member(m, M_rcu_data_cblist, 16, 8, 0);
	fake_member(m, M_callback_head_func, 8, 8, 0);
	fake_symbol(m, "slab_free_after_rcu_debug", delayed.func);
	at = per_cpu("rcu_data");
	one = fake_put(m, &delayed, sizeof(delayed));
	set(at + PER_CPU + 16, one);
	find();
	CHECK(!kept.n && coverage.unknown == 1, SEEN);
	FAKE_MEMBER(m, M_rcu_delayed_free_head, delayed, next);
	FAKE_MEMBER(m, M_rcu_delayed_free_object, delayed, object);
	find();
	CHECK(kept.n == 1 && state_of(delayed.object) == MMX_OBJECT_RCU &&
		      mmx_cover_whole(&coverage),
	      SEEN);
	set(at + 16, OUTSIDE);
	find();
	CHECK(kept.n == 1 && !mmx_cover_whole(&coverage), SEEN);
	teardown();
}

/*
 * A whole cache of a kernel from 7.1 on, whose second node has no memory but a barn.
 */

struct pair {
	uint64_t barn, node;
};

struct cache {
	uint32_t size, object_size, offset, inuse, oo;
	uint64_t name, next, prev;
	struct pair pair[2];
};

static void make_cache_layout(void)
{
	static const enum mmx_layout_member of_slab[] = {M_slab_slab_cache, M_slab_slab_list,
							 M_slab_freelist,   M_slab_inuse,
							 M_slab_objects,    M_slab_frozen};

	for (size_t i = 0; i < sizeof(of_slab) / sizeof(*of_slab); i++)
		fake_member(m, of_slab[i], 8 * i, 8, 0);
	m->mem.page_format.size = 64;
	FAKE_MEMBER(m, M_kmem_cache_size, cache, size);
	FAKE_MEMBER(m, M_kmem_cache_object_size, cache, object_size);
	FAKE_MEMBER(m, M_kmem_cache_offset, cache, offset);
	FAKE_MEMBER(m, M_kmem_cache_inuse, cache, inuse);
	FAKE_MEMBER(m, M_kmem_cache_oo, cache, oo);
	FAKE_MEMBER(m, M_kmem_cache_name, cache, name);
	fake_member(m, M_kmem_cache_list, offsetof(struct cache, next), 16, 0);
	FAKE_MEMBER(m, M_kmem_cache_per_node, cache, pair);
	fake_struct(m, S_kmem_cache_per_node_ptrs, sizeof(struct pair));
	FAKE_MEMBER(m, M_kmem_cache_per_node_ptrs_barn, pair, barn);
	FAKE_MEMBER(m, M_kmem_cache_per_node_ptrs_node, pair, node);
	fake_member(m, M_node_barn_sheaves_full, 0, 16, 0);
	fake_struct(m, S_cpumask, 8);
	m->mem.kernel.facts.v[FACT_PAGES].state = MMX_FACT_CHECKED;
	m->mem.kernel.facts.v[FACT_DIRECT_MAP].state = MMX_FACT_CHECKED;
}

/* Links a node into a list of its own: @at has the list's two words, @head the head's. */
static void link_alone(uint64_t head, uint64_t at)
{
	set(head, at);
	set(head + 8, at);
	set(at, head);
	set(at + 8, head);
}

static void put_cache(void)
{
	struct cache c = {.size = 64, .object_size = 64, .inuse = 64, .oo = 64};
	uint64_t list, at, barn, sheaf;

	list = new_word();
	new_word();
	fake_symbol(m, "slab_caches", list);
	at = fake_put(m, &c, sizeof(c));
	link_alone(list, at + offsetof(struct cache, next));
	barn = new_word();
	new_word();
	sheaf = new_sheaf(0, 4);
	set(sheaf + offsetof(struct sheaf, cache), at);
	link_alone(barn, sheaf);
	set(at + offsetof(struct cache, pair[1].barn), barn);
}

static void barns_of_nodes_without_memory_are_found(void)
{
	struct mmx_slab_caches caches = {0};
	uint64_t nodes;

	setup();
	make_cache_layout();
	put_cache();
	fake_symbol(m, "__per_cpu_offset", new_word());
	fake_symbol(m, "__cpu_possible_mask", new_word());
	nodes = new_word();
	set(nodes, 2);
	fake_symbol(m, "nr_node_ids", nodes);
	CHECK(!mmx_slab_caches_find(&caches, m->view, NULL), "out of memory");
	CHECK(caches.n == 1 && caches.kept.n == 4 && mmx_cover_whole(&caches.coverage),
	      "%zu caches, %zu kept: %s", caches.n, caches.kept.n, caches.coverage.first.text);
	CHECK(caches.kept.n && caches.kept.v[0].state == MMX_OBJECT_BARN, "%zu kept",
	      caches.kept.n);
	mmx_slab_caches_free(&caches);
	caches = (struct mmx_slab_caches){0};
	set(nodes, 1u << 30);
	CHECK(!mmx_slab_caches_find(&caches, m->view, NULL), "out of memory");
	CHECK(caches.unseen && caches.coverage.broken == 1, "%s", caches.coverage.first.text);
	mmx_slab_caches_free(&caches);
	teardown();
}

int main(void)
{
	RUN(a_list_that_leads_forward);
	RUN(deferred_frees_are_found);
	RUN(deferred_work_of_7_3);
	RUN(the_quarantine_is_found);
	RUN(sheaves_with_rcu_are_found);
	RUN(objects_that_kasan_delays_are_found);
	RUN(barns_of_nodes_without_memory_are_found);
	return unit_end();
}
