// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines split into words, and what is behind them. */
#include <stdlib.h>
#include <string.h>

#include "../../reader/words.h"
#include "unit.h"

/* The words with | between them, so that one comparison sees all. */
static char *joined(const struct line *line)
{
	static char text[512];

	text[0] = 0;
	for (size_t i = 0; i < line->word.n; i++) {
		strcat(text, i ? "|" : "");
		strcat(text, line->word.v[i]);
	}
	return text;
}

static void becomes(const char *text, const char *words, enum line_to to, const char *target)
{
	struct mmx_err err = {0};
	struct line line;
	int ret = line_split(&line, text, &err);

	CHECK(!ret, "<%s>: %s", text, err.text);
	CHECK(!strcmp(joined(&line), words), "<%s> gives <%s> and not <%s>", text, joined(&line),
	      words);
	CHECK(line.to == to, "<%s> goes to %d", text, line.to);
	CHECK(target ? line.target && !strcmp(line.target, target) : !line.target,
	      "<%s> goes to <%s>", text, line.target ? line.target : "nothing");
	line_free(&line);
}

static void splits(const char *text, const char *words)
{
	becomes(text, words, LINE_TO_SCREEN, NULL);
}

static void is_refused(const char *text, const char *why)
{
	struct mmx_err err = {0};
	struct line line;

	CHECK(line_split(&line, text, &err) < 0, "<%s> gives <%s>", text, joined(&line));
	CHECK(err.code == MMX_EUSAGE && strstr(err.text, why), "<%s>: <%s>", text, err.text);
	line_free(&line);
}

static void blanks_stand_between_words(void)
{
	splits("", "");
	splits(" \t \n", "");
	splits("pagex", "pagex");
	splits("pagex 1000\n", "pagex|1000");
	splits("  pagex\t1000  -v\r\n", "pagex|1000|-v");
}

static void quotes_keep_words_together(void)
{
	splits("a 'b c' d", "a|b c|d");
	splits("a \"b c\"d'e f'", "a|b cde f");
	splits("'' \"\" a", "||a");
	splits("'it\"s' \"it's\"", "it\"s|it's");
	splits("'a\\b' \"a\\b\" \"a\\\"b\\\\\\$\\`\"", "a\\b|a\\b|a\"b\\$`");
	splits("a\\ b\\'\\\\ \\|\\>\\#", "a b'\\||>#");
	splits("'|' \">\" '#'", "||>|#");
}

static void a_comment_begins_where_a_word_could(void)
{
	splits("# a b", "");
	splits("  #", "");
	splits("a # b 'c | d", "a");
	splits("a#b c", "a#b|c");
	splits("a \\# '#b'", "a|#|#b");
}

static void what_is_behind_a_bar_is_the_shells(void)
{
	becomes("a b | grep 'x y' | wc > 'f'", "a|b", LINE_TO_PIPE, "grep 'x y' | wc > 'f'");
	becomes("a|b", "a", LINE_TO_PIPE, "b");
	becomes("a | b # c", "a", LINE_TO_PIPE, "b # c");
	becomes("a '|' | b", "a||", LINE_TO_PIPE, "b");
}

static void a_file_stands_behind_an_angle(void)
{
	becomes("a > f", "a", LINE_TO_FILE, "f");
	becomes("a>f", "a", LINE_TO_FILE, "f");
	becomes("a>>f", "a", LINE_TO_END_OF_FILE, "f");
	becomes("a b >>  'f g'\\ h # x", "a|b", LINE_TO_END_OF_FILE, "f g h");
	becomes("a > 'x|y>z'", "a", LINE_TO_FILE, "x|y>z");
}

static void what_makes_no_sense_is_refused(void)
{
	is_refused("a 'b", "no second one");
	is_refused("a \"b'", "no second one");
	is_refused("a \"b\\", "no second one");
	is_refused("a b\\", "behind the last \\");
	is_refused("a |", "behind |");
	is_refused("a | \t\n", "behind |");
	is_refused("| b", "before |");
	is_refused("> b", "before >");
	is_refused("a >", "no file");
	is_refused("a >> # f", "no file");
	is_refused("a >>> f", "no file");
	is_refused("a > | b", "no file");
	is_refused("a > f g", "more than a file");
	is_refused("a > f | b", "more than a file");
	is_refused("a > ''", "no name");
}

/* Completion asks what stands before the word that is typed, of lines that are not whole. */
static void what_was_understood_is_kept(void)
{
	struct line line;

	CHECK(line_split(&line, "a b 'c", NULL) < 0, "not whole");
	CHECK(!strcmp(joined(&line), "a|b") && line.to == LINE_TO_SCREEN, "<%s>", joined(&line));
	line_free(&line);
	CHECK(line_split(&line, "a > ", NULL) < 0, "not whole");
	CHECK(!strcmp(joined(&line), "a") && line.to == LINE_TO_FILE, "<%s>", joined(&line));
	line_free(&line);
	CHECK(line_split(&line, "a |", NULL) < 0, "not whole");
	CHECK(line.to == LINE_TO_PIPE, "to %d", line.to);
	line_free(&line);
}

int main(void)
{
	RUN(blanks_stand_between_words);
	RUN(quotes_keep_words_together);
	RUN(a_comment_begins_where_a_word_could);
	RUN(what_is_behind_a_bar_is_the_shells);
	RUN(a_file_stands_behind_an_angle);
	RUN(what_makes_no_sense_is_refused);
	RUN(what_was_understood_is_kept);
	return unit_end();
}
