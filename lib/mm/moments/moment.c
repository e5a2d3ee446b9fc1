// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/ledger/largest.h"
#include "mm/mem.h"
#include "mm/moments/moment.h"
#include "mm/owners/slab_survey.h"
#include "mm/swap/swap_areas.h"
#include "mm/zones/counter_names.h"
#include "mm/zones/zone_states.h"

const char *mmx_subject_words(unsigned int subject)
{
	static const char *const words[] = {
#define SUBJECT(id, words) words,
#include "mm/moments/subjects.def"
#undef SUBJECT
	};

	return subject < MMX_SUBJECTS ? words[subject] : NULL;
}

struct mmx_measured *mmx_moment_add(struct mmx_moment *moment, enum mmx_subject subject,
				    const char *name)
{
	struct mmx_subject_of *of = &moment->of[subject];
	struct mmx_measured m = {.nth = (uint32_t)of->n};

	if (of->n >= UINT32_MAX || !mmx_array_grow(of, 1))
		return NULL;
	m.name = name ? strdup(name) : NULL;
	if (name && !m.name)
		return NULL;
	of->v[of->n] = m;
	return &of->v[of->n++];
}

static int find_classes(struct mmx_moment *moment, const struct mmx_ledger *ledger,
			struct mmx_err *err)
{
	moment->of[MMX_SUBJECT_CLASSES].has = true;
	for (unsigned int class = CLASS_NO_PAGE + 1; class < MMX_CLASS_COUNT; class ++) {
		struct mmx_measured *m =
			mmx_moment_add(moment, MMX_SUBJECT_CLASSES, mmx_class_name(class));

		if (!m)
			return mmx_fail_nomem(err);
		mmx_measure(m, 0, (int64_t)ledger->total.class[class]);
	}
	return 0;
}

/* By what vmstat calls them and in its units, but with what CPUs have not added yet: that is what is true. */
static int find_counters(struct mmx_moment *moment, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(moment->view);

	moment->of[MMX_SUBJECT_COUNTERS].has = true;
	mmx_cover_inherit(&moment->coverage, &c->coverage);
	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		for (size_t i = 0; group != MMX_COUNTERS_SYSTEM && i < c->items[group].n; i++) {
			const struct mmx_counter_item *item = &c->items[group].v[i];
			struct mmx_counter counter = mmx_counter_at(c, &c->all[group], (int)i);
			struct mmx_measured *m =
				mmx_moment_add(moment, MMX_SUBJECT_COUNTERS,
					       *item->text ? item->text : item->name);

			if (!m)
				return mmx_fail_nomem(err);
			if (!counter.why)
				mmx_measure(m, 0,
					    (counter.shared + counter.pending) /
						    (int64_t)mmx_counter_scale(item));
		}
	}
	return 0;
}

static int find_zones(struct mmx_moment *moment, struct mmx_err *err)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(moment->view);
	const struct mmx_counters *c = mmx_know_counters(moment->view);

	moment->of[MMX_SUBJECT_ZONES].has = true;
	mmx_cover_inherit(&moment->coverage, &states->coverage);
	for (size_t i = 0; i < states->n; i++) {
		const struct mmx_zone_state *zone = &states->v[i];
		struct mmx_counter free = mmx_counter_of_zone(c, zone->node, zone->index,
							      MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
		struct mmx_measured *m;

		if (zone->why)
			continue;
		m = mmx_moment_add(moment, MMX_SUBJECT_ZONES, zone->name);
		if (!m)
			return mmx_fail_nomem(err);
		m->key[0] = zone->index + 1ULL;
		m->key[1] = m->id = zone->node;
		if (!free.why)
			mmx_measure(m, MMX_ZONE_FREE, free.shared + free.pending);
		mmx_measure(m, MMX_ZONE_MANAGED, (int64_t)zone->managed);
		mmx_measure(m, MMX_ZONE_PRESENT, (int64_t)zone->present);
	}
	return 0;
}

/* Of several nodes: of the only one they are those of all. */
static int find_nodes(struct mmx_moment *moment, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(moment->view);
	const struct mmx_counter_items *items = &c->items[MMX_COUNTERS_NODE];

	moment->of[MMX_SUBJECT_NODES].has = true;
	for (size_t s = 0; s < c->sets.n && mmx_mem(moment->view->kernel)->zones.nodes > 1; s++) {
		const struct mmx_counter_set *set = &c->sets.v[s];

		for (size_t i = 0; set->group == MMX_COUNTERS_NODE && i < items->n; i++) {
			const struct mmx_counter_item *item = &items->v[i];
			struct mmx_counter counter = mmx_counter_at(c, set, (int)i);
			struct mmx_measured *m = mmx_moment_add(
				moment, MMX_SUBJECT_NODES, *item->text ? item->text : item->name);

			if (!m)
				return mmx_fail_nomem(err);
			m->id = set->node;
			m->key[0] = set->node + 1ULL;
			m->key[1] = i;
			if (!counter.why)
				mmx_measure(m, 0,
					    (counter.shared + counter.pending) /
						    (int64_t)mmx_counter_scale(item));
		}
	}
	return 0;
}

