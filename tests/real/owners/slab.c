// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE caches      each slab cache: name, active and all objects, object size, objects and pages a
 *                      slab, slabs, as /proc/slabinfo has them; then slabs, objects and those in use,
 *                      counted over all frames
 * ask CORE objects     slabs, and how many objects are in each state
 * ask CORE task_structs   where each task's struct lies, the idle ones' excepted: they may be no objects
 * ask CORE object      reads addresses; each one's cache, index, offset and state
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/slab_objects.h"
#include "mm/owners/slab_survey.h"
#include "mm/processes/task.h"

static int caches(const struct mmx_kernel *k)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(k->view);
	const struct mmx_slab_survey_how how = {.quick = true, .only = MMX_SLAB_NO_CACHE};
	struct mmx_slab_survey survey;
	struct mmx_err err;
	int status = 0;

	if (mmx_slab_survey(&survey, caches, k->view, &how, &err))
		return ask_trouble(&err);
	for (size_t i = 0; i < caches->n; i++) {
		const struct mmx_slab_cache *c = &caches->v[i];
		const struct mmx_slab_sum *t = &survey.v[i];

		printf("cache\t%s\t%" PRId64 "\t%" PRIu64 "\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64
		       "\t%" PRIu64 "\t%" PRIu64 "\n",
		       c->name, c->free_counted ? (int64_t)(c->nr_objects - c->partial_free) : -1,
		       c->nr_objects, c->size, c->per_slab, 1u << c->order, c->nr_slabs, t->slabs,
		       t->objects, t->inuse);
		if (c->unseen)
			status = ask_trouble_with(c->name, mmx_reason(&caches->reasons, c->unseen));
	}
	if (!mmx_cover_whole(&caches->coverage))
		status = ask_trouble(&caches->coverage.first);
	printf("stray\t%" PRIu64 "\nmissing\t%" PRIu64 "\n", survey.all.place[MMX_SLAB_IN_STRAY],
	       survey.missing);
	mmx_slab_survey_free(&survey);
	return status;
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
	int status = 0;

	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	if (!caches->slabs_known)
		return ask_trouble(&caches->coverage.first);
	while (mmx_page_walk_next(&w)) {
		struct mmx_slab slab;

		if (w.read || w.tail || !w.folio.slab)
			continue;
		slabs++;
		mmx_slab_decode(&slab, caches, &w);
		if (mmx_slab_objects_find(&objects, caches, &slab, k->view, &err)) {
			status = ask_trouble_at(slab.pfn, &err);
			continue;
		}
		if (!mmx_cover_whole(&objects.coverage))
			status = ask_trouble_at(slab.pfn, &objects.coverage.first);
		for (unsigned int s = 0; s < MMX_OBJECT_STATE_COUNT; s++)
			count[s] += objects.count[s];
		lost += lost_objects(&slab, objects.n);
	}
	mmx_page_walk_end(&w);
	printf("slabs\t%" PRIu64 "\nheld\t%zu\nkept\t%zu\nlost\t%" PRIu64 "\n", slabs,
	       caches->on_cpu.n, caches->kept.n, lost);
	for (unsigned int s = 0; s < MMX_OBJECT_STATE_COUNT; s++)
		printf("%s\t%" PRIu64 "\n", mmx_object_state_words(s), count[s]);
	return status;
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
		return ask_trouble(&caches->coverage.first);
	while (scanf(" %" SCNx64, &addr) == 1)
		print_object(k, caches, addr);
	return 0;
}

ASK(caches);
ASK(objects);
ASK(object);

static int task_structs(const struct mmx_kernel *k)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(k->view);

	for (size_t i = 0; i < tasks->n; i++) {
		if (tasks->v[i].pid)
			printf("%" PRIx64 "\n", tasks->v[i].addr);
	}
	return mmx_cover_whole(&tasks->coverage) ? 0 : ask_trouble(&tasks->coverage.first);
}

ASK(task_structs);
