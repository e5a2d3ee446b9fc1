// SPDX-License-Identifier: GPL-2.0-or-later
/* Of a moment, whoever has memory: processes, files, memory cgroups, code, structures of the kernel. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ksym.h"
#include "kernel/member.h"
#include "mm/files/mapping.h"
#include "mm/ledger/largest.h"
#include "mm/mem.h"
#include "mm/moments/moment.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/memcg.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/stackdepot.h"
#include "mm/processes/task.h"

/*
 * Processes.
 */

static int by_mm(const void *a, const void *b)
{
	const struct mmx_process_memory *x = a, *y = b;

	return (x->mm > y->mm) - (x->mm < y->mm);
}

static int64_t threads_of(const struct mmx_tasks *tasks, int32_t tgid)
{
	size_t first = mmx_array_bound(tasks, t, t->tgid < tgid),
	       end = mmx_array_bound(tasks, t, t->tgid <= tgid);

	return (int64_t)(end - first);
}

static int add_process(struct mmx_moment *moment, const struct mmx_tasks *tasks,
		       const struct mmx_task *task, const struct mmx_processes_memory *memory,
		       struct mmx_err *err)
{
	struct mmx_measured *m = mmx_moment_add(moment, MMX_SUBJECT_PROCESSES, task->comm);
	uint64_t mm = mmx_task_mm(tasks, task), start = 0;
	const struct mmx_process_memory *p = mm ? mmx_array_at(memory, mm, mm) : NULL;

	if (!m)
		return mmx_fail_nomem(err);
	if (mmx_kread_member(moment->view, task->addr, M_task_struct_start_boottime, &start))
		start = task->addr;
	m->key[0] = m->id = (uint64_t)task->tgid;
	m->key[1] = start;
	m->mark = task->kernel ? 0 : mm;
	m->object = task->addr;
	mmx_measure(m, MMX_PROCESS_THREADS, threads_of(tasks, task->tgid));
	if (mm && !p)
		return 0;
	mmx_measure(m, MMX_PROCESS_ANON, p ? (int64_t)p->anon : 0);
	mmx_measure(m, MMX_PROCESS_FILE, p ? (int64_t)(p->file + p->shmem + p->huge) : 0);
	mmx_measure(m, MMX_PROCESS_SWAP, p ? (int64_t)p->swap : 0);
	mmx_measure(m, MMX_PROCESS_TABLES, p ? (int64_t)p->tables : 0);
	return 0;
}

static int add_processes(struct mmx_moment *moment, struct mmx_processes_memory *memory,
			 struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(moment->view);

	moment->of[MMX_SUBJECT_PROCESSES].has = true;
	mmx_array_sort(memory, by_mm);
	for (size_t i = 0; i < tasks->n; i++) {
		const struct mmx_task *task = &tasks->v[i];

		/* A leader whose threads outlive it is one still. */
		if (task->pid && (!i || tasks->v[i - 1].tgid != task->tgid) &&
		    add_process(moment, tasks, task, memory, err))
			return -1;
	}
	return 0;
}

/*
 * Files.
 */

/* What a file is known again by: its file system's device, its inode's number, and which file of that number it is. */
static bool file_key(struct mmx_view *view, uint64_t mapping, uint64_t key[3])
{
	struct mmx_err err;
	uint64_t inode, sb;

	if (mmx_kget(view, mapping, M_address_space_host, &inode, &err) || !inode ||
	    mmx_kget(view, inode, M_inode_i_sb, &sb, &err) ||
	    mmx_kget(view, inode, M_inode_i_ino, &key[1], &err))
		return false;
	key[0] = sb;
	if (!mmx_has(&view->kernel->layout, M_inode_i_generation) ||
	    mmx_kget(view, inode, M_inode_i_generation, &key[2], &err))
		key[2] = 0;
	return true;
}

static int add_files(struct mmx_moment *moment, const struct mmx_keyed_rows *rows,
		     struct mmx_err *err)
{
	moment->of[MMX_SUBJECT_FILES].has = true;
	for (size_t i = 0; i < rows->n && !mmx_stopped(moment->view->kernel->image); i++) {
		struct mmx_measured *m = mmx_moment_add(moment, MMX_SUBJECT_FILES, NULL);

		if (!m)
			return mmx_fail_nomem(err);
		m->object = rows->v[i].key;
		if (!file_key(moment->view, m->object, m->key)) {
			m->key[0] = 1;
			m->key[1] = m->object;
		}
		mmx_measure(m, 0, (int64_t)rows->v[i].total);
	}
	return 0;
}

/*
 * Memory cgroups.
 */

