// SPDX-License-Identifier: GPL-2.0-or-later
/* procx: an entry of the dead kernel's /proc, as that kernel would have printed it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "cmd/cmd.h"
#include "cmd/what.h"
#include "proc/proc.h"

static void say(void *arg, const char *text)
{
	mmx_say(arg, "%s", text);
}

static void progress(void *arg, int percent)
{
	const struct mmx_run *run = arg;

	run->messages->progress(run->messages->arg, percent);
}

static void write_raw(void *arg, const char *bytes, size_t len)
{
	mmx_out_raw(arg, bytes, len);
}

/* On a terminal the lines and columns stay; what else would be an order to it is a name out of the dump. */
static void write_clean(void *arg, const char *text, size_t len)
{
	mmx_out_put_clean_lines(arg, text, len);
}

static bool is_shown_as_runs(const struct mmx_run *run)
{
	return run->out->options.json || run->out->options.columns;
}

/* Whether the results can take the form of what is asked for. */
static bool check_form(struct mmx_run *run, const struct mmx_proc *p)
{
	if (p->entry->words && run->out->options.terminal && !p->as_runs)
		mmx_say(run, "%s is binary: redirect it to a file, or ask for --json",
			run->operand[0]);
	else if (p->entry->binary && run->out->options.terminal)
		mmx_say(run, "%s is binary: redirect it to a file", run->operand[0]);
	else if (p->entry->write && p->as_runs)
		mmx_say(run, "%s is text as it is, without --json or --columns", run->operand[0]);
	else
		return true;
	return false;
}

/* An address space has 2^35 pages and more. */
static bool check_size(struct mmx_run *run, const struct mmx_proc *p)
{
	if (p->entry->by != MMX_BY_ADDRESS || p->as_runs || run->option['r'])
		return true;
	mmx_say(run,
		"%s has a word for each page of an address space, which would be %" PRIu64
		" GiB: ask for a range of addresses with -r, or for --json",
		run->operand[0], (p->size * sizeof(uint64_t)) >> 30);
	return false;
}

static enum mmx_exit write_entry(struct mmx_run *run, struct mmx_proc *p)
{
	enum mmx_exit status = MMX_EXIT_OK;

	if (p->as_runs)
		status = mmx_run_show(run, p, NULL);
	else
		mmx_proc_write(p, &p->err);
	if (p->err.code) {
		mmx_say(run, "%s", p->err.text);
		return MMX_EXIT_CANNOT;
	}
	if (p->entry->end)
		p->entry->end(p);
	if (p->missing || p->in_doubt)
		status = mmx_worse(status, MMX_EXIT_PARTIAL);
	return mmx_worse(status, mmx_run_exit(run, &p->coverage));
}

static bool take_range(struct mmx_run *run, const struct mmx_proc *p, struct mmx_where *where)
{
	const char *range = run->option['r'];
	struct mmx_err err;

	if (!range)
		return true;
	where->given = 1u << p->entry->by;
	if (!mmx_number_range(range, false, &where->range[p->entry->by].first,
			      &where->range[p->entry->by].last, &err))
		return true;
	mmx_say(run, "%s", err.text);
	return false;
}

/* What stands for a number in an entry's name: "PID/maps", "node<N>/vmstat". */
static const char *numbered(const char *asked)
{
	static const char node[] = "node";
	size_t digits = strspn(asked, "0123456789");

	if (digits && asked[digits] == '/')
		return "PID";
	return !strncmp(asked, node, strlen(node)) && isdigit((unsigned char)asked[strlen(node)])
		       ? "node<N>"
		       : "";
}

/* The nearest entry, with the number that was asked for in its place again. */
static void find_near(struct mmx_suggest *near, const char *asked)
{
	static const char proc[] = "/proc/";
	char name[MMX_SUGGEST_NAME], shown[MMX_SUGGEST_NAME];
	const char *before;
	int own;

	asked += strncmp(asked, proc, strlen(proc)) ? 0 : strlen(proc);
	before = numbered(asked);
	own = *before ? strcspn(asked, "/") : 0;
	snprintf(name, sizeof(name), "%s%s", before, asked + own);
	mmx_suggest_begin(near, name, strlen(name));
	for (unsigned int i = 0; i < MMX_PROC_COUNT; i++) {
		const char *entry = mmx_proc_entry_name(i);

		if (strncmp(entry, before, strlen(before)) != 0)
			continue;
		snprintf(shown, sizeof(shown), "%.*s%s", own, asked, entry + strlen(before));
		mmx_suggest_offer_as(near, entry, shown);
	}
}

static enum mmx_exit no_entry(struct mmx_run *run)
{
	struct mmx_suggest near;

