// SPDX-License-Identifier: GPL-2.0-or-later
/* slabx: slab caches, their slabs, their objects, and what is wrong with them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "records/slabs.h"

static const struct mmx_field fields[] = {
	{"caches", MMX_TABLE, "all of them, unless one was asked for", .title = "Slab caches",
	 .may = MMX_OR_NONE, .record = &mmx_record_slab_caches},
	{"made", MMX_TABLE, "how they are made: with -v", .title = "How they are made",
	 .may = MMX_OR_NONE, .record = &mmx_record_slab_made},
	{"kept", MMX_TABLE, "where their free objects are: with -v, and not with -q",
	 .title = "Where free objects are", .may = MMX_OR_NONE, .record = &mmx_record_slab_kept},
	{"totals", MMX_BLOCK, "what they come to", .title = "Totals", .may = MMX_OR_NONE,
	 .record = &mmx_record_slab_totals},
	{"cache", MMX_BLOCK, "the one that was asked for", .title = "Slab cache",
	 .may = MMX_OR_NONE, .record = &mmx_record_slab_cache},
	{"nodes", MMX_TABLE, "what each node has of it", .title = "Nodes", .may = MMX_OR_NONE,
	 .record = &mmx_record_slab_nodes},
	{"slabs", MMX_TABLE, "its slabs", .title = "Slabs", .may = MMX_OR_NONE,
	 .record = &mmx_record_slab_slabs},
	{"objects", MMX_LIST, "with -o, the addresses that were asked for", .may = MMX_OR_NONE,
	 .record = &mmx_record_slab_asked},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings", .may = MMX_OR_NONE,
	 .record = &mmx_record_slab_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "slab",
	.doc = "slab caches; the exit status is 1 when something is wrong with them, and 3 where something "
	       "that tells of them is not in the dump",
	.version = 1,
	.fields = fields,
};

/* The cache of that name or address; of several with one name the first. */
static uint32_t find_cache(const struct mmx_slab_caches *caches, const char *what)
{
	const struct mmx_slab_cache *at = NULL;
	uint64_t addr;

	for (size_t i = 0; i < caches->n; i++) {
		if (!strcmp(caches->v[i].name, what) && (!at || caches->v[i].nth < at->nth))
			at = &caches->v[i];
	}
	if (!at && !mmx_number(what, NULL, false, &addr))
		at = mmx_slab_cache_at(caches, addr);
	return at ? at - caches->v : MMX_SLAB_NO_CACHE;
}

/* A merged cache's name leads to the one that it was merged into. */
static uint32_t find_alias(const struct mmx_slabs *s, const char *what)
{
	for (size_t i = 0; i < s->aliases.n; i++) {
		if (strcmp(s->aliases.v[i].name, what))
			continue;
		for (size_t c = 0; c < s->caches->n; c++) {
			if (s->caches->v[c].sysfs == s->aliases.v[i].sysfs)
				return c;
		}
	}
	return MMX_SLAB_NO_CACHE;
}

static void find_near(struct mmx_suggest *near, const struct mmx_slabs *s, const char *what)
{
	mmx_suggest_begin(near, what, strlen(what));
	for (size_t i = 0; i < s->caches->n; i++)
		mmx_suggest_offer(near, s->caches->v[i].name);
	for (size_t i = 0; i < s->aliases.n; i++)
		mmx_suggest_offer(near, s->aliases.v[i].name);
}

static bool choose_cache(struct mmx_run *run, struct mmx_slabs *s)
{
	struct mmx_suggest near;

	if (!run->n_operands)
		return true;
	s->only = find_cache(s->caches, run->operand[0]);
	if (s->only == MMX_SLAB_NO_CACHE)
		s->only = find_alias(s, run->operand[0]);
	if (s->only != MMX_SLAB_NO_CACHE)
		return true;
	find_near(&near, s, run->operand[0]);
	mmx_say(run, "there is no slab cache of that name or address: %s%s%s%s", run->operand[0],
		near.words, mmx_cover_whole(&s->caches->listed) ? "" : "; not all are known: ",
		mmx_cover_whole(&s->caches->listed) ? "" : s->caches->listed.first.text);
	return false;
}

struct ranked {
	uint64_t bytes;
	uint32_t cache;
};

static int more_memory(const void *a, const void *b)
{
	const struct ranked *one = a, *other = b;

	if (one->bytes != other->bytes)
		return one->bytes < other->bytes ? 1 : -1;
	return one->cache < other->cache ? -1 : 1;
}

