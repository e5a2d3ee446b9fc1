// SPDX-License-Identifier: GPL-2.0-or-later
/* vmax: the mappings of processes, the byte of a file behind an address, and where a byte of a file is mapped. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/processes/mm.h"
#include "records/picture.h"
#include "records/records.h"
#include "records/vma/vma.h"

static const struct mmx_field fields[] = {
	{"address", MMX_BLOCK, "with an address: what is behind it", .title = "Address",
	 .may = MMX_OR_NONE, .record = &mmx_record_vma_address},
	{"file", MMX_BLOCK, "with -f: the byte of the file", .title = "File", .may = MMX_OR_NONE,
	 .record = &mmx_record_vma_file},
	{"mapped", MMX_TABLE, "with -f: everywhere where it is mapped", .title = "Mapped",
	 .may = MMX_OR_NONE, .record = &mmx_record_vma_mapped},
	{"programs", MMX_LIST, "with -e and no address: programs, as the dynamic linker sees them",
	 .may = MMX_OR_NONE, .record = &mmx_record_vma_programs},
	{"spaces", MMX_LIST, "address spaces with their mappings", .may = MMX_OR_NONE,
	 .record = &mmx_record_vma_spaces},
	{0},
};

static const struct mmx_record document = {
	.name = "vma",
	.doc = "mappings of processes",
	.version = 1,
	.picture = &mmx_picture_vma,
	.fields = fields,
};

static bool nomem(struct mmx_run *run)
{
	mmx_say(run, "there is not enough memory");
	return false;
}

static bool add_pid(struct mmx_run *run, struct mmx_vmax *asked, uint64_t pid)
{
	struct mmx_user_space space;
	struct mmx_err err;

	if (pid > INT32_MAX) {
		mmx_say(run, "%" PRIu64 " is no PID", pid);
		return false;
	}
	if (mmx_user_space_of_pid(&space, run->view, (int32_t)pid, &err)) {
		mmx_say(run, "%s", err.text);
		return false;
	}
	return mmx_array_add(&asked->spaces, space) || nomem(run);
}

/* "101,202": PIDs are decimal, as everywhere. */
static bool add_pids(struct mmx_run *run, struct mmx_vmax *asked, const char *text)
{
	for (;;) {
		char *end = (char *)text;
		uint64_t pid = isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : 0;

		if (end == text || (*end && *end != ',')) {
			mmx_say(run, "%s is no PID, nor several with commas between", text);
			return false;
		}
		if (!add_pid(run, asked, pid))
			return false;
		if (!*end)
			return true;
		text = end + 1;
	}
}

/* By process; those that no task has come last. */
static int by_pid(const void *a, const void *b)
{
	const struct mmx_user_space *x = a, *y = b;

	if (!x->task != !y->task)
		return x->task ? -1 : 1;
	if (x->task && x->task->tgid != y->task->tgid)
		return x->task->tgid < y->task->tgid ? -1 : 1;
	return (x->mm > y->mm) - (x->mm < y->mm);
}

/* Each address space once, however many processes have it. */
static bool add_all(struct mmx_run *run, struct mmx_vmax *asked, enum mmx_exit *status)
{
	struct mmx_mms mms;

	mmx_mms_begin(&mms, run->view);
	while (mmx_mms_next(&mms)) {
		struct mmx_user_space space;

		mmx_user_space_of_mm(&space, run->view, mms.mm, mms.name);
		if (!mmx_array_add(&asked->spaces, space))
			return nomem(run);
	}
	mmx_array_sort(&asked->spaces, by_pid);
	*status = mmx_run_exit(run, &mms.coverage);
	if (!mmx_cover_whole(&mms.coverage))
		mmx_say(run, "%s", mms.coverage.first.text);
	return true;
}

static bool take_address(struct mmx_run *run, struct mmx_vmax *asked, const char *text)
{
	if (mmx_number(text, NULL, false, &asked->address)) {
		mmx_say(run, "%s is no address", text);
		return false;
	}
	if (asked->spaces.n != 1) {
		mmx_say(run, "an address is of one process");
		return false;
	}
	if (!asked->spaces.v[0].mm) {
		mmx_say(run, "%d (%s) has no memory: %s", asked->spaces.v[0].task->pid,
			asked->spaces.v[0].task->comm,
			mmx_user_memory_words(asked->spaces.v[0].memory));
		return false;
	}
	asked->by_address = true;
	return true;
}

static bool take_spaces(struct mmx_run *run, struct mmx_vmax *asked, enum mmx_exit *status)
{
	if (run->option['a']) {
		run->apart = true;
		if (run->n_operands) {
			mmx_say(run, "-a is for all: no PID with it");
			return false;
		}
		return add_all(run, asked, status);
	}
	if (!run->n_operands) {
		mmx_say(run, "whose mappings? PID, or -a for all");
		return false;
	}
	return add_pids(run, asked, run->operand[0]) &&
	       (run->n_operands == 1 || take_address(run, asked, run->operand[1]));
}

