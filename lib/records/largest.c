// SPDX-License-Identifier: GPL-2.0-or-later
/* The largest owners of memory, a table a sort (those of the kernel's own: largest_kernel.c); and the memory cgroups that pages are charged to. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/files/mapping.h"
#include "mm/ledger/largest.h"
#include "mm/owners/memcg.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/stackdepot.h"
#include "mm/processes/task.h"
#include "records/census.h"

static uint64_t in_bytes(const struct mmx_rows *r, uint64_t pages)
{
	return pages << r->view->kernel->arch->page_shift;
}

/*
 * What is summed by a key.
 */

static bool has_largest(struct mmx_rows *r)
{
	return mmx_census_of(r)->largest;
}

static const void *next_keyed(struct mmx_rows *r, const struct mmx_keyed_rows *rows)
{
	return r->nth < rows->n && r->nth < mmx_census_of(r)->top ? &rows->v[r->nth] : NULL;
}

static void pages_in_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;

	v->word = in_bytes(r, row->total);
}

#define KEYED_FIELDS                                                                       \
	{"frames", MMX_COUNT, "how many", .width = 10, AT(struct mmx_keyed_row, total)},   \
	{                                                                                  \
		"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = pages_in_bytes \
	}

/* Files. */

static const void *next_file(struct mmx_rows *r)
{
	return next_keyed(r, &mmx_census_of(r)->largest->by[MMX_BY_FILE]);
}

static const struct mmx_mapping *mapping_of(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_keyed_row *row = r->row;

	return mmx_mapping_again(r->state, r->view, row->key, err);
}

static void file_kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m)
		v->text = mmx_mapping_kind_name(m->kind);
	else
		mmx_value_null(v);
}

static void file_path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (!m)
		mmx_value_unknown(v, &v->scratch->err);
	else if (!mmx_cover_whole(&m->coverage))
		mmx_value_unknown(v, &m->coverage.first);
	else
		v->text = m->kind == MMX_MAPPING_BLOCK ? m->device : m->path.text;
}

static void file_inode(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m)
		v->word = m->inode.ino;
	else
		mmx_value_null(v);
}

static void file_fs(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m && *m->inode.fs)
		v->text = m->inode.fs;
	else
		mmx_value_null(v);
}

static void file_on(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m && *m->inode.sb_id)
		v->text = m->inode.sb_id;
	else
		mmx_value_null(v);
}

static const struct mmx_field file_fields[] = {
	KEYED_FIELDS,
	{"kind", MMX_TEXT, "file, shmem or block device", .width = 6, .may = MMX_OR_NULL,
	 .get = file_kind},
	{"fs", MMX_TEXT, "type of its file system", .width = 8, .may = MMX_OR_NULL, .get = file_fs},
	{"on", MMX_TEXT, "what its file system is on: a device's name", .width = 8,
	 .may = MMX_OR_NULL, .get = file_on},
	{"inode", MMX_COUNT, "its number", .may = MMX_OR_NULL, .get = file_inode},
	{"mapping", MMX_ADDR, "its address_space", AT(struct mmx_keyed_row, key)},
	{"path", MMX_TEXT, "where it is, or the device's name",
	 .may = MMX_OR_UNKNOWN | MMX_OR_NULL | MMX_OR_EMPTY, .get = file_path},
	{0},
};

const struct mmx_record mmx_record_largest_files = {
	.name = "file",
	.doc = "a file by the pages that its page cache has",
	.fields = file_fields,
	.state_size = sizeof(struct mmx_mapping),
	.has = has_largest,
	.next = next_file,
};

/* Slab caches. */

static const void *next_cache(struct mmx_rows *r)
{
	return next_keyed(r, &mmx_census_of(r)->largest->by[MMX_BY_CACHE]);
}

static void cache_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;
	const struct mmx_slab_cache *cache =
		mmx_slab_cache_at(mmx_know_slab_caches(r->view), row->key);

	if (cache)
		v->text = cache->name;
	else
		mmx_value_null(v);
}

