// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "kernel/lazy_symbols.h"
#include "kernel/name_index.h"

static size_t marks_of(size_t n)
{
	return (n + MMX_SYMBOL_MARK - 1) / MMX_SYMBOL_MARK;
}

struct mmx_lazy_symbols *mmx_lazy_symbols_new(size_t n)
{
	struct mmx_lazy_symbols *lazy = calloc(1, sizeof(*lazy));

	if (!lazy)
		return NULL;
	pthread_mutex_init(&lazy->lock, NULL);
	lazy->words = mmx_vocabulary_new();
	lazy->marks = malloc(marks_of(n) * sizeof(*lazy->marks));
	lazy->filled = calloc(marks_of(n), sizeof(*lazy->filled));
	lazy->symbol_of = lazy->words ? calloc(lazy->words->n, sizeof(*lazy->symbol_of)) : NULL;
	if (lazy->symbol_of && lazy->marks && lazy->filled)
		return lazy;
	mmx_lazy_symbols_free(lazy);
	return NULL;
}

void mmx_lazy_symbols_free(struct mmx_lazy_symbols *lazy)
{
	if (!lazy)
		return;
	mmx_vocabulary_free(lazy->words);
	free(lazy->addresses.offsets);
	free(lazy->marks);
	free(lazy->filled);
	free(lazy->symbol_of);
	pthread_mutex_destroy(&lazy->lock);
	free(lazy);
}

/* The lock is held. */
static void fill(const struct mmx_symbol_table *t, size_t mark)
{
	size_t first = mark * MMX_SYMBOL_MARK, end = first + MMX_SYMBOL_MARK;
	size_t at = t->lazy->marks[mark];

	if (atomic_load(&t->lazy->filled[mark]))
		return;
	for (size_t i = first; i < end && i < t->n; i++) {
		uint32_t begins = at;
		struct mmx_packed name;

		if (!mmx_packed_next(t->names.v, t->names.n, &at, &name))
			break;
		t->v[i] = (struct mmx_symbol){
			.addr = mmx_kallsyms_address(&t->lazy->addresses, i),
			.name = begins,
			.type = mmx_packed_letter(t->tokens, &name),
		};
	}
	atomic_store(&t->lazy->filled[mark], true);
}

void mmx_lazy_symbols_fill(const struct mmx_symbol_table *t, size_t i)
{
	struct mmx_lazy_symbols *lazy = t->lazy;

	if (atomic_load(&lazy->filled[i / MMX_SYMBOL_MARK]))
		return;
	pthread_mutex_lock(&lazy->lock);
	fill(t, i / MMX_SYMBOL_MARK);
	pthread_mutex_unlock(&lazy->lock);
}

bool mmx_lazy_symbols_fill_all(struct mmx_symbol_table *t)
{
	for (size_t mark = 0; mark < marks_of(t->n); mark++)
		fill(t, mark);
	t->hashes.v = mmx_large_alloc(t->n * sizeof(*t->hashes.v));
	if (!t->hashes.v)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = t->v[i].name;
		struct mmx_packed name;

		if (!mmx_packed_next(t->names.v, t->names.n, &at, &name))
			return false;
		t->hashes.v[i] = mmx_packed_hash(t->tokens, &name);
	}
	t->hashes.n = t->hashes.allocated = t->n;
	return true;
}

/* Once; what cannot be indexed is not found by name, and its words and addresses are known as before. */
static void make_index(const struct mmx_symbol_table *t)
{
	struct mmx_lazy_symbols *lazy = t->lazy;

	if (atomic_load(&lazy->indexed))
		return;
	pthread_mutex_lock(&lazy->lock);
	if (!atomic_load(&lazy->indexed)) {
		/* The table is whole to all who look at it: that it becomes so now is no change. */
		struct mmx_symbol_table *own = (struct mmx_symbol_table *)t;

		if (mmx_lazy_symbols_fill_all(own))
			(void)mmx_name_index_make(own, NULL);
		atomic_store(&lazy->indexed, true);
	}
	pthread_mutex_unlock(&lazy->lock);
}

const struct mmx_symbol *mmx_lazy_symbols_find(const struct mmx_symbol_table *t, const char *name)
{
	const struct mmx_lazy_symbols *lazy = t->lazy;
	size_t len = strlen(name);
	int word = mmx_vocabulary_find(lazy->words, mmx_sum(lazy->words, name, len), name);

	if (word < 0) {
		make_index(t);
		return mmx_name_index_find(t, name, mmx_symbol_hash(name, len));
	}
	if (!lazy->symbol_of[word])
		return NULL;
	mmx_lazy_symbols_fill(t, lazy->symbol_of[word] - 1);
	return &t->v[lazy->symbol_of[word] - 1];
}
