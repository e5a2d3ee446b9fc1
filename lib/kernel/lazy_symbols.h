// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own symbols as kallsyms has them: each is filled into the table when somebody looks at it.
 * Words of the vocabulary are known from the beginning; whoever asks for any other name has all of them
 * indexed. Threads may look at the same time.
 */
#ifndef MMX_KERNEL_LAZY_SYMBOLS_H
#define MMX_KERNEL_LAZY_SYMBOLS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "kernel/kallsyms.h"
#include "kernel/symbol_scan.h"
#include "kernel/symbols.h"
#include "kernel/vocabulary.h"

/**
 * struct mmx_lazy_symbols - what they are filled in from
 * @addresses: none is lower than the one before; the offsets belong to this
 * @marks: where every MMX_SYMBOL_MARK-th name begins
 * @filled: for each of those, whether the symbols up to the next one are filled in
 * @symbol_of: for each word the number + 1 of the lowest symbol that has it for a name, or 0
 * @indexed: the table's index was made, or cannot be
 */
struct mmx_lazy_symbols {
	struct mmx_kallsyms_addresses addresses;
	uint32_t *marks;
	struct mmx_vocabulary *words;
	uint32_t *symbol_of;
	atomic_bool *filled;
	atomic_bool indexed;
	pthread_mutex_t lock; /* over filling in and indexing */
};

/** mmx_lazy_symbols_new() - room for @n symbols, and the words; NULL without memory */
struct mmx_lazy_symbols *mmx_lazy_symbols_new(size_t n);

void mmx_lazy_symbols_free(struct mmx_lazy_symbols *lazy);

/** mmx_lazy_symbols_fill_all() - all of them, and their hashes; false without memory. For who has the table for himself. */
bool mmx_lazy_symbols_fill_all(struct mmx_symbol_table *t);

/** mmx_lazy_symbols_fill() - see to it that symbol @i is filled in */
void mmx_lazy_symbols_fill(const struct mmx_symbol_table *t, size_t i);

/** mmx_lazy_symbols_find() - the lowest symbol of that name, filled in, or NULL */
const struct mmx_symbol *mmx_lazy_symbols_find(const struct mmx_symbol_table *t, const char *name);

#endif
