// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects of slabs: where addresses fall, and free lists as kernels write them. */
#include <byteswap.h>
#include <inttypes.h>

#include "../fake_memory.h"
#include "mm/owners/slab_objects.h"
#include "unit.h"

#define SIZE    128u
#define OBJECTS 8u
#define RANDOM  0x1122334455667788ULL

struct world {
	struct fake_memory *m;
	struct mmx_slab_cache cache;
	struct mmx_slab_caches caches;
	struct mmx_slab_on_cpu on_cpu;
	struct mmx_slab slab;
	struct mmx_slab_objects found;
};

/* A slab of eight objects of 80 bytes with red zones: 16 bytes before each, and behind. */
static struct world *new_world(bool hardened)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->m = fake_memory_new(1 << 16);
	w->m->mem.kernel.layout.member[M_kmem_cache_random].provider = hardened ? 0 : -1;
	w->cache = (struct mmx_slab_cache){
		.name = "test",
		.random = RANDOM,
		.size = SIZE,
		.object_size = 80,
		.inuse = 88,
		.offset = 40,
		.red_left_pad = 16,
	};
	w->slab = (struct mmx_slab){
		.cache = &w->cache,
		.base = FAKE_VA + 4096,
		.bytes = 4096,
		.objects = OBJECTS,
		.inuse = OBJECTS,
	};
	return w;
}

static void end_world(struct world *w)
{
	mmx_slab_caches_free(&w->caches);
	fake_memory_free(w->m);
	free(w);
}

static uint64_t object(const struct world *w, unsigned int index)
{
	return w->slab.base + index * SIZE + w->cache.red_left_pad;
}

/* Writes an object's pointer to the next free one as the kernel does. */
static void put_link(struct world *w, unsigned int index, uint64_t next)
{
	uint64_t at = object(w, index) + w->cache.offset, raw = next;

	if (mmx_has(&w->m->mem.kernel.layout, M_kmem_cache_random))
		raw ^= RANDOM ^ bswap_64(at);
	raw = htole64(raw);
	memcpy(fake_at(w->m, at), &raw, sizeof(raw));
}

/* Writes a list; returns its first object. */
static uint64_t put_list(struct world *w, const unsigned int *index, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		put_link(w, index[i], i + 1 < n ? object(w, index[i + 1]) : 0);
	return object(w, index[0]);
}

static int find(struct world *w)
{
	return mmx_slab_objects_find(&w->found, &w->caches, &w->slab, w->m->view, NULL);
}

#define FOUND(w)                                                                   \
	(w)->found.count[MMX_OBJECT_FREE], (w)->found.count[MMX_OBJECT_ALLOCATED], \
		(w)->found.count[MMX_OBJECT_UNKNOWN], (w)->found.coverage.first.text

static void addresses_fall_into_objects(void)
{
	struct world *w = new_world(false);
	const struct {
		uint64_t into;
		uint32_t index;
		enum mmx_object_part part;
		int64_t offset;
	} cases[] = {
		{0, 0, MMX_PART_RED_LEFT, -16},
		{16, 0, MMX_PART_BODY, 0},
		{16 + 79, 0, MMX_PART_BODY, 79},
		{16 + 80, 0, MMX_PART_BEHIND, 80},
		{3 * SIZE + 15, 3, MMX_PART_RED_LEFT, -1},
		{8 * SIZE - 1, 7, MMX_PART_BEHIND, 111},
		{8 * SIZE, 8, MMX_PART_SLACK, -16},
		{4095, 8, MMX_PART_SLACK, 4095 - 8 * SIZE - 16},
	};
	struct mmx_slab_object o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CHECK(mmx_slab_object_at(&w->slab, w->slab.base + cases[i].into, &o),
		      "%" PRIu64 " bytes into the slab", cases[i].into);
		CHECK(o.index == cases[i].index, "%" PRIu64 " bytes into the slab", cases[i].into);
		CHECK(o.part == cases[i].part, "%" PRIu64 " bytes into the slab", cases[i].into);
		CHECK(o.offset == cases[i].offset, "%" PRIu64 " bytes into the slab",
		      cases[i].into);
	}
	CHECK(!mmx_slab_object_at(&w->slab, w->slab.base - 1, &o), "outside, or unknown");
	CHECK(!mmx_slab_object_at(&w->slab, w->slab.base + 4096, &o), "outside, or unknown");
	w->slab.bad = "it is broken";
	CHECK(!mmx_slab_object_at(&w->slab, w->slab.base, &o), "outside, or unknown");
	end_world(w);
}

