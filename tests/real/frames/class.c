// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE classes     how many frames are of each class, after a row about each one that is unattributed
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

ASK(classes);
