// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/processes/task_lines.h"
#include "mm/processes/task_name.h"

#define PF_WQ_WORKER 0x00000020 /* the same in every release since 3.10 */
#define DESC         32         /* of a worker: the kernel's own room for it */

struct worker {
	uint64_t pool, work, rescued;
	int32_t id;
	char desc[DESC];
};

static const struct mmx_wanted worker_wanted[] = {
	MMX_WANT(struct worker, pool, worker, pool),
	MMX_WANT(struct worker, work, worker, current_work),
	MMX_WANT(struct worker, rescued, worker, rescue_wq),
	MMX_WANT(struct worker, id, worker, id),
	MMX_WANT_TEXT(struct worker, desc, worker, desc),
};

struct pool {
	int32_t cpu, id;
	uint64_t attrs;
};

static const struct mmx_wanted pool_wanted[] = {
	MMX_WANT(struct pool, cpu, worker_pool, cpu),
	MMX_WANT(struct pool, id, worker_pool, id),
	MMX_WANT(struct pool, attrs, worker_pool, attrs),
};

static const struct mmx_decode worker_table = MMX_DECODE("worker", worker_wanted),
			       pool_table = MMX_DECODE("worker_pool", pool_wanted);

static int read_text(struct mmx_view *view, uint64_t addr, char *text, size_t size,
		     const char *what, struct mmx_err *err)
{
	bool cut;
	enum mmx_read read = mmx_kread_str(view, addr, text, size, &cut);

	return read ? mmx_fail(err, mmx_read_code(read), "%s at 0x%" PRIx64 " is %s", what, addr,
			       mmx_read_name(read))
		    : 0;
}

/* Since 6.10 a worker's own number is made up anew, as its name may have been too long for the task's. */
static int number_of(char *name, size_t size, struct mmx_view *view, const struct worker *w,
		     struct mmx_err *err)
{
	char wq[MMX_TASK_NAME];
	struct pool pool = {0};
	uint64_t nice;

	if (w->rescued) {
		if (read_text(view,
			      w->rescued + mmx_off(&view->kernel->layout, M_workqueue_struct_name),
			      wq, sizeof(wq), "the name of the workqueue", err))
			return -1;
		return snprintf(name, size, "kworker/R-%s", wq);
	}
	if (!w->pool)
		return snprintf(name, size, "kworker/dying");
	if (mmx_decode_read(&pool_table, view, w->pool, &pool, err))
		return -1;
	if (pool.cpu < 0)
		return snprintf(name, size, "kworker/u%d:%d", pool.id, w->id);
	if (mmx_kget(view, pool.attrs, M_workqueue_attrs_nice, &nice, err))
		return -1;
	return snprintf(name, size, "kworker/%d:%d%s", pool.cpu, w->id,
			(int32_t)nice < 0 ? "H" : "");
}

/* What it does, or did last. */
static int name_worker(char *name, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	const struct mmx_task_lines *lines = mmx_task_lines(view, err);
	struct worker w = {0};
	size_t n = strlen(name);

	if (!lines || mmx_decode_read(&worker_table, view, addr, &w, err))
		return -1;
	if (lines->has[MMX_TASK_WORKER]) {
		int len = number_of(name, MMX_TASK_NAME, view, &w, err);

		if (len < 0)
			return -1;
		n = len < MMX_TASK_NAME ? (size_t)len : MMX_TASK_NAME - 1;
	}
	if (w.pool && *w.desc)
		snprintf(name + n, MMX_TASK_NAME - n, "%c%s", w.work ? '+' : '-', w.desc);
	return 0;
}

int mmx_task_name(char name[MMX_TASK_NAME], struct mmx_view *view, const struct mmx_task *task,
		  struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_task_struct_worker_private,
						      M_task_struct_flags, M_kthread_full_name,
						      M_kthread_data, M_workqueue_struct_name};
	uint64_t thread, flags, at;

	snprintf(name, MMX_TASK_NAME, "%s", task->comm);
	if (!task->kernel)
		return 0;
	if (mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_kget(view, task->addr, M_task_struct_worker_private, &thread, err) ||
	    mmx_kget(view, task->addr, M_task_struct_flags, &flags, err))
		return -1;
	if (!thread)
		return 0;
	if (flags & PF_WQ_WORKER)
		return mmx_kget(view, thread, M_kthread_data, &at, err)
			       ? -1
			       : name_worker(name, view, at, err);
	if (mmx_kget(view, thread, M_kthread_full_name, &at, err))
		return -1;
	return at ? read_text(view, at, name, MMX_TASK_NAME, "the name of the thread", err) : 0;
}
