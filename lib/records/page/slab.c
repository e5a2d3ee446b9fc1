// SPDX-License-Identifier: GPL-2.0-or-later
/* Slabs, their objects, and the object at an address that was asked for. */
#include <stdlib.h>

#include "mm/owners/alloc_tags.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/slab_objects.h"
#include "records/alloc_tags.h"
#include "records/page/page.h"

/* @objects: found when first asked for; NULL when they are not known, and why in @no_objects */
struct slab {
	struct mmx_slab s;
	const struct mmx_slab_caches *caches;
	const char *name;
	uint32_t object_size, size;
	bool objects_sought, is_object;
	struct mmx_slab_objects *objects;
	struct mmx_err no_objects;
	struct mmx_slab_object object;
};

static bool is_slab(const struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_SLAB;
}

static bool has_slab(struct mmx_rows *r)
{
	return is_slab(r) && mmx_know_slab_caches(r->view)->slabs_known;
}

static const void *next_slab(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);
	struct slab *slab = r->state;

	if (r->nth)
		return NULL;
	slab->caches = mmx_know_slab_caches(r->view);
	mmx_slab_decode(&slab->s, slab->caches, &p->walk);
	if (slab->s.cache) {
		slab->name = slab->s.cache->name;
		slab->object_size = slab->s.cache->object_size;
		slab->size = slab->s.cache->size;
	}
	return slab;
}

static void close_slab(struct mmx_rows *r)
{
	struct slab *slab = r->state;

	free(slab->objects);
}

static void find_objects(struct slab *slab, struct mmx_view *view)
{
	slab->objects = malloc(sizeof(*slab->objects));
	if (!slab->objects)
		mmx_fail_nomem(&slab->no_objects);
	else if (mmx_slab_objects_find(slab->objects, slab->caches, &slab->s, view,
				       &slab->no_objects)) {
		free(slab->objects);
		slab->objects = NULL;
	}
}

static const struct mmx_record slab_record;

/* The slab of a row of it or below, with its objects, where its cache and its counts allow that. */
static const struct slab *with_objects(const struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);
	struct slab *slab;

	while (r->record != &slab_record)
		r = r->above;
	slab = r->state;

	if (slab->objects_sought || !slab->s.cache || slab->s.bad)
		return slab;
	slab->objects_sought = true;
	find_objects(slab, r->view);
	slab->is_object = slab->objects && p->asked_address &&
			  mmx_slab_object_at(&slab->s, p->address, &slab->object);
	return slab;
}

static void on_cpu(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = r->row;

	if (slab->s.on_cpu)
		v->word = slab->s.on_cpu->cpu;
	else
		mmx_value_none(v);
}

/* A cache that was not found may be among those that could not be read. */
static bool lacks_caches(const struct slab *slab)
{
	return !slab->s.cache && !mmx_cover_whole(&slab->caches->coverage);
}

static void caches_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = r->row;

	v->err = &slab->caches->coverage.first;
	if (!lacks_caches(slab))
		mmx_value_none(v);
}

static void broken(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = r->row;

	v->err = &v->scratch->err;
	if (slab->s.bad && !lacks_caches(slab))
		mmx_fail(&v->scratch->err, MMX_ECORRUPT, "%s", slab->s.bad);
	else
		mmx_value_none(v);
}

/*
 * Its objects.
 */

static void objects_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	v->err = &slab->no_objects;
	if (!slab->no_objects.code)
		mmx_value_none(v);
}

struct state {
	uint32_t objects, state;
};

static bool has_states(struct mmx_rows *r)
{
	return with_objects(r)->objects;
}

static const void *next_state(struct mmx_rows *r)
{
	const struct mmx_slab_objects *objects = with_objects(r)->objects;
	struct state *state = r->state;

	for (state->state += r->nth > 0; state->state < MMX_OBJECT_STATE_COUNT; state->state++) {
		state->objects = objects->count[state->state];
		if (state->objects)
			return state;
	}
	return NULL;
}

static const struct mmx_field state_fields[] = {
	{"objects", MMX_COUNT, "how many", .width = 7, .min = 1, AT(struct state, objects)},
	{"state", MMX_WORD, "what they are", WORDS(MMX_OBJECT_STATE_COUNT, mmx_object_state_words),
	 AT(struct state, state)},
	{0},
};

static const struct mmx_record states = {
	.name = "state",
	.doc = "objects of the slab that are in one state",
	.fields = state_fields,
	.state_size = sizeof(struct state),
	.has = has_states,
	.next = next_state,
};

static void free_list(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_objects *objects = with_objects(r)->objects;

	if (objects && !mmx_cover_whole(&objects->coverage))
		v->err = &objects->coverage.first;
	else
		mmx_value_none(v);
}

/*
 * The object at the address.
 */

static void object(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	v->word = slab->object.index;
	if (!slab->is_object)
		mmx_value_none(v);
}

