/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line as it is typed: words, and where the results go. Words are quoted as in the shell, with
 * 'these', "these" and \. The first | or > that is not quoted ends the command, as in crash: behind
 * | everything is the shell's, behind > or >> stands a file. A # where a word could begin begins a
 * comment.
 */
#ifndef MMX_READER_WORDS_H
#define MMX_READER_WORDS_H

#include "base/array.h"
#include "base/err.h"

enum line_to { LINE_TO_SCREEN, LINE_TO_PIPE, LINE_TO_FILE, LINE_TO_END_OF_FILE };

/**
 * struct line - a line that was split
 * @word: none in a line that is empty
 * @target: the file, or what the shell is to run
 * @text: what the others point into
 */
struct line {
	struct {
		MMX_ARRAY(char *);
	} word;
	enum line_to to;
	char *target;
	char *text;
};

/**
 * line_split() - 0, or -1 and @err when the line makes no sense
 * It is to be freed also then: it has the words before what is wrong, and where they were to go.
 */
int line_split(struct line *line, const char *text, struct mmx_err *err);
void line_free(struct line *line);

#endif
