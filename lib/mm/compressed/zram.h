// SPDX-License-Identifier: GPL-2.0-or-later
/* zram: a block device whose pages are in memory, compressed. */
#ifndef MMX_MM_ZRAM_H
#define MMX_MM_ZRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

#define MMX_ZRAM_ALGORITHMS 4
#define MMX_ALGORITHM       32

/**
 * struct mmx_zram - a device
 * @table: an entry a page; @pages: how many
 * @pool: of its objects
 * @algorithm: what may have compressed a page; empty where there is none
 * @dictionary: it compresses with one, which is not known here
 */
struct mmx_zram {
	uint64_t addr;
	uint64_t table, pages, pool;
	char algorithm[MMX_ZRAM_ALGORITHMS][MMX_ALGORITHM];
	bool dictionary[MMX_ZRAM_ALGORITHMS];
};

/** enum mmx_zram_flag - what an entry's flags say, the same for all releases */
enum mmx_zram_flag {
	MMX_ZRAM_SAME = 1,    /* a word fills the page, and stands in place of the handle */
	MMX_ZRAM_WRITTEN = 2, /* it is on the backing device: a block in place of the handle */
	MMX_ZRAM_WRITING = 4, /* that is being done, or another thing */
	MMX_ZRAM_HUGE = 8,    /* it did not get smaller, and is stored as it was */
	MMX_ZRAM_IDLE = 16,
	MMX_ZRAM_INCOMPRESSIBLE = 32, /* no algorithm makes it smaller */
};

/**
 * struct mmx_zram_page - a page of a device
 * @entry: address of its entry
 * @handle: or the word, or the block
 * @size: bytes that are stored
 * @algorithm: number of the one that compressed it
 */
struct mmx_zram_page {
	uint64_t entry, handle;
	unsigned int size, flags, algorithm;
};

/**
 * mmx_zram_find() - the device behind a struct gendisk
 * Returns 1, 0 when it is none of zram's, or -1.
 */
int mmx_zram_find(struct mmx_zram *zram, struct mmx_view *view, uint64_t disk, const char *name,
		  struct mmx_err *err);

/** mmx_zram_page() - what it has of a page; -1 when its entry cannot be read */
int mmx_zram_page(struct mmx_zram_page *page, const struct mmx_zram *zram, struct mmx_view *view,
		  uint64_t nth, struct mmx_err *err);

#endif
