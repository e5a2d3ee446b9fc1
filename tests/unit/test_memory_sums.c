// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums of meminfo: of swap, which a kernel may be built without, and of huge pages of nodes that have no memory. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "kernel/texts.h"
#include "mm/knowledge.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/swap/swap_areas.h"
#include "proc/memory_sums.h"
#include "unit.h"

static struct fake_memory *m;
static struct mmx_proc proc;

static void setup(void)
{
	m = fake_memory_new(1 << 12);
	fake_no_types(m);
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_hugetlb_pools);
	fake_symbol(m, "sysctl_overcommit_kbytes", fake_put(m, &(uint64_t){400}, 8));
	fake_symbol(m, "sysctl_overcommit_ratio", fake_put(m, &(uint32_t){50}, 4));
	proc = (struct mmx_proc){.view = m->view};
}

static bool is(struct mmx_proc_value v, uint64_t n)
{
	return !v.unknown && v.n == n;
}

static void a_kernel_without_swap_has_0_of_it(void)
{
	setup();
	fake_symbol(m, "si_meminfo", FAKE_VA);
	CHECK(is(mmx_sum_swap(&proc, "total_swap_pages"), 0), "total");
	CHECK(is(mmx_sum_swap(&proc, "nr_swap_pages"), 0), "free");
	CHECK(is(mmx_sum_commit_limit(&proc), 100), "what may be promised");
	CHECK(mmx_cover_whole(&proc.coverage), "%s", proc.coverage.first.text);
	CHECK(mmx_cover_whole(&mmx_know_swaps(m->view)->coverage), "areas");
	fake_memory_free(m);
}

static void swap_without_symbols_of_variables_is_not_known(void)
{
	setup();
	CHECK(mmx_sum_swap(&proc, "total_swap_pages").unknown, "no function is known");
	fake_memory_free(m);
	setup();
	fake_symbol(m, "si_meminfo", FAKE_VA);
	fake_symbol(m, "si_swapinfo", FAKE_VA + 8);
	CHECK(mmx_sum_swap(&proc, "total_swap_pages").unknown, "that of swap is there");
	CHECK(mmx_sum_commit_limit(&proc).unknown, "what may be promised");
	CHECK(mmx_know_swaps(m->view)->coverage.unknown, "areas");
	fake_memory_free(m);
}

static void swap_counts_as_it_is(void)
{
	setup();
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_swaps);
	fake_symbol(m, "si_meminfo", FAKE_VA);
	fake_symbol(m, "si_swapinfo", FAKE_VA + 8);
	fake_symbol(m, "total_swap_pages", fake_put(m, &(uint64_t){1000}, 8));
	CHECK(is(mmx_sum_swap(&proc, "total_swap_pages"), 1000), "total");
	CHECK(is(mmx_sum_commit_limit(&proc), 1100), "what may be promised");
	fake_memory_free(m);
}

static char written[256];

static void keep(void *arg, const char *text, size_t len)
{
	(void)arg;
	strncat(written, text, len < 64 ? len : 64);
}

static const char *write_node(unsigned int node)
{
	static const struct mmx_sink sink = {.write = keep};
	static struct mmx_text text[3];
	struct mmx_err err;

	snprintf(text[2].text, sizeof(text[2].text), "Node %%d HugePages_Total: %%5u\n");
	*written = 0;
	proc.sink = &sink;
	proc.state = text;
	proc.node = node;
	if (mmx_proc_node_meminfo.write(&proc, &err))
		abort();
	return written;
}

static void a_node_without_memory_has_no_huge_pages(void)
{
	struct mmx_hugetlb_pools *pools;
	struct mmx_zone zone = {.name = "Normal", .present = 1};

	setup();
	pools = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_hugetlb_pools);
	pools->n = 1;
	fake_symbol(m, "default_hstate_idx", fake_put(m, &(uint32_t){0}, 4));
	if (!mmx_array_add(&m->mem.zones, zone) ||
	    !mmx_array_add(&pools->nodes, (struct mmx_hstate_node){.total = 3}))
		abort();
	CHECK(!strcmp(write_node(0), "Node 0 HugePages_Total:     3\n"), "%s", written);
	CHECK(!strcmp(write_node(1), "Node 1 HugePages_Total:     0\n"), "%s", written);
	pools->nodes.n = 0;
	CHECK(!strcmp(write_node(0), "Node 0 HugePages_Total:     ?\n"), "%s", written);
	mmx_array_free(&m->mem.zones);
	fake_memory_free(m);
}

int main(void)
{
	RUN(a_kernel_without_swap_has_0_of_it);
	RUN(swap_without_symbols_of_variables_is_not_known);
	RUN(swap_counts_as_it_is);
	RUN(a_node_without_memory_has_no_huge_pages);
	return unit_end();
}
