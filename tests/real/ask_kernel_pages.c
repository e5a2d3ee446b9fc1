// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests on real dumps ask about the pages that the kernel itself uses.
 *
 *	ask_kernel_pages CORE caches      each slab cache: name, active and all objects, object size,
 *	                                  objects and pages a slab, slabs, as /proc/slabinfo has them;
 *	                                  then slabs, objects and those in use, counted over all frames
 *	ask_kernel_pages CORE objects     slabs, broken ones, and how many objects are in each state
 *	ask_kernel_pages CORE object      reads addresses; each one's cache, index, offset and state
 *	ask_kernel_pages CORE page_owner  each frame's record: PFN, whether the page is free, order,
 *	                                  flags, PID, comm, number of its stack; then the stacks
 *	ask_kernel_pages CORE hugetlb     the pools, their parts on nodes, and each huge page
 *	ask_kernel_pages CORE tables      each address space: its PIDs, deposited tables and those by level;
 *	                                  then the pages that are marked as tables and are nobody's
 *	ask_kernel_pages CORE zsmalloc    each page of zsmalloc: pool, its pages, class, object size,
 *	                                  position, pages of the chain, objects in use and in all
 *	ask_kernel_pages CORE page_pool   each page of a page_pool: pool, device, interface
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "mm/frames/class.h"
#include "mm/processes/task.h"
#include "mm/owners/hugetlb.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/pagepool.h"
#include "mm/owners/ptowner.h"
#include "mm/owners/slab_objects.h"
#include "mm/owners/slab_totals.h"
#include "mm/owners/stackdepot.h"
#include "mm/owners/zsmalloc.h"

static int failed(const struct mmx_err *err)
{
	fprintf(stderr, "ask_kernel_pages: %s\n", err->text);
	return 1;
}

static int walk_all(struct mmx_page_walk *w, const struct mmx_kernel *k, struct mmx_err *err)
{
	return mmx_page_walk_begin(w, k->view, 0,
				   mmx_mem(k)->sparse.pfn.v[mmx_mem(k)->sparse.pfn.n - 1].end, err);
}

static int caches(const struct mmx_kernel *k)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(k->view);
	struct mmx_slab_totals totals;
	struct mmx_err err;

	if (mmx_slab_totals_find(&totals, caches, k->view, &err))
		return failed(&err);
	for (size_t i = 0; i < caches->n; i++) {
		const struct mmx_slab_cache *c = &caches->v[i];
		const struct mmx_slab_total *t = &totals.v[i];

		printf("cache\t%s\t%" PRId64 "\t%" PRIu64 "\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64
		       "\t%" PRIu64 "\t%" PRIu64 "\n",
		       c->name, c->counted ? (int64_t)(c->nr_objects - c->partial_free) : -1,
		       c->nr_objects, c->size, c->per_slab, 1u << c->order, c->nr_slabs, t->slabs,
		       t->objects, t->inuse);
		if (c->unseen)
			printf("trouble\t%s\t%s\n", c->name,
			       mmx_reason(&caches->reasons, c->unseen)->text);
	}
	if (!mmx_cover_whole(&caches->coverage))
		printf("trouble\tslab_caches\t%s\n", caches->coverage.first.text);
	printf("stray\t%" PRIu64 "\nmissing\t%" PRIu64 "\n", totals.stray.slabs, totals.missing);
	mmx_slab_totals_free(&totals);
	return 0;
}

/* Every object's own address must lead back to it. */
static unsigned int lost_objects(const struct mmx_slab *slab, uint32_t n)
{
	unsigned int lost = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr =
			slab->base + i * (uint64_t)slab->cache->size + slab->cache->red_left_pad;
		struct mmx_slab_object at;

		lost += !mmx_slab_object_at(slab, addr, &at) || at.index != i || at.offset ||
			at.part != MMX_PART_BODY;
	}
	return lost;
}

