// SPDX-License-Identifier: GPL-2.0-or-later
/* What kernels count of a frame, by its struct page. */
#include "mm/ledger/tally.h"
#include "mm/mem.h"
#include "unit.h"

static uint64_t tables(enum mmx_page_type type, bool tail, enum mmx_page_type folio)
{
	static struct mmx_mem mem;
	struct mmx_view view = {.kernel = &mem.kernel};
	struct mmx_page_walk w = {
		.view = &view, .type = type, .tail = tail, .folio = {.type = folio, .large = tail}};
	struct mmx_tallier tallier = {0};
	struct mmx_tally tally = {0};

	mmx_tally_frame(&tally, &tallier, &w, CLASS_PAGE_TABLE, 1);
	return tally.counted[MMX_COUNTED_PAGE_TABLES];
}

static void page_tables_count_by_the_type_of_their_folio(void)
{
	CHECK(tables(MMX_PAGE_TABLE, false, MMX_PAGE_TABLE) == 1, "a table");
	CHECK(tables(MMX_PAGE_NONE, true, MMX_PAGE_TABLE) == 1,
	      "the second root of two that are a folio");
	CHECK(!tables(MMX_PAGE_NONE, false, MMX_PAGE_NONE),
	      "the second root of two that are none: it has no type");
}

int main(void)
{
	RUN(page_tables_count_by_the_type_of_their_folio);
	return unit_end();
}
