// SPDX-License-Identifier: GPL-2.0-or-later
/* censusx: the ledger. Every frame in exactly one class, and the kernel's counters beside. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "mm/ledger/folded.h"
#include "records/census.h"

static void frames(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_tally_frames(&mmx_census_of(r)->ledger->total);
}

static void covered(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_tally *total = &mmx_census_of(r)->ledger->total;

	v->word = mmx_tally_frames(total) - total->class[CLASS_MISSING];
}

static void holes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_census_of(r)->ledger->holes;
}

static const struct mmx_field fields[] = {
	{"frames", MMX_COUNT, "frames that have a struct page", .get = frames},
	{"covered", MMX_COUNT, "those of them whose struct page is in the dump", .get = covered},
	{"holes", MMX_COUNT, "frames below the last one that have no struct page, and no class",
	 .get = holes},
	{"trouble", MMX_TROUBLE, "why not all of it is certain", AT(struct mmx_census, coverage)},
	{"classes", MMX_TABLE, "all of them", .title = "Classes", .min = 2,
	 .record = &mmx_record_census_classes},
	{"reconciliation", MMX_TABLE, "held against the kernel's counters",
	 .title = "Against the kernel's counters", .record = &mmx_record_balances},
	{"reconciliation_of_parts", MMX_TABLE,
	 "of each zone and node with -z, else of those with something unexplained",
	 .title = "The same by node and zone", .may = MMX_OR_NONE,
	 .record = &mmx_record_part_balances},
	{"uncounted", MMX_TABLE, "counters that frames do not tell of, where they are not 0",
	 .title = "Counters that frames do not tell of", .may = MMX_OR_NONE,
	 .record = &mmx_record_uncounted},
	{"map_scale", MMX_BLOCK, "with -M", .title = "Map", .may = MMX_OR_NONE,
	 .record = &mmx_record_map_scale},
	{"map", MMX_TABLE, "with -M", .may = MMX_OR_NONE, .record = &mmx_record_map},
	{"map_legend", MMX_TABLE, "of a map of all classes", .title = "Legend", .may = MMX_OR_NONE,
	 .record = &mmx_record_map_legend},
	{"unattributed", MMX_TABLE, "with -u", .title = "Nobody's", .may = MMX_OR_NONE,
	 .record = &mmx_record_unattributed},
	{"zones", MMX_TABLE, "with -z", .title = "By node and zone", .may = MMX_OR_NONE,
	 .record = &mmx_record_census_zones},
	{"migratetypes", MMX_TABLE, "with -m", .title = "By type of pageblock", .may = MMX_OR_NONE,
	 .record = &mmx_record_census_blocks},
	{"processes", MMX_TABLE, "with -t", .title = "Largest processes", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_processes},
	{"files", MMX_TABLE, "with -t", .title = "Largest page caches", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_files},
	{"caches", MMX_TABLE, "with -t", .title = "Largest slab caches", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_caches},
	{"memcgs", MMX_TABLE, "with -g and -t", .title = "Memory cgroups", .may = MMX_OR_NONE,
	 .record = &mmx_record_memcgs},
	{"dying_memcgs", MMX_TABLE, "with -g and -t",
	 .title = "Memory cgroups that were removed, and what keeps them", .may = MMX_OR_NONE,
	 .record = &mmx_record_dying_memcgs},
	{"vmalloc_callers", MMX_TABLE, "with -t", .title = "Largest vmalloc areas",
	 .may = MMX_OR_NONE, .record = &mmx_record_largest_vmalloc},
	{"page_pools", MMX_TABLE, "with -t", .title = "Largest page pools", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_pools},
	{"sockets", MMX_TABLE, "with -t", .title = "Sockets, by process and protocol",
	 .may = MMX_OR_NONE, .record = &mmx_record_largest_sockets},
	{"dma_buffers", MMX_TABLE, "with -t", .title = "Largest DMA buffers", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_dma_bufs},
	{"bpf_maps", MMX_TABLE, "with -t", .title = "Largest maps of BPF", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_bpf_maps},
	{"holders", MMX_TABLE, "with -t", .title = "Other structures that hold most",
	 .may = MMX_OR_NONE, .record = &mmx_record_largest_holders},
	{"tags", MMX_TABLE, "with -t, where allocations are profiled",
	 .title = "Code that has allocated most", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_tags},
	{"sites", MMX_TABLE, "with -t, where page_owner keeps them",
	 .title = "Stacks that allocated most", .may = MMX_OR_NONE,
	 .record = &mmx_record_largest_sites},
	{0},
};

static const struct mmx_record document = {
	.name = "census",
	.doc = "every frame in exactly one class",
	.version = 1,
	.fields = fields,
};

static void progress(void *arg, int percent)
{
	const struct mmx_run *run = arg;

	run->messages->progress(run->messages->arg, percent);
}

/* Whoever counts frames must count each once. */
static enum mmx_exit check_sum(struct mmx_run *run, const struct mmx_ledger *ledger)
{
	uint64_t counted = mmx_tally_frames(&ledger->total),
		 frames = mmx_ranges_total(&mmx_mem(run->kernel)->sparse.pfn);

