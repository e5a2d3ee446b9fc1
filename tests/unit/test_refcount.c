// SPDX-License-Identifier: GPL-2.0-or-later
/* What reference counts are made of: small folios and large ones, and what is left over. */
#include <string.h>

#include "mm/frames/refcount.h"
#include "mm/mem.h"
#include "unit.h"

enum { PRIVATE_BIT = 13, SWAPCACHE_BIT = 14, SWAPBACKED_BIT = 15 };

#define PRIVATE    (1ULL << PRIVATE_BIT)
#define SWAP_CACHE (1ULL << SWAPCACHE_BIT | 1ULL << SWAPBACKED_BIT)
#define MAPPING    0xffff888000001000ULL

/* As the words of a head page are in these tests, a large folio's behind those of the first page. */
struct words {
	uint64_t flags, mapping;
	int32_t mapcount, refcount, large_mapcount, pincount;
};

static struct mmx_mem mem;

static void new_kernel(void)
{
	struct mmx_layout *l = &mem.kernel.layout;

	mem.page_format = (struct mmx_page_format){
		.mapping = offsetof(struct words, mapping),
		.mapcount = offsetof(struct words, mapcount),
		.refcount = offsetof(struct words, refcount),
		.types = {.below = -128},
		.mapped = MMX_MAPPED_LARGE,
		.large_mapcount = offsetof(struct words, large_mapcount),
		.has_pincount = true,
		.pincount = offsetof(struct words, pincount),
		.swapbacked = SWAPBACKED_BIT,
		.swapcache = SWAPCACHE_BIT,
	};
	l->enumerator[E_PG_private] =
		(struct mmx_layout_found){.provider = 0, .value = PRIVATE_BIT};
}

/* A row: a folio of that class, order and flags, and what its count is made of. */
static const struct {
	const char *what;
	enum mmx_class class;
	unsigned int order;
	uint64_t flags, mapping;
	int32_t mapped, refcount, pincount;
	struct mmx_refcount parts;
} rows[] = {
	{"anonymous", CLASS_ANON, 0, 0, MAPPING | 1, 2, 2, 0, {.mappings = 2}},
	{"anonymous, in the swap cache",
	 CLASS_ANON,
	 0,
	 SWAP_CACHE,
	 MAPPING | 1,
	 1,
	 2,
	 0,
	 {.mappings = 1, .swap_cache = 1}},
	{"large, in the swap cache, its index is no matter",
	 CLASS_ANON,
	 4,
	 SWAP_CACHE,
	 MAPPING | 1,
	 0,
	 16,
	 0,
	 {.swap_cache = 16}},
	{"in the swap cache, and nobody's",
	 CLASS_SWAP_CACHE,
	 0,
	 SWAP_CACHE,
	 0,
	 0,
	 1,
	 0,
	 {.swap_cache = 1}},
	{"a file's, with buffers",
	 CLASS_FILE,
	 0,
	 PRIVATE,
	 MAPPING,
	 1,
	 3,
	 0,
	 {.mappings = 1, .page_cache = 1, .private_data = 1}},
	{"a file's, large", CLASS_FILE, 2, 0, MAPPING, 3, 7, 0, {.mappings = 3, .page_cache = 4}},
	{"truncated", CLASS_FILE, 0, 0, 0, 0, 1, 0, {.remainder = 1}},
	{"pinned",
	 CLASS_ANON,
	 0,
	 0,
	 MAPPING | 1,
	 1,
	 2050,
	 0,
	 {.mappings = 1, .pins = 2048, .remainder = 1}},
	{"pinned, large", CLASS_ANON, 9, 0, MAPPING | 1, 1, 4, 3, {.mappings = 1, .pins = 3}},
	{"dropped twice",
	 CLASS_FILE,
	 0,
	 0,
	 MAPPING,
	 1,
	 1,
	 0,
	 {.mappings = 1, .page_cache = 1, .remainder = -1}},
	{"hugetlb's, of a file",
	 CLASS_HUGETLB,
	 9,
	 0,
	 MAPPING,
	 1,
	 513,
	 0,
	 {.mappings = 1, .page_cache = 512}},
	{"a slab", CLASS_SLAB, 0, 0, 0, 0, 1, 0, {.owner = 1}},
	{"of vmalloc, mapped by two", CLASS_VMALLOC, 0, 0, 0, 2, 3, 0, {.mappings = 2, .owner = 1}},
	{"reserved, counted by hotplug",
	 CLASS_RESERVED,
	 0,
	 0,
	 0,
	 1,
	 5,
	 0,
	 {.mappings = 1, .owner = 4}},
	{"free", CLASS_FREE, 0, 0, 0, 0, 0, 0, {0}},
};

static void judge(unsigned int i, bool huge_index)
{
	struct mmx_view view = {.kernel = &mem.kernel};
	bool large = rows[i].order;
	const struct words words = {
		.flags = rows[i].flags,
		.mapping = rows[i].mapping,
		.mapcount = large ? -1 : rows[i].mapped - 1,
		.refcount = rows[i].refcount,
		.large_mapcount = rows[i].mapped - 1,
		.pincount = rows[i].pincount,
	};
	struct mmx_page_walk w = {
		.view = &view,
		.bytes = (const unsigned char *)&words,
		.folio = {.bytes = (const unsigned char *)&words,
			  .flags = rows[i].flags,
			  .order = rows[i].order,
			  .large = large},
	};
	struct mmx_refcount wanted = rows[i].parts, found;

	wanted.refcount = rows[i].refcount;
	if (huge_index && rows[i].class == CLASS_HUGETLB) {
		wanted.remainder = wanted.page_cache - 1;
		wanted.page_cache = 1;
	}
	mem.page_format.index_in_huge_pages = huge_index;
	mmx_refcount_of(&found, &w, rows[i].class);
	CHECK(!memcmp(&found, &wanted, sizeof(found)),
	      "%s: mappings %d, page cache %d, swap cache %d, private %d, pins %d, owner %d, remainder %d",
	      rows[i].what, (int)found.mappings, (int)found.page_cache, (int)found.swap_cache,
	      (int)found.private_data, (int)found.pins, (int)found.owner, (int)found.remainder);
}

static void a_count_is_made_of_what_holds_the_folio(void)
{
	new_kernel();
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(i, false);
		judge(i, true);
	}
}

int main(void)
{
	RUN(a_count_is_made_of_what_holds_the_folio);
	return unit_end();
}
