// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/wait.h>

#include "interrupt.h"
#include "output.h"

/* What the shell ends with when it could not run what it was given. */
#define SHELL_CANNOT  126
#define SHELL_NO_SUCH 127

void output_standard(struct output *o)
{
	*o = (struct output){.file = stdout, .name = "standard output"};
}

bool output_open(struct output *o, const struct line *line)
{
	output_standard(o);
	if (line->to == LINE_TO_SCREEN)
		return true;
	o->name = line->target;
	o->pipe = line->to == LINE_TO_PIPE;
	fflush(stdout);
	if (o->pipe)
		o->file = popen(line->target, "we");
	else
		o->file = fopen(line->target, line->to == LINE_TO_FILE ? "we" : "ae");
	return o->file;
}

static void fail(struct output *o)
{
	o->error = errno;
	o->gone = true;
}

bool output_ended(const struct output *o)
{
	return o->gone || interrupted();
}

void output_write(void *output, const char *text, size_t len)
{
	struct output *o = output;

	if (!output_ended(o) && fwrite(text, 1, len, o->file) != len)
		fail(o);
}

/* What is not written yet must not come out later, nor block once more. */
static int end_file(struct output *o)
{
	int status = 0;

	if (output_ended(o))
		__fpurge(o->file);
	if (fflush(o->file)) {
		fail(o);
		__fpurge(o->file);
	}
	if (o->pipe)
		status = pclose(o->file);
	else if (o->file == stdout)
		clearerr(stdout);
	else if (fclose(o->file))
		fail(o);
	return status;
}

enum mmx_exit output_close(struct output *o, enum mmx_exit status)
{
	bool cut_short = o->gone;
	int shell = end_file(o);

	if (interrupted())
		return MMX_EXIT_CANNOT;
	if (o->pipe && WIFEXITED(shell) &&
	    (WEXITSTATUS(shell) == SHELL_CANNOT || WEXITSTATUS(shell) == SHELL_NO_SUCH))
		return MMX_EXIT_CANNOT;
	if (o->pipe && o->error == EPIPE)
		return cut_short ? MMX_EXIT_OK : status;
	if (!o->error)
		return status;
	fprintf(stderr, "mmx: %s: %s\n", o->name, strerror(o->error));
	return MMX_EXIT_CANNOT;
}
