// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/reports/explain.h"

void mmx_explain_fields(struct mmx_told *t, const struct mmx_report *r,
			const struct mmx_field_meaning *table)
{
	for (; table->name; table++) {
		const char *value = mmx_report_text(r, table->name);

		if (value && *value)
			mmx_told_part(t, table->part, value, "%s", table->meaning);
	}
}

static void explain_suppressed(struct mmx_told *t, const struct mmx_report *r,
			       const struct mmx_lexicon *x)
{
	int64_t n = 0;

	(void)x;
	mmx_report_number(r, "suppressed", &n);
	mmx_told_title(t, "%" PRId64 " reports of a bad page %s were not printed", n,
		       mmx_report_text(r, "what"));
	mmx_told_note(
		t, MMX_NOTE_MEANS,
		"the kernel prints 60 of a kind, then no more for a minute: what it says next is "
		"not the first that went wrong");
}

/* Who was running, on which kernel. */
static const struct mmx_field_meaning who[] = {
	{"task", "task", "it was running; that it is to blame does not follow"},
	{"pid", "PID", ""},
	{"release", "kernel", ""},
	{"taint", "tainted",
	 "P: a module that is not free; O: of no kernel tree; B: a bad page before"},
	{0},
};

static void explain_calls(struct mmx_told *t, const struct mmx_report *r)
{
	char text[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < r->n_calls && n + 50 < sizeof(text); i++)
		n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " < " : "", r->call[i]);
	if (n)
		mmx_told_part(t, "called from", "", "%s", text);
}

typedef void (*explain_fn)(struct mmx_told *t, const struct mmx_report *r,
			   const struct mmx_lexicon *x);

static const explain_fn functions[MMX_TOLD_KIND_COUNT] = {
	[MMX_TOLD_BAD_PAGE] = mmx_explain_page,     [MMX_TOLD_DUMP_PAGE] = mmx_explain_page,
	[MMX_TOLD_BAD_MAP] = mmx_explain_map,       [MMX_TOLD_BAD_RSS] = mmx_explain_rss,
	[MMX_TOLD_PGTABLES] = mmx_explain_rss,      [MMX_TOLD_ALLOCATION] = mmx_explain_request,
	[MMX_TOLD_SHOW_MEM] = mmx_explain_request,  [MMX_TOLD_OOM] = mmx_explain_oom,
	[MMX_TOLD_KILLED] = mmx_explain_oom,        [MMX_TOLD_HWPOISON] = mmx_explain_error,
	[MMX_TOLD_SUPPRESSED] = explain_suppressed,
};

/* Without a kernel that is known, that which the report itself names, if there are figures of it. */
static const struct mmx_lexicon *own_lexicon(struct mmx_lexicon *own, const struct mmx_report *r,
					     const struct mmx_lexicon *x)
{
	const char *release = mmx_report_text(r, "release");
	struct mmx_err err;

	if (x->known || !release || mmx_lexicon_of_series(own, release, &err))
		return x;
	return own;
}

void mmx_report_explain(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	struct mmx_lexicon own = {0};
	const struct mmx_lexicon *used = own_lexicon(&own, r, x);
	const char *release = mmx_report_text(r, "release");

	mmx_told_begin(t, r->kind);
	t->line = r->line;
	snprintf(t->time, sizeof(t->time), "%s", r->time);
	functions[r->kind](t, r, used);
	mmx_explain_fields(t, r, who);
	explain_calls(t, r);
	if (used == &own)
		mmx_told_note(t, MMX_NOTE_ASSUMED,
			      "words as in %s, since the report names %s; a distribution may have "
			      "moved some",
			      own.of, release);
	if (r->cut)
		mmx_told_note(t, MMX_NOTE_UNKNOWN,
			      "there was no room for %" PRIu64 " lines or values", r->cut);
	mmx_lexicon_free(&own);
}