static bool order_caches(struct mmx_slabs *s)
{
	struct ranked *ranked = calloc(s->caches->n + 1, sizeof(*ranked));

	s->order = calloc(s->caches->n + 1, sizeof(*s->order));
	for (uint32_t i = 0; ranked && i < s->caches->n; i++)
		ranked[i] = (struct ranked){s->survey.v[i].bytes, i};
	if (ranked)
		qsort(ranked, s->caches->n, sizeof(*ranked), more_memory);
	for (uint32_t i = 0; ranked && s->order && i < s->caches->n; i++)
		s->order[i] = ranked[i].cache;
	free(ranked);
	return ranked && s->order;
}

static void progress(void *arg, int percent)
{
	const struct mmx_run *run = arg;

	run->messages->progress(run->messages->arg, percent);
}

static int survey(struct mmx_run *run, struct mmx_slabs *s, struct mmx_err *err)
{
	const struct mmx_slab_survey_how how = {
		.quick = s->quick,
		.only = s->only,
		.progress = run->messages->progress ? progress : NULL,
		.progress_arg = run,
	};

	if (mmx_slab_survey(&s->survey, s->caches, run->view, &how, err))
		return -1;
	s->surveyed = true;
	return order_caches(s) ? 0 : mmx_fail_nomem(err);
}

/*
 * Objects.
 */

static void find_objects(struct mmx_slab_asked *asked, const struct mmx_slabs *s,
			 struct mmx_view *view)
{
	asked->is_object = mmx_slab_object_at(&asked->slab, asked->address, &asked->object);
	asked->objects = malloc(sizeof(*asked->objects));
	if (!asked->objects) {
		mmx_fail_nomem(&asked->no_objects);
	} else if (mmx_slab_objects_find(asked->objects, s->caches, &asked->slab, view,
					 &asked->no_objects)) {
		free(asked->objects);
		asked->objects = NULL;
	}
}

/* The slab at the walk's frame. */
static int take_slab(struct mmx_slab_asked *asked, const struct mmx_slabs *s,
		     struct mmx_page_walk *w, struct mmx_err *err)
{
	if (!mmx_page_walk_next(w))
		return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " is in no frame", asked->address);
	if (w->read)
		return mmx_fail(err, mmx_read_code(w->read),
				"the struct page of 0x%" PRIx64 " is %s", asked->address,
				mmx_read_name(w->read));
	if (!w->folio.slab)
		return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " is in no slab", asked->address);
	mmx_slab_decode(&asked->slab, s->caches, w);
	mmx_slab_row_of(&asked->row, &asked->slab, s->caches, &s->survey.lists, w->view);
	find_objects(asked, s, w->view);
	return 0;
}

static int find_slab(struct mmx_run *run, const struct mmx_slabs *s, const char *what,
		     struct mmx_slab_asked *asked, struct mmx_err *err)
{
	const struct mmx_kernel *k = run->kernel;
	const struct mmx_what_options options = {0};
	struct mmx_what_walk operand;
	struct mmx_page_walk w;
	uint64_t pfn;
	int ret;

	if (mmx_what_begin(&operand, run->view, what, &options, err))
		return -1;
	if (!mmx_what_next(&operand))
		return mmx_fail(err, MMX_ENOTFOUND, "%s: there is no frame behind it", what);
	pfn = operand.what.first;
	asked->address = k->direct_map.va_start + (pfn << k->arch->page_shift);
	if (operand.what.kind == MMX_WHAT_KERNEL)
		asked->address += operand.what.addr & ((1ULL << k->arch->page_shift) - 1);
	if (mmx_page_walk_begin(&w, run->view, pfn, pfn + 1, err))
		return -1;
	ret = take_slab(asked, s, &w, err);
	mmx_page_walk_end(&w);
	return ret;
}

static enum mmx_exit ask(struct mmx_run *run, struct mmx_slabs *s, const char *what)
{
	struct mmx_slab_asked asked = {0};
	struct mmx_err err;

	if (find_slab(run, s, what, &asked, &err)) {
		mmx_say(run, "%s", err.text);
		return err.code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
	}
	if (mmx_array_add(&s->asked, asked))
		return MMX_EXIT_OK;
	free(asked.objects);
	return MMX_EXIT_CANNOT;
}

/* Where a slab is depends on the lists of the nodes; what is wrong with those is another question. */
static enum mmx_exit ask_all(struct mmx_run *run, struct mmx_slabs *s)
{
	enum mmx_exit status = MMX_EXIT_OK;
	struct mmx_err err;

