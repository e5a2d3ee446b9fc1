// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command's help, manual page, and page of docs/reference/, all from its declaration: the text of an option
 * stands in the command's own file, or for those that all commands have in render/options.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "render/document.h"

#define HELP_WIDTH   90
#define KEY_WIDTH    22
#define OPTION_WIDTH 16

void mmx_command_synopsis(const struct mmx_command *c, char *buf, size_t size)
{
	size_t n = snprintf(buf, size, "%s", c->name);

	for (const struct mmx_option *o = c->options; o && o->letter && n < size; o++)
		n += snprintf(buf + n, size - n, o->arg ? " [-%c %s]" : " [-%c]", o->letter,
			      o->arg);
	if (c->operands && n < size)
		snprintf(buf + n, size - n, " %s", c->operands);
}

/* A list below a title. */
struct titled {
	const struct mmx_sink *sink;
	const char *title; /* until it was put */
};

static void put_title(struct titled *h)
{
	if (h->title)
		mmx_sink_put(h->sink, "%s\n", h->title);
	h->title = NULL;
}

/* A key and the columns below it, wrapped. */
static void put_columns(void *arg, const char *key, const char *fields)
{
	struct titled *h = arg;
	const char *word = fields;
	int column = 0;

	put_title(h);
	for (; *word; word += strspn(word, " ")) {
		int len = strcspn(word, " ");

		if (!column || column + 1 + len > HELP_WIDTH) {
			mmx_sink_put(h->sink, "%s  %-*s", column ? "\n" : "", KEY_WIDTH,
				     column ? "" : key);
			column = 2 + KEY_WIDTH;
		}
		mmx_sink_put(h->sink, " %.*s", len, word);
		column += 1 + len;
		word += len;
	}
	mmx_sink_put(h->sink, "\n");
}

static void put_troff_columns(void *arg, const char *key, const char *fields)
{
	struct titled *h = arg;

	put_title(h);
	mmx_sink_put(h->sink, ".TP\n.B %s\n%s\n", key, fields);
}

/* The words that a command's operands can be, when there is a list of them. */
static void each_operand(const struct mmx_command *c,
			 void (*put)(void *arg, const char *key, const char *words),
			 struct titled *h)
{
	char words[1024];
	const char *word;
	size_t n = 0;

	for (size_t i = 0; c->operand && n < sizeof(words) && (word = c->operand(i)); i++)
		n += snprintf(words + n, sizeof(words) - n, i ? " %s" : "%s", word);
	if (n)
		put(h, c->operands, words);
}

const char *mmx_command_example(const struct mmx_command *c)
{
	static const struct {
		const char *command, *shown;
	} examples[] = {
#define EXAMPLE(name, text) {#name, text},
#include "cmd/examples.inc"
#undef EXAMPLE
		{NULL, NULL},
	};
	size_t i = 0;

	while (examples[i].command && strcmp(examples[i].command, c->name) != 0)
		i++;
	return examples[i].shown;
}

/* Each line of what an example prints, with @before in front of it. */
static void put_shown(const struct mmx_sink *sink, const char *shown, const char *before,
		      void (*put)(const struct mmx_sink *sink, const char *text))
{
	char line[160];

	for (; shown && *shown; shown += strcspn(shown, "\n") + 1) {
		snprintf(line, sizeof(line), "%s%.*s", *shown == '\n' ? "" : before,
			 (int)strcspn(shown, "\n"), shown);
		put(sink, line);
	}
}

static void put_line(const struct mmx_sink *sink, const char *text)
{
	mmx_sink_put(sink, "%s\n", text);
}

static void put_example(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (!c->example)
		return;
	mmx_sink_put(sink, "\nexample:\n  %s\n", c->example);
	put_shown(sink, mmx_command_example(c), "    ", put_line);
}

static void put_option(const struct mmx_option *o, const struct mmx_sink *sink)
{
	char shown[64];

	snprintf(shown, sizeof(shown), "-%c%s%s%s%s", o->letter, o->name ? ", --" : "",
		 o->name ? o->name : "", o->arg ? " " : "", o->arg ? o->arg : "");
	mmx_sink_put(sink, "  %-*s %s\n", OPTION_WIDTH, shown, o->help);
}

void mmx_command_details(const struct mmx_command *c, const struct mmx_sink *sink)
{
	struct titled operands = {sink, "\noperands:"}, columns = {sink, "\ncolumns:"};

	mmx_sink_put(sink, "%s\n", c->help);
	each_operand(c, put_columns, &operands);
	if (c->options)
		mmx_sink_put(sink, "\noptions:\n");
	for (const struct mmx_option *o = c->options; o && o->letter; o++)
		put_option(o, sink);
	put_example(c, sink);
	mmx_columns_each(c->document, put_columns, &columns);
}

