// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "base/printable.h"
#include "complete.h"
#include "render/options.h"

/* What is listed fits on a few screens. */
#define LISTED_MAX 300

/* What readline's callbacks have no argument for: the session, and whose options or operands. */
static const struct session *session;
static const struct mmx_command *command;

/* The i-th candidate, NULL behind the last; a text of its own lives until the next call. */
typedef const char *(*candidate_fn)(size_t i);

static candidate_fn candidates;

static const char *nth_command(size_t i)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	return i < n ? all[i]->name : session_own_word(i - n);
}

static const char *nth_option(size_t i)
{
	static char option[32];
	const struct mmx_option *o = command->options;
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	for (; o && o->letter; o++) {
		if (i-- == 0) {
			snprintf(option, sizeof(option), "-%c", o->letter);
			return option;
		}
		if (o->name && i-- == 0) {
			snprintf(option, sizeof(option), "--%s", o->name);
			return option;
		}
	}
	if (i >= n)
		return NULL;
	snprintf(option, sizeof(option), "--%s", shared[i].name);
	return option;
}

static const char *nth_symbol(size_t i)
{
	const struct mmx_symbols *s = &session->kernel->symbols;
	static char name[MMX_SYMBOL_NAME];

	return i < mmx_symbols_count(s) ? mmx_symbol_name(s, mmx_symbols_at(s, i), name) : NULL;
}

/* All symbols of a kernel, a hundred thousand and more, are compared in a few milliseconds. */
static char *next_match(const char *text, int again)
{
	static size_t i;
	size_t len = strlen(text);
	const char *name;

	if (!again)
		i = 0;
	while ((name = candidates(i++))) {
		if (!strncmp(name, text, len) && mmx_printable(name, strlen(name)) == strlen(name))
			return strdup(name);
	}
	return NULL;
}

/* What may stand behind these words; NULL when nothing is known that may. */
static candidate_fn find_candidates(const struct line *before, const char *text)
{
	if (!before->word.n)
		return nth_command;
	if (!strcmp(before->word.v[0], "help"))
		return before->word.n == 1 ? nth_command : NULL;
	command = mmx_command_find(before->word.v[0]);
	if (!command)
		return NULL;
	if (*text == '-')
		return nth_option;
	if (command->operand)
		return command->operand;
	return command->symbols && *text ? nth_symbol : NULL;
}

/* Behind | or > readline completes names of files by itself. */
static char **complete(const char *text, int start, int end)
{
	char *typed = strndup(rl_line_buffer, start);
	struct line before = {0};

	(void)end;
	candidates = NULL;
	if (typed)
		line_split(&before, typed, NULL);
	rl_attempted_completion_over = before.to == LINE_TO_SCREEN;
	if (before.to == LINE_TO_SCREEN)
		candidates = find_candidates(&before, text);
	line_free(&before);
	free(typed);
	return candidates ? rl_completion_matches(text, next_match) : NULL;
}

/* Fed key by key, readline does not ask whether to list thousands of symbols: it does. */
static void show_matches(char **matches, int n, int longest)
{
	rl_crlf();
	if (n > LISTED_MAX)
		fprintf(rl_outstream, "%d words begin so\n", n);
	else
		rl_display_match_list(matches, n, longest);
	rl_forced_update_display();
}

void complete_begin(const struct session *s)
{
	session = s;
	rl_completer_word_break_characters = " \t|>";
	rl_completer_quote_characters = "'\"";
	rl_attempted_completion_function = complete;
	rl_completion_display_matches_hook = show_matches;
}
