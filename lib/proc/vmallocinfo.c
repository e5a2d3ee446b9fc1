// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmallocinfo: a line for each vmalloc area, in the order of the kernel's lists, and behind them one for each
 * that was freed and still waits for its addresses to be flushed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ksym.h"
#include "kernel/member.h"
#include "kernel/pointers.h"
#include "kernel/rbtree.h"
#include "mm/mem.h"
#include "mm/owners/vmalloc.h"
#include "proc/proc.h"

#define BLOCK       512u /* pointers to pages that are read at once */
#define MAX_NODES   1024u
#define MAX_ENTRIES 65536u /* of /proc */

/* What an area has whose pages are still being allocated. */
enum unfinished_have { A_LINE, NO_LINE, NOT_KNOWN };

struct vmallocinfo {
	const struct mmx_vmalloc_area **area;
	size_t n;
	struct mmx_pointers pointers;
	struct mmx_ksyms ksyms;
	bool numa;                           /* pages are told by node */
	uint64_t pages[MAX_NODES];           /* of the current area, on each node */
	uint64_t has_memory[MAX_NODES / 64]; /* nodes that a line may have */
	enum unfinished_have unfinished_have;
	uint64_t unfinished; /* areas that were being made */
};

static int by_place(const void *a, const void *b)
{
	const struct mmx_vmalloc_area *const *one = a, *const *other = b;
	bool freed = (*one)->kind == MMX_VMALLOC_UNPURGED;

	if (freed != ((*other)->kind == MMX_VMALLOC_UNPURGED))
		return freed ? 1 : -1;
	return (*one)->place < (*other)->place ? -1 : (*one)->place > (*other)->place;
}

static int order_areas(struct vmallocinfo *file, const struct mmx_vmalloc *v, struct mmx_err *err)
{
	file->area = calloc(v->n + 1, sizeof(*file->area));
	if (!file->area)
		return mmx_fail_nomem(err);
	for (file->n = 0; file->n < v->n; file->n++)
		file->area[file->n] = &v->v[file->n];
	qsort(file->area, file->n, sizeof(*file->area), by_place);
	return 0;
}

/* A line has only nodes with memory that the kernel itself can use. */
static void find_nodes(struct mmx_proc *p)
{
	struct vmallocinfo *file = p->state;
	const struct mmx_kernel *k = p->view->kernel;
	uint64_t bytes = (mmx_mem(k)->zones.max_nodes + 63) / 64 * 8, at;

	file->numa = mmx_symbols_find(&k->symbols, "nr_node_ids");
	memset(file->has_memory, 0xff, sizeof(file->has_memory));
	if (!file->numa)
		return;
	if (!bytes || bytes > sizeof(file->has_memory) ||
	    !mmx_has_enum(&k->layout, E_N_HIGH_MEMORY) ||
	    mmx_enum(&k->layout, E_N_HIGH_MEMORY) > 64 ||
	    !mmx_symbol_addr(&k->symbols, "node_states", &at) ||
	    mmx_kread(p->view, at + mmx_enum(&k->layout, E_N_HIGH_MEMORY) * bytes, file->has_memory,
		      bytes))
		mmx_cover_failf(&p->coverage, MMX_EMISSING,
				"node_states cannot be read: it tells which nodes a line has");
}

/* The data of an entry of /proc; -1 when that cannot be told. */
static int entry_data(struct mmx_view *view, const char *name, uint64_t *data)
{
	static const enum mmx_layout_member needed[] = {
		M_proc_dir_entry_name, M_proc_dir_entry_data, M_proc_dir_entry_subdir,
		M_proc_dir_entry_subdir_node};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t root, at;
	struct mmx_err err;
	struct mmx_rb rb;
	char is[32];

	if (mmx_layout_require(l, needed, sizeof(needed) / sizeof(*needed), &err) ||
	    !mmx_symbol_addr(&view->kernel->symbols, "proc_root", &root))
		return -1;
	mmx_rb_begin(&rb, view, root + mmx_off(l, M_proc_dir_entry_subdir), MAX_ENTRIES);
	while (mmx_rb_next(&rb)) {
		uint64_t entry = rb.node - mmx_off(l, M_proc_dir_entry_subdir_node);

		if (!mmx_kread_member(view, entry, M_proc_dir_entry_name, &at) &&
		    !mmx_kread_str(view, at, is, sizeof(is), NULL) && !strcmp(is, name))
			return mmx_kread_member(view, entry, M_proc_dir_entry_data, data) ? -1 : 0;
	}
	return -1;
}

