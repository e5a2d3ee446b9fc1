// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/swap/swap_slot.h"

#define SPACE_SHIFT 14 /* a page cache of its own for so many pages of an area */

/* swap_map: one byte a page. */
#define MAP_CONTINUED 0x80 /* the count goes on elsewhere */
#define MAP_HAS_CACHE 0x40
#define MAP_COUNT     0x3f
#define MAP_BAD       0x3f
#define MAP_SHMEM     0xbf /* shared memory's, which is counted once */

/* Where it goes on: a page for each digit, of bytes like those of the map. */
#define MAP_FIRST_BASE 0x3f /* the map's own digit is below */
#define MAP_NEXT_BASE  0x80
#define MAP_DIGITS     8 /* more than any count has */

/* Words of a cluster's table. */
#define TABLE_SHADOW      1ULL
#define TABLE_KINDS       3ULL /* binary 10: a frame */
#define TABLE_FRAME       2ULL
#define TABLE_FRAME_MASK  ((1ULL << 42) - 1)
#define TABLE_BAD         (~0ULL << 3)
#define TABLE_COUNT_SHIFT 60
#define TABLE_COUNT_MAX   15           /* or more: then another table has it */
#define TABLE_ZERO        (1ULL << 59) /* since 7.2: it is a page of zeros, and was never written */

/* A pointer to a struct page, of the folio that caches the page of swap. */
static int take_page(struct mmx_swap_slot *slot, const struct mmx_view *view, uint64_t page,
		     struct mmx_err *err)
{
	slot->cached = true;
	if (mmx_page_pfn(view->kernel, page, &slot->pfn))
		return 0;
	return mmx_fail(err, MMX_ECORRUPT, "the swap cache holds 0x%" PRIx64 ", which is no page",
			page);
}

/* Up to 6.17: an array of address spaces for each area, whose xarrays hold folios and shadows. */
static int look_in_trees(struct mmx_swap_slot *slot, struct mmx_view *view, uint64_t spaces,
			 unsigned int type, uint64_t offset, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t array, entry;
	enum mmx_read read = mmx_kread_u64(view, spaces + type * 8ULL, &array);

	if (!mmx_has(l, M_address_space_i_pages))
		return mmx_fail(err, MMX_EMISSING,
				"address_space.i_pages is needed and no source of types has it");
	if (read || !array)
		return mmx_fail(err, mmx_read_code(read), "swapper_spaces[%u] is %s", type,
				read ? mmx_read_name(read) : "NULL");
	array += (offset >> SPACE_SHIFT) * mmx_size(l, S_address_space) +
		 mmx_off(l, M_address_space_i_pages);
	/* Since 6.12 each array counts from 0 again; an index of the other kind is never in it. */
	if (mmx_xarray_load(view, array, offset, &entry, err))
		return -1;
	if (!entry && offset >> SPACE_SHIFT &&
	    mmx_xarray_load(view, array, offset & ((1ULL << SPACE_SHIFT) - 1), &entry, err))
		return -1;
	slot->shadow = mmx_xa_is_value(entry);
	return entry && !slot->shadow ? take_page(slot, view, entry, err) : 0;
}

/*
 * Since 6.18: a table for each cluster of the area, which holds pointers to folios, or since 7.1
 * frames, and then the count as well.
 */
struct table {
	uint64_t cluster; /* address of the swap_cluster_info */
	uint64_t words;   /* 0: nothing was ever in it */
};

static int find_table(struct table *t, struct mmx_view *view, const struct mmx_swap_area *area,
		      uint64_t offset, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t slots = mmx_swap_cluster_slots(l), clusters;
	enum mmx_read read;

	if (!mmx_has(l, M_swap_table_entries) || !mmx_has(l, M_swap_cluster_info_table) || !slots)
		return mmx_fail(
			err, MMX_EMISSING,
			"neither symbol swapper_spaces nor struct swap_table: no way to the "
			"swap cache");
	read = mmx_kread_member(view, area->addr, M_swap_info_struct_cluster_info, &clusters);
	t->cluster = clusters + offset / slots * mmx_size(l, S_swap_cluster_info);
	if (!read)
		read = mmx_kread_member(view, t->cluster, M_swap_cluster_info_table, &t->words);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the swap table of area %u is %s",
				area->type, mmx_read_name(read));
	return 0;
}

