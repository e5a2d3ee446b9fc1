// SPDX-License-Identifier: GPL-2.0-or-later
/* What kernels count of a memory cgroup: with version 1 of cgroups, with version 2, and where that is not known. */
#include "../fake_memory.h"
#include "mm/ledger/largest.h"
#include "unit.h"

struct memcg {
	uint64_t memory, swap, kmem;
};

static struct fake_memory *m;
static struct mmx_memcg_total total;

static void read_counters(struct memcg memcg, int on_default)
{
	m = fake_memory_new(1 << 12);
	fake_no_types(m);
	fake_struct(m, S_mem_cgroup, sizeof(struct memcg));
	FAKE_MEMBER(m, M_mem_cgroup_memory_usage, memcg, memory);
	FAKE_MEMBER(m, M_mem_cgroup_swap_usage, memcg, swap);
	FAKE_MEMBER(m, M_mem_cgroup_kmem_usage, memcg, kmem);
	if (on_default >= 0)
		fake_symbol(m, "memory_cgrp_subsys_on_dfl_key", fake_put(m, &on_default, 4));
	total = (struct mmx_memcg_total){.memcg = fake_put(m, &memcg, sizeof(memcg))};
	mmx_memcg_counters_read(&total, m->view);
	fake_memory_free(m);
}

static void version_2_has_no_counter_of_kernel_memory(void)
{
	read_counters((struct memcg){100, 7, 0}, 1);
	CHECK(total.read && total.usage == 100, "usage");
	CHECK(total.swap_read && total.swap == 7, "swap");
	CHECK(!total.kmem_read, "kernel memory");
}

static void version_1_has_memory_in_its_swap(void)
{
	read_counters((struct memcg){100, 107, 30}, 0);
	CHECK(total.read && total.usage == 100, "usage");
	CHECK(total.swap_read && total.swap == 7, "swap: %d", (int)total.swap);
	CHECK(total.kmem_read && total.kmem == 30, "kernel memory");
	read_counters((struct memcg){100, 99, 30}, 0);
	CHECK(!total.swap_read, "less than memory");
}

static void without_the_version_usage_alone_is_known(void)
{
	read_counters((struct memcg){100, 107, 30}, -1);
	CHECK(total.read && total.usage == 100 && !total.swap_read && !total.kmem_read, "known");
}

int main(void)
{
	RUN(version_2_has_no_counter_of_kernel_memory);
	RUN(version_1_has_memory_in_its_swap);
	RUN(without_the_version_usage_alone_is_known);
	return unit_end();
}
