// SPDX-License-Identifier: GPL-2.0-or-later
/* decodex: loose words and reports of the kernel's log, explained. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "kernel/log.h"
#include "mm/reports/explain.h"
#include "mm/words/words.h"
#include "records/decode.h"
#include "records/records.h"

static void kernel(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_decode_answer *a = r->arg;

	v->text = a->lexicon->of;
	if (!a->lexicon->known)
		mmx_value_null(v);
}

static void assumed(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_decode_answer *a = r->arg;

	v->truth = a->lexicon->assumed;
	if (!a->lexicon->assumed)
		mmx_value_none(v);
}

/* Text is read while it is shown. */
static void lines(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_decode_answer *a = r->arg;

	v->word = a->lines;
	if (!a->text)
		mmx_value_none(v);
}

static void found(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_decode_answer *a = r->arg;

	if (!a->text)
		mmx_value_none(v);
	else if (!a->reports)
		v->text = "no report about memory";
	else
		mmx_value_textf(v, "%" PRIu64 " report%s about memory", a->reports,
				a->reports > 1 ? "s" : "");
}

static const struct mmx_field fields[] = {
	{"kernel", MMX_TEXT, "whose words they are taken for; null without a dump and --kernel",
	 .may = MMX_OR_NULL, .get = kernel},
	{"assumed", MMX_BOOL, "it was named, and nothing was read from it", .may = MMX_OR_NONE,
	 .get = assumed},
	{"decoded", MMX_LIST, "words and reports, each explained", .record = &mmx_record_decoded},
	{"lines", MMX_COUNT, "of a text or the log: how many were read", .may = MMX_OR_NONE,
	 .get = lines},
	{"found", MMX_TEXT, "of a text or the log: how many reports there are in it",
	 .may = MMX_OR_NONE, .get = found},
	{0},
};

static const struct mmx_record document = {
	.name = "decode",
	.doc = "words and reports of the kernel's log, explained; the exit status is 1 when something is "
	       "impossible about one, or the kernel reported that its own state is wrong",
	.version = 1,
	.fields = fields,
};

/* A line longer than this is cut, whatever it is. */
#define BYTES_MAX 8192

/*
 * struct decodex - a run
 * @told: the current word or report
 * @kind, @nth: what the operands are words of, and the next one
 * @wrong: something was impossible, or a report of the kernel's about itself
 * @reports: of the text, which comes from @file, @log or the operands
 * @left, @left_n: of a message of the log: the lines that were not looked at yet
 */
struct decodex {
	struct mmx_decode_answer answer;
	struct mmx_run *run;
	struct mmx_lexicon lexicon;
	struct mmx_told told;
	const struct mmx_word_kind *kind;
	int nth;
	bool failed, wrong;
	struct mmx_reports *reports;
	FILE *file;
	struct mmx_log log;
	const char *left;
	size_t left_n;
};

static const struct mmx_told *keep(struct decodex *d)
{
	d->wrong |= mmx_told_has(&d->told, MMX_NOTE_IMPOSSIBLE) || mmx_told_wrong(d->told.kind);
	return &d->told;
}

static const struct mmx_told *next_word(void *arg)
{
	struct decodex *d = arg;
	struct mmx_err err;

	while (++d->nth < d->run->n_operands) {
		mmx_told_free(&d->told);
		if (!d->kind->tell(&d->told, &d->lexicon, d->run->operand[d->nth], &err))
			return keep(d);
		mmx_say(d->run, "%s", err.text);
		d->failed = true;
	}
	return NULL;
}

static enum mmx_exit show(struct decodex *d)
{
	enum mmx_exit status = mmx_run_show(d->run, &d->answer, NULL);

	if (d->wrong)
		status = mmx_worse(status, MMX_EXIT_FINDINGS);
	return d->failed ? MMX_EXIT_CANNOT : status;
}

/* Words that cannot be read are refused before anything is shown. */
static enum mmx_exit words(struct decodex *d)
{
	struct mmx_told told;
	struct mmx_err err;

	for (int i = 1; i < d->run->n_operands; i++) {
		bool bad = d->kind->tell(&told, &d->lexicon, d->run->operand[i], &err);

		mmx_told_free(&told);
		if (bad) {
			mmx_say(d->run, "%s", err.text);
			return MMX_EXIT_CANNOT;
		}
	}
	d->answer.next = next_word;
	return show(d);
}

/*
 * Text.
 */

static bool next_of_file(void *arg, struct mmx_line *line)
{
	struct decodex *d = arg;
	char bytes[BYTES_MAX];
	size_t n = 0;
	int c;

	if (mmx_stopped(d->run->kernel->image))
		return false;
	while ((c = getc(d->file)) != EOF && c != '\n') {
		if (n < sizeof(bytes))
			bytes[n++] = (char)c;
	}
	if (c == EOF && !n)
		return false;
	mmx_line_take(line, bytes, n);
	return true;
}

