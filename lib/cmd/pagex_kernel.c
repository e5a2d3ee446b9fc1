// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pages that the kernel uses for itself have to say: slabs, page tables, vmalloc areas and
 * stacks, per-CPU memory, page pools, zsmalloc.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/knowledge.h"
#include "mm/owners/pagepool.h"
#include "mm/owners/percpu.h"
#include "mm/owners/zsmalloc.h"

void mmx_pagex_symbol(struct mmx_pagex *p, const char *key, uint64_t addr)
{
	char text[160];

	mmx_symbol_format(&p->k->symbols, addr, text, sizeof(text));
	mmx_out_text(p->out, key, text);
}

/* Slabs. */

static void emit_objects(struct mmx_pagex *p, const struct mmx_slab_caches *caches,
			 const struct mmx_slab *slab)
{
	static const struct mmx_column columns[] = {{"objects", "OBJECTS", 7, true},
						    {"state", "STATE", 0, false}};
	struct mmx_slab_objects *objects = malloc(sizeof(*objects));
	struct mmx_slab_object object;
	struct mmx_err err;

	if (!objects || mmx_slab_objects_find(objects, caches, slab, p->view, &err)) {
		if (!objects)
			mmx_fail_nomem(&err);
		mmx_pagex_trouble(p, "objects_unknown", &err);
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
	if (!mmx_cover_whole(&objects->coverage))
		mmx_pagex_trouble(p, "free_list", &objects->coverage.first);
	if (p->what.kind == MMX_WHAT_KERNEL && p->walk.pfn == p->what.first &&
	    mmx_slab_object_at(slab, p->what.addr, &object)) {
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

void mmx_pagex_slab(struct mmx_pagex *p)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(p->view);
	struct mmx_slab s;

	if (!caches->slabs_known) {
		mmx_pagex_trouble(p, "cache_unknown", &caches->coverage.first);
		return;
	}
	mmx_slab_decode(&s, caches, &p->walk);
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
	if (!s.cache && !mmx_cover_whole(&caches->coverage))
		mmx_pagex_trouble(p, "caches_unknown", &caches->coverage.first);
	else if (s.bad)
		mmx_pagex_finding(p, "broken", s.bad);
	if (s.cache && !s.bad)
		emit_objects(p, caches, &s);
	mmx_out_end(p->out);
}

/* vmalloc areas, stacks and per-CPU memory. */

static void emit_area(struct mmx_pagex *p, const char *key, const char *title,
		      const struct mmx_owned_run *run, const struct mmx_vmalloc_area *area)
{
	char flags[160];

	mmx_out_block(p->out, key, title);
	mmx_out_addr(p->out, "start", area->start);
	mmx_out_addr(p->out, "end", area->end);
	mmx_out_addr(p->out, "address",
		     area->start + ((run->at + p->walk.pfn - run->pfn) << p->k->arch->page_shift));
	mmx_vmalloc_flags(area->flags, flags, sizeof(flags));
	mmx_out_text(p->out, "flags", flags);
	if (area->caller)
		mmx_pagex_symbol(p, "caller", area->caller);
	mmx_out_end(p->out);
}

void mmx_pagex_vmalloc(struct mmx_pagex *p)
{
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(p->view);
	const struct mmx_owned_run *run = mmx_owned_find(&areas->frames, p->walk.pfn);

	if (run)
		emit_area(p, "vmalloc", "vmalloc area", run, &areas->v[run->owner]);
	else if (!mmx_owned_find(&areas->borrowed, p->walk.pfn) &&
		 !mmx_cover_whole(&areas->coverage))
		mmx_pagex_trouble(p, "area_unknown", &areas->coverage.first);
}

/* Whatever it is, and whosever: an area of the kernel's maps it as well. */
void mmx_pagex_borrowed(struct mmx_pagex *p)
{
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(p->view);
	const struct mmx_owned_run *run = mmx_owned_find(&areas->borrowed, p->walk.pfn);

	if (run)
		emit_area(p, "vmap", "mapped by a vmap area", run, &areas->v[run->owner]);
}

/* Most stacks are vmalloc areas, but not in every configuration. */
void mmx_pagex_stack(struct mmx_pagex *p)
{
	const struct mmx_stacks *stacks = mmx_know_stacks(p->view);
	const struct mmx_owned_run *run = mmx_owned_find(&stacks->frames, p->walk.pfn);
	const struct mmx_stack *stack = run ? &stacks->v[run->owner] : NULL;

	mmx_pagex_vmalloc(p);
	if (!stack)
		return;
	mmx_out_block(p->out, "stack", "kernel stack");
	mmx_out_addr(p->out, "start", stack->start);
	mmx_out_addr(p->out, "end", stack->end);
	mmx_out_addr(p->out, "task", stack->task->addr);
	mmx_out_count(p->out, "pid", stack->task->pid);
	mmx_out_text(p->out, "name", stack->task->comm);
	mmx_out_end(p->out);
}

void mmx_pagex_percpu(struct mmx_pagex *p)
{
	struct mmx_percpu_page page;

	if (!mmx_percpu_page(mmx_know_percpu(p->view), p->view, p->walk.pfn, &page))
		return;
	mmx_out_block(p->out, "percpu", "per-CPU memory");
	mmx_out_count(p->out, "cpu", page.cpu);
	mmx_out_addr(p->out, "chunk", page.chunk->addr);
	mmx_out_addr(p->out, "address", page.addr);
	mmx_out_end(p->out);
}

/* Page tables. */

static void table_owner(struct mmx_pagex *p, const struct mmx_pt_page *table,
			const struct mmx_task *task)
{
	const struct mmx_pt_space *space = &mmx_know_pt_owners(p->view)->spaces.v[table->space];
	uint64_t first, last;

	mmx_out_row(p->out);
	if (space->mm)
		mmx_out_addr(p->out, "mm", space->mm);
	else
		mmx_out_null(p->out, "mm");
	mmx_pt_range(p->k, table, &first, &last);
	mmx_out_addr(p->out, "first", first);
	mmx_out_addr(p->out, "last", last);
	if (task) {
		mmx_out_addr(p->out, "task", task->addr);
		mmx_out_count(p->out, "pid", task->pid);
		mmx_out_text(p->out, "name", task->comm);
	} else {
		mmx_out_null(p->out, "task");
		mmx_out_null(p->out, "pid");
		mmx_out_text(p->out, "name",
			     space->name       ? space->name
			     : space->taskless ? "no task has it: KVM, vhost or AIO may"
					       : "");
	}
}

static const struct mmx_pt_space *space_of(const struct mmx_pagex *p,
					   const struct mmx_pt_page *table)
{
	return &mmx_know_pt_owners(p->view)->spaces.v[table->space];
}

/* A row for each process that uses the address space, which can be none: that of the kernel. */
static void table_owners(struct mmx_pagex *p, const struct mmx_pt_page *table)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(p->view);
	const struct mmx_mm_user *user;
	size_t n;

	user = mmx_mm_users(tasks, space_of(p, table)->mm, &n);
	if (!n)
		table_owner(p, table, NULL);
	for (size_t i = 0; i < n; i++)
		table_owner(p, table, &tasks->v[user[i].task]);
}

/* Reserved pages may be page tables as well: those of the kernel image, and others made at boot. */
void mmx_pagex_page_table(struct mmx_pagex *p)
{
	static const struct mmx_column columns[] = {
		{"mm", "MM", 16, true},     {"first", "FIRST ADDRESS", 16, true},
		{"last", "LAST", 16, true}, {"task", "TASK", 16, true},
		{"pid", "PID", 7, true},    {"name", "NAME", 0, false},
	};
	const struct mmx_pt_owners *tables = mmx_know_pt_owners(p->view);
	const struct mmx_tasks *tasks = mmx_know_tasks(p->view);
	size_t n = 0;
	const struct mmx_pt_page *table = mmx_pt_owner_of(tables, p->walk.pfn, &n);

	if (!n && p->verdict.class != CLASS_PAGE_TABLE)
		return;
	mmx_out_block(p->out, "page_table", "page table");
	if (n) {
		mmx_out_text(p->out, "level", mmx_pt_level_name(p->k, table->level));
		mmx_out_text(p->out, "role", mmx_pt_role_words(table->role));
		mmx_out_table(p->out, "owners", "of", columns, 6);
		for (size_t i = 0; i < n; i++)
			table_owners(p, &table[i]);
		mmx_out_end(p->out);
		for (size_t i = 0; i < n && !mmx_cover_whole(&tasks->coverage); i++) {
			if (space_of(p, &table[i])->taskless) {
				mmx_pagex_trouble(p, "owner_unknown", &tasks->coverage.first);
				break;
			}
		}
	} else {
		struct mmx_err why = tables->coverage.first;

		if (why.code)
			mmx_fail_prefix(&why,
					"no address space leads to it, of those that were found");
		else
			snprintf(why.text, sizeof(why.text), "no address space leads to it");
		mmx_pagex_trouble(p, "owner_unknown", &why);
	}
	mmx_out_end(p->out);
}

/* Page pools and zsmalloc. */

static void text_or_null(struct mmx_pagex *p, const char *key, const char *text)
{
	if (*text)
		mmx_out_text(p->out, key, text);
	else
		mmx_out_null(p->out, key);
}

static void count_or_null(struct mmx_pagex *p, const char *key, bool known, int64_t count)
{
	if (known)
		mmx_out_count(p->out, key, count);
	else
		mmx_out_null(p->out, key);
}

void mmx_pagex_page_pool(struct mmx_pagex *p)
{
	struct mmx_page_pool pool;
	struct mmx_err err;

	mmx_page_pool_decode(&pool, &p->walk);
	mmx_out_block(p->out, "page_pool", "page pool");
	mmx_out_addr(p->out, "pool", pool.addr);
	count_or_null(p, "references", pool.refs >= 0, pool.refs);
	if (pool.read) {
		mmx_fail(&err, mmx_read_code(pool.read), "the pool is %s",
			 mmx_read_name(pool.read));
		mmx_pagex_trouble(p, "pool_unknown", &err);
	} else {
		text_or_null(p, "device", pool.device);
		text_or_null(p, "interface", pool.netdev);
		count_or_null(p, "napi_id", pool.napi_id, pool.napi_id);
		count_or_null(p, "id", pool.id, pool.id);
		count_or_null(p, "wanted_node", pool.nid >= 0, pool.nid);
		count_or_null(p, "in_flight", pool.counted, pool.in_flight);
	}
	mmx_out_end(p->out);
}

void mmx_pagex_zsmalloc(struct mmx_pagex *p)
{
	static const struct mmx_column columns[] = {{"pfn", "PFN", 8, true}};
	struct mmx_zsmalloc z;
	struct mmx_err err;

	mmx_out_block(p->out, "zsmalloc", "zsmalloc");
	if (mmx_zsmalloc_decode(&z, &p->walk, &err)) {
		mmx_out_addr(p->out, "zspage", z.zspage);
		mmx_pagex_trouble(p, "chain_unknown", &err);
		mmx_out_end(p->out);
		return;
	}
	mmx_out_addr(p->out, "pool", z.pool);
	text_or_null(p, "name", z.name);
	mmx_out_count(p->out, "pool_pages", z.pool_pages);
	mmx_out_addr(p->out, "zspage", z.zspage);
	mmx_out_count(p->out, "class", z.class);
	mmx_out_bytes(p->out, "object_size", z.size);
	mmx_out_bool(p->out, "huge", z.huge);
	mmx_out_count(p->out, "objects", z.objects);
	mmx_out_count(p->out, "in_use", z.inuse);
	mmx_out_count(p->out, "position", z.position);
	mmx_out_table(p->out, "chain", "pages", columns, 1);
	for (unsigned int i = 0; i < z.pages; i++) {
		mmx_out_row(p->out);
		mmx_out_pfn(p->out, "pfn", z.pfn[i]);
	}
	mmx_out_end(p->out);
	mmx_out_end(p->out);
}

/* Pipes. */

static void pipe_file(struct mmx_pagex *p, uint64_t file)
{
	struct mmx_inode inode;
	struct mmx_path path;
	struct mmx_err err;
	uint64_t addr;

	if (mmx_path_of_file(&path, p->view, file, &err))
		mmx_pagex_trouble(p, "path_unknown", &err);
	else
		mmx_out_text(p->out, "path", path.text);
	if (mmx_kread_member(p->view, file, M_file_f_inode, &addr) ||
	    mmx_inode_read(&inode, p->view, addr, &err))
		mmx_out_null(p->out, "ino");
	else
		mmx_out_count(p->out, "ino", inode.ino);
}

void mmx_pagex_pipe(struct mmx_pagex *p)
{
	const struct mmx_pipes *pipes = mmx_know_pipes(p->view);
	const struct mmx_pipe_page *page = mmx_pipe_page(pipes, p->walk.pfn);
	const struct mmx_pipe *pipe;
	const struct mmx_task *task;

	if (!page)
		return;
	pipe = &pipes->pipes.v[page->pipe];
	task = &mmx_know_tasks(p->view)->v[pipe->task];
	mmx_out_block(p->out, "pipe", "in a pipe");
	mmx_out_addr(p->out, "pipe", pipe->addr);
	pipe_file(p, pipe->file);
	mmx_out_bool(p->out, "spare", page->spare);
	mmx_out_count(p->out, "nth", page->nth);
	mmx_out_count(p->out, "offset", page->offset);
	mmx_out_count(p->out, "bytes", page->len);
	mmx_out_count(p->out, "pid", task->pid);
	mmx_out_text(p->out, "name", task->comm);
	mmx_out_count(p->out, "fd", pipe->fd);
	mmx_out_end(p->out);
}

/* What says little more than where it is. */

void mmx_pagex_large_kmalloc(struct mmx_pagex *p)
{
	unsigned int shift = p->k->arch->page_shift;

	mmx_out_block(p->out, "large_kmalloc", "kmalloc");
	mmx_out_addr(p->out, "address",
		     p->k->regions.v[REGION_DIRECT_MAP].start + (p->walk.folio.head << shift));
	mmx_out_bytes(p->out, "size", 1ULL << (p->walk.folio.order + shift));
	mmx_out_end(p->out);
}

void mmx_pagex_balloon(struct mmx_pagex *p)
{
	mmx_out_addr(p->out, "balloon",
		     mmx_word(p->walk.folio.bytes, mmx_mem(p->k)->page_format.private));
}

static const char *memory_type(const struct mmx_layout *l, int64_t value)
{
	static const struct {
		enum mmx_layout_enumerator id;
		const char *name;
	} types[] = {
#define TYPE(id) {E_##id, #id}
		TYPE(MEMORY_DEVICE_PRIVATE),    TYPE(MEMORY_DEVICE_COHERENT),
		TYPE(MEMORY_DEVICE_FS_DAX),     TYPE(MEMORY_DEVICE_GENERIC),
		TYPE(MEMORY_DEVICE_PCI_P2PDMA),
#undef TYPE
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (mmx_has_enum(l, types[i].id) && mmx_enum(l, types[i].id) == value)
			return types[i].name;
	}
	return "";
}

void mmx_pagex_device(struct mmx_pagex *p)
{
	const struct mmx_layout *l = &p->k->layout;
	enum mmx_layout_member id = mmx_has(l, M_page_pgmap) ? M_page_pgmap : M_folio_pgmap;
	const char *type = "";
	uint64_t pgmap, value;

	if (!mmx_has(l, id) || p->walk.folio.read)
		return;
	pgmap = mmx_get(l, id, id == M_page_pgmap ? p->walk.bytes : p->walk.folio.bytes);
	mmx_out_block(p->out, "device", "device memory");
	mmx_out_addr(p->out, "pgmap", pgmap);
	if (!mmx_kread_member(p->view, pgmap, M_dev_pagemap_type, &value))
		type = memory_type(l, (int64_t)value);
	text_or_null(p, "type", type);
	mmx_out_end(p->out);
}
