// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "output.h"

/* What the shell ends with when it could not run what it was given. */
#define SHELL_CANNOT  126
#define SHELL_NO_SUCH 127

static void set(struct output *o, int fd, FILE *pipe, const char *name)
{
	o->fd = fd;
	o->name = name;
	o->pipe = pipe;
	o->terminal = isatty(fd);
	o->pager = NULL;
	o->paged = false;
	o->gone = false;
	o->error = 0;
	o->held = 0;
}

void output_standard(struct output *o)
{
	set(o, STDOUT_FILENO, NULL, "standard output");
}

unsigned int output_columns(const struct output *o)
{
	struct winsize screen;

	return o->terminal && !ioctl(o->fd, TIOCGWINSZ, &screen) ? screen.ws_col : 0;
}

/* On a screen without a size nothing is too long. */
void output_page(struct output *o, const char *pager)
{
	struct winsize screen;

	if (!o->terminal || ioctl(o->fd, TIOCGWINSZ, &screen) || !screen.ws_row || !screen.ws_col)
		return;
	o->pager = pager;
	o->paged = pager;
	o->rows = screen.ws_row;
	o->columns = screen.ws_col;
	o->used = 0;
}

bool output_open(struct output *o, const struct line *line)
{
	int how = line->to == LINE_TO_FILE ? O_TRUNC : O_APPEND, fd;
	FILE *pipe = NULL;

	if (line->to == LINE_TO_SCREEN) {
		output_standard(o);
		return true;
	}
	if (line->to == LINE_TO_PIPE) {
		pipe = popen(line->target, "we");
		fd = pipe ? fileno(pipe) : -1;
	} else {
		fd = open(line->target, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | how, 0666);
	}
	if (fd < 0)
		return false;
	set(o, fd, pipe, line->target);
	return true;
}

bool output_ended(const struct output *o)
{
	return o->gone || interrupted();
}

/* Where Ctrl-C is caught no more is written at a time than fits once there is room, so nothing blocks. */
static void send(struct output *o, const char *text, size_t len)
{
	while (len && !output_ended(o)) {
		ssize_t n;

		if (!interrupt_wait(o->fd, POLLOUT))
			return;
		n = write(o->fd, text, interrupts_caught() && len > PIPE_BUF ? PIPE_BUF : len);
		if (n < 0 && errno != EINTR) {
			o->error = errno;
			o->gone = true;
		}
		text += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
}

void output_flush(struct output *o)
{
	if (o->pager)
		return;
	send(o, o->buffer, o->held);
	o->held = 0;
}

/* Without the program it goes where it would have gone. */
static void begin_pager(struct output *o)
{
	FILE *pipe = popen(o->pager, "we");

	if (pipe) {
		o->pipe = pipe;
		o->fd = fileno(pipe);
		o->name = o->pager;
	}
	o->pager = NULL;
	output_flush(o);
}

/* Rows of the screen that a text takes; what is no letter of it counts as one. */
static void count_rows(struct output *o, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		o->used += line / o->columns + !!end;
		line += !!end;
		text += line;
		len -= line;
	}
}

void output_write(void *output, const char *text, size_t len)
{
	struct output *o = output;

	if (o->pager) {
		count_rows(o, text, len);
		if (o->used >= o->rows || len > OUTPUT_BUFFER - o->held)
			begin_pager(o);
	}
	if (len > OUTPUT_BUFFER - o->held)
		output_flush(o);
	if (len > OUTPUT_BUFFER) {
		send(o, text, len);
		return;
	}
	memcpy(o->buffer + o->held, text, len);
	o->held += len;
	if (o->terminal && memchr(text, '\n', len))
		output_flush(o);
}

/* What was held for a pager that did not come to be is shown, also where Ctrl-C has ended the command. */
static void let_go(struct output *o)
{
	o->pager = NULL;
	if (interrupted() && o->paged && !o->pipe && write(o->fd, o->buffer, o->held) < 0)
		o->error = errno;
	output_flush(o);
}

/* How the program ended, 0 where there is none. */
static int end(struct output *o)
{
	if (o->pipe)
		return pclose(o->pipe);
	if (o->fd != STDOUT_FILENO && close(o->fd) && !o->error)
		o->error = errno;
	return 0;
}

enum mmx_exit output_close(struct output *o, enum mmx_exit status)
{
	bool cut_short = o->gone;
	int program;

	let_go(o);
	program = end(o);
	if (interrupted())
		return MMX_EXIT_CANNOT;
	if (o->pipe && WIFEXITED(program) &&
	    (WEXITSTATUS(program) == SHELL_CANNOT || WEXITSTATUS(program) == SHELL_NO_SUCH))
		return MMX_EXIT_CANNOT;
	if (o->pipe && o->error == EPIPE)
		return cut_short ? MMX_EXIT_OK : status;
	if (!o->error)
		return status;
	fprintf(stderr, "mmx: %s: %s\n", o->name, strerror(o->error));
	return MMX_EXIT_CANNOT;
}
