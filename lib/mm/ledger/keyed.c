// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/ledger/keyed.h"

int mmx_keyed_begin(struct mmx_keyed *k, unsigned int bits, unsigned int columns,
		    struct mmx_err *err)
{
	k->bits = bits;
	k->columns = columns;
	k->keys = calloc(1ULL << bits, sizeof(*k->keys));
	k->sums = calloc((size_t)columns << bits, sizeof(*k->sums));
	if (k->keys && k->sums)
		return 0;
	mmx_keyed_free(k);
	return mmx_fail_nomem(err);
}

void mmx_keyed_free(struct mmx_keyed *k)
{
	free(k->keys);
	free(k->sums);
	k->keys = NULL;
	k->sums = NULL;
}

/* Where the key is, or could be put: a slot of another key ends no search, an empty one does. */
static _Atomic uint64_t *sums_of(struct mmx_keyed *k, uint64_t key)
{
	uint64_t mask = (1ULL << k->bits) - 1, at = key * 0x9e3779b97f4a7c15ULL >> (64 - k->bits);

	for (;; at = (at + 1) & mask) {
		uint64_t there = atomic_load_explicit(&k->keys[at], memory_order_relaxed);

		if (!there) {
			if (atomic_load_explicit(&k->used, memory_order_relaxed) >=
			    (mask + 1) / 4 * 3)
				return NULL;
			if (atomic_compare_exchange_strong(&k->keys[at], &there, key)) {
				atomic_fetch_add(&k->used, 1);
				there = key;
			}
		}
		if (there == key)
			return &k->sums[at * k->columns];
	}
}

void mmx_keyed_add(struct mmx_keyed *k, uint64_t key, unsigned int column, uint64_t n)
{
	_Atomic uint64_t *sums = sums_of(k, key);

	atomic_fetch_add_explicit(sums ? &sums[column] : &k->others[column], n,
				  memory_order_relaxed);
}

static int larger_first(const void *a, const void *b)
{
	const struct mmx_keyed_row *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->key > y->key) - (x->key < y->key);
}

int mmx_keyed_rows(struct mmx_keyed_rows *rows, const struct mmx_keyed *k, struct mmx_err *err)
{
	*rows = (struct mmx_keyed_rows){0};
	for (uint64_t at = 0; k->keys && at < 1ULL << k->bits; at++) {
		struct mmx_keyed_row row = {.key = k->keys[at]};

		if (!row.key)
			continue;
		for (unsigned int i = 0; i < k->columns; i++) {
			row.sum[i] = k->sums[at * k->columns + i];
			row.total += row.sum[i];
		}
		if (!mmx_array_add(rows, row)) {
			mmx_array_free(rows);
			return mmx_fail_nomem(err);
		}
	}
	mmx_array_sort(rows, larger_first);
	return 0;
}
