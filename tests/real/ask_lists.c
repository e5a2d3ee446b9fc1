// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests ask about memory that only its owners' lists tell of. Each answer is a table, a line
 * a row, its fields separated by tabs; a line "trouble" says what could not be reached.
 *
 *	ask_lists CORE pcp          "set", node, zone, CPU, count, pages found, pages that are not free
 *	                            or of another zone; then "block", PFN, order, CPU, list, type
 *	ask_lists CORE pageblocks   node, zone, type, blocks that begin in it, as /proc/pagetypeinfo
 *	ask_lists CORE vmalloc      start, end, size, the rest as in /proc/vmallocinfo
 *	ask_lists CORE percpu       kind, pages of a unit, populated, found, pages that point elsewhere
 *	ask_lists CORE stacks       PID, name, start, end, caller of its vmalloc area, pages that the
 *	                            area agrees about, PFN of the first page
 *	ask_lists CORE resources    depth, first and last address, name; of a path too
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "mm/knowledge.h"
#include "mm/frames/pageblock.h"
#include "mm/zones/pcp.h"
#include "mm/owners/percpu.h"
#include "mm/owners/resource.h"
#include "mm/owners/stack.h"
#include "mm/processes/task.h"
#include "mm/owners/vmalloc_pages.h"

static int trouble(const struct mmx_err *err)
{
	printf("trouble\t%s\n", err->text);
	return 1;
}

/* A page's flags word and references; false when it is not there to be read. */
static bool read_page(const struct mmx_kernel *k, uint64_t pfn, uint64_t *flags, int32_t *refs)
{
	unsigned char page[256];
	uint64_t got;

	if (mmx_mem(k)->page_format.size > sizeof(page) ||
	    mmx_pages_read(k->view, pfn, 1, page, &got))
		return false;
	*flags = mmx_word(page, mmx_mem(k)->page_format.flags);
	*refs = mmx_int(page, mmx_mem(k)->page_format.refcount);
	return true;
}

static bool in_zone(const struct mmx_kernel *k, const struct mmx_zone *zone, uint64_t flags)
{
	return mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, flags) == zone->node &&
	       mmx_flag_field(&mmx_mem(k)->flags, FIELD_ZONE, flags) == zone->index;
}

static uint64_t strangers(const struct mmx_kernel *k, const struct mmx_pcp *pcp,
			  const struct mmx_pcp_set *set)
{
	uint64_t n = 0, flags;
	int32_t refs;

	for (size_t i = 0; i < pcp->blocks.n; i++) {
		const struct mmx_pcp_block *b = &pcp->blocks.v[i];

		if (b->zone != set->zone || b->cpu != set->cpu)
			continue;
		n += !read_page(k, b->pfn, &flags, &refs) || refs || !in_zone(k, b->zone, flags) ||
		     mmx_pcp_block_of(pcp, b->pfn + (1u << b->order) - 1) != b;
	}
	return n;
}

static int pcp(const struct mmx_kernel *k)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(k->view);

	for (size_t i = 0; i < pcp->n; i++) {
		const struct mmx_pcp_set *s = &pcp->v[i];

		printf("set\t%u\t%s\t%u\t%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\n", s->zone->node,
		       s->zone->name, s->cpu, s->count, s->found, strangers(k, pcp, s));
	}
	for (size_t i = 0; i < pcp->blocks.n; i++) {
		const struct mmx_pcp_block *b = &pcp->blocks.v[i];

		printf("block\t%" PRIx64 "\t%u\t%d\t%u\t%d\n", b->pfn, b->order, (int)b->cpu,
		       b->list, b->migratetype);
	}
	return mmx_cover_whole(&pcp->coverage) ? 0 : trouble(&pcp->coverage.first);
}

/* As the kernel counts: a block is of the zone that its first page is of. */
static int pageblocks(const struct mmx_kernel *k)
{
	struct mmx_pageblock_format f;
	struct mmx_err err;

	if (mmx_pageblock_format_find(&f, k, &err))
		return trouble(&err);
	printf("order\t%u\n", f.order);
	for (size_t z = 0; z < mmx_mem(k)->zones.n; z++) {
		const struct mmx_zone *zone = &mmx_mem(k)->zones.v[z];
		uint64_t end = zone->start_pfn + zone->spanned, count[MMX_MIGRATE_TYPES + 1] = {0};

		for (uint64_t pfn = zone->start_pfn; pfn < end;
		     pfn = ((pfn >> f.order) + 1) << f.order) {
			struct mmx_pageblock block;
			uint64_t flags;
			int32_t refs;

			if (!mmx_pfn_online(&mmx_mem(k)->sparse, pfn) ||
			    !read_page(k, pfn, &flags, &refs) || !in_zone(k, zone, flags))
				continue;
			if (mmx_pageblock_of(&f, k->view, pfn, &block) || !block.name)
				count[MMX_MIGRATE_TYPES]++;
			else
				count[block.isolated ? (unsigned int)f.isolate_type : block.type]++;
		}
		for (unsigned int t = 0; t < f.types; t++)
			printf("%u\t%s\t%s\t%" PRIu64 "\n", zone->node, zone->name, f.name[t],
			       count[t]);
		printf("%u\t%s\tunknown\t%" PRIu64 "\n", zone->node, zone->name,
		       count[MMX_MIGRATE_TYPES]);
	}
	return 0;
}

