// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE kpagecgroup  as /proc/kpagecgroup; ~0 where the dump does not have it
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/memcg.h"
#include "proc/kpage.h"

/* What was resolved before: a dump has few memory cgroups and many pages. */
struct known {
	uint64_t data, ino;
};

static uint64_t cgroup_of(struct mmx_view *view, uint64_t data)
{
	static struct known known[1024];
	struct known *k = &known[(data >> 6) % 1024];
	struct mmx_charge charge;
	struct mmx_err err;
	uint64_t ino = 0;

	if (data && k->data == data)
		return k->ino;
	if (mmx_charge_read(&charge, view, data, &err) ||
	    (charge.memcg && mmx_memcg_ino(view, charge.memcg, &ino, &err)))
		return ~0ULL;
	*k = (struct known){data, ino};
	return ino;
}

/* 6.1 to 6.3 look at the very page, later kernels at its folio. The names of counts tell 6.1 and 6.2. */
static bool asks_the_page(const struct mmx_kernel *k)
{
	return mmx_mem(k)->page_format.mapped == MMX_MAPPED_PAGES ||
	       k->layout.member[M_folio_nr_pages_mapped].alt == 1;
}

static int kpagecgroup(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	struct mmx_page_walk walk;
	struct mmx_kpage kp;
	struct mmx_err err;

	if (mmx_kpage_find(&kp, view, &err) ||
	    mmx_page_walk_begin(&walk, view, 0, kp.max_pfn, &err))
		return ask_trouble(&err);
	while (mmx_page_walk_next(&walk)) {
		const unsigned char *bytes = walk.read          ? NULL
					     : asks_the_page(k) ? walk.bytes
								: walk.folio.bytes;
		uint64_t word = walk.read == MMX_READ_ABSENT ? 0
				: walk.read                  ? ~0ULL
					    : cgroup_of(view, mmx_word(bytes, f->memcg));

		for (uint64_t i = 0; i < walk.frames; i++)
			ask_word(word);
	}
	mmx_page_walk_end(&walk);
	return 0;
}

ASK(kpagecgroup);
