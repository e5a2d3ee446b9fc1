// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of logs, patterns, and reports of any size: what stands before a message, and the bounds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm/reports/explain.h"
#include "unit.h"

static const struct {
	const char *bytes, *text, *time;
} prefixes[] = {
	{"Mem-Info:", "Mem-Info:", ""},
	{"[   12.345678] Mem-Info:\r", "Mem-Info:", "12.345678"},
	{"[   12.345678][ T2345] Mem-Info:", "Mem-Info:", "12.345678"},
	{"[   12.345678] [    C1] Mem-Info:", "Mem-Info:", "12.345678"},
	{"<4>[   12.345678] Mem-Info:", "Mem-Info:", "12.345678"},
	{"kern  :warn  : [   12.345678] Mem-Info:", "Mem-Info:", "12.345678"},
	{"[Fri Nov 27 16:08:36 2026] Mem-Info:", "Mem-Info:", "Fri Nov 27 16:08:36 2026"},
	{"Nov 27 16:08:36 a-host kernel: Mem-Info:", "Mem-Info:", ""},
	{"2026-11-27T16:08:36.1+00:00 h kernel: [    0.5] Mem-Info:", "Mem-Info:", "0.5"},
	{"> >  [   12.345678] Mem-Info:   ", "Mem-Info:", "12.345678"},
	{"\033[33m[   12.345678]\033[0m Mem-Info:", "Mem-Info:", "12.345678"},
	/* What looks like one of them and is none. */
	{"[    123]     0   123 name", "[    123]     0   123 name", ""},
	{"[  pid  ]   uid  tgid", "[  pid  ]   uid  tgid", ""},
	{"kernel BUG at mm/slub.c:123!", "kernel BUG at mm/slub.c:123!", ""},
	{"a [   12.345678] b", "a [   12.345678] b", ""},
	{"[", "[", ""},
	{"[   12.345678]", "", "12.345678"},
	{"", "", ""},
};

static void what_stands_before_a_message_is_taken_away(void)
{
	struct mmx_line line;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		mmx_line_take(&line, prefixes[i].bytes, strlen(prefixes[i].bytes));
		CHECK(!strcmp(line.text, prefixes[i].text), "\"%s\" of \"%s\"", line.text,
		      prefixes[i].bytes);
		CHECK(!strcmp(line.time, prefixes[i].time), "time \"%s\" of \"%s\"", line.time,
		      prefixes[i].bytes);
	}
}

static void captures_are_what_stands_between(void)
{
	struct mmx_captures c;

	CHECK(mmx_line_match("in {comm} pte:{pte:x} {n:d} {w:w}", "in  a pte: b pte:0xAb -5 x,y z",
			     &c) &&
		      c.n == 4,
	      "%zu", c.n);
	CHECK(c.v[0].len == 8 && !strncmp(c.v[0].text, "a pte: b", 8), "%.*s", (int)c.v[0].len,
	      c.v[0].text);
	CHECK(c.v[1].len == 4 && c.v[2].len == 2 && c.v[3].len == 3, "lengths");
	CHECK(!mmx_line_match("a {n:d}", "a -", &c), "a sign is no number");
	CHECK(!mmx_line_match("a b", "ab", &c), "a space has to be there");
	CHECK(mmx_line_match("a {rest}", "a ", &c) && !c.v[0].len, "the rest may be empty");
}

