// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

#include "terminal.h"

/* What terminfo has of $TERM: false where that is not set, not known, or dumb. */
static bool is_known(void)
{
	const char *term = getenv("TERM");
	char entry[4096];

	return term && strcmp(term, "dumb") != 0 && tgetent(entry, term) == 1;
}

/* Entries tell fewer colours than terminals of that name have today: one that has any is asked for more. */
bool terminal_has_colours(void)
{
	const char *none = getenv("NO_COLOR");

	return !(none && *none) && is_known() && tgetnum("Co") >= 8;
}

bool terminal_wipes_lines(void)
{
	char room[64], *at = room;

	return is_known() && tgetstr("ce", &at);
}
