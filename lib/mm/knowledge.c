// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "kernel/view_pieces.h"
#include "mm/mem.h"
#include "mm/knowledge.h"
#include "mm/recall.h"
#include "mm/rmap/spaces.h"
#include "mm/files/block_devices.h"
#include "mm/frames/altmap.h"
#include "mm/frames/memmap.h"
#include "mm/frames/pageblock.h"
#include "mm/owners/blk_mq.h"
#include "mm/owners/coherent.h"
#include "mm/owners/dma.h"
#include "mm/owners/dma_buf.h"
#include "mm/leads_to.h"
#include "mm/lru/lru.h"
#include "mm/lru/lru_batches.h"
#include "mm/lru/lruvecs.h"
#include "mm/frames/vmemmap_places.h"
#include "mm/owners/alloc_refs.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/balloons.h"
#include "mm/owners/bpf_maps.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/owners/io_uring.h"
#include "mm/owners/kernel_table.h"
#include "mm/owners/memcg_kmem.h"
#include "mm/owners/owner.h"
#include "mm/zones/counters.h"
#include "mm/zones/gfp_names.h"
#include "mm/zones/nodes.h"
#include "mm/zones/free_lists.h"
#include "mm/zones/pcp.h"
#include "mm/owners/page_ext.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/percpu.h"
#include "mm/owners/perf.h"
#include "mm/owners/pipe.h"
#include "mm/owners/page_table.h"
#include "mm/owners/resource.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/socket.h"
#include "mm/owners/stack.h"
#include "mm/owners/trace.h"
#include "mm/swap/swap_areas.h"
#include "mm/swap/swap_check.h"
#include "mm/swap/swap_clusters.h"
#include "mm/swap/swap_devices.h"
#include "mm/swap/swap_uses.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"
#include "mm/processes/task_lines.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/smaps_lines.h"
#include "mm/processes/thp_eligible.h"
#include "mm/processes/vm_flags.h"
#include "mm/processes/vma_name.h"
#include "mm/zones/topology.h"
#include "mm/zones/unaccepted.h"
#include "mm/zones/zone_checks.h"
#include "mm/zones/zone_states.h"
#include "mm/owners/virtio.h"
#include "mm/owners/vmalloc.h"

struct mmx_knowledge {
	pthread_mutex_t lock; /* over which are being found; not held meanwhile */
	pthread_cond_t found; /* one of them was */
	uint64_t being_found; /* a bit for each */
	_Atomic(void *) it[MMX_KNOWN_COUNT];
	bool cut_short[MMX_KNOWN_COUNT];
	struct mmx_recall *recall;
};

/* One line of knowledge.def, with its functions for what has no type here. */
struct known {
	const char *words;
	uint64_t rests_on; /* a bit for each */
	size_t size;
	int (*find)(void *it, struct mmx_view *view, struct mmx_err *err);
	void (*free)(void *it);
};

