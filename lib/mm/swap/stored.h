// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the contents of a swapped page are, asked in the order in which the kernel asks: the swap cache, the pages
 * known to be zeros, zswap, and the device, which may be zram. And what they are.
 */
#ifndef MMX_MM_STORED_H
#define MMX_MM_STORED_H

#include "mm/compressed/zram.h"
#include "mm/swap/swap_slot.h"

/* KIND(entry, "word"): where they are */
#define MMX_STORED_KINDS(KIND)                                        \
	KIND(CACHE, "swap-cache")                                     \
	KIND(ZERO, "zero")   /* nowhere: they are zeros */            \
	KIND(SAME, "filled") /* nowhere: a word fills the page */     \
	KIND(ZSWAP, "zswap")                                          \
	KIND(ZRAM, "zram")                                            \
	KIND(DISK, "disk")            /* on the device of the area */ \
	KIND(WRITTEN, "written-back") /* on the one behind zram */    \
	KIND(NOWHERE, "nothing")      /* zram has nothing there */

enum mmx_stored_kind {
#define KIND(id, word) MMX_STORED_##id,
	MMX_STORED_KINDS(KIND)
#undef KIND
		MMX_STORED_KIND_COUNT
};

const char *mmx_stored_name(unsigned int kind);

/**
 * struct mmx_stored - where the contents of a page of swap are
 * @pfn: CACHE: the frame
 * @word: SAME: what fills the page
 * @size: ZSWAP, ZRAM: bytes that are stored; as many as a page has when they are as they were
 * @entry, @handle, @pool: ZSWAP, ZRAM: what describes it, the object, the allocator's pool or 0 for any
 * @allocator: ZSWAP, ZRAM: "zsmalloc", ...; @header: bytes that stand before it
 * @algorithm: ZSWAP, ZRAM: what compressed it; empty when nothing did
 * @dictionary: that used one
 * @flags: of zram's entry, enum mmx_zram_flag
 * @device: DISK, ZRAM, WRITTEN, NOWHERE: the area's, "vda2"
 * @block: DISK: the page of @device; WRITTEN: of the device behind it; ZRAM: of zram
 * @no_block: DISK: where on the device is not known: a file system does that
 */
struct mmx_stored {
	enum mmx_stored_kind kind;
	uint64_t pfn, word;
	unsigned int size, header, flags;
	uint64_t entry, handle, pool, block;
	char allocator[16], algorithm[MMX_ALGORITHM];
	bool dictionary, no_block;
	const char *device;
};

/**
 * mmx_stored_find() - where the contents of a page of an area are
 * @slot: what the kernel keeps of it, from mmx_swap_slot(); NULL leaves out the swap cache and, since 6.12, what is
 *	zeros
 * -1 when that is not known.
 */
int mmx_stored_find(struct mmx_stored *s, struct mmx_view *view, unsigned int type, uint64_t offset,
		    const struct mmx_swap_slot *slot, struct mmx_err *err);

/**
 * mmx_stored_read() - what they are
 * @page: as many bytes as a page has
 * -1 and the reason when they are not in memory, or cannot be decompressed.
 */
int mmx_stored_read(const struct mmx_stored *s, struct mmx_view *view, void *page,
		    struct mmx_err *err);

/** mmx_swap_read() - both: the contents of a page of an area */
int mmx_swap_read(struct mmx_stored *s, struct mmx_view *view, unsigned int type, uint64_t offset,
		  void *page, struct mmx_err *err);

/** mmx_stored_words() - in words, for people: "1203 bytes in zram0, compressed by zstd" */
void mmx_stored_words(const struct mmx_stored *s, char *text, size_t size);

#endif