static const struct mmx_field cache_fields[] = {
	KEYED_FIELDS,
	{"address", MMX_ADDR, "its kmem_cache", AT(struct mmx_keyed_row, key)},
	{"cache", MMX_TEXT, "its name; null when it is none of the kernel's",
	 .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = cache_name},
	{0},
};

const struct mmx_record mmx_record_largest_caches = {
	.name = "cache",
	.doc = "a slab cache by the pages of its slabs",
	.fields = cache_fields,
	.has = has_largest,
	.next = next_cache,
};

/* Code. */

static const void *next_vmalloc_caller(struct mmx_rows *r)
{
	return next_keyed(r, &mmx_census_of(r)->largest->callers);
}

static void symbol(const struct mmx_rows *r, struct mmx_value *v, uint64_t addr)
{
	mmx_symbol_format(&r->view->kernel->symbols, addr, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void key_symbol(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;

	symbol(r, v, row->key);
}

static const struct mmx_field vmalloc_fields[] = {
	KEYED_FIELDS,
	{"caller", MMX_TEXT, "the code that asked for the areas", .get = key_symbol},
	{0},
};

const struct mmx_record mmx_record_largest_vmalloc = {
	.name = "vmalloc_caller",
	.doc = "code by the pages of the vmalloc areas that it asked for, but for kernel stacks",
	.fields = vmalloc_fields,
	.has = has_largest,
	.next = next_vmalloc_caller,
};

/* The stack that allocated pages, in one line. */

static const void *next_site(struct mmx_rows *r)
{
	return next_keyed(r, &mmx_census_of(r)->largest->by[MMX_BY_SITE]);
}

void mmx_value_stack(struct mmx_rows *r, struct mmx_value *v, uint32_t handle)
{
	v->text = v->scratch->text;
	if (mmx_trace_line(v->scratch->text, sizeof(v->scratch->text), r->view, handle,
			   &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void site(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;

	mmx_value_stack(r, v, mmx_site_stack(row->key));
}

static void site_class(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;

	v->text = mmx_class_name(mmx_site_class(row->key));
}

static void site_handle(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_keyed_row *row = r->row;

	v->word = mmx_site_stack(row->key);
}

static const struct mmx_field site_fields[] = {
	KEYED_FIELDS,
	{"class", MMX_TEXT, "the class of the pages", .width = 13, .get = site_class},
	{"handle", MMX_HEX, "of the stack in the kernel's depot", .width = 8, .get = site_handle},
	{"stack", MMX_TEXT, "the code that allocated them, innermost first", .may = MMX_OR_UNKNOWN,
	 .get = site},
	{0},
};

const struct mmx_record mmx_record_largest_sites = {
	.name = "site",
	.doc = "a stack by the pages of a class that it allocated and that are in use, where page_owner keeps that",
	.fields = site_fields,
	.has = has_largest,
	.next = next_site,
};

/*
 * Processes.
 */

/* What a process may have most of, beside its share, which its rows are sorted by. */
static const size_t measures[] = {
	offsetof(struct mmx_process_memory, anon),       offsetof(struct mmx_process_memory, file),
	offsetof(struct mmx_process_memory, shmem),      offsetof(struct mmx_process_memory, swap),
	offsetof(struct mmx_process_memory, shmem_swap), offsetof(struct mmx_process_memory, huge),
	offsetof(struct mmx_process_memory, tables),
};

/* @chosen: by process, whether it is to be told of; @next: the one to be looked at */
struct chosen {
	bool *chosen;
	size_t next;
};

struct measured {
	uint64_t value;
	size_t nth;
};

static int more_first(const void *a, const void *b)
{
	const struct measured *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return (x->nth > y->nth) - (x->nth < y->nth);
}

static void choose(bool *chosen, struct measured *m, const struct mmx_processes_memory *p,
		   size_t measure, uint64_t top)
{
	for (size_t i = 0; i < p->n; i++) {
		m[i].nth = i;
		memcpy(&m[i].value, (const char *)&p->v[i] + measure, sizeof(m[i].value));
	}
	qsort(m, p->n, sizeof(*m), more_first);
	for (size_t i = 0; i < p->n && i < top && m[i].value; i++)
		chosen[m[i].nth] = true;
}

static int open_processes(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_processes_memory *p = &mmx_census_of(r)->largest->processes;
	uint64_t top = mmx_census_of(r)->top;
	struct measured *m = calloc(p->n + 1, sizeof(*m));
	struct chosen *state = r->state;

	state->chosen = calloc(p->n + 1, sizeof(*state->chosen));
	if (!m || !state->chosen) {
		free(m);
		return mmx_fail_nomem(err);
	}
	for (size_t i = 0; i < p->n; i++)
		state->chosen[i] = i < top;
	for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++)
		choose(state->chosen, m, p, measures[i], top);
	free(m);
	return 0;
}

static const void *next_process(struct mmx_rows *r)
{
	const struct mmx_processes_memory *p = &mmx_census_of(r)->largest->processes;
	struct chosen *state = r->state;

	while (state->next < p->n && !state->chosen[state->next])
		state->next++;
	return state->next < p->n ? &p->v[state->next++] : NULL;
}

static void close_processes(struct mmx_rows *r)
{
	struct chosen *state = r->state;

	free(state->chosen);
	state->chosen = NULL;
}

static const struct mmx_process_memory *process_of(const struct mmx_rows *r)
{
	return r->row;
}

#define IN_BYTES(name)                                            \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		v->word = in_bytes(r, process_of(r)->name);       \
	}

IN_BYTES(anon)
IN_BYTES(file)
IN_BYTES(shmem)
IN_BYTES(swap)
IN_BYTES(shmem_swap)
IN_BYTES(huge)
IN_BYTES(tables)

static void pss(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_process_pss(process_of(r));
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (uint64_t)process_of(r)->task->tgid;
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = process_of(r)->task->comm;
}

static const struct mmx_field process_fields[] = {
	{"pid", MMX_COUNT, "its PID", .width = 7, .get = pid},
	{"pss", MMX_BYTES, "its proportional share: each page that it maps by how many map it",
	 .width = 8, .get = pss},
	{"anon", MMX_BYTES, "anonymous memory that it maps", .width = 8, .get = anon},
	{"file", MMX_BYTES, "pages of files that it maps", .width = 8, .get = file},
	{"shmem", MMX_BYTES, "shared memory that it maps", .width = 8, .get = shmem},
	{"swap", MMX_BYTES, "its own memory in swap", .width = 8, .get = swap},
	{"shmem_swap", MMX_BYTES, "shared memory in swap that it maps, all of it to each who does",
	 .title = "SHM SWAP", .width = 8, .get = shmem_swap},
	{"hugetlb", MMX_BYTES, "huge pages of hugetlb that it maps", .width = 8, .get = huge},
	{"tables", MMX_BYTES, "page tables of its own", .width = 8, .get = tables},
	{"others", MMX_COUNT, "further processes that have the same address space", .width = 6,
	 AT(struct mmx_process_memory, others)},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = comm},
	{0},
};

const struct mmx_record mmx_record_largest_processes = {
	.name = "process",
	.doc = "a process by its proportional share, swapped memory added; those too that have most of any other column",
	.fields = process_fields,
	.state_size = sizeof(struct chosen),
	.has = has_largest,
	.open = open_processes,
	.next = next_process,
	.close = close_processes,
};

/*
 * Memory cgroups.
 */

/* @next: of all memory cgroups, to be looked at */
struct dying {
	size_t next;
	struct mmx_memcg memcg;
};

static bool has_memcgs(struct mmx_rows *r)
{
	return mmx_census_of(r)->memcgs;
}

static const void *next_memcg(struct mmx_rows *r)
{
	const struct mmx_memcg_totals *m = mmx_census_of(r)->memcgs;

	return r->nth < m->n && r->nth < mmx_census_of(r)->top ? &m->v[r->nth] : NULL;
}

static const struct mmx_memcg_total *memcg_of(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_memcg *memcg(struct mmx_rows *r, struct mmx_err *err)
{
	struct mmx_memcg *m = r->state;

	if (m->addr && m->addr == memcg_of(r)->memcg)
		return m;
	if (!memcg_of(r)->memcg)
		mmx_fail(err, MMX_ECORRUPT, "what they are charged to could not be read");
	else if (!mmx_memcg_read(m, r->view, memcg_of(r)->memcg, err))
		return m;
	m->addr = 0;
	return NULL;
}

#define CHARGED(name, sum)                                                  \
	static void charged_##name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                                   \
		v->word = in_bytes(r, memcg_of(r)->pages[MMX_MEMCG_##sum]); \
	}

CHARGED(anon, ANON)
CHARGED(file, FILE)
CHARGED(shmem, SHMEM)
CHARGED(tables, TABLES)
CHARGED(stacks, STACKS)
CHARGED(other, OTHER)

static void charged(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = in_bytes(r, memcg_of(r)->total);
}

#define COUNTER(name, known)                                              \
	static void memcg_##name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                                 \
		v->word = in_bytes(r, memcg_of(r)->name);                 \
		if (!memcg_of(r)->known)                                  \
			mmx_value_null(v);                                \
	}

COUNTER(usage, read)
COUNTER(kmem, kmem_read)
COUNTER(swap, swap_read)

static void memcg_state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memcg *m = memcg(r, &v->scratch->err);

	if (m)
		v->text = m->online ? "online" : "dying";
	else
		mmx_value_null(v);
}

static void memcg_inode(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memcg *m = memcg(r, &v->scratch->err);

	if (m)
		v->word = m->ino;
	else
		mmx_value_null(v);
}

static void memcg_path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memcg *m = memcg(r, &v->scratch->err);

	if (m)
		v->text = m->path;
	else
		mmx_value_unknown(v, &v->scratch->err);
}

static const struct mmx_field memcg_fields[] = {
	{"bytes", MMX_BYTES,
	 "pages that are charged to it alone, and by what they are:", .width = 8, .get = charged},
	{"anon", MMX_BYTES, "anonymous memory", .width = 7, .get = charged_anon},
	{"file", MMX_BYTES, "page cache of files", .width = 7, .get = charged_file},
	{"shmem", MMX_BYTES, "shared memory", .width = 7, .get = charged_shmem},
	{"tables", MMX_BYTES, "page tables", .width = 7, .get = charged_tables},
	{"stacks", MMX_BYTES, "kernel stacks", .width = 7, .get = charged_stacks},
	{"other", MMX_BYTES,
	 "other memory of the kernel, without slabs, which are charged by object", .width = 7,
	 .get = charged_other},
	{"usage", MMX_BYTES,
	 "what the kernel counts as charged to it and to those below it; it charges nothing to the root itself",
	 .width = 8, .may = MMX_OR_NULL, .get = memcg_usage},
	{"kmem", MMX_BYTES,
	 "the kernel's own memory of that, objects of slabs included: with version 2 of cgroups as memory.stat has it, once all CPUs have handed up what they counted",
	 .width = 7, .may = MMX_OR_NULL, .get = memcg_kmem},
	{"swap", MMX_BYTES, "what they have in swap", .width = 7, .may = MMX_OR_NULL,
	 .get = memcg_swap},
	{"state", MMX_TEXT, "online, or dying: it was removed, and what is charged to it keeps it",
	 .width = 6, .may = MMX_OR_NULL, .get = memcg_state},
	{"address", MMX_ADDR, "its mem_cgroup; 0 where that could not be read",
	 AT(struct mmx_memcg_total, memcg)},
	{"inode", MMX_COUNT, "of its directory, as kpagecgroup has it", .may = MMX_OR_NULL,
	 .get = memcg_inode},
	{"path", MMX_TEXT, "from the root of the hierarchy", .may = MMX_OR_UNKNOWN | MMX_OR_NULL,
	 .get = memcg_path},
	{0},
};

const struct mmx_record mmx_record_memcgs = {
	.name = "memcg",
	.doc = "a memory cgroup by the pages that are charged to it",
	.fields = memcg_fields,
	.state_size = sizeof(struct mmx_memcg),
	.has = has_memcgs,
	.next = next_memcg,
};

/*
 * Those that were removed.
 */

/* Rows of those alone, the largest first. */
static const void *next_dying(struct mmx_rows *r)
{
	const struct mmx_memcg_totals *m = mmx_census_of(r)->memcgs;
	struct dying *state = r->state;

	if (r->nth >= mmx_census_of(r)->top)
		return NULL;
	while (state->next < m->n) {
		const struct mmx_memcg_total *total = &m->v[state->next++];

		if (total->dying)
			return total;
	}
	return NULL;
}

static void dying_path(struct mmx_rows *r, struct mmx_value *v)
{
	struct dying *state = r->state;

	if (mmx_memcg_read(&state->memcg, r->view, memcg_of(r)->memcg, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else
		v->text = state->memcg.path;
}

static void or_null(struct mmx_value *v, int64_t n)
{
	v->word = (uint64_t)n;
	if (n < 0)
		mmx_value_null(v);
}

static void swapped(struct mmx_rows *r, struct mmx_value *v)
{
	or_null(v, memcg_of(r)->swapped);
}

static void references(struct mmx_rows *r, struct mmx_value *v)
{
	or_null(v, memcg_of(r)->references);
}

static void kept_by(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memcg_total *m = memcg_of(r);
	const struct {
		bool is;
		const char *words;
	} what[] = {
		{m->total, "pages"},
		{m->swapped > 0, "swap"},
		{m->below, "memory cgroups below it"},
		{m->tasks, "tasks"},
		{m->stocks, "stocks of CPUs"},
	};
	size_t n = 0, size = sizeof(v->scratch->text);

	for (unsigned int i = 0; i < sizeof(what) / sizeof(*what); i++) {
		if (what[i].is)
			n += snprintf(v->scratch->text + n, size - n, "%s%s", n ? ", " : "",
				      what[i].words);
	}
	v->text = n                ? v->scratch->text
		  : !m->references ? "nothing any more: it is about to be freed"
				   : "references of others: an open file, writeback, sockets";
}

static const struct mmx_field dying_fields[] = {
	{"bytes", MMX_BYTES, "pages that are charged to it", .width = 8, .get = charged},
	{"swapped", MMX_COUNT, "pages in swap that are charged to it", .width = 7,
	 .may = MMX_OR_NULL, .get = swapped},
	{"below", MMX_COUNT, "memory cgroups below it", .width = 5,
	 AT(struct mmx_memcg_total, below)},
	{"tasks", MMX_COUNT, "in it: dead ones that nobody has waited for", .width = 5,
	 AT(struct mmx_memcg_total, tasks)},
	{"stocks", MMX_COUNT, "CPUs that have charges to it ready, until somebody needs memory",
	 .width = 6, AT(struct mmx_memcg_total, stocks)},
	{"references", MMX_COUNT,
	 "all that there are to it: a folio that is charged to it has one, one that swap has together",
	 .title = "REFS", .width = 6, .may = MMX_OR_NULL, .get = references},
	{"address", MMX_ADDR, "its mem_cgroup", AT(struct mmx_memcg_total, memcg)},
	{"kept_by", MMX_TEXT, "in words", .width = 20, .get = kept_by},
	{"path", MMX_TEXT, "where it was", .may = MMX_OR_UNKNOWN | MMX_OR_NULL, .get = dying_path},
	{0},
};

const struct mmx_record mmx_record_dying_memcgs = {
	.name = "dying_memcg",
	.doc = "a memory cgroup that was removed, and what keeps it",
	.fields = dying_fields,
	.state_size = sizeof(struct dying),
	.has = has_memcgs,
	.next = next_dying,
};
