// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meminfo, and what sysfs has of it for each node. Which lines a kernel has, and how they look, its own texts
 * tell; their order has been the same since 6.1, where later releases put new ones in between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/zones/zone_states.h"
#include "proc/memory_sums.h"
#include "proc/text.h"

#define PAGE_KIB 4u

/* Lines that are counters, or sums of two. */
static const struct counted {
	const char *label;
	enum {
		PAGES,
		KIB, /* as they are */
		MAY_GO, /* pages; a kernel without the counter has the line all the same, and 0 in it */
	} kind;
	enum mmx_counter_group group;
	const char *name[2];
} counted[] = {
	{"MemFree", PAGES, MMX_COUNTERS_ZONE, {"NR_FREE_PAGES"}},
	{"SwapCached", MAY_GO, MMX_COUNTERS_NODE, {"NR_SWAPCACHE"}},
	{"Active", PAGES, MMX_COUNTERS_NODE, {"NR_ACTIVE_ANON", "NR_ACTIVE_FILE"}},
	{"Inactive", PAGES, MMX_COUNTERS_NODE, {"NR_INACTIVE_ANON", "NR_INACTIVE_FILE"}},
	{"Active(anon)", PAGES, MMX_COUNTERS_NODE, {"NR_ACTIVE_ANON"}},
	{"Inactive(anon)", PAGES, MMX_COUNTERS_NODE, {"NR_INACTIVE_ANON"}},
	{"Active(file)", PAGES, MMX_COUNTERS_NODE, {"NR_ACTIVE_FILE"}},
	{"Inactive(file)", PAGES, MMX_COUNTERS_NODE, {"NR_INACTIVE_FILE"}},
	{"Unevictable", PAGES, MMX_COUNTERS_NODE, {"NR_UNEVICTABLE"}},
	{"Mlocked", PAGES, MMX_COUNTERS_ZONE, {"NR_MLOCK"}},
	{"Dirty", PAGES, MMX_COUNTERS_NODE, {"NR_FILE_DIRTY"}},
	{"Writeback", PAGES, MMX_COUNTERS_NODE, {"NR_WRITEBACK"}},
	{"FilePages", PAGES, MMX_COUNTERS_NODE, {"NR_FILE_PAGES"}},
	{"AnonPages", PAGES, MMX_COUNTERS_NODE, {"NR_ANON_MAPPED"}},
	{"Mapped", PAGES, MMX_COUNTERS_NODE, {"NR_FILE_MAPPED"}},
	{"Shmem", PAGES, MMX_COUNTERS_NODE, {"NR_SHMEM"}},
	{"KReclaimable",
	 PAGES,
	 MMX_COUNTERS_NODE,
	 {"NR_SLAB_RECLAIMABLE_B", "NR_KERNEL_MISC_RECLAIMABLE"}},
	{"Slab", PAGES, MMX_COUNTERS_NODE, {"NR_SLAB_RECLAIMABLE_B", "NR_SLAB_UNRECLAIMABLE_B"}},
	{"SReclaimable", PAGES, MMX_COUNTERS_NODE, {"NR_SLAB_RECLAIMABLE_B"}},
	{"SUnreclaim", PAGES, MMX_COUNTERS_NODE, {"NR_SLAB_UNRECLAIMABLE_B"}},
	{"KernelStack", KIB, MMX_COUNTERS_NODE, {"NR_KERNEL_STACK_KB"}},
	{"ShadowCallStack", KIB, MMX_COUNTERS_NODE, {"NR_KERNEL_SCS_KB"}},
	{"PageTables", PAGES, MMX_COUNTERS_NODE, {"NR_PAGETABLE"}},
	{"SecPageTables", PAGES, MMX_COUNTERS_NODE, {"NR_SECONDARY_PAGETABLE"}},
	{"Bounce", MAY_GO, MMX_COUNTERS_ZONE, {"NR_BOUNCE"}},
	{"WritebackTmp", MAY_GO, MMX_COUNTERS_NODE, {"NR_WRITEBACK_TEMP"}},
	{"AnonHugePages", PAGES, MMX_COUNTERS_NODE, {"NR_ANON_THPS"}},
	{"ShmemHugePages", PAGES, MMX_COUNTERS_NODE, {"NR_SHMEM_THPS"}},
	{"ShmemPmdMapped", PAGES, MMX_COUNTERS_NODE, {"NR_SHMEM_PMDMAPPED"}},
	{"FileHugePages", PAGES, MMX_COUNTERS_NODE, {"NR_FILE_THPS"}},
	{"FilePmdMapped", PAGES, MMX_COUNTERS_NODE, {"NR_FILE_PMDMAPPED"}},
	{"CmaFree", PAGES, MMX_COUNTERS_ZONE, {"NR_FREE_CMA_PAGES"}},
	{"Unaccepted", PAGES, MMX_COUNTERS_ZONE, {"NR_UNACCEPTED"}},
	{"Balloon", PAGES, MMX_COUNTERS_NODE, {"NR_BALLOON_PAGES"}},
	{"GPUActive", PAGES, MMX_COUNTERS_NODE, {"NR_GPU_ACTIVE"}},
	{"GPUReclaim", PAGES, MMX_COUNTERS_NODE, {"NR_GPU_RECLAIM"}},
};

