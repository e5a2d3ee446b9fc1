// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of x86_64: four or five levels of tables with 512 entries of eight bytes, huge leaves
 * at levels 2 and 3, the memory-encryption bit, and what Linux writes into entries that are not
 * present.
 */
#include "arch/arch.h"

#define PAGE_SHIFT 12
#define LEVEL_BITS 9
#define HUGE_LEVEL 3 /* the highest level at which a leaf can stand */

#define PTE_P        (1ULL << 0)
#define PTE_PSE      (1ULL << 7) /* at level 2 and 3; PAT at level 1 */
#define PTE_PROTNONE (1ULL << 8) /* when not present: mapped, no access */
#define PTE_NX       (1ULL << 63)
#define PTE_STRAY \
	0x60 /* accessed and dirty, which some processors may set in an entry that is empty */
#define FRAME_MASK 0x000ffffffffff000ULL

#define PRESENT MMX_PTE_BIT_PRESENT
#define HIDDEN  MMX_PTE_BIT_HIDDEN
#define LEAF    MMX_PTE_BIT_LEAF

/*
 * Bits 9 to 11 are the software's and mean the same in every release; bit 58 was devmap up to 6.5 and
 * has been saved-dirty since 6.6, and only of a root no-pti-shadow.
 */
static const struct mmx_pte_bit bits[] = {
	{"present", 0, 1, 1, 5, 0},
	{"writable", 1, 1, 1, 5, 0},
	{"user", 2, 1, 1, 5, 0},
	{"write-through", 3, 1, 1, 5, 0},
	{"cache-disabled", 4, 1, 1, 5, 0},
	{"accessed", 5, 1, 1, 5, 0},
	{"dirty", 6, 1, 1, 5, 0},
	{"pat", 7, 1, 1, 1, LEAF},
	{"huge", 7, 1, 2, 3, LEAF},
	{"global", 8, 1, 1, 3, LEAF | PRESENT},
	{"no-access", 8, 1, 1, 3, LEAF | HIDDEN},
	{"special", 9, 1, 1, 3, LEAF},
	{"uffd-wp", 10, 1, 1, 3, LEAF},
	{"soft-dirty", 11, 1, 1, 3, LEAF},
	{"pat", 12, 1, 2, 3, LEAF},
	{"software-57", 57, 1, 1, 5, 0},
	{"software-58", 58, 1, 1, 5, 0},
	{"pkey", 59, 4, 1, 3, LEAF},
	{"no-execute", 63, 1, 1, 5, 0},
};

/*
 * An entry that is not present but maps something: PROT_NONE, or a huge page being split, which
 * keeps PSE while P is clear. Real swap entries have both bits clear.
 */
static bool maps(uint64_t raw, unsigned int level)
{
	if (level == 1)
		return raw & (PTE_P | PTE_PROTNONE);
	return level <= HUGE_LEVEL && raw & PTE_PSE;
}

/* The kernel stores frames inverted in entries that are not present, against L1TF. */
static uint64_t frame(uint64_t raw, uint64_t size, uint64_t clear)
{
	return (raw & PTE_P ? raw : ~raw) & FRAME_MASK & ~clear & ~(size - 1);
}

static void decode(const struct mmx_paging *paging, struct mmx_pte *pte)
{
	if (!(pte->raw & ~(uint64_t)PTE_STRAY)) {
		pte->kind = MMX_PTE_EMPTY;
	} else if (maps(pte->raw, pte->level)) {
		pte->kind = MMX_PTE_LEAF;
		pte->no_access = !(pte->raw & PTE_P);
		pte->phys = frame(pte->raw, pte->size, paging->clear);
	} else if (!(pte->raw & PTE_P) || pte->level == 1) {
		pte->kind = MMX_PTE_NONPRESENT;
	} else {
		/* A table's frame is a 4 KiB one whatever the level of the entry that points to it. */
		pte->kind = MMX_PTE_TABLE;
		pte->phys = frame(pte->raw, 1ULL << PAGE_SHIFT, paging->clear);
	}
}

/* A bit of an entry, and what it says. */
struct flag {
	uint8_t bit;
	uint16_t flag;
};

static const struct flag present_flags[] = {
	{1, MMX_PTE_WRITE},   {2, MMX_PTE_USER},     {5, MMX_PTE_YOUNG},       {6, MMX_PTE_DIRTY},
	{9, MMX_PTE_SPECIAL}, {10, MMX_PTE_UFFD_WP}, {11, MMX_PTE_SOFT_DIRTY},
};

/* Those that the hardware has other names for: it looks at none of them. */
static const struct flag swap_flags[] = {
	{1, MMX_PTE_SOFT_DIRTY},
	{2, MMX_PTE_UFFD_WP},
	{3, MMX_PTE_EXCLUSIVE},
};

static unsigned int flags_of(uint64_t raw, const struct flag *f, size_t n)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < n; i++)
		flags |= raw >> f[i].bit & 1 ? f[i].flag : 0;
	return flags;
}

static unsigned int entry_flags(const struct mmx_pte *pte)
{
	unsigned int flags;

	if (pte->kind == MMX_PTE_NONPRESENT)
		return flags_of(pte->raw, swap_flags, sizeof(swap_flags) / sizeof(*swap_flags));
	if (pte->kind != MMX_PTE_LEAF && pte->kind != MMX_PTE_TABLE)
		return 0;
	flags = flags_of(pte->raw, present_flags, sizeof(present_flags) / sizeof(*present_flags)) |
		(pte->raw & PTE_NX ? 0 : MMX_PTE_EXEC);
	if (pte->no_access && pte->raw & PTE_PROTNONE)
		flags |= MMX_PTE_PROTNONE;
	return pte->kind == MMX_PTE_LEAF ? flags : flags & MMX_PTE_RIGHTS;
}

/* Type in the top five bits, then the offset, inverted, down to the bits that tell kinds apart. */
static void swap_entry(uint64_t raw, unsigned int *type, uint64_t *offset)
{
	*type = raw >> 59;
	*offset = ~raw << 5 >> 14;
}

const struct mmx_arch mmx_arch_x86_64 = {
	.machine = "x86_64",
	.page_shift = PAGE_SHIFT,
	.level_bits = LEVEL_BITS,
	.frame_mask = FRAME_MASK,
	.bits = bits,
	.bits_n = sizeof(bits) / sizeof(*bits),
	.software = {1ULL << 57, 1ULL << 58},
	.decode = decode,
	.flags = entry_flags,
	.swap_entry = swap_entry,
};
