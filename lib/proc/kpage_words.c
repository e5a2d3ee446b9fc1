// SPDX-License-Identifier: GPL-2.0-or-later
/* kpageflags, kpagecount and kpagecgroup: a word for each page frame, worked out on threads. */
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "base/progress.h"
#include "mm/frames/page_pieces.h"
#include "mm/frames/page_run.h"
#include "proc/kpage.h"
#include "proc/proc.h"

typedef enum mmx_read (*word_fn)(const struct mmx_kpage *kp, struct mmx_page_walk *w,
				 uint64_t *word);

/* A piece of the file. */
struct piece {
	uint32_t n;
	bool whole; /* nothing of it is missing */
	uint64_t word[MMX_PIECE_FRAMES];
	uint8_t read[MMX_PIECE_FRAMES];
};

struct kpage {
	struct mmx_kpage rules;
	word_fn word_of; /* NULL: of kpagecgroup */
	bool by_page;    /* that asks each page itself */
	uint64_t hole;   /* the word of a frame that has no struct page */
	struct mmx_page_team *team;
	struct mmx_progress progress;
};

static void add_words(struct piece *piece, uint64_t word, enum mmx_read read, uint64_t frames)
{
	uint64_t *to = piece->word + piece->n;

	for (uint64_t i = 0; i < frames; i++)
		to[i] = htole64(word);
	memset(piece->read + piece->n, read, frames);
	piece->n += frames;
	piece->whole &= !read;
}

static int fill_piece(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct kpage *file = arg;
	const struct mmx_sparse *sparse = &mmx_mem(w->view->kernel)->sparse;
	struct piece *piece = result;
	struct mmx_cgroup_words known = {.by_page = file->by_page};
	uint64_t online_end = 0;
	bool online = false;

	(void)err;
	piece->n = 0;
	piece->whole = true;
	w->runs = MMX_RUNS_OF_WORDS;
	while (mmx_page_walk_next(w)) {
		enum mmx_read read = w->read;
		uint64_t word = file->hole;

		if (w->pfn >= online_end)
			online = mmx_online_run(sparse, w->pfn, &online_end);
		mmx_page_walk_cut(w, online_end);
		mmx_kpage_cut(&file->rules, w);
		if (read == MMX_READ_ABSENT || !online)
			read = MMX_READ_OK;
		else if (!read)
			read = file->word_of ? file->word_of(&file->rules, w, &word)
					     : mmx_kpagecgroup(&known, w, &word);
		add_words(piece, read ? MMX_PROC_NOT_IN_DUMP : word, read, w->frames);
	}
	return 0;
}

static int begin(struct mmx_proc *p, struct mmx_err *err)
{
	struct kpage *file = p->state;
	const struct mmx_page_pieces pieces = {
		.kernel = p->view->kernel,
		.jobs = p->view->kernel->jobs,
		.start = p->first,
		.end = p->last + 1,
		.result_size = sizeof(struct piece),
		.arg = file,
		.work = fill_piece,
	};

	mmx_progress_begin(&file->progress, p->watcher.progress, p->watcher.arg,
			   p->last + 1 - p->first);
	file->team = mmx_page_pieces_begin(&pieces, err);
	return file->team ? 0 : -1;
}

static int words(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err)
{
	struct kpage *file = p->state;
	const void *result;
	int ret;

	if (!file->team && begin(p, err))
		return -1;
	ret = mmx_page_pieces_next(file->team, &words->first, &result, err);
	if (ret > 0) {
		const struct piece *piece = result;

		words->n = piece->n;
		words->whole = piece->whole;
		words->word = piece->word;
		words->read = piece->read;
		if (words->first + piece->n > p->first)
			mmx_progress_at(&file->progress, words->first + piece->n - p->first);
	} else {
		mmx_progress_end(&file->progress);
	}
	return ret;
}

/*
 * max_pfn stays where it was when memory is taken away, so holes may follow the last section; that
 * struct pages follow max_pfn cannot be.
 */