/* How each of meminfo's lines begins; where the kernel has no such text, it has no such line. */
static const char *const lines[] = {
	"MemTotal:       ", "MemFree:        ",   "MemAvailable:   ", "Buffers:        ",
	"Cached:         ", "SwapCached:     ",   "Active:         ", "Inactive:       ",
	"Active(anon):   ", "Inactive(anon): ",   "Active(file):   ", "Inactive(file): ",
	"Unevictable:    ", "Mlocked:        ",   "SwapTotal:      ", "SwapFree:       ",
	"Zswap:          ", "Zswapped:       ",   "Dirty:          ", "Writeback:      ",
	"AnonPages:      ", "Mapped:         ",   "Shmem:          ", "KReclaimable:   ",
	"Slab:           ", "SReclaimable:   ",   "SUnreclaim:     ", "KernelStack:    ",
	"ShadowCallStack:", "PageTables:     ",   "SecPageTables:  ", "NFS_Unstable:   ",
	"Bounce:         ", "WritebackTmp:   ",   "CommitLimit:    ", "Committed_AS:   ",
	"VmallocTotal:   ", "VmallocUsed:    ",   "VmallocChunk:   ", "Percpu:         ",
	"EarlyMemtestBad:", "HardwareCorrupted:", "AnonHugePages:  ", "ShmemHugePages: ",
	"ShmemPmdMapped: ", "FileHugePages:  ",   "FilePmdMapped:  ", "CmaTotal:       ",
	"CmaFree:        ", "Unaccepted:     ",   "Balloon:        ", "GPUActive:      ",
	"GPUReclaim:     ", "HugePages_Total:",   "Hugetlb:        ", "DirectMap4k:    ",
	"DirectMap2M:    ", "DirectMap1G:    ",
};

#define LINES (sizeof(lines) / sizeof(*lines))

struct meminfo {
	struct mmx_text text[LINES];
};

static bool is(const char *label, const char *name)
{
	return !strcmp(label, name);
}

static struct mmx_proc_value in_kib(struct mmx_proc_value pages)
{
	pages.n *= PAGE_KIB;
	return pages;
}

/* Whose numbers are printed: of a node, or of the whole system. */
struct whose {
	struct mmx_proc *p;
	bool of_node;
};

static struct mmx_proc_value plus(struct mmx_proc_value a, struct mmx_proc_value b)
{
	return (struct mmx_proc_value){a.n + b.n, a.unknown || b.unknown};
}

static struct mmx_proc_value minus(struct mmx_proc_value a, struct mmx_proc_value b)
{
	return (struct mmx_proc_value){a.n - b.n, a.unknown || b.unknown};
}

/* A counter of a node's zones is their sum, each as it is shown. */
static struct mmx_proc_value counter(const struct whose *w, enum mmx_counter_group group,
				     int number)
{
	const struct mmx_counters *c = mmx_know_counters(w->p->view);
	unsigned int zones =
		group == MMX_COUNTERS_ZONE ? mmx_mem(w->p->view->kernel)->zones.per_node : 1;
	struct mmx_proc_value sum = {0};

	if (!w->of_node)
		return mmx_proc_counter(w->p, c, mmx_counter_at(c, &c->all[group], number));
	for (unsigned int zone = 0; zone < zones; zone++)
		sum = plus(sum,
			   mmx_proc_counter(
				   w->p, c,
				   mmx_counter_at(c, mmx_counter_set_of(c, group, w->p->node, zone),
						  number)));
	return sum;
}