static void lists_are_followed(void)
{
	for (int hardened = 0; hardened < 2; hardened++) {
		struct world *w = new_world(hardened);

		w->slab.freelist = put_list(w, (const unsigned int[]){5, 0, 7}, 3);
		w->slab.inuse = OBJECTS - 3;
		CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
		CHECK(mmx_cover_whole(&w->found.coverage), "%u free, %u allocated, %u unknown: %s",
		      FOUND(w));
		CHECK(w->found.state[0] == MMX_OBJECT_FREE &&
			      w->found.state[5] == MMX_OBJECT_FREE &&
			      w->found.state[7] == MMX_OBJECT_FREE,
		      "%u free, %u allocated, %u unknown: %s", FOUND(w));
		CHECK(w->found.count[MMX_OBJECT_FREE] == 3, "%u free, %u allocated, %u unknown: %s",
		      FOUND(w));
		CHECK(w->found.count[MMX_OBJECT_ALLOCATED] == 5,
		      "%u free, %u allocated, %u unknown: %s", FOUND(w));
		end_world(w);
	}
}

static void what_cpus_keep_is_free(void)
{
	struct world *w = new_world(true);

	w->on_cpu = (struct mmx_slab_on_cpu){.active = true};
	w->on_cpu.freelist = put_list(w, (const unsigned int[]){1, 2}, 2);
	w->slab.on_cpu = &w->on_cpu;
	w->slab.frozen = true;
	CHECK(mmx_array_add(&w->caches.kept, (struct mmx_slab_kept){w->slab.base - SIZE, 0,
								    MMX_OBJECT_SHEAF, false}),
	      "out of memory");
	CHECK(mmx_array_add(&w->caches.kept,
			    (struct mmx_slab_kept){object(w, 3), 0, MMX_OBJECT_RCU, false}),
	      "out of memory");
	CHECK(mmx_array_add(&w->caches.kept,
			    (struct mmx_slab_kept){object(w, 6), 0, MMX_OBJECT_BARN, false}),
	      "out of memory");
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(mmx_cover_whole(&w->found.coverage), "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	CHECK(w->found.count[MMX_OBJECT_CPU_FREE] == 2, "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	CHECK(w->found.state[3] == MMX_OBJECT_RCU && w->found.state[6] == MMX_OBJECT_BARN,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	CHECK(w->found.count[MMX_OBJECT_ALLOCATED] == 4, "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	end_world(w);
}

/* Nothing is called allocated when a list broke off: it may be what the list still had. */
static void broken_lists_leave_doubt(void)
{
	struct world *w = new_world(true);
	uint64_t junk = 0x4141414141414141ULL;

	w->slab.freelist = put_list(w, (const unsigned int[]){4, 2, 1}, 3);
	w->slab.inuse = OBJECTS - 3;
	memcpy(fake_at(w->m, object(w, 2) + w->cache.offset), &junk, sizeof(junk));
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.coverage.first.code == MMX_ECORRUPT, "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	CHECK(w->found.count[MMX_OBJECT_FREE] == 2, "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	CHECK(w->found.count[MMX_OBJECT_UNKNOWN] == 6 && !w->found.count[MMX_OBJECT_ALLOCATED],
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));

	w->slab.freelist = object(w, 4);
	put_link(w, 4, object(w, 2));
	put_link(w, 2, object(w, 4));
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.coverage.first.code == MMX_ECORRUPT && w->found.count[MMX_OBJECT_FREE] == 2,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));

	w->slab.freelist = put_list(w, (const unsigned int[]){4, 2}, 2);
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.coverage.first.code == MMX_ECORRUPT && !w->found.count[MMX_OBJECT_ALLOCATED],
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));

	w->slab.freelist = w->slab.base + 17;
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.coverage.first.code == MMX_ECORRUPT && !w->found.count[MMX_OBJECT_FREE],
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	end_world(w);
}

