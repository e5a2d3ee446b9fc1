// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command's help as crash wants it: its name, summary, synopsis, and line after line. crash prints
 * the summary and the synopsis as formats, and a line when "%s" is in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"
#include "render/options.h"

static void put_line(FILE *f, const char *line, size_t len, bool format)
{
	for (; len; len--, line++) {
		putc(*line, f);
		if (format && *line == '%')
			putc('%', f);
	}
	putc('\n', f);
}

static void write_file(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static void put_details(FILE *f, const struct mmx_command *c)
{
	char *text = NULL, *line;
	size_t len, n, n_options;
	const struct mmx_out_option *options = mmx_out_option_table(&n_options);
	FILE *details = open_memstream(&text, &len);
	const struct mmx_sink sink = {.write = write_file, .arg = details};

	if (!details)
		return;
	mmx_command_details(c, &sink);
	fputs("\nfor every command:\n", details);
	for (size_t i = 0; i < n_options; i++)
		fprintf(details, "  --%-9s %-4s %s\n", options[i].name,
			options[i].arg ? options[i].arg : "", options[i].help);
	fclose(details);
	for (line = text; line && *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		fputs(n ? "  " : "", f);
		put_line(f, line, n, memmem(line, n, "%s", 2));
	}
	free(text);
}

/* All of it in one piece, a line each. */
static char *help_text(const struct mmx_command *c)
{
	char synopsis[256], *text = NULL;
	size_t len, name = strlen(c->name);
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	put_line(f, c->name, name, false);
	put_line(f, c->summary, strlen(c->summary), true);
	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	name += synopsis[name] == ' ';
	put_line(f, synopsis + name, strlen(synopsis + name), true);
	put_details(f, c);
	fclose(f);
	return text;
}

char **crash_help(const struct mmx_command *c)
{
	char *text = help_text(c), **help, *line;
	size_t n = 0;

	for (line = text; line && *line; line++)
		n += *line == '\n';
	help = text ? calloc(n + 1, sizeof(*help)) : NULL;
	if (!help) {
		free(text);
		return NULL;
	}
	n = 0;
	while ((line = strsep(&text, "\n")) && text)
		help[n++] = line;
	return help;
}

void crash_help_free(char **help)
{
	if (help)
		free(help[0]);
	free(help);
}
