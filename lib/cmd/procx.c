// SPDX-License-Identifier: GPL-2.0-or-later
/* procx: an entry of the dead kernel's /proc, as that kernel would have printed it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "cmd/cmd.h"
#include "mm/page_pieces.h"
#include "proc/kpage.h"

/* What stands for a word that rests on what is not in the dump: no kernel ever prints it. */
#define NOT_IN_DUMP (~0ULL)

typedef enum mmx_read (*entry_fn)(const struct mmx_kpage *kp, struct mmx_page_walk *w,
				  uint64_t *word);

/* A piece of the file, and how the struct pages behind each word were read. */
struct words {
	uint32_t n;
	uint64_t word[MMX_PIECE_FRAMES];
	uint8_t read[MMX_PIECE_FRAMES]; /* enum mmx_read */
};

/* A run of equal words. */
struct words_run {
	uint64_t pfn, frames, word;
	uint8_t read;
};

/* A file of one 64-bit word a frame, on its way out. */
struct file {
	struct mmx_run *run;
	struct mmx_kpage kp;
	entry_fn entry;
	uint64_t hole;     /* the word of a frame that has no struct page */
	uint64_t missing;  /* frames whose words rest on what is not in the dump */
	bool flags;        /* the words are of kpageflags */
	uint64_t unknown;  /* bits of them that may be set, though they are not: nothing tells */
	uint64_t in_doubt; /* frames with such a bit */
	bool as_runs;      /* and not as bytes */
	struct words_run last; /* what the next words may belong to */
	struct mmx_progress progress;
};

static void add_words(struct words *words, uint64_t word, enum mmx_read read, uint64_t frames)
{
	while (frames--) {
		words->word[words->n] = htole64(word);
		words->read[words->n++] = read;
	}
}

static int fill_words(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct file *file = arg;
	struct words *words = result;

	(void)err;
	words->n = 0;
	while (mmx_page_walk_next(w)) {
		bool online = mmx_pfn_online(&w->view->kernel->sparse, w->pfn);
		enum mmx_read read = w->read;
		uint64_t word = file->hole;

		if (read == MMX_READ_ABSENT || !online)
			read = MMX_READ_OK;
		else if (!read)
			read = file->entry(&file->kp, w, &word);
		add_words(words, read ? NOT_IN_DUMP : word, read, w->frames);
	}
	return 0;
}

static void emit_run(struct mmx_out *o, const struct words_run *run)
{
	if (!run->frames)
		return;
	mmx_out_row(o);
	mmx_out_pfn(o, "pfn", run->pfn);
	mmx_out_count(o, "frames", (int64_t)run->frames);
	if (run->read)
		mmx_out_absent(o, "value", run->read);
	else
		mmx_out_hex(o, "value", run->word);
}

static void emit_words(struct file *file, uint64_t pfn, const struct words *words)
{
	struct words_run *last = &file->last;

	for (uint32_t i = 0; i < words->n; i++, last->frames++) {
		uint64_t word = le64toh(words->word[i]);

		if (last->frames && word == last->word && words->read[i] == last->read)
			continue;
		emit_run(file->run->out, last);
		*last = (struct words_run){.pfn = pfn + i, .word = word, .read = words->read[i]};
	}
}

static void count_doubts(struct file *file, const struct words *words)
{
	for (uint32_t i = 0; i < words->n; i++) {
		uint64_t unknown = mmx_kpageflags_unknown(&file->kp, le64toh(words->word[i]));

		file->in_doubt += !words->read[i] && unknown;
		file->unknown |= words->read[i] ? 0 : unknown;
	}
}

static int take_words(void *arg, uint64_t pfn, const void *result, struct mmx_err *err)
{
	struct file *file = arg;
	struct mmx_out *o = file->run->out;
	const struct words *words = result;

	(void)err;
	for (uint32_t i = 0; i < words->n; i++)
		file->missing += words->read[i] != MMX_READ_OK;
	if (file->flags && file->kp.ksm == MMX_KSM_UNKNOWN)
		count_doubts(file, words);
	if (file->as_runs)
		emit_words(file, pfn, words);
	else
		mmx_out_raw(o, words->word, words->n * sizeof(words->word[0]));
	mmx_progress_at(&file->progress, pfn + words->n);
	return 0;
}

static int walk(struct file *file, struct mmx_err *err)
{
	const struct mmx_messages *messages = file->run->messages;
	const struct mmx_page_pieces pieces = {
		.kernel = file->run->kernel,
		.jobs = file->run->kernel->jobs,
		.end = file->kp.max_pfn,
		.result_size = sizeof(struct words),
		.arg = file,
		.work = fill_words,
		.take = take_words,
	};
	int ret;

	/* On a terminal that the results go to, they are progress enough. */
	mmx_progress_begin(&file->progress,
			   file->run->out->options.terminal ? NULL : messages->progress,
			   messages->arg, file->kp.max_pfn);
	ret = mmx_page_pieces(&pieces, err);
	mmx_progress_end(&file->progress);
	return ret;
}

