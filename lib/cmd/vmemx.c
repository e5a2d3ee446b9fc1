// SPDX-License-Identifier: GPL-2.0-or-later
/* vmemx: the array of struct pages: what has one, where it lies, and what is wrong with that. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "mm/frames/memmap.h"
#include "mm/frames/vmemmap_steps.h"
#include "records/memmap.h"
#include "records/steps.h"

static const struct mmx_steps *derivation(const struct mmx_rows *r)
{
	const struct mmx_memmap_ask *ask = r->arg;

	return ask->steps.n ? &ask->steps : NULL;
}

MMX_STEPS_RECORD(steps, derivation);

static const struct mmx_field fields[] = {
	{"vmemmap", MMX_BLOCK, "the array of struct pages", .title = "Array",
	 .record = &mmx_record_vmemmap},
	{"memmap", MMX_BLOCK, "what has a struct page, and where those lie",
	 .title = "Struct pages", .record = &mmx_record_memmap},
	{"runs", MMX_TABLE, "frames that are alike, and where their struct pages lie",
	 .title = "Frames, and where their struct pages lie", .record = &mmx_record_memmap_runs},
	{"savings", MMX_TABLE, "huge pages whose tails share struct pages",
	 .title = "Shared struct pages", .may = MMX_OR_NONE, .record = &mmx_record_memmap_savings},
	{"altmaps", MMX_TABLE, "memory that holds its own struct pages",
	 .title = "Struct pages in the memory that they are of", .may = MMX_OR_NONE,
	 .record = &mmx_record_altmaps},
	{"sections", MMX_TABLE, "with -v: each", .title = "Sections", .may = MMX_OR_NONE,
	 .record = &mmx_record_sections},
	{"extents", MMX_TABLE, "with -v: each physical run of the array", .title = "Extents",
	 .may = MMX_OR_NONE, .record = &mmx_record_extents},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings",
	 .record = &mmx_record_memmap_findings},
	{"steps", MMX_TABLE, "with -e: how it follows, a step after the other",
	 .title = "Derivation", .may = MMX_OR_NONE, .record = &steps},
	{0},
};

static const struct mmx_record document = {
	.name = "vmem",
	.doc = "the array of struct pages, and the two places of every page",
	.version = 1,
	.fields = fields,
};

static void say_how_many(struct mmx_run *run, const struct mmx_memmap *m)
{
	for (unsigned int i = 0; i < MMX_MEMMAP_FAULT_COUNT; i++) {
		if (m->findings.count[i] > MMX_MEMMAP_FINDINGS_KEPT)
			mmx_say(run, "%s: %" PRIu64 " times, of which %u are shown",
				mmx_memmap_fault_word(i), m->findings.count[i],
				MMX_MEMMAP_FINDINGS_KEPT);
	}
}

static enum mmx_exit vmemx(struct mmx_run *run)
{
	const struct mmx_memmap *m = mmx_know_memmap(run->view);
	struct mmx_memmap_ask ask = {.verbose = run->option['v']};
	enum mmx_exit status;

	if (!m->n) {
		mmx_say(run, "%s", m->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	if (run->option['e'])
		mmx_vmemmap_steps(&ask.steps, run->view, m);
	status = mmx_run_show(run, &ask, NULL);
	mmx_steps_free(&ask.steps);
	say_how_many(run, m);
	if (!mmx_cover_whole(&m->coverage))
		mmx_say(run, "%s", m->coverage.first.text);
	for (size_t i = 0; i < m->findings.n; i++)
		mmx_run_wrong(run, "PFN 0x%" PRIx64 ": %s", m->findings.v[i].pfn,
			      m->findings.v[i].text);
	return mmx_worse(status, mmx_memmap_findings(m) ? MMX_EXIT_FINDINGS : MMX_EXIT_OK);
}

static const struct mmx_option options[] = {
	{'v', "verbose", NULL, "each memory section, and each physical run of the array, as well"},
	{'e', "explain", NULL,
	 "show how it follows where the array is, how large, and where the first runs lie"},
	{0},
};

/* Not vmemmap: a part of the array that is not mapped fails that, and is shown here. */
static const enum mmx_fact_id needs[] = {FACT_SECTIONS};

const struct mmx_command mmx_cmd_vmemx = {
	.name = "vmemx",
	.summary = "vmemmap: which frames have struct pages, and where those lie",
	.help = "A page has two places: its frame, and the one where its struct page lies. Frames that are alike\n"
		"are shown as one run: those of sections that follow upon each other, of one node, online or\n"
		"not, whose struct pages lie in the same kind of memory of one node.\n"
		"\n"
		"Struct pages lie in memory that was set aside at boot, in what the page allocator gave, or, of\n"
		"memory that was plugged in and of devices, in that memory itself (altmaps:\n"
		"memory_hotplug.memmap_on_memory). Huge pages of hugetlb that are optimised, and large folios of\n"
		"devices, share most of their struct pages: what that saves is shown by size.\n"
		"\n"
		"The pages that are found are held against the kernel's own counts, which it has since 6.11.\n"
		"\n"
		"What is wrong is found: struct pages that are not mapped; a section's map word that leads\n"
		"elsewhere; a physical page that stands for several parts of the array, and not for a huge page;\n"
		"struct pages in memory that is free, or none; and, of the first page of every 2 MiB and of every\n"
		"physical run, a zone or head that cannot be that frame's. Then the exit status is 1.\n"
		"\n"
		"-e shows the arithmetic in numbered steps, as pagex -e does.",
	.example = "vmemx",
	.options = options,
	.document = &document,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = vmemx,
};
