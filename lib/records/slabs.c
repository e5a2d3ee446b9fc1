// SPDX-License-Identifier: GPL-2.0-or-later
/* Slab caches, one a row or one alone; what the nodes have of it; and what it all comes to. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "records/slabs.h"

static const struct mmx_slabs *slabs_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* A row: a cache and its sum. */
struct cache {
	const struct mmx_slab_cache *c;
	const struct mmx_slab_sum *sum;
	uint32_t number;
	uint64_t partial;
};

static const struct cache *cache_row(struct cache *row, const struct mmx_slabs *s, uint32_t number)
{
	row->number = number;
	row->c = &s->caches->v[number];
	row->sum = &s->survey.v[number];
	row->partial = row->sum->slabs - row->sum->full - row->sum->empty;
	return row;
}

static const void *next_cache(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);

	return r->nth < s->caches->n ? cache_row(r->state, s, s->order[r->nth]) : NULL;
}

static bool has_all(struct mmx_rows *r)
{
	return slabs_of(r)->surveyed && slabs_of(r)->only == MMX_SLAB_NO_CACHE;
}

static bool has_one(struct mmx_rows *r)
{
	return slabs_of(r)->surveyed && slabs_of(r)->only != MMX_SLAB_NO_CACHE;
}

static const void *next_only(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);

	return r->nth ? NULL : cache_row(r->state, s, s->only);
}

/* A cache whose name could not be read still has an address. */
static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->text = cache->c->name;
	if (!*v->text)
		mmx_value_null(v);
}

static void address(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->addr;
}

static void object_size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->object_size;
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->size;
}

#define SUM_FIELD(member)                                           \
	static void member(struct mmx_rows *r, struct mmx_value *v) \
	{                                                           \
		const struct cache *cache = r->row;                 \
                                                                    \
		v->word = cache->sum->member;                       \
	}

SUM_FIELD(slabs)
SUM_FIELD(bytes)
SUM_FIELD(objects)
SUM_FIELD(full)
SUM_FIELD(empty)
SUM_FIELD(slack)

static void with_owners(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct cache *)r->row)->sum->with_owners;
	if (!mmx_has(&r->view->kernel->layout, M_slab_owners))
		mmx_value_null(v);
}

static uint64_t looked_at(const struct mmx_slab_sum *sum)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < MMX_OBJECT_STATE_COUNT; i++)
		n += sum->count[i];
	return n;
}

/* All that lists have, and not only what slabs say of themselves. */
static void allocated_of(struct mmx_rows *r, struct mmx_value *v, const struct mmx_slab_sum *sum)
{
	uint64_t unknown = sum->objects - looked_at(sum) + sum->count[MMX_OBJECT_UNKNOWN];

	v->word = sum->count[MMX_OBJECT_ALLOCATED];
	if (slabs_of(r)->quick) {
		mmx_value_none(v);
	} else if (unknown) {
		mmx_fail(&v->scratch->err, MMX_ENOTFOUND,
			 "of %" PRIu64 " objects a free list could not be followed", unknown);
		mmx_value_unknown(v, &v->scratch->err);
	}
}

static void allocated(struct mmx_rows *r, struct mmx_value *v)
{
	allocated_of(r, v, ((const struct cache *)r->row)->sum);
}

/* Of objects that nobody uses: those that a list has, or else those that slabs say they have. */
static uint64_t unused_of(const struct mmx_slabs *s, const struct mmx_slab_cache *c,
			  const struct mmx_slab_sum *sum)
{
	uint64_t used = sum->count[MMX_OBJECT_ALLOCATED] + sum->count[MMX_OBJECT_UNKNOWN];

	return (s->quick ? sum->objects - sum->inuse : looked_at(sum) - used) * c->object_size;
}

static uint64_t overhead_of(const struct mmx_slab_cache *c, const struct mmx_slab_sum *sum)
{
	return sum->objects * (c->size - c->object_size);
}

static void unused(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = unused_of(slabs_of(r), cache->c, cache->sum);
}

static void overhead(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = overhead_of(cache->c, cache->sum);
}