static struct mmx_proc_value count(const struct whose *w, const struct counted *line)
{
	const struct mmx_counters *c = mmx_know_counters(w->p->view);
	struct mmx_proc_value sum = {0};

	for (unsigned int i = 0; i < 2 && line->name[i]; i++) {
		int number = mmx_counter_number(c, line->group, line->name[i]);

		if (number >= 0 || line->kind != MAY_GO)
			sum = plus(sum, counter(w, line->group, number));
	}
	return line->kind == KIB ? sum : in_kib(sum);
}

static bool of_counter(const struct whose *w, const char *label, struct mmx_proc_value *v)
{
	for (unsigned int i = 0; i < sizeof(counted) / sizeof(*counted); i++) {
		if (is(label, counted[i].label)) {
			*v = count(w, &counted[i]);
			return true;
		}
	}
	return false;
}

static struct mmx_proc_value named(const struct whose *w, const char *label)
{
	struct mmx_proc_value v = {.unknown = true};

	of_counter(w, label, &v);
	return v;
}

/* What the page cache has beside what is swap's and block devices' own. */
static struct mmx_proc_value cached(const struct whose *w)
{
	struct mmx_proc_value v = minus(minus(named(w, "FilePages"), named(w, "SwapCached")),
					in_kib(mmx_sum_buffers(w->p)));

	if ((int64_t)v.n < 0)
		v.n = 0;
	return v;
}

static struct mmx_proc_value vmalloc_total(struct mmx_proc *p)
{
	const struct mmx_region *vmalloc = &p->view->kernel->regions.v[REGION_VMALLOC];
	struct mmx_err err;

	if (vmalloc->start < vmalloc->end) /* the kernel's end is the last byte */
		return (struct mmx_proc_value){.n = (vmalloc->end - vmalloc->start - 1) >> 10};
	mmx_fail(&err, MMX_EMISSING, "where vmalloc space lies is not known");
	return mmx_proc_unknown(p, &err);
}

/* Pages of the direct map that are mapped by entries of a level, in KiB. */
static struct mmx_proc_value direct_map(struct mmx_proc *p, unsigned int level)
{
	struct mmx_proc_value v = {0};
	enum mmx_read read = MMX_READ_UNMAPPED;
	struct mmx_err err;
	uint64_t table;

	if (mmx_symbol_addr(&p->view->kernel->symbols, "direct_pages_count", &table))
		read = mmx_kread_u64(p->view, table + level * 8, &v.n);
	if (read) {
		mmx_fail(&err, mmx_read_code(read), "direct_pages_count cannot be read");
		return mmx_proc_unknown(p, &err);
	}
	v.n <<= 2 + 9 * (level - 1);
	return v;
}

/* Of 6.3 and later, where the kernel tested memory when it began. */
static struct mmx_proc_value memtest(struct mmx_proc *p)
{
	struct mmx_proc_value v = mmx_proc_variable(p, "early_memtest_bad_size", 8);

	v.n = v.n && v.n < 1024 ? 1 : v.n >> 10;
	return v;
}

static bool of_system(const struct whose *w, const char *label, struct mmx_proc_value *v)
{
	struct mmx_proc *p = w->p;

	if (is(label, "MemTotal"))
		*v = in_kib(mmx_proc_variable(p, "_totalram_pages", 8));
	else if (is(label, "MemAvailable"))
		*v = in_kib(mmx_sum_available(p));
	else if (is(label, "Buffers"))
		*v = in_kib(mmx_sum_buffers(p));
	else if (is(label, "Cached"))
		*v = cached(w);
	else if (is(label, "SwapTotal"))
		*v = in_kib(mmx_sum_swap(p, "total_swap_pages"));
	else if (is(label, "SwapFree"))
		*v = in_kib(mmx_sum_swap(p, "nr_swap_pages"));
	else if (is(label, "Zswap"))
		*v = in_kib(mmx_sum_zswap(p));
	else if (is(label, "Zswapped")) /* four bytes up to 6.10, whose upper half is nobody's */
		*v = in_kib(mmx_proc_variable(p, "zswap_stored_pages", 4));
	else if (is(label, "CommitLimit"))
		*v = in_kib(mmx_sum_commit_limit(p));
	else if (is(label, "Committed_AS"))
		*v = in_kib(mmx_sum_committed(p));
	else if (is(label, "VmallocTotal"))
		*v = vmalloc_total(p);
	else if (is(label, "VmallocUsed"))
		*v = in_kib(mmx_sum_vmalloc_used(p));
	else if (is(label, "Percpu"))
		*v = in_kib(mmx_sum_percpu(p));
	else if (is(label, "EarlyMemtestBad"))
		*v = memtest(p);
	else if (is(label, "HardwareCorrupted"))
		*v = in_kib(mmx_proc_variable(p, "num_poisoned_pages", 8));
	else if (is(label, "CmaTotal"))
		*v = in_kib(mmx_proc_variable(p, "totalcma_pages", 8));
	else if (is(label, "Hugetlb"))
		*v = in_kib(mmx_sum_hugetlb(p));
	else if (is(label, "DirectMap4k"))
		*v = direct_map(p, 1);
	else if (is(label, "DirectMap2M"))
		*v = direct_map(p, 2);
	else if (is(label, "DirectMap1G"))
		*v = direct_map(p, 3);
	else
		return is(label, "VmallocChunk");
	return true;
}