static void check_end(struct mmx_proc *p)
{
	const struct mmx_sparse *s = &mmx_mem(p->view->kernel)->sparse;
	const struct mmx_section *last = &s->v[s->n - 1];
	uint64_t end = (last->nr + 1) << (s->section_bits - p->view->kernel->arch->page_shift);

	if (p->size > end)
		mmx_proc_say(p,
			     "the last section ends at PFN 0x%" PRIx64 ", but max_pfn is 0x%" PRIx64
			     ": the file has only holes from there on",
			     end, p->size);
	if (p->size >= end)
		return;
	mmx_cover_failf(&p->coverage, MMX_ECORRUPT,
			"max_pfn is 0x%" PRIx64 ", but there are sections up to PFN 0x%" PRIx64
			": they are not in the file",
			p->size, end);
	mmx_proc_say(p, "%s", p->coverage.first.text);
}

static int find(struct mmx_proc *p, word_fn word_of, struct mmx_err *err)
{
	struct kpage *file = p->state;

	if (mmx_kpage_find(&file->rules, p->view, err))
		return -1;
	file->word_of = word_of;
	p->size = file->rules.max_pfn;
	return 0;
}

static int find_flags(struct mmx_proc *p, struct mmx_err *err)
{
	struct kpage *file = p->state;

	if (find(p, mmx_kpageflags, err))
		return -1;
	file->hole = file->rules.hole;
	p->unknown_because = file->rules.ksm_unknown;
	check_end(p);
	return 0;
}

static int find_count(struct mmx_proc *p, struct mmx_err *err)
{
	struct kpage *file = p->state;

	if (find(p, mmx_kpagecount, err) || mmx_kpage_find_counted(&file->rules, p->view, err))
		return -1;
	check_end(p);
	return 0;
}

/* A kernel without memory cgroups has no such file. */
static int find_cgroup(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {M_page_memcg_data};
	struct kpage *file = p->state;
	uint64_t addr;

	if (!mmx_symbol_addr(&p->view->kernel->symbols, "memory_cgrp_subsys", &addr))
		return mmx_fail(err, MMX_ENOTFOUND, "this kernel has no memory cgroups");
	if (mmx_layout_require(&p->view->kernel->layout, needed, 1, err) || find(p, NULL, err))
		return -1;
	file->by_page = mmx_kpagecgroup_asks_page(p->view);
	check_end(p);
	return 0;
}

static uint64_t doubt(const struct mmx_proc *p, uint64_t word)
{
	const struct kpage *file = p->state;

	return mmx_kpageflags_unknown(&file->rules, word);
}

static void say_missing(struct mmx_proc *p)
{
	if (p->missing)
		mmx_proc_say(p,
			     "the struct pages that the words of %" PRIu64 " of %" PRIu64
			     " frames rest on are not in the dump, or make no sense: %s",
			     p->missing, p->last + 1 - p->first,
			     p->as_runs ? "their values are absent" : "their words are all ones");
}

static void end_flags(struct mmx_proc *p)
{
	say_missing(p);
	if (p->in_doubt)
		mmx_proc_say(
			p,
			"KSM (bit 21) is not set for %" PRIu64
			" anonymous frames that KSM did not merge; kernels from 6.10 on "
			"set it there until that was mended, and whether this one does is not known: %s",
			p->in_doubt, p->unknown_because.text);
}

static void end_count(struct mmx_proc *p)
{
	const struct kpage *file = p->state;

	say_missing(p);
	if (p->missing && file->rules.counted == MMX_COUNTED_UNKNOWN)
		mmx_proc_say(
			p,
			"no large folio is mapped that would tell whether this kernel counts the mappings of "
			"each page: pages with a page type are among those");
}

static void free_kpage(struct mmx_proc *p)
{
	struct kpage *file = p->state;

	mmx_page_pieces_end(file->team);
}

const struct mmx_proc_entry mmx_proc_kpageflags = {
	.name = "kpageflags",
	.by = MMX_BY_PFN,
	.state_size = sizeof(struct kpage),
	.find = find_flags,
	.words = words,
	.doubt = doubt,
	.end = end_flags,
	.free = free_kpage,
};

const struct mmx_proc_entry mmx_proc_kpagecount = {
	.name = "kpagecount",
	.by = MMX_BY_PFN,
	.state_size = sizeof(struct kpage),
	.find = find_count,
	.words = words,
	.end = end_count,
	.free = free_kpage,
};

const struct mmx_proc_entry mmx_proc_kpagecgroup = {
	.name = "kpagecgroup",
	.by = MMX_BY_PFN,
	.state_size = sizeof(struct kpage),
	.find = find_cgroup,
	.words = words,
	.end = say_missing,
	.free = free_kpage,
};
