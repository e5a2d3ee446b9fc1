// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "kernel/name_index.h"

/* Steps through the index that a name may cost on average; honest names cost less than one. */
#define PROBES_MAX 64

/*
 * A slot has the index in its lower bits and, so that searches need not touch symbols that only share a
 * place, a part of the hash in those above, which has no say in the place.
 */
#define INDEX_BITS 24
#define INDEX_MASK ((1u << INDEX_BITS) - 1)

static uint32_t make_slot(uint32_t hash, size_t index)
{
	return (hash & ~INDEX_MASK) | (uint32_t)(index + 1);
}

static bool same_name(const struct mmx_symbol_table *t, const struct mmx_symbol *sym,
		      const char *name)
{
	char text[MMX_SYMBOL_NAME];

	return !strcmp(mmx_symbol_table_name(t, sym, text), name);
}

/* The symbol of that name, or NULL. */
const struct mmx_symbol *mmx_name_index_find(const struct mmx_symbol_table *t, const char *name,
					     uint32_t hash)
{
	size_t i = hash & (t->slots - 1);

	for (; t->slots && t->slot[i]; i = (i + 1) & (t->slots - 1)) {
		size_t index = (t->slot[i] & INDEX_MASK) - 1;

		if (t->hashes.v[index] == hash && same_name(t, &t->v[index], name))
			return &t->v[index];
	}
	return NULL;
}

/* Enters a symbol, unless a lower one has its name; returns the steps that it took. */
static uint64_t enter(struct mmx_symbol_table *t, size_t index)
{
	uint32_t hash = t->hashes.v[index];
	size_t i = hash & (t->slots - 1);
	char text[MMX_SYMBOL_NAME];
	uint64_t steps = 0;

	for (; t->slot[i]; i = (i + 1) & (t->slots - 1), steps++) {
		size_t other = (t->slot[i] & INDEX_MASK) - 1;

		if ((t->slot[i] ^ hash) & ~INDEX_MASK || t->hashes.v[other] != hash)
			continue;
		if (same_name(t, &t->v[other], mmx_symbol_table_name(t, &t->v[index], text)))
			return steps;
	}
	t->slot[i] = make_slot(hash, index);
	return steps;
}

#define BATCH 32

/* Begins to fetch the slots of a batch before the first of them is looked at. */
static bool index_all(struct mmx_symbol_table *t)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < t->n; i += BATCH) {
		size_t end = i + BATCH < t->n ? i + BATCH : t->n;

		for (size_t j = i; j < end; j++)
			__builtin_prefetch(&t->slot[t->hashes.v[j] & (t->slots - 1)], 1);
		for (size_t j = i; j < end; j++) {
			if (t->v[j].type != 'U')
				steps += enter(t, j);
		}
		if (steps > PROBES_MAX * (uint64_t)t->slots)
			return false;
	}
	return true;
}

void mmx_name_index_drop(struct mmx_symbol_table *t)
{
	free(t->slot);
	t->slot = NULL;
	t->slots = 0;
}

int mmx_name_index_make(struct mmx_symbol_table *t, struct mmx_err *err)
{
	size_t slots = 64;

	mmx_name_index_drop(t);
	while (slots < 2 * t->n)
		slots *= 2;
	t->slot = mmx_large_zeroed(slots, sizeof(*t->slot));
	if (!t->slot)
		return mmx_fail_nomem(err);
	t->slots = slots;
	if (index_all(t))
		return 0;
	mmx_name_index_drop(t);
	return mmx_fail(err, MMX_ECORRUPT, "the names of the %zu symbols are forged: they collide",
			t->n);
}
