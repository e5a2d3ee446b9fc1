// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE classes     how many frames are of each class, after a row about each one that is unattributed
 * ask CORE runs        how many steps a walk in runs takes, and how many pages are not what their step says,
 *			after the first of them
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/frames/class.h"

static int classes(const struct mmx_kernel *k)
{
	uint64_t count[MMX_CLASS_COUNT] = {0};
	struct mmx_classifier c;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	mmx_classifier_find(&c, k->view, true);
	while (mmx_page_walk_next(&w)) {
		struct mmx_verdict v = mmx_classify(&c, &w);

		count[v.class] += w.frames;
		if (v.class == CLASS_UNATTRIBUTED)
			printf("frame\t%" PRIx64 "\thead %" PRIx64 "\torder %u\tflags %" PRIx64
			       "\trefcount %d\tprivate %" PRIx64 "\t%s\n",
			       w.pfn, w.folio.head, w.folio.order,
			       mmx_word(w.bytes, mmx_mem(k)->page_format.flags),
			       mmx_int(w.folio.bytes, mmx_mem(k)->page_format.refcount),
			       mmx_word(w.bytes, mmx_mem(k)->page_format.private), v.why);
	}
	for (int i = 0; i < MMX_CLASS_COUNT; i++)
		printf("%s\t%" PRIu64 "\n", mmx_class_name(i), count[i]);
	mmx_page_walk_end(&w);
	return 0;
}

/* Whether a page is what the step that stands for it says. */
static bool is_of_run(const struct mmx_classifier *c, const struct mmx_page_walk *run,
		      const struct mmx_verdict *said, const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	if (w->read != run->read || mmx_classify(c, w).class != said->class)
		return false;
	if (!w->read && run->frames > 1 && mmx_int(w->bytes, f->refcount) &&
	    mmx_word(w->bytes, f->mapping) != mmx_word(run->bytes, f->mapping))
		return false;
	return w->read || (w->folio.flags == run->folio.flags && w->tail == run->tail &&
			   mmx_int(w->bytes, f->refcount) == mmx_int(run->bytes, f->refcount) &&
			   mmx_int(w->bytes, f->mapcount) == mmx_int(run->bytes, f->mapcount));
}

/* A walk in runs, beside one that comes to each page. */
static int runs(const struct mmx_kernel *k)
{
	struct mmx_page_walk run, w;
	struct mmx_classifier c;
	uint64_t steps = 0, wrong = 0;
	struct mmx_err err;

	if (ask_walk_all(&run, k, &err) || ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	mmx_classifier_find(&c, k->view, true);
	run.in_runs = true;
	while (mmx_page_walk_next(&run)) {
		struct mmx_verdict said = mmx_classify_run(&c, &run);
		uint64_t end = run.pfn + run.frames;

		steps++;
		while (w.pfn + w.frames < end && mmx_page_walk_next(&w)) {
			if (!is_of_run(&c, &run, &said, &w) && !wrong++)
				printf("wrong\t%" PRIx64 "\t%s\t%s\n", w.pfn,
				       mmx_class_name(mmx_classify(&c, &w).class),
				       mmx_class_name(said.class));
		}
	}
	printf("steps\t%" PRIu64 "\nwrong\t%" PRIu64 "\n", steps, wrong);
	mmx_page_walk_end(&run);
	mmx_page_walk_end(&w);
	return 0;
}

ASK(classes);
ASK(runs);
