// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept by address: bounded, by kind, and not longer than it may be believed. */
#include <pthread.h>

#include "../fake_memory.h"
#include "mm/recall.h"
#include "unit.h"

static struct fake_memory *m;

static void keep(enum mmx_recall_kind kind, uint64_t addr, int what)
{
	mmx_remember(m->view, kind, addr, &what, sizeof(what));
}

/* -1 when nothing is */
static int kept(enum mmx_recall_kind kind, uint64_t addr)
{
	int what;

	return mmx_recall(m->view, kind, addr, &what, sizeof(what)) ? what : -1;
}

static void what_was_kept_is_recalled_by_kind_and_address(void)
{
	m = fake_memory_new(4096);
	CHECK(kept(MMX_RECALL_FILE, 0) == -1, "something of address 0 in the beginning");
	keep(MMX_RECALL_FILE, 0x1000, 1);
	keep(MMX_RECALL_MEMCG, 0x1000, 2);
	CHECK(kept(MMX_RECALL_FILE, 0x1000) == 1 && kept(MMX_RECALL_MEMCG, 0x1000) == 2, "kinds");
	CHECK(kept(MMX_RECALL_MAPPING, 0x1000) == -1 && kept(MMX_RECALL_FILE, 0x2000) == -1,
	      "what was never kept");
	fake_memory_free(m);
}

static void what_was_not_asked_for_longest_makes_room(void)
{
	m = fake_memory_new(4096);
	for (int i = 0; i < MMX_RECALL_MAX; i++)
		keep(MMX_RECALL_FILE, i, i);
	CHECK(kept(MMX_RECALL_FILE, 0) == 0, "the first is there");
	keep(MMX_RECALL_FILE, MMX_RECALL_MAX, 7);
	CHECK(kept(MMX_RECALL_FILE, 0) == 0, "the first was asked for since");
	CHECK(kept(MMX_RECALL_FILE, 1) == -1, "the second had to go");
	CHECK(kept(MMX_RECALL_FILE, MMX_RECALL_MAX) == 7, "the new one");
	fake_memory_free(m);
}

static bool stopped(void *arg)
{
	(void)arg;
	return true;
}

static void what_is_read_while_stopping_is_not_kept(void)
{
	m = fake_memory_new(4096);
	m->image.stop = stopped;
	keep(MMX_RECALL_FILE, 0x1000, 1);
	m->image.stop = NULL;
	CHECK(kept(MMX_RECALL_FILE, 0x1000) == -1, "it was kept");
	fake_memory_free(m);
}

static void of_a_live_kernel_nothing_outlives_the_command(void)
{
	m = fake_memory_new(4096);
	keep(MMX_RECALL_FILE, 0x1000, 1);
	mmx_knowledge_refresh(&m->mem.kernel);
	CHECK(kept(MMX_RECALL_FILE, 0x1000) == 1, "a dump stays what it is");
	m->image.live = true;
	mmx_knowledge_refresh(&m->mem.kernel);
	CHECK(kept(MMX_RECALL_FILE, 0x1000) == -1, "it was kept");
	fake_memory_free(m);
}

/* Each thread asks for all, and keeps what is not there. */
static void *ask(void *arg)
{
	uint64_t wrong = 0;

	(void)arg;
	for (int i = 0; i < 20 * MMX_RECALL_MAX; i++) {
		int addr = i % (MMX_RECALL_MAX + 3), what = kept(MMX_RECALL_MEMCG, addr);

		wrong += what != -1 && what != addr;
		if (what == -1)
			keep(MMX_RECALL_MEMCG, addr, addr);
	}
	return (void *)(uintptr_t)wrong;
}

static void threads_keep_and_recall_at_once(void)
{
	pthread_t thread[4];
	void *wrong;

	m = fake_memory_new(4096);
	for (unsigned int i = 0; i < 4; i++) {
		if (pthread_create(&thread[i], NULL, ask, NULL))
			abort();
	}
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(thread[i], &wrong);
		CHECK(!wrong, "thread %u: %zu of another address", i, (size_t)wrong);
	}
	fake_memory_free(m);
}

int main(void)
{
	RUN(what_was_kept_is_recalled_by_kind_and_address);
	RUN(what_was_not_asked_for_longest_makes_room);
	RUN(what_is_read_while_stopping_is_not_kept);
	RUN(of_a_live_kernel_nothing_outlives_the_command);
	RUN(threads_keep_and_recall_at_once);
	return unit_end();
}
