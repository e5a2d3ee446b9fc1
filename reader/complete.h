/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion of what is typed: commands, their options and operands, symbols, files. */
#ifndef MMX_READER_COMPLETE_H
#define MMX_READER_COMPLETE_H

#include "session.h"

/** complete_begin() - tell readline; @s must live as long as lines are read */
void complete_begin(const struct session *s);

#endif