static int objects(const struct mmx_kernel *k)
{
	static struct mmx_slab_objects objects;
	uint64_t count[MMX_OBJECT_STATE_COUNT] = {0}, slabs = 0, lost = 0;
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(k->view);
	struct mmx_page_walk w;
	struct mmx_err err;

	if (walk_all(&w, k, &err))
		return failed(&err);
	if (!caches->slabs_known)
		return failed(&caches->coverage.first);
	while (mmx_page_walk_next(&w)) {
		struct mmx_slab slab;

		if (w.read || w.tail || !w.folio.slab)
			continue;
		slabs++;
		mmx_slab_decode(&slab, caches, &w);
		if (mmx_slab_objects_find(&objects, caches, &slab, k->view, &err)) {
			printf("bad\t%" PRIx64 "\t%s\n", slab.pfn, err.text);
			continue;
		}
		if (!mmx_cover_whole(&objects.coverage))
			printf("trouble\t%" PRIx64 "\t%s\t%s\n", slab.pfn, slab.cache->name,
			       objects.coverage.first.text);
		for (unsigned int s = 0; s < MMX_OBJECT_STATE_COUNT; s++)
			count[s] += objects.count[s];
		lost += lost_objects(&slab, objects.n);
	}
	mmx_page_walk_end(&w);
	printf("slabs\t%" PRIu64 "\nheld\t%zu\nkept\t%zu\nlost\t%" PRIu64 "\n", slabs,
	       caches->on_cpu.n, caches->kept.n, lost);
	for (unsigned int s = 0; s < MMX_OBJECT_STATE_COUNT; s++)
		printf("%s\t%" PRIu64 "\n", mmx_object_state_words(s), count[s]);
	return 0;
}

static void print_object(const struct mmx_kernel *k, const struct mmx_slab_caches *caches,
			 uint64_t addr)
{
	static struct mmx_slab_objects objects;
	uint64_t pfn = (addr - k->direct_map.va_start) >> k->arch->page_shift;
	struct mmx_slab_object object;
	struct mmx_page_walk w;
	struct mmx_slab slab;
	struct mmx_err err;

	if (mmx_page_walk_begin(&w, k->view, pfn, pfn + 1, &err) || !mmx_page_walk_next(&w) ||
	    w.read || !w.folio.slab) {
		printf("%" PRIx64 "\tno slab\n", addr);
		return;
	}
	mmx_slab_decode(&slab, caches, &w);
	mmx_page_walk_end(&w);
	if (!mmx_slab_object_at(&slab, addr, &object) ||
	    mmx_slab_objects_find(&objects, caches, &slab, k->view, &err)) {
		printf("%" PRIx64 "\tno object\n", addr);
		return;
	}
	printf("%" PRIx64 "\t%s\t%u\t%" PRId64 "\t%s\t%s\n", addr, slab.cache->name, object.index,
	       object.offset, mmx_object_part_words(object.part),
	       object.part == MMX_PART_SLACK ? ""
					     : mmx_object_state_words(objects.state[object.index]));
}

static int object(const struct mmx_kernel *k)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(k->view);
	uint64_t addr;

	if (!caches->slabs_known)
		return failed(&caches->coverage.first);
	while (scanf(" %" SCNx64, &addr) == 1)
		print_object(k, caches, addr);
	return 0;
}

struct stacks {
	MMX_ARRAY(uint32_t);
};

static size_t stack_number(struct stacks *stacks, uint32_t handle)
{
	for (size_t i = stacks->n; i-- > 0;) {
		if (stacks->v[i] == handle)
			return i;
	}
	if (!mmx_array_add(stacks, handle))
		abort();
	return stacks->n - 1;
}

static void print_stacks(const struct mmx_kernel *k, const struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->n; i++) {
		struct mmx_trace trace;
		struct mmx_err err;

		if (mmx_trace_fetch(&trace, k->view, stacks->v[i], &err)) {
			printf("no stack\t%zu\t%s\n", i, err.text);
			continue;
		}
		printf("stack\t%zu", i);
		for (unsigned int e = 0; e < trace.n; e++) {
			char text[MMX_SYMBOL_NAME + 64];

			mmx_symbol_format(&k->symbols, trace.entry[e], text, sizeof(text));
			printf("\t%s", text);
		}
		putchar('\n');
	}
}