	find_near(&near, run->operand[0]);
	mmx_say(run, "no entry %s%s", run->operand[0],
		*near.words ? near.words : "; \"help procx\" lists them");
	return MMX_EXIT_CANNOT;
}

static enum mmx_exit procx(struct mmx_run *run)
{
	const struct mmx_sink sink = {
		.write = run->out->options.terminal ? write_clean : write_raw,
		.arg = run->out,
	};
	struct mmx_proc p = {
		.view = run->view,
		.sink = &sink,
		.watcher = {.say = say, .arg = run},
		.as_runs = is_shown_as_runs(run),
	};
	struct mmx_where where = {0};
	enum mmx_exit status;
	struct mmx_err err;

	if (!mmx_proc_find(&p, run->operand[0]))
		return no_entry(run);
	if (!check_form(run, &p) || !take_range(run, &p, &where))
		return MMX_EXIT_CANNOT;
	/* On a terminal that the results go to, they are progress enough. */
	if (run->messages->progress && !run->out->options.terminal)
		p.watcher.progress = progress;
	if (mmx_proc_open(&p, &where, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = check_size(run, &p) ? write_entry(run, &p) : MMX_EXIT_CANNOT;
	mmx_proc_close(&p);
	return status;
}

static const char *entry_name(size_t i)
{
	return mmx_proc_entry_name(i);
}

static const struct mmx_option options[] = {
	{'r', "range", "A-B",
	 "of a file of words only those of these frames, or of these addresses of a process, the last one included"},
	{0},
};

const struct mmx_command mmx_cmd_procx = {
	.name = "procx",
	.summary = "an entry of the dead kernel's /proc",
	.operands = "ENTRY",
	.help = "Writes to standard output what that kernel's /proc/ENTRY would have held, byte for byte,\n"
		"by that kernel's own rules, which differ between releases.\n"
		"\n"
		"kpageflags, kpagecount and kpagecgroup are binary: a 64-bit word a frame. They are not\n"
		"written to a terminal; --json and --columns have them as runs of equal words. A frame\n"
		"whose struct page is not in the dump, or another one that its word rests on, has all bits\n"
		"set, which no kernel prints; how many those are is said on standard error, and the exit\n"
		"status is 3. It is that, too, when nothing tells whether a kernel makes the mistake of\n"
		"setting the bit for KSM on all anonymous memory: the bit is then set where it should be.\n"
		"Said is also a max_pfn, where the file ends, that is not where the memory sections end; when\n"
		"it is before that the exit status is 1.\n"
		"\n"
		"PID/pagemap has a word for each page of an address space. Of the file only the range that -r gives\n"
		"in addresses is written; --json and --columns have all of it. As root sees it, with frame numbers.\n"
		"\n"
		"The others are text, as root of that machine would have read it. A number that cannot be\n"
		"known, since its list breaks off or is not in the dump, is a question mark. slabinfo counts\n"
		"as active what CPUs keep free too, as kernels do; where a node has more than 10000 partial\n"
		"slabs of a cache, kernels since 6.10 estimate what they have free, and so does it.\n"
		"vmallocinfo has addresses as kptr_restrict and the kernel's secret make them, hashed mostly.\n"
		"\n"
		"vmstat, zoneinfo and the files of nodes have the kernel's counters as it shows them, without what\n"
		"CPUs have not added yet, by its own names; zoneinfo is printed by its own formats, out of its\n"
		"read-only data. pagetypeinfo counts a list up to 100000 blocks, as kernels do. What is of a node\n"
		"in sysfs is node<N>/vmstat, node<N>/numastat and node<N>/meminfo. meminfo has the lines that the\n"
		"kernel has texts for, in the order that they have had since 6.1. allocinfo is there where\n"
		"allocations are profiled (CONFIG_MEM_ALLOC_PROFILING, since 6.10).\n"
		"\n"
		"What each process has is PID/maps and its kin; PID may be a thread's. Paths are as PID 1 sees\n"
		"them. Of a kernel thread, a zombie, and a leader that exited before its threads they are empty,\n"
		"or zeros. smaps, smaps_rollup and numa_maps are added up from page tables and struct pages, by the\n"
		"rules of the kernel's release; statm and status have the kernel's own counters, as far as it reads\n"
		"them. Times in stat are what was accounted last. cmdline is read from the memory of the process,\n"
		"where that is in swap from zram or zswap; auxv is binary. fd is a folder: a line each descriptor,\n"
		"with where its link leads.",
	.example = "procx 2001/maps",
	.options = options,
	.document = &mmx_proc_document,
	.operand = entry_name,
	.min_operands = 1,
	.max_operands = 1,
	.run = procx,
};
