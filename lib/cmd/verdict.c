// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/verdict.h"
#include "mm/mem.h"
#include "mm/processes/fault.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "mm/processes/vma_name.h"

static void say_vma(struct mmx_run *run, const struct mmx_fault_site *site)
{
	const struct mmx_vma *vma = &site->vma;
	struct mmx_vma_name name;
	struct mmx_err err;

	if (site->place != MMX_SITE_INSIDE)
		return;
	if (mmx_vma_name(&name, run->view, vma, &err))
		name.text[0] = '\0';
	mmx_say(run, "it is page 0x%" PRIx64 " of %" PRIx64 "-%" PRIx64 " %c%c%c%c%s%s",
		(site->addr - vma->start) >> run->kernel->arch->page_shift, vma->start, vma->end,
		vma->flags & MMX_VM_READ ? 'r' : '-', vma->flags & MMX_VM_WRITE ? 'w' : '-',
		vma->flags & MMX_VM_EXEC ? 'x' : '-', vma->flags & MMX_VM_MAYSHARE ? 's' : 'p',
		name.text[0] ? " " : "", name.text);
}

/* One line for all accesses that come to the same. */
static void say_faults(struct mmx_run *run, const struct mmx_fault_site *site)
{
	struct mmx_fault fault[MMX_ACCESSES];
	bool same = true;

	for (unsigned int i = 0; i < MMX_ACCESSES; i++) {
		mmx_fault_tell(&fault[i], run->view, site, i);
		same &= fault[i].kind == fault[0].kind && !strcmp(fault[i].text, fault[0].text);
	}
	for (unsigned int i = 0; i < (same ? 1 : MMX_ACCESSES); i++)
		mmx_say(run, "%s: %s: %s", same ? "any access" : mmx_access_word(i),
			mmx_fault_word(fault[i].kind), fault[i].text);
}

void mmx_say_verdict(struct mmx_run *run, int32_t pid, uint64_t address)
{
	const struct mmx_users users = {.tasks = mmx_know_tasks(run->view)};
	struct mmx_fault_site site;
	struct mmx_err err;
	uint64_t mm;

	if (mmx_user_mm(&users, pid, &mm, &err) ||
	    mmx_fault_site_find(&site, run->view, mm, mmx_task_find(users.tasks, pid), address,
				&err))
		return;
	say_vma(run, &site);
	say_faults(run, &site);
}
