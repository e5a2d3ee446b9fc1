// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "cmd/cmd.h"
#include "cmd/readings.h"
#include "render/options.h"
#include "render/show.h"

static const struct mmx_command *const commands[] = {
#define COMMAND(name) &mmx_cmd_##name,
	MMX_COMMANDS(COMMAND)
#undef COMMAND
};

const struct mmx_command *const *mmx_commands(size_t *n)
{
	*n = sizeof(commands) / sizeof(*commands);
	return commands;
}

const struct mmx_command *mmx_command_find(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const char *full = commands[i]->name;

		if (!strcmp(full, name) ||
		    (strlen(full) == len + 1 && full[len] == 'x' && !strncmp(full, name, len)))
			return commands[i];
	}
	return NULL;
}

/* The final x may be left out of what was typed. */
void mmx_command_near(struct mmx_suggest *near, const char *name)
{
	char full[MMX_SUGGEST_NAME + 1];
	size_t len = strlen(name);
	int n = snprintf(full, sizeof(full), "%s%s", name, len && name[len - 1] != 'x' ? "x" : "");

	mmx_suggest_begin(near, full, n);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		mmx_suggest_offer(near, commands[i]->name);
}

enum mmx_exit mmx_worse(enum mmx_exit a, enum mmx_exit b)
{
	static const int rank[] = {[MMX_EXIT_OK] = 0,
				   [MMX_EXIT_FINDINGS] = 1,
				   [MMX_EXIT_PARTIAL] = 2,
				   [MMX_EXIT_CANNOT] = 3};

	return rank[a] > rank[b] ? a : b;
}

void mmx_say(struct mmx_run *run, const char *fmt, ...)
{
	char text[640];
	va_list ap;
	int n = snprintf(text, sizeof(text), "%s: ", run->command->name);

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	mmx_make_printable(text);
	mmx_out_flush(run->out);
	run->messages->say(run->messages->arg, text);
}

static enum mmx_exit usage(struct mmx_run *run)
{
	char synopsis[256];

	mmx_command_synopsis(run->command, synopsis, sizeof(synopsis));
	mmx_say(run, "usage: %s; \"help %s\" says more", synopsis, run->command->name);
	return MMX_EXIT_CANNOT;
}

static const struct mmx_option *by_letter(const struct mmx_command *c, char letter)
{
	for (const struct mmx_option *o = c->options; o && o->letter; o++) {
		if (o->letter == letter)
			return o;
	}
	return NULL;
}

static const struct mmx_option *by_name(const struct mmx_command *c, const char *name, size_t len)
{
	for (const struct mmx_option *o = c->options; o && o->letter; o++) {
		if (o->name && !strncmp(o->name, name, len) && !o->name[len])
			return o;
	}
	return NULL;
}

/* A command's words, and which comes next. */
struct words {
	int argc, next;
	char **argv;
};

/* @shown: the option as the user has it; @value: what stands behind it in the same word, or NULL */
static bool take_value(struct mmx_run *run, struct words *w, const struct mmx_option *o,
		       const char *shown, const char *value)
{
	if (o->arg && !value && w->next < w->argc)
		value = w->argv[w->next++];
	if (o->arg && !value)
		mmx_say(run, "option %s wants %s behind it", shown, o->arg);
	else if (!o->arg && value)
		mmx_say(run, "option %s takes nothing behind it", shown);
	else
		run->option[(unsigned char)o->letter] = o->arg ? value : "";
	return !o->arg == !value;
}

/* An option that there is not: a long one may be a slip. */
static bool no_option(struct mmx_run *run, const char *shown)
{
	struct mmx_suggest near;
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);
	char name[MMX_SUGGEST_NAME];

	mmx_suggest_begin(&near, shown, strlen(shown));
	for (const struct mmx_option *o = run->command->options; o && o->letter; o++) {
		snprintf(name, sizeof(name), "--%s", o->name ? o->name : "");
		mmx_suggest_offer(&near, name);
	}
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "--%s", shared[i].name);
		mmx_suggest_offer(&near, name);
	}
	mmx_say(run, "there is no option %s%s", shown, near.words);
	return false;
}

static bool take_name(struct mmx_run *run, struct words *w, const char *word)
{
	size_t len = strcspn(word, "=");
	const struct mmx_option *o = by_name(run->command, word + 2, len - 2);
	char shown[64];

	snprintf(shown, sizeof(shown), "%.*s", (int)(len < 63 ? len : 63), word);
	if (o)
		return take_value(run, w, o, shown, word[len] ? word + len + 1 : NULL);
	return no_option(run, shown);
}

static bool take_letters(struct mmx_run *run, struct words *w, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct mmx_option *o = by_letter(run->command, *c);
		const char shown[] = {'-', *c, 0};

		if (!o)
			return no_option(run, shown);
		if (!take_value(run, w, o, shown, o->arg && c[1] ? c + 1 : NULL))
			return false;
		if (o->arg)
			break;
	}
	return true;
}