/*
 * Up to 6.8 they have a line, without nodes. Then that was a race, and was mended in 6.16 and in stable
 * releases: they have none since. The same change took away the entry's data, which were room to count
 * pages by node; where there are no nodes, they were never there.
 */
static enum unfinished_have find_unfinished(struct mmx_view *view)
{
	uint64_t data;

	if (!mmx_symbols_find(&view->kernel->symbols, "nr_vmap_nodes"))
		return A_LINE;
	if (!mmx_symbols_find(&view->kernel->symbols, "nr_node_ids") ||
	    entry_data(view, "vmallocinfo", &data))
		return NOT_KNOWN;
	return data ? A_LINE : NO_LINE;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_vmalloc *v = mmx_know_vmalloc(p->view);
	struct vmallocinfo *file = p->state;

	if (!v->n && !mmx_cover_whole(&v->coverage)) {
		*err = v->coverage.first;
		return -1;
	}
	if (mmx_fact_require(&p->view->kernel->facts, FACT_VMEMMAP, err) ||
	    mmx_pointers_find(&file->pointers, p->view, err) ||
	    mmx_ksyms_find(&file->ksyms, p->view, err) || order_areas(file, v, err))
		return -1;
	find_nodes(p);
	file->unfinished_have = find_unfinished(p->view);
	return 0;
}

static void write_range(struct mmx_proc *p, const struct mmx_vmalloc_area *area, const char *what)
{
	const struct vmallocinfo *file = p->state;
	char start[MMX_POINTER_TEXT], end[MMX_POINTER_TEXT];

	mmx_pointer_text(&file->pointers, area->start, start);
	mmx_pointer_text(&file->pointers, area->end, end);
	mmx_sink_put(p->sink, "0x%s-0x%s %7" PRIu64 "%s", start, end, area->end - area->start,
		     what);
}

/* The flags that a line has, in its order. */
static void write_flags(struct mmx_proc *p, const struct mmx_vmalloc_area *area)
{
	static const struct {
		uint64_t flag;
		const char *word;
	} words[] = {
		{MMX_VM_IOREMAP, " ioremap"}, {MMX_VM_SPARSE, " sparse"},
		{MMX_VM_ALLOC, " vmalloc"},   {MMX_VM_MAP, " vmap"},
		{MMX_VM_USERMAP, " user"},    {MMX_VM_DMA_COHERENT, " dma-coherent"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (area->flags & words[i].flag)
			mmx_sink_put(p->sink, "%s", words[i].word);
	}
}

/* Which node a page is on, as its flags have it. */
static int count_page(struct mmx_proc *p, uint64_t page, uint64_t pages, struct mmx_err *err)
{
	const struct mmx_kernel *k = p->view->kernel;
	struct vmallocinfo *file = p->state;
	uint64_t pfn, flags;
	unsigned int node;

	if (!mmx_page_pfn(k, page, &pfn))
		return mmx_fail(err, MMX_ECORRUPT, "0x%" PRIx64 " is no struct page", page);
	if (mmx_kget(p->view, page, M_page_flags, &flags, err))
		return -1;
	node = mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, flags);
	if (node >= MAX_NODES)
		return mmx_fail(err, MMX_ECORRUPT, "a page is on node %u", node);
	file->pages[node] += pages;
	return 0;
}

/* Of the pages of a huge one only the first is looked at. */
static int count_pages(struct mmx_proc *p, const struct mmx_vmalloc_area *area, struct mmx_err *err)
{
	uint64_t room = (area->end - area->start) >> p->view->kernel->arch->page_shift;
	uint64_t step = area->page_order < 22 ? 1ULL << area->page_order : 1, block[BLOCK];
	struct vmallocinfo *file = p->state;

	memset(file->pages, 0, sizeof(file->pages));
	if (area->nr_pages > room)
		return mmx_fail(err, MMX_ECORRUPT, "it claims %" PRIu64 " pages", area->nr_pages);
	for (uint64_t i = 0, first = 0, n = 0; i < area->nr_pages; i += step) {
		if (i >= first + n) {
			first = i;
			n = area->nr_pages - i < BLOCK ? area->nr_pages - i : BLOCK;
			if (mmx_kread_ok(p->view, area->pages + i * 8, block, n * 8,
					 "its array of pages", err))
				return -1;
		}
		if (mmx_stopped(p->view->kernel->image) ||
		    count_page(p, le64toh(block[i - first]), step, err))
			return -1;
	}
	return 0;
}

