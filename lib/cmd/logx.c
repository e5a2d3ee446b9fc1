// SPDX-License-Identifier: GPL-2.0-or-later
/* logx: the kernel's log. As text it has dmesg's form, not a table's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "records/log.h"
#include "records/records.h"

static const struct mmx_field fields[] = {
	{"messages", MMX_TABLE, "the oldest first", .record = &mmx_record_log},
	{"unfinished", MMX_COUNT, "messages that were being written, which are not shown",
	 AT(struct mmx_logx, unfinished)},
	{"lost", MMX_COUNT, "messages that there was no room for the text of",
	 AT(struct mmx_logx, lost)},
	{0},
};

static const struct mmx_record document = {
	.name = "log",
	.doc = "the kernel's log",
	.version = 1,
	.fields = fields,
};

/* A word of dmesg's, or the number that the kernel has for it. */
static bool take_level(struct mmx_run *run, struct mmx_logx *ask)
{
	const char *asked = run->option['l'];

	ask->level = MMX_LOG_LEVELS - 1;
	if (!asked)
		return true;
	for (unsigned int i = 0; i < MMX_LOG_LEVELS; i++) {
		if (!strcmp(asked, mmx_log_level_name(i)) ||
		    (asked[0] == (char)('0' + i) && !asked[1])) {
			ask->level = i;
			return true;
		}
	}
	mmx_say(run,
		"-l %s: levels are emerg, alert, crit, err, warn, notice, info and debug, or 0 to 7",
		asked);
	return false;
}

/* One pass that shows nothing: how many there are, and what is missing. */
static int count(struct mmx_run *run, struct mmx_logx *ask, uint64_t *n, struct mmx_err *err)
{
	struct mmx_log log;
	uint64_t passed = 0;
	int ret = mmx_log_begin(&log, run->view, err);

	*n = 0;
	while (!ret && mmx_logx_next(ask, &log, &passed))
		++*n;
	ask->unfinished = log.unfinished;
	ask->lost = log.lost;
	mmx_log_end(&log);
	return ret;
}

static bool take_last(struct mmx_run *run, struct mmx_logx *ask, uint64_t n)
{
	const char *asked = run->option['n'];
	uint64_t last;

	if (!asked)
		return true;
	if (mmx_number(asked, NULL, true, &last)) {
		mmx_say(run, "-n %s: that is no number", asked);
		return false;
	}
	ask->skip = n > last ? n - last : 0;
	return true;
}

/*
 * Text.
 */

static void put_line(struct mmx_out *out, const char *prefix, const char *text, size_t len)
{
	mmx_out_put(out, prefix);
	mmx_out_put_clean_lines(out, text, len);
	mmx_out_put(out, "\n");
}

/* Each line has the prefix, as the kernel itself prints them. */
static void put_message(struct mmx_out *out, const struct mmx_log_record *m, bool callers)
{
	const char *text = m->why.code ? m->why.text : m->text;
	size_t left = m->why.code ? strlen(text) : m->len;
	char caller[12], prefix[64];
	int n = snprintf(prefix, sizeof(prefix), "[%5" PRIu64 ".%06" PRIu64 "]",
			 m->ts_nsec / 1000000000, m->ts_nsec % 1000000000 / 1000);

	mmx_log_caller_name(m, caller);
	snprintf(prefix + n, sizeof(prefix) - n, callers ? "[%6s] %s" : "%.0s %s", caller,
		 m->why.code ? "? " : "");
	for (;;) {
		const char *end = memchr(text, '\n', left);
		size_t len = end ? (size_t)(end - text) : left;

		put_line(out, prefix, text, len);
		if (!end)
			return;
		text += len + 1;
		left -= len + 1;
	}
}

static enum mmx_exit show_lines(struct mmx_run *run, const struct mmx_logx *ask)
{
	struct mmx_log log;
	struct mmx_err err;
	uint64_t passed = 0;
	int callers = mmx_log_shows_callers(run->view, &err);
	enum mmx_exit status;

	if (mmx_log_begin(&log, run->view, &err)) {
		mmx_say(run, "%s", err.text);
		status = MMX_EXIT_CANNOT;
	} else {
		while (mmx_logx_next(ask, &log, &passed))
			put_message(run->out, &log.record, callers > 0);
		if (!mmx_cover_whole(&log.coverage))
			mmx_say(run, "%s", log.coverage.first.text);
		status = mmx_run_exit(run, &log.coverage);
	}
	mmx_log_end(&log);
	return status;
}

static enum mmx_exit logx(struct mmx_run *run)
{
	struct mmx_logx ask = {0};
	struct mmx_err err;
	uint64_t n;

	if (!take_level(run, &ask))
		return MMX_EXIT_CANNOT;
	if (count(run, &ask, &n, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (!take_last(run, &ask, n))
		return MMX_EXIT_CANNOT;
	if (ask.unfinished)
		mmx_say(run, "messages that were being written, and are not shown: %" PRIu64,
			ask.unfinished);
	if (ask.lost)
		mmx_say(run, "messages whose text there was no room for: %" PRIu64, ask.lost);
	if (run->out->options.json || run->out->options.columns)
		return mmx_run_tell(run, &ask);
	return show_lines(run, &ask);
}

static const struct mmx_option options[] = {
	{'l', "level", "LEVEL",
	 "messages of that level and more urgent ones: emerg, alert, crit, err, warn, notice, info, debug"},
	{'n', "last", "N", "the last N"},
	{0},
};

const struct mmx_command mmx_cmd_logx = {
	.name = "logx",
	.summary = "the kernel's log, as dmesg prints it",
	.help = "Out of printk's ring buffer: what the kernel printed up to the dump, debug messages that no\n"
		"console showed included. Each line has the time of its message, in seconds since boot by the\n"
		"clock of the CPU that printed it, and on kernels that print callers (CONFIG_PRINTK_CALLER) the\n"
		"task (T) or CPU (C). --json and --columns tell caller, level, facility and device of each.\n"
		"\n"
		"A message whose text is not in the dump, or whose block is another one's, is shown with a\n"
		"question mark and the reason.\n"
		"\n"
		"For example, \"logx -l warn -n 20\": the last 20 that are warnings or worse.",
	.example = "logx -n 4",
	.options = options,
	.document = &document,
	.run = logx,
};
