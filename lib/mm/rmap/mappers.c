// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/mappers.h"

#define VM_MAYSHARE 0x80 /* of vm_flags, in every release */

struct spaces {
	MMX_ARRAY(struct mmx_mapper);
};

static int by_mm(const void *a, const void *b)
{
	const struct mmx_mapper *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

static int by_process(const void *a, const void *b)
{
	const struct mmx_mapper *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return (x->mm > y->mm) - (x->mm < y->mm);
}

/* What a VMA maps its struct file says; that is the mapping whose tree it is in. */
static void check_file(struct mmx_mappers *m, struct mmx_view *view, const struct mmx_vma *vma,
		       uint64_t mapping)
{
	uint64_t said;
	struct mmx_err err;

	if (mmx_kget(view, vma->file, M_file_f_mapping, &said, &err)) {
		mmx_fail_prefix(&err, "the file of the VMA at 0x%" PRIx64, vma->addr);
		mmx_cover_fail(&m->coverage, &err);
	} else if (said != mapping) {
		mmx_cover_failf(&m->coverage, MMX_ECORRUPT,
				"the VMA at 0x%" PRIx64
				" is in the tree of the address_space at 0x%" PRIx64
				", and maps that at 0x%" PRIx64,
				vma->addr, mapping, said);
	}
}

static bool find_areas(struct mmx_mappers *m, struct spaces *spaces, struct mmx_view *view,
		       uint64_t mapping)
{
	const struct mmx_areas_ask ask = {
		.tree = MMX_AREAS_FILE, .whole = true, .of = mapping, .last = UINT64_MAX};
	struct mmx_areas areas;

	mmx_areas_begin(&areas, view, &ask);
	while (mmx_areas_next(&areas)) {
		const struct mmx_vma *vma = &areas.vma;
		const struct mmx_mapper one = {.mm = vma->mm,
					       .areas = 1,
					       .shared = vma->flags & VM_MAYSHARE ? 1 : 0,
					       .pages = areas.last - areas.first + 1,
					       .start = vma->start};

		check_file(m, view, vma, mapping);
		m->areas++;
		if (!mmx_array_add(spaces, one))
			return false;
	}
	mmx_cover_inherit(&m->coverage, &areas.coverage);
	return true;
}

/* Those of one address space added up. */
static void fold(struct spaces *s)
{
	size_t n = 0;

	mmx_array_sort(s, by_mm);
	for (size_t i = 0; i < s->n; i++) {
		if (n && s->v[n - 1].mm == s->v[i].mm) {
			s->v[n - 1].areas++;
			s->v[n - 1].shared += s->v[i].shared;
			s->v[n - 1].pages += s->v[i].pages;
		} else {
			s->v[n++] = s->v[i];
		}
	}
	s->n = n;
}

/* Several processes may have one address space, as between vfork and exec. */
static bool add_processes(struct mmx_mappers *m, const struct mmx_tasks *tasks,
			  const struct mmx_mapper *space)
{
	size_t n;
	const struct mmx_mm_user *users = mmx_mm_users(tasks, space->mm, &n);
	struct mmx_mapper one = *space;

	if (!n)
		return mmx_array_add(m, one);
	for (size_t i = 0; i < n; i++) {
		one.tgid = users[i].tgid;
		one.task = users[i].task;
		if (!mmx_array_add(m, one))
			return false;
	}
	return true;
}

int mmx_mappers_find(struct mmx_mappers *m, struct mmx_view *view, uint64_t mapping,
		     struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct spaces spaces = {0};
	bool ok;

	memset(m, 0, sizeof(*m));
	mmx_cover_inherit(&m->coverage, &tasks->coverage);
	ok = find_areas(m, &spaces, view, mapping);
	fold(&spaces);
	for (size_t i = 0; i < spaces.n && ok; i++)
		ok = add_processes(m, tasks, &spaces.v[i]);
	mmx_array_free(&spaces);
	if (ok) {
		mmx_array_sort(m, by_process);
		m->coverage.found = m->n;
		return 0;
	}
	mmx_mappers_free(m);
	return mmx_fail_nomem(err);
}

void mmx_mappers_free(struct mmx_mappers *m)
{
	mmx_array_free(m);
}
