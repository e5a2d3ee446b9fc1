// SPDX-License-Identifier: GPL-2.0-or-later
/* A command's help as text and as a manual page, both from its declaration. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

#define HELP_WIDTH 90
#define KEY_WIDTH  22

static void put(const struct mmx_sink *sink, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void put(const struct mmx_sink *sink, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sink->write(sink->arg, text, strlen(text));
}

void mmx_command_synopsis(const struct mmx_command *c, char *buf, size_t size)
{
	size_t n = snprintf(buf, size, "%s", c->name);

	for (const struct mmx_option *o = c->options; o && o->letter && n < size; o++)
		n += snprintf(buf + n, size - n, o->arg ? " [-%c %s]" : " [-%c]", o->letter,
			      o->arg);
	if (c->operands && n < size)
		snprintf(buf + n, size - n, " %s", c->operands);
}

/* A key and the columns below it, wrapped. */
static void put_record(const struct mmx_sink *sink, const struct mmx_record *r)
{
	const char *word = r->fields;
	int column = 0;

	for (; *word; word += strspn(word, " ")) {
		int len = strcspn(word, " ");

		if (!column || column + 1 + len > HELP_WIDTH) {
			put(sink, "%s  %-*s", column ? "\n" : "", KEY_WIDTH, column ? "" : r->key);
			column = 2 + KEY_WIDTH;
		}
		put(sink, " %.*s", len, word);
		column += 1 + len;
		word += len;
	}
	put(sink, "\n");
}

void mmx_command_details(const struct mmx_command *c, const struct mmx_sink *sink)
{
	put(sink, "%s\n", c->help);
	if (c->options)
		put(sink, "\noptions:\n");
	for (const struct mmx_option *o = c->options; o && o->letter; o++)
		put(sink, "  -%c %-8s %s\n", o->letter, o->arg ? o->arg : "", o->help);
	if (c->records)
		put(sink, "\ncolumns:\n");
	for (const struct mmx_record *r = c->records; r && r->key; r++)
		put_record(sink, r);
}

void mmx_command_help(const struct mmx_command *c, const struct mmx_sink *sink)
{
	char synopsis[256];

	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	put(sink, "%s - %s\n\nusage: %s\n\n", c->name, c->summary, synopsis);
	mmx_command_details(c, sink);
}

/* Text for troff: a backslash is doubled, and a line must not begin with a control character. */
static void put_troff(const struct mmx_sink *sink, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && text[0] == '\n')
			put(sink, ".PP");
		if (start && (*text == '.' || *text == '\''))
			put(sink, "\\&");
		if (*text == '\\')
			put(sink, "\\e");
		else if (*text == '-')
			put(sink, "\\-");
		else
			put(sink, "%c", *text);
		start = *text == '\n';
	}
	put(sink, "\n");
}

void mmx_command_man(const struct mmx_command *c, const struct mmx_sink *sink)
{
	char synopsis[256];

	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	put(sink, ".TH mmx\\-%s 1 \"\" mmx \"User Commands\"\n", c->name);
	put(sink, ".SH NAME\nmmx\\-%s \\- %s\n.SH SYNOPSIS\n", c->name, c->summary);
	put(sink, ".B mmx\n[OPTIONS] {\\-c CORE | \\-\\-live}\n");
	put_troff(sink, synopsis);
	put(sink, ".br\ncrash>\n");
	put_troff(sink, synopsis);
	put(sink, ".SH DESCRIPTION\n");
	put_troff(sink, c->help);
	if (c->options)
		put(sink, ".SH OPTIONS\n");
	for (const struct mmx_option *o = c->options; o && o->letter; o++) {
		put(sink, ".TP\n.B \\-%c %s\n", o->letter, o->arg ? o->arg : "");
		put_troff(sink, o->help);
	}
	if (c->records)
		put(sink, ".SH COLUMNS\n");
	for (const struct mmx_record *r = c->records; r && r->key; r++)
		put(sink, ".TP\n.B %s\n%s\n", r->key, r->fields);
	put(sink,
	    ".SH SEE ALSO\n.BR mmx (1),\nfor the options of every command and the exit status\n");
}
