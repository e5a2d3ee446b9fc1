/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text out of a dump: names of files and tasks are whatever somebody chose. What a terminal takes for
 * an order must not reach it, nor a line have another one in it.
 */
#ifndef MMX_BASE_PRINTABLE_H
#define MMX_BASE_PRINTABLE_H

#include <stddef.h>

/**
 * mmx_printable() - how many bytes at the start of @text can be shown as they are
 * Those are ASCII and whole characters of UTF-8, but no control characters, neither of ASCII nor of
 * Unicode, and none that turn the direction of what follows. Does not depend on the locale.
 */
size_t mmx_printable(const char *text, size_t len);

/** mmx_make_printable() - put a ? for each byte that cannot be shown */
void mmx_make_printable(char *text);

#endif
