// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel memory of memory cgroups: what CPUs and cgroups below have not handed up counts, wherever the statistic stands. */
#include "../fake_memory.h"
#include "mm/lru/lruvecs.h"
#include "mm/owners/memcg_kmem.h"
#include "unit.h"

enum { STATES = 4, ITEM = 5, NUMBERS = 8 };

struct sums {
	int64_t state[NUMBERS], pending[NUMBERS];
};

struct of_cpu {
	int64_t state[NUMBERS], prev[NUMBERS];
};

struct memcg {
	uint64_t sums, of_cpus;
};

static struct fake_memory *m;

/* Two CPUs, and types of a kernel whose arrays have so many places. */
static void begin(unsigned int places)
{
	uint64_t offsets[2] = {0, sizeof(struct of_cpu)}, mask = 3;

	m = fake_memory_new(1 << 14);
	fake_no_types(m);
	fake_struct(m, S_cpumask, 8);
	fake_symbol(m, "__per_cpu_offset", fake_put(m, offsets, sizeof(offsets)));
	fake_symbol(m, "__cpu_possible_mask", fake_put(m, &mask, 8));
	FAKE_MEMBER(m, M_mem_cgroup_vmstats, memcg, sums);
	FAKE_MEMBER(m, M_mem_cgroup_vmstats_percpu, memcg, of_cpus);
	fake_member(m, M_memcg_vmstats_state, offsetof(struct sums, state), 8 * places, places);
	fake_member(m, M_memcg_vmstats_pending, offsetof(struct sums, pending), 8 * places, places);
	fake_member(m, M_memcg_vmstats_percpu_state, offsetof(struct of_cpu, state), 8 * places,
		    places);
	fake_member(m, M_memcg_vmstats_percpu_prev, offsetof(struct of_cpu, prev), 8 * places,
		    places);
	fake_enum(m, E_MEMCG_KMEM, ITEM);
	fake_enum(m, E_MEMCG_NR_STAT, NUMBERS);
}

/* One that has all its figures at that place: summed, handed up to it, and of each CPU more than it had. */
static uint64_t add(unsigned int place, uint32_t above, int64_t state, int64_t pending,
		    int64_t cpu0, int64_t cpu1)
{
	struct mmx_lruvecs *l = (struct mmx_lruvecs *)mmx_know_lruvecs(m->view);
	struct sums sums = {0};
	struct of_cpu of_cpus[2] = {0};
	struct memcg memcg;
	uint64_t addr;

	sums.state[place] = state;
	sums.pending[place] = pending;
	of_cpus[0].state[place] = 100 + cpu0;
	of_cpus[1].state[place] = 200 + cpu1;
	of_cpus[0].prev[place] = 100;
	of_cpus[1].prev[place] = 200;
	memcg = (struct memcg){fake_put(m, &sums, sizeof(sums)),
			       fake_put(m, of_cpus, sizeof(of_cpus))};
	addr = fake_put(m, &memcg, sizeof(memcg));
	if (!mmx_array_add(&l->memcgs, (struct mmx_lru_memcg){.addr = addr, .above = above}))
		abort();
	return addr;
}

static int64_t pages(const struct mmx_memcg_kmem *kmem, uint64_t memcg)
{
	const struct mmx_memcg_pages *one = mmx_memcg_kmem_of(kmem, memcg);

	return one && !one->why ? one->pages : -1;
}

static void check_place(unsigned int place)
{
	struct mmx_memcg_kmem kmem = {0};
	uint64_t root, child, below;
	struct mmx_err err = {0};

	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_lruvecs);
	root = add(place, 0, 50, 0, 1, 0);
	child = add(place, 0, 20, 3, 0, -1);
	below = add(place, 1, 10, 0, 2, 2);
	CHECK(!mmx_memcg_kmem_find(&kmem, m->view, &err), "%s", err.text);
	CHECK(pages(&kmem, below) == 14, "%d of the lowest", (int)pages(&kmem, below));
	CHECK(pages(&kmem, child) == 26, "%d of the one above", (int)pages(&kmem, child));
	CHECK(pages(&kmem, root) == 57, "%d of the root", (int)pages(&kmem, root));
	CHECK(!mmx_memcg_kmem_of(&kmem, root + 1), "one that is none");
	mmx_memcg_kmem_free(&kmem);
	fake_memory_free(m);
}

static void by_its_number_up_to_6_9(void)
{
	begin(NUMBERS);
	check_place(ITEM);
}

static void by_places_from_1_from_6_10_to_6_12(void)
{
	begin(STATES);
	fake_symbol(m, "mem_cgroup_stats_index",
		    fake_put(m, (unsigned char[]){1, 0, 2, 0, 0, 3, 4, 0}, NUMBERS));
	check_place(2);
}

static void by_places_from_0_since_6_13(void)
{
	begin(STATES);
	fake_symbol(m, "mem_cgroup_stats_index",
		    fake_put(m, (unsigned char[]){0, 255, 1, 255, 255, 2, 3, 255}, NUMBERS));
	check_place(2);
}

static void other_places_are_refused(void)
{
	struct mmx_memcg_kmem kmem = {0};
	struct mmx_err err = {0};

	begin(STATES);
	fake_symbol(m, "mem_cgroup_stats_index",
		    fake_put(m, (unsigned char[]){0, 255, 1, 255, 255, 7, 3, 255}, NUMBERS));
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_lruvecs);
	add(2, 0, 50, 0, 1, 0);
	CHECK(mmx_memcg_kmem_find(&kmem, m->view, &err) && err.code == MMX_ECORRUPT, "%s",
	      err.text);
	mmx_memcg_kmem_free(&kmem);
	fake_memory_free(m);
}

int main(void)
{
	RUN(by_its_number_up_to_6_9);
	RUN(by_places_from_1_from_6_10_to_6_12);
	RUN(by_places_from_0_since_6_13);
	RUN(other_places_are_refused);
	return unit_end();
}
