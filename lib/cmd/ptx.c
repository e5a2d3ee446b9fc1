// SPDX-License-Identifier: GPL-2.0-or-later
/* ptx: page tables: the way of an address, what a range has, and what a fault would do. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/mem.h"
#include "mm/processes/pt_summary.h"
#include "mm/processes/task.h"
#include "mm/processes/tlb.h"
#include "records/picture.h"
#include "records/ptx.h"

/* @operand: the next one; @status: of what is no address */
struct ptx {
	struct mmx_ptx ptx;
	struct mmx_run *run;
	int operand;
	enum mmx_exit status;
};

static int address_of(struct mmx_run *run, const char *text, uint64_t *address)
{
	struct mmx_err err;

	if (mmx_symbol_addr(&run->kernel->symbols, text, address) ||
	    !mmx_number(text, NULL, run->option['d'], address))
		return 0;
	mmx_symbols_fail(&run->kernel->symbols, text, &err, "%s is no address, and no symbol",
			 text);
	mmx_say(run, "%s", err.text);
	return -1;
}

/* User addresses belong to a process, or to a root that is given. */
static bool belongs(struct mmx_run *run, const struct mmx_pt_space_asked *space, uint64_t address)
{
	if (!mmx_pt_is_user(address) || space->mm || run->option['t'])
		return true;
	mmx_say(run, "0x%" PRIx64 " is a user address: of which process? -u PID", address);
	return false;
}

static bool next_walk(struct mmx_ptx *ptx)
{
	struct ptx *p = (struct ptx *)ptx;
	uint64_t address;

	while (p->operand < p->run->n_operands) {
		const char *text = p->run->operand[p->operand++];

		if (!address_of(p->run, text, &address) && belongs(p->run, &ptx->space, address)) {
			mmx_pt_walk_find(ptx, p->run->view, address);
			return true;
		}
		p->status = MMX_EXIT_CANNOT;
	}
	return false;
}

/*
 * Whose tables.
 */

static int take_process(struct mmx_run *run, struct mmx_pt_space_asked *space, struct mmx_err *err)
{
	const struct mmx_kernel *k = run->kernel;
	const struct mmx_users users = {.tasks = mmx_know_tasks(run->view)};
	uint64_t pid;

	if (mmx_number(run->option['u'], NULL, true, &pid) || pid > INT32_MAX)
		return mmx_fail(err, MMX_EUSAGE, "%s is no PID", run->option['u']);
	if (mmx_user_mm(&users, (int32_t)pid, &space->mm, err) ||
	    mmx_user_root(run->view, space->mm, &space->root, err))
		return -1;
	space->task = mmx_task_find(users.tasks, (int32_t)pid);
	if (k->isolation.on)
		space->user_root = space->root + k->isolation.user_root;
	return 0;
}

static int take_root(struct mmx_run *run, struct mmx_pt_space_asked *space, struct mmx_err *err)
{
	const char *text = run->option['t'];

	if (run->option['u'])
		return mmx_fail(err, MMX_EUSAGE, "-u has a root already");
	if (mmx_number(text, NULL, run->option['d'], &space->root) ||
	    space->root & ((1ULL << run->kernel->arch->page_shift) - 1))
		return mmx_fail(err, MMX_EUSAGE, "%s is no physical address of a table", text);
	return 0;
}

static int take_space(struct mmx_run *run, struct mmx_pt_space_asked *space, struct mmx_err *err)
{
	if (run->option['t'])
		return take_root(run, space, err);
	if (run->option['u'])
		return take_process(run, space, err);
	space->root = run->kernel->paging.root;
	return 0;
}

/*
 * A range, and what is counted: without one all that user space can have, or the kernel.
 */

static int take_range(struct mmx_run *run, struct mmx_ptx *p, struct mmx_err *err)
{
	const char *text = run->option['r'];

	p->ranged = text;
	p->summed = run->option['s'];
	p->explained = run->option['e'];
	if (run->n_operands && (p->ranged || p->summed))
		return mmx_fail(err, MMX_EUSAGE, "-r has its range, and -s takes it from there");
	p->cpus = !run->n_operands && !p->ranged && !p->summed;
	if (p->cpus && (run->option['u'] || run->option['t']))
		return mmx_fail(err, MMX_EUSAGE, "which address? Or a range: -r A-B, -s");
	p->last = (1ULL << 63) - 1;
	if (!text && !p->space.mm && !run->option['t'])
		p->first = 1ULL << 63, p->last = ~0ULL;
	if (text && mmx_number_range(text, run->option['d'], &p->first, &p->last, err))
		return -1;
	if (mmx_pt_is_user(p->first) != mmx_pt_is_user(p->last))
		return mmx_fail(err, MMX_EUSAGE,
				"the range begins in user space and ends in the kernel's");
	return 0;
}

static int count(struct mmx_run *run, struct mmx_ptx *p, struct mmx_pt_summary *summary,
		 struct mmx_err *err)
{
	p->summary = summary;
	return p->summed ? mmx_pt_summary_find(summary, run->view, p->space.root, p->first, p->last,
					       err)
			 : 0;
}

static void find_cpus(struct mmx_run *run, struct mmx_ptx *p, struct mmx_tlbs *tlbs)
{
	if (p->cpus && !mmx_tlbs_find(tlbs, run->view, &p->no_tlbs))
		p->tlbs = tlbs;
}

/*
 * Running.
 */

static enum mmx_exit ptx(struct mmx_run *run)
{
	struct ptx p = {.ptx = {.next = next_walk}, .run = run};
	struct mmx_pt_summary summary;
	struct mmx_tlbs tlbs = {0};
	enum mmx_exit status;
	struct mmx_err err;