static int page_owner(const struct mmx_kernel *k)
{
	struct mmx_page_owners owners;
	struct stacks stacks = {0};
	struct mmx_page_walk w;
	struct mmx_err err;

	if (mmx_page_owners_find(&owners, k->view, &err) || walk_all(&w, k, &err))
		return failed(&err);
	if (!owners.kept)
		printf("not kept\t%s\n", owners.why_not);
	while (owners.kept && mmx_page_walk_next(&w)) {
		bool in_block = w.pfn < w.block_end && w.block_type == MMX_PAGE_BUDDY;
		const char *free = in_block ? "free" : "used";
		struct mmx_page_owner o;
		enum mmx_read read;

		if (w.read)
			continue;
		read = mmx_page_owner_read(&o, &owners, k->view, w.pfn);
		if (read || !o.recorded) {
			printf("none\t%" PRIx64 "\t%s\t%s\n", w.pfn, free, mmx_read_name(read));
			continue;
		}
		printf("%s\t%" PRIx64 "\t%s\t%u\t%x\t%d\t%s\t%zu\n",
		       o.allocated ? "allocated" : "freed", w.pfn, free, o.order, o.gfp, o.pid,
		       o.comm, stack_number(&stacks, o.stack));
	}
	mmx_page_walk_end(&w);
	print_stacks(k, &stacks);
	mmx_array_free(&stacks);
	return 0;
}

static void print_pools(const struct mmx_hugetlb_pools *pools)
{
	for (unsigned int i = 0; i < pools->n; i++) {
		const struct mmx_hstate *s = &pools->v[i];

		printf("pool\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       s->name, s->order, s->total, s->free, s->reserved, s->surplus);
	}
	for (size_t i = 0; i < pools->nodes.n; i++) {
		const struct mmx_hstate_node *n = &pools->nodes.v[i];

		printf("node\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
		       n->node, pools->v[n->hstate].order, n->total, n->free, n->surplus, n->listed,
		       n->unlisted ? mmx_reason(&pools->reasons, n->unlisted)->text : "");
	}
}

static int hugetlb(const struct mmx_kernel *k)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(k->view);
	struct mmx_page_walk w;
	struct mmx_hugetlb h;
	struct mmx_err err;

	if (!pools->n && !mmx_cover_whole(&pools->coverage))
		return failed(&pools->coverage.first);
	if (walk_all(&w, k, &err))
		return failed(&err);
	print_pools(pools);
	while (mmx_page_walk_next(&w)) {
		if (w.read || w.tail || !w.folio.hugetlb)
			continue;
		mmx_hugetlb_decode(&h, pools, &w);
		printf("page\t%" PRIx64 "\t%u\t%u\t%s\t%s\t%s\t%u\t%s\n", w.pfn,
		       h.hstate ? h.hstate->order : 0,
		       mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, w.folio.flags),
		       h.freed ? "free" : "used", h.listed ? "listed" : "", h.flags, h.poisoned_n,
		       mmx_read_name(h.poison_read));
	}
	mmx_page_walk_end(&w);
	return 0;
}

