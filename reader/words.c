// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* Nothing gets longer: each word takes what it had, and its NUL the place of what ended it. */
struct cursor {
	const char *in;
	char *out;
	struct mmx_err *err;
};

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void skip_blanks(struct cursor *c)
{
	while (is_one_of(*c->in, " \t\r\n"))
		c->in++;
}

static bool at_comment_or_end(const struct cursor *c)
{
	return !*c->in || *c->in == '#';
}

static int take_quoted(struct cursor *c, char quote)
{
	while (*c->in != quote) {
		if (quote == '"' && *c->in == '\\' && is_one_of(c->in[1], "\"\\$`"))
			c->in++;
		if (!*c->in)
			return mmx_fail(c->err, MMX_EUSAGE, "a %c has no second one", quote);
		*c->out++ = *c->in++;
	}
	c->in++;
	return 0;
}

static int take_word(struct cursor *c, char **word)
{
	*word = c->out;
	while (*c->in && !is_one_of(*c->in, " \t\r\n|>")) {
		char next = *c->in++;

		if (next == '\\' && !*c->in)
			return mmx_fail(c->err, MMX_EUSAGE, "nothing stands behind the last \\");
		if (next == '\'' || next == '"') {
			if (take_quoted(c, next))
				return -1;
			continue;
		}
		*c->out++ = next == '\\' ? *c->in++ : next;
	}
	*c->out++ = 0;
	return 0;
}

static int take_shell(struct cursor *c, struct line *line)
{
	line->to = LINE_TO_PIPE;
	c->in++;
	skip_blanks(c);
	if (!*c->in)
		return mmx_fail(c->err, MMX_EUSAGE, "nothing stands behind |");
	line->target = strcpy(c->out, c->in);
	return 0;
}

static int take_file(struct cursor *c, struct line *line)
{
	line->to = LINE_TO_FILE;
	if (*++c->in == '>') {
		line->to = LINE_TO_END_OF_FILE;
		c->in++;
	}
	skip_blanks(c);
	if (at_comment_or_end(c) || is_one_of(*c->in, "|>"))
		return mmx_fail(c->err, MMX_EUSAGE, "no file stands behind >");
	if (take_word(c, &line->target))
		return -1;
	skip_blanks(c);
	if (!at_comment_or_end(c))
		return mmx_fail(c->err, MMX_EUSAGE, "more than a file stands behind >");
	return *line->target ? 0 : mmx_fail(c->err, MMX_EUSAGE, "the file behind > has no name");
}

int line_split(struct line *line, const char *text, struct mmx_err *err)
{
	struct cursor c = {.in = text, .err = err};
	char *word;

	*line = (struct line){.text = malloc(strlen(text) + 1)};
	if (!line->text)
		return mmx_fail_nomem(err);
	c.out = line->text;
	for (skip_blanks(&c); !at_comment_or_end(&c) && !is_one_of(*c.in, "|>"); skip_blanks(&c)) {
		if (take_word(&c, &word))
			return -1;
		if (!mmx_array_add(&line->word, word))
			return mmx_fail_nomem(err);
	}
	if (at_comment_or_end(&c))
		return 0;
	if (!line->word.n)
		return mmx_fail(err, MMX_EUSAGE, "no command stands before %c", *c.in);
	return *c.in == '|' ? take_shell(&c, line) : take_file(&c, line);
}

void line_free(struct line *line)
{
	mmx_array_free(&line->word);
	free(line->text);
	*line = (struct line){0};
}