static struct mmx_proc_value managed(struct mmx_proc *p)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(p->view);
	struct mmx_proc_value sum = {0};

	if (!mmx_cover_whole(&states->coverage))
		return mmx_proc_unknown(p, &states->coverage.first);
	for (size_t i = 0; i < states->n; i++) {
		if (states->v[i].node == p->node)
			sum.n += states->v[i].managed;
	}
	return sum;
}

static bool of_node(const struct whose *w, const char *label, struct mmx_proc_value *v)
{
	if (is(label, "Node"))
		v->n = w->p->node;
	else if (is(label, "MemTotal"))
		*v = in_kib(managed(w->p));
	else if (is(label, "MemUsed"))
		*v = minus(in_kib(managed(w->p)), named(w, "MemFree"));
	else
		return false;
	return true;
}

/* The pool that the sizes are of which nobody names; NULL without huge pages. */
static const struct mmx_hstate *default_pool(const struct whose *w, unsigned int *nr)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(w->p->view);
	struct mmx_proc_value v;

	if (!pools->n)
		return NULL;
	v = mmx_proc_variable(w->p, "default_hstate_idx", 4);
	*nr = v.n;
	return !v.unknown && v.n < pools->n ? &pools->v[v.n] : NULL;
}

static const struct mmx_hstate_node *on_node(const struct whose *w, unsigned int nr)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(w->p->view);

	for (size_t i = 0; i < pools->nodes.n; i++) {
		if (pools->nodes.v[i].hstate == nr && pools->nodes.v[i].node == w->p->node)
			return &pools->nodes.v[i];
	}
	return NULL;
}

static bool has_frames(const struct whose *w)
{
	const struct mmx_zones *zones = &mmx_mem(w->p->view->kernel)->zones;

	for (size_t i = 0; i < zones->n; i++) {
		if (zones->v[i].node == w->p->node)
			return true;
	}
	return false;
}

static bool of_pool(const struct whose *w, const char *label, struct mmx_proc_value *v)
{
	unsigned int nr = 0;
	const struct mmx_hstate *pool = default_pool(w, &nr);
	const struct mmx_hstate_node *part = w->of_node ? on_node(w, nr) : NULL, none = {0};

	/* A node without memory has no huge pages either, and says so. */
	if (w->of_node && !part && !has_frames(w))
		part = &none;
	if (!pool || (w->of_node && !part))
		return false;
	if (is(label, "HugePages_Total"))
		v->n = part ? part->total : pool->total;
	else if (is(label, "HugePages_Free"))
		v->n = part ? part->free : pool->free;
	else if (is(label, "HugePages_Surp"))
		v->n = part ? part->surplus : pool->surplus;
	else if (is(label, "HugePages_Rsvd"))
		v->n = pool->reserved;
	else if (is(label, "Hugepagesize"))
		v->n = (uint64_t)PAGE_KIB << pool->order;
	else
		return false;
	return true;
}

static bool value_of(void *arg, const char *label, struct mmx_proc_value *v)
{
	const struct whose *w = arg;

	/* Long gone, and printed as 0. */
	if (is(label, "NFS_Unstable"))
		return true;
	if (w->of_node ? of_node(w, label, v) : of_system(w, label, v))
		return true;
	return of_counter(w, label, v) || of_pool(w, label, v);
}