/* A CPU whose lists cannot be read throws doubt on those slabs only that it may hold. */
static void unread_cpus_leave_doubt(void)
{
	struct world *w = new_world(true);
	const struct mmx_err why = {.code = MMX_EABSENT, .text = "a CPU's lists are excluded"};

	w->cache.unseen = mmx_reason_add(&w->caches.reasons, &why);
	CHECK(!find(w) && w->found.count[MMX_OBJECT_ALLOCATED] == OBJECTS,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	w->slab.frozen = true;
	CHECK(!find(w) && w->found.count[MMX_OBJECT_UNKNOWN] == OBJECTS,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	w->slab.frozen = false;
	w->cache.sheaves = true;
	CHECK(!find(w) && w->found.count[MMX_OBJECT_UNKNOWN] == OBJECTS,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	w->slab.bad = "it is broken";
	CHECK(find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	end_world(w);
}

/* A slab that says it is frozen and that no CPU has: what it has free hangs off nothing. */
static void a_frozen_slab_that_no_cpu_has_leaves_doubt(void)
{
	struct world *w = new_world(true);

	w->slab.frozen = true;
	w->slab.freelist = put_list(w, (const unsigned int[]){6}, 1);
	w->slab.inuse = OBJECTS - 1;
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.count[MMX_OBJECT_FREE] == 1 && !w->found.count[MMX_OBJECT_ALLOCATED] &&
		      w->found.count[MMX_OBJECT_UNKNOWN] == OBJECTS - 1,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	CHECK(w->found.coverage.unknown == 1, "%u free, %u allocated, %u unknown: %s", FOUND(w));
	/* Where CPUs take no slabs the kernel says by this that it found the slab corrupt. */
	w->m->mem.kernel.layout.member[M_kmem_cache_percpu_slab].provider = -1;
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(w->found.coverage.broken == 1 && w->found.count[MMX_OBJECT_UNKNOWN] == OBJECTS - 1,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	w->slab.on_cpu = &w->on_cpu;
	CHECK(!find(w) && w->found.count[MMX_OBJECT_ALLOCATED] == OBJECTS - 1,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	end_world(w);
}

/* Objects on their way are linked through their own memory, not always where the object begins. */
static void what_is_under_way_is_free(void)
{
	struct world *w = new_world(true);
	const struct mmx_slab_kept kept[] = {
		{object(w, 1) + w->cache.offset, 0, MMX_OBJECT_DEFERRED, true},
		{object(w, 4), 0, MMX_OBJECT_QUARANTINED, true},
		{object(w, 5) + 8, 0, MMX_OBJECT_RCU, true},
	};
	const struct mmx_slab_kept slack = {w->slab.base + OBJECTS * SIZE + 8, 0,
					    MMX_OBJECT_DEFERRED, true};

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		CHECK(mmx_array_add(&w->caches.kept, kept[i]), "out of memory");
	CHECK(!find(w), "bad: %s", w->slab.bad ? w->slab.bad : "");
	CHECK(mmx_cover_whole(&w->found.coverage), "%u free, %u allocated, %u unknown: %s",
	      FOUND(w));
	CHECK(w->found.state[1] == MMX_OBJECT_DEFERRED &&
		      w->found.state[4] == MMX_OBJECT_QUARANTINED &&
		      w->found.state[5] == MMX_OBJECT_RCU,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	CHECK(w->found.count[MMX_OBJECT_ALLOCATED] == OBJECTS - 3,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	CHECK(mmx_array_add(&w->caches.kept, slack), "out of memory");
	CHECK(!find(w) && w->found.coverage.broken == 1 && !w->found.count[MMX_OBJECT_ALLOCATED],
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	end_world(w);
}

/* Where lists of all caches could not be followed no object is known to be used. */
static void lists_of_all_caches_leave_doubt_in_all(void)
{
	struct world *w = new_world(true);
	const struct mmx_err why = {.code = MMX_ECORRUPT, .text = "the quarantine is broken"};

	w->caches.unseen = mmx_reason_add(&w->caches.reasons, &why);
	CHECK(!find(w) && w->found.count[MMX_OBJECT_UNKNOWN] == OBJECTS &&
		      w->found.coverage.broken == 1,
	      "%u free, %u allocated, %u unknown: %s", FOUND(w));
	end_world(w);
}

int main(void)
{
	RUN(addresses_fall_into_objects);
	RUN(lists_are_followed);
	RUN(what_cpus_keep_is_free);
	RUN(broken_lists_leave_doubt);
	RUN(unread_cpus_leave_doubt);
	RUN(a_frozen_slab_that_no_cpu_has_leaves_doubt);
	RUN(what_is_under_way_is_free);
	RUN(lists_of_all_caches_leave_doubt_in_all);
	return unit_end();
}