static void object_address(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	v->word = slab->object.addr;
	if (!slab->is_object)
		mmx_value_none(v);
}

static void object_offset(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	v->count = slab->object.offset;
	if (!slab->is_object)
		mmx_value_none(v);
}

static void object_part(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	v->word = slab->object.part;
	if (!slab->is_object)
		mmx_value_none(v);
}

static void object_state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct slab *slab = with_objects(r);

	if (slab->is_object && slab->object.index < slab->objects->n)
		v->word = slab->objects->state[slab->object.index];
	else
		mmx_value_none(v);
}

static bool has_object_tag(struct mmx_rows *r)
{
	return mmx_know_alloc_tags(r->view)->profiled && with_objects(r)->is_object;
}

static int open_object_tag(struct mmx_rows *r, struct mmx_err *err)
{
	const struct slab *slab = with_objects(r);

	return slab->object.index < slab->s.objects
		       ? mmx_alloc_ref_of_object(r->state, &slab->s, slab->object.index, r->view,
						 err)
		       : 0;
}

static const struct mmx_record object_tag = {
	.name = "object_tag",
	.doc = "the tag that an object of the slab was allocated under",
	.fields = mmx_alloc_tag_fields,
	.state_size = sizeof(struct mmx_alloc_ref),
	.has = has_object_tag,
	.open = open_object_tag,
	.next = mmx_alloc_tag_next,
};

static const struct mmx_field fields[] = {
	{"cache_address", MMX_ADDR, "the cache that it names", AT(struct slab, s.cache_addr)},
	{"cache", MMX_TEXT, "that cache's name; null when there is no such cache",
	 .zero = MMX_OR_NULL, AT(struct slab, name)},
	{"object_size", MMX_COUNT, "bytes of an object that its user has", .zero = MMX_OR_NONE,
	 AT(struct slab, object_size)},
	{"size", MMX_COUNT, "bytes from one object to the next", .zero = MMX_OR_NONE,
	 AT(struct slab, size)},
	{"total", MMX_COUNT, "objects that it has room for", AT(struct slab, s.objects)},
	{"in_use", MMX_COUNT, "those not on its own free list", AT(struct slab, s.inuse)},
	{"frozen", MMX_BOOL, "a CPU has it for itself", AT(struct slab, s.frozen)},
	{"on_cpu", MMX_COUNT, "which CPU holds it", .may = MMX_OR_NONE, .get = on_cpu},
	{"kfence", MMX_BOOL, "it is KFENCE's", .zero = MMX_OR_NONE, AT(struct slab, s.kfence)},
	{"caches_unknown", MMX_TROUBLE, "why its cache may be one that was not found",
	 .get = caches_unknown},
	{"broken", MMX_TROUBLE, "why what it says of itself cannot be", .get = broken},
	{"objects_unknown", MMX_TROUBLE, "why its objects are not known", .get = objects_unknown},
	{"states", MMX_TABLE, "its objects, by state", .may = MMX_OR_NONE, .record = &states},
	{"free_list", MMX_TROUBLE, "what is wrong with a list of its free objects",
	 .get = free_list},
	{"object", MMX_COUNT, "of an address in it: which object that is in, from 0",
	 .may = MMX_OR_NONE, .get = object},
	{"object_address", MMX_ADDR, "that object's", .may = MMX_OR_NONE, .get = object_address},
	{"object_offset", MMX_NUMBER, "of the address, from the object's", .may = MMX_OR_NONE,
	 .get = object_offset},
	{"object_part", MMX_WORD, "what of it lies there", .may = MMX_OR_NONE,
	 WORDS(MMX_OBJECT_PART_COUNT, mmx_object_part_words), .get = object_part},
	{"object_state", MMX_WORD, "the object's state", .may = MMX_OR_NONE,
	 WORDS(MMX_OBJECT_STATE_COUNT, mmx_object_state_words), .get = object_state},
	{"object_allocated_at", MMX_BLOCK, "where its allocation was profiled: by which code",
	 .title = "object allocated at", .may = MMX_OR_NONE, .record = &object_tag},
	{0},
};

static const struct mmx_record slab_record = {
	.name = "slab",
	.doc = "the slab that it is a page of",
	.fields = fields,
	.state_size = sizeof(struct slab),
	.has = has_slab,
	.next = next_slab,
	.close = close_slab,
};

static void cache_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_slab(r) && !mmx_know_slab_caches(r->view)->slabs_known)
		v->err = &mmx_know_slab_caches(r->view)->coverage.first;
	else
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_slab[] = {
	{"cache_unknown", MMX_TROUBLE, "why nothing is known of slabs", .get = cache_unknown},
	{"slab", MMX_BLOCK, "of class slab", .title = "slab", .may = MMX_OR_NONE,
	 .record = &slab_record},
	{0},
};