/* A cache can be destroyed and another be made where it was: the name is a part of what it is. */
static int add_caches(struct mmx_moment *moment, const struct mmx_slab_survey *survey,
		      const struct mmx_slab_caches *caches, struct mmx_err *err)
{
	for (size_t i = 0; i < caches->n && i < survey->n; i++) {
		const struct mmx_slab_sum *sum = &survey->v[i];
		struct mmx_measured *m =
			mmx_moment_add(moment, MMX_SUBJECT_CACHES, caches->v[i].name);

		if (!m)
			return mmx_fail_nomem(err);
		m->key[0] = caches->v[i].addr;
		m->key[1] = mmx_name_key(caches->v[i].name);
		if (!sum->count[MMX_OBJECT_UNKNOWN])
			mmx_measure(m, MMX_CACHE_OBJECTS,
				    (int64_t)sum->count[MMX_OBJECT_ALLOCATED]);
		mmx_measure(m, MMX_CACHE_SLABS, (int64_t)sum->slabs);
		mmx_measure(m, MMX_CACHE_BYTES, (int64_t)sum->bytes);
	}
	return 0;
}

static int find_caches(struct mmx_moment *moment, struct mmx_err *err)
{
	const struct mmx_slab_survey_how how = {.only = MMX_SLAB_NO_CACHE};
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(moment->view);
	struct mmx_slab_survey survey;
	int ret;

	moment->of[MMX_SUBJECT_CACHES].has = true;
	mmx_cover_inherit(&moment->coverage, &caches->coverage);
	if (mmx_slab_survey(&survey, caches, moment->view, &how, err))
		return -1;
	mmx_cover_inherit(&moment->coverage, &survey.coverage);
	ret = add_caches(moment, &survey, caches, err);
	mmx_slab_survey_free(&survey);
	return ret;
}

static int find_swaps(struct mmx_moment *moment, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(moment->view);

	moment->of[MMX_SUBJECT_SWAPS].has = true;
	mmx_cover_inherit(&moment->coverage, &swaps->coverage);
	for (size_t i = 0; i < swaps->n; i++) {
		const struct mmx_swap_area *area = &swaps->v[i];
		struct mmx_measured *m;
		char type[32];

		snprintf(type, sizeof(type), "area %u", area->type);
		m = mmx_moment_add(moment, MMX_SUBJECT_SWAPS,
				   area->no_path ? type : area->path.text);
		if (!m)
			return mmx_fail_nomem(err);
		mmx_measure(m, 0, (int64_t)area->in_use);
	}
	return 0;
}

static int find_all(struct mmx_moment *moment, const struct mmx_ledger *ledger, struct mmx_err *err)
{
	mmx_cover_inherit(&moment->coverage, &ledger->coverage);
	if (find_classes(moment, ledger, err) || find_counters(moment, err) ||
	    find_zones(moment, err) || find_nodes(moment, err) || find_caches(moment, err) ||
	    find_swaps(moment, err))
		return -1;
	return mmx_moment_owners(moment, ledger, err);
}

int mmx_moment_find(struct mmx_moment *moment, struct mmx_view *view,
		    const struct mmx_moment *earlier, void (*progress)(void *arg, int percent),
		    void *progress_arg, struct mmx_err *err)
{
	const struct mmx_ledger_ask ask = {.by = MMX_LARGEST_ALL,
					   .map = &moment->map,
					   .was = earlier ? &earlier->map : NULL,
					   .progress = progress,
					   .progress_arg = progress_arg};
	struct mmx_ledger ledger;
	int ret;

	memset(moment, 0, sizeof(*moment));
	moment->view = view;
	mmx_boot_read(&moment->boot, view);
	if (mmx_class_map_begin(&moment->map, view, err) ||
	    mmx_ledger_find(&ledger, view, &ask, err)) {
		mmx_moment_free(moment);
		return -1;
	}
	ret = find_all(moment, &ledger, err);
	mmx_ledger_free(&ledger);
	if (!ret && mmx_stopped(view->kernel->image))
		ret = mmx_fail(err, MMX_EIO, "stopped");
	if (ret)
		mmx_moment_free(moment);
	return ret;
}

int mmx_moment_by_name(struct mmx_moment *moment, struct mmx_err *err)
{
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		struct mmx_subject_of *of = &moment->of[i];

		for (size_t j = 0; j < of->n; j++) {
			if (mmx_moment_name(&of->v[j], i, moment->view, err))
				return -1;
			memset(of->v[j].key, 0, sizeof(of->v[j].key));
			of->v[j].mark = !!of->v[j].mark;
		}
	}
	return 0;
}

void mmx_moment_free(struct mmx_moment *moment)
{
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		struct mmx_subject_of *of = &moment->of[i];

		for (size_t j = 0; j < of->n; j++) {
			free(of->v[j].name);
			free(of->v[j].text);
		}
		mmx_array_free(of);
	}
	mmx_class_map_free(&moment->map);
}
