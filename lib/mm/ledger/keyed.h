// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sums by a key, of any number of threads at once: pages by the file, cache or memory cgroup that has
 * them. There is room for so many keys and no more; what comes later is summed as others, so that the total
 * always is right.
 */
#ifndef MMX_MM_KEYED_H
#define MMX_MM_KEYED_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"

#define MMX_KEYED_COLUMNS 8

/**
 * struct mmx_keyed - the sums; begins as zeros, and keeps nothing until mmx_keyed_begin()
 * @others: of keys that there was no room for
 */
struct mmx_keyed {
	_Atomic uint64_t others[MMX_KEYED_COLUMNS];
	/* Private. */
	unsigned int columns, bits;
	_Atomic uint64_t *keys;
	_Atomic uint64_t *sums;
	_Atomic uint64_t used;
};

/** mmx_keyed_begin() - room for 1 << @bits keys, of which three in four are used, with @columns sums each */
int mmx_keyed_begin(struct mmx_keyed *k, unsigned int bits, unsigned int columns,
		    struct mmx_err *err);
void mmx_keyed_free(struct mmx_keyed *k);

/** mmx_keyed_add() - add to a sum of a key, which is not 0; any thread may */
void mmx_keyed_add(struct mmx_keyed *k, uint64_t key, unsigned int column, uint64_t n);

/**
 * struct mmx_keyed_run - what one thread has not added yet: runs of frames mostly have one owner
 * It begins as zeros, and mmx_keyed_flush() adds what is left.
 */
struct mmx_keyed_run {
	uint64_t key, n;
	unsigned int column;
};

static inline void mmx_keyed_flush(struct mmx_keyed *k, struct mmx_keyed_run *run)
{
	if (run->n)
		mmx_keyed_add(k, run->key, run->column, run->n);
	run->n = 0;
}

static inline void mmx_keyed_count(struct mmx_keyed *k, struct mmx_keyed_run *run, uint64_t key,
				   unsigned int column, uint64_t n)
{
	if (run->key != key || run->column != column)
		mmx_keyed_flush(k, run);
	run->key = key;
	run->column = column;
	run->n += n;
}

/** struct mmx_keyed_row - a key and its sums */
struct mmx_keyed_row {
	uint64_t key, total;
	uint64_t sum[MMX_KEYED_COLUMNS];
};

/** struct mmx_keyed_rows - all of them, the largest total first */
struct mmx_keyed_rows {
	MMX_ARRAY(struct mmx_keyed_row);
};

/** mmx_keyed_rows() - once all threads are done; -1 without memory */
int mmx_keyed_rows(struct mmx_keyed_rows *rows, const struct mmx_keyed *k, struct mmx_err *err);

#endif
