// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each class has to say of its page. One function a class, found in a table; what they need of
 * the kernel is read when the first page asks for it.
 */
#include <string.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/frames/mapcount.h"
#include "mm/knowledge.h"
#include "mm/zones/pcp.h"
#include "mm/owners/resource.h"
#include "mm/zones/unaccepted.h"

/* Free memory. */

static bool know_pageblocks(struct mmx_pagex *p, struct mmx_err *err)
{
	p->has_pageblocks =
		p->has_pageblocks || !mmx_pageblock_format_find(&p->pageblocks, p->k, err);
	return p->has_pageblocks;
}

static void emit_pageblock(struct mmx_pagex *p)
{
	struct mmx_pageblock block;
	struct mmx_err err;

	if (!know_pageblocks(p, &err)) {
		mmx_pagex_trouble(p, "migratetype_unknown", &err);
		return;
	}
	if (mmx_pageblock_of(&p->pageblocks, p->view, p->walk.pfn, &block))
		mmx_out_null(p->out, "migratetype");
	else
		mmx_out_text(p->out, "migratetype", block.name ? block.name : "unknown");
}

/* The page allocator's block that the page lies in; false when it is in none, or of an order unknown. */
static bool find_block(const struct mmx_pagex *p, uint64_t *head, unsigned int *order)
{
	const struct mmx_page_walk *w = &p->walk;

	switch (p->verdict.class) {
	case CLASS_FREE:
	case CLASS_GUARD:
		*head = w->block_head;
		*order = __builtin_ctzll(w->block_end - w->block_head);
		return w->pfn < w->block_end;
	case CLASS_UNACCEPTED:
		*order = mmx_know_unaccepted(p->view)->order;
		*head = w->pfn & ~((1ULL << *order) - 1);
		return *order;
	default:
		return false;
	}
}

static void block(struct mmx_pagex *p)
{
	unsigned int order;
	uint64_t head;

	if (!find_block(p, &head, &order))
		return;
	mmx_out_block(p->out, "block", p->verdict.class == CLASS_FREE ? "free block" : "block");
	mmx_out_pfn(p->out, "head", head);
	mmx_out_count(p->out, "order", order);
	emit_pageblock(p);
	mmx_out_end(p->out);
}

/* What the list holds, which need not be what its pageblock is meant for. */
static void emit_list_type(struct mmx_pagex *p, int type)
{
	struct mmx_err err;

	if (type < 0 || !know_pageblocks(p, &err) || (unsigned int)type >= p->pageblocks.types)
		mmx_out_null(p->out, "list_of");
	else
		mmx_out_text(p->out, "list_of", p->pageblocks.name[type]);
}

static void free_pcp(struct mmx_pagex *p)
{
	const struct mmx_pcp_block *block = mmx_pcp_block_of(mmx_know_pcp(p->view), p->walk.pfn);

	if (!block)
		return;
	if (block->cpu == MMX_PCP_WAITING) {
		mmx_out_block(p->out, "pcp", "freed without the zone's lock");
		mmx_out_null(p->out, "cpu");
		mmx_out_null(p->out, "list");
	} else {
		mmx_out_block(p->out, "pcp", "per-CPU list");
		mmx_out_count(p->out, "cpu", block->cpu);
		mmx_out_count(p->out, "list", block->list);
	}
	emit_list_type(p, block->migratetype);
	mmx_out_pfn(p->out, "head", block->pfn);
	mmx_out_count(p->out, "order", block->order);
	emit_pageblock(p);
	mmx_out_end(p->out);
}

/* Reserved memory: what the resource tree calls it, and which of the kernel's own things lie there. */

static bool is_zero_page(struct mmx_pagex *p)
{
	uint64_t pfn;

	return (!mmx_kread_variable(p->view, "zero_page_pfn", 8, &pfn) ||
		!mmx_kread_variable(p->view, "zero_pfn", 8, &pfn)) &&
	       pfn == p->walk.pfn;
}

