// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "help.h"
#include "interrupt.h"
#include "render/options.h"
#include "session.h"
#include "terminal.h"
#include "open/open.h"

/*
 * What is said of a command that was cut short is no more true than its results. A pager has the screen for itself, so
 * that messages stand among the results.
 */
static void say(void *arg, const char *text)
{
	struct session *s = arg;

	if (output_ended(&s->output))
		return;
	if (s->output.paged) {
		output_write(&s->output, text, strlen(text));
		output_write(&s->output, "\n", 1);
		return;
	}
	output_flush(&s->output);
	if (s->file)
		fprintf(stderr, "%s:%lu: ", s->file, s->line);
	fprintf(stderr, "%s\n", text);
}

/* A line of its own on the terminal, wiped when it is over. */
static void show_progress(void *arg, int percent)
{
	if (((struct session *)arg)->output.pipe)
		return;
	if (percent < 0)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r%3d %%", percent);
}

static enum mmx_exit complain(struct session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static enum mmx_exit complain(struct session *s, const char *fmt, ...)
{
	char text[640] = "mmx: ";
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, sizeof(text) - len, fmt, ap);
	va_end(ap);
	say(s, text);
	return MMX_EXIT_CANNOT;
}

static bool stop(void *arg)
{
	return output_ended(&((struct session *)arg)->output);
}

/* Whether the user's locale has it; the program's own stays as it is. */
static bool has_utf8(void)
{
	locale_t users = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = users && !strcmp(nl_langinfo_l(CODESET, users), "UTF-8");

	if (users)
		freelocale(users);
	return utf8;
}

/* Ctrl-C ends what is done with any of them. */
static struct mmx_kernel *stop_with(struct session *s, struct mmx_kernel *kernel)
{
	if (kernel) {
		kernel->image->stop = stop;
		kernel->image->stop_arg = s;
	}
	return kernel;
}

static struct mmx_kernel *open_other(void *arg, const char *path, struct mmx_err *err)
{
	struct session *s = arg;

	return stop_with(s, target_open_other(s->target, path, err));
}

void session_begin(struct session *s, struct mmx_kernel *kernel, struct target *target,
		   const struct mmx_out_options *options)
{
	memset(s, 0, sizeof(*s));
	s->kernel = stop_with(s, kernel);
	s->target = target;
	s->options = *options;
	s->options.utf8 = has_utf8();
	output_standard(&s->output);
}

/* What is known of a running kernel's memory and modules since it was opened may be of the past. */
static void keep_up(struct session *s)
{
	struct mmx_kernel *anew;

	if (!target_moved(s->target, s->kernel))
		return;
	anew = target_open(s->target);
	if (!anew)
		return;
	mmx_close(s->kernel);
	s->kernel = stop_with(s, anew);
}

void session_end(struct session *s)
{
	mmx_close(s->kernel);
	s->kernel = NULL;
}

/*
 * The words that are a session's own.
 */

static enum mmx_exit no_command(struct session *s, const char *word)
{
	char text[320];

	help_no_command(text, sizeof(text), word, "help");
	return complain(s, "%s", text);
}

static enum mmx_exit own_help(struct session *s, int argc, char **argv)
{
	const struct mmx_sink sink = {.write = output_write, .arg = &s->output};
	const struct mmx_command *c = argc > 1 ? mmx_command_find(argv[1]) : NULL;

	if (argc > 2)
		return complain(s, "usage: help [COMMAND]");
	if (argc > 1 && !c)
		return no_command(s, argv[1]);
	if (c)
		mmx_command_help(c, &sink);
	else
		help_session(&sink);
	return MMX_EXIT_OK;
}

static enum mmx_exit own_quit(struct session *s, int argc, char **argv)
{
	if (argc > 1)
		return complain(s, "usage: %s", argv[0]);
	s->quit = true;
	return MMX_EXIT_OK;
}

static const struct {
	const char *word;
	enum mmx_exit (*run)(struct session *s, int argc, char **argv);
} own[] = {
	{"help", own_help},
	{"quit", own_quit},
	{"exit", own_quit},
	{"q", own_quit},
};

#define OWN (sizeof(own) / sizeof(*own))

const char *session_own_word(size_t i)
{
	return i < OWN ? own[i].word : NULL;
}

static enum mmx_exit run_command(struct session *s, const struct mmx_command *c, int argc,
				 char **argv)
{
	/* A program at the end of a pipe may have the screen for itself. */
	const struct mmx_messages messages = {
		.say = say,
		.progress = !s->output.pipe && isatty(STDERR_FILENO) && terminal_wipes_lines()
				    ? show_progress
				    : NULL,
		.open = open_other,
		.may_read_input = s->alone,
		.arg = s,
	};
	const struct mmx_sink sink = {.write = output_write, .arg = &s->output};
	struct mmx_out_options options = s->options;
	struct mmx_out out;

	options.terminal = s->output.terminal;
	options.width = output_columns(&s->output);
	options.colour = s->output.terminal && terminal_has_colours();
	argc = 1 + mmx_out_options_take(&options, argc - 1, argv + 1);
	mmx_out_init(&out, &options, &sink);
	return mmx_command_run(c, s->kernel, &out, &messages, argc, argv);
}

static enum mmx_exit run(struct session *s, int argc, char **argv)
{
	const struct mmx_command *c = mmx_command_find(argv[0]);

	if (c) {
		keep_up(s);
		return run_command(s, c, argc, argv);
	}
	for (size_t i = 0; i < OWN; i++) {
		if (!strcmp(own[i].word, argv[0]))
			return own[i].run(s, argc, argv);
	}
	return no_command(s, argv[0]);
}

enum mmx_exit session_words(struct session *s, int argc, char **argv)
{
	s->alone = true;
	output_standard(&s->output);
	return output_close(&s->output, run(s, argc, argv));
}

static enum mmx_exit run_line(struct session *s, const struct line *line)
{
	enum mmx_exit status;

	if (!output_open(&s->output, line)) {
		int why = errno;

		output_standard(&s->output);
		return complain(s, "%s: %s", line->target, strerror(why));
	}
	if (line->to == LINE_TO_SCREEN)
		output_page(&s->output, s->pager);
	status = output_close(&s->output, run(s, (int)line->word.n, line->word.v));
	s->deaf |= s->output.fd == STDOUT_FILENO && s->output.error;
	output_standard(&s->output);
	return status;
}

enum mmx_exit session_line(struct session *s, const char *text)
{
	enum mmx_exit status = MMX_EXIT_OK;
	struct mmx_err err;
	struct line line;

	if (line_split(&line, text, &err))
		status = complain(s, "%s", err.text);
	else if (line.word.n)
		status = run_line(s, &line);
	line_free(&line);
	return status;
}