static bool has_text(struct mmx_proc *p, const char *line)
{
	const struct meminfo *file = p->state;

	for (unsigned int i = 0; i < LINES; i++) {
		if (is(line, lines[i]))
			return *file->text[i].text;
	}
	return false;
}

/* Some lines that the kernel has a text for it leaves out all the same. */
static bool is_printed(struct mmx_proc *p, const char *line)
{
	/* smaps has these in any case; meminfo has them all, or none without transparent huge pages. */
	static const char *const with_thp[] = {
		"AnonHugePages:  ", "ShmemPmdMapped: ", "FilePmdMapped:  "};

	for (unsigned int i = 0; i < sizeof(with_thp) / sizeof(*with_thp); i++) {
		if (is(line, with_thp[i]))
			return has_text(p, "ShmemHugePages: ");
	}
	if (is(line, "HugePages_Total:") || is(line, "Hugetlb:        "))
		return mmx_know_hugetlb_pools(p->view)->n;
	if (is(line, "DirectMap1G:    "))
		return mmx_proc_variable(p, "direct_gbpages", 4).n;
	if (is(line, "EarlyMemtestBad:"))
		return mmx_proc_variable(p, "early_memtest_done", 1).n;
	return true;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);
	struct meminfo *file = p->state;

	if (!c->items[MMX_COUNTERS_NODE].n) {
		*err = c->coverage.first;
		return -1;
	}
	for (unsigned int i = 0; i < LINES; i++)
		file->text[i].begins = lines[i];
	if (mmx_texts_find(p->view, file->text, LINES, err))
		return -1;
	if (!*file->text[0].text)
		return mmx_fail(
			err, MMX_EMISSING,
			"the kernel's own texts for meminfo are not among its read-only data");
	return 0;
}

static void put_line(struct whose *w, const char *text)
{
	struct mmx_proc_value v = {0};
	char label[32];

	if (strchr(text, '%')) {
		mmx_proc_format(w->p, text, value_of, w);
		return;
	}
	snprintf(label, sizeof(label), "%.*s", (int)strcspn(text, ":"), text);
	value_of(w, label, &v);
	mmx_proc_put(w->p, "%s", text);
	mmx_proc_number(w->p, 8, v);
	mmx_proc_put(w->p, " kB\n");
}

static int write_meminfo(struct mmx_proc *p, struct mmx_err *err)
{
	struct whose w = {.p = p};
	struct meminfo *file = p->state;

	(void)err;
	for (unsigned int i = 0; i < LINES; i++) {
		if (*file->text[i].text && is_printed(p, lines[i]))
			put_line(&w, file->text[i].text);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_meminfo = {
	.name = "meminfo",
	.state_size = sizeof(struct meminfo),
	.find = find,
	.write = write_meminfo,
	.end = mmx_proc_text_end,
};

/* Texts for many lines each. */
enum { FIRST, SECOND, HUGE, NODE_TEXTS };

static int find_node(struct mmx_proc *p, struct mmx_err *err)
{
	static const char *const begins[NODE_TEXTS] = {
		"Node %d MemTotal:", "Node %d Dirty:", "Node %d HugePages_Total:"};
	struct mmx_text *text = p->state;

	if (mmx_proc_need_node(p, err))
		return -1;
	for (unsigned int i = 0; i < NODE_TEXTS; i++)
		text[i].begins = begins[i];
	if (mmx_texts_find(p->view, text, NODE_TEXTS, err))
		return -1;
	if (!*text[FIRST].text || !*text[SECOND].text)
		return mmx_fail(
			err, MMX_EMISSING,
			"the kernel's own texts for meminfo of nodes are not among its read-only data");
	return 0;
}

static int write_node(struct mmx_proc *p, struct mmx_err *err)
{
	struct whose w = {.p = p, .of_node = true};
	struct mmx_text *text = p->state;

	(void)err;
	mmx_proc_format(p, text[FIRST].text, value_of, &w);
	mmx_proc_format(p, text[SECOND].text, value_of, &w);
	if (mmx_know_hugetlb_pools(p->view)->n)
		mmx_proc_format(p, text[HUGE].text, value_of, &w);
	return 0;
}

const struct mmx_proc_entry mmx_proc_node_meminfo = {
	.name = "node<N>/meminfo",
	.state_size = NODE_TEXTS * sizeof(struct mmx_text),
	.find = find_node,
	.write = write_node,
	.end = mmx_proc_text_end,
};
