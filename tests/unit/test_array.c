// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrays that are sorted and searched, at their edges. */
#include <stdlib.h>

#include "base/array.h"
#include "unit.h"

struct entry {
	char before;
	uint64_t key;
	unsigned int added;
};

struct entries {
	MMX_ARRAY(struct entry);
};

static void fill(struct entries *a, const uint64_t *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!mmx_array_add(a, (struct entry){.key = keys[i], .added = i}))
			abort();
	}
	mmx_array_sort_by(a, key);
}

static void sorting_goes_by_the_whole_word(void)
{
	const uint64_t keys[] = {UINT64_MAX, 1, 1ULL << 63, 0, 1ULL << 32, 2};
	struct entries a = {0};

	fill(&a, keys, 6);
	for (size_t i = 1; i < a.n; i++)
		CHECK(a.v[i - 1].key < a.v[i].key, "%#lx before %#lx", a.v[i - 1].key, a.v[i].key);
	for (size_t i = 0; i < a.n; i++)
		CHECK(keys[a.v[i].added] == a.v[i].key, "entry %zu came apart", i);
	mmx_array_free(&a);
}

static void searching_finds_the_edges(void)
{
	const uint64_t keys[] = {30, 10, 20, 20, 20};
	struct entries a = {0};

	fill(&a, keys, 5);
	CHECK(mmx_array_at(&a, key, 10) == &a.v[0], "the first");
	CHECK(mmx_array_at(&a, key, 20) == &a.v[1], "the first of equals");
	CHECK(mmx_array_at(&a, key, 30) == &a.v[4], "the last");
	CHECK(!mmx_array_at(&a, key, 9) && !mmx_array_at(&a, key, 25) && !mmx_array_at(&a, key, 31),
	      "what is not there");
	CHECK(mmx_array_bound(&a, e, e->key < 10) == 0, "none");
	CHECK(mmx_array_bound(&a, e, e->key <= 20) == 4, "some");
	CHECK(mmx_array_bound(&a, e, e->key <= 30) == 5, "all");
	mmx_array_free(&a);
}

static void an_empty_array_has_nothing(void)
{
	struct entries a = {0};

	fill(&a, NULL, 0);
	CHECK(!mmx_array_at(&a, key, 0), "nothing is there");
	CHECK(mmx_array_bound(&a, e, e->key < 1) == 0, "and nothing before");
}

int main(void)
{
	RUN(sorting_goes_by_the_whole_word);
	RUN(searching_finds_the_edges);
	RUN(an_empty_array_has_nothing);
	return unit_end();
}
