// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums by key, of several threads at once. */
#include <inttypes.h>
#include <pthread.h>

#include "mm/ledger/keyed.h"
#include "unit.h"

#define THREADS 4
#define KEYS    3000u
#define ROUNDS  20u

static void *add_all(void *arg)
{
	struct mmx_keyed *k = arg;
	struct mmx_keyed_run run = {0};

	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (uint64_t key = 1; key <= KEYS; key++) {
			mmx_keyed_count(k, &run, key << 12, 0, key);
			mmx_keyed_count(k, &run, key << 12, key % 2, 1);
		}
	}
	mmx_keyed_flush(k, &run);
	return NULL;
}

static void run_threads(struct mmx_keyed *k)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, add_all, k);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

static void threads_add_to_the_same_sums(void)
{
	struct mmx_keyed k = {0};
	struct mmx_keyed_rows rows;
	struct mmx_err err;
	unsigned int wrong = 0;

	CHECK(!mmx_keyed_begin(&k, 12, 2, &err), "no memory");
	run_threads(&k);
	CHECK(!mmx_keyed_rows(&rows, &k, &err), "no memory");
	CHECK(rows.n == KEYS, "%zu keys", rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		uint64_t key = KEYS - i, odd = key % 2 ? 1 : 0;

		wrong += rows.v[i].key != key << 12;
		wrong += rows.v[i].sum[0] != (key + !odd) * ROUNDS * THREADS;
		wrong += rows.v[i].sum[1] != odd * ROUNDS * THREADS;
	}
	CHECK(!wrong, "%u of the sums are wrong", wrong);
	CHECK(!k.others[0] && !k.others[1], "something is left over");
	mmx_array_free(&rows);
	mmx_keyed_free(&k);
}

static void what_there_is_no_room_for_is_summed_as_others(void)
{
	struct mmx_keyed k = {0};
	struct mmx_keyed_rows rows;
	struct mmx_err err;
	uint64_t total = 0, wanted = (uint64_t)KEYS * (KEYS + 1) / 2 + KEYS;

	CHECK(!mmx_keyed_begin(&k, 6, 2, &err), "no memory");
	run_threads(&k);
	CHECK(!mmx_keyed_rows(&rows, &k, &err), "no memory");
	CHECK(rows.n >= 48 && rows.n <= 48 + THREADS, "%zu keys", rows.n);
	for (size_t i = 0; i < rows.n; i++)
		total += rows.v[i].total;
	total += k.others[0] + k.others[1];
	CHECK(total == wanted * ROUNDS * THREADS, "%" PRIu64 " in all", total);
	mmx_array_free(&rows);
	mmx_keyed_free(&k);
}

int main(void)
{
	RUN(threads_add_to_the_same_sums);
	RUN(what_there_is_no_room_for_is_summed_as_others);
	return unit_end();
}
