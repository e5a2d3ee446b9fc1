/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals, for a program that is to outlive its commands. The handlers do next to nothing: whoever
 * works asks now and then, and a write that blocks fails.
 */
#ifndef MMX_READER_INTERRUPT_H
#define MMX_READER_INTERRUPT_H

#include <stdbool.h>

/** interrupts_catch() - from now on Ctrl-C is only noted */
void interrupts_catch(void);
bool interrupts_caught(void);

/** pipes_survive() - from now on writing where nobody reads is an error; programs started are not told */
void pipes_survive(void);

/** interrupted() - whether Ctrl-C was typed and not forgotten yet; to be asked in any thread */
bool interrupted(void);
void interrupt_forget(void);

/**
 * interrupt_wait() - wait until there is an event of poll() at @fd; false when interrupted
 * An interrupt just before it waits is not slept over. Where they are not caught it does not wait.
 */
bool interrupt_wait(int fd, short events);

#endif
