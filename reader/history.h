/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was typed, kept from session to session: $XDG_STATE_HOME/mmx/history or ~/.local/state/... */
#ifndef MMX_READER_HISTORY_H
#define MMX_READER_HISTORY_H

/** history_begin() - recall what is kept; without a place for it nothing is */
void history_begin(void);

/** history_note() - a line that was typed; kept at once, unless it repeats the one before */
void history_note(const char *line);

void history_end(void);

#endif