/* A message may have several lines. */
static bool next_of_log(void *arg, struct mmx_line *line)
{
	struct decodex *d = arg;
	const struct mmx_log_record *m = &d->log.record;
	const char *end;
	size_t len;

	while (!d->left_n) {
		if (!mmx_log_next(&d->log))
			return false;
		d->left = m->text;
		d->left_n = m->len;
	}
	end = memchr(d->left, '\n', d->left_n);
	len = end ? (size_t)(end - d->left) : d->left_n;
	mmx_line_take(line, d->left, len);
	snprintf(line->time, sizeof(line->time), "%" PRIu64 ".%06" PRIu64, m->ts_nsec / 1000000000,
		 m->ts_nsec % 1000000000 / 1000);
	len += end != NULL;
	d->left += len;
	d->left_n -= len;
	return true;
}

static bool next_of_operands(void *arg, struct mmx_line *line)
{
	struct decodex *d = arg;
	char text[MMX_LINE_MAX] = "";
	size_t n = 0;

	if (d->nth)
		return false;
	for (; d->nth < d->run->n_operands && n < sizeof(text); d->nth++)
		n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
			      d->run->operand[d->nth]);
	mmx_line_take(line, text, strlen(text));
	return true;
}

/* A text may be of another boot than the dump, or of another machine; then its frames are none of these. */
static void hold(struct decodex *d)
{
	const struct mmx_report *r = &d->reports->report;
	const char *release = mmx_report_text(r, "release");

	if (!d->run->kernel->arch)
		return;
	if (release && strcmp(release, d->run->kernel->release)) {
		mmx_told_note(&d->told, MMX_NOTE_DUMP,
			      "not looked at: the report is of %s, and the dump of %s", release,
			      d->run->kernel->release);
		return;
	}
	mmx_report_hold(&d->told, r, d->run->view, d->run->option['l']);
}

static const struct mmx_told *next_report(void *arg)
{
	struct decodex *d = arg;
	bool more = mmx_reports_next(d->reports);

	d->answer.lines = d->reports->lines;
	if (!more)
		return NULL;
	mmx_told_free(&d->told);
	mmx_report_explain(&d->told, &d->reports->report, &d->lexicon);
	hold(d);
	mmx_told_sort(&d->told);
	d->answer.reports++;
	return keep(d);
}

static enum mmx_exit reports(struct decodex *d, mmx_line_fn next)
{
	enum mmx_exit status;

	d->reports = malloc(sizeof(*d->reports));
	if (!d->reports) {
		mmx_say(d->run, "out of memory");
		return MMX_EXIT_CANNOT;
	}
	mmx_reports_begin(d->reports, next, d);
	d->answer.next = next_report;
	d->answer.text = true;
	status = show(d);
	free(d->reports);
	return status;
}

static enum mmx_exit file(struct decodex *d, const char *path)
{
	enum mmx_exit status;

	if (!strcmp(path, "-")) {
		if (!d->run->messages->may_read_input) {
			mmx_say(d->run, "standard input is where commands come from: name a file");
			return MMX_EXIT_CANNOT;
		}
		d->run->once = true;
		d->file = stdin;
		return reports(d, next_of_file);
	}
	d->file = fopen(path, "re");
	if (!d->file) {
		mmx_say(d->run, "%s: %s", path, strerror(errno));
		return MMX_EXIT_CANNOT;
	}
	status = reports(d, next_of_file);
	if (ferror(d->file)) {
		mmx_say(d->run, "%s: cannot be read to its end", path);
		status = MMX_EXIT_CANNOT;
	}
	fclose(d->file);
	return status;
}

static enum mmx_exit whole_log(struct decodex *d)
{
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_err err;

	if (!d->run->kernel->arch)
		mmx_say(d->run, "--log is the dump's: there is none");
	else if (mmx_log_begin(&d->log, d->run->view, &err))
		mmx_say(d->run, "%s", err.text);
	else
		status = mmx_worse(reports(d, next_of_log), mmx_run_exit(d->run, &d->log.coverage));
	if (d->log.coverage.first.code)
		mmx_say(d->run, "%s", d->log.coverage.first.text);
	mmx_log_end(&d->log);
	return status;
}

/*
 * What is asked.
 */

static int take_kernel(struct decodex *d, struct mmx_err *err)
{
	const char *series = d->run->option['k'];

	if (series)
		return mmx_lexicon_of_series(&d->lexicon, series, err);
	if (d->run->kernel->arch)
		mmx_lexicon_of_dump(&d->lexicon, d->run->view);
	else
		mmx_lexicon_of_nobody(&d->lexicon);
	return 0;
}

