// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/swap/swap.h"

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

/* inuse_pages of eight bytes: a mark that the area is on no list, beside the number. */
#define OFF_LIST (1ULL << 30)

#define S_IFMT  0170000
#define S_IFBLK 0060000

struct area {
	uint64_t file;
	int16_t priority;
	uint64_t max, pages, in_use;
};

static const struct mmx_wanted area_wanted[] = {
	MMX_WANT(struct area, file, swap_info_struct, swap_file),
	MMX_WANT(struct area, priority, swap_info_struct, prio),
	MMX_WANT(struct area, max, swap_info_struct, max),
	MMX_WANT(struct area, pages, swap_info_struct, pages),
	MMX_WANT(struct area, in_use, swap_info_struct, inuse_pages),
};

static const struct mmx_decode area_table = MMX_DECODE("swap_info_struct", area_wanted);

static bool has_symbol(const struct mmx_kernel *k, const char *name)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, name, &addr);
}

static void take_types(struct mmx_swap_types *t, enum mmx_swap_kind kind, unsigned int n)
{
	while (n--)
		t->kind[--t->areas] = kind;
}

/*
 * The types in use for something else are taken from the top down, those that this kernel was built
 * with. 6.1, whose folios still count their mappings in each page, has one more at the top, and
 * markers only together with userfaultfd.
 */
void mmx_swap_types_find(struct mmx_swap_types *t, const struct mmx_kernel *k)
{
	bool first = mmx_mem(k)->page_format.mapped == MMX_MAPPED_PAGES;
	int64_t bits;

	memset(t, 0, sizeof(*t));
	t->areas = MMX_SWAP_TYPES;
	take_types(t, MMX_SWAP_ERROR, first);
	take_types(t, MMX_SWAP_MARKER, !first || has_symbol(k, "handle_userfault"));
	take_types(t, MMX_SWAP_DEVICE,
		   has_symbol(k, "make_device_exclusive_range") ? 4
		   : has_symbol(k, "make_device_exclusive")     ? 3
								: 0);
	take_types(t, MMX_SWAP_MIGRATION, has_symbol(k, "migrate_pages") ? 3 : 0);
	take_types(t, MMX_SWAP_HWPOISON, mmx_has_enum(&k->layout, E_PG_hwpoison));
	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "MAX_PHYSMEM_BITS", &bits) || bits < 32 ||
	    bits > 52)
		bits = k->paging.levels == 5 ? 52 : 46;
	t->pfn_mask = (1ULL << (bits - k->arch->page_shift)) - 1;
}

/* The number of the reason why not; an area without a name is one still. */
static uint32_t read_name(struct mmx_swaps *swaps, struct mmx_swap_area *a, struct mmx_view *view,
			  uint64_t file)
{
	struct mmx_err err;

	if (!mmx_path_of_file(&a->path, view, file, &err))
		return 0;
	*a->path.text = 0;
	mmx_cover_fail(&swaps->coverage, &err);
	return mmx_reason_add(&swaps->reasons, &err);
}

static int read_area(struct mmx_swaps *swaps, struct mmx_swap_area *a, struct mmx_view *view,
		     bool *used, struct mmx_err *err)
{
	struct area raw;
	uint64_t inode, mode;

	if (mmx_decode_read(&area_table, view, a->addr, &raw, err))
		return mmx_fail_prefix(err, "swap area %u", a->type);
	*used = raw.file;
	if (!raw.file)
		return 0;
	if (mmx_kget(view, raw.file, M_file_f_inode, &inode, err) ||
	    mmx_kget(view, inode, M_inode_i_mode, &mode, err))
		return mmx_fail_prefix(err, "swap area %u", a->type);
	a->priority = raw.priority;
	a->max = raw.max;
	a->pages = raw.pages;
	a->in_use = raw.in_use;
	if (view->kernel->layout.member[M_swap_info_struct_inuse_pages].m.size == 8)
		a->in_use &= ~OFF_LIST;
	a->partition = (mode & S_IFMT) == S_IFBLK;
	a->no_path = read_name(swaps, a, view, raw.file);
	return 0;
}

int mmx_swaps_find(struct mmx_swaps *swaps, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member file[] = {M_file_f_inode, M_inode_i_mode};
	struct mmx_kernel *k = view->kernel;
	uint64_t n, table;

	mmx_swap_types_find(&swaps->types, k);
	if (!mmx_symbol_addr(&k->symbols, "swap_info", &table))
		return 0; /* built without swap */
	if (mmx_decode_require(&area_table, &k->layout, err) ||
	    mmx_layout_require(&k->layout, file, sizeof(file) / sizeof(*file), err))
		return -1;
	if (mmx_kread_variable(view, "nr_swapfiles", 4, &n))
		return mmx_fail(err, MMX_EMISSING, "nr_swapfiles cannot be read");
	if (n > swaps->types.areas)
		return mmx_fail(err, MMX_ECORRUPT, "nr_swapfiles is %" PRIu64 ", more than %u", n,
				swaps->types.areas);
	for (unsigned int i = 0; i < n; i++) {
		struct mmx_swap_area area = {.type = i};
		bool used;

		if (mmx_kread_u64(view, table + i * 8ULL, &area.addr) || !area.addr)
			mmx_cover_failf(&swaps->coverage, MMX_EABSENT,
					"swap_info[%u] cannot be read", i);
		else if (read_area(swaps, &area, view, &used, err))
			mmx_cover_fail(&swaps->coverage, err);
		else if (used && !mmx_array_add(swaps, area))
			return mmx_fail_nomem(err);
	}
	swaps->coverage.found = swaps->n;
	return 0;
}

void mmx_swaps_free(struct mmx_swaps *swaps)
{
	mmx_array_free(swaps);
	mmx_reasons_free(&swaps->reasons);
}

const struct mmx_swap_area *mmx_swap_area(const struct mmx_swaps *swaps, unsigned int type)
{
	for (size_t i = 0; i < swaps->n; i++) {
		if (swaps->v[i].type == type)
			return &swaps->v[i];
	}
	return NULL;
}

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

	if (!area || offset >= area->max || !has_symbol(view->kernel, "swap_shmem_alloc") ||
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
