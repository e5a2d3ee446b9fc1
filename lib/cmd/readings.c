// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/readings.h"

/* Of one that finds things missing, or all well at last; of one that finds things wrong. */
#define READINGS      3
#define READINGS_MOST 5

/* Of one that is quick: it may yet come upon a moment when all is well. */
#define READINGS_QUICK 8
#define QUICK_MS       2000

/* Of one that takes long there is a second one. */
#define LONG_MS 10000

/* Before the second reading, and twice as long before each that follows: what takes long is to be over, too. */
#define PAUSE_NS 2000000L

/* What one reading has to say is held back up to here; beyond, it is shown, and no other one follows. */
#define HELD_MAX (16u << 20)

/* Things that look wrong: those behind so many are no more told apart. */
#define WRONG_MAX 100000u

#define NAMED_MAX 8u

struct marks {
	MMX_ARRAY(uint64_t);
};

/* Results and messages, one behind the other: a piece of results, or with @message a line without its end. */
struct piece {
	size_t len;
	bool message;
};

struct mmx_readings {
	struct mmx_run *run;
	unsigned int nth;
	int64_t began;
	struct marks wrong;     /* in this reading */
	struct marks confirmed; /* in each of those before */
	unsigned int named;
	/* What is held back. */
	const struct mmx_messages *messages;
	struct mmx_sink sink;
	struct {
		MMX_ARRAY(char);
	} text;
	struct {
		MMX_ARRAY(struct piece);
	} pieces;
	bool shown;
};

/*
 * Holding back.
 */

static void let_go(struct mmx_readings *r)
{
	const char *at = r->text.v;

	for (size_t i = 0; i < r->pieces.n; i++) {
		const struct piece *p = &r->pieces.v[i];

		if (p->message)
			r->messages->say(r->messages->arg, at);
		else
			r->sink.write(r->sink.arg, at, p->len);
		at += p->len;
	}
	mmx_array_free(&r->text);
	mmx_array_free(&r->pieces);
	r->shown = true;
}

static bool keep(struct mmx_readings *r, const char *text, size_t len, bool message)
{
	bool joins = r->pieces.n && !message && !r->pieces.v[r->pieces.n - 1].message;

	if (r->shown || r->text.n + len > HELD_MAX || !mmx_array_grow(&r->text, len))
		return false;
	if (!joins && !mmx_array_add(&r->pieces, (struct piece){.message = message}))
		return false;
	memcpy(r->text.v + r->text.n, text, len);
	r->text.n += len;
	r->pieces.v[r->pieces.n - 1].len += len;
	return true;
}

static void hold_results(void *arg, const char *text, size_t len)
{
	struct mmx_readings *r = arg;

	if (!len || keep(r, text, len, false))
		return;
	let_go(r);
	r->sink.write(r->sink.arg, text, len);
}

static void hold_message(void *arg, const char *text)
{
	struct mmx_readings *r = arg;

	if (keep(r, text, strlen(text) + 1, true))
		return;
	let_go(r);
	r->messages->say(r->messages->arg, text);
}

static void forget_reading(struct mmx_readings *r)
{
	mmx_array_free(&r->text);
	mmx_array_free(&r->pieces);
	r->wrong.n = 0;
}

/*
 * Judging.
 */

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool has(const struct marks *sorted, uint64_t mark)
{
	return sorted->n &&
	       bsearch(&mark, sorted->v, sorted->n, sizeof(*sorted->v), by_number) != NULL;
}

static void add(struct mmx_readings *r, uint64_t mark)
{
	if (r->wrong.n < WRONG_MAX)
		(void)mmx_array_add(&r->wrong, mark);
}

static void settle(struct marks *m)
{
	size_t n = 0;

	mmx_array_sort(m, by_number);
	for (size_t i = 0; i < m->n; i++) {
		if (!n || m->v[i] != m->v[n - 1])
			m->v[n++] = m->v[i];
	}
	m->n = n;
}

static void confirm(struct mmx_readings *r)
{
	size_t n = 0;

	settle(&r->wrong);
	if (r->nth == 1) {
		for (size_t i = 0; i < r->wrong.n; i++)
			(void)mmx_array_add(&r->confirmed, r->wrong.v[i]);
		return;
	}
	for (size_t i = 0; i < r->confirmed.n; i++) {
		if (has(&r->wrong, r->confirmed.v[i]))
			r->confirmed.v[n++] = r->confirmed.v[i];
	}
	r->confirmed.n = n;
}

/* In the last reading what was wrong in each of them is named. */
static void name(struct mmx_readings *r, const char *text)
{
	if (r->nth >= READINGS_MOST && r->named < NAMED_MAX &&
	    has(&r->confirmed, mmx_mark_of(text))) {
		mmx_say(r->run, "wrong in each of %u readings: %s", r->nth, text);
		r->named++;
	}
}

enum mmx_exit mmx_run_exit(struct mmx_run *run, const struct mmx_coverage *c)
{
	struct mmx_readings *r = run->readings;

	for (uint32_t i = 0; r && !run->apart && i < c->marks.n; i++)
		add(r, c->marks.v[i]);
	if (r && !run->apart && c->first.code == MMX_ECORRUPT)
		name(r, c->first.text);
	return mmx_exit_of(c);
}

