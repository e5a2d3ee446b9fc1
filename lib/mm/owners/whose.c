// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "mm/files/mapping.h"
#include "mm/frames/vmemmap_places.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/page_table.h"
#include "mm/owners/pipe.h"
#include "mm/owners/reserved.h"
#include "mm/owners/resource.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/stack.h"
#include "mm/owners/stackdepot.h"
#include "mm/owners/vmalloc.h"
#include "mm/owners/whose.h"
#include "mm/processes/task.h"

/* Areas of an anon_vma that are looked at for a process that is still there. */
#define TRIED_AREAS 256

void mmx_whose_sources_find(struct mmx_whose_sources *s, struct mmx_view *view,
			    const struct mmx_mobility_rules *rules)
{
	const struct mmx_layout *l = &view->kernel->layout;

	*s = (struct mmx_whose_sources){
		.rules = rules,
		.tables = mmx_know_pt_owners(view),
		.stacks = mmx_know_stacks(view),
		.vmalloc = mmx_know_vmalloc(view),
		.pipes = mmx_know_pipes(view),
		.resources = mmx_know_resources(view),
		.records = mmx_know_page_owners(view),
		.page_pool = mmx_has(l, M_page_pp) ? mmx_off(l, M_page_pp) : ~0u,
	};
	if (s->page_pool == ~0u && mmx_has(l, M_netmem_desc_pp))
		s->page_pool = mmx_off(l, M_netmem_desc_pp);
}

/*
 * The keys, by class.
 */

static uint64_t key_of_table(const struct mmx_whose_sources *s, uint64_t pfn)
{
	size_t n;
	const struct mmx_pt_page *table = mmx_pt_owner_of(s->tables, pfn, &n);

	return n ? table->space + 1ull : 0;
}

static uint64_t key_of_stack(const struct mmx_whose_sources *s, uint64_t pfn)
{
	const struct mmx_owned_run *run = mmx_owned_find(&s->stacks->frames, pfn);

	return run ? run->owner + 1ull : 0;
}

static uint64_t key_of_area(const struct mmx_whose_sources *s, uint64_t pfn)
{
	const struct mmx_owned_run *run = mmx_owned_find(&s->vmalloc->frames, pfn);

	return run ? s->vmalloc->v[run->owner].caller : 0;
}

static uint64_t key_of_pipe(const struct mmx_whose_sources *s, uint64_t pfn)
{
	const struct mmx_pipe_page *page = mmx_pipe_page(s->pipes, pfn);

	return page ? page->pipe + 1ull : 0;
}

static uint64_t key_of_reserved(const struct mmx_whose_sources *s, const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t first;

	if (mmx_vmemmap_holds(w->view, w->pfn, &first))
		return MMX_RESERVED_VMEMMAP + 1;
	return mmx_reserved_use(mmx_resource_of(s->resources, w->pfn << k->arch->page_shift)) + 1;
}

/* Of what the kernel allocated for itself page_owner knows the code, where it keeps that. */
static uint64_t key_of_record(const struct mmx_whose_sources *s, const struct mmx_page_walk *w)
{
	struct mmx_page_owner record;

	if (!s->records->kept || mmx_page_owner_read(&record, s->records, w->view, w->pfn) ||
	    !record.recorded || !record.allocated)
		return 0;
	return record.stack;
}

static uint64_t key_of_page_pool(const struct mmx_whose_sources *s, const struct mmx_page_walk *w)
{
	return s->page_pool <= mmx_walk_format(w)->size - 8 ? mmx_word(w->folio.bytes, s->page_pool)
							    : 0;
}

static uint64_t key_of(const struct mmx_whose_sources *s, const struct mmx_page_walk *w,
		       enum mmx_class class)
{
	switch (class) {
	case CLASS_SLAB:
		return mmx_slab_cache_addr(s->rules, w);
	case CLASS_PAGE_TABLE:
		return key_of_table(s, w->pfn);
	case CLASS_STACK:
		return key_of_stack(s, w->pfn);
	case CLASS_VMALLOC:
		return key_of_area(s, w->pfn);
	case CLASS_PIPE:
		return key_of_pipe(s, w->pfn);
	case CLASS_RESERVED:
		return key_of_reserved(s, w);
	case CLASS_PAGE_POOL:
		return key_of_page_pool(s, w);
	case CLASS_LARGE_KMALLOC:
	case CLASS_UNATTRIBUTED:
		return key_of_record(s, w);
	case CLASS_FILE:
	case CLASS_SHMEM:
	case CLASS_ANON:
	case CLASS_KSM:
		return mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping);
	default:
		return 0;
	}
}

