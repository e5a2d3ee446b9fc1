// SPDX-License-Identifier: GPL-2.0-or-later
#include <byteswap.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/owners/slab_objects.h"

const char *mmx_object_part_words(enum mmx_object_part part)
{
	static const char *const words[] = {
#define PART(id, text) [MMX_PART_##id] = text,
		MMX_OBJECT_PARTS(PART)
#undef PART
	};

	return words[part];
}

static const struct mmx_wanted slab_wanted[] = {
	MMX_WANT(struct mmx_slab, cache_addr, slab, slab_cache),
	MMX_WANT(struct mmx_slab, freelist, slab, freelist),
	MMX_WANT(struct mmx_slab, objects, slab, objects),
	MMX_WANT(struct mmx_slab, inuse, slab, inuse),
	MMX_WANT(struct mmx_slab, frozen, slab, frozen),
	MMX_WANT_IF(struct mmx_slab, owners, slab, owners),
	MMX_WANT_IF(struct mmx_slab, stride, slab, stride),
	MMX_WANT_IF(struct mmx_slab, rcu_func, slab, rcu_func),
};

const struct mmx_decode mmx_slab_table = MMX_DECODE("slab", slab_wanted);

static const char *what_is_bad(const struct mmx_slab *slab)
{
	if (!slab->cache)
		return "its cache is none of slab_caches";
	if (slab->inuse > slab->objects)
		return "more of its objects are in use than it has";
	if ((uint64_t)slab->objects * slab->cache->size > slab->bytes)
		return "it has more objects than it has room for";
	if (!slab->objects)
		return "it has no objects";
	return slab->objects < slab->bytes / slab->cache->size
		       ? "it has fewer objects than fit into it"
		       : NULL;
}

static const struct mmx_layout *layout_of(const struct mmx_page_walk *w)
{
	return &w->view->kernel->layout;
}

const struct mmx_slab_cache *mmx_slab_cache_of(const struct mmx_slab_caches *caches,
					       const struct mmx_page_walk *w)
{
	return mmx_slab_cache_at(caches, mmx_get(layout_of(w), M_slab_slab_cache, w->folio.bytes));
}

static uint64_t base_of(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;

	return k->direct_map.va_start + (w->folio.head << k->arch->page_shift);
}

/* A slab of one object that is neither in use nor on a list exists nowhere else. */
bool mmx_slab_is_kfence(const struct mmx_slab_caches *caches, const struct mmx_page_walk *w)
{
	const struct mmx_layout *l = layout_of(w);
	const unsigned char *bytes = w->folio.bytes;

	return caches->kfence_pool && base_of(w) >= caches->kfence_pool &&
	       mmx_get(l, M_slab_objects, bytes) <= 1 && !mmx_get(l, M_slab_inuse, bytes) &&
	       !mmx_get(l, M_slab_freelist, bytes);
}

void mmx_slab_decode(struct mmx_slab *slab, const struct mmx_slab_caches *caches,
		     const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t page = mmx_page_addr(&mmx_mem(k)->vmemmap, w->folio.head);

	*slab = (struct mmx_slab){
		.pfn = w->folio.head,
		.page = page,
		.base = base_of(w),
		.bytes = 1ULL << (k->arch->page_shift + w->folio.order),
		.node = mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, w->folio.flags),
	};
	mmx_decode_bytes(&mmx_slab_table, &k->layout, w->folio.bytes, slab);
	slab->cache = mmx_slab_cache_at(caches, slab->cache_addr);
	slab->on_cpu = mmx_slab_on_cpu_of(caches, page);
	slab->kfence = mmx_slab_is_kfence(caches, w);
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
 * The state of each object.
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
	size_t first = mmx_array_bound(&caches->kept, kept, kept->addr < slab->base);

	for (size_t k = first; k < caches->kept.n; k++) {
		const struct mmx_slab_kept *kept = &caches->kept.v[k];
		uint32_t i = index_kept(slab, kept);

		if (kept->addr - slab->base >= slab->bytes)
			return;
		o->kept++;
		if (kept->cache && kept->cache != slab->cache_addr)
			mmx_cover_failf(&o->coverage, MMX_ECORRUPT,
					"0x%" PRIx64 " is %s of another cache, 0x%" PRIx64,
					kept->addr, mmx_object_state_words(kept->state),
					kept->cache);
		else if (i < slab->objects && o->state[i] == MMX_OBJECT_ALLOCATED)
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
		return mmx_fail(err, slab->bad ? MMX_ECORRUPT : MMX_ENOTFOUND,
				"the slab at PFN 0x%" PRIx64 ": %s", slab->pfn,
				slab->bad ? slab->bad : "it is KFENCE's, which keeps no lists");
	o->coverage = (struct mmx_coverage){.found = slab->objects};
	o->n = slab->objects;
	o->kept = 0;
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
	o->own_faults = o->coverage.broken;
	doubt(o, caches, slab, &view->kernel->layout);
	for (uint32_t i = 0; i < o->n; i++) {
		if (!mmx_cover_whole(&o->coverage) && o->state[i] == MMX_OBJECT_ALLOCATED)
			o->state[i] = MMX_OBJECT_UNKNOWN;
		o->count[o->state[i]]++;
	}
	return 0;
}