/*
 * Options stand before, between or behind operands, as in getopt of GNU; "--" ends them. getopt
 * itself keeps its place in global variables, which a library has no business to touch.
 */
static bool parse(struct mmx_run *run, int argc, char **argv)
{
	struct words w = {argc, 1, argv};
	bool only_operands = false;

	run->operand = argv;
	while (w.next < argc) {
		char *word = argv[w.next++];

		/* "-2" is a number: no option is called by a digit. */
		if (only_operands || word[0] != '-' || !word[1] || isdigit((unsigned char)word[1]))
			run->operand[run->n_operands++] = word;
		else if (!strcmp(word, "--"))
			only_operands = true;
		else if (!(word[1] == '-' ? take_name : take_letters)(run, &w, word))
			return false;
	}
	return run->n_operands >= run->command->min_operands &&
	       (run->command->max_operands < 0 || run->n_operands <= run->command->max_operands);
}

static void say_columns(void *arg, const char *key, const char *fields)
{
	mmx_say(arg, "columns of %s: %s", key, fields);
}

/* Columns that are not there are refused before anything is done, with the one that was meant or those that are. */
static bool choose_columns(struct mmx_run *run)
{
	const struct mmx_record *document = run->command->document;
	struct mmx_err err;

	if (!run->out->options.columns || !mmx_out_choose(run->out, document, &err))
		return true;
	mmx_say(run, "%s", err.text);
	if (err.code == MMX_ENOTFOUND)
		mmx_columns_each(document, say_columns, run);
	return false;
}

/* It takes the place of text, and of nothing else that was asked for. */
static bool choose_picture(struct mmx_run *run)
{
	const struct mmx_record *document = run->command->document;

	if (!document || !document->picture || !run->option[MMX_DOT_LETTER])
		return true;
	if (run->out->options.json || run->out->options.columns) {
		mmx_say(run, "--dot and %s exclude each other",
			run->out->options.json ? "--json" : "--columns");
		return false;
	}
	mmx_out_draw(run->out, document->picture);
	return true;
}

enum mmx_exit mmx_exit_of(const struct mmx_coverage *c)
{
	return mmx_worse(c->broken ? MMX_EXIT_FINDINGS : MMX_EXIT_OK,
			 c->absent ? MMX_EXIT_PARTIAL : MMX_EXIT_OK);
}

static enum mmx_exit show(struct mmx_run *run, void *arg, const struct mmx_where *where, bool tell)
{
	struct mmx_coverage coverage = {0};
	const struct mmx_ask ask = {
		.view = run->view,
		.where = where,
		.arg = arg,
		.wants = run->out->options.columns ? mmx_out_wants : NULL,
		.wants_arg = run->out,
		.coverage = &coverage,
	};
	struct mmx_err err;

	if (mmx_show(run->out, run->command->document, &ask, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (tell && !mmx_cover_whole(&coverage))
		mmx_say(run, "%s", coverage.first.text);
	return mmx_run_exit(run, &coverage);
}

/* Cells say that something is wanting, and have no room for why. */
enum mmx_exit mmx_run_show(struct mmx_run *run, void *arg, const struct mmx_where *where)
{
	return show(run, arg, where, run->out->options.columns);
}

enum mmx_exit mmx_run_tell(struct mmx_run *run, void *arg)
{
	return show(run, arg, NULL, true);
}

static bool has_types(const struct mmx_types *types)
{
	for (unsigned int i = 0; i < types->n; i++) {
		if (!types->provider[i].assumed)
			return true;
	}
	return false;
}

/* Why a command cannot run, and where to look next. */
static void say_what_helps(struct mmx_run *run, const struct mmx_err *why)
{
	mmx_say(run, "cannot run on this dump: %s", why->text);
	mmx_say(run, "%s",
		has_types(&run->kernel->types)
			? "\"doctorx\" says what is known of this kernel, and what is missing"
			: "the dump has no types of its own (BTF), and --vmlinux FILE would give them");
}

enum mmx_exit mmx_command_run(const struct mmx_command *command, struct mmx_kernel *kernel,
			      struct mmx_out *out, const struct mmx_messages *messages, int argc,
			      char **argv)
{
	struct mmx_run run = {
		.command = command,
		.kernel = kernel,
		.view = kernel->view,
		.out = out,
		.messages = messages,
	};
	enum mmx_exit status;
	struct mmx_err err;

	if (!parse(&run, argc, argv))
		return usage(&run);
	if (!choose_picture(&run) || !choose_columns(&run))
		return MMX_EXIT_CANNOT;
	for (unsigned int i = 0; i < command->n_needs; i++) {
		if (mmx_fact_require(&kernel->facts, command->needs[i], &err)) {
			say_what_helps(&run, &err);
			return MMX_EXIT_CANNOT;
		}
	}
	status = mmx_readings_run(&run);
	return mmx_stopped(kernel->image) ? MMX_EXIT_CANNOT : status;
}
