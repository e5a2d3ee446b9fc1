// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE flags       PFN, flags word and their fields of every struct page
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"

static int flags(const struct mmx_kernel *k)
{
	static unsigned char pages[1 << 20];
	uint64_t size = mmx_mem(k)->vmemmap.page_size;

	mmx_for_each_range (r, &mmx_mem(k)->sparse.pfn) {
		uint64_t got = 0;

		for (uint64_t pfn = r->start; pfn < r->end; pfn += got) {
			uint64_t max = r->end - pfn < sizeof(pages) / size ? r->end - pfn
									   : sizeof(pages) / size;

			if (mmx_pages_read(k->view, pfn, max, pages, &got)) {
				printf("%" PRIx64 "\tabsent\t%" PRIu64 "\n", pfn, got);
				continue;
			}
			for (uint64_t i = 0; i < got; i++) {
				uint64_t word = mmx_get(&k->layout, M_page_flags, pages + i * size);

				printf("%" PRIx64 "\t%" PRIx64, pfn + i, word);
				for (int f = 0; f < MMX_FLAG_FIELD_COUNT; f++)
					printf("\t%u", mmx_flag_field(&mmx_mem(k)->flags, f, word));
				putchar('\n');
			}
		}
	}
	return 0;
}

ASK(flags);
