// SPDX-License-Identifier: GPL-2.0-or-later
/* Which LRU list is which, and how old: generations are counted on and on, and their lists are few. */
#include <string.h>

#include "mm/lru/lru.h"
#include "mm/mem.h"
#include "unit.h"

static const struct mmx_lruvecs four = {.gens = 4, .zones = 5}, none = {.gens = 0, .zones = 5};

static void every_list_has_a_place_of_its_own(void)
{
	for (unsigned int list = 0; list < mmx_lruvec_lists(&four); list++) {
		struct mmx_lru_place place = mmx_lru_place(&four, list);

		CHECK(mmx_lru_list_at(&four, &place) == list, "list %u", list);
		CHECK(place.generation == (list >= MMX_LRU_LINKED), "list %u", list);
	}
	CHECK(mmx_lruvec_lists(&four) == 44 && mmx_lruvec_lists(&none) == 4, "so many lists");
}

/* { oldest, youngest, index }, { alive, number } */
static void generations_are_numbered_between_the_oldest_and_the_youngest(void)
{
	static const struct {
		uint64_t oldest, youngest;
		unsigned int gen;
		bool alive;
		uint64_t seq;
	} known[] = {
		{0, 3, 0, true, 0},
		{0, 3, 3, true, 3},
		{1, 3, 0, false, 0},
		{5, 8, 0, true, 8},
		{5, 8, 1, true, 5},
		{7, 8, 2, false, 0},
		{7, 8, 3, true, 7},
		{1000001, 1000002, 2, true, 1000002},
		{1000001, 1000002, 0, false, 0},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct mmx_lruvec l = {.min_seq = {known[i].oldest, known[i].oldest},
				       .max_seq = known[i].youngest};
		uint64_t seq = 0;
		bool alive = mmx_lru_seq(&four, &l, true, known[i].gen, &seq);

		CHECK(alive == known[i].alive && (!alive || seq == known[i].seq),
		      "row %zu: %d, %lu", i, alive, (unsigned long)seq);
	}
}

static void the_two_youngest_generations_are_active(void)
{
	struct mmx_lruvec l = {.min_seq = {5, 5}, .max_seq = 8};

	CHECK(mmx_lru_gen_active(&four, &l, 0) && mmx_lru_gen_active(&four, &l, 3), "8 and 7");
	CHECK(!mmx_lru_gen_active(&four, &l, 1) && !mmx_lru_gen_active(&four, &l, 2), "5 and 6");
}

static void lists_are_called_by_kind_and_age(void)
{
	static struct mmx_mem mem;
	struct mmx_lruvec l = {.min_seq = {6, 5}, .max_seq = 8};
	static const struct {
		struct mmx_lru_place place;
		const char *name;
	} known[] = {
		{{.file = true, .active = true}, "active file"},
		{{.generation = true, .gen = 0, .file = true},
		 "generation 8 (youngest of 4), file"},
		{{.generation = true, .gen = 1, .file = true}, "generation 5 (oldest of 4), file"},
		{{.generation = true, .gen = 2, .file = true},
		 "generation 6 (2nd oldest of 4), file"},
		{{.generation = true, .gen = 3, .file = false},
		 "generation 7 (2nd oldest of 3), anon"},
		{{.generation = true, .gen = 1, .file = false},
		 "a generation that is no more (1), anon"},
	};
	char name[MMX_LRU_NAME];

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		mmx_lru_list_name(&four, &mem.kernel, &l, mmx_lru_list_at(&four, &known[i].place),
				  name);
		CHECK(!strncmp(name, known[i].name, strlen(known[i].name)), "%s, not %s", name,
		      known[i].name);
	}
}

int main(void)
{
	RUN(every_list_has_a_place_of_its_own);
	RUN(generations_are_numbered_between_the_oldest_and_the_youngest);
	RUN(the_two_youngest_generations_are_active);
	RUN(lists_are_called_by_kind_and_age);
	return unit_end();
}