	if (counted == frames)
		return MMX_EXIT_OK;
	mmx_say(run, "the classes have %" PRIu64 " frames, and %" PRIu64 " have a struct page",
		counted, frames);
	return MMX_EXIT_FINDINGS;
}

/* A counter that nothing explains is wrong, or memory is used in a way that nobody counts. */
static enum mmx_exit check_balances(const struct mmx_balances *balances)
{
	for (size_t i = 0; i < balances->n; i++) {
		if (!balances->v[i].why.code && balances->v[i].unexplained)
			return MMX_EXIT_FINDINGS;
	}
	return MMX_EXIT_OK;
}

static enum mmx_exit show(struct mmx_run *run, struct mmx_census *census)
{
	enum mmx_exit status;

	mmx_cover_inherit(&census->coverage, &census->ledger->coverage);
	mmx_cover_inherit(&census->coverage, &census->balances->coverage);
	status = mmx_run_show(run, census, NULL);
	/* Also where the field that tells of it was not asked for. */
	status = mmx_worse(status, mmx_run_exit(run, &census->coverage));
	status = mmx_worse(status, check_balances(census->balances));
	return mmx_worse(status, check_sum(run, census->ledger));
}

/* "class;owner bytes" */
static void write_folded(void *arg, const char *stack, uint64_t bytes)
{
	char number[32];
	int n = snprintf(number, sizeof(number), " %" PRIu64 "\n", bytes);

	mmx_out_raw(arg, stack, strlen(stack));
	mmx_out_raw(arg, number, (size_t)n);
}

static enum mmx_exit show_folded(struct mmx_run *run, struct mmx_census *census)
{
	if (run->out->options.json || run->out->options.columns) {
		mmx_say(run, "-s is text as it is, without --json or --columns");
		return MMX_EXIT_CANNOT;
	}
	mmx_cover_inherit(&census->coverage, &census->ledger->coverage);
	mmx_folded_each(census->ledger, census->largest, run->view, &census->coverage, write_folded,
			run->out);
	return mmx_worse(mmx_run_exit(run, &census->coverage), check_sum(run, census->ledger));
}

#define TOP 10 /* owners of each sort, unless it is said */

/* The one operand says how many owners; of memory cgroups alone all are told. */
static bool take_top(struct mmx_run *run, uint64_t *top)
{
	struct mmx_err err;
	char *end;

	*top = run->option['t'] ? TOP : UINT64_MAX;
	if (!run->n_operands)
		return true;
	*top = strtoull(run->operand[0], &end, 10);
	if (!*end && end != run->operand[0] && *top)
		return true;
	mmx_fail(&err, MMX_EUSAGE, "%s is no number of owners", run->operand[0]);
	mmx_say(run, "%s", err.text);
	return false;
}

#define MAP_MARGIN 21 /* columns before the cells of a line */
#define MAP_LINES  40 /* of the map, or a few more where memory has gaps */

