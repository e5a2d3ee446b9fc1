// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/auxv: what the kernel told the program when it started it. The kernel keeps a copy of its own. */
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "proc/maps.h"
#include "proc/text.h"

#define AUXV_MAX 1024 /* bytes; a kernel has room for some 400 */

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

/* Pairs of words, the last of which has type 0. */
static int write_auxv(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_saved_auxv};
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct mmx_proc_mm *mm = p->state;
	char auxv[AUXV_MAX];
	size_t size, n = 0;
	uint64_t type = 1;

	if (!mm->mm)
		return 0;
	if (mmx_layout_require(l, need, 1, err))
		return -1;
	size = l->member[M_mm_struct_saved_auxv].m.size;
	size = size < sizeof(auxv) ? size : sizeof(auxv);
	if (mmx_kread_ok(p->view, mm->mm + mmx_off(l, M_mm_struct_saved_auxv), auxv, size,
			 "mm_struct.saved_auxv", err))
		return -1;
	for (; type && n + 16 <= size; n += 16)
		memcpy(&type, auxv + n, sizeof(type));
	if (type)
		mmx_cover_failf(&p->coverage, MMX_ECORRUPT,
				"auxv has no end within the room that it has");
	p->sink->write(p->sink->arg, auxv, n);
	return 0;
}

const struct mmx_proc_entry mmx_proc_auxv = {
	.name = "PID/auxv",
	.of_process = true,
	.binary = true,
	.state_size = sizeof(struct mmx_proc_mm),
	.find = find,
	.write = write_auxv,
	.end = mmx_proc_text_end,
};
