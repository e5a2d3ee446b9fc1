// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the kernel's log. */
#include <inttypes.h>
#include <stdio.h>

#include "records/log.h"
#include "records/records.h"

struct state {
	struct mmx_log log;
	uint64_t passed;
	bool begun;
};

bool mmx_logx_next(const struct mmx_logx *ask, struct mmx_log *log, uint64_t *passed)
{
	while (mmx_log_next(log)) {
		if (log->record.level > ask->level)
			continue;
		if (*passed >= ask->skip)
			return true;
		++*passed;
	}
	return false;
}

void mmx_log_caller_name(const struct mmx_log_record *record, char *name)
{
	snprintf(name, 12, "%c%" PRIu32, record->caller & MMX_LOG_CALLER_CPU ? 'C' : 'T',
		 record->caller & ~MMX_LOG_CALLER_CPU);
}

static int open_log(struct mmx_rows *r, struct mmx_err *err)
{
	struct state *s = r->state;

	s->begun = true;
	return mmx_log_begin(&s->log, r->view, err);
}

static const void *next_message(struct mmx_rows *r)
{
	struct state *s = r->state;

	return mmx_logx_next(r->arg, &s->log, &s->passed) ? &s->log.record : NULL;
}

static void close_log(struct mmx_rows *r)
{
	struct state *s = r->state;

	mmx_cover_inherit(r->coverage, &s->log.coverage);
	mmx_log_end(&s->log);
}

static void time_of(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_log_record *m = r->row;

	snprintf(r->scratch->text, sizeof(r->scratch->text), "%" PRIu64 ".%06" PRIu64,
		 m->ts_nsec / 1000000000, m->ts_nsec % 1000000000 / 1000);
	v->text = r->scratch->text;
}

static void caller(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_log_caller_name(r->row, r->scratch->text);
	v->text = r->scratch->text;
}

static void text(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_log_record *m = r->row;

	if (m->why.code) {
		v->state = MMX_UNKNOWN;
		v->err = &m->why;
		return;
	}
	v->text = m->text;
}

static const struct mmx_field fields[] = {
	{"seq", MMX_COUNT, "its number, from the first one after boot on", .width = 6,
	 AT(struct mmx_log_record, seq)},
	{"time", MMX_TEXT, "when, in seconds of the clock that begins at boot", .width = 12,
	 .pattern = "^[0-9]+\\.[0-9]{6}$", .get = time_of},
	{"ts_nsec", MMX_COUNT, "the same in nanoseconds", AT(struct mmx_log_record, ts_nsec)},
	{"level", MMX_WORD, "how urgent", WORDS(MMX_LOG_LEVELS, mmx_log_level_name), .width = 6,
	 AT(struct mmx_log_record, level)},
	{"facility", MMX_COUNT, "syslog's number of what it comes from; the kernel's own is 0",
	 AT(struct mmx_log_record, facility)},
	{"caller", MMX_TEXT, "the task (T) or CPU (C) that printed it", .width = 6,
	 .pattern = "^[TC][0-9]+$", .get = caller},
	{"comm", MMX_TEXT, "the task's name, where kernels keep it with the message",
	 .zero = MMX_OR_NONE, AT(struct mmx_log_record, comm)},
	{"subsystem", MMX_TEXT, "of the device that it is about", .zero = MMX_OR_NONE,
	 AT(struct mmx_log_record, subsystem)},
	{"device", MMX_TEXT, "that device", .zero = MMX_OR_NONE, AT(struct mmx_log_record, device)},
	{"text", MMX_TEXT, "what it says; it may have several lines",
	 .may = MMX_OR_UNKNOWN | MMX_OR_EMPTY, .get = text},
	{0},
};

const struct mmx_record mmx_record_log = {
	.name = "message",
	.doc = "a message of the kernel's log",
	.fields = fields,
	.state_size = sizeof(struct state),
	.open = open_log,
	.next = next_message,
	.close = close_log,
};
