// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/calls.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/processes/rss.h"
#include "mm/processes/task.h"

/* One counter; what is below 0 shows as 0, unless more is to be added. */
static int read_counter(struct mmx_view *view, uint64_t counters, enum mmx_layout_enumerator id,
			bool with_cpus, uint64_t *pages, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	bool plain = mmx_has_struct(l, S_mm_rss_stat);
	uint64_t size = plain ? 8 : mmx_size(l, S_percpu_counter), at, raw;
	int64_t count;

	if (!mmx_has_enum(l, id))
		return mmx_fail(err, MMX_EMISSING, "MM_FILEPAGES and its kin are needed");
	at = counters + (uint64_t)mmx_enum(l, id) * size;
	if (plain) {
		enum mmx_read read = mmx_kread_u64(view, at, &raw);

		if (read)
			return mmx_fail(err, mmx_read_code(read), "mm_struct.rss_stat is %s",
					mmx_read_name(read));
		count = (int64_t)raw;
	} else if (with_cpus && mmx_has(l, M_percpu_counter_counters)
			   ? mmx_percpu_counter_sum(view, at, &count, err)
			   : mmx_percpu_counter_read(view, at, &count, err)) {
		return -1;
	}
	*pages = count > 0 || (plain && with_cpus) ? (uint64_t)count : 0;
	return 0;
}

static int read_counters(struct mmx_rss *rss, struct mmx_view *view, uint64_t mm, bool with_cpus,
			 struct mmx_err *err)
{
	uint64_t counters = mm + mmx_off(&view->kernel->layout, M_mm_struct_rss_stat);

	return read_counter(view, counters, E_MM_FILEPAGES, with_cpus, &rss->file, err) ||
			       read_counter(view, counters, E_MM_ANONPAGES, with_cpus, &rss->anon,
					    err) ||
			       read_counter(view, counters, E_MM_SHMEMPAGES, with_cpus, &rss->shmem,
					    err) ||
			       read_counter(view, counters, E_MM_SWAPENTS, with_cpus, &rss->swap,
					    err)
		       ? -1
		       : 0;
}

/* Where nothing tells which way a kernel reads them it does not matter when both come to the same. */
static int read_either(struct mmx_rss *rss, struct mmx_view *view, uint64_t mm,
		       const struct mmx_err *why, struct mmx_err *err)
{
	struct mmx_rss without = {0};

	if (read_counters(&without, view, mm, false, err) ||
	    read_counters(rss, view, mm, true, err))
		return -1;
	if (rss->file == without.file && rss->anon == without.anon && rss->shmem == without.shmem &&
	    rss->swap == without.swap)
		return 0;
	*err = *why;
	return -1;
}

/* Up to 6.1 each thread keeps back what it counted lately, of which no file of /proc knows. */
static int add_kept_back(struct mmx_rss *rss, struct mmx_view *view, uint64_t mm,
			 struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct {
		uint64_t *sum;
		enum mmx_layout_enumerator id;
	} kinds[] = {{&rss->file, E_MM_FILEPAGES},
		     {&rss->anon, E_MM_ANONPAGES},
		     {&rss->shmem, E_MM_SHMEMPAGES},
		     {&rss->swap, E_MM_SWAPENTS}};

	if (!mmx_has(l, M_task_struct_rss_cached))
		return 0;
	for (size_t i = 0; i < tasks->n; i++) {
		uint64_t at = tasks->v[i].addr + mmx_off(l, M_task_struct_rss_cached);
		unsigned char count[4];

		if (tasks->v[i].mm != mm || tasks->v[i].kernel)
			continue;
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
			if (mmx_kread_ok(view, at + 4 * (uint64_t)mmx_enum(l, kinds[k].id), count,
					 4, "task_struct.rss_stat", err))
				return -1;
			*kinds[k].sum += (uint64_t)(int64_t)(int32_t)mmx_le32(count);
		}
	}
	return 0;
}

int mmx_rss_read(struct mmx_rss *rss, struct mmx_view *view, uint64_t mm, const char *reader,
		 struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	bool with_cpus = !reader;
	struct mmx_err why;

	if (!mmx_has(l, M_mm_struct_rss_stat))
		return mmx_fail(err, MMX_EMISSING, "mm_struct.rss_stat is needed");
	/* A kernel for one CPU keeps nothing back, and has no such function. */
	if (reader && !mmx_has_struct(l, S_mm_rss_stat) && mmx_has(l, M_percpu_counter_counters) &&
	    mmx_calls(view, reader, "__percpu_counter_sum", &with_cpus, &why))
		return read_either(rss, view, mm, &why, err);
	if (read_counters(rss, view, mm, with_cpus, err))
		return -1;
	return reader ? 0 : add_kept_back(rss, view, mm, err);
}
