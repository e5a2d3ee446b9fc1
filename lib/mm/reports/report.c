// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/reports/report.h"

/* A report ends where so many lines were none of its own: stack traces and lists of modules are long. */
#define GAP_MAX 300

const char *mmx_report_text(const struct mmx_report *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		if (!strcmp(r->field[i].name, name))
			return r->field[i].value;
	}
	return NULL;
}

bool mmx_report_hex(const struct mmx_report *r, const char *name, uint64_t *value)
{
	const char *text = mmx_report_text(r, name);

	if (!text)
		return false;
	errno = 0;
	*value = strtoull(text, NULL, 16);
	return !errno;
}

bool mmx_report_number(const struct mmx_report *r, const char *name, int64_t *value)
{
	const char *text = mmx_report_text(r, name);

	if (!text)
		return false;
	errno = 0;
	*value = strtoll(text, NULL, 10);
	return !errno && mmx_report_sane(*value);
}

bool mmx_report_count(const struct mmx_report_counts *c, const char *name, int64_t *value)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].name, name)) {
			*value = c->v[i].value;
			return true;
		}
	}
	return false;
}

void mmx_reports_begin(struct mmx_reports *r, mmx_line_fn next, void *arg)
{
	memset(r, 0, sizeof(*r));
	r->next = next;
	r->arg = arg;
}

static bool next_line(struct mmx_reports *r)
{
	if (!r->next(r->arg, &r->line))
		return false;
	r->lines++;
	return true;
}

static bool begin(struct mmx_reports *r)
{
	if (!mmx_format_begins(&r->report, &r->line))
		return false;
	r->report.line = r->report.last_line = r->lines;
	memcpy(r->report.time, r->line.time, sizeof(r->report.time));
	return true;
}

/* Up to the line that begins one. */
static bool find_begin(struct mmx_reports *r)
{
	memset(&r->report, 0, sizeof(r->report));
	if (r->kept) {
		r->kept = false;
		if (begin(r))
			return true;
	}
	while (next_line(r)) {
		if (begin(r))
			return true;
	}
	return false;
}

bool mmx_reports_next(struct mmx_reports *r)
{
	if (!find_begin(r))
		return false;
	while (next_line(r)) {
		if (mmx_format_continues(&r->report, &r->line)) {
			r->report.last_line = r->lines;
			continue;
		}
		r->kept = mmx_format_begins(NULL, &r->line);
		if (r->kept || r->lines - r->report.last_line > GAP_MAX)
			break;
	}
	return true;
}
