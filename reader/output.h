/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a command's results go: to standard output, into a file, or through a pipe to a program. */
#ifndef MMX_READER_OUTPUT_H
#define MMX_READER_OUTPUT_H

#include <stdatomic.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "words.h"

#define OUTPUT_BUFFER 65536

/**
 * struct output - where results go
 * @name: for messages
 * @pipe: the program; NULL when it is a file
 * @terminal: somebody reads along
 * @pager: what to show it through once it is longer than the screen; all is held until then. NULL: as it comes
 * @paged: it is, or may still be, shown through one
 * @rows, @columns: of the screen; @used: rows that what is held takes
 * @gone: nothing arrives there any more; asked in any thread
 * @error: why, an errno
 * @held: bytes that are in the buffer
 *
 * stdio is of no use here: a write that was interrupted half-way it would begin again.
 */
struct output {
	int fd;
	const char *name;
	FILE *pipe;
	bool terminal;
	const char *pager;
	bool paged;
	unsigned int rows, columns, used;
	atomic_bool gone;
	int error;
	size_t held;
	char buffer[OUTPUT_BUFFER];
};

/** output_standard() - standard output */
void output_standard(struct output *o);

/** output_columns() - of the terminal; 0 where it is none, or does not tell */
unsigned int output_columns(const struct output *o);

/** output_page() - show what comes through that program, a line for the shell, if it is longer than the screen */
void output_page(struct output *o, const char *pager);

/** output_open() - as the line says, which must live as long; false when that fails and errno says why */
bool output_open(struct output *o, const struct line *line);

/** output_write() - for struct mmx_sink; what comes after an interrupt or an error is dropped */
void output_write(void *output, const char *text, size_t len);

/** output_flush() - let go what is held, but for a pager */
void output_flush(struct output *o);

/** output_ended() - whether what is still written would be dropped */
bool output_ended(const struct output *o);

/**
 * output_close() - what a command that came to @status comes to, now that its results are out
 * Results that did not arrive are no results; but a program that does not want all of them is fine.
 */
enum mmx_exit output_close(struct output *o, enum mmx_exit status);

#endif