enum mmx_exit mmx_run_wrong(struct mmx_run *run, const char *fmt, ...)
{
	struct mmx_err err;
	va_list ap;

	if (!run->readings || run->apart)
		return MMX_EXIT_FINDINGS;
	va_start(ap, fmt);
	mmx_vfail(&err, MMX_ECORRUPT, fmt, ap);
	va_end(ap);
	add(run->readings, mmx_mark_of(err.text));
	name(run->readings, err.text);
	return MMX_EXIT_FINDINGS;
}

/* A finding that does not say which it is can be told from no other one. */
static enum mmx_exit reading(struct mmx_readings *r)
{
	struct mmx_run *run = r->run;
	enum mmx_exit status;

	r->nth++;
	r->named = 0;
	mmx_knowledge_refresh(run->kernel);
	status = run->command->run(run);
	mmx_out_flush(run->out);
	if (status == MMX_EXIT_FINDINGS && !run->apart && !r->wrong.n)
		add(r, 0);
	confirm(r);
	return status;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static bool another(const struct mmx_readings *r, enum mmx_exit before, enum mmx_exit now)
{
	if (now == MMX_EXIT_OK || r->shown || r->run->once || mmx_stopped(r->run->kernel->image))
		return false;
	if (r->nth >= 2 && now_ms() - r->began >= LONG_MS)
		return false;
	if (!r->wrong.n)
		return r->nth == 1 ? !r->run->apart : before != now && r->nth < READINGS;
	if (r->nth < (r->confirmed.n ? READINGS_MOST : READINGS))
		return true;
	return r->nth < READINGS_QUICK && now_ms() - r->began < QUICK_MS;
}

static enum mmx_exit judge(struct mmx_readings *r, enum mmx_exit status)
{
	struct mmx_run *run = r->run;

	if (mmx_image_moved(run->kernel->image)) {
		mmx_say(run,
			"memory was plugged in or taken away meanwhile: nothing of this is to be believed; "
			"open the kernel anew");
		return MMX_EXIT_CANNOT;
	}
	if (status == MMX_EXIT_CANNOT || mmx_stopped(run->kernel->image))
		return status;
	if (run->apart && status == MMX_EXIT_FINDINGS) {
		mmx_say(run,
			"what looks wrong was read at moments far apart, which proves nothing while "
			"the kernel runs: ask of each alone");
		return MMX_EXIT_PARTIAL;
	}
	if (!r->wrong.n)
		return status;
	/* Its results were too many to be held back, it is not to be done twice, or it takes too long. */
	if (r->confirmed.n && r->nth < READINGS_MOST) {
		mmx_say(run,
			"what looks wrong was so in %u reading%s, and may yet have changed while it was "
			"read: ask again",
			r->nth, r->nth > 1 ? "s" : "");
		return MMX_EXIT_PARTIAL;
	}
	if (r->confirmed.n < r->wrong.n)
		mmx_say(run,
			"changed while read: %zu of %zu things that look wrong; in each of %u readings "
			"%s wrong",
			r->wrong.n - r->confirmed.n, r->wrong.n, r->nth,
			r->confirmed.n ? "the others were" : "nothing was");
	return r->confirmed.n ? status : MMX_EXIT_PARTIAL;
}

static void pass_progress(void *arg, int percent)
{
	const struct mmx_readings *r = arg;

	r->messages->progress(r->messages->arg, percent);
}

static struct mmx_kernel *pass_open(void *arg, const char *path, struct mmx_err *err)
{
	const struct mmx_readings *r = arg;

	return r->messages->open(r->messages->arg, path, err);
}

static enum mmx_exit read_on(struct mmx_readings *r)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	enum mmx_exit before = MMX_EXIT_OK, status = reading(r);

	while (another(r, before, status)) {
		forget_reading(r);
		nanosleep(&pause, NULL);
		pause.tv_nsec *= 2;
		before = status;
		status = reading(r);
	}
	return judge(r, status);
}

static enum mmx_exit run_live(const struct mmx_run *parsed)
{
	struct mmx_run run = *parsed;
	struct mmx_readings r = {
		.run = &run, .began = now_ms(), .messages = run.messages, .sink = run.out->sink};
	struct mmx_messages held = *run.messages;
	enum mmx_exit status;

	held.say = hold_message;
	held.progress = held.progress ? pass_progress : NULL;
	held.open = held.open ? pass_open : NULL;
	held.arg = &r;
	run.readings = &r;
	run.messages = &held;
	run.out->sink = (struct mmx_sink){.write = hold_results, .arg = &r};
	status = read_on(&r);
	let_go(&r);
	run.out->sink = r.sink;
	mmx_array_free(&r.wrong);
	mmx_array_free(&r.confirmed);
	return status;
}

enum mmx_exit mmx_readings_run(struct mmx_run *run)
{
	enum mmx_exit status;

	if (run->kernel->image->live)
		return run_live(run);
	mmx_knowledge_refresh(run->kernel);
	status = run->command->run(run);
	mmx_out_flush(run->out);
	return status;
}
