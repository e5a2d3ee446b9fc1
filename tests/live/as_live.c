// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dump looked at as if it were a running kernel's memory: as_live DUMP COMMAND... What is wrong in it stays so
 * however often it is read.
 */
#include <stdio.h>

#include "cmd/cmd.h"
#include "open/open.h"
#include "render/options.h"

static void write_out(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static void say(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
	const struct mmx_sink sink = {.write = write_out, .arg = stdout};
	const struct mmx_messages messages = {.say = say};
	struct mmx_out_options options = {0};
	const struct mmx_command *command = argc > 2 ? mmx_command_find(argv[2]) : NULL;
	struct mmx_image *image = command ? mmx_open_kcore(argv[1], NULL) : NULL;
	struct mmx_kernel *kernel = image ? mmx_open(image, NULL, NULL) : NULL;
	static struct mmx_out out;
	enum mmx_exit status;
	int n;

	if (!kernel)
		return MMX_EXIT_CANNOT;
	n = 1 + mmx_out_options_take(&options, argc - 3, argv + 3);
	mmx_out_init(&out, &options, &sink);
	status = mmx_command_run(command, kernel, &out, &messages, n, argv + 2);
	mmx_close(kernel);
	return status;
}