/* "NODE:ZONE", or "ZONE" of any node. */
static int take_zones(struct mmx_run *run, bool *wanted, struct mmx_err *err)
{
	const struct mmx_zones *zones = &mmx_mem(run->kernel)->zones;
	const char *asked = run->option['N'], *name = strchr(asked, ':');
	bool any = false;

	for (size_t i = 0; i < zones->n; i++) {
		wanted[i] = !strcmp(zones->v[i].name, name ? name + 1 : asked) &&
			    (!name || zones->v[i].node == strtoul(asked, NULL, 10));
		any |= wanted[i];
	}
	return any ? 0 : mmx_fail(err, MMX_EUSAGE, "there is no zone %s", asked);
}

static bool take_class(struct mmx_run *run, unsigned int *class)
{
	for (*class = 0; *class < MMX_CLASS_COUNT; (*class)++) {
		if (!run->option['C'] || !strcmp(mmx_class_name(*class), run->option['C']))
			break;
	}
	if (!run->option['C'])
		*class = MMX_CLASS_COUNT;
	else if (*class == MMX_CLASS_COUNT)
		mmx_say(run, "there is no class %s", run->option['C']);
	return !run->option['C'] || *class < MMX_CLASS_COUNT;
}

/* What a run finds, and lets go of in the end. */
struct found {
	struct mmx_ledger ledger;
	struct mmx_balances balances;
	struct mmx_largest largest;
	struct mmx_memcg_totals memcgs;
	struct mmx_heat heat;
	bool *zones; /* of the map */
};

static bool wants_map(const struct mmx_run *run)
{
	return run->option['M'] || run->option['N'] || run->option['C'];
}

/* What fits beside the number of a line's first frame; in steps, so that those numbers stay round. */
static unsigned int map_width(const struct mmx_out_options *how)
{
	unsigned int room = how->width > MAP_MARGIN ? (how->width - MAP_MARGIN) / 16 * 16 : 0;

	if (how->json || how->columns || !how->width)
		return MMX_MAP_WIDTH;
	return room < 16 ? 16 : room > MMX_MAP_WIDEST ? MMX_MAP_WIDEST : room;
}

static int begin_map(struct found *f, struct mmx_run *run, struct mmx_census *census,
		     struct mmx_err *err)
{
	const struct mmx_out_options *how = &run->out->options;

	if (!wants_map(run))
		return 0;
	f->zones = calloc(mmx_mem(run->kernel)->zones.n + 1, sizeof(bool));
	if (!f->zones)
		return mmx_fail_nomem(err);
	if (run->option['N'] && take_zones(run, f->zones, err))
		return -1;
	census->map_width = map_width(how);
	census->map_halves = how->colour && how->utf8 && !how->json && !how->columns;
	census->heat = &f->heat;
	return mmx_heat_begin(&f->heat, run->view,
			      (uint64_t)MAP_LINES * census->map_width *
				      (census->map_halves ? 2 : 1),
			      run->option['N'] ? f->zones : NULL, err);
}

static int find(struct found *f, struct mmx_run *run, struct mmx_census *census,
		struct mmx_err *err)
{
	struct mmx_ledger_ask ask = {
		.by = run->option['t'] || run->option['s'] ? MMX_LARGEST_ALL
		      : run->option['g']                   ? 1u << MMX_BY_MEMCG
							   : 0,
		.progress = run->messages->progress ? progress : NULL,
		.progress_arg = run,
	};

	if (begin_map(f, run, census, err))
		return -1;
	ask.heat = wants_map(run) ? &f->heat : NULL;
	if (mmx_ledger_find(&f->ledger, run->view, &ask, err) ||
	    mmx_balances_find(&f->balances, &f->ledger, run->view, err))
		return -1;
	if (run->option['t'] || run->option['s']) {
		census->largest = &f->largest;
		census->memcgs = &f->largest.memcgs;
		if (mmx_largest_find(&f->largest, &f->ledger, run->view, err))
			return -1;
		mmx_cover_inherit(&census->coverage, &f->largest.coverage);
	} else if (run->option['g']) {
		census->memcgs = &f->memcgs;
		return mmx_memcg_totals_find(&f->memcgs, &f->ledger, run->view, &census->coverage,
					     err);
	}
	return 0;
}

