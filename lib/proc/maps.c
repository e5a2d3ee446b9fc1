// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/maps: the mappings of a process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/mem.h"
#include "mm/processes/vma_name.h"
#include "proc/maps.h"
#include "proc/text.h"

#define NAME_COLUMN \
	73 /* 25 and six pointers' worth of characters, less one, before the space that is put always */

/* Of vm_flags, and there ever since. */
enum { VM_READ = 1, VM_WRITE = 2, VM_EXEC = 4, VM_MAYSHARE = 0x80 };

/* Idle tasks have PID 0 and are not in /proc. */
int mmx_proc_mm_find(struct mmx_proc *p, struct mmx_proc_mm *mm, struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(p->view);
	uint64_t users;

	mm->task = p->pid && p->pid <= INT32_MAX ? mmx_task_find(tasks, (int32_t)p->pid) : NULL;
	if (!mm->task)
		return mmx_fail(
			err, MMX_ENOTFOUND, "there is no process or thread %" PRIu64 "%s%s", p->pid,
			mmx_cover_whole(&tasks->coverage) ? "" : "; not all could be looked at: ",
			tasks->coverage.first.text);
	mm->mm = mm->task->kernel ? 0 : mm->task->mm;
	if (!mm->mm || !mmx_has(&p->view->kernel->layout, M_mm_struct_mm_users))
		return 0;
	if (mmx_kget(p->view, mm->mm, M_mm_struct_mm_users, &users, err))
		return -1;
	if (!users)
		mm->mm = 0;
	return 0;
}

void mmx_proc_maps_begin(struct mmx_proc_maps *m, struct mmx_proc *p, uint64_t mm)
{
	m->p = p;
	m->mm = mm;
	m->gate_done = !mm;
	if (mm)
		mmx_vmas_begin(&m->vmas, p->view, mm);
}

static bool next_gate(struct mmx_proc_maps *m)
{
	struct mmx_err err;
	int ret;

	m->gate_done = true;
	ret = mmx_gate_vma(&m->vma, m->p->view, m->mm, &err);
	if (ret < 0)
		mmx_cover_fail(&m->p->coverage, &err);
	return ret > 0;
}

bool mmx_proc_maps_next(struct mmx_proc_maps *m)
{
	if (m->gate_done)
		return false;
	if (mmx_vmas_next(&m->vmas)) {
		m->vma = m->vmas.vma;
		return true;
	}
	mmx_cover_inherit(&m->p->coverage, &m->vmas.coverage);
	return next_gate(m);
}

void mmx_proc_put_escaped(struct mmx_proc *p, const char *text, const char *escape)
{
	char out[4 * MMX_PATH_MAX + 1];
	size_t n = 0;

	for (; *text && n + 4 < sizeof(out); text++) {
		if (strchr(escape, *text))
			n += snprintf(out + n, sizeof(out) - n, "\\%03o", (unsigned char)*text);
		else
			out[n++] = *text;
	}
	p->sink->write(p->sink->arg, out, n);
}

/* What is before the name; returns how long it is. */
static int put_range(struct mmx_proc *p, const struct mmx_vma *vma)
{
	uint64_t offset = vma->file ? vma->pgoff << p->view->kernel->arch->page_shift : 0;
	struct mmx_vma_inode inode;
	struct mmx_err err;
	char text[160];
	int n;

	n = snprintf(text, sizeof(text), "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " ",
		     vma->start, vma->end, vma->flags & VM_READ ? 'r' : '-',
		     vma->flags & VM_WRITE ? 'w' : '-', vma->flags & VM_EXEC ? 'x' : '-',
		     vma->flags & VM_MAYSHARE ? 's' : 'p', offset);
	if (!mmx_vma_inode(&inode, p->view, vma, &err)) {
		n += snprintf(text + n, sizeof(text) - n, "%02x:%02x %" PRIu64 " ",
			      mmx_dev_major(inode.dev), mmx_dev_minor(inode.dev), inode.ino);
	} else {
		n += snprintf(text + n, sizeof(text) - n, "?:? ? ");
		mmx_proc_unknown(p, &err);
		p->missing++;
	}
	p->sink->write(p->sink->arg, text, (size_t)n);
	return n;
}

void mmx_proc_map_line(struct mmx_proc *p, const struct mmx_vma *vma)
{
	struct mmx_vma_name name;
	struct mmx_err err;
	int n = put_range(p, vma);

	if (mmx_vma_name(&name, p->view, vma, &err)) {
		mmx_fail_prefix(&err, "the mapping at 0x%" PRIx64, vma->start);
		mmx_proc_unknown(p, &err);
		p->missing++;
		strcpy(name.text, "?");
	}
	if (*name.text) {
		mmx_proc_put(p, "%*s", n < NAME_COLUMN ? NAME_COLUMN - n : 1, " ");
		mmx_proc_put_escaped(p, name.text, name.kind == MMX_VMA_FILE ? "\n" : "");
	}
	mmx_proc_put(p, "\n");
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

static int write_maps(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_proc_mm *mm = p->state;
	struct mmx_proc_maps maps;

	(void)err;
	mmx_cover_inherit(&p->coverage, &mmx_know_vma_rules(p->view)->coverage);
	mmx_proc_maps_begin(&maps, p, mm->mm);
	while (mmx_proc_maps_next(&maps))
		mmx_proc_map_line(p, &maps.vma);
	return 0;
}

const struct mmx_proc_entry mmx_proc_maps = {
	.name = "PID/maps",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_mm),
	.find = find,
	.write = write_maps,
	.end = mmx_proc_text_end,
};