static void red_zones(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;
	const struct mmx_slab_caches *caches = slabs_of(r)->caches;
	uint32_t right = cache->c->inuse > cache->c->object_size
				 ? cache->c->inuse - cache->c->object_size
				 : 0;

	v->word = cache->sum->objects * (cache->c->red_left_pad + right);
	if (!caches->flags.known || !(cache->c->flags & caches->flags.mask[MMX_SLAB_RED_ZONE]))
		mmx_value_none(v);
}

static uint64_t waste_of(const struct mmx_slabs *s, const struct mmx_slab_cache *c,
			 const struct mmx_slab_sum *sum)
{
	return unused_of(s, c, sum) + overhead_of(c, sum) + sum->slack;
}

static void waste(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = waste_of(slabs_of(r), cache->c, cache->sum);
}

/* What the kernel counts as active, as /proc/slabinfo does. */
static void active(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;
	const struct mmx_err *why = mmx_reason(&slabs_of(r)->caches->reasons, cache->c->uncounted);

	v->word = cache->c->nr_objects - cache->c->slabinfo_free;
	if (why)
		mmx_value_unknown(v, why);
	else if (!cache->c->counted || !cache->c->free_counted)
		mmx_value_null(v);
}

/*
 * How it is made.
 */

static void order(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->order;
}

static void per_slab(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->per_slab;
}

static void align(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->align;
	if (!mmx_has(&r->view->kernel->layout, M_kmem_cache_align))
		mmx_value_null(v);
}

static void free_pointer(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	v->word = cache->c->offset;
}

static void hardened(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = mmx_has(&r->view->kernel->layout, M_kmem_cache_random);
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;
	const struct mmx_slab_flags *f = &slabs_of(r)->caches->flags;

	v->word = cache->c->flags;
	v->names = v->scratch->names;
	for (unsigned int i = 0; f->known && i < MMX_SLAB_FLAG_COUNT; i++) {
		if (f->mask[i] & v->word)
			v->scratch->names[v->n_names++] = mmx_slab_flag_name(i);
	}
	if (!mmx_has(&r->view->kernel->layout, M_kmem_cache_flags))
		mmx_value_null(v);
}

static void ctor(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	if (!cache->c->ctor) {
		mmx_value_null(v);
		return;
	}
	mmx_symbol_format(&r->view->kernel->symbols, cache->c->ctor, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void merged(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;

	/* Those that came first have -1, and are never merged. */
	v->word = (int32_t)cache->c->refcount > 0 ? cache->c->refcount - 1 : 0;
	if (!mmx_has(&r->view->kernel->layout, M_kmem_cache_refcount))
		mmx_value_null(v);
}

/* Without any links that can be read, nothing tells of those that were merged. */
static void aliases(struct mmx_rows *r, struct mmx_value *v)
{
	const struct cache *cache = r->row;
	const struct mmx_slab_aliases *a = &slabs_of(r)->aliases;

	v->text = v->scratch->text;
	if (!mmx_slab_aliases_text(a, cache->c, v->scratch->text, sizeof(v->scratch->text)) &&
	    (int32_t)cache->c->refcount > 1 && !mmx_cover_whole(&a->coverage))
		mmx_value_unknown(v, &a->coverage.first);
}

static const struct mmx_field made_fields[] = {
	{"cache", MMX_TEXT, "its name", .width = 22, .may = MMX_OR_NULL, .get = name},
	{"object_size", MMX_COUNT, "bytes of an object that its user has", .title = "OBJECT",
	 .width = 6, .get = object_size},
	{"size", MMX_COUNT, "bytes from one object to the next", .width = 6, .get = size},
	{"align", MMX_COUNT, "what objects are aligned to", .width = 5, .may = MMX_OR_NULL,
	 .get = align},
	{"order", MMX_COUNT, "of a new slab: log2 of its pages", .width = 5, .get = order},
	{"per_slab", MMX_COUNT, "objects of a new slab", .title = "OBJS", .width = 4,
	 .get = per_slab},
	{"merged", MMX_COUNT, "other caches that would be like it, and were never made",
	 .title = "MERGED", .width = 6, .may = MMX_OR_NULL, .get = merged},
	{"constructor", MMX_TEXT, "the function that prepares an object", .width = 20,
	 .may = MMX_OR_NULL, .get = ctor},
	{"aliases", MMX_TEXT, "names of those that were merged, out of /sys/kernel/slab",
	 .width = 20, .may = MMX_OR_EMPTY | MMX_OR_UNKNOWN, .get = aliases},
	{"flags", MMX_FLAGS, "how it was asked for (SLAB_*)", .may = MMX_OR_NULL, .get = flags},
	{0},
};

static bool has_made(struct mmx_rows *r)
{
	return has_all(r) && slabs_of(r)->made;
}

const struct mmx_record mmx_record_slab_made = {
	.name = "made",
	.doc = "how a slab cache is made",
	.fields = made_fields,
	.state_size = sizeof(struct cache),
	.has = has_made,
	.next = next_cache,
};

/*
 * What of it CPUs and nodes keep, free objects most of all.
 */

static uint64_t in_state(const struct mmx_rows *r, enum mmx_object_state state)
{
	return ((const struct cache *)r->row)->sum->count[state];
}

static void cpu_slabs(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct cache *)r->row)->sum->place[MMX_SLAB_IN_CPU];
}

