/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of the kernel about memory, in text: each begins with a line of its own and is continued by others, as
 * formats.c has them. What they say is kept as it stands; explain.h makes sense of it.
 *
 *	mmx_reports_begin(&r, next_line, arg);
 *	while (mmx_reports_next(&r))
 *		explain(&r.report);
 *	mmx_reports_end(&r);
 *
 * Text may be of any length; what is kept of a report is bounded.
 */
#ifndef MMX_MM_REPORT_H
#define MMX_MM_REPORT_H

#include <stdint.h>

#include "mm/reports/line.h"
#include "mm/words/told.h"

#define MMX_REPORT_FIELDS 64
#define MMX_REPORT_COUNTS 40
#define MMX_REPORT_ZONES  48
#define MMX_REPORT_NODES  32
#define MMX_REPORT_ORDERS 16
#define MMX_REPORT_TASKS  8
#define MMX_REPORT_SLABS  6
#define MMX_REPORT_CALLS  12
#define MMX_REPORT_MATES  8

/** struct mmx_report_field - what a line said, by the name that its pattern has */
struct mmx_report_field {
	char name[20];
	char value[256];
};

/** struct mmx_report_counts - "free:1234kB min:56kB", in the units of the line */
struct mmx_report_counts {
	size_t n;
	struct {
		char name[28];
		int64_t value;
	} v[MMX_REPORT_COUNTS];
};

/**
 * struct mmx_report_zone - a zone of a report: counts are kB
 * @reserve: lowmem_reserve[], in pages, @n_reserve of them
 * @blocks: free blocks by order, @orders of them; @total: what they are said to come to, in kB
 * @types: the letters behind each
 */
struct mmx_report_zone {
	unsigned int node;
	char name[12];
	struct mmx_report_counts counts;
	unsigned int n_reserve;
	int64_t reserve[8];
	unsigned int orders;
	uint64_t blocks[MMX_REPORT_ORDERS];
	char types[MMX_REPORT_ORDERS][8];
	uint64_t total;
};

struct mmx_report_node {
	unsigned int node;
	bool unreclaimable;
	struct mmx_report_counts counts; /* kB */
};

/** struct mmx_report_task - a row of the OOM killer's table, in pages but for @pgtables */
struct mmx_report_task {
	int64_t pid, total_vm, rss, pgtables, swapents, adj;
	char comm[20];
};

struct mmx_report_slab {
	char name[32];
	uint64_t used_kb, total_kb;
};

/** struct mmx_report_mate - a report of the same kind that belongs to this one: counters of one mm, pages of one error */
struct mmx_report_mate {
	char what[40];
	int64_t value;
};

/**
 * struct mmx_report - a report
 * @line, @time: of its first line
 * @raw, @head: struct pages as words
 * @tasks: those that the killer would take first, @n_tasks of all @tasks_seen
 * @slabs: the largest of the unreclaimable ones
 * @calls: functions of the stack trace, from the innermost on
 * @cut: lines or values that there was no room for
 */
struct mmx_report {
	enum mmx_told_kind kind;
	uint64_t line;
	char time[32];
	size_t n_fields;
	struct mmx_report_field field[MMX_REPORT_FIELDS];
	size_t n_raw, n_head;
	uint64_t raw[16], head[32];
	struct mmx_report_counts totals; /* pages */
	struct mmx_report_counts memcg;  /* bytes */
	size_t n_zones, n_nodes, n_slabs, n_calls, n_mates;
	struct mmx_report_zone zone[MMX_REPORT_ZONES];
	struct mmx_report_node node[MMX_REPORT_NODES];
	uint64_t tasks_seen;
	size_t n_tasks;
	struct mmx_report_task tasks[MMX_REPORT_TASKS];
	int64_t badness_pages; /* what shares of oom_score_adj are of: @tasks are sorted for that */
	struct mmx_report_slab slab[MMX_REPORT_SLABS];
	char call[MMX_REPORT_CALLS][48];
	struct mmx_report_mate mate[MMX_REPORT_MATES];
	uint64_t cut;
	/* Private: what the lines so far lead to. */
	bool in_calls, in_tasks, in_slabs, in_head, old_tasks;
	uint64_t last_line;
};

/* A limit that there is none of is 2^53 kB; what is larger is no number of the kernel's, and could not be added up. */
#define MMX_REPORT_NUMBER_MAX (1LL << 54)

static inline bool mmx_report_sane(int64_t value)
{
	return value <= MMX_REPORT_NUMBER_MAX && value >= -MMX_REPORT_NUMBER_MAX;
}

/** mmx_report_text() - a field; NULL where no line said it */
const char *mmx_report_text(const struct mmx_report *r, const char *name);

/** mmx_report_hex(), mmx_report_number() - a field as a number; false where there is none */
bool mmx_report_hex(const struct mmx_report *r, const char *name, uint64_t *value);
bool mmx_report_number(const struct mmx_report *r, const char *name, int64_t *value);

/** mmx_report_count() - one of counts; false where the line had none */
bool mmx_report_count(const struct mmx_report_counts *c, const char *name, int64_t *value);

/** mmx_report_badness() - points of a task by the killer's rule: pages, and oom_score_adj thousandths of @of */
int64_t mmx_report_badness(const struct mmx_report_task *t, int64_t of);

/** mmx_line_fn - the next line of a text, into @line; false behind the last one */
typedef bool (*mmx_line_fn)(void *arg, struct mmx_line *line);

/**
 * struct mmx_reports - a cursor over the reports of a text
 * @lines: that were read
 */
struct mmx_reports {
	struct mmx_report report;
	uint64_t lines;
	/* Private. */
	mmx_line_fn next;
	void *arg;
	struct mmx_line line;
	bool kept; /* the line begins a report, and was not looked at */
};

void mmx_reports_begin(struct mmx_reports *r, mmx_line_fn next, void *arg);
bool mmx_reports_next(struct mmx_reports *r);

/*
 * For formats.c and the cursor.
 */

/** mmx_format_begins() - whether a report begins with that line; then what of it is kept is in @report, which may be NULL */
bool mmx_format_begins(struct mmx_report *report, const struct mmx_line *line);

/** mmx_format_continues() - whether the line belongs to the report, which then has what it says */
bool mmx_format_continues(struct mmx_report *report, const struct mmx_line *line);

/* Lines that are more than a pattern: tables.c. All false when the line is none of theirs. */
bool mmx_table_words(struct mmx_report *r, const char *text);
bool mmx_table_totals(struct mmx_report *r, const char *text);
bool mmx_table_node(struct mmx_report *r, const char *text);
bool mmx_table_zone(struct mmx_report *r, const char *text);
bool mmx_table_reserve(struct mmx_report *r, const char *text);
bool mmx_table_blocks(struct mmx_report *r, const char *text);
bool mmx_table_task(struct mmx_report *r, const char *text);
bool mmx_table_slab(struct mmx_report *r, const char *text);
bool mmx_table_memcg(struct mmx_report *r, const char *text);
bool mmx_table_call(struct mmx_report *r, const char *text);

#endif
