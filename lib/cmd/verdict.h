// SPDX-License-Identifier: GPL-2.0-or-later
/* What to say of a user address without a frame: the mapping that has it, and what a fault there would do. */
#ifndef MMX_CMD_VERDICT_H
#define MMX_CMD_VERDICT_H

#include <stdint.h>

struct mmx_run;

/** mmx_say_verdict() - of an address of a process or thread; nothing where there is no such */
void mmx_say_verdict(struct mmx_run *run, int32_t pid, uint64_t address);

#endif