static int add_memcgs(struct mmx_moment *moment, const struct mmx_memcg_totals *totals,
		      struct mmx_err *err)
{
	struct mmx_memcg memcg;
	struct mmx_err why;

	moment->of[MMX_SUBJECT_MEMCGS].has = true;
	for (size_t i = 0; i < totals->n; i++) {
		const struct mmx_memcg_total *total = &totals->v[i];
		struct mmx_measured *m;

		if (!total->memcg)
			continue;
		if (mmx_memcg_read(&memcg, moment->view, total->memcg, &why)) {
			mmx_cover_fail(&moment->coverage, &why);
			continue;
		}
		m = mmx_moment_add(moment, MMX_SUBJECT_MEMCGS, memcg.path);
		if (!m)
			return mmx_fail_nomem(err);
		m->key[0] = total->memcg;
		m->key[1] = memcg.ino;
		mmx_measure(m, MMX_MEMCG_OWN, (int64_t)total->total);
		if (total->read)
			mmx_measure(m, MMX_MEMCG_USAGE, (int64_t)total->usage);
		if (total->kmem_read)
			mmx_measure(m, MMX_MEMCG_KMEM, (int64_t)total->kmem);
		if (total->swap_read)
			mmx_measure(m, MMX_MEMCG_SWAP, (int64_t)total->swap);
	}
	return 0;
}

/*
 * Code, and structures of the kernel's.
 */

static int add_keyed(struct mmx_moment *moment, enum mmx_subject subject,
		     const struct mmx_keyed_rows *rows, struct mmx_err *err)
{
	moment->of[subject].has = true;
	for (size_t i = 0; i < rows->n; i++) {
		struct mmx_measured *m = mmx_moment_add(moment, subject, NULL);

		if (!m)
			return mmx_fail_nomem(err);
		m->key[0] = m->object = rows->v[i].key;
		mmx_measure(m, 0, (int64_t)rows->v[i].total);
	}
	return 0;
}

static int add_tags(struct mmx_moment *moment, const struct mmx_largest *l, struct mmx_err *err)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(moment->view);

	(void)l;
	moment->of[MMX_SUBJECT_TAGS].has = tags->profiled;
	for (size_t i = 0; i < tags->n && tags->profiled; i++) {
		struct mmx_measured *m = mmx_moment_add(moment, MMX_SUBJECT_TAGS, NULL);

		if (!m)
			return mmx_fail_nomem(err);
		m->key[0] = m->object = tags->v[i].addr;
		if (tags->v[i].why)
			continue;
		mmx_measure(m, MMX_TAG_BYTES, tags->v[i].bytes);
		mmx_measure(m, MMX_TAG_CALLS, (int64_t)tags->v[i].calls);
	}
	return 0;
}

static int add_holder(struct mmx_moment *moment, const char *name, uint64_t addr, uint64_t frames,
		      struct mmx_err *err)
{
	struct mmx_measured *m = mmx_moment_add(moment, MMX_SUBJECT_HOLDERS, name);

	if (!m)
		return mmx_fail_nomem(err);
	m->key[0] = addr;
	m->key[1] = mmx_name_key(name);
	mmx_measure(m, 0, (int64_t)frames);
	return 0;
}

static int add_totals(struct mmx_moment *moment, const struct mmx_holder_total *totals, size_t n,
		      struct mmx_err *err)
{
	char name[MMX_HOLDER_NAME + 96];

	for (size_t i = 0; i < n; i++) {
		const struct mmx_holder *holder = totals[i].holder;

		snprintf(name, sizeof(name), "%s%s%s", holder->what, *holder->name ? ": " : "",
			 holder->name);
		if (add_holder(moment, name, holder->addr, totals[i].frames, err))
			return -1;
	}
	return 0;
}

static int add_holders(struct mmx_moment *moment, const struct mmx_holder_totals *totals,
		       struct mmx_err *err)
{
	char name[96];

	moment->of[MMX_SUBJECT_HOLDERS].has = true;
	for (size_t i = 0; i < totals->sockets.n; i++) {
		const struct mmx_socket_total *total = &totals->sockets.v[i];
		const char *protocol = total->protocol ? total->protocol : "pages kept ready";

		if (total->task)
			snprintf(name, sizeof(name), "sockets of PID %d, %s: %s", total->task->tgid,
				 total->task->comm, protocol);
		else
			snprintf(name, sizeof(name), "sockets: %s", protocol);
		if (add_holder(moment, name, 0, total->frames, err))
			return -1;
	}
	return add_totals(moment, totals->dma_bufs.v, totals->dma_bufs.n, err) ||
			       add_totals(moment, totals->others.v, totals->others.n, err)
		       ? -1
		       : 0;
}

