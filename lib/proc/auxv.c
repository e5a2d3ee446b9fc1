// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/auxv: what the kernel told the program when it started it. The kernel keeps a copy of its own. */
#include <string.h>

#include "mm/mem.h"
#include "mm/programs/auxv.h"
#include "proc/maps.h"
#include "proc/text.h"

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

/* Pairs of words, the last of which has type 0. */
static int write_auxv(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_proc_mm *mm = p->state;
	unsigned char auxv[MMX_AUXV_BYTES];
	size_t size, n = 0;
	uint64_t type = 1;

	if (!mm->mm)
		return 0;
	if (mmx_auxv_bytes(p->view, mm->mm, auxv, &size, err))
		return -1;
	for (; type && n + 16 <= size; n += 16)
		memcpy(&type, auxv + n, sizeof(type));
	if (type)
		mmx_cover_failf(&p->coverage, MMX_ECORRUPT,
				"auxv has no end within the room that it has");
	p->sink->write(p->sink->arg, (const char *)auxv, n);
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