static void print_space(const struct mmx_kernel *k, const struct mmx_tasks *tasks,
			const struct mmx_pt_space *space)
{
	const struct mmx_mm_user *users;
	const struct mmx_err *why;
	size_t n;

	users = mmx_mm_users(tasks, space->mm, &n);
	printf("space\t%s", space->name ? space->name : "");
	for (size_t i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", users[i].tgid);
	for (unsigned int level = 0; level <= k->paging.levels; level++)
		printf("\t%" PRIu64, space->tables[level]);
	why = mmx_reason(&mmx_know_pt_owners(k->view)->reasons, space->why);
	printf("\t%" PRIu64 "\t%s\n", space->unreadable, why ? why->text : "");
}

static int tables(const struct mmx_kernel *k)
{
	uint64_t marked = 0, orphans = 0, roles[MMX_PT_ROLE_COUNT] = {0};
	const struct mmx_pt_owners *owners = mmx_know_pt_owners(k->view);
	struct mmx_page_walk w;
	struct mmx_err err;

	if (mmx_page_walk_begin(&w, k->view, 0,
				mmx_mem(k)->sparse.pfn.v[mmx_mem(k)->sparse.pfn.n - 1].end, &err))
		return failed(&err);
	for (size_t i = 0; i < owners->spaces.n; i++)
		print_space(k, mmx_know_tasks(k->view), &owners->spaces.v[i]);
	while (mmx_page_walk_next(&w)) {
		size_t n;

		if (w.read || w.folio.type != MMX_PAGE_TABLE)
			continue;
		marked++;
		if (mmx_pt_owner_of(owners, w.pfn, &n))
			continue;
		orphans++;
		printf("orphan\t%" PRIx64 "\t%" PRIx64 "\n", w.pfn, w.folio.head);
	}
	for (size_t i = 0; i < owners->n; i++)
		roles[owners->v[i].role]++;
	mmx_page_walk_end(&w);
	printf("marked\t%" PRIu64 "\norphans\t%" PRIu64 "\n", marked, orphans);
	for (unsigned int i = 0; i < MMX_PT_ROLE_COUNT; i++)
		printf("%s\t%" PRIu64 "\n", mmx_pt_role_words(i), roles[i]);
	return 0;
}

static void print_zsmalloc(const struct mmx_page_walk *w)
{
	struct mmx_zsmalloc z;
	struct mmx_err err;

	if (mmx_zsmalloc_decode(&z, w, &err))
		printf("bad\t%" PRIx64 "\t%" PRIx64 "\t%s\n", w->pfn, z.zspage, err.text);
	else
		printf("page\t%" PRIx64 "\t%s\t%" PRIu64 "\t%u\t%u\t%u\t%u\t%u\t%u\t%" PRIx64 "\n",
		       w->pfn, z.name, z.pool_pages, z.class, z.size, z.position, z.pages, z.inuse,
		       z.objects, z.zspage);
}

static void print_page_pool(const struct mmx_page_walk *w)
{
	struct mmx_page_pool pool;

	mmx_page_pool_decode(&pool, w);
	printf("page\t%" PRIx64 "\t%" PRIx64 "\t%s\t%s\t%s\t%" PRId64 "\n", w->pfn, pool.addr,
	       mmx_read_name(pool.read), pool.device, pool.netdev, pool.refs);
}

static int of_class(const struct mmx_kernel *k, enum mmx_class class,
		    void (*print)(const struct mmx_page_walk *w))
{
	struct mmx_classifier classifier;
	struct mmx_page_walk w;
	struct mmx_err err;

	mmx_classifier_find(&classifier, k->view, false);
	if (walk_all(&w, k, &err))
		return failed(&err);
	while (mmx_page_walk_next(&w)) {
		if (!w.read && mmx_classify(&classifier, &w).class == class)
			print(&w);
	}
	mmx_page_walk_end(&w);
	return 0;
}

static int zsmalloc(const struct mmx_kernel *k)
{
	return of_class(k, CLASS_ZSMALLOC, print_zsmalloc);
}

static int page_pool(const struct mmx_kernel *k)
{
	return of_class(k, CLASS_PAGE_POOL, print_page_pool);
}

int main(int argc, char **argv)
{
	static const struct ask_question questions[] = {
		{"caches", caches},         {"objects", objects},     {"object", object},
		{"page_owner", page_owner}, {"hugetlb", hugetlb},     {"tables", tables},
		{"zsmalloc", zsmalloc},     {"page_pool", page_pool},
	};

	return ask_main(argc, argv, questions, sizeof(questions) / sizeof(*questions));
}
