// SPDX-License-Identifier: GPL-2.0-or-later
/* pagex: what is this page. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "mm/frames/flagnames.h"
#include "mm/frames/mapcount.h"

/* What this kernel does not have, or mmx does not know, is no fault of the dump. */
static void note_trouble(struct mmx_pagex *p, const struct mmx_err *err)
{
	if (err->code == MMX_ECORRUPT)
		p->status = mmx_worse(p->status, MMX_EXIT_FINDINGS);
	else if (err->code == MMX_EABSENT)
		p->status = mmx_worse(p->status, MMX_EXIT_PARTIAL);
}

void mmx_pagex_trouble(struct mmx_pagex *p, const char *key, const struct mmx_err *err)
{
	mmx_out_text(p->out, key, err->text);
	note_trouble(p, err);
}

void mmx_pagex_finding(struct mmx_pagex *p, const char *key, const char *text)
{
	mmx_out_text(p->out, key, text);
	p->status = mmx_worse(p->status, MMX_EXIT_FINDINGS);
}

static const char *mapping_kind(uint64_t mapping)
{
	static const char *const kinds[] = {"file", "anon", "movable", "ksm"};

	return mapping & ~3ULL ? kinds[mapping & 3] : "none";
}

static void emit_mapping(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	const struct mmx_folio *folio = &p->walk.folio;
	uint64_t mapping = mmx_word(folio->bytes, f->mapping);
	uint64_t index = mmx_word(folio->bytes, f->index), within = p->walk.pfn - folio->head;
	bool has = mmx_class_rows[p->verdict.class].has_mapping;

	mmx_out_block(p->out, "mapping", "mapping");
	if (folio->read) {
		mmx_out_absent(p->out, "kind", folio->read);
		mmx_out_absent(p->out, "pointer", folio->read);
		mmx_out_end(p->out);
		mmx_out_absent(p->out, "index", folio->read);
		return;
	}
	mmx_out_text(p->out, "kind", has ? mapping_kind(mapping) : "none");
	if (has && mapping & ~3ULL)
		mmx_out_addr(p->out, "pointer", mapping & ~3ULL);
	else
		mmx_out_null(p->out, "pointer");
	mmx_out_end(p->out);
	if (!has || !(mapping & ~3ULL) || (mapping & 3) == 3)
		mmx_out_null(p->out, "index");
	else if (folio->hugetlb && p->hugetlb_index_in_huge_pages)
		mmx_out_hex(p->out, "index", (index << folio->order) + within);
	else
		mmx_out_hex(p->out, "index", index + within);
}

static void emit_place(struct mmx_pagex *p, uint64_t flags)
{
	const struct mmx_kernel *k = p->k;
	unsigned int node = mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, flags);
	unsigned int index = mmx_flag_field(&mmx_mem(k)->flags, FIELD_ZONE, flags);
	const struct mmx_zone *zone = mmx_zone_of(&mmx_mem(k)->zones, node, index);

	mmx_out_count(p->out, "node", node);
	if (zone)
		mmx_out_text(p->out, "zone", zone->name);
	else
		mmx_out_textf(p->out, "zone", "%u", index);
	mmx_out_hex(p->out, "section",
		    p->walk.pfn >> (mmx_mem(k)->sparse.section_bits - k->arch->page_shift));
	if (mmx_mem(k)->flags.field[FIELD_LRU_GEN].known &&
	    mmx_mem(k)->flags.field[FIELD_LRU_GEN].width &&
	    mmx_flag_field(&mmx_mem(k)->flags, FIELD_LRU_GEN, flags))
		mmx_out_count(p->out, "generation",
			      mmx_flag_field(&mmx_mem(k)->flags, FIELD_LRU_GEN, flags) - 1);
}

static void emit_words(struct mmx_pagex *p)
{
	static const struct mmx_column columns[] = {{"offset", "OFFSET", 6, true},
						    {"word", "WORD", 16, true}};

	mmx_out_table(p->out, "words", "words", columns, 2);
	for (uint32_t at = 0; at + 8 <= mmx_mem(p->k)->page_format.size; at += 8) {
		mmx_out_row(p->out);
		mmx_out_hex(p->out, "offset", at);
		mmx_out_hex(p->out, "word", mmx_word(p->walk.bytes, at));
	}
	mmx_out_end(p->out);
}