static int walk_as_runs(struct file *file, struct mmx_err *err)
{
	static const struct mmx_column columns[] = {
		{.key = "pfn"},
		{.key = "frames"},
		{.key = "value"},
	};
	struct mmx_out *o = file->run->out;
	int ret;

	mmx_out_open(o, "proc", 1);
	mmx_out_text(o, "entry", file->run->operand[0]);
	mmx_out_count(o, "frames", (int64_t)file->kp.max_pfn);
	mmx_out_table(o, "runs", NULL, columns, sizeof(columns) / sizeof(*columns));
	ret = walk(file, err);
	emit_run(o, &file->last);
	mmx_out_end(o);
	if (file->in_doubt) {
		mmx_out_hex(o, "unknown_bits", file->unknown);
		mmx_out_text(o, "unknown_because", file->kp.ksm_unknown.text);
	}
	mmx_out_close(o);
	return ret;
}

/*
 * max_pfn stays where it was when memory is taken away, so holes may follow the last section; that
 * struct pages follow max_pfn cannot be.
 */
static enum mmx_exit check_end(const struct file *file)
{
	const struct mmx_sparse *s = &file->run->kernel->sparse;
	const struct mmx_section *last = &s->v[s->n - 1];
	uint64_t end = (last->nr + 1) << (s->section_bits - file->run->kernel->arch->page_shift);

	if (file->kp.max_pfn > end)
		mmx_say(file->run,
			"the last section ends at PFN 0x%" PRIx64 ", but max_pfn is 0x%" PRIx64
			": the file has only holes from there on",
			end, file->kp.max_pfn);
	else if (file->kp.max_pfn < end)
		mmx_say(file->run,
			"max_pfn is 0x%" PRIx64 ", but there are sections up to PFN 0x%" PRIx64
			": they are not in the file",
			file->kp.max_pfn, end);
	return file->kp.max_pfn < end ? MMX_EXIT_FINDINGS : MMX_EXIT_OK;
}

static enum mmx_exit frame_words(struct mmx_run *run, entry_fn entry, bool flags)
{
	const struct mmx_out_options *options = &run->out->options;
	struct file file = {
		.run = run,
		.entry = entry,
		.flags = flags,
		.as_runs = options->json || options->columns,
	};
	enum mmx_exit status;
	struct mmx_err err;

	if (options->terminal && !file.as_runs) {
		mmx_say(run, "%s is binary: redirect it to a file, or ask for --json",
			run->operand[0]);
		return MMX_EXIT_CANNOT;
	}
	if (mmx_kpage_find(&file.kp, run->view, &err) ||
	    (!flags && mmx_kpage_find_counted(&file.kp, run->view, &err))) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = check_end(&file);
	file.hole = flags ? file.kp.hole : 0;
	if ((file.as_runs ? walk_as_runs : walk)(&file, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (file.missing)
		mmx_say(run,
			"the struct pages that the words of %" PRIu64 " of %" PRIu64
			" frames rest on are not in the dump, or make no sense: %s",
			file.missing, file.kp.max_pfn,
			file.as_runs ? "their values are absent" : "their words are all ones");
	if (file.missing && !flags && file.kp.counted == MMX_COUNTED_UNKNOWN)
		mmx_say(run,
			"no large folio is mapped that would tell whether this kernel counts the mappings of "
			"each page: pages with a page type are among those");
	if (file.in_doubt)
		mmx_say(run,
			"KSM (bit 21) is not set for %" PRIu64
			" anonymous frames that KSM did not merge; some kernels "
			"set it there, and whether this one does is not known: %s",
			file.in_doubt, file.kp.ksm_unknown.text);
	return mmx_worse(status, file.missing || file.in_doubt ? MMX_EXIT_PARTIAL : MMX_EXIT_OK);
}

static enum mmx_exit kpageflags(struct mmx_run *run)
{
	return frame_words(run, mmx_kpageflags, true);
}

static enum mmx_exit kpagecount(struct mmx_run *run)
{
	return frame_words(run, mmx_kpagecount, false);
}

static const struct {
	const char *name;
	enum mmx_exit (*run)(struct mmx_run *run);
} entries[] = {
	{"kpageflags", kpageflags},
	{"kpagecount", kpagecount},
};

static const char *entry_name(size_t i)
{
	return i < sizeof(entries) / sizeof(*entries) ? entries[i].name : NULL;
}

static enum mmx_exit procx(struct mmx_run *run)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		if (!strcmp(entries[i].name, run->operand[0]))
			return entries[i].run(run);
	}
	mmx_say(run, "no entry %s; there are kpageflags and kpagecount", run->operand[0]);
	return MMX_EXIT_CANNOT;
}

static const struct mmx_listed listed[] = {
	{"runs", "pfn frames value"},
	{0},
};

const struct mmx_command mmx_cmd_procx = {
	.name = "procx",
	.summary = "an entry of the dead kernel's /proc",
	.operands = "ENTRY",
	.help = "Writes to standard output what that kernel's /proc/ENTRY would have held, byte for byte,\n"
		"by that kernel's own rules, which differ between releases.\n"
		"\n"
		"kpageflags and kpagecount are binary: a 64-bit word for each page frame. They are not\n"
		"written to a terminal; --json and --columns have them as runs of equal words. A frame\n"
		"whose struct page is not in the dump, or another one that its word rests on, has all bits\n"
		"set, which no kernel prints; how many those are is said on standard error, and the exit\n"
		"status is 3. It is that, too, when nothing tells whether a kernel makes the mistake of setting the\n"
		"bit for KSM on all anonymous memory: the bit is then set where it should be. Said is also a max_pfn, where the file ends, that is not where the memory sections end;\n"
		"when it is before that the exit status is 1.",
	.listed = listed,
	.operand = entry_name,
	.min_operands = 1,
	.max_operands = 1,
	.run = procx,
};