/*
 * Owners of frames that were free at the moment before, as far as a struct page or a list of the owner's tells.
 */

#define FRESH_MOST 100u /* of each class: more nobody reads, and each has to be named */

static void name_file(char *name, size_t size, const struct mmx_measured *m, struct mmx_view *view,
		      struct mmx_mapping *mapping);

static int add_fresh(struct mmx_moment *moment, const char *name, enum mmx_class class,
		     uint64_t frames, struct mmx_err *err)
{
	const struct mmx_subject_of *fresh = &moment->of[MMX_SUBJECT_FRESH];
	uint64_t key = mmx_name_key(name);
	struct mmx_measured *m;
	size_t alike = 0;

	/* Those that people know by the same name are one to them. */
	for (size_t i = 0; i < fresh->n; i++) {
		alike += fresh->v[i].id == class;
		if (fresh->v[i].id == class && fresh->v[i].key[1] == key) {
			fresh->v[i].v[0] += (int64_t)frames;
			return 0;
		}
	}
	if (alike >= FRESH_MOST)
		return 0;
	m = mmx_moment_add(moment, MMX_SUBJECT_FRESH, name);
	if (!m)
		return mmx_fail_nomem(err);
	m->key[0] = class + 1ULL;
	m->key[1] = key;
	m->id = class;
	mmx_measure(m, 0, (int64_t)frames);
	return 0;
}

static int fresh_files(struct mmx_moment *moment, const struct mmx_keyed_rows *rows,
		       struct mmx_err *err)
{
	struct mmx_mapping *mapping = calloc(1, sizeof(*mapping));
	char name[MMX_PATH_MAX];
	int ret = 0;

	if (!mapping)
		return mmx_fail_nomem(err);
	for (size_t i = 0; i < rows->n && i < FRESH_MOST && !ret; i++) {
		struct mmx_measured m = {.object = rows->v[i].key};

		file_key(moment->view, m.object, m.key);
		name_file(name, sizeof(name), &m, moment->view, mapping);
		ret = add_fresh(moment, name, rows->v[i].sum[1] ? CLASS_SHMEM : CLASS_FILE,
				rows->v[i].total, err);
	}
	free(mapping);
	return ret;
}

static int fresh_caches(struct mmx_moment *moment, const struct mmx_keyed_rows *rows,
			struct mmx_err *err)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(moment->view);

	for (size_t i = 0; i < rows->n && i < FRESH_MOST; i++) {
		const struct mmx_slab_cache *cache = mmx_slab_cache_at(caches, rows->v[i].key);

		if (add_fresh(moment, cache ? cache->name : "?", CLASS_SLAB, rows->v[i].total, err))
			return -1;
	}
	return 0;
}

static int fresh_holders(struct mmx_moment *moment, const struct mmx_keyed_rows *rows,
			 struct mmx_err *err)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct mmx_owner_kind *kind = mmx_owner_kinds[(rows->v[i].key >> 32) - 1];
		const struct mmx_holder *holder =
			&kind->held(moment->view)->holders.v[(uint32_t)rows->v[i].key];
		const struct mmx_tasks *tasks = mmx_know_tasks(moment->view);
		char name[MMX_HOLDER_NAME + 128];
		int n = snprintf(name, sizeof(name), "%s%s%s", holder->what,
				 *holder->name ? ": " : "", holder->name);

		if (holder->open && holder->task < tasks->n)
			snprintf(name + n, sizeof(name) - (size_t)n, ", of PID %d, %s",
				 tasks->v[holder->task].tgid, tasks->v[holder->task].comm);
		if (add_fresh(moment, name, kind->class, rows->v[i].total, err))
			return -1;
	}
	return 0;
}

static int fresh_stacks(struct mmx_moment *moment, const struct mmx_keyed_rows *rows,
			struct mmx_err *err)
{
	for (size_t i = 0; i < rows->n && i < FRESH_MOST; i++) {
		enum mmx_class class = mmx_site_class(rows->v[i].key);
		char name[400];
		struct mmx_err why;

		if (class == CLASS_FILE || class == CLASS_SHMEM || class == CLASS_SLAB)
			continue;
		if (mmx_trace_line(name, sizeof(name), moment->view, mmx_site_stack(rows->v[i].key),
				   &why))
			snprintf(name, sizeof(name), "stack 0x%x", mmx_site_stack(rows->v[i].key));
		if (add_fresh(moment, name, class, rows->v[i].total, err))
			return -1;
	}
	return 0;
}