struct mmx_whose mmx_whose_page(const struct mmx_whose_sources *s, const struct mmx_page_walk *w,
				enum mmx_class class)
{
	return (struct mmx_whose){.key = w->folio.read ? 0 : key_of(s, w, class), .class = class};
}

/*
 * The names, by class: false when there is no more to say than the class.
 */

struct naming {
	const struct mmx_whose_sources *sources;
	struct mmx_view *view;
	uint64_t key;
	char *text;
	size_t size;
};

#define SAY(n, ...) (snprintf((n)->text, (n)->size, __VA_ARGS__), true)

static bool name_slab(const struct naming *n)
{
	const struct mmx_slab_cache *cache = mmx_slab_cache_at(n->sources->rules->caches, n->key);

	if (!n->key)
		return false;
	return cache ? SAY(n, "slab cache %s", cache->name)
		     : SAY(n, "slab cache at 0x%" PRIx64 ", which is none", n->key);
}

static bool name_table(const struct naming *n)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(n->view);
	const struct mmx_pt_space *space;
	const struct mmx_mm_user *users;
	size_t n_users;

	if (!n->key)
		return SAY(n, "page tables of no address space that was found");
	space = &n->sources->tables->spaces.v[n->key - 1];
	users = mmx_mm_users(tasks, space->mm, &n_users);
	if (n_users)
		return SAY(n, "page tables of PID %" PRId32 " %s", users->tgid,
			   tasks->v[users->task].comm);
	return space->name
		       ? SAY(n, "page tables of %s", space->name)
		       : SAY(n, "page tables of mm 0x%" PRIx64 ", which no task has", space->mm);
}

static bool name_stack(const struct naming *n)
{
	const struct mmx_task *task = n->key ? n->sources->stacks->v[n->key - 1].task : NULL;

	return task && SAY(n, "kernel stack of PID %" PRId32 " %s", task->pid, task->comm);
}

static bool name_area(const struct naming *n)
{
	char symbol[160];

	if (!n->key)
		return false;
	mmx_symbol_format(&n->view->kernel->symbols, n->key, symbol, sizeof(symbol));
	return SAY(n, "vmalloc by %s", symbol);
}

static bool name_pipe(const struct naming *n)
{
	const struct mmx_pipe *pipe = n->key ? &n->sources->pipes->pipes.v[n->key - 1] : NULL;
	const struct mmx_task *task = pipe ? &mmx_know_tasks(n->view)->v[pipe->task] : NULL;

	return task && SAY(n, "pipe of PID %" PRId32 " %s, descriptor %" PRIu32, task->pid,
			   task->comm, pipe->fd);
}

static bool name_reserved(const struct naming *n)
{
	return n->key && SAY(n, "reserved: %s", mmx_reserved_words(n->key - 1));
}

static bool name_page_pool(const struct naming *n)
{
	return n->key && SAY(n, "page pool at 0x%" PRIx64, n->key);
}

static bool name_file(const struct naming *n)
{
	struct mmx_mapping m;
	struct mmx_err err;

	if (!n->key || mmx_mapping_read(&m, n->view, n->key & ~3ULL, &err))
		return false;
	if (m.device[0])
		return SAY(n, "held: %s", m.device);
	return m.path.text[0] ? SAY(n, "held: %s", m.path.text)
			      : SAY(n, "held: file of inode 0x%" PRIx64, m.inode.addr);
}