static void cpu_partial(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct cache *)r->row)->sum->place[MMX_SLAB_IN_CPU_PARTIAL];
}

static void listed_free(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_state(r, MMX_OBJECT_FREE);
}

static void cpu_free(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_state(r, MMX_OBJECT_CPU_FREE);
}

static void in_sheaves(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_state(r, MMX_OBJECT_SHEAF);
}

static void in_barns(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_state(r, MMX_OBJECT_BARN);
}

static void under_way(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_state(r, MMX_OBJECT_RCU) + in_state(r, MMX_OBJECT_DEFERRED) +
		  in_state(r, MMX_OBJECT_QUARANTINED);
}

static bool has_kept(struct mmx_rows *r)
{
	return has_all(r) && slabs_of(r)->made && !slabs_of(r)->quick;
}

static const struct mmx_field kept_fields[] = {
	{"cache", MMX_TEXT, "its name", .width = 22, .may = MMX_OR_NULL, .get = name},
	{"cpu_slabs", MMX_COUNT, "slabs that CPUs work on, up to 6.19", .width = 9,
	 .get = cpu_slabs},
	{"cpu_partial", MMX_COUNT, "slabs on their partial lists, up to 6.19", .width = 11,
	 .get = cpu_partial},
	{"free", MMX_COUNT, "objects on slabs' own free lists", .width = 7, .get = listed_free},
	{"cpu_free", MMX_COUNT, "on those of CPUs, up to 6.19", .width = 8, .get = cpu_free},
	{"sheaves", MMX_COUNT, "in CPUs' sheaves, since 6.18", .width = 7, .get = in_sheaves},
	{"barns", MMX_COUNT, "in full sheaves of nodes, since 6.18", .width = 7, .get = in_barns},
	{"under_way", MMX_COUNT,
	 "freed, and with RCU, a CPU's deferred frees or KASAN's quarantine", .width = 9,
	 .get = under_way},
	{0},
};

const struct mmx_record mmx_record_slab_kept = {
	.name = "kept",
	.doc = "where the free objects of a slab cache are",
	.fields = kept_fields,
	.state_size = sizeof(struct cache),
	.has = has_kept,
	.next = next_cache,
};

/*
 * Where its slabs are, and what its objects are.
 */

struct share {
	uint64_t n;
	uint32_t what;
};

static const struct mmx_slab_sum *sum_above(const struct mmx_rows *r)
{
	return ((const struct cache *)r->above->row)->sum;
}

static const void *next_share(struct mmx_rows *r, const uint64_t *n, uint32_t count)
{
	struct share *share = r->state;

	for (share->what += r->nth > 0; share->what < count; share->what++) {
		share->n = n[share->what];
		if (share->n)
			return share;
	}
	return NULL;
}

static const void *next_place(struct mmx_rows *r)
{
	return next_share(r, sum_above(r)->place, MMX_SLAB_PLACE_COUNT);
}

static const void *next_state(struct mmx_rows *r)
{
	return next_share(r, sum_above(r)->count, MMX_OBJECT_STATE_COUNT);
}