static int find_fresh(struct mmx_moment *moment, const struct mmx_ledger *ledger,
		      struct mmx_err *err)
{
	static int (*const find[MMX_OWNED_BYS])(struct mmx_moment *, const struct mmx_keyed_rows *,
						struct mmx_err *) = {
		[MMX_BY_FILE] = fresh_files,
		[MMX_BY_CACHE] = fresh_caches,
		[MMX_BY_HOLDER] = fresh_holders,
		[MMX_BY_SITE] = fresh_stacks,
	};
	int ret = 0;

	moment->of[MMX_SUBJECT_FRESH].has = true;
	for (unsigned int i = 0; i < MMX_OWNED_BYS && !ret; i++) {
		struct mmx_keyed_rows rows;

		if (!find[i])
			continue;
		if (mmx_keyed_rows(&rows, &ledger->fresh[i], err))
			return -1;
		ret = find[i](moment, &rows, err);
		mmx_array_free(&rows);
	}
	return ret;
}

static int add_all(struct mmx_moment *moment, struct mmx_largest *l, struct mmx_err *err)
{
	if (add_processes(moment, &l->processes, err) ||
	    add_files(moment, &l->by[MMX_BY_FILE], err) || add_memcgs(moment, &l->memcgs, err) ||
	    add_keyed(moment, MMX_SUBJECT_CALLERS, &l->callers, err) ||
	    add_holders(moment, &l->holders, err) || add_tags(moment, l, err))
		return -1;
	return l->by[MMX_BY_SITE].n ? add_keyed(moment, MMX_SUBJECT_SITES, &l->by[MMX_BY_SITE], err)
				    : 0;
}

int mmx_moment_owners(struct mmx_moment *moment, const struct mmx_ledger *ledger,
		      struct mmx_err *err)
{
	struct mmx_largest largest;
	int ret;

	if (mmx_largest_find(&largest, ledger, moment->view, err))
		return -1;
	mmx_cover_inherit(&moment->coverage, &largest.coverage);
	ret = add_all(moment, &largest, err);
	if (!ret)
		ret = find_fresh(moment, ledger, err);
	mmx_largest_free(&largest);
	return ret;
}

/*
 * Names that are looked up when they are wanted.
 */

static void name_file(char *name, size_t size, const struct mmx_measured *m, struct mmx_view *view,
		      struct mmx_mapping *mapping)
{
	uint64_t key[3];
	struct mmx_err err;

	/* On a running kernel it may be gone by now, or something else's. */
	if (!file_key(view, m->object, key) || memcmp(key, m->key, sizeof(key)) ||
	    mmx_mapping_read(mapping, view, m->object, &err))
		snprintf(name, size, "inode %" PRIu64, m->key[1]);
	else if (mapping->kind == MMX_MAPPING_BLOCK)
		snprintf(name, size, "%s", mapping->device);
	else if (*mapping->path.text)
		snprintf(name, size, "%s", mapping->path.text);
	else
		snprintf(name, size, "inode %" PRIu64 " of %s", mapping->inode.ino,
			 mapping->inode.fs);
}

static void name_tag(char *name, size_t size, const struct mmx_measured *m, struct mmx_view *view)
{
	const struct mmx_alloc_tag *tag = mmx_alloc_tag_at(mmx_know_alloc_tags(view), m->object);
	struct mmx_err err;

	if (!tag || mmx_alloc_tag_site(tag, view, name, size, &err))
		snprintf(name, size, "0x%" PRIx64, m->object);
}

static void name_site(char *name, size_t size, const struct mmx_measured *m, struct mmx_view *view)
{
	int n = snprintf(name, size, "%s: ", mmx_class_name(mmx_site_class(m->object)));
	struct mmx_err err;

	if (mmx_trace_line(name + n, size - (size_t)n, view, mmx_site_stack(m->object), &err))
		snprintf(name + n, size - (size_t)n, "stack 0x%x", mmx_site_stack(m->object));
}

int mmx_moment_name(struct mmx_measured *m, enum mmx_subject subject, struct mmx_view *view,
		    struct mmx_err *err)
{
	struct mmx_mapping *mapping;
	char name[MMX_PATH_MAX] = "";

	if (m->name)
		return 0;
	switch (subject) {
	case MMX_SUBJECT_FILES:
		mapping = calloc(1, sizeof(*mapping));
		if (!mapping)
			return mmx_fail_nomem(err);
		name_file(name, sizeof(name), m, view, mapping);
		free(mapping);
		break;
	case MMX_SUBJECT_TAGS:
		name_tag(name, sizeof(name), m, view);
		break;
	case MMX_SUBJECT_SITES:
		name_site(name, 512, m, view);
		break;
	default:
		mmx_symbol_format(&view->kernel->symbols, m->object, name, sizeof(name));
	}
	m->name = strdup(name);
	return m->name ? 0 : mmx_fail_nomem(err);
}
