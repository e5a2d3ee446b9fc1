/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terminal can do, as TERM and terminfo say; all is asked once it is known that there is one. */
#ifndef MMX_READER_TERMINAL_H
#define MMX_READER_TERMINAL_H

#include <stdbool.h>

/** terminal_has_colours() - and the user has nothing against them: NO_COLOR */
bool terminal_has_colours(void);

/** terminal_wipes_lines() - a line can be written again, shorter than it was */
bool terminal_wipes_lines(void);

#endif
