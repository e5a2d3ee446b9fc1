// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words that every command takes in crash, and a command's help as crash wants it: its name,
 * summary, synopsis, and line after line. crash prints the summary and the synopsis as formats, and
 * a line when "%s" is in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"

/* In mmx these stand before the command. */
static const struct {
	const char *word;
	const char *arg;
	size_t option;
	const char *help;
} words[] = {
	{"--json", NULL, offsetof(struct mmx_out_options, json),
	 "one JSON document instead of text"},
	{"--columns", "LIST", offsetof(struct mmx_out_options, columns),
	 "these fields only, a line a record"},
	{"--bytes", NULL, offsetof(struct mmx_out_options, bytes), "sizes in bytes"},
	{"--no-header", NULL, offsetof(struct mmx_out_options, no_header),
	 "no titles and table heads"},
};

#define WORDS (sizeof(words) / sizeof(*words))

int words_take(struct mmx_out_options *options, char **given, int n)
{
	for (size_t i = 0; i < WORDS; i++) {
		size_t len = strlen(words[i].word);
		void *option = (char *)options + words[i].option;

		if (strncmp(given[0], words[i].word, len))
			continue;
		if (!words[i].arg && !given[0][len]) {
			*(bool *)option = true;
			return 1;
		}
		if (words[i].arg && given[0][len] == '=') {
			*(const char **)option = given[0] + len + 1;
			return 1;
		}
		if (words[i].arg && !given[0][len]) {
			*(const char **)option = n > 1 ? given[1] : "";
			return n > 1 ? 2 : 1;
		}
	}
	return 0;
}

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
	size_t len, n;
	FILE *details = open_memstream(&text, &len);
	const struct mmx_sink sink = {.write = write_file, .arg = details};

	if (!details)
		return;
	mmx_command_details(c, &sink);
	fputs("\nfor every command:\n", details);
	for (size_t i = 0; i < WORDS; i++)
		fprintf(details, "  %-11s %-4s %s\n", words[i].word,
			words[i].arg ? words[i].arg : "", words[i].help);
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
