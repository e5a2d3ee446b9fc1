// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel that runs changes while it is read: a list that breaks off, a tree that lacks a node, a page whose
 * count is another, may be wrong, or only read at two moments. So what a command comes to is held against further
 * readings: as long as it is not all well the command runs again, a few times, and what is wrong in each of these
 * readings, in the same words, is wrong. All else that looks wrong changed while it was read, which is an answer
 * of its own and no finding. Only the last reading is shown. What a walk over all memory compares was read at
 * moments so far apart that further readings prove nothing (@apart of struct mmx_run).
 *
 * That is the one place where it is decided: walks judge what they read as if it stood still.
 */
#ifndef MMX_CMD_READINGS_H
#define MMX_CMD_READINGS_H

#include "cmd/cmd.h"

/** mmx_readings_run() - run a command whose words are parsed; on a dump once */
enum mmx_exit mmx_readings_run(struct mmx_run *run);

#endif
