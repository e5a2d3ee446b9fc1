// SPDX-License-Identifier: GPL-2.0-or-later
/* zonex: nodes and zones, and which of them would serve a request for memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "mm/lru/lru.h"
#include "mm/processes/task.h"
#include "mm/zones/gfp_names.h"
#include "mm/zones/nodes.h"
#include "mm/zones/topology.h"
#include "mm/zones/zone_checks.h"
#include "mm/zones/zone_states.h"
#include "records/lru.h"
#include "records/records.h"
#include "records/zonex.h"

static const struct mmx_field fields[] = {
	{"request", MMX_BLOCK, "with -a: what is asked for", .title = "Request", .may = MMX_OR_NONE,
	 .record = &mmx_record_request},
	{"tries", MMX_TABLE, "with -a: what comes of each zone", .title = "Zones that are tried",
	 .may = MMX_OR_NONE, .record = &mmx_record_request_tries},
	{"nodes", MMX_TABLE, "all of them", .title = "Nodes", .may = MMX_OR_NONE,
	 .record = &mmx_record_nodes},
	{"zones", MMX_TABLE, "where they lie, and why there", .title = "Zones", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_ranges},
	{"marks", MMX_TABLE, "how much is free, and the watermarks", .title = "Watermarks",
	 .may = MMX_OR_NONE, .record = &mmx_record_zone_marks},
	{"settings", MMX_BLOCK, "what watermarks and reserves are made from", .title = "Made from",
	 .may = MMX_OR_NONE, .record = &mmx_record_zone_settings},
	{"by_zone", MMX_BLOCK, "free blocks and reserves", .title = "By zone", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_grids},
	{"lists", MMX_TABLE, "what CPUs keep", .title = "Lists of CPUs", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_lists},
	{"pageblocks", MMX_TABLE, "by migrate type", .title = "Pageblocks", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_blocks},
	{"more", MMX_TABLE, "reserves for atomic requests, compaction, flags",
	 .title = "Atomic reserves and compaction", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_more},
	{"zonelists", MMX_TABLE, "the order in which zones are tried", .title = "Order of zones",
	 .may = MMX_OR_NONE, .record = &mmx_record_zonelists},
	{"free", MMX_LIST, "with -v: free blocks by order and migrate type, counted on the lists",
	 .may = MMX_OR_NONE, .record = &mmx_record_zone_free},
	{"cpus", MMX_TABLE, "with -v: what each CPU keeps", .title = "Lists of each CPU",
	 .may = MMX_OR_NONE, .record = &mmx_record_zone_cpus},
	{"counters", MMX_TABLE, "with -v: those that are not 0", .title = "Counters",
	 .may = MMX_OR_NONE, .record = &mmx_record_zone_counters},
	{"explained", MMX_LIST, "with -e: how that follows, zone by zone", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_explained},
	{"steps", MMX_TABLE, "with -e and -a: the arithmetic of each try", .title = "Derivation",
	 .may = MMX_OR_NONE, .record = &mmx_record_request_steps},
	{"lru_nodes", MMX_TABLE, "with -l: what is on the LRU lists of each node",
	 .title = "LRU lists by node", .may = MMX_OR_NONE, .record = &mmx_record_lru_nodes},
	{"lru_owners", MMX_TABLE, "with -l: who has LRU lists, the largest first",
	 .title = "Who has LRU lists", .may = MMX_OR_NONE, .record = &mmx_record_lru_owners},
	{"lru_lists", MMX_TABLE, "with -l: theirs, with their pages", .title = "LRU lists",
	 .may = MMX_OR_NONE, .record = &mmx_record_lru_lists},
	{"lru_batched", MMX_TABLE, "with -l: pages that CPUs keep back", .title = "Batches of CPUs",
	 .may = MMX_OR_NONE, .record = &mmx_record_lru_batched},
	{"lru_findings", MMX_TABLE, "with -l: what is wrong in those lists", .title = "Findings",
	 .may = MMX_OR_NONE, .record = &mmx_record_lru_findings},
	{"findings", MMX_TABLE, "what cannot be", .title = "Findings", .may = MMX_OR_NONE,
	 .record = &mmx_record_zone_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "zone",
	.doc = "nodes and zones, or which zone would serve a request for memory",
	.version = 1,
	.fields = fields,
};

/* "GFP_KERNEL,2" */
static bool take_request(struct mmx_run *run, struct mmx_request *q)
{
	const struct mmx_gfp_names *names = mmx_know_gfp_names(run->view);
	const char *comma = strchr(run->option['a'], ',');
	struct mmx_err err = names->coverage.first;
	char gfp[256], *end = "";

	if (!err.code) {
		snprintf(gfp, sizeof(gfp), "%.*s",
			 (int)(comma ? (size_t)(comma - run->option['a']) : sizeof(gfp)),
			 run->option['a']);
		mmx_gfp_parse(names, gfp, &q->gfp, &err);
	}
	if (!err.code && comma) {
		q->order = strtoul(comma + 1, &end, 10);
		if (end == comma + 1 || *end)
			mmx_fail(&err, MMX_EUSAGE, "%s is no order", comma + 1);
	}
	if (err.code)
		mmx_say(run, "%s", err.text);
	return !err.code;
}

