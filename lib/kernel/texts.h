// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own texts: the literals among its read-only data. How it prints a file of /proc is a text of
 * its own, so what the lines of a release are need not be guessed from its number.
 */
#ifndef MMX_KERNEL_TEXTS_H
#define MMX_KERNEL_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/**
 * struct mmx_text - a text that is wanted
 * @begins: how it begins
 * @text: all of it, cut to fit; empty when the kernel has no such text. One that another text ends with may
 *	have no place of its own, and is found there when @begins is all of it
 */
struct mmx_text {
	const char *begins;
	char text[2048];
};

/**
 * mmx_texts_find() - look for each of @n texts; the first one that begins so counts
 * Returns -1 when that cannot be told: the data are not to be found, or not all of them are in the dump
 * and a text is not in what is.
 */
int mmx_texts_find(struct mmx_view *view, struct mmx_text *texts, unsigned int n,
		   struct mmx_err *err);

/**
 * mmx_constant_find() - where some bytes, of at most MMX_CONSTANT_MAX, lie in the read-only data: the first place
 * Returns 1, 0 when they lie nowhere, and -1 when that cannot be told, as above.
 */
int mmx_constant_find(struct mmx_view *view, const void *bytes, size_t n, uint64_t *addr,
		      struct mmx_err *err);

#define MMX_CONSTANT_MAX 64u

#endif