static const struct mmx_field place_fields[] = {
	{"slabs", MMX_COUNT, "how many", .width = 9, .min = 1, AT(struct share, n)},
	{"where", MMX_WORD, "where they are", WORDS(MMX_SLAB_PLACE_COUNT, mmx_slab_place_words),
	 AT(struct share, what)},
	{0},
};

static const char *state_words(unsigned int state)
{
	return mmx_object_state_words(state);
}

static const struct mmx_field state_fields[] = {
	{"objects", MMX_COUNT, "how many", .width = 9, .min = 1, AT(struct share, n)},
	{"state", MMX_WORD, "what they are", WORDS(MMX_OBJECT_STATE_COUNT, state_words),
	 AT(struct share, what)},
	{0},
};

static const struct mmx_record places = {
	.name = "place",
	.doc = "slabs of the cache that are in one place",
	.fields = place_fields,
	.state_size = sizeof(struct share),
	.next = next_place,
};

static const struct mmx_record states = {
	.name = "state",
	.doc = "objects of the cache that are in one state",
	.fields = state_fields,
	.state_size = sizeof(struct share),
	.next = next_state,
};

/*
 * Caches in a row, and one alone.
 */

static const struct mmx_field cache_fields[] = {
	{"cache", MMX_TEXT, "its name", .width = 22, .may = MMX_OR_NULL, .get = name},
	{"size", MMX_COUNT, "bytes from one object to the next", .width = 6, .get = size},
	{"objects", MMX_COUNT, "that its slabs have", .width = 9, .get = objects},
	{"allocated", MMX_COUNT,
	 "those that no list of free ones has; left out when nobody looked into slabs", .width = 9,
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = allocated},
	{"slabs", MMX_COUNT, "how many", .width = 7, .get = slabs},
	{"full", MMX_COUNT, "slabs with nothing on their own free lists", .width = 7, .get = full},
	{"partial", MMX_COUNT, "slabs with something", .width = 7, AT(struct cache, partial)},
	{"empty", MMX_COUNT, "slabs with nothing else", .width = 5, .get = empty},
	{"bytes", MMX_BYTES, "memory of its slabs", .width = 9, .get = bytes},
	{"waste", MMX_BYTES, "of that what no object's user has: the three parts behind it",
	 .width = 9, .get = waste},
	{0},
};

const struct mmx_record mmx_record_slab_caches = {
	.name = "slab_cache",
	.doc = "a slab cache, the one with most memory first",
	.fields = cache_fields,
	.state_size = sizeof(struct cache),
	.has = has_all,
	.next = next_cache,
};

static const struct mmx_field one_fields[] = {
	{"cache", MMX_TEXT, "its name", .may = MMX_OR_NULL, .get = name},
	{"address", MMX_ADDR, "of its kmem_cache", .get = address},
	{"object_size", MMX_COUNT, "bytes of an object that its user has", .get = object_size},
	{"size", MMX_COUNT, "bytes from one object to the next", .get = size},
	{"align", MMX_COUNT, "what objects are aligned to", .may = MMX_OR_NULL, .get = align},
	{"order", MMX_COUNT, "of a new slab: log2 of its pages", .get = order},
	{"per_slab", MMX_COUNT, "objects of a new slab", .get = per_slab},
	{"free_pointer", MMX_COUNT, "where in it a free object has the pointer to the next one",
	 .get = free_pointer},
	{"hardened", MMX_BOOL, "that pointer is mixed with a secret of the cache", .get = hardened},
	{"flags", MMX_FLAGS, "how it was asked for (SLAB_*)", .may = MMX_OR_NULL, .get = flags},
	{"constructor", MMX_TEXT, "the function that prepares an object", .may = MMX_OR_NULL,
	 .get = ctor},
	{"merged", MMX_COUNT, "other caches that would be like it, and were never made",
	 .may = MMX_OR_NULL, .get = merged},
	{"aliases", MMX_TEXT, "names of those that were merged, out of /sys/kernel/slab",
	 .may = MMX_OR_EMPTY | MMX_OR_UNKNOWN, .get = aliases},
	{"objects", MMX_COUNT, "that its slabs have", .get = objects},
	{"active", MMX_COUNT, "those that /proc/slabinfo calls active",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = active},
	{"allocated", MMX_COUNT,
	 "those that no list of free ones has; left out when nobody looked into slabs",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = allocated},
	{"slabs", MMX_COUNT, "how many", .get = slabs},
	{"full", MMX_COUNT, "slabs with nothing on their own free lists", .get = full},
	{"partial", MMX_COUNT, "slabs with something", AT(struct cache, partial)},
	{"empty", MMX_COUNT, "slabs with nothing else", .get = empty},
	{"with_owners", MMX_COUNT,
	 "slabs that have a vector of whom objects are charged to, or of allocation tags",
	 .may = MMX_OR_NULL, .get = with_owners},
	{"bytes", MMX_BYTES, "memory of its slabs", .get = bytes},
	{"unused", MMX_BYTES,
	 "of that, objects that are not allocated, without what is around them", .get = unused},
	{"overhead", MMX_BYTES, "what is around objects: alignment, red zones, records",
	 .get = overhead},
	{"red_zones", MMX_BYTES, "red zones, a part of that", .may = MMX_OR_NONE, .get = red_zones},
	{"slack", MMX_BYTES, "what is behind the last object of a slab", .get = slack},
	{"places", MMX_TABLE, "its slabs, by where they are", .may = MMX_OR_NONE,
	 .record = &places},
	{"states", MMX_TABLE, "its objects, by what they are", .may = MMX_OR_NONE,
	 .record = &states},
	{0},
};