	if (take_space(run, &p.ptx.space, &err) || take_range(run, &p.ptx, &err) ||
	    count(run, &p.ptx, &summary, &err)) {
		mmx_say(run, "%s", err.text);
		return err.code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
	}
	if (p.ptx.ranged && !belongs(run, &p.ptx.space, p.ptx.first))
		return MMX_EXIT_CANNOT;
	find_cpus(run, &p.ptx, &tlbs);
	status = mmx_run_show(run, &p.ptx, NULL);
	mmx_tlbs_free(&tlbs);
	mmx_steps_free(&p.ptx.walked.steps);
	if (p.ptx.summed && !mmx_cover_whole(&summary.coverage))
		mmx_say(run, "not all is known: %s", summary.coverage.first.text);
	return mmx_worse(status, p.status);
}

static const struct mmx_field fields[] = {
	{"cpus", MMX_TABLE, "without an operand: the page tables that each CPU runs on",
	 .title = "CPUs", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &mmx_record_pt_cpus},
	{"registers", MMX_TABLE, "and CR3 of each, with what is to be flushed", .title = "CR3",
	 .may = MMX_OR_NONE, .record = &mmx_record_pt_registers},
	{"tlbs", MMX_TABLE, "and what its TLB may have of address spaces", .title = "TLBs",
	 .may = MMX_OR_NONE, .record = &mmx_record_pt_tlbs},
	{"walks", MMX_LIST, "the ways of the addresses that were asked for", .may = MMX_OR_NONE,
	 .record = &mmx_record_pt_walks},
	{"runs", MMX_TABLE, "with -r: what the range has, gaps included", .title = "Range",
	 .may = MMX_OR_NONE, .record = &mmx_record_pt_runs},
	{"states", MMX_TABLE, "with -s: what stands there, by state and size", .title = "Entries",
	 .may = MMX_OR_NONE, .record = &mmx_record_pt_states},
	{"tables", MMX_TABLE, "with -s: the tables, by level", .title = "Tables",
	 .may = MMX_OR_NONE, .record = &mmx_record_pt_tables},
	{"slots", MMX_TABLE, "with -s: entries of the root that are in use",
	 .title = "Slots of the root", .may = MMX_OR_NONE, .record = &mmx_record_pt_roots},
	{0},
};

static const struct mmx_record document = {
	.name = "pt",
	.doc = "page tables; the exit status is 1 where the dump contradicts itself, and 3 where a table or "
	       "something that a verdict rests on is not in it",
	.version = 1,
	.picture = &mmx_picture_pt,
	.fields = fields,
};

static const struct mmx_option options[] = {
	{'u', "user", "PID", "the page tables of that process"},
	{'t', "root", "PHYS", "those below the root table at that physical address, as CR3 has it"},
	{'r', "range", "A-B",
	 "what these addresses have, both ends included, as runs of what is alike"},
	{'e', "explain", NULL,
	 "of an address: how each index, entry and table follows, and what is at the end"},
	{'s', "summary", NULL,
	 "count by state and size, with the tables and the slots of the root in use"},
	{'d', "decimal", NULL, "numbers are decimal"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_PAGING};

const struct mmx_command mmx_cmd_ptx = {
	.name = "ptx",
	.summary = "page tables: the way of an address, and what a fault there would do",
	.operands = "[WHAT...]",
	.help = "Follows addresses through page tables: for each level the table, the index and the shift and mask\n"
		"that gave it, the entry with its own address, its bits by name, and what it leads to. WHAT is a\n"
		"kernel address or the name of a symbol, and with -u a user address of that process or thread,\n"
		"whose VMA is shown as well.\n"
		"\n"
		"With -e it shows how all of that follows, a step a line: the root from the process's pgd, each index\n"
		"by shift and mask, the entry's address and the entry itself, by which bits of it the next table or the\n"
		"frame is named, and of an entry that is not present the type and place in swap.\n"
		"\n"
		"Of a process's address it tells what a fault there would do, were it read from, written to or\n"
		"executed by user mode just then: nothing, as it is mapped; a new page of zeros; a page of the\n"
		"file, cached or to be read; out of which slot of swap; a copy, of which frame; that a stack\n"
		"would grow, userfaultfd would be asked, or a driver decides; or SIGSEGV or SIGBUS, and why. That\n"
		"follows the kernel's own rules; that memory can be had is taken for granted, and what the limits\n"
		"of address space and locked memory would say to a stack is not looked at.\n"
		"\n"
		"Without an operand it shows which page tables each CPU runs on, and for which task; CR3 as it\n"
		"follows from that, which is held against the machine's own where the dump has QEMU's notes; and\n"
		"what each TLB may still have of user memory: of which address spaces, whether it is up to date,\n"
		"and when it is flushed. A CPU that is not told of changes to what it has loaded, and one that is\n"
		"ahead of them, is wrong, and the exit status is 1.\n"
		"\n"
		"With -r a range as runs of entries that are alike, gaps included: of a process those where no VMA\n"
		"is, and those within one, which it has not touched; with -s counts, of that range\n"
		"or else of all that the process has, and without -u of the kernel's half. With page-table\n"
		"isolation the entries on user mode's own tables are shown as well.\n"
		"\n"
		"For example, \"ptx -u 1 7f0000001000\", \"ptx -u 1 -r 400000-4fffff\", \"ptx -s\".",
	.example = "ptx init_task",
	.options = options,
	.document = &document,
	.symbols = true,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = ptx,
};