static void blind_spot(struct mmx_pagex *p, bool *any, const char *owner, const struct mmx_err *why)
{
	static const struct mmx_column columns[] = {{"owner", "OWNER", 18, false},
						    {"trouble", "TROUBLE", 0, false}};

	if (!why->code)
		return;
	if (!*any)
		mmx_out_table(p->out, "not_walked",
			      "could be of an owner whose lists were not walked to their ends",
			      columns, 2);
	*any = true;
	mmx_out_row(p->out);
	mmx_out_text(p->out, "owner", owner);
	mmx_pagex_trouble(p, "trouble", why);
}

/*
 * A page that nobody claims may belong to an owner whose lists could not be walked, and one that an owner
 * claims to another who is asked before that one.
 */
static void emit_blind_spots(struct mmx_pagex *p)
{
	bool any = false;
	struct mmx_err err;

	if (p->verdict.class == CLASS_UNATTRIBUTED &&
	    mmx_page_in_cache(&p->walk, &err) == MMX_IN_CACHE_UNKNOWN)
		blind_spot(p, &any, "page cache", &err);
	for (unsigned int i = 0; i < MMX_OWNERS; i++) {
		if (mmx_verdict_rests_on(&p->verdict, i))
			blind_spot(p, &any, mmx_owner_kinds[i]->name,
				   &mmx_owner_coverage(p->view, i)->first);
	}
	if (any)
		mmx_out_end(p->out);
}

void mmx_pagex_number(struct mmx_pagex *p, const char *key, enum mmx_read read, int64_t count)
{
	if (read)
		mmx_out_absent(p->out, key, read);
	else
		mmx_out_count(p->out, key, count);
	p->incomplete |= read != MMX_READ_OK;
}

/* What the page shares with its folio, and its place in there. */
static void emit_folio(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	struct mmx_page_walk *w = &p->walk;
	const struct mmx_folio *folio = &w->folio;
	enum mmx_counted counted;
	enum mmx_read read;
	int64_t mapcount = 0;

	mmx_pagex_number(p, "refcount", folio->read, mmx_int(folio->bytes, f->refcount));
	read = mmx_page_mapcount(w, &mapcount);
	mmx_pagex_number(p, "mapcount", read, mapcount);
	if (!mmx_folio_counted(w, &counted) && counted == MMX_COUNTED_FOLIO)
		mmx_out_text(p->out, "mapcount_is",
			     "the average of the folio's pages: this kernel does not count each");
	if (folio->read && folio->bad)
		mmx_out_absent(p->out, "head", folio->read);
	else
		mmx_out_pfn(p->out, "head", folio->head);
	if (folio->bad && !folio->read)
		mmx_out_null(p->out, "order");
	else
		mmx_pagex_number(p, "order", folio->read, folio->order);
	mmx_out_bool(p->out, "tail", w->tail);
	if (folio->bad)
		mmx_pagex_finding(p, "broken_folio", folio->bad);
}

static void emit_page(struct mmx_pagex *p)
{
	const struct mmx_page_format *f = &mmx_mem(p->k)->page_format;
	const struct mmx_page_walk *w = &p->walk;
	const char *names[MMX_FLAG_NAMES_MAX];
	uint64_t page = mmx_page_addr(&mmx_mem(p->k)->vmemmap, w->pfn), phys;
	uint64_t flags = mmx_word(w->bytes, f->flags);
	struct mmx_out *o = p->out;

	mmx_out_addr(o, "page", page);
	if (mmx_kphys(p->view, page, &phys))
		mmx_out_null(o, "page_phys");
	else
		mmx_out_addr(o, "page_phys", phys);
	mmx_out_addr(o, "phys", w->pfn << p->k->arch->page_shift);
	mmx_out_flags(o, "flags", flags, names, mmx_flag_names(w, names));
	emit_place(p, flags);
	mmx_out_text(o, "class", mmx_class_name(p->verdict.class));
	mmx_out_text(o, "meaning", mmx_class_words(p->verdict.class));
	mmx_out_text(o, "because", p->verdict.why);
	mmx_out_text(o, "arm", mmx_pagex_arm(p));
	emit_blind_spots(p);
	emit_folio(p);
	emit_mapping(p);
	mmx_pagex_detail(p);
	mmx_pagex_tail(p);
	if (p->run->option['c'])
		mmx_pagex_counts(p);
	if (p->run->option['v'])
		mmx_pagex_draw(p);
	else
		emit_words(p);
}

