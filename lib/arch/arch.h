// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an architecture must know: how page tables are laid out and where a kernel keeps what in
 * its address space. One file an architecture, found by the machine name of the image.
 *
 * To add one: implement every op; paging() must derive its facts and check them against the dump
 * (a translation that comes out as arithmetic says), regions() must name each range's source; add
 * it to the table in arch.c; run the lab's memory tests on a dump of it.
 */
#ifndef MMX_ARCH_ARCH_H
#define MMX_ARCH_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "image/image.h"

struct mmx_kernel;
struct mmx_view;

#define MMX_PAGE_SHIFT_MIN 12

/** enum mmx_pte_kind - what a page-table entry is to a walk */
enum mmx_pte_kind {
	MMX_PTE_LEAF,       /* maps a page of some size, PROT_NONE mappings included */
	MMX_PTE_NONPRESENT, /* not empty and maps nothing: swap, migration, marker, ... */
	MMX_PTE_UNREADABLE, /* the table below this entry could not be read; see @read */
	MMX_PTE_LOOP,       /* more tables than there is memory: the walk ended here */
};

/**
 * struct mmx_pte - one page-table entry that a walk met
 * @va: the first virtual address that it covers, sign-extended
 * @size: how many bytes it covers
 * @at: physical address of the entry itself
 * @raw: the entry as it stands in memory
 * @level: 1 for the lowest table, counting upwards to the root
 * @phys: LEAF: the first physical address that it maps
 * @no_access: LEAF: the kernel counts it as mapped, and the processor may not use it: PROT_NONE, a
 *             NUMA hint, a huge page being split
 * @read: UNREADABLE: why
 */
struct mmx_pte {
	uint64_t va;
	uint64_t size;
	uint64_t at;
	uint64_t raw;
	uint64_t phys;
	enum mmx_pte_kind kind;
	enum mmx_read read;
	unsigned int level;
	bool no_access;
};

/** mmx_pte_fn - called for every entry that is not empty; false ends the walk */
typedef bool (*mmx_pte_fn)(void *arg, const struct mmx_pte *pte);

/**
 * struct mmx_table - a page table that a walk comes to
 * @phys: where it lies
 * @va: the first virtual address that it covers, sign-extended
 * @level: 1 for the lowest table, counting upwards to the root
 */
struct mmx_table {
	uint64_t phys;
	uint64_t va;
	unsigned int level;
};

/** mmx_table_fn - called for every table before it is read; false leaves out all that is in it */
typedef bool (*mmx_table_fn)(void *arg, const struct mmx_table *table);

/**
 * struct mmx_paging - how this kernel's page tables are read
 * @root: physical address of the kernel's own root table
 * @levels: 4 or 5 on x86_64
 * @clear: bits to clear in every entry before its frame is taken (memory encryption)
 */
struct mmx_paging {
	uint64_t root;
	unsigned int levels;
	uint64_t clear;
};

struct mmx_arch {
	const char *machine;
	unsigned int page_shift;
	/* Finds and checks kernel->paging and kernel->phys_base. */
	int (*paging)(struct mmx_kernel *kernel, struct mmx_err *err);
	/* Walks [start, end] (inclusive, for the top of the address space) below a root. */
	void (*walk)(struct mmx_reader *reader, const struct mmx_paging *paging, uint64_t root,
		     uint64_t start, uint64_t last, mmx_pte_fn fn, void *arg);
	/* The same walk, which asks @table about each table as well. */
	void (*walk_tables)(struct mmx_reader *reader, const struct mmx_paging *paging,
			    uint64_t root, uint64_t start, uint64_t last, mmx_table_fn table,
			    mmx_pte_fn fn, void *arg);
	/* Where the root lies that user mode has to itself, or, when not *@used, would have; or 0. */
	uint64_t (*user_root)(struct mmx_kernel *kernel, uint64_t root, bool *used);
	/* What an entry that is not present says: see mm/swap.h for what the types mean. */
	void (*swap_entry)(uint64_t raw, unsigned int *type, uint64_t *offset);
	/* Fills kernel->regions; needs symbols. */
	int (*regions)(struct mmx_kernel *kernel, struct mmx_err *err);
};

/** mmx_arch_find() - by machine name; NULL when mmx does not know it */
const struct mmx_arch *mmx_arch_find(const char *machine);

extern const struct mmx_arch mmx_arch_x86_64;

#endif
