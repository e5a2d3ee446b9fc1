// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classes: what a frame is used for. Every frame has exactly one class, decided by the first test
 * that holds, in an order that keeps words from being read under a meaning that they do not have on
 * that page.
 */
#ifndef MMX_MM_CLASS_H
#define MMX_MM_CLASS_H

#include <stdint.h>

#include "mm/marks.h"
#include "mm/page.h"
#include "mm/pipe.h"
#include "mm/ptowner.h"
#include "mm/swap.h"

/* CLASS(entry, "name", "in words") */
#define MMX_CLASSES(CLASS)                                                                  \
	CLASS(NO_PAGE, "no-page", "no struct page: a hole, or memory the kernel ignores")   \
	CLASS(MISSING, "missing", "its struct page is not in the dump")                     \
	CLASS(UNINITIALISED, "uninitialised", "its struct page was never initialised")      \
	CLASS(DEVICE, "device", "memory of a device")                                       \
	CLASS(RESERVED, "reserved", "not the page allocator's")                             \
	CLASS(FREE, "free", "in a free block of the buddy allocator")                       \
	CLASS(FREE_PCP, "free-pcp", "free, on a list outside of the buddy allocator")       \
	CLASS(SLAB, "slab", "slab objects")                                                 \
	CLASS(PAGE_TABLE, "page-table", "a page table")                                     \
	CLASS(ANON, "anon", "anonymous user memory")                                        \
	CLASS(KSM, "ksm", "anonymous user memory that KSM merged")                          \
	CLASS(FILE, "file", "page cache of a file")                                         \
	CLASS(SHMEM, "shmem", "page cache of tmpfs or shared memory")                       \
	CLASS(SWAP_CACHE, "swap-cache", "in the swap cache, of anonymous or shared memory") \
	CLASS(HUGETLB, "hugetlb", "a huge page of hugetlb, in use or free")                 \
	CLASS(ZERO, "zero-page", "the huge page of zeros that everybody shares")            \
	CLASS(PAGE_EXT, "page-ext", "the kernel's extra data about each page")              \
	CLASS(VMALLOC, "vmalloc", "mapped by vmalloc")                                      \
	CLASS(STACK, "stack", "a kernel stack")                                             \
	CLASS(PERCPU, "percpu", "per-CPU memory")                                           \
	CLASS(PAGE_POOL, "page-pool", "a network driver's page pool")                       \
	CLASS(ZSMALLOC, "zsmalloc", "compressed memory of zram or zswap")                   \
	CLASS(PIPE, "pipe", "data in a pipe, or kept for it")                               \
	CLASS(LARGE_KMALLOC, "large-kmalloc", "kmalloc of more than slabs hold")            \
	CLASS(MOVABLE, "movable", "a driver's pages that can be migrated")                  \
	CLASS(BALLOON, "balloon", "given back to the hypervisor")                           \
	CLASS(OFFLINE, "offline", "offline, or out of the kernel's hands")                  \
	CLASS(GUARD, "guard", "a guard page of debug_pagealloc")                            \
	CLASS(HWPOISON, "hwpoison", "poisoned after a memory error")                        \
	CLASS(UNACCEPTED, "unaccepted", "not accepted from the hypervisor yet")             \
	CLASS(UNATTRIBUTED, "unattributed", "in use, by whom no test tells")

enum mmx_class {
#define CLASS(id, name, words) CLASS_##id,
	MMX_CLASSES(CLASS)
#undef CLASS
		MMX_CLASS_COUNT
};

const char *mmx_class_name(enum mmx_class c);
const char *mmx_class_words(enum mmx_class c);

/**
 * struct mmx_classifier - what classifying needs beside the page itself
 * @marks: frames that only their owner's lists tell; may be NULL, then those are unattributed
 * @tables: page tables by frame, for those that the kernel does not mark; may be NULL likewise
 * @pipes: the pages in pipes, which nothing marks; may be NULL likewise
 * @swaps: the swap areas, which tell whose a page without a mapping is; may be NULL, then it is one
 *         of the swap cache
 */
struct mmx_classifier {
	const struct mmx_marks *marks;
	const struct mmx_pt_owners *tables;
	const struct mmx_pipes *pipes;
	const struct mmx_swaps *swaps;
	unsigned int device_zone; /* its index, beyond all zones when there is none */
	uint64_t zsmalloc_ops,
		balloon_ops;    /* movable_operations, up to 6.16; 0 when there is none */
	uint64_t huge_zero_pfn; /* ~0 when it was never made */
	bool has_page_pool;
	uint32_t pp_magic; /* offset */
	uint64_t pp_mask;  /* bits of pp_magic that are not part of the signature */
};

void mmx_classifier_find(struct mmx_classifier *c, const struct mmx_kernel *kernel,
			 const struct mmx_marks *marks);

/** struct mmx_verdict - a class and the test that decided it, in words */
struct mmx_verdict {
	enum mmx_class class;
	const char *why;
};

/** mmx_class_marked() - whether an owner's mark may have decided it */
bool mmx_class_marked(enum mmx_class class);

/** mmx_verdict_mark() - the mark of a walk's current frame, of its folio or its own; it may be none */
enum mmx_mark mmx_verdict_mark(const struct mmx_marks *marks, const struct mmx_page_walk *w);

/** mmx_classify() - the class of a walk's current frame */
struct mmx_verdict mmx_classify(const struct mmx_classifier *c, const struct mmx_page_walk *w);

#endif