struct nodes {
	const struct mmx_kernel *k;
	uint64_t pages[64], unknown;
};

static void count_nodes(struct nodes *n, uint64_t pfn, uint64_t frames)
{
	uint64_t flags, node;
	int32_t refs;

	for (uint64_t i = 0; i < frames; i++) {
		node = read_page(n->k, pfn + i, &flags, &refs)
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
	return mmx_cover_whole(&v->coverage) ? 0 : trouble(&v->coverage.first);
}

/* Every frame must lead back to where it was found: as many do as there are. */
static int percpu(const struct mmx_kernel *k)
{
	static const char *const kinds[] = {"static", "dynamic"};
	const struct mmx_percpu *p = mmx_know_percpu(k->view);
	uint64_t frames = 0, back = 0, phys;
	int status = mmx_cover_whole(&p->coverage) ? 0 : trouble(&p->coverage.first);

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

struct agreement {
	const struct mmx_stacks *stacks;
	const struct mmx_stack *stack;
	uint64_t n;
};

static void agree(struct agreement *a, const struct mmx_vmalloc_pages *p)
{
	for (uint64_t i = 0; i < p->frames; i++) {
		const struct mmx_owned_run *run = mmx_owned_find(&a->stacks->frames, p->pfn + i);

		a->n += run && &a->stacks->v[run->owner] == a->stack &&
			run->at + (p->pfn + i - run->pfn) == p->at + i;
	}
}

static int stacks(const struct mmx_kernel *k)
{
	const struct mmx_stacks *s = mmx_know_stacks(k->view);
	struct mmx_vmalloc_pages pages;
	int status = mmx_cover_whole(&s->coverage) ? 0 : trouble(&s->coverage.first);

	for (size_t i = 0; i < s->n; i++) {
		const struct mmx_stack *stack = &s->v[i];
		const struct mmx_vmalloc_area *area =
			mmx_vmalloc_of(mmx_know_vmalloc(k->view), stack->start);
		struct agreement a = {.stacks = s, .stack = stack};
		char caller[128] = "";
		uint64_t phys = 0;

		if (area) {
			mmx_symbol_format(&k->symbols, area->caller, caller, sizeof(caller));
			mmx_vmalloc_pages_begin(&pages, k->view, area);
			while (mmx_vmalloc_pages_next(&pages))
				agree(&a, &pages);
			if (!mmx_cover_whole(&pages.coverage))
				status = trouble(&pages.coverage.first);
		}
		if (mmx_kphys(k->view, stack->start, &phys))
			status = 1;
		printf("%d\t%s\t%" PRIx64 "\t%" PRIx64 "\t%s\t%" PRIu64 "\t%" PRIx64 "\n",
		       stack->task->pid, stack->task->comm, stack->start, stack->end, caller, a.n,
		       phys >> k->arch->page_shift);
		if (mmx_stack_of(s, stack->end - 1) != stack)
			status = 1;
	}
	return status;
}

static int resources(const struct mmx_kernel *k)
{
	const struct mmx_resources *r = mmx_know_resources(k->view);
	int status = mmx_cover_whole(&r->coverage) ? 0 : trouble(&r->coverage.first);

	for (size_t i = 0; i < r->n; i++) {
		char path[1024];

		mmx_resource_path(r, mmx_resource_of(r, r->v[i].start), path, sizeof(path));
		printf("%u\t%" PRIx64 "\t%" PRIx64 "\t%s\t%s\n", r->v[i].depth, r->v[i].start,
		       r->v[i].last, r->v[i].named ? r->v[i].name : "?", path);
	}
	return status;
}

int main(int argc, char **argv)
{
	static const struct ask_question questions[] = {
		{"pcp", pcp},       {"pageblocks", pageblocks}, {"vmalloc", vmalloc},
		{"percpu", percpu}, {"stacks", stacks},         {"resources", resources},
	};

	return ask_main(argc, argv, questions, sizeof(questions) / sizeof(*questions));
}
