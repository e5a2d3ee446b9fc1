// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that are typed, with readline. Ctrl-C empties the line, whatever readline does at that moment.
 *
 * The terminal forgets the keys that wait in it when Ctrl-C is pressed, so that a key may be gone between poll() and
 * read(). Here neither sleeps over that: a read of the terminal never waits, and poll() waits with signals let through.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>

#include "base/printable.h"
#include "complete.h"
#include "history.h"
#include "interrupt.h"
#include "session.h"

#define PROMPT "mmx> "

static int key_fd(void)
{
	return fileno(rl_instream ? rl_instream : stdin);
}

/* As readline has it, but a read comes back at once when there is no key. */
static void begin_typing(int meta)
{
	struct termios settings;

	rl_prep_terminal(meta);
	if (tcgetattr(key_fd(), &settings))
		return;
	settings.c_cc[VMIN] = 0;
	settings.c_cc[VTIME] = 0;
	tcsetattr(key_fd(), TCSADRAIN, &settings);
}

/* What ends after Ctrl-C has no end of input, for which readline begins a new line by itself. */
static void end_typing(void)
{
	if (interrupted())
		rl_eof_found = 0;
	rl_deprep_terminal();
}

enum waited { KEY, SIGNAL, END };

static enum waited read_terminal(const struct pollfd *keys, unsigned char *key)
{
	ssize_t n = read(keys->fd, key, 1);

	if (n == 1)
		return KEY;
	if (n < 0 && errno != EINTR && errno != EAGAIN)
		return END;
	return keys->revents & ~POLLIN ? END : SIGNAL;
}

/*
 * A signal is pending from before the look at what was noted until the wait lets it through. Only the one that stops who
 * reads in the background comes from read() itself.
 */
static enum waited wait_for_key(unsigned char *key)
{
	struct pollfd keys = {.fd = key_fd(), .events = POLLIN};
	enum waited waited = SIGNAL;
	sigset_t all, usual;

	sigfillset(&all);
	sigdelset(&all, SIGTTIN);
	sigprocmask(SIG_BLOCK, &all, &usual);
	while (waited == SIGNAL && !interrupted() && !rl_pending_signal() &&
	       ppoll(&keys, 1, NULL, &usual) > 0)
		waited = read_terminal(&keys, key);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	return waited;
}

/* In place of rl_getc(), which looks for the next key when Ctrl-C has taken the one that was there. */
static int read_key(FILE *unused)
{
	enum waited waited = SIGNAL;
	unsigned char key;

	(void)unused;
	while (waited == SIGNAL && !interrupted()) {
		waited = wait_for_key(&key);
		rl_check_signals();
	}
	if (waited == KEY && !interrupted())
		return key;
	return RL_ISSTATE(RL_STATE_READCMD) ? READERR : EOF;
}

/* NULL at the end of what is typed: at Ctrl-D in an empty line. */
static char *read_line(void)
{
	char *line;

	interrupt_forget();
	while (!(line = readline(PROMPT)) && interrupted()) {
		interrupt_forget();
		putc('\n', rl_outstream);
	}
	return line;
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
	rl_prep_term_function = begin_typing;
	rl_deprep_term_function = end_typing;
	rl_getc_function = read_key;
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
