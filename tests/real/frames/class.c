// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE classes     how many frames are of each class, after a row about each one that is unattributed
 * ask CORE runs        how many steps a walk in runs takes, and how many pages are not what their step says,
 *			after the first of them
 * ask CORE word_runs   the same of the words that kpageflags, kpagecount and kpagecgroup have for them
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ask.h"
#include "mm/frames/class.h"
#include "proc/kpage.h"

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
	run.runs = MMX_RUNS_OF_CLASS;
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

/* The three words of a frame, and how what they rest on was read. */
struct words {
	enum mmx_read read[3];
	uint64_t word[3];
};

static struct words words_of(const struct mmx_kpage *kp, struct mmx_page_walk *w)
{
	struct mmx_cgroup_words known = {.by_page = mmx_kpagecgroup_asks_page(w->view)};
	struct words words = {0};

	for (int i = 0; i < 3; i++)
		words.read[i] = w->read;
	if (w->read)
		return words;
	words.read[0] = mmx_kpageflags(kp, w, &words.word[0]);
	words.read[1] = mmx_kpagecount(kp, w, &words.word[1]);
	words.read[2] = mmx_kpagecgroup(&known, w, &words.word[2]);
	for (int i = 0; i < 3; i++)
		words.word[i] = words.read[i] ? 0 : words.word[i];
	return words;
}

/* The same of the words that files of /proc have. */
static int word_runs(const struct mmx_kernel *k)
{
	struct mmx_page_walk run, w;
	uint64_t steps = 0, wrong = 0;
	struct mmx_kpage kp;
	struct mmx_err err;

	if (mmx_kpage_find(&kp, k->view, &err) || mmx_kpage_find_counted(&kp, k->view, &err) ||
	    ask_walk_all(&run, k, &err) || ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	run.runs = MMX_RUNS_OF_WORDS;
	for (; mmx_page_walk_next(&run); steps++) {
		struct words said, own;

		mmx_kpage_cut(&kp, &run);
		said = words_of(&kp, &run);
		while (w.pfn + w.frames < run.pfn + run.frames && mmx_page_walk_next(&w)) {
			own = words_of(&kp, &w);
			if (memcmp(&own, &said, sizeof(own)) && !wrong++)
				printf("wrong\t%" PRIx64 "\tits own words\tthose of 0x%" PRIx64
				       "\n",
				       w.pfn, run.pfn);
		}
	}
	printf("steps\t%" PRIu64 "\nwrong\t%" PRIu64 "\n", steps, wrong);
	mmx_page_walk_end(&run);
	mmx_page_walk_end(&w);
	return 0;
}

ASK(classes);
ASK(runs);
ASK(word_runs);
