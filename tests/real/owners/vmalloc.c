// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE vmalloc     start, end, size, the rest as in /proc/vmallocinfo
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ask.h"
#include "mm/owners/vmalloc_pages.h"

struct nodes {
	const struct mmx_kernel *k;
	uint64_t pages[64], unknown;
};

static void count_nodes(struct nodes *n, uint64_t pfn, uint64_t frames)
{
	uint64_t flags, node;
	int32_t refs;

	for (uint64_t i = 0; i < frames; i++) {
		node = ask_read_page(n->k, pfn + i, &flags, &refs)
			       ? mmx_flag_field(&mmx_mem(n->k)->flags, FIELD_NODE, flags)
			       : 64;
		if (node < 64)
			n->pages[node]++;
		else
			n->unknown++;
	}
}

static void print_area(const struct mmx_kernel *k, const struct mmx_vmalloc_area *a)
{
	static const char *const kinds[] = {
		[MMX_VMALLOC_RAM] = " vm_map_ram",
		[MMX_VMALLOC_GOING] = " going",
		[MMX_VMALLOC_UNPURGED] = " unpurged vm_area",
	};
	const struct mmx_region *vmalloc = &k->regions.v[REGION_VMALLOC];
	static const char *const shown[] = {"ioremap", "sparse", "vmalloc",
					    "vmap",    "user",   "dma-coherent"};
	char text[256], *name, *at = text;
	struct nodes nodes = {.k = k};
	struct mmx_vmalloc_pages pages;

	printf("%" PRIx64 "\t%" PRIx64 "\t%" PRIu64 "\t", a->start, a->end, a->end - a->start);
	if (a->kind != MMX_VMALLOC_AREA || a->read) {
		puts(a->read ? " unreadable" : kinds[a->kind]);
		return;
	}
	if (a->caller) {
		mmx_symbol_format(&k->symbols, a->caller, text, sizeof(text));
		printf(" %s", text);
	}
	if (a->nr_pages)
		printf(" pages=%" PRIu64, a->nr_pages);
	if (a->phys)
		printf(" phys=0x%016" PRIx64, a->phys);
	mmx_vmalloc_flags(a->flags, text, sizeof(text));
	while ((name = strsep(&at, " "))) {
		for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
			printf("%s%s", strcmp(name, shown[i]) ? "" : " ",
			       strcmp(name, shown[i]) ? "" : name);
	}
	if (a->pages >= vmalloc->start && a->pages < vmalloc->end)
		printf(" vpages");
	mmx_vmalloc_pages_begin(&pages, k->view, a);
	while (a->nr_pages && mmx_vmalloc_pages_next(&pages))
		count_nodes(&nodes, pages.pfn, pages.frames);
	if (a->nr_pages && !mmx_cover_whole(&pages.coverage))
		printf(" (%s)", pages.coverage.first.text);
	for (int i = 0; i < 64; i++) {
		if (nodes.pages[i])
			printf(" N%d=%" PRIu64, i, nodes.pages[i]);
	}
	puts(nodes.unknown ? " unknown" : "");
}

static int vmalloc(const struct mmx_kernel *k)
{
	const struct mmx_vmalloc *v = mmx_know_vmalloc(k->view);

	for (size_t i = 0; i < v->n; i++)
		print_area(k, &v->v[i]);
	return mmx_cover_whole(&v->coverage) ? 0 : ask_trouble(&v->coverage.first);
}

ASK(vmalloc);