/* A line that could be divided in millions of ways has an answer at once. */
static void hostile_lines_end(void)
{
	char text[MMX_LINE_MAX];
	struct mmx_captures c;

	memset(text, ',', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	CHECK(!mmx_line_match("{a},{b},{c},{d},{e},{f},{g},end", text, &c), "no end");
	CHECK(c.steps < 30000, "%u steps", c.steps);
}

struct text {
	const char *before, *again, *behind;
	unsigned int n, nth;
	char room[256];
};

/* One line, then another many times with its number in place of %u, then a last one. */
static bool next_line(void *arg, struct mmx_line *line)
{
	struct text *t = arg;
	const char *text = t->room;

	if (t->nth == t->n + 2)
		return false;
	if (!t->nth)
		text = t->before;
	else if (t->nth > t->n)
		text = t->behind;
	else
		snprintf(t->room, sizeof(t->room), t->again, t->nth, t->nth);
	t->nth++;
	mmx_line_take(line, text, strlen(text));
	return true;
}

static void what_is_kept_is_bounded(void)
{
	static const char oom[] = "a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
				  "oom_score_adj=0";
	static const char header[] =
		"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents "
		"oom_score_adj name";
	static const struct {
		const char *again, *behind;
	} texts[] = {
		{"Node %u DMA32 free:%ukB min:1kB", "x"},
		{"Node %u active_anon:%ukB all_unreclaimable? yes", "x"},
		{"%u pages RAM %u", "x"},
		{"active_anon:%u a:%u", "x"},
		{"unknown line %u %u", "x"},
		{header, "x"},
	};
	struct mmx_reports *r = malloc(sizeof(*r));
	struct mmx_lexicon x;

	mmx_lexicon_of_nobody(&x);
	for (size_t i = 0; r && i < sizeof(texts) / sizeof(*texts); i++) {
		struct text t = {oom, texts[i].again, texts[i].behind, 5000, 0, ""};
		struct mmx_told told;

		mmx_reports_begin(r, next_line, &t);
		CHECK(mmx_reports_next(r), "a report");
		mmx_report_explain(&told, &r->report, &x);
		CHECK(r->report.n_zones <= MMX_REPORT_ZONES &&
			      r->report.n_nodes <= MMX_REPORT_NODES &&
			      told.parts.n <= MMX_TOLD_PARTS,
		      "text %zu", i);
		mmx_told_free(&told);
		CHECK(!mmx_reports_next(r), "one report");
		CHECK(r->lines == 5002, "%" PRIu64 " lines", r->lines);
	}
	mmx_lexicon_free(&x);
	free(r);
}

/* The largest tasks are kept, in order, however many there are. */
static void the_largest_tasks_are_kept(void)
{
	static const char again[] = "[%7u] 0 1 10 %u 4096 0 0 task";
	struct text t = {
		"a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
		again,
		"x",
		1000,
		0,
		""};
	struct mmx_reports *r = malloc(sizeof(*r));

	if (!r)
		return;
	mmx_reports_begin(r, next_line, &t);
	CHECK(mmx_reports_next(r) && !r->report.n_tasks, "no table without its head");
	memset(&r->report, 0, sizeof(r->report));
	CHECK(mmx_table_task(&r->report,
			     "[  pid  ]   uid  tgid total_vm rss pgtables_bytes swapents "
			     "oom_score_adj name"),
	      "head");
	for (unsigned int i = 1; i <= 1000; i++) {
		char row[64];

		snprintf(row, sizeof(row), again, i, i * 7 % 1000);
		CHECK(mmx_table_task(&r->report, row), "row %u", i);
	}
	CHECK(r->report.tasks_seen == 1000 && r->report.n_tasks == MMX_REPORT_TASKS, "%zu kept",
	      r->report.n_tasks);
	for (size_t i = 0; i < r->report.n_tasks; i++)
		CHECK(r->report.tasks[i].rss == 999 - (int64_t)i, "place %zu has %" PRId64, i,
		      r->report.tasks[i].rss);
	CHECK(!mmx_table_task(&r->report, "[1] 0 1 10 5 4096 0 2000 impossible share"), "adj 2000");
	free(r);
}

/* A fuzzer found that the sum at the end of a zone's blocks may be missing. */
static void cut_lines_say_what_they_have(void)
{
	struct mmx_report *r = calloc(1, sizeof(*r));

	if (!r)
		return;
	CHECK(mmx_table_zone(r, "Node 0 DMA free:4kB min:99999999999999999999kB low:1kB"), "zone");
	CHECK(r->zone[0].counts.n == 1, "%zu counts before what is no number", r->zone[0].counts.n);
	CHECK(mmx_table_blocks(r, "Node 0 DMA: 1*4kB (U) 2*8kB (M"), "blocks");
	CHECK(r->zone[0].orders == 2 && r->zone[0].blocks[1] == 2 && !r->zone[0].total, "%u orders",
	      r->zone[0].orders);
	CHECK(mmx_table_words(r, "raw: 0017ffffc0004020") && r->n_raw == 1, "%zu words", r->n_raw);
	CHECK(!mmx_table_words(r, "raw: 0017ffffc000402") && !mmx_table_words(r, "raw:"),
	      "no words");
	free(r);
}

/* A report does not take lines of its form that stand far behind it. */
static void far_lines_are_another_reports(void)
{
	struct text t = {"BUG: Bad page state in process a  pfn:00001",
			 "usb %u-%u: new device",
			 "page dumped because: nonzero mapcount",
			 1000,
			 0,
			 ""};
	struct mmx_reports *r = malloc(sizeof(*r));

	if (!r)
		return;
	mmx_reports_begin(r, next_line, &t);
	CHECK(mmx_reports_next(r) && !mmx_report_text(&r->report, "reason"),
	      "the reason is not its own");
	CHECK(!mmx_reports_next(r), "and begins none");
	free(r);
}

int main(void)
{
	RUN(what_stands_before_a_message_is_taken_away);
	RUN(captures_are_what_stands_between);
	RUN(hostile_lines_end);
	RUN(what_is_kept_is_bounded);
	RUN(the_largest_tasks_are_kept);
	RUN(cut_lines_say_what_they_have);
	RUN(far_lines_are_another_reports);
	return unit_end();
}
