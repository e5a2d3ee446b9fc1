/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the crash front end share.
 *
 * crash leaves a command by longjmp: at Ctrl-C from its signal handler, at an error from wherever it
 * is met. Neither may cross the library, which would be left half-way and leak. So Ctrl-C is blocked
 * while the library works: every read asks whether one is waiting and then fails, the command comes
 * to its end by itself with its output dropped, and when nothing is held any more the signal is let
 * through to crash. What crash throws from below a call is caught there and treated the same way:
 * thrown again when the command has ended.
 */
#ifndef MMX_EXT_H
#define MMX_EXT_H

#include <signal.h>

#include "cmd/cmd.h"

#include <defs.h>

/**
 * struct session - what is kept between commands
 * @kernel: opened by the first command; NULL until then, and again after a command was cut short
 * @cut: the command being run is to end: Ctrl-C waits, crash has thrown, or nobody reads the output
 * @thrown: crash has thrown
 * @looks: how often session_cut() was asked
 * @signals: the signal mask that crash had
 */
struct session {
	struct mmx_kernel *kernel;
	bool cut;
	bool thrown;
	unsigned int looks;
	sigset_t signals;
};

/** session_enter() - keep crash from leaving the command until session_leave() */
void session_enter(struct session *s);

/** session_leave() - let it; does not return when there was a reason to */
void session_leave(struct session *s);

/** session_cut() - whether the command is to end */
bool session_cut(struct session *s);

/** session_call() - call what may reach into crash; false when crash has thrown, or would at once */
bool session_call(struct session *s, void (*call)(void *arg), void *arg);

/** session_read() - readmem(), which returns on errors and is quiet about them */
bool session_read(struct session *s, uint64_t addr, int memtype, void *buf, size_t len);

/** session_close() - forget the kernel model */
void session_close(struct session *s);

/** crash_image() - what crash has open, as an image; @s must outlive it */
struct mmx_image *crash_image(struct session *s, struct mmx_err *err);

/** crash_help() - a command's help as crash wants it; NULL without memory */
char **crash_help(const struct mmx_command *command);
void crash_help_free(char **help);

/* For mmx_open_options, with the session as argument: what crash knows from its vmlinux. */
int crash_symbols(void *arg, struct mmx_symbols *s, uint64_t kaslr_offset, struct mmx_err *err);
int crash_types(void *arg, struct mmx_types_provider *p, const char *build_id, struct mmx_err *err);

#endif
