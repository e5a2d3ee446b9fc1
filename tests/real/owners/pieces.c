// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE pieces  each folio of which pieces are held by themselves: its frame, class, references, those that mappings
 *                  and pieces have, what is left, and what holds it
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/frames/refcount.h"
#include "mm/owners/owner.h"

static const char *holder_of(const struct mmx_kernel *k, const struct mmx_verdict *v, uint64_t pfn)
{
	const struct mmx_owner_kind *kind =
		v->owner < MMX_OWNERS ? mmx_owner_kinds[v->owner] : NULL;
	const struct mmx_holder *holder =
		kind && kind->held ? mmx_holder_of(kind->held(k->view), pfn) : NULL;

	return holder ? holder->what : "?";
}

static int pieces(const struct mmx_kernel *k)
{
	struct mmx_classifier c;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	mmx_classifier_find(&c, k->view, true);
	while (mmx_page_walk_next(&w)) {
		struct mmx_verdict v;
		struct mmx_refcount refs;

		if (w.read || w.tail)
			continue;
		v = mmx_classify(&c, &w);
		if (!(mmx_class_rows[v.class].held & MMX_HELD_PARTS))
			continue;
		mmx_refcount_of(&refs, &w, v.class);
		printf("folio\t%" PRIx64 "\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
		       "\t%s\n",
		       w.pfn, mmx_class_name(v.class), refs.refcount, refs.mappings, refs.owner,
		       refs.remainder, holder_of(k, &v, w.pfn));
	}
	mmx_page_walk_end(&w);
	return 0;
}

ASK(pieces);
