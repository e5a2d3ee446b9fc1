// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each class has to say of its page. One function a class, found in a table; what they need of
 * the kernel is read when the first page asks for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/pagex.h"

static void emit_symbol(struct mmx_pagex *p, const char *key, uint64_t addr)
{
	char text[160];

	mmx_symbol_format(&p->k->symbols, addr, text, sizeof(text));
	mmx_out_text(p->out, key, text);
}

/* Free memory. */

static void emit_pageblock(struct mmx_pagex *p)
{
	struct mmx_pageblock block;
	struct mmx_err err;

	if (!p->has_pageblocks && mmx_pageblock_format_find(&p->pageblocks, p->k, &err)) {
		mmx_out_text(p->out, "migratetype_unknown", err.text);
		return;
	}
	p->has_pageblocks = true;
	if (mmx_pageblock_of(&p->pageblocks, p->view, p->walk.pfn, &block))
		mmx_out_null(p->out, "migratetype");
	else
		mmx_out_text(p->out, "migratetype", block.name ? block.name : "unknown");
}

static void free_block(struct mmx_pagex *p)
{
	const struct mmx_page_walk *w = &p->walk;

	mmx_out_block(p->out, "block", "free block");
	mmx_out_pfn(p->out, "head", w->free_head);
	mmx_out_count(p->out, "order", __builtin_ctzll(w->free_end - w->free_head));
	emit_pageblock(p);
	mmx_out_end(p->out);
}

static void free_pcp(struct mmx_pagex *p)
{
	const struct mmx_pcp_block *block = mmx_pcp_find(&p->marks.pcp, p->walk.pfn);

	if (!block)
		return;
	mmx_out_block(p->out, "pcp", "per-CPU list");
	mmx_out_count(p->out, "cpu", block->cpu);
	mmx_out_count(p->out, "list", block->list);
	mmx_out_pfn(p->out, "head", block->pfn);
	mmx_out_count(p->out, "order", block->order);
	emit_pageblock(p);
	mmx_out_end(p->out);
}

/* Slabs. */

static void emit_objects(struct mmx_pagex *p, const struct mmx_slab *slab)
{
	static const struct mmx_column columns[] = {{"objects", "OBJECTS", 7, true},
						    {"state", "STATE", 0, false}};
	struct mmx_slab_objects *objects = malloc(sizeof(*objects));
	struct mmx_slab_object object;
	struct mmx_err err;

	if (!objects || mmx_slab_objects_find(objects, &p->caches, slab, p->view, &err)) {
		mmx_out_text(p->out, "objects_unknown", objects ? err.text : "out of memory");
		free(objects);
		return;
	}
	mmx_out_table(p->out, "states", NULL, columns, 2);
	for (unsigned int i = 0; i < MMX_OBJECT_STATE_COUNT; i++) {
		if (!objects->count[i])
			continue;
		mmx_out_row(p->out);
		mmx_out_count(p->out, "objects", objects->count[i]);
		mmx_out_text(p->out, "state", mmx_object_state_words(i));
	}
	mmx_out_end(p->out);
	if (objects->trouble.code)
		mmx_out_text(p->out, "free_list", objects->trouble.text);
	if (p->what.kind == MMX_WHAT_KERNEL && mmx_slab_object_at(slab, p->what.addr, &object)) {
		mmx_out_count(p->out, "object", object.index);
		mmx_out_addr(p->out, "object_address", object.addr);
		mmx_out_count(p->out, "object_offset", object.offset);
		mmx_out_text(p->out, "object_part", mmx_object_part_words(object.part));
		if (object.index < objects->n)
			mmx_out_text(p->out, "object_state",
				     mmx_object_state_words(objects->state[object.index]));
	}
	free(objects);
}

static void slab(struct mmx_pagex *p)
{
	struct mmx_slab s;
	struct mmx_err err;

	if (!p->has_caches && mmx_slab_caches_find(&p->caches, p->view, &err)) {
		mmx_out_text(p->out, "cache_unknown", err.text);
		return;
	}
	p->has_caches = true;
	mmx_slab_decode(&s, &p->caches, &p->walk);
	mmx_out_block(p->out, "slab", "slab");
	mmx_out_addr(p->out, "cache_address", s.cache_addr);
	if (s.cache) {
		mmx_out_text(p->out, "cache", s.cache->name);
		mmx_out_count(p->out, "object_size", s.cache->object_size);
		mmx_out_count(p->out, "size", s.cache->size);
	} else {
		mmx_out_null(p->out, "cache");
	}
	mmx_out_count(p->out, "total", s.objects);
	mmx_out_count(p->out, "in_use", s.inuse);
	mmx_out_bool(p->out, "frozen", s.frozen);
	if (s.on_cpu)
		mmx_out_count(p->out, "on_cpu", s.on_cpu->cpu);
	if (s.kfence)
		mmx_out_bool(p->out, "kfence", true);
	if (s.bad)
		mmx_out_text(p->out, "broken", s.bad);
	if (s.cache && !s.bad)
		emit_objects(p, &s);
	mmx_out_end(p->out);
}

/* vmalloc areas, stacks and per-CPU memory. */