/* Whether struct pages lie in this frame; *pfn is the first one's. */
static bool holds_struct_pages(const struct mmx_pagex *p, uint64_t phys, uint64_t *pfn)
{
	const struct mmx_vmemmap *vmemmap = &mmx_mem(p->k)->vmemmap;

	for (size_t i = 0; i < vmemmap->n; i++) {
		const struct mmx_vmemmap_extent *e = &vmemmap->v[i];
		uint64_t len = e->repeat ? 1ULL << p->k->arch->page_shift : e->len;

		if (phys >= e->phys && phys - e->phys < len) {
			*pfn = (e->va + (phys - e->phys) - vmemmap->base) / vmemmap->page_size;
			return true;
		}
	}
	return false;
}

/* By the names of the resource tree, the innermost first; memory that has no more than RAM's is other. */
static const char *reserved_for(const struct mmx_resource *node)
{
	static const struct {
		const char *name, *what;
	} kinds[] = {
		{"Kernel ", "kernel image"},
		{"Crash kernel", "crash kernel"},
		{"System RAM", "other: set aside at boot"},
	};

	if (!node)
		return "firmware hole";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!strncmp(node->name, kinds[i].name, strlen(kinds[i].name)))
			return kinds[i].what;
	}
	return "firmware hole";
}

static void emit_struct_pages(struct mmx_pagex *p, uint64_t of)
{
	mmx_out_text(p->out, "holds", "struct pages (vmemmap)");
	mmx_out_pfn(p->out, "of_pfn", of);
}

static void vmemmap(struct mmx_pagex *p)
{
	uint64_t of;

	if (holds_struct_pages(p, p->walk.pfn << p->k->arch->page_shift, &of))
		emit_struct_pages(p, of);
}

static void reserved(struct mmx_pagex *p)
{
	uint64_t phys = p->walk.pfn << p->k->arch->page_shift, of;
	bool vmemmap = holds_struct_pages(p, phys, &of);
	const struct mmx_resource *node;
	const struct mmx_resources *resources = mmx_know_resources(p->view);
	const struct mmx_err *trouble = &resources->coverage.first;
	char path[256] = "";

	node = mmx_resource_of(resources, phys);
	if (node)
		mmx_resource_path(resources, node, path, sizeof(path));
	if (vmemmap || node || !trouble->code)
		mmx_out_text(p->out, "reserved_for", vmemmap ? "vmemmap" : reserved_for(node));
	else
		mmx_out_null(p->out, "reserved_for");
	if (node || !trouble->code)
		mmx_out_text(p->out, "resource", node ? path : "no resource: a hole");
	else
		mmx_out_null(p->out, "resource");
	if (trouble->code)
		mmx_pagex_trouble(p, "resource_unknown", trouble);
	if (vmemmap) {
		emit_struct_pages(p, of);
	} else if (is_zero_page(p)) {
		mmx_out_text(p->out, "holds", "the page of zeros that everybody shares");
	}
	mmx_pagex_percpu(p);
	mmx_pagex_page_table(p);
}

/* What such pages are, where their owner was to be found at all. */
static const char *could_be(struct mmx_pagex *p, int32_t refcount)
{
	int64_t mappings;

	if (!mmx_page_mapcount(&p->walk, &mappings) && mappings > 0)
		return "kernel memory that processes map: a ring of io_uring or perf, a buffer of a driver";
	if (p->walk.folio.large)
		return "a compound allocation of the kernel's: a large kmalloc, a ring of a driver";
	if (refcount > 0)
		return "what its owner alone knows of: a buffer of a driver or socket, kernel memory of one page";
	return "behind the first page of an allocation that is not compound, or of an owner that keeps no "
	       "count";
}

static void unattributed(struct mmx_pagex *p)
{
	emit_pageblock(p);
	if (!p->walk.folio.read)
		mmx_out_text(p->out, "could_be",
			     could_be(p, mmx_int(p->walk.folio.bytes,
						 mmx_mem(p->k)->page_format.refcount)));
}

