// SPDX-License-Identifier: GPL-2.0-or-later
/* decodex: loose words and reports of the kernel's log, explained. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
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

static const struct mmx_field fields[] = {
	{"kernel", MMX_TEXT, "whose words they are taken for; null without a dump and --kernel",
	 .may = MMX_OR_NULL, .get = kernel},
	{"assumed", MMX_BOOL, "it was named, and nothing was read from it", .may = MMX_OR_NONE,
	 .get = assumed},
	{"decoded", MMX_LIST, "words and reports, each explained", .record = &mmx_record_decoded},
	{0},
};

static const struct mmx_record document = {
	.name = "decode",
	.doc = "words and reports of the kernel's log, explained; the exit status is 1 when something is "
	       "impossible about one, or the kernel reported that its own state is wrong",
	.version = 1,
	.fields = fields,
};

/*
 * struct decodex - a run
 * @told: the current word or report
 * @kind, @nth: what the operands are words of, and the next one
 * @wrong: something was impossible, or a report of the kernel's about itself
 */
struct decodex {
	struct mmx_decode_answer answer;
	struct mmx_run *run;
	struct mmx_lexicon lexicon;
	struct mmx_told told;
	const struct mmx_word_kind *kind;
	int nth;
	bool failed, wrong;
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

static enum mmx_exit no_kind(struct mmx_run *run, const char *word)
{
	char list[160] = "";
	size_t n = 0;

	for (const struct mmx_word_kind *k = mmx_word_kinds(); k->name; k++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", k->name);
	mmx_say(run, "%s is no kind of word: there are %s", word, list);
	return MMX_EXIT_CANNOT;
}

static enum mmx_exit decodex(struct mmx_run *run)
{
	struct decodex d = {.run = run};
	enum mmx_exit status;
	struct mmx_err err;

	d.answer.lexicon = &d.lexicon;
	d.answer.arg = &d;
	if (run->n_operands < 2) {
		mmx_say(run, "what is to be explained? A kind and words: \"help decodex\"");
		return MMX_EXIT_CANNOT;
	}
	d.kind = mmx_word_kind_find(run->operand[0]);
	if (!d.kind)
		return no_kind(run, run->operand[0]);
	if (take_kernel(&d, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = words(&d);
	mmx_told_free(&d.told);
	mmx_lexicon_free(&d.lexicon);
	return status;
}

static const char *operand(size_t i)
{
	return mmx_word_kinds()[i].name;
}

static const struct mmx_option options[] = {
	{'k', "kernel", "SERIES",
	 "words of another kernel than the dump's, or without a dump: 6.8 or 6.14, from built-in figures"},
	{0},
};

const struct mmx_command mmx_cmd_decodex = {
	.name = "decodex",
	.summary = "loose words explained: page-table entries, page flags, GFP flags, swap entries",
	.operands = "KIND WORD...",
	.help = "Words without an object, as they stand in a report, a register or somebody's mail: every bit by\n"
		"its name, what is impossible about it, and what to look at next. The words are taken for those of\n"
		"the dump's kernel, or without a dump for those of --kernel; what no kernel decides needs neither.\n"
		"With --kernel the answer says what of the kernel's configuration it takes for granted.\n"
		"\n"
		"KIND is one of those below. GFP and VM flags go both ways: a word gives the names, and names the\n"
		"word. A word is in hex, with 0x or without.\n"
		"\n"
		"The exit status is 1 when something about a word is impossible.\n"
		"\n"
		"For example, \"mmx decode --kernel 6.8 pte 800000012345e867\", and \"mmx decode --kernel 6.14 gfp\n"
		"GFP_KERNEL|__GFP_COMP\".",
	.options = options,
	.document = &document,
	.operand = operand,
	.without_dump = true,
	.max_operands = -1,
	.run = decodex,
};
