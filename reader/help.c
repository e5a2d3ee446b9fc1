// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "help.h"
#include "render/options.h"
#include "session.h"

/* What stands before the command, but for the options that every command has. */
static const struct {
	const char *option, *arg, *help;
} options[] = {
	{"-c", "CORE", "a dump; several are the parts of a split one"},
	{"--live", "", "the running kernel, through /proc/kcore"},
	{"--backend", "WHICH", "who reads the dump: own, or kdumpfile for libkdumpfile"},
	{"--vmlinux", "FILE", "symbols and types, for a dump that lacks its own"},
	{"--system-map", "FILE", "symbols, for a dump that lacks its own"},
	{"-j", "N", "walk over all memory with N threads, by default one for each CPU"},
	{"-i", "FILE", "commands from a file, or with - from standard input"},
	{"--no-pager", "", "at the prompt, long results as they come, not through a pager"},
	{"--help", "", "this text"},
	{"--version", "", "which mmx this is"},
};

#define OPTIONS (sizeof(options) / sizeof(*options))

static void write_file(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static void put(const struct mmx_sink *sink, const char *text)
{
	sink->write(sink->arg, text, strlen(text));
}

static void put_option(const struct mmx_sink *sink, const char *dashes, const char *option,
		       const char *arg, const char *help)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "%s%s %s", dashes, option, arg ? arg : "");

	put(sink, "  ");
	put(sink, line);
	snprintf(line, sizeof(line), "%*s %s\n", n < 18 ? 18 - n : 0, "", help);
	put(sink, line);
}

static void put_shared_options(const struct mmx_sink *sink)
{
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	for (size_t i = 0; i < n; i++)
		put_option(sink, "--", shared[i].name, shared[i].arg, shared[i].help);
}

static void put_synopsis(const struct mmx_sink *sink)
{
	put(sink, "usage: mmx [-c CORE [--backend WHICH] | --live] [--vmlinux FILE]\n"
		  "           [--system-map FILE] [--json | --columns LIST] [-j N]\n"
		  "           [-i FILE | COMMAND [ARGUMENTS]]\n"
		  "       mmx help [COMMAND]\n");
}

static void put_usage(const struct mmx_sink *sink)
{
	put_synopsis(sink);
	put(sink, "\n");
	for (size_t i = 0; i < OPTIONS; i++)
		put_option(sink, "", options[i].option, options[i].arg, options[i].help);
	put_shared_options(sink);
	put(sink, "\n");
}

static void put_commands(const struct mmx_sink *sink)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	put(sink, "commands:\n");
	for (size_t i = 0; i < n; i++) {
		char line[160];

		snprintf(line, sizeof(line), "  %-10s %s\n", all[i]->name, all[i]->summary);
		put(sink, line);
	}
}

void help_synopsis(FILE *f)
{
	put_synopsis(&(struct mmx_sink){.write = write_file, .arg = f});
}

void help_first(FILE *f)
{
	fputs("mmx explains the memory of a Linux kernel from its dump, a vmcore, alone:\n"
	      "  mmx -c vmcore doctorx    which kernel it is, and whether all of it is found\n"
	      "  mmx -c vmcore censusx    where the memory went; pagex, vmax, slabx, ... go on from there\n"
	      "  mmx -c vmcore            a prompt for many questions: Tab completes, \"help\" helps\n"
	      "  mmx help                 all commands and options; \"mmx help pagex\" one, with an example\n",
	      f);
}

void help_near_option(struct mmx_suggest *near, const char *option)
{
	char name[MMX_SUGGEST_NAME];
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	mmx_suggest_begin(near, option, strcspn(option, "="));
	for (size_t i = 0; i < OPTIONS; i++)
		mmx_suggest_offer(near, options[i].option);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "--%s", shared[i].name);
		mmx_suggest_offer(near, name);
	}
}