/* A frame whose struct page cannot be read still gets its line, with what is known. */
static void emit_absent(struct mmx_pagex *p)
{
	const struct mmx_page_walk *w = &p->walk;

	mmx_out_addr(p->out, "page", mmx_page_addr(&mmx_mem(p->k)->vmemmap, w->pfn));
	mmx_out_addr(p->out, "phys", w->pfn << p->k->arch->page_shift);
	mmx_out_absent(p->out, "flags", w->read);
	mmx_out_text(p->out, "class", mmx_class_name(p->verdict.class));
	mmx_out_text(p->out, "because", p->verdict.why);
}

/* Nothing that the words of such a struct page seem to say means anything. */
static void emit_uninitialised(struct mmx_pagex *p)
{
	const struct mmx_page_walk *w = &p->walk;

	mmx_out_addr(p->out, "page", mmx_page_addr(&mmx_mem(p->k)->vmemmap, w->pfn));
	mmx_out_addr(p->out, "phys", w->pfn << p->k->arch->page_shift);
	mmx_out_flags(p->out, "flags", mmx_word(w->bytes, mmx_mem(p->k)->page_format.flags), NULL,
		      0);
	mmx_out_text(p->out, "class", mmx_class_name(p->verdict.class));
	mmx_out_text(p->out, "meaning", mmx_class_words(p->verdict.class));
	mmx_out_text(p->out, "because", p->verdict.why);
	emit_words(p);
}

/* Owners that are asked last are found when a page is nobody else's. */
static struct mmx_verdict classify(struct mmx_pagex *p)
{
	struct mmx_verdict verdict = mmx_classify(&p->classifier, &p->walk);

	if (verdict.class != CLASS_UNATTRIBUTED || p->classifier.last)
		return verdict;
	p->classifier.last = &mmx_know_last_owners(p->view)->map;
	return mmx_classify(&p->classifier, &p->walk);
}

/* The address that was asked for, where it was one; within a run, that of the page. */
static void emit_asked(struct mmx_pagex *p)
{
	uint64_t pages = p->walk.pfn - p->what.first;

	if (p->what.kind != MMX_WHAT_KERNEL && p->what.kind != MMX_WHAT_USER)
		return;
	mmx_out_addr(p->out, "address",
		     pages ? (p->what.addr & ~0ULL << p->k->arch->page_shift) +
				     (pages << p->k->arch->page_shift)
			   : p->what.addr);
}

static void show_frame(struct mmx_pagex *p)
{
	struct mmx_page_walk *w = &p->walk;
	char title[32];

	snprintf(title, sizeof(title), "PFN %" PRIx64, w->pfn);
	mmx_out_block(p->out, "", title);
	mmx_out_pfn(p->out, "pfn", w->pfn);
	emit_asked(p);
	if (w->read) {
		emit_absent(p);
		mmx_say(p->run,
			"PFN 0x%" PRIx64 ": its struct page is %s (frames like it: %" PRIu64 ")",
			w->pfn, mmx_read_name(w->read), w->frames);
		p->status = mmx_worse(p->status, MMX_EXIT_PARTIAL);
	} else if (p->verdict.class == CLASS_UNINITIALISED) {
		emit_uninitialised(p);
	} else {
		p->incomplete = false;
		emit_page(p);
		if (p->incomplete && !w->folio.bad)
			p->status = mmx_worse(p->status, MMX_EXIT_PARTIAL);
	}
	mmx_out_end(p->out);
}