const struct mmx_record mmx_record_slab_cache = {
	.name = "cache",
	.doc = "the slab cache that was asked for",
	.fields = one_fields,
	.state_size = sizeof(struct cache),
	.has = has_one,
	.next = next_only,
};

/*
 * What the nodes have of it.
 */

static const void *next_node(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);
	size_t *i = r->state;

	for (*i += r->nth > 0; *i < s->survey.lists.nodes.n; ++*i) {
		if (s->survey.lists.nodes.v[*i].cache == s->only)
			return &s->survey.lists.nodes.v[*i];
	}
	return NULL;
}

/* Kernels without CONFIG_SLUB_DEBUG do not count slabs and objects. */
static void node_slabs(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_slab_node *)r->row)->slabs;
	if (!mmx_has(&r->view->kernel->layout, M_kmem_cache_node_nr_slabs))
		mmx_value_null(v);
}

static void node_objects(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_slab_node *)r->row)->objects;
	if (!mmx_has(&r->view->kernel->layout, M_kmem_cache_node_total_objects))
		mmx_value_null(v);
}

static void full_sheaves(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_node *node = r->row;

	v->word = node->full_sheaves;
	if (!node->barn)
		mmx_value_none(v);
}

static void empty_sheaves(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_node *node = r->row;

	v->word = node->empty_sheaves;
	if (!node->barn)
		mmx_value_none(v);
}

static const struct mmx_field node_fields[] = {
	{"node", MMX_COUNT, "its number", .width = 4, AT(struct mmx_slab_node, node)},
	{"nr_slabs", MMX_COUNT, "slabs, by its own count", .width = 9, .may = MMX_OR_NULL,
	 .get = node_slabs},
	{"slabs", MMX_COUNT, "slabs that were found", .width = 9, AT(struct mmx_slab_node, found)},
	{"total_objects", MMX_COUNT, "objects, by its own count", .width = 13, .may = MMX_OR_NULL,
	 .get = node_objects},
	{"objects", MMX_COUNT, "objects of the slabs that were found", .width = 9,
	 AT(struct mmx_slab_node, found_objects)},
	{"nr_partial", MMX_COUNT, "partial slabs, by its own count", .width = 10,
	 AT(struct mmx_slab_node, partial)},
	{"partial", MMX_COUNT, "slabs on its partial list", .width = 9,
	 AT(struct mmx_slab_node, listed)},
	{"full_sheaves", MMX_COUNT, "in its barn, if it has one", .width = 12, .may = MMX_OR_NONE,
	 .get = full_sheaves},
	{"empty_sheaves", MMX_COUNT, "in its barn, if it has one", .width = 13, .may = MMX_OR_NONE,
	 .get = empty_sheaves},
	{0},
};

