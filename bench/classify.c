// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decoding and classifying every frame of a dump, beside reading the same struct pages and doing
 * nothing with them. Prints frames a pass, and CPU nanoseconds a pass of each, the best of several.
 *
 *	classify CORE
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernel/kernel.h"
#include "mm/class.h"

#define PASSES 9

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t read_all(const struct mmx_kernel *k)
{
	static unsigned char pages[1 << 20];
	uint64_t frames = 0;

	mmx_for_each_range (r, &k->sparse.pfn) {
		uint64_t got = 0, max = sizeof(pages) / k->vmemmap.page_size;

		for (uint64_t pfn = r->start; pfn < r->end; pfn += got) {
			if (!mmx_pages_read(k->view, pfn, r->end - pfn < max ? r->end - pfn : max,
					    pages, &got))
				frames += got;
		}
	}
	return frames;
}

static uint64_t classify_all(const struct mmx_kernel *k, const struct mmx_classifier *c)
{
	uint64_t end = k->sparse.pfn.v[k->sparse.pfn.n - 1].end, frames = 0;
	struct mmx_page_walk w;

	if (mmx_page_walk_begin(&w, k->view, 0, end, NULL))
		return 0;
	while (mmx_page_walk_next(&w)) {
		if (!w.read)
			frames += mmx_classify(c, &w).class != CLASS_NO_PAGE;
	}
	mmx_page_walk_end(&w);
	return frames;
}

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : "";
	uint64_t best[2] = {UINT64_MAX, UINT64_MAX}, frames = 0;
	struct mmx_classifier c;
	struct mmx_marks marks;
	struct mmx_kernel *k = NULL;
	struct mmx_image *image;
	struct mmx_err err = {0};

	image = mmx_open_kdumpfile(&path, 1, &err);
	if (image)
		k = mmx_kernel_open(image, NULL, &err);
	if (!k || mmx_marks_find(&marks, k->view, &err) || !k->sparse.pfn.n) {
		fprintf(stderr, "classify: %s\n", err.text);
		return 2;
	}
	mmx_classifier_find(&c, k, &marks);
	for (int i = 0; i < PASSES; i++) {
		uint64_t begun = cpu_ns(), between;

		read_all(k);
		between = cpu_ns();
		frames = classify_all(k, &c);
		best[0] = between - begun < best[0] ? between - begun : best[0];
		best[1] = cpu_ns() - between < best[1] ? cpu_ns() - between : best[1];
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", frames, best[0], best[1]);
	mmx_marks_free(&marks);
	mmx_kernel_close(k);
	return 0;
}
