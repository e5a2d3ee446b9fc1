// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE alloc_refs  each tag of allocation profiling: its line of code, the bytes that it counts, and those of
 *                      pages, of objects and of per-CPU memory that refer to it; then how many refer to no tag that there is
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../ask.h"
#include "mm/owners/alloc_refs.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/percpu.h"
#include "mm/owners/percpu_objects.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/slab_objects.h"

struct sums {
	uint64_t *pages, *objects, *percpu, lost;
};

static void add(struct sums *sums, const struct mmx_alloc_tags *tags, uint64_t *to,
		const struct mmx_alloc_ref *ref, uint64_t bytes)
{
	if (ref->tag)
		to[ref->tag - tags->v] += bytes;
	else if (ref->addr)
		sums->lost++;
}

static void add_slab(struct sums *sums, const struct mmx_alloc_tags *tags,
		     const struct mmx_page_walk *w)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(w->view);
	struct mmx_slab slab;
	struct mmx_err err;

	mmx_slab_decode(&slab, caches, w);
	for (uint32_t i = 0; !slab.bad && !slab.kfence && i < slab.objects; i++) {
		struct mmx_alloc_ref ref;

		if (!mmx_alloc_ref_of_object(&ref, &slab, i, w->view, &err))
			add(sums, tags, sums->objects, &ref, slab.cache->size);
	}
}

static void add_percpu(struct sums *sums, const struct mmx_alloc_tags *tags, struct mmx_view *view)
{
	const struct mmx_percpu *p = mmx_know_percpu(view);

	for (size_t i = 0; i < p->n; i++) {
		struct mmx_percpu_objects o;

		mmx_percpu_objects_begin(&o, view, &p->v[i]);
		while (mmx_percpu_objects_next(&o))
			add(sums, tags, sums->percpu, &o.ref, o.size);
		if (!mmx_cover_whole(&o.coverage))
			ask_trouble(&o.coverage.first);
	}
}

/* The first page of a block that was allocated has the reference of all of it; its order is not known when it is no folio. */
static int alloc_refs(const struct mmx_kernel *k)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(k->view);
	struct sums sums = {calloc(tags->n + 1, 8), calloc(tags->n + 1, 8), calloc(tags->n + 1, 8),
			    0};
	struct mmx_page_walk w;
	struct mmx_err err;
	int status = 0;

	if (!sums.pages || !sums.objects || !sums.percpu)
		abort();
	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	while (mmx_page_walk_next(&w)) {
		struct mmx_alloc_ref ref;

		if (w.read || w.tail)
			continue;
		if (mmx_alloc_ref_of_page(&ref, &w, &err))
			status |= ask_trouble(&err);
		else
			add(&sums, tags, sums.pages, &ref, 4096ull << w.folio.order);
		if (w.type == MMX_PAGE_SLAB)
			add_slab(&sums, tags, &w);
	}
	mmx_page_walk_end(&w);
	add_percpu(&sums, tags, k->view);
	for (size_t i = 0; i < tags->n; i++) {
		char site[1024];

		if (mmx_alloc_tag_site(&tags->v[i], k->view, site, sizeof(site), &err))
			status |= ask_trouble(&err);
		else
			printf("tag\t%s\t%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
			       site, tags->v[i].bytes, sums.pages[i], sums.objects[i],
			       sums.percpu[i]);
	}
	printf("lost\t%" PRIu64 "\n", sums.lost);
	free(sums.pages);
	free(sums.objects);
	free(sums.percpu);
	return status;
}

ASK(alloc_refs);
