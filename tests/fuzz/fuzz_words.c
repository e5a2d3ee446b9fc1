// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of any bytes. The words that they have, quoted and split again, must be the same words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../reader/words.h"

static char *put_quoted(char *to, const char *word)
{
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\'");
		*to++ = *word;
	}
	return stpcpy(to, "' ");
}

static void split_again(const struct line *line, size_t size)
{
	char *text = calloc(1, 8 * size + 8), *to = text;
	struct line again;

	for (size_t i = 0; i < line->word.n; i++)
		to = put_quoted(to, line->word.v[i]);
	if (line_split(&again, text, NULL) || again.word.n != line->word.n || again.target)
		abort();
	for (size_t i = 0; i < line->word.n; i++) {
		if (strcmp(again.word.v[i], line->word.v[i]))
			abort();
	}
	line_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct line line;

	if (!line_split(&line, text, NULL) && (line.to == LINE_TO_SCREEN) != !line.target)
		abort();
	split_again(&line, size);
	line_free(&line);
	free(text);
	return 0;
}
