// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an architecture must know: how its page tables are laid out. No kernel is known here: where one
 * keeps what in its address space is kernel/space.h. One folder an architecture, found by the machine
 * name of the image; pagetable.h walks the tables of each.
 *
 * To add one: fill a struct mmx_arch, add it to the table in arch.c, and give it a table of known
 * answers in tests/unit/test_pagetable.c. Then kernel/space.h.
 */
#ifndef MMX_ARCH_ARCH_H
#define MMX_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

#define MMX_PAGE_SHIFT_MIN 12

/* MMX_PT_LEVELS - the most levels that page tables have */
#define MMX_PT_LEVELS 5

/** enum mmx_pte_kind - what a page-table entry, or a run of them, is to a walk */
enum mmx_pte_kind {
	MMX_PTE_LEAF,       /* maps a page of some size, PROT_NONE mappings included */
	MMX_PTE_NONPRESENT, /* not empty and maps nothing: swap, migration, marker, ... */
	MMX_PTE_EMPTY,      /* a gap */
	MMX_PTE_TABLE,      /* points to a table */
	MMX_PTE_UNREADABLE, /* the table below this entry could not be read; see @read */
	MMX_PTE_LOOP,       /* more tables than pages are present: the walk ended here */
};

/**
 * struct mmx_pte - a page-table entry that a walk met, or the first one of a run
 * @start, @last: what of the walk's range it covers, a run all of it, sign-extended
 * @va: the first virtual address that the entry covers, which may be before @start
 * @size: how many bytes the entry covers
 * @at: physical address of the entry itself; 0 of what stands for the root
 * @raw: the entry as it stands in memory
 * @phys: LEAF: the first physical address that it maps, which is behind @va. TABLE, UNREADABLE,
 *        LOOP: where the table lies
 * @read: UNREADABLE: why
 * @level: 1 for an entry of the lowest table, counting upwards; that of what stands for the root is
 *         one above
 * @no_access: LEAF: the kernel counts it as mapped, and the processor may not use it: PROT_NONE, a
 *             NUMA hint, a huge page being split
 */
struct mmx_pte {
	uint64_t start, last;
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

/** mmx_pte_phys() - LEAF: what is behind an address that it covers */
static inline uint64_t mmx_pte_phys(const struct mmx_pte *pte, uint64_t addr)
{
	return pte->phys + (addr - pte->va);
}

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

/* Entries in which a bit has its name: an empty set of these is all. */
#define MMX_PTE_BIT_PRESENT (1u << 0) /* that the processor may use */
#define MMX_PTE_BIT_HIDDEN  (1u << 1) /* that map something, and it may not */
#define MMX_PTE_BIT_LEAF    (1u << 2) /* that map something */

/* What an entry that is not empty says of its page, on any architecture. */
#define MMX_PTE_WRITE      (1u << 0)
#define MMX_PTE_USER       (1u << 1)
#define MMX_PTE_EXEC       (1u << 2)
#define MMX_PTE_RIGHTS     (MMX_PTE_WRITE | MMX_PTE_USER | MMX_PTE_EXEC) /* of tables as well */
#define MMX_PTE_YOUNG      (1u << 3)
#define MMX_PTE_DIRTY      (1u << 4)
#define MMX_PTE_SPECIAL    (1u << 5) /* the kernel sees no page there */
#define MMX_PTE_SOFT_DIRTY (1u << 6)
#define MMX_PTE_UFFD_WP    (1u << 7)
#define MMX_PTE_PROTNONE   (1u << 9) /* of what maps a page without access: it was asked for */
#define MMX_PTE_EXCLUSIVE  (1u << 8) /* not present: the anonymous page is this process's alone */

/**
 * struct mmx_pte_bit - a bit of an entry, or a few side by side
 * @from, @to: the levels at which it is called that
 */
struct mmx_pte_bit {
	const char *name;
	uint8_t bit, width;
	uint8_t from, to;
	uint8_t where;
};

/**
 * struct mmx_arch - the page tables of an architecture
 * @page_shift: of the smallest page, which is what a table fills
 * @level_bits: of an address, that each level decides: a table has that many entries, of 8 bytes each
 * @frame_mask: bits of an entry that can be of a frame
 * @bits: what the other ones are called, @bits_n of them
 * @software: bits that are the kernel's to use, for different things over its releases
 */
struct mmx_arch {
	const char *machine;
	unsigned int page_shift, level_bits;
	uint64_t frame_mask;
	const struct mmx_pte_bit *bits;
	size_t bits_n;
	uint64_t software[2];
	/* Fills kind, phys and no_access of an entry that is not empty. */
	void (*decode)(const struct mmx_paging *paging, struct mmx_pte *pte);
	/*
	 * MMX_PTE_* of what decode() told: of NONPRESENT only those of its low bits, of TABLE its rights, and
	 * none of the others.
	 */
	unsigned int (*flags)(const struct mmx_pte *pte);
	/* What an entry that is not present says: see mm/swap/swap_types.h for what the types mean. */
	void (*swap_entry)(uint64_t raw, unsigned int *type, uint64_t *offset);
};

/** mmx_arch_find() - by machine name; NULL when mmx does not know it */
const struct mmx_arch *mmx_arch_find(const char *machine);

/** mmx_level_shift() - of what one entry at a level covers */
static inline unsigned int mmx_level_shift(const struct mmx_arch *arch, unsigned int level)
{
	return arch->page_shift + arch->level_bits * (level - 1);
}

/**
 * mmx_pte_names() - the names of the bits that are set and are of no frame, with a space between them
 * @renamed: by bit, names that go before those of @arch, or NULL; may be NULL
 * Of several bits side by side, what they say: "pkey=2"; of a bit without a name its number: "bit7". Cut to fit.
 */
void mmx_pte_names(const struct mmx_arch *arch, const struct mmx_pte *pte,
		   const char *const *renamed, char *buf, size_t size);

/** mmx_pte_key() - the protection key of an entry that maps something; 0 is what all have by default */
unsigned int mmx_pte_key(const struct mmx_arch *arch, const struct mmx_pte *pte);

extern const struct mmx_arch mmx_arch_x86_64;

#endif