static void vmalloc_area(struct mmx_pagex *p)
{
	const struct mmx_owned_run *run = mmx_owned_find(&p->marks.vmalloc_frames, p->walk.pfn);
	const struct mmx_vmalloc_area *area = run ? &p->marks.vmalloc.v[run->owner] : NULL;
	const struct mmx_stack *stack;
	char flags[160];

	if (!area)
		return;
	mmx_out_block(p->out, "vmalloc", "vmalloc area");
	mmx_out_addr(p->out, "start", area->start);
	mmx_out_addr(p->out, "end", area->end);
	mmx_out_addr(p->out, "address",
		     area->start + ((run->at + p->walk.pfn - run->pfn) << p->k->arch->page_shift));
	mmx_vmalloc_flags(area->flags, flags, sizeof(flags));
	mmx_out_text(p->out, "flags", flags);
	if (area->caller)
		emit_symbol(p, "caller", area->caller);
	stack = mmx_stack_of(&p->marks.stacks, area->start);
	if (stack) {
		mmx_out_count(p->out, "stack_of_pid", stack->task->pid);
		mmx_out_text(p->out, "stack_of_comm", stack->task->comm);
		mmx_out_addr(p->out, "stack_of_task", stack->task->addr);
	}
	mmx_out_end(p->out);
}

static void percpu(struct mmx_pagex *p)
{
	struct mmx_percpu_page page;

	if (!mmx_percpu_page(&p->marks.percpu, p->view, p->walk.pfn, &page))
		return;
	mmx_out_block(p->out, "percpu", "per-CPU memory");
	mmx_out_count(p->out, "cpu", page.cpu);
	mmx_out_addr(p->out, "chunk", page.chunk->addr);
	mmx_out_addr(p->out, "address", page.addr);
	mmx_out_end(p->out);
}

/* Reserved memory: what the resource tree calls it, or else which of the kernel's own things lie there. */
static void reserved(struct mmx_pagex *p)
{
	uint64_t phys = p->walk.pfn << p->k->arch->page_shift;
	const struct mmx_resource *node;
	char path[256] = "";
	struct mmx_err err;

	if (!p->has_resources) {
		mmx_resources_read(&p->resources, p->view, &err);
		p->has_resources = true;
	}
	node = mmx_resource_of(&p->resources, phys);
	if (node)
		mmx_resource_path(&p->resources, node, path, sizeof(path));
	mmx_out_text(p->out, "resource", node ? path : "no resource: a hole");
	for (size_t i = 0; i < p->k->vmemmap.n; i++) {
		const struct mmx_vmemmap_extent *e = &p->k->vmemmap.v[i];
		uint64_t len = e->repeat ? 1ULL << p->k->arch->page_shift : e->len;

		if (phys >= e->phys && phys - e->phys < len) {
			mmx_out_text(p->out, "holds", "struct pages (vmemmap)");
			mmx_out_pfn(p->out, "of_pfn",
				    (e->va + (phys - e->phys) - p->k->vmemmap.base) /
					    p->k->vmemmap.page_size);
			break;
		}
	}
	percpu(p);
}

static const struct {
	enum mmx_class class;
	void (*emit)(struct mmx_pagex *p);
} details[] = {
	{CLASS_FREE, free_block},
	{CLASS_FREE_PCP, free_pcp},
	{CLASS_SLAB, slab},
	{CLASS_VMALLOC, vmalloc_area},
	{CLASS_STACK, vmalloc_area},
	{CLASS_PERCPU, percpu},
	{CLASS_RESERVED, reserved},
	{CLASS_ANON, mmx_pagex_anon},
	{CLASS_KSM, mmx_pagex_ksm},
	{CLASS_FILE, mmx_pagex_file},
	{CLASS_SHMEM, mmx_pagex_file},
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
			emit_symbol(p, "caller", stack.entry[i]);
		}
		mmx_out_end(p->out);
	} else {
		mmx_out_text(p->out, "stack_unknown", err.text);
	}
	mmx_out_end(p->out);
}

/* Whose memcg_data is a charge: not that of free pages, nor of what is not the allocator's. */
static bool may_be_charged(enum mmx_class class)
{
	switch (class) {
	case CLASS_FREE:
	case CLASS_FREE_PCP:
	case CLASS_RESERVED:
	case CLASS_DEVICE:
	case CLASS_OFFLINE:
	case CLASS_UNINITIALISED:
	case CLASS_SLAB:
		return false;
	default:
		return true;
	}
}

void mmx_pagex_detail(struct mmx_pagex *p)
{
	for (size_t i = 0; i < sizeof(details) / sizeof(*details); i++) {
		if (details[i].class == p->verdict.class)
			details[i].emit(p);
	}
	if (may_be_charged(p->verdict.class))
		mmx_pagex_memcg(p);
	emit_owner(p);
}

void mmx_pagex_detail_free(struct mmx_pagex *p)
{
	mmx_slab_caches_free(&p->caches);
	mmx_resources_free(&p->resources);
	mmx_swaps_free(&p->swaps);
	mmx_hugetlb_pools_free(&p->pools);
}
