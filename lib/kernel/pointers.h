// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the dead kernel would have printed a pointer where people may read it (%pK): as it is, as a number
 * that stands for it, or not at all.
 */
#ifndef MMX_KERNEL_POINTERS_H
#define MMX_KERNEL_POINTERS_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

enum mmx_pointers_as {
	MMX_POINTERS_PLAIN,
	MMX_POINTERS_HASHED, /* kptr_restrict is 0 */
	MMX_POINTERS_EARLY,  /* it is, and there are no random numbers yet */
	MMX_POINTERS_NULL,   /* kptr_restrict is 2 or more */
};

/** struct mmx_pointers - how, and the secret that hashes are made with */
struct mmx_pointers {
	enum mmx_pointers_as as;
	uint64_t key[2];
};

/** MMX_POINTER_TEXT - room for a pointer's text */
#define MMX_POINTER_TEXT 24

/** mmx_pointers_find() - how root would have read them; -1 when the dump does not tell */
int mmx_pointers_find(struct mmx_pointers *p, struct mmx_view *view, struct mmx_err *err);

/** mmx_pointers_hashing() - how %p prints them, which hashes whoever reads, unless no_hash_pointers was given */
int mmx_pointers_hashing(struct mmx_pointers *p, struct mmx_view *view, struct mmx_err *err);

/** mmx_pointer_text() - sixteen digits, without 0x */
void mmx_pointer_text(const struct mmx_pointers *p, uint64_t pointer, char *text);

#endif
