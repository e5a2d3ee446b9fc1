// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "mm/mem.h"
#include "mm/swap/swap_devices.h"

#define EXTENTS_MAX  (4u << 20)
#define SECTOR_SHIFT 9
#define PARTNO_MASK  0xff /* of the word that has flags as well, since 6.10 */

static const struct mmx_wanted extent_wanted[] = {
	MMX_WANT(struct mmx_swap_extent, first, swap_extent, start_page),
	MMX_WANT(struct mmx_swap_extent, pages, swap_extent, nr_pages),
	MMX_WANT(struct mmx_swap_extent, block, swap_extent, start_block),
};

static const struct mmx_decode extent_table = MMX_DECODE("swap_extent", extent_wanted);

/* Sorted by the area's pages, as the tree is. */
static int read_extents(struct mmx_swap_device *d, struct mmx_view *view, uint64_t area,
			struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_swap_extent extent = {0};
	struct mmx_rb rb;

	if (mmx_decode_require(&extent_table, l, err))
		return -1;
	mmx_rb_begin(&rb, view, area + mmx_off(l, M_swap_info_struct_swap_extent_root),
		     EXTENTS_MAX);
	while (mmx_rb_next(&rb)) {
		if (mmx_decode_read(&extent_table, view,
				    rb.node - mmx_off(l, M_swap_extent_rb_node), &extent, err))
			return -1;
		if (!mmx_array_add(&d->extents, extent))
			return mmx_fail_nomem(err);
	}
	if (mmx_cover_whole(&rb.coverage))
		return 0;
	*err = rb.coverage.first;
	return mmx_fail_prefix(err, "extents of swap area %u", d->type);
}

/* A disk whose name ends in a digit has a "p" before the partition's number. */
static void name_partition(struct mmx_swap_device *d, unsigned int number)
{
	size_t n = strlen(d->name);

	if (number && n)
		snprintf(d->name + n, sizeof(d->name) - n, "%s%u",
			 isdigit((unsigned char)d->name[n - 1]) ? "p" : "", number);
}

static int read_device(struct mmx_swap_device *d, struct mmx_view *view, uint64_t area,
		       struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_swap_info_struct_bdev,      M_swap_info_struct_swap_extent_root,
		M_swap_info_struct_flags,     M_block_device_bd_disk,
		M_block_device_bd_start_sect, M_gendisk_disk_name,
	};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t flags, bdev, disk, sector, number = 0;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_kget(view, area, M_swap_info_struct_flags, &flags, err) ||
	    mmx_kget(view, area, M_swap_info_struct_bdev, &bdev, err))
		return -1;
	d->by_fs = mmx_has_enum(l, E_SWP_FS_OPS) && flags & mmx_enum(l, E_SWP_FS_OPS);
	if (!bdev && d->by_fs)
		return 0;
	if (mmx_kget(view, bdev, M_block_device_bd_disk, &disk, err) ||
	    mmx_kget(view, bdev, M_block_device_bd_start_sect, &sector, err) ||
	    mmx_kread_ok(view, disk + mmx_off(l, M_gendisk_disk_name), d->name, 32,
			 "the disk's name", err))
		return -1;
	d->start = sector >> (view->kernel->arch->page_shift - SECTOR_SHIFT);
	mmx_kread_member(view, bdev, M_block_device_bd_partno, &number);
	d->name[31] = 0;
	if (mmx_zram_find(&d->zram, view, disk, d->name, err) < 0)
		return -1;
	name_partition(d, number & PARTNO_MASK);
	return read_extents(d, view, area, err);
}

int mmx_swap_devices_find(struct mmx_swap_devices *devices, struct mmx_view *view,
			  struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(view);

	for (size_t i = 0; i < swaps->n; i++) {
		struct mmx_swap_device d = {.type = swaps->v[i].type};

		if (read_device(&d, view, swaps->v[i].addr, &d.unknown)) {
			if (d.unknown.code == MMX_ENOMEM) {
				mmx_array_free(&d.extents);
				*err = d.unknown;
				return -1;
			}
			mmx_fail_prefix(&d.unknown, "the device of swap area %u", d.type);
			mmx_cover_fail(&devices->coverage, &d.unknown);
		}
		if (!mmx_array_add(devices, d)) {
			mmx_array_free(&d.extents);
			return mmx_fail_nomem(err);
		}
	}
	devices->coverage.found = devices->n;
	return 0;
}

void mmx_swap_devices_free(struct mmx_swap_devices *devices)
{
	for (size_t i = 0; i < devices->n; i++)
		mmx_array_free(&devices->v[i].extents);
	mmx_array_free(devices);
}

const struct mmx_swap_device *mmx_swap_device(const struct mmx_swap_devices *devices,
					      unsigned int type)
{
	for (size_t i = 0; i < devices->n; i++) {
		if (devices->v[i].type == type)
			return &devices->v[i];
	}
	return NULL;
}

bool mmx_swap_block(const struct mmx_swap_device *d, uint64_t offset, uint64_t *block)
{
	size_t behind = mmx_array_bound(&d->extents, e, e->first <= offset);
	const struct mmx_swap_extent *extent = behind ? &d->extents.v[behind - 1] : NULL;

	if (d->by_fs || !extent || offset - extent->first >= extent->pages)
		return false;
	*block = extent->block + (offset - extent->first);
	return true;
}