static enum mmx_exit censusx(struct mmx_run *run)
{
	struct found f = {0};
	struct mmx_census census = {.ledger = &f.ledger,
				    .balances = &f.balances,
				    .zones = run->option['z'],
				    .blocks = run->option['m'],
				    .unattributed = run->option['u'],
				    .empty = run->option['v'] || run->out->options.json};
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_err err;

	run->apart = true;
	if (!take_top(run, &census.top) || !take_class(run, &census.map_class))
		return MMX_EXIT_CANNOT;
	if (find(&f, run, &census, &err))
		mmx_say(run, "%s", err.text);
	else
		status = run->option['s'] ? show_folded(run, &census) : show(run, &census);
	mmx_heat_free(&f.heat);
	free(f.zones);
	mmx_memcg_totals_free(&f.memcgs);
	mmx_largest_free(&f.largest);
	mmx_balances_free(&f.balances);
	mmx_ledger_free(&f.ledger);
	return status;
}

static const struct mmx_option options[] = {
	{'z', "zones", NULL, "by node and zone as well"},
	{'t', "top", NULL,
	 "the largest owners of each sort as well: N of them, 10 unless it is said"},
	{'g', "memcg", NULL, "by memory cgroup as well: all of them, or N"},
	{'s', "folded", NULL,
	 "nothing but folded stacks, \"class;owner;site bytes\", for flame-graph tools"},
	{'M', "map", NULL, "a map of physical memory as well"},
	{'N', "zone", "ZONE", "the map of that zone alone, NODE:NAME, or NAME of every node"},
	{'C', "class", "CLASS", "the map of that class alone: how much of each place is of it"},
	{'u', "unattributed", NULL, "each frame that nobody claims, with all that is known of it"},
	{'v', "verbose", NULL, "classes that have no frame as well, which JSON always has"},
	{'m', "migratetypes", NULL, "by the type of their pageblock as well"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_censusx = {
	.name = "censusx",
	.operands = "[N]",
	.example = "censusx | grep -A9 ^Classes",
	.max_operands = 1,
	.summary = "the ledger: what every frame is used for",
	.help = "Counts all frames by what they are used for: each frame that has a struct page is in exactly\n"
		"one class, so the classes sum to the frames.\n"
		"\n"
		"What was counted is held against the kernel's own counters, of the whole system and of each node\n"
		"and zone. A difference is explained by what is known to make one, with its amount: what CPUs have\n"
		"not added yet, isolated free memory, stacks of dead tasks. What is left over is a counter that\n"
		"lies or memory that is lost: it is shown, and the exit status is 1.\n"
		"\n"
		"With -t come the largest owners: processes by their proportional share (each page that several\n"
		"map counts to each by that many, as in smaps_rollup), with those that have most of anonymous,\n"
		"shared, swapped or page-table memory, files by cached pages, slab caches, memory\n"
		"cgroups with what keeps those that are dying, the code that asked for vmalloc areas, page pools,\n"
		"sockets, DMA buffers, maps of BPF, and other structures that hold pages; where allocations are profiled the\n"
		"lines of code that have allocated most, and where page_owner keeps them the stacks that allocated\n"
		"the pages in use.\n"
		"\n"
		"-M draws physical memory, a letter for each pageblock, or for as many as it takes to fit: a capital\n"
		"for what most of its used frames are, a small letter where more of it is free. On a terminal it is\n"
		"drawn in colour, with two lines of pageblocks in each line. -C draws how much of each place one\n"
		"class has, in tenths; -N one zone.\n"
		"\n"
		"With -s it is all in one column of lines \"class;owner;site bytes\", which sum to all frames, for tools\n"
		"that draw flame graphs: files, slab caches, code that asked for vmalloc areas, and otherwise the\n"
		"stacks that page_owner keeps, or memory cgroups.\n"
		"\n"
		"A frame whose struct page is not in the dump is in class missing, and the exit status is then\n"
		"3; what is used by somebody whom no test tells is unattributed, and is never spread over others. -u\n"
		"lists it: what its struct pages say, and who allocated it where page_owner or allocation profiling\n"
		"have noted that.",
	.options = options,
	.document = &document,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = censusx,
};