/* That of a CPU that is online, the first one's, as long as nobody names one. */
static bool take_node(struct mmx_run *run, struct mmx_request *q)
{
	const struct mmx_topology *t = mmx_know_topology(run->view);
	const char *asked = run->option['n'];
	char *end;

	for (size_t i = t->cpus.n; i--;) {
		if (t->cpus.v[i].online)
			q->node = t->cpus.v[i].node;
	}
	if (!asked)
		return true;
	q->is_on_node = true;
	q->node = strtoul(asked, &end, 10);
	if (end != asked && !*end)
		return true;
	mmx_say(run, "%s is no number of a node", asked);
	return false;
}

static bool take_task(struct mmx_run *run, struct mmx_request *q)
{
	const char *asked = run->option['u'];
	const struct mmx_tasks *tasks;
	char *end;
	long pid;

	if (!asked)
		return true;
	pid = strtol(asked, &end, 10);
	if (end == asked || *end || pid < 0 || pid > INT32_MAX) {
		mmx_say(run, "%s is no PID", asked);
		return false;
	}
	tasks = mmx_know_tasks(run->view);
	q->task = mmx_task_find(tasks, (int32_t)pid);
	if (q->task)
		return true;
	mmx_say(run, "there is no PID %ld%s%s", pid,
		mmx_cover_whole(&tasks->coverage) ? "" : "; not all could be looked at: ",
		tasks->coverage.first.text);
	return false;
}

static enum mmx_exit ask(struct mmx_run *run, struct mmx_request *q)
{
	struct mmx_zonex asked = {.request = q};
	enum mmx_exit status;
	struct mmx_err err;

