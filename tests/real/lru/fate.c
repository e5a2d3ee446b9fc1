// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE fates  how many pages of each class there are by what buddyx takes them for and by whether pagex says that
 *                 they can be migrated, with the first PFN of each; pages that are not in the dump are left out
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/frames/mobility.h"
#include "mm/lru/fate.h"

static const char *const mobilities[] = {
#define MOBILITY(id, word) word,
	MMX_MOBILITIES(MOBILITY)
#undef MOBILITY
};

struct count {
	uint64_t pages, first;
};

static int fates(const struct mmx_kernel *k)
{
	static struct count counts[MMX_CLASS_COUNT][MMX_MOBILITY_COUNT][MMX_CANS];
	struct mmx_mobility_rules rules;
	struct mmx_classifier classifier;
	struct mmx_page_walk w;
	struct mmx_err err;

	mmx_mobility_rules_find(&rules, k->view);
	mmx_classifier_find(&classifier, k->view, true);
	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	while (mmx_page_walk_next(&w)) {
		struct mmx_verdict verdict;
		struct mmx_fate fate;
		struct count *count;

		if (w.read)
			continue;
		verdict = mmx_classify(&classifier, &w);
		mmx_fate_of(&w, verdict.class, &fate);
		count = &counts[verdict.class][mmx_moves_of(&rules, &w, verdict.class).mobility]
			       [fate.migrated.can];
		if (!count->pages++)
			count->first = w.pfn;
	}
	mmx_page_walk_end(&w);
	for (unsigned int c = 0; c < MMX_CLASS_COUNT; c++) {
		for (unsigned int i = 0; i < MMX_MOBILITY_COUNT * MMX_CANS; i++) {
			const struct count *n = &counts[c][i / MMX_CANS][i % MMX_CANS];

			if (n->pages)
				printf("fate\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIx64 "\n",
				       mmx_class_name(c), mobilities[i / MMX_CANS],
				       mmx_can_word(i % MMX_CANS), n->pages, n->first);
		}
	}
	return 0;
}

ASK(fates);
