// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

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

/* Words of a cluster's table. */
#define TABLE_SHADOW      1ULL
#define TABLE_KINDS       3ULL /* binary 10: a frame */
#define TABLE_FRAME       2ULL
#define TABLE_FRAME_MASK  ((1ULL << 42) - 1)
#define TABLE_BAD         (~0ULL << 3)
#define TABLE_COUNT_SHIFT 60
#define TABLE_COUNT_MAX   15 /* or more */

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
static int look_in_table(struct mmx_swap_slot *slot, struct mmx_view *view,
			 const struct mmx_swap_area *area, uint64_t offset, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t cluster = l->member[M_swap_table_entries].m.nelems, at, table, word = 0;
	enum mmx_read read;

	if (!mmx_has(l, M_swap_table_entries) || !mmx_has(l, M_swap_cluster_info_table) || !cluster)
		return mmx_fail(
			err, MMX_EMISSING,
			"neither symbol swapper_spaces nor struct swap_table: no way to the "
			"swap cache");
	read = mmx_kread_member(view, area->addr, M_swap_info_struct_cluster_info, &at);
	if (!read)
		read = mmx_kread_member(view,
					at + offset / cluster * mmx_size(l, S_swap_cluster_info),
					M_swap_cluster_info_table, &table);
	if (!read && table)
		read = mmx_kread_u64(view, table + offset % cluster * 8, &word);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the swap table of area %u is %s",
				area->type, mmx_read_name(read));
	if (!mmx_has(l, M_swap_info_struct_swap_map) && word != TABLE_BAD) {
		slot->count = word >> TABLE_COUNT_SHIFT;
		slot->more = slot->count == TABLE_COUNT_MAX;
	}
	slot->bad = word == TABLE_BAD;
	slot->shadow = word & TABLE_SHADOW;
	if (!word || slot->bad || slot->shadow)
		return 0;
	if ((word & TABLE_KINDS) != TABLE_FRAME)
		return take_page(slot, view, word, err);
	slot->cached = true;
	slot->pfn = (word & TABLE_FRAME_MASK) >> 2;
	return 0;
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

static int read_map(struct mmx_swap_slot *slot, struct mmx_view *view,
		    const struct mmx_swap_area *area, uint64_t offset, struct mmx_err *err)
{
	unsigned char byte = 0;
	enum mmx_read read = map_byte(view, area, offset, &byte);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the swap map of area %u is %s",
				area->type, mmx_read_name(read));
	slot->bad = byte == MAP_BAD;
	if (byte == MAP_SHMEM) {
		slot->count = 1;
	} else if (!slot->bad) {
		slot->count = byte & MAP_COUNT;
		slot->more = byte & MAP_CONTINUED;
	}
	return 0;
}

int mmx_swap_slot(struct mmx_swap_slot *slot, struct mmx_view *view, const struct mmx_swaps *swaps,
		  unsigned int type, uint64_t offset, struct mmx_err *err)
{
	const struct mmx_swap_area *area = mmx_swap_area(swaps, type);
	uint64_t spaces;

	memset(slot, 0, sizeof(*slot));
	if (!area)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no swap area %u", type);
	if (offset >= area->max)
		return mmx_fail(err, MMX_ECORRUPT,
				"page 0x%" PRIx64 " lies behind the 0x%" PRIx64
				" pages of swap area %u",
				offset, area->max, type);
	if (mmx_has(&view->kernel->layout, M_swap_info_struct_swap_map) &&
	    read_map(slot, view, area, offset, err))
		return -1;
	if (mmx_symbol_addr(&view->kernel->symbols, "swapper_spaces", &spaces))
		return look_in_trees(slot, view, spaces, type, offset, err);
	return look_in_table(slot, view, area, offset, err);
}