void mmx_command_help(const struct mmx_command *c, const struct mmx_sink *sink)
{
	char synopsis[256];

	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	mmx_sink_put(sink, "%s - %s\n\nusage: %s\n\n", c->name, c->summary, synopsis);
	mmx_command_details(c, sink);
}

/* Text for troff: a backslash is doubled, and a line must not begin with a control character. */
static void put_troff(const struct mmx_sink *sink, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && text[0] == '\n')
			mmx_sink_put(sink, ".PP");
		if (start && (*text == '.' || *text == '\''))
			mmx_sink_put(sink, "\\&");
		if (*text == '\\')
			mmx_sink_put(sink, "\\e");
		else if (*text == '-')
			mmx_sink_put(sink, "\\-");
		else
			mmx_sink_put(sink, "%c", *text);
		start = *text == '\n';
	}
	mmx_sink_put(sink, "\n");
}

static void put_troff_example(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (!c->example)
		return;
	mmx_sink_put(
		sink,
		".SH EXAMPLE\nAt a prompt, of a small dump made for the tests:\n.PP\n.nf\n.B ");
	put_troff(sink, c->example);
	put_shown(sink, mmx_command_example(c), "  ", put_troff);
	mmx_sink_put(sink, ".fi\n");
}

void mmx_command_man(const struct mmx_command *c, const struct mmx_sink *sink)
{
	struct titled operands = {sink, ".SH OPERANDS"}, columns = {sink, ".SH COLUMNS"};
	char synopsis[256];

	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	mmx_sink_put(sink, ".TH mmx\\-%s 1 \"\" mmx \"User Commands\"\n", c->name);
	mmx_sink_put(sink, ".SH NAME\nmmx\\-%s \\- %s\n.SH SYNOPSIS\n", c->name, c->summary);
	mmx_sink_put(sink, ".B mmx\n[OPTIONS] {\\-c CORE | \\-\\-live}\n");
	put_troff(sink, synopsis);
	mmx_sink_put(sink, ".br\ncrash>\n");
	put_troff(sink, synopsis);
	mmx_sink_put(sink, ".SH DESCRIPTION\n");
	put_troff(sink, c->help);
	each_operand(c, put_troff_columns, &operands);
	if (c->options)
		mmx_sink_put(sink, ".SH OPTIONS\n");
	for (const struct mmx_option *o = c->options; o && o->letter; o++) {
		mmx_sink_put(sink,
			     o->name ? ".TP\n.B \\-%c\\fR, \\fB\\-\\-%s %s\n"
				     : ".TP\n.B \\-%c%s %s\n",
			     o->letter, o->name ? o->name : "", o->arg ? o->arg : "");
		put_troff(sink, o->help);
	}
	put_troff_example(c, sink);
	mmx_columns_each(c->document, put_troff_columns, &columns);
	mmx_sink_put(
		sink,
		".SH SEE ALSO\n.BR mmx (1),\nfor the options of every command and the exit status\n");
}

static void put_reference_operands(void *arg, const char *key, const char *words)
{
	struct titled *h = arg;

	put_title(h);
	mmx_sink_put(h->sink, "%s: %s\n\n", key, words);
}

static void put_options(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (!c->options)
		return;
	mmx_sink_put(sink, "## Options\n\n| option | what |\n| --- | --- |\n");
	for (const struct mmx_option *o = c->options; o->letter; o++) {
		const char *arg = o->arg ? o->arg : "", *blank = o->arg ? " " : "";

		mmx_sink_put(sink, "| `-%c%s%s`", o->letter, blank, arg);
		if (o->name)
			mmx_sink_put(sink, ", `--%s%s%s`", o->name, blank, arg);
		mmx_sink_put(sink, " | %s |\n", o->help);
	}
	mmx_sink_put(sink, "\n");
}

static void put_reference_example(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (!c->example)
		return;
	mmx_sink_put(sink, "## Example\n\n    %s\n\n", c->example);
	put_shown(sink, mmx_command_example(c), "    ", put_line);
	mmx_sink_put(sink, "\n");
}

void mmx_command_reference(const struct mmx_command *c, const struct mmx_sink *sink)
{
	struct titled operands = {sink, "## Operands\n"};
	char synopsis[256];

	if (!c->document)
		return;
	mmx_command_synopsis(c, synopsis, sizeof(synopsis));
	mmx_sink_put(sink, "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n"
			   "<!-- Made by `make reference`; what it says stands in lib/. -->\n");
	mmx_sink_put(sink, "# %s: %s\n\n    %s\n\n%s\n\n", c->name, c->summary, synopsis, c->help);
	each_operand(c, put_reference_operands, &operands);
	put_options(c, sink);
	put_reference_example(c, sink);
	mmx_sink_put(sink, "## JSON and columns\n\n"
			   "docs/json.md has the rules that hold for every document.\n\n");
	mmx_document_fields(c->document, sink);
}

void mmx_command_schema(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (c->document)
		mmx_document_schema(c->document, c->name, sink);
}