static enum mmx_exit no_kind(struct mmx_run *run, const char *word, bool lonely)
{
	char list[160] = "";
	size_t n = 0;

	for (const struct mmx_word_kind *k = mmx_word_kinds(); k->name; k++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", k->name);
	if (lonely)
		mmx_say(run, "%s: and the word?", word);
	else
		mmx_say(run, "%s is no kind of word: there are %s", word, list);
	return MMX_EXIT_CANNOT;
}

static enum mmx_exit answer(struct decodex *d)
{
	struct mmx_run *run = d->run;

	if (run->option['l'])
		return whole_log(d);
	if (run->option['t'])
		return file(d, run->option['t']);
	if (!run->n_operands)
		return file(d, "-");
	d->kind = mmx_word_kind_find(run->operand[0]);
	if (d->kind && run->n_operands > 1)
		return words(d);
	if (d->kind || run->n_operands < 3)
		return no_kind(run, run->operand[0], d->kind);
	return reports(d, next_of_operands);
}

static enum mmx_exit decodex(struct mmx_run *run)
{
	struct decodex d = {.run = run};
	enum mmx_exit status;
	struct mmx_err err;

	d.answer.lexicon = &d.lexicon;
	d.answer.arg = &d;
	if (!!run->option['l'] + !!run->option['t'] + !!run->n_operands > 1) {
		mmx_say(run, "one at a time: words, -t or --log");
		return MMX_EXIT_CANNOT;
	}
	if (!run->option['l'] && !run->option['t'] && !run->n_operands &&
	    !run->messages->may_read_input) {
		mmx_say(run, "what is to be explained? A kind and words, -t FILE or --log: \"help "
			     "decodex\"");
		return MMX_EXIT_CANNOT;
	}
	if (take_kernel(&d, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = answer(&d);
	mmx_told_free(&d.told);
	mmx_lexicon_free(&d.lexicon);
	return status;
}

static const char *operand(size_t i)
{
	return mmx_word_kinds()[i].name;
}

static const struct mmx_option options[] = {
	{'t', "text", "FILE",
	 "reports in a text: a log, a mail, a console's output; - is standard input"},
	{'l', "log", NULL,
	 "reports in the dump's own log, each held against the dump: what has become of the page, the process"},
	{'k', "kernel", "SERIES",
	 "words of another kernel than the dump's, or without a dump: 6.8 or 6.14, from built-in figures"},
	{0},
};

const struct mmx_command mmx_cmd_decodex = {
	.name = "decodex",
	.summary = "loose words and reports of the kernel's log, explained",
	.operands = "[KIND WORD... | LINE]",
	.help = "Words without an object, as they stand in a report, a register or somebody's mail: every bit by\n"
		"its name, what is impossible about it, and what to look at next. The words are taken for those of\n"
		"the dump's kernel, or without a dump for those of --kernel; what no kernel decides needs neither.\n"
		"With --kernel the answer says what of the kernel's configuration it takes for granted.\n"
		"\n"
		"KIND is one of those below. GFP, page and VM flags go both ways: a word gives the names, and names\n"
		"the word; they are joined by | or, where that would be a pipe, by +. A word is in hex, with 0x or\n"
		"without.\n"
		"\n"
		"Text is searched for reports about memory: Bad page state, Bad page map, Bad rss-counter state,\n"
		"pages that were dumped, page allocation failures, the OOM killer's, memory errors, Mem-Info. What\n"
		"stands before the kernel's words does no harm: times, dates, hosts, colours, quotes of a mail. Of\n"
		"each report every word is explained, the arithmetic of watermarks is done with its own numbers,\n"
		"and it says what is impossible. Without operands and options mmx reads standard input; a line\n"
		"may also be given as it is. With a dump a report is held against it too, if it is of its boot: a\n"
		"pointer that the kernel printed hashed (%p) proves that or the contrary.\n"
		"\n"
		"The exit status is 1 when something is impossible, or a report says that the kernel found its own\n"
		"state wrong; 0 also when there is no report in a text, which is said.\n"
		"\n"
		"For example, \"mmx decode --kernel 6.8 pte 800000012345e867\", \"mmx decode --kernel 6.14 gfp\n"
		"GFP_KERNEL|__GFP_COMP\", \"dmesg | mmx decode\" and \"mmx -c vmcore decode --log\".",
	.example = "decodex pte 800000012345e867",
	.options = options,
	.document = &document,
	.operand = operand,
	.without_dump = true,
	.max_operands = -1,
	.run = decodex,
};
