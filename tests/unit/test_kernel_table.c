// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of the kernel's own: as large as its variables say, in every form that these have had. */
#include "holdings.h"
#include "mm/owners/kernel_table.h"

static void found_as(struct fake_memory *m, uint64_t pfn, uint64_t frames, const char *name)
{
	struct mmx_kernel_tables found = {0};
	struct mmx_err err;
	const struct mmx_holder *holder;

	CHECK(!mmx_kernel_tables_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage),
	      "%s: %s", name, found.coverage.first.text);
	holder = mmx_holder_of(&found.held, pfn);
	CHECK(frames ? holds(&found.held, pfn, frames) : !holder, "%s: its frames", name);
	CHECK(!frames || (holder && !strcmp(holder->name, name)), "%s: its name", name);
	mmx_kernel_tables_free(&found);
}

static void masks_and_logarithms(void)
{
	struct fake_memory *m = new_memory();

	put_symbol(m, "mount_hashtable", memory(100));
	put_symbol(m, "m_hash_mask", 2047);
	put_symbol(m, "dquot_hash", memory(110));
	put_symbol(m, "dq_hash_bits", 9);
	put_symbol(m, "swsusp_header", memory(120));
	put_symbol(m, "zero_page", page(130));
	found_as(m, 100, 4, "mount_hashtable");
	found_as(m, 110, 1, "dquot_hash");
	found_as(m, 120, 1, "swsusp_header");
	found_as(m, 130, 16, "zero_page");
	/* Without its size a table is no table. */
	put_symbol(m, "token_hash", memory(150));
	found_as(m, 150, 0, "token_hash");
	fake_memory_free(m);
}

static void tables_in_structs(void)
{
	struct fake_memory *m = new_memory();

	has(m, M_inet_hashinfo_ehash, 0, 8);
	has(m, M_inet_hashinfo_ehash_mask, 8, 4);
	fake_struct(m, S_inet_ehash_bucket, 8);
	fake_symbol(m, "tcp_hashinfo", fake_put(m, (uint64_t[]){memory(200), 1023}, 16));
	found_as(m, 200, 2, "tcp_hashinfo");
	fake_memory_free(m);
}

/* One table and its size; or a mask, a shift, and a table a node. */
static void futexes_in_both_forms(void)
{
	struct fake_memory *m = new_memory();

	fake_struct(m, S_futex_hash_bucket, 64);
	fake_symbol(m, "__futex_data", fake_put(m, (uint64_t[]){memory(300), 256}, 16));
	found_as(m, 300, 4, "__futex_data");
	fake_memory_free(m);

	m = new_memory();
	fake_struct(m, S_futex_hash_bucket, 64);
	fake_symbol(m, "__futex_data",
		    fake_put(m, (uint64_t[]){127, 7, memory(310), memory(320), 0}, 40));
	found_as(m, 310, 2, "__futex_data");
	found_as(m, 320, 2, "__futex_data");
	fake_memory_free(m);

	/* A word that is no mask, as where the table is one of vmalloc's, says nothing. */
	m = new_memory();
	fake_struct(m, S_futex_hash_bucket, 64);
	fake_symbol(m, "__futex_data",
		    fake_put(m, (uint64_t[]){0xffffc90000000000ULL, 256, memory(330), 0}, 32));
	found_as(m, 330, 0, "__futex_data");
	fake_memory_free(m);
}

/* As many pools as are counted, and one that comes next; or up to the first that is not there. */
static void pools_of_stacks(void)
{
	struct fake_memory *m = new_memory();

	fake_symbol(m, "stack_pools",
		    fake_put(m, (uint64_t[]){memory(400), memory(410), memory(420)}, 24));
	fake_symbol(m, "pools_num", fake_put(m, &(uint32_t){2}, 4));
	put_symbol(m, "new_pool", memory(430));
	found_as(m, 400, 4, "stack depot");
	found_as(m, 410, 4, "stack depot");
	found_as(m, 420, 0, "stack depot");
	found_as(m, 430, 4, "stack depot");
	fake_memory_free(m);

	m = new_memory();
	fake_symbol(m, "stack_slabs", fake_put(m, (uint64_t[]){memory(400), 0, memory(420)}, 24));
	found_as(m, 400, 4, "stack depot");
	found_as(m, 420, 0, "stack depot");
	fake_memory_free(m);
}

static void wild_sizes_are_told(void)
{
	struct fake_memory *m = new_memory();
	struct mmx_kernel_tables found = {0};
	struct mmx_err err;

	has(m, M_inet_hashinfo_ehash, 0, 8);
	has(m, M_inet_hashinfo_ehash_mask, 8, 8);
	fake_struct(m, S_inet_ehash_bucket, 8);
	fake_symbol(m, "tcp_hashinfo", fake_put(m, (uint64_t[]){memory(200), 1ULL << 40}, 16));
	CHECK(!mmx_kernel_tables_find(&found, m->view, &err) && found.coverage.broken,
	      "a table without end");
	mmx_kernel_tables_free(&found);
	fake_memory_free(m);
}

int main(void)
{
	RUN(masks_and_logarithms);
	RUN(tables_in_structs);
	RUN(futexes_in_both_forms);
	RUN(pools_of_stacks);
	RUN(wild_sizes_are_told);
	return unit_end();
}