/* The process that uses an area of an anon_vma's tree, whose node that is; NULL when none is known. */
static const struct mmx_task *task_of_chain(const struct naming *n, uint64_t node)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(n->view);
	uint64_t chain = node - mmx_off(&n->view->kernel->layout, M_anon_vma_chain_rb), vma, mm;
	const struct mmx_mm_user *users;
	size_t n_users;

	if (mmx_kread_member(n->view, chain, M_anon_vma_chain_vma, &vma) ||
	    mmx_kread_member(n->view, vma, M_vm_area_struct_vm_mm, &mm))
		return NULL;
	users = mmx_mm_users(tasks, mm, &n_users);
	return n_users ? &tasks->v[users->task] : NULL;
}

/* One of those who may have it mapped. */
static const struct mmx_task *task_of_anon(const struct naming *n, uint64_t anon_vma)
{
	static const enum mmx_layout_member need[] = {M_anon_vma_rb_root, M_anon_vma_chain_rb};
	const struct mmx_layout *l = &n->view->kernel->layout;
	const struct mmx_task *task = NULL;
	struct mmx_rb rb;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), NULL))
		return NULL;
	mmx_rb_begin(&rb, n->view, anon_vma + mmx_off(l, M_anon_vma_rb_root), TRIED_AREAS);
	while (!task && mmx_rb_next(&rb))
		task = task_of_chain(n, rb.node);
	return task;
}

static bool name_anon(const struct naming *n)
{
	uint64_t anon_vma = n->key - n->key % 4;
	const struct mmx_task *task;

	if (n->key % 4 != 1)
		return SAY(n, "held: anonymous memory");
	task = task_of_anon(n, anon_vma);
	return task ? SAY(n, "held: anonymous memory of PID %" PRId32 " %s, anon_vma 0x%" PRIx64,
			  task->pid, task->comm, anon_vma)
		    : SAY(n, "held: anonymous memory of anon_vma 0x%" PRIx64, anon_vma);
}

/* The functions that every allocation goes through tell nothing. */
static bool is_allocator(const char *symbol)
{
	static const char *const names[] = {
		"__alloc_pages",  "alloc_pages",      "__alloc_frozen",  "alloc_frozen",
		"__folio_alloc",  "folio_alloc",      "__get_free",      "get_zeroed_page",
		"get_free_pages", "__set_page_owner", "post_alloc_hook", "get_page_from_freelist",
		"prep_new_page",  "___kmalloc_large", "__kmalloc_large", "kmalloc_large"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strncmp(symbol, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

static bool name_record(const struct naming *n)
{
	struct mmx_trace trace;
	char symbol[160];

	if (!n->key || mmx_trace_fetch(&trace, n->view, n->key, NULL))
		return false;
	for (unsigned int i = 0; i < trace.n; i++) {
		mmx_symbol_format(&n->view->kernel->symbols, trace.entry[i], symbol,
				  sizeof(symbol));
		if (!is_allocator(symbol))
			return SAY(n, "allocated by %s", symbol);
	}
	return false;
}

static bool name_by_class(const struct naming *n, enum mmx_class class)
{
	switch (class) {
	case CLASS_SLAB:
		return name_slab(n);
	case CLASS_PAGE_TABLE:
		return name_table(n);
	case CLASS_STACK:
		return name_stack(n);
	case CLASS_VMALLOC:
		return name_area(n);
	case CLASS_PIPE:
		return name_pipe(n);
	case CLASS_RESERVED:
		return name_reserved(n);
	case CLASS_PAGE_POOL:
		return name_page_pool(n);
	case CLASS_LARGE_KMALLOC:
	case CLASS_UNATTRIBUTED:
		return name_record(n);
	case CLASS_FILE:
	case CLASS_SHMEM:
		return name_file(n);
	case CLASS_ANON:
	case CLASS_KSM:
		return name_anon(n);
	default:
		return false;
	}
}

void mmx_whose_name(const struct mmx_whose *whose, const struct mmx_whose_sources *sources,
		    struct mmx_view *view, char *text, size_t size)
{
	const struct naming n = {sources, view, whose->key, text, size};

	if (whose->class == MMX_CLASS_COUNT)
		snprintf(text, size, "others");
	else if (!name_by_class(&n, whose->class))
		snprintf(text, size, "%s", mmx_class_words(whose->class));
}
