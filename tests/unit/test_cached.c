// SPDX-License-Identifier: GPL-2.0-or-later
/* Page caches: folios held against their struct pages, and numbers by what their mapping is. */
#include "page_cache.h"

#define ALL "0-0:10.0 4-7:16.2 9-9=1234567 63-63:20.0"

static struct mmx_cached walk;

/* "first-last:frame.order" of folios, "first-last=number" of the others. */
static const char *entries(uint64_t first, uint64_t last)
{
	static char text[256];
	size_t n = 0;

	mmx_cached_begin(&walk, m->view, &mapping, first, last);
	text[0] = 0;
	while (mmx_cached_next(&walk) && n < sizeof(text)) {
		n += snprintf(text + n, sizeof(text) - n, "%s%" PRIu64 "-%" PRIu64, n ? " " : "",
			      walk.first, walk.last);
		if (n < sizeof(text) && walk.kind == MMX_CACHED_FOLIO)
			n += snprintf(text + n, sizeof(text) - n, ":%" PRIu64 ".%u", walk.head,
				      walk.order);
		else if (n < sizeof(text))
			n += snprintf(text + n, sizeof(text) - n, "=%" PRIx64, walk.value);
	}
	CHECK(!mmx_cached_next(&walk), "the end is no end");
	return text;
}

static bool all(const char *want)
{
	const char *got = entries(0, UINT64_MAX);

	if (strcmp(got, want))
		fprintf(stderr, "%s (%s)\n", got, walk.coverage.first.text);
	return !strcmp(got, want);
}

static bool says(const char *words)
{
	if (!strstr(walk.coverage.first.text, words))
		fprintf(stderr, "%s\n", walk.coverage.first.text);
	return strstr(walk.coverage.first.text, words) != NULL;
}

static void folios_and_shadows_come_in_order(void)
{
	setup();
	CHECK(all(ALL) && mmx_cover_whole(&walk.coverage), "%s", walk.coverage.first.text);
	CHECK(walk.coverage.found == 4, "%" PRIu64, walk.coverage.found);
	CHECK(!strcmp(entries(6, 9), "4-7:16.2 9-9=1234567"), "a part");
	CHECK(mmx_cover_whole(&walk.coverage), "a part is not counted");
	teardown();
}

static void numbers_are_what_their_mapping_is(void)
{
	static const struct {
		enum mmx_mapping_kind kind;
		bool dax;
		enum mmx_cached_kind is;
	} cases[] = {{MMX_MAPPING_FILE, false, MMX_CACHED_SHADOW},
		     {MMX_MAPPING_BLOCK, false, MMX_CACHED_SHADOW},
		     {MMX_MAPPING_SHMEM, false, MMX_CACHED_SWAPPED},
		     {MMX_MAPPING_FILE, true, MMX_CACHED_DAX}};

	setup();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		mapping.kind = cases[i].kind;
		mapping.dax = cases[i].dax;
		mmx_cached_begin(&walk, m->view, &mapping, SHADOW_AT, SHADOW_AT);
		CHECK(mmx_cached_next(&walk) && walk.kind == cases[i].is, "case %zu", i);
	}
	mapping.kind = MMX_MAPPING_SWAP;
	CHECK(all("") && says("swap cache") && walk.coverage.unknown == 1, "the swap cache");
	teardown();
}

/* Each is left out by what its struct pages say, and the others are found. */
static void a_stranger_is_left_out(void)
{
	static const char without_large[] = "0-0:10.0 9-9=1234567 63-63:20.0";

	setup();
	page(LARGE)->mapping++;
	CHECK(all(without_large) && says("at index 0x4, which is of another mapping"), "mapping");
	page(LARGE)->mapping--;
	page(LARGE)->index = 5;
	CHECK(all(without_large) && says("for another index"), "index");
	page(LARGE)->index = LARGE_AT;
	page(LARGE + 1)->flags = 3;
	CHECK(all(without_large) && says("of another size"), "order");
	page(LARGE + 1)->flags = 200;
	CHECK(all(without_large) && says("of another size"), "no order");
	page(LARGE + 1)->flags = 2;
	page(LARGE)->link = BASE + 1;
	CHECK(all(without_large) && says("a folio's tail"), "tail");
	page(LARGE)->link = 0;
	root()->slots[LARGE_AT] += 4;
	CHECK(all(without_large) && says("no struct page"), "between two");
	root()->slots[LARGE_AT] = BASE + FRAMES * SIZE;
	CHECK(all(without_large) && says("no struct page") && walk.coverage.broken == 1, "behind");
	teardown();
}

static void huge_pages_stand_at_one_index_up_to_6_6(void)
{
	setup();
	for (unsigned int i = 1; i < 4; i++)
		root()->slots[LARGE_AT + i] = 0;
	mapping.pages = 3;
	CHECK(!all(ALL) && says("of another size"), "of a file");
	strcpy(mapping.inode.fs, "hugetlbfs");
	CHECK(all("0-0:10.0 4-4:16.2 9-9=1234567 63-63:20.0"), "of hugetlbfs");
	CHECK(mmx_cover_whole(&walk.coverage), "%s", walk.coverage.first.text);
	teardown();
}

static void pages_are_counted(void)
{
	setup();
	mapping.pages = 7;
	CHECK(all(ALL) && says("has 6 pages, and its mapping counts 7"), "one is lost");
	root()->parent = 8;
	CHECK(all("") && !strstr(walk.coverage.first.text, "counts"),
	      "a broken tree is no miscount");
	teardown();
}

/* -1 when that cannot be told. */
static int has(uint64_t index, uint64_t head)
{
	struct mmx_err err = {0};
	bool has;
	int ret = mmx_cached_has(m->view, mapping.addr, index, head, &has, &err);

	CHECK(!ret == !err.code, "%s", err.text);
	return ret ? ret : has;
}

static void asking_for_one(void)
{
	setup();
	CHECK(has(0, SMALL) == 1, "it is there");
	CHECK(has(6, LARGE) == 1, "in the midst of a folio");
	CHECK(has(1, SMALL) == 0, "a hole");
	CHECK(has(0, LAST) == 0, "another folio");
	root()->parent = 8;
	CHECK(has(1, SMALL) < 0, "cannot be asked");
	teardown();
}

int main(void)
{
	RUN(folios_and_shadows_come_in_order);
	RUN(numbers_are_what_their_mapping_is);
	RUN(a_stranger_is_left_out);
	RUN(huge_pages_stand_at_one_index_up_to_6_6);
	RUN(pages_are_counted);
	RUN(asking_for_one);
	return unit_end();
}