static const struct {
	enum mmx_class class;
	void (*emit)(struct mmx_pagex *p);
} details[] = {
	{CLASS_FREE, block},
	{CLASS_GUARD, block},
	{CLASS_UNACCEPTED, block},
	{CLASS_FREE_PCP, free_pcp},
	{CLASS_SLAB, mmx_pagex_slab},
	{CLASS_VMALLOC, mmx_pagex_vmalloc},
	{CLASS_STACK, mmx_pagex_stack},
	{CLASS_LARGE_KMALLOC, mmx_pagex_large_kmalloc},
	{CLASS_BALLOON, mmx_pagex_balloon},
	{CLASS_DEVICE, mmx_pagex_device},
	{CLASS_HWPOISON, mmx_pagex_hwpoison},
	{CLASS_UNATTRIBUTED, unattributed},
	{CLASS_PERCPU, mmx_pagex_percpu},
	{CLASS_PAGE_TABLE, mmx_pagex_page_table},
	{CLASS_PAGE_POOL, mmx_pagex_page_pool},
	{CLASS_ZSMALLOC, mmx_pagex_zsmalloc},
	{CLASS_PIPE, mmx_pagex_pipe},
	{CLASS_RESERVED, reserved},
	{CLASS_VMEMMAP, vmemmap},
	{CLASS_ANON, mmx_pagex_anon},
	{CLASS_KSM, mmx_pagex_ksm},
	{CLASS_FILE, mmx_pagex_file},
	{CLASS_SHMEM, mmx_pagex_file},
	{CLASS_SWAP_CACHE, mmx_pagex_swap_cache},
	{CLASS_HUGETLB, mmx_pagex_hugetlb},
};

/* Who allocated it, when the kernel kept a record. */
static void emit_owner(struct mmx_pagex *p)
{
	struct mmx_page_owner owner;
	struct mmx_trace stack;
	struct mmx_err err;

	if (!p->owners_tried)
		mmx_page_owners_find(&p->owners, p->view, &err);
	p->owners_tried = true;
	if (!p->owners.kept || mmx_page_owner_read(&owner, &p->owners, p->view, p->walk.pfn) ||
	    !owner.recorded)
		return;
	mmx_out_block(p->out, "page_owner",
		      owner.allocated ? "allocated by" : "freed; was allocated by");
	mmx_out_bool(p->out, "allocated", owner.allocated);
	mmx_out_count(p->out, "pid", owner.pid);
	mmx_out_text(p->out, "comm", owner.comm);
	mmx_out_count(p->out, "order", owner.order);
	mmx_out_hex(p->out, "gfp", owner.gfp);
	mmx_out_count(p->out, "ns", owner.ns);
	if (!mmx_trace_fetch(&stack, p->view, owner.stack, &err)) {
		static const struct mmx_column columns[] = {{"caller", "STACK", 0, false}};

		mmx_out_table(p->out, "stack", NULL, columns, 1);
		for (unsigned int i = 0; i < stack.n; i++) {
			mmx_out_row(p->out);
			mmx_pagex_symbol(p, "caller", stack.entry[i]);
		}
		mmx_out_end(p->out);
	} else {
		mmx_pagex_trouble(p, "stack_unknown", &err);
	}
	mmx_out_end(p->out);
}

/* Whether the neighbours on its list know of it; where lists change while they are read none can tell. */
static void check_list(struct mmx_pagex *p)
{
	const struct mmx_layout *l = &p->k->layout;
	uint64_t flags = p->walk.folio.flags, head = p->walk.folio.head;
	unsigned int order;
	struct mmx_err err;

	if (p->k->image->live)
		return;
	if (!find_block(p, &head, &order) &&
	    (p->walk.folio.read || !mmx_bit(flags, mmx_mem(p->k)->page_format.lru) ||
	     /* On no list; a count of mlock() lies where its links would. */
	     (mmx_has_enum(l, E_PG_unevictable) && mmx_bit(flags, mmx_enum(l, E_PG_unevictable)))))
		return;
	if (mmx_list_check(p->view,
			   mmx_page_addr(&mmx_mem(p->k)->vmemmap, head) + mmx_off(l, M_page_lru),
			   &err))
		mmx_pagex_trouble(p, "list_broken", &err);
}

void mmx_pagex_detail(struct mmx_pagex *p)
{
	check_list(p);
	for (size_t i = 0; i < sizeof(details) / sizeof(*details); i++) {
		if (details[i].class == p->verdict.class)
			details[i].emit(p);
	}
	mmx_pagex_borrowed(p);
	if (!p->walk.folio.read && !mmx_class_rows[p->verdict.class].uncharged)
		mmx_pagex_memcg(p);
	/* User pages that were spliced into one are in a pipe as well, and it holds references. */
	if (p->run->option['c'] && p->verdict.class != CLASS_PIPE)
		mmx_pagex_pipe(p);
	emit_owner(p);
}
