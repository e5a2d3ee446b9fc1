// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE percpu      kind, pages of a unit, populated, found, pages that point elsewhere
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/percpu.h"

/* Every frame must lead back to where it was found: as many do as there are. */
static int percpu(const struct mmx_kernel *k)
{
	static const char *const kinds[] = {"static", "dynamic"};
	const struct mmx_percpu *p = mmx_know_percpu(k->view);
	uint64_t frames = 0, back = 0, phys;
	int status = mmx_cover_whole(&p->coverage) ? 0 : ask_trouble(&p->coverage.first);

	for (size_t i = 0; i < p->n; i++)
		printf("%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       kinds[p->v[i].kind], p->v[i].pages, p->v[i].populated, p->v[i].found,
		       p->v[i].strangers);
	for (size_t i = 0; i < p->frames.n; i++) {
		for (uint64_t f = 0; f < p->frames.v[i].frames; f++) {
			struct mmx_percpu_page page;
			uint64_t pfn = p->frames.v[i].pfn + f;

			frames++;
			back += mmx_percpu_page(p, k->view, pfn, &page) &&
				!mmx_kphys(k->view, page.addr, &phys) &&
				phys >> k->arch->page_shift == pfn;
		}
	}
	printf("frames\t%" PRIu64 "\t%" PRIu64 "\t%zu\n", frames, back, p->units.n);
	return status;
}

ASK(percpu);