const struct mmx_record mmx_record_slab_nodes = {
	.name = "slab_node",
	.doc = "what a node has of the cache",
	.fields = node_fields,
	.state_size = sizeof(size_t),
	.has = has_one,
	.next = next_node,
};

/*
 * Its slabs.
 */

static const void *next_slab(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);

	return r->nth < s->survey.rows.n ? &s->survey.rows.v[r->nth] : NULL;
}

static void slab_address(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_kernel *k = r->view->kernel;
	const struct mmx_slab_row *row = r->row;

	v->word = k->direct_map.va_start + (row->pfn << k->arch->page_shift);
}

static void slab_page(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_row *row = r->row;

	v->word = mmx_page_addr(&mmx_mem(r->view->kernel)->vmemmap, row->pfn);
}

static void slab_allocated(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_row *row = r->row;

	v->word = row->count[MMX_OBJECT_ALLOCATED];
	if (slabs_of(r)->quick)
		mmx_value_none(v);
	else if (!row->followed || row->count[MMX_OBJECT_UNKNOWN])
		mmx_value_null(v);
}

static void slab_cpu(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_row *row = r->row;

	v->word = row->cpu;
	if (row->place != MMX_SLAB_IN_CPU && row->place != MMX_SLAB_IN_CPU_PARTIAL)
		mmx_value_none(v);
}

static const struct mmx_field slab_fields[] = {
	{"address", MMX_ADDR, "where its memory begins", .get = slab_address},
	{"page", MMX_ADDR, "its struct page", .get = slab_page},
	{"pages", MMX_COUNT, "frames that it has", .width = 5, AT(struct mmx_slab_row, pages)},
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_slab_row, node)},
	{"objects", MMX_COUNT, "that it has", .width = 7, AT(struct mmx_slab_row, objects)},
	{"in_use", MMX_COUNT, "those not on its own free list", .width = 6,
	 AT(struct mmx_slab_row, inuse)},
	{"allocated", MMX_COUNT,
	 "those on no list of free ones; null when one could not be followed", .width = 9,
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = slab_allocated},
	{"cpu", MMX_COUNT, "that has it", .width = 3, .may = MMX_OR_NONE, .get = slab_cpu},
	{"where", MMX_WORD, "where it is", WORDS(MMX_SLAB_PLACE_COUNT, mmx_slab_place_words),
	 AT(struct mmx_slab_row, place)},
	{0},
};

const struct mmx_record mmx_record_slab_slabs = {
	.name = "cache_slab",
	.doc = "a slab of the cache",
	.fields = slab_fields,
	.has = has_one,
	.next = next_slab,
};

/*
 * All of them together.
 */

struct totals {
	uint64_t unused, overhead, reclaimable;
};

static const void *next_totals(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);
	struct totals *t = r->state;
	uint32_t by_reclaim = s->caches->flags.mask[MMX_SLAB_RECLAIM_ACCOUNT];

	if (r->nth)
		return NULL;
	for (size_t i = 0; i < s->caches->n; i++) {
		const struct mmx_slab_cache *c = &s->caches->v[i];

		t->unused += unused_of(s, c, &s->survey.v[i]);
		t->overhead += overhead_of(c, &s->survey.v[i]);
		if (c->flags & by_reclaim)
			t->reclaimable += s->survey.v[i].bytes;
	}
	return t;
}

static void total_caches(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->caches->n;
}

static void total_slabs(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->survey.all.slabs;
}

static void total_objects(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->survey.all.objects;
}

static void total_allocated(struct mmx_rows *r, struct mmx_value *v)
{
	allocated_of(r, v, &slabs_of(r)->survey.all);
}

static void total_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->survey.all.bytes;
}

static void total_slack(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->survey.all.slack;
}

static void total_reclaimable(struct mmx_rows *r, struct mmx_value *v)
{
	const struct totals *t = r->row;

	v->word = t->reclaimable;
	if (!slabs_of(r)->caches->flags.known)
		mmx_value_null(v);
}

static void large_kmalloc(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slabs_of(r)->survey.large_kmalloc;
	if (!mmx_has_enum(&r->view->kernel->layout, E_PGTY_large_kmalloc))
		mmx_value_null(v);
}