void help_no_command(char *text, size_t size, const char *word, const char *lists)
{
	struct mmx_suggest near;
	const char *own;

	mmx_command_near(&near, word);
	for (size_t i = 0; (own = session_own_word(i)); i++)
		mmx_suggest_offer(&near, own);
	snprintf(text, size, "no command %s%s", word, near.words);
	if (!*near.words)
		snprintf(text, size, "no command %s; \"%s\" lists them", word, lists);
}

void help_session(const struct mmx_sink *sink)
{
	put_commands(sink);
	put(sink, "  help       this text, or with a command behind it that command's\n"
		  "  quit       or exit, q, Ctrl-D: end\n"
		  "\nfor every command:\n");
	put_shared_options(sink);
	put(sink, "\nCOMMAND | PROGRAM, COMMAND > FILE and COMMAND >> FILE as in a shell.\n");
}

static void list_names(const struct mmx_sink *sink)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	for (size_t i = 0; i < n; i++) {
		put(sink, all[i]->name);
		put(sink, "\n");
	}
}

static void list_own_options(const struct mmx_sink *sink)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		put(sink, options[i].option);
		put(sink, "\n");
	}
}

/* For completion: a word a line. Without a command, what stands before one. */
static void list_options(const struct mmx_command *c, const struct mmx_sink *sink)
{
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	if (!c)
		list_own_options(sink);
	for (const struct mmx_option *o = c ? c->options : NULL; o && o->letter; o++) {
		mmx_sink_put(sink, "-%c\n", o->letter);
		if (o->name)
			mmx_sink_put(sink, "--%s\n", o->name);
	}
	for (size_t i = 0; i < n; i++) {
		put(sink, "--");
		put(sink, shared[i].name);
		put(sink, "\n");
	}
}

static void tell_example(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (c->example)
		mmx_sink_put(sink, "%s\n", c->example);
}

static void list_operands(const struct mmx_command *c, const struct mmx_sink *sink)
{
	const char *word;

	for (size_t i = 0; c && c->operand && (word = c->operand(i)); i++) {
		put(sink, word);
		put(sink, "\n");
	}
}

static void help(const struct mmx_command *c, const struct mmx_sink *sink)
{
	if (c) {
		mmx_command_help(c, sink);
		return;
	}
	put_usage(sink);
	put_commands(sink);
}

static const struct {
	const char *word;
	void (*print)(const struct mmx_command *c, const struct mmx_sink *sink);
	bool of_command; /* only with one behind it */
} forms[] = {
	{"--man", mmx_command_man, true},       {"--reference", mmx_command_reference, true},
	{"--schema", mmx_command_schema, true}, {"--example", tell_example, true},
	{"--options", list_options, false},     {"--operands", list_operands, false},
};

enum mmx_exit help_main(int argc, char **argv)
{
	const struct mmx_sink sink = {.write = write_file, .arg = stdout};
	void (*print)(const struct mmx_command *c, const struct mmx_sink *sink) = help;
	const struct mmx_command *c;
	bool of_command = false;
	char text[320];

	if (argc > 1 && !strcmp(argv[1], "--names")) {
		list_names(&sink);
		return MMX_EXIT_OK;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(forms) / sizeof(*forms); i++) {
		if (!strcmp(argv[1], forms[i].word)) {
			print = forms[i].print;
			of_command = forms[i].of_command;
			argc--;
			argv++;
			break;
		}
	}
	c = argc > 1 ? mmx_command_find(argv[1]) : NULL;
	if (argc > 1 && !c) {
		help_no_command(text, sizeof(text), argv[1], "mmx help");
		fprintf(stderr, "mmx: %s\n", text);
		return MMX_EXIT_CANNOT;
	}
	if (of_command && !c) {
		fprintf(stderr, "mmx: help %s wants a command behind it\n", argv[0]);
		return MMX_EXIT_CANNOT;
	}
	print(c, &sink);
	return MMX_EXIT_OK;
}
