// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a dump: found once, by whoever asks first, and forgotten when it must be. */
#include <pthread.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/owners/pipe.h"
#include "mm/processes/task.h"
#include "unit.h"

/* A memory without any types or symbols: nothing can be found in it, and each thing says why. */
static void what_cannot_be_found_is_empty_and_says_why(void)
{
	struct fake_memory *m = fake_memory_new(4096);
	const struct mmx_tasks *tasks = mmx_know_tasks(m->view);

	CHECK(tasks && !tasks->n, "%zu tasks", tasks->n);
	CHECK(!mmx_cover_whole(&tasks->coverage) &&
		      strstr(tasks->coverage.first.text, "task_struct"),
	      "%s", tasks->coverage.first.text);
	CHECK(mmx_know_tasks(m->view) == tasks, "found once more");
	fake_memory_free(m);
}

static void what_rests_on_broken_things_is_not_whole(void)
{
	struct fake_memory *m = fake_memory_new(4096);
	struct mmx_tasks *tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	const struct mmx_coverage *pipes;

	mmx_cover_failf(&tasks->coverage, MMX_ECORRUPT, "the list bends back");
	pipes = mmx_known_coverage(m->view, MMX_KNOWN_pipes);
	CHECK(pipes->broken == 1 && !strcmp(pipes->first.text, "the list bends back"), "%s",
	      pipes->first.text);
	fake_memory_free(m);
}

static bool stopped(void *arg)
{
	return *(bool *)arg;
}

static void what_was_cut_short_is_found_anew(void)
{
	struct fake_memory *m = fake_memory_new(4096);
	bool stop = true;

	m->image.stop = stopped;
	m->image.stop_arg = &stop;
	mmx_know_pipes(m->view);
	stop = false;
	mmx_knowledge_refresh(&m->mem.kernel);
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	CHECK(!mmx_known_coverage(m->view, MMX_KNOWN_pipes)->broken, "found anew");
	mmx_knowledge_refresh(&m->mem.kernel);
	CHECK(mmx_cover_whole(mmx_known_coverage(m->view, MMX_KNOWN_tasks)),
	      "what was not cut short is kept");
	fake_memory_free(m);
}

static void of_a_live_kernel_nothing_is_kept(void)
{
	struct fake_memory *m = fake_memory_new(4096);

	m->image.live = true;
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	mmx_knowledge_refresh(&m->mem.kernel);
	CHECK(!mmx_cover_whole(mmx_known_coverage(m->view, MMX_KNOWN_tasks)), "it was kept");
	fake_memory_free(m);
}

static void *ask(void *arg)
{
	struct mmx_view *view = mmx_view_new(arg, NULL);
	const void *found = mmx_know_pipes(view);

	mmx_view_free(view);
	return (void *)found;
}

static void threads_that_ask_at_once_get_the_same(void)
{
	struct fake_memory *m = fake_memory_new(4096);
	pthread_t thread[8];
	void *found;

	for (unsigned int i = 0; i < 8; i++) {
		if (pthread_create(&thread[i], NULL, ask, &m->mem.kernel))
			abort();
	}
	for (unsigned int i = 0; i < 8; i++) {
		pthread_join(thread[i], &found);
		CHECK(found == mmx_know_pipes(m->view), "thread %u", i);
	}
	fake_memory_free(m);
}

int main(void)
{
	RUN(what_cannot_be_found_is_empty_and_says_why);
	RUN(what_rests_on_broken_things_is_not_whole);
	RUN(what_was_cut_short_is_found_anew);
	RUN(of_a_live_kernel_nothing_is_kept);
	RUN(threads_that_ask_at_once_get_the_same);
	return unit_end();
}
