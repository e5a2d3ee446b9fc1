/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An open dump, and commands run on it: one, those of a file, or those that are typed. */
#ifndef MMX_READER_SESSION_H
#define MMX_READER_SESSION_H

#include "cmd/cmd.h"
#include "output.h"
#include "target.h"

/**
 * struct session - what is kept between commands
 * @target: what the kernel is, to look at it anew, and how other dumps are opened
 * @options: how results are to look unless a command says otherwise
 * @output: where the running command's results go
 * @file, @line: where the command stands; @file is NULL when the user knows
 * @pager: at the prompt, what shows results that are longer than the screen; NULL: nothing
 * @quit: the user wants to end
 * @deaf: standard output takes no results any more
 * @alone: the command came from the arguments, and nothing else is read from standard input
 */
struct session {
	struct mmx_kernel *kernel;
	struct target *target;
	struct mmx_out_options options;
	struct output output;
	const char *file;
	unsigned long line;
	const char *pager;
	bool quit;
	bool deaf;
	bool alone;
};

/** session_begin() - take over an open kernel; the session and @target must stay where they are */
void session_begin(struct session *s, struct mmx_kernel *kernel, struct target *target,
		   const struct mmx_out_options *options);
void session_end(struct session *s);

/** session_words() - run one command, to standard output */
enum mmx_exit session_words(struct session *s, int argc, char **argv);

/** session_line() - run a line as it is typed */
enum mmx_exit session_line(struct session *s, const char *text);

/** session_own_word() - the i-th of what a session has beside the commands; NULL behind the last */
const char *session_own_word(size_t i);

/** script_run() - run the lines of a file, @name in messages; the worst that any came to */
enum mmx_exit script_run(struct session *s, FILE *file, const char *name);

/** prompt_run() - run what is typed, until the user has enough */
void prompt_run(struct session *s);

#endif
