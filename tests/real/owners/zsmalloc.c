// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE zsmalloc    each page of zsmalloc: pool, its pages, class, object size, position, pages of the
 *                      chain, objects in use and in all
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/frames/class.h"
#include "mm/owners/zsmalloc.h"

static int print_zsmalloc(const struct mmx_page_walk *w)
{
	struct mmx_zsmalloc z;
	struct mmx_err err;

	if (mmx_zsmalloc_decode(&z, w, &err))
		return ask_trouble_at(w->pfn, &err);
	printf("page\t%" PRIx64 "\t%s\t%" PRIu64 "\t%u\t%u\t%u\t%u\t%u\t%u\t%" PRIx64 "\n", w->pfn,
	       z.name, z.pool_pages, z.class, z.size, z.position, z.pages, z.inuse, z.objects,
	       z.zspage);
	return 0;
}

static int zsmalloc(const struct mmx_kernel *k)
{
	struct mmx_classifier classifier;
	struct mmx_page_walk w;
	struct mmx_err err;
	int status = 0;

	mmx_classifier_find(&classifier, k->view, false);
	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	while (mmx_page_walk_next(&w)) {
		if (!w.read && mmx_classify(&classifier, &w).class == CLASS_ZSMALLOC)
			status |= print_zsmalloc(&w);
	}
	mmx_page_walk_end(&w);
	return status;
}

ASK(zsmalloc);