static void counter(struct mmx_rows *r, struct mmx_value *v, const char *name)
{
	const struct mmx_counter c =
		mmx_counter_of_all(mmx_know_counters(r->view), MMX_COUNTERS_NODE, name);

	v->word = (uint64_t)(c.shared + c.pending) << r->view->kernel->arch->page_shift;
	if (c.why)
		mmx_value_unknown(v, c.why);
	else if (c.shared + c.pending < 0)
		mmx_value_null(v);
}

static void counted_reclaimable(struct mmx_rows *r, struct mmx_value *v)
{
	counter(r, v, "NR_SLAB_RECLAIMABLE_B");
}

static void counted_unreclaimable(struct mmx_rows *r, struct mmx_value *v)
{
	counter(r, v, "NR_SLAB_UNRECLAIMABLE_B");
}

static const struct mmx_field total_fields[] = {
	{"caches", MMX_COUNT, "slab caches", .get = total_caches},
	{"slabs", MMX_COUNT, "all slabs there are", .get = total_slabs},
	{"objects", MMX_COUNT, "that they have", .get = total_objects},
	{"allocated", MMX_COUNT,
	 "those that no list of free ones has; left out when nobody looked into slabs",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = total_allocated},
	{"bytes", MMX_BYTES, "memory of all slabs", .get = total_bytes},
	{"unused", MMX_BYTES,
	 "of that, objects that are not allocated, without what is around them",
	 AT(struct totals, unused)},
	{"overhead", MMX_BYTES, "what is around objects: alignment, red zones, records",
	 AT(struct totals, overhead)},
	{"slack", MMX_BYTES, "what is behind the last objects of slabs", .get = total_slack},
	{"reclaimable", MMX_BYTES, "slabs of caches with the flag reclaim_account",
	 .may = MMX_OR_NULL, .get = total_reclaimable},
	{"large_kmalloc", MMX_BYTES,
	 "kmalloc() of sizes that no cache has: no slabs, and counted with them; null where nothing marks it",
	 .may = MMX_OR_NULL, .get = large_kmalloc},
	{"counted_reclaimable", MMX_BYTES,
	 "the kernel's counter NR_SLAB_RECLAIMABLE_B, with what CPUs have not added to it yet",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = counted_reclaimable},
	{"counted_unreclaimable", MMX_BYTES,
	 "the same of NR_SLAB_UNRECLAIMABLE_B, which kmalloc() of larger sizes is in, too",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = counted_unreclaimable},
	{0},
};

const struct mmx_record mmx_record_slab_totals = {
	.name = "totals",
	.doc = "what all caches come to",
	.fields = total_fields,
	.state_size = sizeof(struct totals),
	.has = has_all,
	.next = next_totals,
};

/*
 * What is wrong.
 */

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_slab_findings *f = &slabs_of(r)->survey.findings;

	return r->nth < f->n ? &f->v[r->nth] : NULL;
}

static void finding_cache(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_finding *finding = r->row;
	const struct mmx_slab_caches *caches = slabs_of(r)->caches;

	if (finding->cache < caches->n && *caches->v[finding->cache].name)
		v->text = caches->v[finding->cache].name;
	else
		mmx_value_null(v);
}

static void finding_what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_finding *finding = r->row;

	v->err = &finding->why;
}

static const struct mmx_field finding_fields[] = {
	{"address", MMX_ADDR, "of the slab's struct page, or of what else is wrong",
	 AT(struct mmx_slab_finding, address)},
	{"cache", MMX_TEXT, "whose it is", .width = 22, .may = MMX_OR_NULL, .get = finding_cache},
	{"what", MMX_TROUBLE, "what is wrong", .get = finding_what},
	{0},
};

static bool has_findings(struct mmx_rows *r)
{
	return slabs_of(r)->surveyed && slabs_of(r)->survey.findings.n;
}

const struct mmx_record mmx_record_slab_findings = {
	.name = "finding",
	.doc = "something that is wrong with slabs or their lists",
	.fields = finding_fields,
	.has = has_findings,
	.next = next_finding,
};
