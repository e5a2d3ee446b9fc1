// SPDX-License-Identifier: GPL-2.0-or-later
/* Reserved memory: what it is kept from the page allocator for. */
#ifndef MMX_MM_RESERVED_H
#define MMX_MM_RESERVED_H

#include <stdbool.h>
#include <stdint.h>

struct mmx_resource;
struct mmx_view;

/* USE(entry, "in words") */
#define MMX_RESERVED_USES(USE)              \
	USE(KERNEL_IMAGE, "kernel image")   \
	USE(VMEMMAP, "vmemmap")             \
	USE(CRASH_KERNEL, "crash kernel")   \
	USE(FIRMWARE_HOLE, "firmware hole") \
	USE(OTHER, "other: set aside at boot")

enum mmx_reserved_use {
#define USE(id, words) MMX_RESERVED_##id,
	MMX_RESERVED_USES(USE)
#undef USE
		MMX_RESERVED_USE_COUNT
};

const char *mmx_reserved_words(enum mmx_reserved_use use);

/** mmx_reserved_use() - by the innermost node of the resource tree; NULL: there is none, a hole */
enum mmx_reserved_use mmx_reserved_use(const struct mmx_resource *node);

/** mmx_zero_page() - the frame of the page of zeros that everybody shares; false when it is not known */
bool mmx_zero_page(struct mmx_view *view, uint64_t *pfn);

#endif