	if (!take_request(run, q) || !take_node(run, q) || !take_task(run, q))
		return MMX_EXIT_CANNOT;
	if (mmx_request_ask(q, run->view, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = mmx_run_show(run, &asked, NULL);
	if (!mmx_cover_whole(&q->coverage))
		mmx_say(run, "%s", q->coverage.first.text);
	return status;
}

/* How many owners of lists, and findings, there are beyond those that are shown. */
static void say_how_many(struct mmx_run *run, const struct mmx_lru *lru)
{
	size_t owners = 0;

	for (size_t i = 0; i < lru->sums.n; i++)
		owners += lru->sums.v[i].folios || lru->sums.v[i].unevictable;
	if (owners > MMX_LRU_TOP && !run->option['v'])
		mmx_say(run, "%zu have LRU lists with pages, of which the %u largest are shown",
			owners, MMX_LRU_TOP);
	for (unsigned int i = 0; i < MMX_LRU_FAULT_COUNT; i++) {
		if (lru->found[i] > MMX_LRU_FINDINGS_KEPT)
			mmx_say(run, "%s: %" PRIu64 " times, of which %u are shown",
				mmx_lru_fault_word(i), lru->found[i], MMX_LRU_FINDINGS_KEPT);
	}
}

static enum mmx_exit show_lru(struct mmx_run *run)
{
	const struct mmx_lru *lru = mmx_know_lru(run->view);
	struct mmx_zonex asked = {.verbose = run->option['v'], .lru = true};
	enum mmx_exit status;

	run->apart = true;
	if (!lru->sums.n) {
		mmx_say(run, "%s", lru->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	status = mmx_run_show(run, &asked, NULL);
	say_how_many(run, lru);
	if (!mmx_cover_whole(&lru->coverage))
		mmx_say(run, "%s", lru->coverage.first.text);
	return mmx_worse(status, mmx_lru_findings_total(lru) ? MMX_EXIT_FINDINGS : MMX_EXIT_OK);
}

/* What stood in the way of any of it. */
static void say_what_is_missing(struct mmx_run *run)
{
	static const enum mmx_known known[] = {MMX_KNOWN_nodes, MMX_KNOWN_topology,
					       MMX_KNOWN_zone_states, MMX_KNOWN_counters,
					       MMX_KNOWN_pcp};

	for (unsigned int i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct mmx_coverage *c = mmx_known_coverage(run->view, known[i]);

		if (!mmx_cover_whole(c))
			mmx_say(run, "%s: %s", mmx_known_words(known[i]), c->first.text);
	}
}

static enum mmx_exit zonex(struct mmx_run *run)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(run->view);
	const struct mmx_zone_checks *checks;
	struct mmx_zonex asked = {.verbose = run->option['v'], .explained = run->option['e']};
	struct mmx_steps steps = {0};
	struct mmx_request request = {.steps = run->option['e'] ? &steps : NULL};
	enum mmx_exit status;

	if (!states->n) {
		mmx_say(run, "%s", states->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	if (run->option['l'])
		return show_lru(run);
	if (run->option['a']) {
		status = ask(run, &request);
		mmx_request_free(&request);
		mmx_steps_free(&steps);
		return status;
	}
	status = mmx_run_show(run, &asked, NULL);
	say_what_is_missing(run);
	checks = mmx_know_zone_checks(run->view);
	for (size_t i = 0; i < checks->n; i++)
		status = mmx_worse(status,
				   mmx_run_wrong(run, "node %u, zone %d: %s", checks->v[i].node,
						 checks->v[i].zone, checks->v[i].text));
	return status;
}

static const struct mmx_option options[] = {
	{'v', "verbose", NULL,
	 "each order and migrate type, each CPU, and each counter that is not 0; with -l all memory cgroups"},
	{'a', "alloc", "GFP[,ORDER]",
	 "which zone would serve such a request now, or why none would"},
	{'e', "explain", NULL,
	 "show how ranges, watermarks and reserves follow; with -a the arithmetic of each try"},
	{'l', "lru", NULL, "the LRU lists instead, by node, memory cgroup and generation"},
	{'n', "node", "N", "with -a: made on that node, not on the first CPU's"},
	{'u', "pid", "PID",
	 "with -a: made by that process or thread, with its cpuset and memory policy"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_ZONES, FACT_PAGES};

const struct mmx_command mmx_cmd_zonex = {
	.name = "zonex",
	.summary = "nodes and zones: ranges, watermarks, free blocks, lists of CPUs, counters",
	.help = "Shows the nodes with their CPUs and distances; where each zone lies, and why there; how much is\n"
		"free against the watermarks, and what those were made from; free blocks by order, what CPUs\n"
		"keep, pageblocks by type, compaction; and the order in which allocations try the zones.\n"
		"Pages that CPUs keep on lists of their own are free, and are not among the free ones.\n"
		"\n"
		"Free is what all CPUs count together, which the allocator goes by; what each has not added\n"
		"yet is pending. A zone stands below a watermark when no more than that is free, boost\n"
		"included. Findings are what cannot be: negative or impossible counters, watermarks out of\n"
		"order, more blocks than there is room for, lists of zones or of CPUs that are broken. The\n"
		"exit status is then 1.\n"
		"\n"
		"-a goes through the zones as the allocator does, with its numbers: first against the low\n"
		"watermark, where at first pageblocks of other types are taken only whole; then, with kswapd\n"
		"awake, against the minimum, from which requests that must not wait or are urgent may take some;\n"
		"vm.defrag_mode spares other types' pageblocks there too. GFP is of names and words in hex, with\n"
		"| between them: GFP_KERNEL, 'GFP_USER|__GFP_THISNODE', cc0; the names are those that this kernel\n"
		"has. -u asks for a process: where it was last, with its cpuset and its memory policy, for which\n"
		"kernel memory of slabs does not ask; that of a mapping is not looked at. What the process is to the\n"
		"allocator counts: whether the OOM killer has chosen it, it is real-time, frees memory, or pins what\n"
		"it gets. Without -u no cpuset and no policy holds, as in an interrupt. With __GFP_WRITE nodes with\n"
		"more dirty pages than their share are passed over at first. What reclaim and compaction would bring\n"
		"is not known; nor which block is taken of a pageblock of another type that is not all free. A zone\n"
		"that would not serve is not known either where the kernel would first make some free there and try\n"
		"again: by accepting memory, by making struct pages that boot has put off, or by vm.zone_reclaim_mode.\n"
		"Newer kernels (6.19 for one) first pass over nodes whose kswapd is awake; where that may change the\n"
		"answer, it says so.\n"
		"\n"
		"-e shows in numbered steps how each zone's range, watermarks and reserves follow from what was\n"
		"read, and with -a the numbers of each zone that is tried.\n"
		"\n"
		"-l walks all LRU lists: of each memory cgroup and node, those of removed cgroups among them,\n"
		"or of each node where memory cgroups are off. It counts their pages, by generation where\n"
		"the multi-generational LRU is in use, and holds them against the kernel's own counts. A page\n"
		"that was used stays on its generation's list until reclaim comes to it, and then goes to the\n"
		"younger one that its flags say; the kernel counts it there already. Each page's links, flags,\n"
		"generation, zone and charge are checked. A CPU that was stopped with the lock of the lists\n"
		"held may have taken pages off that it has not counted yet: where locked says so, counts are no\n"
		"findings; others tell what stands there. Shown are the 20 owners with the most pages, and\n"
		"with -v all.",
	.example = "zonex -a GFP_KERNEL",
	.options = options,
	.document = &document,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = zonex,
};
