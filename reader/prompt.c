// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that are typed, with readline. It is fed key by key, so that Ctrl-C finds nothing half-way. */
#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

#include "base/printable.h"
#include "complete.h"
#include "history.h"
#include "interrupt.h"
#include "session.h"

#define PROMPT "mmx> "

static char *typed;
static bool complete_line;

/* @line is NULL at the end of what is typed: at Ctrl-D in an empty line. */
static void take_line(char *line)
{
	rl_callback_handler_remove();
	typed = line;
	complete_line = true;
}

/* Waits for a key or a signal. A signal just before the wait is not slept over. */
static bool key_waits(void)
{
	struct pollfd keys = {.fd = fileno(rl_instream ? rl_instream : stdin), .events = POLLIN};
	sigset_t all, usual;
	int n = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &usual);
	if (!interrupted() && !rl_pending_signal())
		n = ppoll(&keys, 1, NULL, &usual);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	return n > 0;
}

/* What was typed so far is dropped, a search through the history as well. */
static void start_over(void)
{
	interrupt_forget();
	rl_callback_sigcleanup();
	rl_callback_handler_remove();
	putc('\n', rl_outstream);
	rl_callback_handler_install(PROMPT, take_line);
}

static char *read_line(void)
{
	complete_line = false;
	interrupt_forget();
	rl_callback_handler_install(PROMPT, take_line);
	while (!complete_line) {
		if (key_waits())
			rl_callback_read_char();
		else
			rl_check_signals();
		if (interrupted() && !complete_line)
			start_over();
	}
	return typed;
}

static bool is_blank(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return !*line;
}

static void run_line(struct session *s, const char *line)
{
	if (is_blank(line))
		return;
	history_note(line);
	interrupt_forget();
	session_line(s, line);
	if (interrupted())
		fputs("\n", stderr);
}

static void greet(const struct mmx_kernel *k)
{
	char release[sizeof(k->release)];

	snprintf(release, sizeof(release), "%s", k->release);
	mmx_make_printable(release);
	fprintf(rl_outstream, "Linux %s. \"help\" lists the commands.\n", release);
}

void prompt_run(struct session *s)
{
	char *line;

	interrupts_catch();
	pipes_survive();
	rl_readline_name = "mmx";
	rl_outstream = isatty(STDOUT_FILENO) ? stdout : stderr;
	rl_persistent_signal_handlers = 1;
	complete_begin(s);
	history_begin();
	greet(s->kernel);
	while (!s->quit && (line = read_line())) {
		run_line(s, line);
		free(line);
	}
	if (!s->quit)
		putc('\n', rl_outstream);
	history_end();
}
