// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decoding and classifying every frame of a dump, beside reading the same struct pages and doing
 * nothing with them: with one thread, and with several.
 *
 *	classify CORE THREADS
 *
 * Prints frames a pass, and nanoseconds a pass, the best of several: CPU time of reading, CPU and elapsed
 * time of classifying with one thread, then the same with THREADS.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mm/mem.h"
#include "mm/frames/class.h"
#include "mm/frames/page_pieces.h"
#include "open/open.h"

#define PASSES 25

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void note_least(uint64_t *least, uint64_t value)
{
	if (value < *least)
		*least = value;
}

static uint64_t read_all(const struct mmx_kernel *k)
{
	static unsigned char pages[1 << 20];
	uint64_t frames = 0;

	mmx_for_each_range (r, &mmx_mem(k)->sparse.pfn) {
		uint64_t got = 0, max = sizeof(pages) / mmx_mem(k)->vmemmap.page_size;

		for (uint64_t pfn = r->start; pfn < r->end; pfn += got) {
			if (!mmx_pages_read(k->view, pfn, r->end - pfn < max ? r->end - pfn : max,
					    pages, &got))
				frames += got;
		}
	}
	return frames;
}

struct walk {
	struct mmx_kernel *kernel;
	const struct mmx_classifier *classifier;
	uint64_t end, frames;
};

static int classify_piece(const void *arg, struct mmx_page_walk *w, void *result,
			  struct mmx_err *err)
{
	const struct walk *walk = arg;
	uint64_t frames = 0;

	(void)err;
	w->runs = MMX_RUNS_OF_CLASS;
	while (mmx_page_walk_next(w)) {
		if (!w->read && mmx_classify_run(walk->classifier, w).class != CLASS_NO_PAGE)
			frames += w->frames;
	}
	*(uint64_t *)result = frames;
	return 0;
}

static uint64_t classify_all(struct walk *walk, unsigned int jobs)
{
	const struct mmx_page_pieces pieces = {
		.kernel = walk->kernel,
		.jobs = jobs,
		.end = walk->end,
		.result_size = sizeof(uint64_t),
		.arg = walk,
		.work = classify_piece,
	};
	struct mmx_page_team *team = mmx_page_pieces_begin(&pieces, NULL);
	const void *frames;
	uint64_t pfn;
	int ret = -1;

	walk->frames = 0;
	while (team && (ret = mmx_page_pieces_next(team, &pfn, &frames, NULL)) > 0)
		walk->frames += *(const uint64_t *)frames;
	mmx_page_pieces_end(team);
	return ret ? 0 : walk->frames;
}

struct cost {
	uint64_t cpu, elapsed;
};

static void measure(struct walk *walk, unsigned int jobs, struct cost *least)
{
	uint64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID), elapsed = now(CLOCK_MONOTONIC);

	if (!classify_all(walk, jobs))
		exit(2);
	note_least(&least->cpu, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	note_least(&least->elapsed, now(CLOCK_MONOTONIC) - elapsed);
}

static void compare(struct walk *walk, unsigned int jobs)
{
	struct cost alone = {UINT64_MAX, UINT64_MAX}, together = alone;
	uint64_t reading = UINT64_MAX;

	for (int i = 0; i < PASSES; i++) {
		uint64_t begun = now(CLOCK_PROCESS_CPUTIME_ID);

		read_all(walk->kernel);
		note_least(&reading, now(CLOCK_PROCESS_CPUTIME_ID) - begun);
		measure(walk, 1, &alone);
		measure(walk, jobs, &together);
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	       walk->frames, reading, alone.cpu, alone.elapsed, together.cpu, together.elapsed);
}

int main(int argc, char **argv)
{
	const char *path = argc == 3 ? argv[1] : "";
	unsigned int jobs = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct mmx_classifier c;
	struct mmx_kernel *k = NULL;
	struct mmx_image *image;
	struct mmx_err err = {0};

	image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, &err);
	if (image)
		k = mmx_open(image, NULL, &err);
	if (!jobs || !k || !mmx_mem(k)->sparse.pfn.n) {
		fprintf(stderr, "classify: %s\n", jobs ? err.text : "usage: classify CORE THREADS");
		return 2;
	}
	mmx_classifier_find(&c, k->view, false);
	compare(&(struct walk){k, &c, mmx_mem(k)->sparse.pfn.v[mmx_mem(k)->sparse.pfn.n - 1].end,
			       0},
		jobs);
	mmx_close(k);
	return 0;
}
