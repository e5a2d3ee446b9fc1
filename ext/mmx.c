// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmx.so: the commands of libmmx inside crash(8). The table that crash is given is made of the
 * library's own when the extension is loaded; everything else waits for the first command.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"
#include "image/elf.h"
#include "image/file.h"
#include "render/options.h"
#include "open/open.h"

static struct session session;

/*
 * Messages go where the user looks, and never into a file or a pipe, which get what the reader would
 * write. crash's own error() puts them there as well, into the middle of JSON or binary data.
 */
static void say(void *arg, const char *text)
{
	struct session *s = arg;
	FILE *screen = fp == pc->stdpipe ? fp : stderr;

	if (s->cut)
		return;
	fflush(fp);
	fprintf(screen, "%s\n", text);
	fflush(screen);
}

static void say_why(struct session *s, const char *text)
{
	char line[sizeof(((struct mmx_err *)0)->text) + 32];

	snprintf(line, sizeof(line), "%s: %s", pc->curcmd, text);
	say(s, line);
}

static void write_fp(void *arg, const char *text, size_t len)
{
	struct session *s = arg;

	if (s->cut || fwrite(text, 1, len, fp) == len)
		return;
	if (errno != EPIPE)
		say_why(s, strerror(errno));
	s->cut = true;
}

static bool open_kernel(struct session *s)
{
	const struct mmx_open_options options = {
		.symbols = crash_symbols,
		.types = crash_types,
		.arg = s,
	};
	struct mmx_image *image;
	struct mmx_err err;

	if (s->kernel)
		return true;
	image = crash_image(s, &err);
	if (image && image->notice)
		say_why(s, image->notice);
	if (image)
		s->kernel = mmx_open(image, &options, &err);
	if (!s->kernel)
		say_why(s, err.text);
	return s->kernel;
}

static bool stop(void *arg)
{
	return session_cut(arg);
}

/*
 * Another dump than crash's is read by mmx itself, as far as that takes no library that crash must not meet: an
 * ELF file, or the running kernel.
 */
static struct mmx_image *other_image(const char *path, struct mmx_err *err)
{
	int fd;

	if (!path)
		return mmx_open_kcore("/proc/kcore", err);
	fd = mmx_file_open(path, err);
	if (fd < 0)
		return NULL;
	if (mmx_elf_wanted(fd))
		return mmx_elf_open(fd, path, false, err);
	close(fd);
	mmx_fail(
		err, MMX_ENOTDUMP,
		"%s: within crash only ELF dumps of x86_64 are read beside crash's own; \"mmx diff A B\" takes any",
		path);
	return NULL;
}

static struct mmx_kernel *open_other(void *arg, const char *path, struct mmx_err *err)
{
	struct mmx_image *image = other_image(path, err);

	if (!image)
		return NULL;
	if (image->notice)
		say_why(arg, image->notice);
	image->stop = stop;
	image->stop_arg = arg;
	return mmx_open(image, NULL, err);
}

static void run(struct session *s, const struct mmx_command *command)
{
	const struct mmx_messages messages = {.say = say, .open = open_other, .arg = s};
	const struct mmx_sink sink = {.write = write_fp, .arg = s};
	struct mmx_out_options options = {.hex_counts = pc->output_radix == 16};
	char *argv[MAXARGS + 1] = {NULL};
	struct mmx_out out;
	int argc;

	memcpy(argv, args, argcnt * sizeof(*argv));
	argc = mmx_out_options_take(&options, argcnt, argv);
	options.terminal = fp == pc->stdpipe || (fp == stdout && isatty(STDOUT_FILENO));
	mmx_out_init(&out, &options, &sink);
	mmx_command_run(command, s->kernel, &out, &messages, argc, argv);
}

static void command(void)
{
	session_enter(&session);
	if (open_kernel(&session))
		run(&session, mmx_command_find(pc->curcmd));
	session_leave(&session);
}

static struct command_table_entry *table;

__attribute__((constructor)) static void load(void)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	table = calloc(n + 1, sizeof(*table));
	if (!table)
		return;
	for (size_t i = 0; i < n; i++) {
		table[i] = (struct command_table_entry){
			.name = (char *)all[i]->name,
			.func = command,
			.help_data = crash_help(all[i]),
			.flags = MINIMAL,
		};
	}
	register_extension(table);
}

__attribute__((destructor)) static void unload(void)
{
	session_close(&session);
	for (struct command_table_entry *entry = table; entry && entry->name; entry++)
		crash_help_free(entry->help_data);
	free(table);
}
