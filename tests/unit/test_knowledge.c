// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a dump: found once, by whoever asks first, and forgotten when it must be. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

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

/* A thread that finds the tasks, until the others had what they wanted. */
struct waiting {
	pthread_t other; /* the one that does not wait */
	sem_t begun, go_on;
	bool gave_up;
};

static bool wait_in_thread(void *arg)
{
	struct waiting *waiting = arg;
	struct timespec until;

	if (pthread_equal(pthread_self(), waiting->other))
		return false;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	sem_post(&waiting->begun);
	waiting->gave_up |= sem_timedwait(&waiting->go_on, &until) != 0;
	sem_post(&waiting->go_on);
	return false;
}

static void who_finds_one_thing_keeps_nobody_from_another(void)
{
	struct fake_memory *m = fake_memory_new(4096);
	struct waiting waiting = {.other = pthread_self()};
	pthread_t thread;
	void *found;

	sem_init(&waiting.begun, 0, 0);
	sem_init(&waiting.go_on, 0, 0);
	m->image.stop_arg = &waiting;
	m->image.stop = wait_in_thread;
	if (pthread_create(&thread, NULL, ask, &m->mem.kernel))
		abort();
	sem_wait(&waiting.begun);
	mmx_known_coverage(m->view, MMX_KNOWN_vmalloc);
	sem_post(&waiting.go_on);
	pthread_join(thread, &found);
	CHECK(!waiting.gave_up, "it was waited for");
	CHECK(found == mmx_know_pipes(m->view), "and is found");
	fake_memory_free(m);
}

static bool count(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
	return false;
}

static void what_is_found_together_need_not_be_found_again(void)
{
	const uint64_t wanted = MMX_KNOWN_BIT(MMX_KNOWN_pipes) | MMX_KNOWN_BIT(MMX_KNOWN_stacks) |
				MMX_KNOWN_BIT(MMX_KNOWN_swap_check);
	static const enum mmx_known all[] = {
		MMX_KNOWN_pipes,   MMX_KNOWN_open_files, MMX_KNOWN_tasks,      MMX_KNOWN_stacks,
		MMX_KNOWN_vmalloc, MMX_KNOWN_swaps,      MMX_KNOWN_swap_check, MMX_KNOWN_swap_uses};
	atomic_int found;

	for (unsigned int jobs = 1; jobs < 8; jobs++) {
		struct fake_memory *m = fake_memory_new(4096);

		atomic_store(&found, 0);
		m->mem.kernel.jobs = jobs;
		m->image.stop_arg = &found;
		m->image.stop = count;
		mmx_know_together(m->view, wanted);
		mmx_know_together(m->view, wanted);
		CHECK(atomic_load(&found) > 0 || jobs == 1, "nothing with %u threads", jobs);
		atomic_store(&found, 0);
		for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
			(void)mmx_know(m->view, all[i]);
		CHECK(!atomic_load(&found) || jobs == 1, "%d found anew", atomic_load(&found));
		fake_memory_free(m);
	}
}

int main(void)
{
	RUN(who_finds_one_thing_keeps_nobody_from_another);
	RUN(what_is_found_together_need_not_be_found_again);
	RUN(what_cannot_be_found_is_empty_and_says_why);
	RUN(what_rests_on_broken_things_is_not_whole);
	RUN(what_was_cut_short_is_found_anew);
	RUN(of_a_live_kernel_nothing_is_kept);
	RUN(threads_that_ask_at_once_get_the_same);
	return unit_end();
}