/* A number that is no frame's may have been meant as a physical address. */
static void tell_hole(struct mmx_pagex *p)
{
	uint64_t frame = p->first_hole >> p->k->arch->page_shift;
	char hint[64] = "";

	if (p->what.kind == MMX_WHAT_PFN && mmx_ranges_has(&mmx_mem(p->k)->sparse.pfn, frame, 1))
		snprintf(hint, sizeof(hint), "; with -p it is an address in PFN 0x%" PRIx64, frame);
	mmx_say(p->run, "PFN 0x%" PRIx64 " is in no memory section: it has no struct page%s",
		p->first_hole, hint);
}

/* Holes in a range go into one line, and are no fault of who asked; a range that is all holes is. */
static void tell_holes(struct mmx_pagex *p, const char *operand)
{
	if (!p->holes)
		return;
	if (p->asked == 1)
		tell_hole(p);
	else
		mmx_say(p->run,
			"%s: %" PRIu64 " of %" PRIu64
			" frames are in no memory section, the first is 0x%" PRIx64,
			operand, p->holes, p->asked, p->first_hole);
	p->status = mmx_worse(p->status, p->holes == p->asked ? MMX_EXIT_CANNOT : MMX_EXIT_OK);
}

static bool show_run(void *arg, const struct mmx_what *what)
{
	struct mmx_pagex *p = arg;
	struct mmx_page_walk *w = &p->walk;
	struct mmx_err err;

	p->what = *what;
	p->asked += what->last - what->first + 1;
	if (mmx_page_walk_begin(w, p->view, what->first, what->last + 1, &err)) {
		mmx_say(p->run, "%s", err.text);
		p->status = MMX_EXIT_CANNOT;
		return false;
	}
	while (mmx_page_walk_next(w)) {
		p->verdict = classify(p);
		if (w->read != MMX_READ_ABSENT) {
			show_frame(p);
			continue;
		}
		if (!p->holes)
			p->first_hole = w->pfn;
		p->holes += w->frames;
	}
	mmx_page_walk_end(w);
	return !mmx_stopped(p->k->image);
}

static void show_operand(struct mmx_pagex *p, const char *text)
{
	const struct mmx_what_options options = {
		.decimal = p->run->option['d'],
		.physical = p->run->option['p'],
		.pid = p->run->option['u'],
		.users = &p->users,
	};
	struct mmx_what_gaps gaps;
	struct mmx_err err;

	p->asked = p->holes = 0;
	if (mmx_what_each(p->view, text, &options, show_run, p, &gaps, &err)) {
		mmx_say(p->run, "%s", err.text);
		p->status = mmx_worse(p->status,
				      err.code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT);
	} else if (gaps.pages) {
		mmx_say(p->run, "%s: no frame stands behind %" PRIu64 " pages: %s", text,
			gaps.pages, gaps.text);
		p->status = mmx_worse(p->status, mmx_exit_of(&gaps.coverage));
	}
	tell_holes(p, text);
}

static enum mmx_exit pagex(struct mmx_run *run)
{
	struct mmx_pagex p = {
		.run = run,
		.out = run->out,
		.view = run->view,
		.k = run->kernel,
	};
	uint64_t symbol;

	mmx_classifier_find(&p.classifier, run->view, false);
	/* Up to 6.6 the index of a hugetlb folio counted huge pages, with this function to convert it. */
	p.hugetlb_index_in_huge_pages =
		mmx_symbol_addr(&run->kernel->symbols, "hugetlb_basepage_index", &symbol);
	p.users.tasks = mmx_know_tasks(run->view);
	mmx_swap_types_find(&p.users.types, run->kernel);
	if (run->option['u'])
		p.users.swaps = mmx_know_swaps(p.view);
	mmx_out_open(run->out, "page", 1);
	mmx_out_list(run->out, "pages");
	for (int i = 0; i < run->n_operands; i++)
		show_operand(&p, run->operand[i]);
	mmx_out_end(run->out);
	mmx_out_close(run->out);
	return p.status;
}

static const struct mmx_option options[] = {
	{'p', "physical", NULL, "WHAT are physical addresses"},
	{'u', "user", "PID", "WHAT are user addresses of that process"},
	{'d', "decimal", NULL, "numbers are decimal"},
	{'v', "verbose", NULL,
	 "draw struct page as this kernel has it, with every arm of its unions"},
	{'c', "counts", NULL, "explain the reference count"},
	{0},
};