/* A page of a file names its offset already. */
static bool take_file(struct mmx_run *run, struct mmx_vmax *asked, struct mmx_what_file *file)
{
	const struct mmx_what_options options = {0};
	unsigned int shift = run->kernel->arch->page_shift;
	struct mmx_err err;

	if (!run->n_operands || run->n_operands > 2) {
		mmx_say(run, "-f takes FILE and the offset of a byte in it");
		return false;
	}
	if (mmx_what_file(file, run->view, run->operand[0], &options, &err)) {
		mmx_say(run, "%s", err.text);
		return false;
	}
	if (run->n_operands == 2 && mmx_number(run->operand[1], NULL, false, &asked->offset)) {
		mmx_say(run, "%s is no offset", run->operand[1]);
		return false;
	}
	if (run->n_operands == 1)
		asked->offset = file->has_index ? file->index << shift : 0;
	asked->index = asked->offset >> shift;
	asked->file = &file->mapping;
	asked->by_file = true;
	return true;
}

static enum mmx_exit vmax(struct mmx_run *run)
{
	struct mmx_vmax asked = {.structs = run->option['v'],
				 .tree = run->option['T'],
				 .counters = run->option['r'],
				 .program = run->option['e']};
	enum mmx_exit status = MMX_EXIT_OK;
	struct mmx_what_file file;
	bool ok = run->option['f'] ? take_file(run, &asked, &file)
				   : take_spaces(run, &asked, &status);

	if (ok)
		status = mmx_worse(status, mmx_run_tell(run, &asked));
	if (ok)
		status = mmx_worse(status, mmx_run_exit(run, &asked.findings));
	mmx_array_free(&asked.spaces);
	return ok ? status : MMX_EXIT_CANNOT;
}

static const struct mmx_option options[] = {
	{'a', "all", NULL, "all address spaces, those that no task has among them"},
	{'v', "verbose", NULL, "also where the structs of each mapping lie, and its flags"},
	{'r', "resident", NULL,
	 "also pages by kind: what the page tables have, and what the kernel counts"},
	{'T', "tree", NULL, "the maple tree instead: its nodes, pivots, slots and gaps"},
	{'e', "explain", NULL,
	 "the program instead, and what is linked to it; with ADDRESS how page and byte follow"},
	{'f', "file", NULL, "the operands are FILE OFFSET: where that byte is mapped"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_PAGES, FACT_DIRECT_MAP};

const struct mmx_command mmx_cmd_vmax = {
	.name = "vmax",
	.summary = "the mappings of processes; the byte of a file behind an address, and back",
	.operands = "PID[,PID...] [ADDRESS] | -a | -f FILE [OFFSET]",
	.help = "Shows the mappings of a process or thread, of several, or of all, from the maple tree: range,\n"
		"permissions, where they begin in their file (in pages, hex), how many pages there is room for\n"
		"and behind how many a frame stands, and what /proc/PID/maps calls them. With them whose memory it is:\n"
		"threads share theirs, a child of vfork() uses its parent's, and a thread of the kernel's may work\n"
		"on somebody's; a task without any is told why. The count is held against vm.max_map_count.\n"
		"\n"
		"With -e it shows the program instead, as the dynamic linker sees it: what the kernel told it when\n"
		"it started (auxv), where it is and what is added to its addresses, its interpreter, and the list of\n"
		"what has been linked, which is held against the mappings.\n"
		"\n"
		"With ADDRESS (hex): the mapping that covers it, which page of the mapping and of its file that\n"
		"is, which byte of the file, its symbol as far as the file's tables of symbols are in memory, and what\n"
		"the page tables have there; with -e how page, index and byte follow. Where no mapping covers it,\n"
		"the nearest ones are told. With -f it goes back: every process and address where a byte of\n"
		"a file is mapped, whether its page is there or not, and whether it is a copy of the process's own. FILE is a path as PID 1 sees it, the\n"
		"address of an inode, an address_space, a dentry or a struct file, or a page of the file.\n"
		"\n"
		"-T draws the maple tree, and its invariants are checked in any case: parents, pivots, places\n"
		"in use, noted gaps, levels. So is each VMA: that it is of this address space and for the\n"
		"range that it stands under, that there are as many as are counted, and as many pages. Where the count\n"
		"and the tree disagree, VMAs that the tree lost are looked for among all objects of their slab\n"
		"cache. With -r each present entry's page is looked at, and the kernel's counters of resident pages\n"
		"(rss_stat, with what CPUs keep back) are held against the entries. What is wrong is listed with\n"
		"its address, and the exit status is 1; no difference of a process that runs, or is torn down, is.\n"
		"\n"
		"    mmx -c vmcore vmax 1\n"
		"    mmx -c vmcore vmax 1 7ffff7dd5a10\n"
		"    mmx -c vmcore vmax -e 1\n"
		"    mmx -c vmcore vmax -f /usr/lib/x86_64-linux-gnu/libc.so.6 2d000",
	.example = "vmax 2001 | tail -n 6",
	.options = options,
	.document = &document,
	.max_operands = 2,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = vmax,
};