static int take_word(struct mmx_swap_slot *slot, struct mmx_view *view, uint64_t word,
		     struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	bool counts = !mmx_has(l, M_swap_info_struct_swap_map);

	slot->bad = word == TABLE_BAD;
	if (!word || slot->bad)
		return 0;
	if (counts) {
		slot->count = word >> TABLE_COUNT_SHIFT;
		slot->more = slot->count == TABLE_COUNT_MAX;
	}
	/* What 7.1 keeps in a bitmap of the area has been there since. */
	if (counts && !mmx_has(l, M_swap_info_struct_zeromap)) {
		slot->zero = word & TABLE_ZERO;
		word &= ~TABLE_ZERO;
	}
	slot->shadow = word & TABLE_SHADOW;
	if (slot->shadow)
		return 0;
	if ((word & TABLE_KINDS) != TABLE_FRAME)
		return take_page(slot, view, word, err);
	slot->cached = true;
	slot->pfn = (word & TABLE_FRAME_MASK) >> 2;
	return 0;
}

/* The count of a slot whose word has no room for it. */
static void take_extended(struct mmx_swap_slot *slot, struct mmx_view *view, const struct table *t,
			  uint64_t nth)
{
	uint64_t table;
	uint32_t count;

	if (!mmx_has(&view->kernel->layout, M_swap_cluster_info_extend_table) ||
	    mmx_kread_member(view, t->cluster, M_swap_cluster_info_extend_table, &table) ||
	    !table || mmx_kread_u32(view, table + nth * 4, &count) || count < TABLE_COUNT_MAX)
		return;
	slot->count = count;
	slot->more = false;
}

/* Slots of one cluster. */
static int read_table(struct mmx_swap_slot *slots, size_t n, struct mmx_view *view,
		      const struct mmx_swap_area *area, uint64_t first, struct mmx_err *err)
{
	uint64_t words[MMX_SWAP_SLOTS_MAX], nth;
	struct mmx_err bad;
	struct table t;
	int ret = 0;
	enum mmx_read read;

	if (find_table(&t, view, area, first, err))
		return -1;
	if (!t.words)
		return 0;
	nth = first % mmx_swap_cluster_slots(&view->kernel->layout);
	read = mmx_kread(view, t.words + nth * 8, words, n * 8);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the swap table of area %u is %s",
				area->type, mmx_read_name(read));
	for (size_t i = 0; i < n; i++) {
		if (take_word(&slots[i], view, mmx_le64(&words[i]), &bad) && !ret) {
			ret = -1;
			*err = bad;
		}
		if (slots[i].more)
			take_extended(&slots[i], view, &t, nth + i);
	}
	return ret;
}

/* Whether the cache has it as well is left out. */
static enum mmx_read map_byte(struct mmx_view *view, const struct mmx_swap_area *area,
			      uint64_t offset, unsigned char *byte)
{
	uint64_t map;
	enum mmx_read read = mmx_kread_member(view, area->addr, M_swap_info_struct_swap_map, &map);

	if (!read)
		read = mmx_kread(view, map + offset, byte, 1);
	*byte &= ~MAP_HAS_CACHE;
	return read;
}

/*
 * Shared memory had a count of its own. 7.0 still has the map, and shared memory counts there like
 * any other: the function that set that count is gone with it.
 */
enum mmx_swap_user mmx_swap_user(struct mmx_view *view, const struct mmx_swaps *swaps,
				 unsigned int type, uint64_t offset)
{
	const struct mmx_swap_area *area = mmx_swap_area(swaps, type);
	unsigned char byte = 0;

	if (!area || offset >= area->max ||
	    !mmx_symbols_find(&view->kernel->symbols, "swap_shmem_alloc") ||
	    !mmx_has(&view->kernel->layout, M_swap_info_struct_swap_map) ||
	    map_byte(view, area, offset, &byte) || !byte || byte == MAP_BAD)
		return MMX_SWAP_USER_UNKNOWN;
	return byte == MAP_SHMEM ? MMX_SWAP_USER_SHMEM : MMX_SWAP_USER_ANON;
}

/* The pages for more digits are on a list of the page that the map's byte lies in. */
static void take_continued(struct mmx_swap_slot *slot, struct mmx_view *view, uint64_t at)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t phys, page, pfn, base = MAP_FIRST_BASE, count = slot->count;
	unsigned char byte = MAP_CONTINUED;
	struct mmx_list digits;

	if (mmx_kphys(view, at, &phys) || !mmx_has(&k->layout, M_page_lru))
		return;
	page = mmx_page_addr(&mmx_mem(k)->vmemmap, phys >> k->arch->page_shift);
	mmx_list_begin(&digits, view, page + mmx_off(&k->layout, M_page_lru), MAP_DIGITS);
	while (byte & MAP_CONTINUED) {
		if (!mmx_list_next(&digits) ||
		    !mmx_page_pfn(k, digits.node - mmx_off(&k->layout, M_page_lru), &pfn) ||
		    mmx_phys_read(view->reader,
				  (pfn << k->arch->page_shift) +
					  (phys & ((1ULL << k->arch->page_shift) - 1)),
				  &byte, 1))
			return;
		count += (byte & (MAP_NEXT_BASE - 1)) * base;
		base *= MAP_NEXT_BASE;
	}
	slot->count = count;
	slot->more = false;
}