static const struct mmx_listed listed[] = {
	{"pages",
	 "pfn address page page_phys phys node zone section generation class meaning because arm "
	 "refcount mapcount mapcount_is head order tail broken_folio list_broken index nth_page cache_unknown area_unknown stack_unknown "
	 "memcg_unknown reserved_for resource resource_unknown holds of_pfn balloon migratetype "
	 "migratetype_unknown could_be"},
	{"pages.flags", "raw names"},
	{"pages.mapping", "kind pointer"},
	{"pages.words", "offset word"},
	{"pages.not_walked", "owner trouble"},
	{"pages.block", "head order migratetype migratetype_unknown"},
	{"pages.pcp", "cpu list list_of head order migratetype migratetype_unknown"},
	{"pages.slab",
	 "cache cache_address object_size size total in_use frozen on_cpu kfence broken "
	 "objects_unknown caches_unknown free_list object object_address object_offset object_part "
	 "object_state"},
	{"pages.slab.states", "objects state"},
	{"pages.anon", "size exclusive anon_vma anon_vma_unknown root parent areas broken"},
	{"pages.ksm", "node node_unknown sharers chain"},
	{"pages.file",
	 "kind path path_is_one_of path_unknown mapping_unknown device inode ino filesystem dev dirty "
	 "writeback"},
	{"pages.swap_cache", "type offset area area_unknown slot_unknown"},
	{"pages.hugetlb",
	 "size pool pool_unknown state on_free_list free_list state_flags vmemmap_optimised "
	 "temporary poisoned poisoned_more"},
	{"pages.hugetlb.bad_pages", "pfn"},
	{"pages.vmalloc", "start end address flags caller"},
	{"pages.vmap", "start end address flags caller"},
	{"pages.stack", "start end task pid name"},
	{"pages.large_kmalloc", "address size"},
	{"pages.device", "pgmap type"},
	{"pages.percpu", "cpu chunk address"},
	{"pages.page_table", "level role owner_unknown"},
	{"pages.page_table.owners", "mm first last task pid name"},
	{"pages.page_pool",
	 "pool pool_unknown references device interface napi_id id wanted_node in_flight"},
	{"pages.zsmalloc",
	 "pool name pool_pages zspage class object_size huge objects in_use position "
	 "chain_unknown"},
	{"pages.zsmalloc.chain", "pfn"},
	{"pages.pipe", "pipe path path_unknown ino spare nth offset bytes pid name fd"},
	{"pages.memcg", "kind path path_unknown online ino"},
	{"pages.page_owner", "allocated pid comm order gfp ns stack_unknown"},
	{"pages.page_owner.stack", "caller"},
	{"pages.folio_fields", "offset field value meaning"},
	{"pages.references", "refcount mappings page_cache swap_cache private_data pins owner "
			     "remainder surprise surprise_unknown"},
	{"pages.struct_page", "offset size live member value type"},
	{"pages.overlay", "offset size live member value type"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_pagex = {
	.name = "pagex",
	.summary = "everything about a page",
	.operands = "WHAT...",
	.help = "Explains pages: flags, place, class and the test that decided it, counts by this kernel's\n"
		"own rules, the folio that the page belongs to, and what its class has to say.\n"
		"\n"
		"WHAT is a PFN, in hex with or without 0x, or a kernel address, which is recognised: of a\n"
		"struct page, or of memory that the kernel maps; or the name of a symbol. A-B is a range of\n"
		"them, the last one included; of addresses, the pages that stand behind them.\n"
		"\n"
		"The reference count is the folio's. Mappings are counted as this kernel counts them. An\n"
		"operand that names no frame gets a line on standard error and exit status 2; the holes of\n"
		"a range get one line together. A page whose struct page is not in the dump, or something\n"
		"else that tells of it, gets what is known and exit status 3; where the dump contradicts\n"
		"itself, the exit status is 1.",
	.options = options,
	.listed = listed,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = pagex,
};
