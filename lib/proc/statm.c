// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/statm: sizes of a process in pages, by the kernel's own counters. */
#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/processes/rss.h"
#include "proc/maps.h"
#include "proc/text.h"

struct sizes {
	uint64_t total, data, stack, start_code, end_code;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct sizes, total, mm_struct, total_vm),
	MMX_WANT(struct sizes, data, mm_struct, data_vm),
	MMX_WANT(struct sizes, stack, mm_struct, stack_vm),
	MMX_WANT(struct sizes, start_code, mm_struct, start_code),
	MMX_WANT(struct sizes, end_code, mm_struct, end_code),
};

static const struct mmx_decode sizes_table = MMX_DECODE("mm_struct", wanted);

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

static uint64_t pages_of_code(const struct mmx_proc *p, const struct sizes *s)
{
	uint64_t page = 1ULL << p->view->kernel->arch->page_shift;

	return (((s->end_code + page - 1) & -page) - (s->start_code & -page)) / page;
}

/* What holds libraries and dirty pages has been 0 since 2.6. */
static int write_statm(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_proc_mm *mm = p->state;
	struct mmx_rss rss = {0};
	struct sizes s = {0};
	struct mmx_err why;
	bool unknown = false;

	if (mm->mm && mmx_decode_read(&sizes_table, p->view, mm->mm, &s, err))
		return -1;
	if (mm->mm && mmx_rss_read(&rss, p->view, mm->mm, "task_statm", &why)) {
		mmx_proc_unknown(p, &why);
		unknown = true;
	}
	mmx_proc_number(p, 0, (struct mmx_proc_value){.n = s.total});
	mmx_proc_put(p, " ");
	mmx_proc_number(p, 0, (struct mmx_proc_value){rss.file + rss.anon + rss.shmem, unknown});
	mmx_proc_put(p, " ");
	mmx_proc_number(p, 0, (struct mmx_proc_value){rss.file + rss.shmem, unknown});
	mmx_proc_put(p, " ");
	mmx_proc_number(p, 0, (struct mmx_proc_value){.n = pages_of_code(p, &s)});
	mmx_proc_put(p, " 0 ");
	mmx_proc_number(p, 0, (struct mmx_proc_value){.n = s.data + s.stack});
	mmx_proc_put(p, " 0\n");
	return 0;
}

const struct mmx_proc_entry mmx_proc_statm = {
	.name = "PID/statm",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_mm),
	.find = find,
	.write = write_statm,
	.end = mmx_proc_text_end,
};
