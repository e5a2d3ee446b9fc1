// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/calls.h"
#include "mm/mem.h"
#include "mm/owners/memcg.h"
#include "proc/kpage.h"

/*
 * Up to 6.3 it is the very page that is asked, and a tail is charged to nobody; later kernels ask its folio, so that their
 * function makes a head of a tail's link. Where it cannot be read the names of counts tell 6.1 and 6.2.
 */
bool mmx_kpagecgroup_asks_page(struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_err err;
	bool of_folio;

	if (!mmx_takes_one(view, "page_cgroup_ino", &of_folio, &err))
		return !of_folio;
	return mmx_mem(k)->page_format.mapped == MMX_MAPPED_PAGES ||
	       k->layout.member[M_folio_nr_pages_mapped].alt == 1;
}

/* One page of them has the next ones' too, most of the time. */
static struct mmx_cgroup_word *word_of(struct mmx_cgroup_words *known, struct mmx_view *view,
				       uint64_t data)
{
	struct mmx_cgroup_word *word = &known->v[data / 64 % MMX_CGROUP_WORDS];
	struct mmx_charge charge;
	struct mmx_err err;

	if (word->data == data)
		return word;
	*word = (struct mmx_cgroup_word){.data = data};
	if (mmx_charge_read(&charge, view, data, &err) ||
	    (charge.memcg && mmx_memcg_ino(view, charge.memcg, &word->ino, &err)))
		word->read = MMX_READ_UNREADABLE;
	return word;
}

enum mmx_read mmx_kpagecgroup(struct mmx_cgroup_words *known, struct mmx_page_walk *w,
			      uint64_t *word)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const struct mmx_cgroup_word *found;
	uint64_t data;

	if (!known->by_page && (w->folio.read || w->folio.bad))
		return w->folio.read ? w->folio.read : MMX_READ_UNREADABLE;
	data = mmx_word(known->by_page ? w->bytes : w->folio.bytes, f->memcg);
	*word = 0;
	if (!data)
		return MMX_READ_OK;
	found = word_of(known, w->view, data);
	*word = found->ino;
	return found->read;
}
