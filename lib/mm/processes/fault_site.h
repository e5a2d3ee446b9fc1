// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All that the kernel would look at when a user address faults: the entries on the way of the address,
 * the VMA that has it or could grow down to it, the functions that the VMA has for faults, and what the
 * page cache of its file has there. What follows from that is fault.h.
 */
#ifndef MMX_MM_FAULT_SITE_H
#define MMX_MM_FAULT_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/pt_path.h"
#include "kernel/symbols.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma.h"

struct mmx_task;

/* Flags of a VMA that decide about faults: bits that are the same in every release since 6.1. */
#define MMX_VM_READ         0x1ULL
#define MMX_VM_WRITE        0x2ULL
#define MMX_VM_EXEC         0x4ULL
#define MMX_VM_ACCESS       0x7ULL
#define MMX_VM_SHARED       0x8ULL
#define MMX_VM_MAYSHARE     0x80ULL
#define MMX_VM_GROWSDOWN    0x100ULL
#define MMX_VM_UFFD_MISSING 0x200ULL
#define MMX_VM_UFFD_WP      0x1000ULL
#define MMX_VM_HUGETLB      0x400000ULL

/** enum mmx_site_place - where an address lies among the VMAs */
enum mmx_site_place {
	MMX_SITE_OUTSIDE, /* no VMA has it */
	MMX_SITE_INSIDE,
	MMX_SITE_BELOW,   /* none has it, and the next one above may grow down */
	MMX_SITE_UNKNOWN, /* see @no_vmas */
};

/** enum mmx_site_backing - what gives a VMA its pages */
enum mmx_site_backing {
	MMX_BACKED_BY_NOTHING, /* anonymous: it has no operations */
	MMX_BACKED_BY_CACHE,   /* the page cache of a file */
	MMX_BACKED_BY_SHMEM,
	MMX_BACKED_BY_HUGETLB,
	MMX_BACKED_BY_FUNCTION, /* of a driver or the kernel itself: @fault */
	MMX_BACKED_BY_NO_FUNCTION,
	MMX_BACKED_UNKNOWN, /* see @no_backing */
};

/** enum mmx_site_cached - what the page cache has at the index of the address */
enum mmx_site_cached {
	MMX_SITE_NOT_CACHED,
	MMX_SITE_CACHED,
	MMX_SITE_IN_SWAP,
	MMX_SITE_CACHE_UNKNOWN, /* see @no_cache */
};

/**
 * struct mmx_fault_site - an address of an address space
 * @rights: MMX_PTE_WRITE, USER and EXEC as far as every entry on its way allows, on the tables that user
 *	mode runs on
 * @vma: INSIDE and BELOW
 * @before: the end of the VMA before it, 0 without one; @before_flags: its flags
 * @after: the start of the next one, 0 without one
 * @fault, @page_mkwrite: names of the VMA's functions, empty where it has none
 * @uffd, @uffd_features: the userfaultfd that the VMA is registered with, or 0
 * @index: the page of the file, or of what the VMA counts its pages from, in pages of 4 KiB
 * @size: of the file in bytes; @beyond: the page lies behind its end
 * @pfn: CACHED: the frame; @type, @offset: IN_SWAP: the slot
 */
struct mmx_fault_site {
	uint64_t mm, addr;
	const struct mmx_task *task; /* or NULL */
	struct mmx_pt_path path;
	struct mmx_user_entry entry;
	unsigned int rights;

	enum mmx_site_place place;
	struct mmx_vma vma;
	uint64_t before, before_flags, after;
	struct mmx_err no_vmas;

	enum mmx_site_backing backing;
	char fault[MMX_SYMBOL_NAME], page_mkwrite[MMX_SYMBOL_NAME];
	struct mmx_err no_backing;
	uint64_t uffd, uffd_features;

	uint64_t index, size;
	bool beyond;
	unsigned int huge_shift; /* HUGETLB: of its pages; 0 where it is not known */
	enum mmx_site_cached cached;
	uint64_t pfn, offset;
	unsigned int type;
	struct mmx_err no_cache;
};

/** mmx_fault_site_find() - look at an address; -1 when @mm has no page tables */
int mmx_fault_site_find(struct mmx_fault_site *site, struct mmx_view *view, uint64_t mm,
			const struct mmx_task *task, uint64_t addr, struct mmx_err *err);

#endif