static void write_nodes(struct mmx_proc *p, const struct mmx_vmalloc_area *area)
{
	const struct vmallocinfo *file = p->state;
	struct mmx_err err = {0};

	if (count_pages(p, area, &err)) {
		mmx_fail_prefix(&err, "the vmalloc area at 0x%" PRIx64, area->start);
		mmx_cover_fail(&p->coverage, &err);
		mmx_sink_put(p->sink, " N?=?");
		return;
	}
	for (unsigned int node = 0; node < MAX_NODES; node++) {
		if (file->pages[node] && le64toh(file->has_memory[node / 64]) >> node % 64 & 1)
			mmx_sink_put(p->sink, " N%u=%" PRIu64, node, file->pages[node]);
	}
}

static void write_vm(struct mmx_proc *p, const struct mmx_vmalloc_area *area)
{
	struct vmallocinfo *file = p->state;
	const struct mmx_kernel *k = p->view->kernel;
	bool unfinished = area->flags & MMX_VM_UNINITIALIZED;
	char caller[640];

	file->unfinished += unfinished;
	if (unfinished && file->unfinished_have == NO_LINE)
		return;
	write_range(p, area, "");
	if (area->caller) {
		mmx_ksym_text(&file->ksyms, p->view, area->caller, caller, sizeof(caller));
		mmx_sink_put(p->sink, " %s", caller);
	}
	if (area->nr_pages)
		mmx_sink_put(p->sink, " pages=%d", (int)area->nr_pages);
	if (area->phys)
		mmx_sink_put(p->sink, " phys=0x%016" PRIx64, area->phys);
	write_flags(p, area);
	if (mmx_region_of(&k->regions, area->pages) == REGION_VMALLOC)
		mmx_sink_put(p->sink, " vpages");
	if (file->numa && !unfinished)
		write_nodes(p, area);
	mmx_sink_put(p->sink, "\n");
}

/* One without its vm_struct is taken down just now, and has no line. */
static void write_area(struct mmx_proc *p, const struct mmx_vmalloc_area *area)
{
	if (area->kind == MMX_VMALLOC_RAM)
		write_range(p, area, " vm_map_ram\n");
	else if (area->kind == MMX_VMALLOC_UNPURGED)
		write_range(p, area, " unpurged vm_area\n");
	else if (area->kind == MMX_VMALLOC_AREA && area->read)
		mmx_cover_failf(&p->coverage, mmx_read_code(area->read),
				"a line is missing: the vm_struct at 0x%" PRIx64
				" of the vmalloc area at 0x%" PRIx64 " is %s",
				area->vm, area->start, mmx_read_name(area->read));
	else if (area->kind == MMX_VMALLOC_AREA)
		write_vm(p, area);
}

static int write_all(struct mmx_proc *p, struct mmx_err *err)
{
	const struct vmallocinfo *file = p->state;

	(void)err;
	mmx_cover_inherit(&p->coverage, &mmx_know_vmalloc(p->view)->coverage);
	mmx_cover_inherit(&p->coverage, &file->ksyms.coverage);
	for (size_t i = 0; i < file->n && !mmx_stopped(p->view->kernel->image); i++)
		write_area(p, file->area[i]);
	return 0;
}

static void end(struct mmx_proc *p)
{
	const struct vmallocinfo *file = p->state;

	if (!mmx_cover_whole(&p->coverage))
		mmx_proc_say(p, "%s", p->coverage.first.text);
	if (file->unfinished && file->unfinished_have == NOT_KNOWN)
		mmx_proc_say(p,
			     "%" PRIu64
			     " areas were being made: nothing tells whether this kernel leaves "
			     "them out, as kernels since 6.16 do",
			     file->unfinished);
}

static void release(struct mmx_proc *p)
{
	struct vmallocinfo *file = p->state;

	free(file->area);
	mmx_ksyms_free(&file->ksyms);
}

const struct mmx_proc_entry mmx_proc_vmallocinfo = {
	.name = "vmallocinfo",
	.state_size = sizeof(struct vmallocinfo),
	.find = find,
	.write = write_all,
	.end = end,
	.free = release,
};