#define KNOWN(name, words, rests_on)                                                 \
	static int find_##name(void *it, struct mmx_view *view, struct mmx_err *err) \
	{                                                                            \
		return mmx_##name##_find(it, view, err);                             \
	}                                                                            \
	static void free_##name(void *it)                                            \
	{                                                                            \
		mmx_##name##_free(it);                                               \
	}                                                                            \
	_Static_assert(offsetof(struct mmx_##name, coverage) == 0, "coverage comes first");
#include "mm/knowledge.def"
#undef KNOWN

#define NOTHING  0
#define ON(name) MMX_KNOWN_BIT(MMX_KNOWN_##name)

_Static_assert(MMX_KNOWN_COUNT <= 64, "a word has a bit for each");

static const struct known table[MMX_KNOWN_COUNT] = {
#define KNOWN(name, words, rests_on) \
	{words, rests_on, sizeof(struct mmx_##name), find_##name, free_##name},
#include "mm/knowledge.def"
#undef KNOWN
};

/* What is given where there is no memory for the thing itself: as empty, and larger than any of them. */
static const union {
	struct mmx_coverage coverage;
	char room[4096];
} no_memory = {.coverage = {.unknown = 1, .first = {.code = MMX_ENOMEM, .text = "out of memory"}}};

#define KNOWN(name, words, rests_on) \
	_Static_assert(sizeof(struct mmx_##name) <= sizeof(no_memory), "no_memory is too small");
#include "mm/knowledge.def"
#undef KNOWN

struct mmx_knowledge *mmx_knowledge_new(struct mmx_err *err)
{
	struct mmx_knowledge *k = calloc(1, sizeof(*k));

	if (k)
		k->recall = mmx_recall_new();
	if (!k || !k->recall) {
		free(k);
		mmx_fail_nomem(err);
		return NULL;
	}
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->found, NULL);
	return k;
}

static void forget(struct mmx_knowledge *k, enum mmx_known id)
{
	void *it = atomic_exchange(&k->it[id], NULL);

	k->cut_short[id] = false;
	if (!it)
		return;
	table[id].free(it);
	free(it);
}

/* What rests on others goes before them. */
void mmx_knowledge_free(struct mmx_knowledge *k)
{
	if (!k)
		return;
	for (unsigned int id = MMX_KNOWN_COUNT; id--;)
		forget(k, id);
	mmx_recall_free(k->recall);
	pthread_cond_destroy(&k->found);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

/* Whether any of those that it rests on is to be forgotten. */
static bool rests_on_cut_short(const struct mmx_knowledge *k, enum mmx_known id)
{
	for (unsigned int on = 0; on < id; on++) {
		if (table[id].rests_on >> on & 1 && k->cut_short[on])
			return true;
	}
	return false;
}

static void *find(struct mmx_knowledge *k, struct mmx_view *view, enum mmx_known id)
{
	const struct known *known = &table[id];
	struct mmx_coverage *coverage = calloc(1, known->size);
	void *it = coverage;
	struct mmx_err err;

	if (!it)
		return NULL;
	for (unsigned int on = 0; on < id; on++) {
		if (known->rests_on >> on & 1)
			mmx_know(view, on);
	}
	if (known->find(it, view, &err))
		mmx_cover_fail(coverage, &err);
	for (unsigned int on = 0; on < id; on++) {
		if (known->rests_on >> on & 1)
			mmx_cover_inherit(coverage, mmx_known_coverage(view, on));
	}
	k->cut_short[id] = mmx_stopped(view->kernel->image) || coverage->first.code == MMX_ENOMEM ||
			   rests_on_cut_short(k, id);
	return it;
}

const void *mmx_know(struct mmx_view *view, enum mmx_known id)
{
	struct mmx_knowledge *k = mmx_mem(view->kernel)->knowledge;
	void *it = atomic_load(&k->it[id]);

	if (it)
		return it;
	pthread_mutex_lock(&k->lock);
	while (k->being_found & MMX_KNOWN_BIT(id))
		pthread_cond_wait(&k->found, &k->lock);
	it = atomic_load(&k->it[id]);
	if (!it) {
		k->being_found |= MMX_KNOWN_BIT(id);
		pthread_mutex_unlock(&k->lock);
		it = find(k, view, id);
		pthread_mutex_lock(&k->lock);
		atomic_store(&k->it[id], it);
		k->being_found &= ~MMX_KNOWN_BIT(id);
		pthread_cond_broadcast(&k->found);
	}
	pthread_mutex_unlock(&k->lock);
	return it ? it : &no_memory;
}

/* A few things take most of the time, so that more threads would have nothing to do. */
#define MOST_FINDERS 4u

/* Things that are found side by side: those that no thread has begun with, and those that are not found yet. */
struct together {
	struct mmx_kernel *kernel;
	pthread_mutex_t lock;
	pthread_cond_t found;
	uint64_t waiting, missing;
};

/* The first that rests on nothing that is missing. */
static enum mmx_known first_ready(const struct together *all)
{
	unsigned int id = 0;

	while (id < MMX_KNOWN_COUNT &&
	       (!(all->waiting & MMX_KNOWN_BIT(id)) || table[id].rests_on & all->missing))
		id++;
	return id;
}

/* Of what waits the first one rests on things that are found or begun with: some thread is at them. */
static bool take_ready(struct together *all, enum mmx_known *id)
{
	pthread_mutex_lock(&all->lock);
	while ((*id = first_ready(all)) == MMX_KNOWN_COUNT && all->waiting)
		pthread_cond_wait(&all->found, &all->lock);
	if (*id < MMX_KNOWN_COUNT)
		all->waiting &= ~MMX_KNOWN_BIT(*id);
	pthread_mutex_unlock(&all->lock);
	return *id < MMX_KNOWN_COUNT;
}

static void note_found(struct together *all, enum mmx_known id)
{
	pthread_mutex_lock(&all->lock);
	all->missing &= ~MMX_KNOWN_BIT(id);
	pthread_cond_broadcast(&all->found);
	pthread_mutex_unlock(&all->lock);
}

/* A thread's piece of the work is all that it can take. */
static int find_share(void *own, uint64_t piece, void *result, struct mmx_err *err)
{
	const struct mmx_view_worker *worker = own;
	struct together *all = worker->arg;
	enum mmx_known id;

	(void)piece, (void)result, (void)err;
	while (take_ready(all, &id)) {
		mmx_know(worker->view, id);
		note_found(all, id);
	}
	return 0;
}

static void *finder_new(void *arg, struct mmx_err *err)
{
	const struct together *all = arg;

	return mmx_view_worker_new(all->kernel, arg, err);
}

/* Which of them are not known yet, with what these rest on, which stands above them. */
static uint64_t unknown_of(const struct mmx_knowledge *k, uint64_t wanted)
{
	uint64_t unknown = 0;

	for (unsigned int id = MMX_KNOWN_COUNT; id--;) {
		if (!(wanted & MMX_KNOWN_BIT(id)) || atomic_load(&k->it[id]))
			continue;
		unknown |= MMX_KNOWN_BIT(id);
		wanted |= table[id].rests_on;
	}
	return unknown;
}

void mmx_know_together(struct mmx_view *view, uint64_t wanted)
{
	uint64_t unknown = unknown_of(mmx_mem(view->kernel)->knowledge, wanted);
	struct together all = {.kernel = view->kernel, .waiting = unknown, .missing = unknown};
	unsigned int jobs = view->kernel->jobs < MOST_FINDERS ? view->kernel->jobs : MOST_FINDERS;
	const struct mmx_parallel work = {
		.jobs = jobs,
		.pieces = jobs,
		.arg = &all,
		.begin = finder_new,
		.end = mmx_view_worker_free,
		.work = find_share,
	};
	struct mmx_team *team;
	const void *none;
	uint64_t piece;

	/* One by one they are found by those who ask. */
	if (jobs < 2 || !(unknown & (unknown - 1)))
		return;
	pthread_mutex_init(&all.lock, NULL);
	pthread_cond_init(&all.found, NULL);
	team = mmx_parallel_begin(&work, NULL);
	while (team && mmx_parallel_next(team, &piece, &none, NULL) > 0)
		;
	mmx_parallel_end(team);
	pthread_cond_destroy(&all.found);
	pthread_mutex_destroy(&all.lock);
}

void *mmx_knowledge_give(struct mmx_knowledge *k, enum mmx_known id)
{
	forget(k, id);
	atomic_store(&k->it[id], calloc(1, table[id].size));
	return k->it[id];
}

const char *mmx_known_words(enum mmx_known id)
{
	return table[id].words;
}

const struct mmx_coverage *mmx_known_coverage(struct mmx_view *view, enum mmx_known id)
{
	return mmx_know(view, id);
}

void mmx_knowledge_refresh(struct mmx_kernel *kernel)
{
	struct mmx_knowledge *k = mmx_mem(kernel)->knowledge;

	for (unsigned int id = MMX_KNOWN_COUNT; id--;) {
		if (kernel->image->live || k->cut_short[id])
			forget(k, id);
	}
	if (kernel->image->live)
		mmx_recall_forget(k->recall);
}

struct mmx_recall *mmx_knowledge_recall(struct mmx_knowledge *k)
{
	return k->recall;
}