static void take_byte(struct mmx_swap_slot *slot, unsigned char byte)
{
	slot->has_cache = byte & MAP_HAS_CACHE;
	byte &= ~MAP_HAS_CACHE;
	slot->bad = byte == MAP_BAD;
	slot->shmem = byte == MAP_SHMEM;
	if (slot->shmem) {
		slot->count = 1;
	} else if (!slot->bad) {
		slot->count = byte & MAP_COUNT;
		slot->more = byte & MAP_CONTINUED;
	}
}

static int read_map(struct mmx_swap_slot *slots, size_t n, struct mmx_view *view,
		    const struct mmx_swap_area *area, uint64_t first, struct mmx_err *err)
{
	unsigned char bytes[MMX_SWAP_SLOTS_MAX];
	uint64_t map;
	enum mmx_read read = mmx_kread_member(view, area->addr, M_swap_info_struct_swap_map, &map);

	if (!read)
		read = mmx_kread(view, map + first, bytes, n);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the swap map of area %u is %s",
				area->type, mmx_read_name(read));
	for (size_t i = 0; i < n; i++) {
		take_byte(&slots[i], bytes[i]);
		if (slots[i].more)
			take_continued(&slots[i], view, map + first + i);
	}
	return 0;
}

/* 6.12 to 7.1: a bitmap of the area's pages that are nothing but zeros. */
static int read_zeromap(struct mmx_swap_slot *slots, size_t n, struct mmx_view *view,
			const struct mmx_swap_area *area, uint64_t first, struct mmx_err *err)
{
	unsigned char bits[MMX_SWAP_SLOTS_MAX / 8 + 1];
	uint64_t map, behind = (first + n + 7) / 8;
	enum mmx_read read = mmx_kread_member(view, area->addr, M_swap_info_struct_zeromap, &map);

	if (!read && map)
		read = mmx_kread(view, map + first / 8, bits, behind - first / 8);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the zeromap of area %u is %s",
				area->type, mmx_read_name(read));
	for (size_t i = 0; map && i < n; i++)
		slots[i].zero = bits[(first + i) / 8 - first / 8] >> (first + i) % 8 & 1;
	return 0;
}

uint64_t mmx_swap_cluster_slots(const struct mmx_layout *l)
{
	return l->member[M_swap_table_entries].m.nelems;
}

static bool in_tables(const struct mmx_kernel *k)
{
	uint64_t spaces;

	return !mmx_symbol_addr(&k->symbols, "swapper_spaces", &spaces);
}

/* One that a list of pages beyond a cluster would read: the next cluster's table is another. */
static size_t within_cluster(const struct mmx_layout *l, uint64_t first, size_t n)
{
	uint64_t slots = mmx_swap_cluster_slots(l);

	if (slots && n > slots - first % slots)
		n = slots - first % slots;
	return n < MMX_SWAP_SLOTS_MAX ? n : MMX_SWAP_SLOTS_MAX;
}

int mmx_swap_slots(struct mmx_swap_slot *slots, size_t *n, struct mmx_view *view,
		   const struct mmx_swap_area *area, uint64_t first, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_layout *l = &k->layout;

	*n = within_cluster(l, first, *n);
	memset(slots, 0, *n * sizeof(*slots));
	if (first >= area->max)
		return mmx_fail(err, MMX_ECORRUPT,
				"page 0x%" PRIx64 " lies behind the 0x%" PRIx64
				" pages of swap area %u",
				first, area->max, area->type);
	if (*n > area->max - first)
		*n = area->max - first;
	if (mmx_has(l, M_swap_info_struct_swap_map) && read_map(slots, *n, view, area, first, err))
		return -1;
	if (mmx_has(l, M_swap_info_struct_zeromap) &&
	    read_zeromap(slots, *n, view, area, first, err))
		return -1;
	return in_tables(k) ? read_table(slots, *n, view, area, first, err) : 0;
}

int mmx_swap_slot(struct mmx_swap_slot *slot, struct mmx_view *view, const struct mmx_swaps *swaps,
		  unsigned int type, uint64_t offset, struct mmx_err *err)
{
	const struct mmx_swap_area *area = mmx_swap_area(swaps, type);
	uint64_t spaces;
	size_t n = 1;

	memset(slot, 0, sizeof(*slot));
	if (!area)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no swap area %u", type);
	if (mmx_swap_slots(slot, &n, view, area, offset, err))
		return -1;
	if (mmx_symbol_addr(&view->kernel->symbols, "swapper_spaces", &spaces))
		return look_in_trees(slot, view, spaces, type, offset, err);
	return 0;
}
