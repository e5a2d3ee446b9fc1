// SPDX-License-Identifier: GPL-2.0-or-later
/* One pass over all names of kallsyms: where they are, whether they are sound, and which are words of mmx's. */
#ifndef MMX_KERNEL_SYMBOL_SCAN_H
#define MMX_KERNEL_SYMBOL_SCAN_H

#include "base/array.h"
#include "base/err.h"
#include "kernel/symbol_text.h"
#include "kernel/vocabulary.h"

/* Where every so many-th name begins is kept. */
#define MMX_SYMBOL_MARK 64

/** struct mmx_symbol_hit - a symbol that has a word of the vocabulary for a name, and is not only referred to ('U') */
struct mmx_symbol_hit {
	uint32_t word;
	uint32_t symbol;
};

/**
 * struct mmx_symbol_scan - the names, and what was found
 * @n: how many names there are
 * @marks: room for one of every MMX_SYMBOL_MARK names: where it begins
 * @hits: in the order of the symbols
 */
struct mmx_symbol_scan {
	const char *names;
	size_t len;
	uint32_t n;
	const struct mmx_symbol_tokens *tokens;
	const struct mmx_vocabulary *words;
	uint32_t *marks;
	struct {
		MMX_ARRAY(struct mmx_symbol_hit);
	} hits;
};

/** mmx_symbol_scan() - 0, or -1 when there are fewer names, or one is empty or too long */
int mmx_symbol_scan(struct mmx_symbol_scan *s, struct mmx_err *err);

#endif