	if (mmx_slab_lists_find(&s->survey.lists, s->caches, run->view, &s->survey.findings,
				&err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	for (int i = 0; i < run->n_operands; i++)
		status = mmx_worse(status, ask(run, s, run->operand[i]));
	return status;
}

static void release(struct mmx_slabs *s)
{
	for (size_t i = 0; i < s->asked.n; i++)
		free(s->asked.v[i].objects);
	mmx_array_free(&s->asked);
	mmx_slab_survey_free(&s->survey);
	mmx_slab_aliases_free(&s->aliases);
	free(s->order);
}

/* What could not be looked at; what is wrong is a table of its own. */
static enum mmx_exit tell_rest(struct mmx_run *run, const struct mmx_slabs *s)
{
	const struct mmx_slab_survey *survey = &s->survey;
	enum mmx_exit status = mmx_run_exit(run, &survey->coverage);

	if (!s->surveyed)
		return MMX_EXIT_OK;
	if (!mmx_cover_whole(&survey->coverage))
		mmx_say(run, "not all is known: %s", survey->coverage.first.text);
	if (survey->missing)
		mmx_say(run, "the struct pages of %" PRIu64 " frames are not in the dump",
			survey->missing);
	if (survey->findings.more)
		mmx_say(run, "%" PRIu64 " more findings are not shown", survey->findings.more);
	return survey->findings.n ? mmx_worse(status, MMX_EXIT_FINDINGS) : status;
}

static enum mmx_exit find_and_show(struct mmx_run *run, struct mmx_slabs *s)
{
	enum mmx_exit status = MMX_EXIT_OK;
	struct mmx_err err = {0};

	if (!s->caches->slabs_known || (!s->caches->n && !mmx_cover_whole(&s->caches->listed))) {
		mmx_say(run, "%s", s->caches->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	run->apart = !run->option['o'];
	if (mmx_slab_aliases_find(&s->aliases, run->view, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (run->option['o']) {
		status = ask_all(run, s);
	} else if (!choose_cache(run, s)) {
		return MMX_EXIT_CANNOT;
	} else if (survey(run, s, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (s->surveyed || s->asked.n)
		status = mmx_worse(status, mmx_run_show(run, s, NULL));
	return mmx_worse(status, tell_rest(run, s));
}

static enum mmx_exit slabx(struct mmx_run *run)
{
	struct mmx_slabs s = {
		.caches = mmx_know_slab_caches(run->view),
		.only = MMX_SLAB_NO_CACHE,
		.quick = run->option['q'],
		.made = run->option['v'] || run->out->options.json || run->out->options.columns,
	};
	enum mmx_exit status;

	if (run->option['o'] ? !run->n_operands : run->n_operands > 1) {
		mmx_say(run,
			run->option['o'] ? "-o is for addresses: which?" : "one cache at a time");
		return MMX_EXIT_CANNOT;
	}
	status = find_and_show(run, &s);
	release(&s);
	return status;
}

static const struct mmx_option options[] = {
	{'o', "object", NULL, "the operands are addresses: what object is there"},
	{'v', "verbose", NULL, "also how caches are made, and where their free objects are"},
	{'q', "quick", NULL, "do not look into slabs: no free list is followed"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES,
					 FACT_DIRECT_MAP};

const struct mmx_command mmx_cmd_slabx = {
	.name = "slabx",
	.summary = "slab caches, their slabs and objects, and what is wrong with them",
	.operands = "[CACHE | -o ADDRESS...]",
	.help = "Shows all slab caches, the one with most memory first: objects, slabs, and how much of\n"
		"their memory nobody's objects have. All slabs are found by one pass over all struct pages,\n"
		"since those that are full are on no list, and counted against what the kernel counts.\n"
		"\n"
		"With CACHE, a name (one of a merged cache leads to the one that it was merged into) or the\n"
		"address of a kmem_cache: that one, what each node has of it, and its slabs, each with the\n"
		"list that it is on. With -o, the object at each ADDRESS, and whether it is allocated.\n"
		"\n"
		"An object is allocated when no list of free ones has it: the slab's own, that of the CPU\n"
		"that works on the slab, sheaves and barns (since 6.18), what waits for RCU or lies in\n"
		"KASAN's quarantine. Where such a list could not be followed it is not known.\n"
		"\n"
		"Every free list is followed and checked (-q leaves that out): its pointers, decoded where\n"
		"they are hardened, must lead to objects of the slab, each once, as many as the slab's count\n"
		"leaves; so must the lists of nodes and CPUs lead to slabs of the cache. Red zones and poison\n"
		"of caches that are debugged are looked at. What is wrong is listed with its address, and\n"
		"the exit status is 1. As many slabs as there are CPUs may be on no list without that being\n"
		"wrong: CPUs may have been moving them when the kernel stopped.",
	.example = "slabx",
	.options = options,
	.document = &document,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = slabx,
};
