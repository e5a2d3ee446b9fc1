// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters of resident pages: a file of /proc reads them with what CPUs keep back or without, as its code tells, and
 * without that they are known where both are the same; all that there is has what threads keep back, too.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/processes/rss.h"
#include "mm/processes/task.h"
#include "unit.h"

struct counter {
	uint64_t lock, count, counters;
};

enum { FILES, ANON, SWAP, SHMEM, KINDS };

static struct fake_memory *m;
static uint64_t mm, kept; /* the mm_struct, and what the CPU has of its second counter */

static void enums(void)
{
	fake_no_types(m);
	fake_enum(m, E_MM_FILEPAGES, FILES);
	fake_enum(m, E_MM_ANONPAGES, ANON);
	fake_enum(m, E_MM_SWAPENTS, SWAP);
	fake_enum(m, E_MM_SHMEMPAGES, SHMEM);
	fake_member(m, M_mm_struct_rss_stat, 0, KINDS * sizeof(struct counter), 0);
}

/* A CPU, and counters that are 10, 20, 30 and 40 without what it keeps back. */
static void setup(void)
{
	struct counter counters[KINDS];

	m = fake_memory_new(1 << 20);
	enums();
	fake_struct(m, S_cpumask, 8);
	fake_struct(m, S_percpu_counter, sizeof(struct counter));
	FAKE_MEMBER(m, M_percpu_counter_count, counter, count);
	FAKE_MEMBER(m, M_percpu_counter_counters, counter, counters);
	fake_symbol(m, "__per_cpu_offset", fake_put(m, (uint64_t[1]){0}, 8));
	fake_symbol(m, "__cpu_possible_mask", fake_put(m, (uint64_t[1]){1}, 8));
	fake_symbol(m, "__cpu_online_mask", fake_put(m, (uint64_t[1]){1}, 8));
	for (unsigned int i = 0; i < KINDS; i++) {
		uint64_t at = fake_put(m, (uint64_t[1]){0}, 8);

		kept = i == ANON ? at : kept;
		counters[i] = (struct counter){.count = 10 * (i + 1), .counters = at};
	}
	mm = fake_put(m, counters, sizeof(counters));
}

static void keep_back(int32_t pages)
{
	memcpy(fake_at(m, kept), &pages, sizeof(pages));
}

static void what_both_ways_agree_on_is_known(void)
{
	struct mmx_rss rss;
	struct mmx_err err;

	setup();
	CHECK(!mmx_rss_read(&rss, m->view, mm, "task_statm", &err), "%s", err.text);
	CHECK(rss.file == 10 && rss.anon == 20 && rss.swap == 30 && rss.shmem == 40, "as they are");
	keep_back(7);
	CHECK(mmx_rss_read(&rss, m->view, mm, "task_statm", &err) && err.code == MMX_EMISSING,
	      "20 or 27");
	CHECK(!mmx_rss_read(&rss, m->view, mm, NULL, &err) && rss.anon == 27, "all there is");
	fake_memory_free(m);
}

/* Up to 6.1. What is below 0 is shown as 0, and goes into the sum as it is. */
static void threads_keep_back(void)
{
	const int64_t counters[KINDS] = {10, -5, 30, 40};
	const int32_t of_thread[KINDS] = {1, 25, 0, -4};
	struct mmx_tasks *tasks;
	struct mmx_rss rss;
	struct mmx_err err;
	uint64_t task;

	m = fake_memory_new(1 << 20);
	enums();
	fake_struct(m, S_mm_rss_stat, sizeof(counters));
	fake_member(m, M_task_struct_rss_cached, 0, sizeof(of_thread), 0);
	mm = fake_put(m, counters, sizeof(counters));
	task = fake_put(m, of_thread, sizeof(of_thread));
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	if (!mmx_array_add(tasks, (struct mmx_task){.addr = task, .mm = mm, .pid = 10, .tgid = 10}))
		abort();
	CHECK(!mmx_rss_read(&rss, m->view, mm, "task_statm", &err), "%s", err.text);
	CHECK(rss.file == 10 && rss.anon == 0 && rss.shmem == 40, "what files show");
	CHECK(!mmx_rss_read(&rss, m->view, mm, NULL, &err), "%s", err.text);
	CHECK(rss.file == 11 && rss.anon == 20 && rss.swap == 30 && rss.shmem == 36,
	      "all there is");
	fake_memory_free(m);
}

int main(void)
{
	RUN(what_both_ways_agree_on_is_known);
	RUN(threads_keep_back);
	return unit_end();
}
