// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/user_entry.h"

/* The kernel's half of the address space has the top bit set. */
#define KERNEL_HALF (1ULL << 63)

const char *mmx_user_words(enum mmx_user_kind kind)
{
	static const char *const words[] = {
#define KIND(id, words) [MMX_USER_##id] = words,
		MMX_USER_KINDS(KIND)
#undef KIND
	};

	return words[kind];
}

/*
 * Rules.
 */

static void take_frame(struct mmx_entry_rules *rules, struct mmx_view *view, const char *name,
		       uint64_t *pfn)
{
	uint64_t addr;
	enum mmx_read read;

	if (*pfn != ~0ULL || !mmx_symbol_addr(&view->kernel->symbols, name, &addr))
		return;
	read = mmx_kread_u64(view, addr, pfn);
	if (!read)
		return;
	*pfn = ~0ULL;
	mmx_cover_failf(&rules->coverage, mmx_read_code(read), "%s is %s", name,
			mmx_read_name(read));
}

/* The shared page of zeros is an array in the image, which 7.1 made const; the variable is for all. */
static void find_zero_pages(struct mmx_entry_rules *rules, struct mmx_view *view)
{
	uint64_t page, phys;

	rules->zero_pfn = rules->huge_zero_pfn = ~0ULL;
	take_frame(rules, view, "huge_zero_pfn", &rules->huge_zero_pfn);
	if (mmx_symbol_addr(&view->kernel->symbols, "empty_zero_page", &page) &&
	    !mmx_kphys(view, page, &phys))
		rules->zero_pfn = phys >> view->kernel->arch->page_shift;
	take_frame(rules, view, "zero_pfn", &rules->zero_pfn);
	take_frame(rules, view, "zero_page_pfn", &rules->zero_pfn);
}

/*
 * Shadow stacks came with this function in 6.6: what is not writable keeps its dirtiness in a bit of its own
 * since, and the mark of DAX gave way to that. Nothing is marked so since 6.17.
 */
static void find_bits(struct mmx_entry_rules *rules, const struct mmx_kernel *k)
{
	bool shadow_stacks = mmx_symbols_find(&k->symbols, "arch_check_zapped_pte");

	rules->saved_dirty = shadow_stacks ? k->arch->software[1] : 0;
	rules->devmap = k->arch->software[shadow_stacks ? 0 : 1];
}

int mmx_entry_rules_find(struct mmx_entry_rules *rules, struct mmx_view *view, struct mmx_err *err)
{
	(void)err;
	mmx_swap_types_find(&rules->types, view->kernel);
	find_bits(rules, view->kernel);
	find_zero_pages(rules, view);
	return 0;
}

void mmx_entry_rules_free(struct mmx_entry_rules *rules)
{
	(void)rules;
}

/*
 * Entries.
 */

static enum mmx_user_kind kind_of(enum mmx_swap_kind kind)
{
	static const enum mmx_user_kind kinds[] = {
		[MMX_SWAP_AREA] = MMX_USER_SWAP,
		[MMX_SWAP_HWPOISON] = MMX_USER_HWPOISON,
		[MMX_SWAP_MIGRATION_READ] = MMX_USER_MIGRATION,
		[MMX_SWAP_MIGRATION_EXCLUSIVE] = MMX_USER_MIGRATION,
		[MMX_SWAP_MIGRATION_WRITE] = MMX_USER_MIGRATION,
		[MMX_SWAP_DEVICE_WRITE] = MMX_USER_DEVICE,
		[MMX_SWAP_DEVICE_READ] = MMX_USER_DEVICE,
		[MMX_SWAP_EXCLUSIVE_WRITE] = MMX_USER_EXCLUSIVE,
		[MMX_SWAP_EXCLUSIVE_READ] = MMX_USER_EXCLUSIVE,
		[MMX_SWAP_MARKER] = MMX_USER_MARKER,
		[MMX_SWAP_ERROR] = MMX_USER_SWAP_ERROR,
	};

	return kinds[kind];
}

/* What the type says of the page that is gone for a while, and the two bits above its frame of migration. */
static unsigned int kept_flags(const struct mmx_entry_rules *rules, enum mmx_swap_kind kind,
			       uint64_t offset)
{
	uint64_t young = rules->types.pfn_mask + 1, dirty = young << 1;
	unsigned int flags =
		(offset & young ? MMX_PTE_YOUNG : 0) | (offset & dirty ? MMX_PTE_DIRTY : 0);

	switch (kind) {
	case MMX_SWAP_MIGRATION_WRITE:
		return flags | MMX_PTE_WRITE | MMX_PTE_EXCLUSIVE;
	case MMX_SWAP_MIGRATION_EXCLUSIVE:
		return flags | MMX_PTE_EXCLUSIVE;
	case MMX_SWAP_MIGRATION_READ:
		return flags;
	case MMX_SWAP_DEVICE_WRITE:
	case MMX_SWAP_EXCLUSIVE_WRITE:
		return MMX_PTE_WRITE;
	default:
		return 0;
	}
}

static void take_leaf(struct mmx_user_entry *entry, const struct mmx_entry_rules *rules,
		      const struct mmx_pte *pte, uint64_t addr, unsigned int shift)
{
	uint64_t first = pte->phys >> shift;

	entry->kind = pte->no_access ? MMX_USER_NO_ACCESS : MMX_USER_MAPPED;
	entry->pfn = mmx_pte_phys(pte, addr) >> shift;
	entry->zero = first == rules->zero_pfn || (pte->level > 1 && first == rules->huge_zero_pfn);
	if (pte->raw & rules->saved_dirty)
		entry->flags |= MMX_PTE_DIRTY;
}

static void take_swap(struct mmx_user_entry *entry, const struct mmx_arch *arch,
		      const struct mmx_entry_rules *rules, const struct mmx_pte *pte, uint64_t addr)
{
	enum mmx_swap_kind kind;

	arch->swap_entry(pte->raw, &entry->type, &entry->offset);
	kind = mmx_swap_kind(&rules->types, entry->type);
	entry->kind = kind_of(kind);
	if (entry->kind == MMX_USER_MARKER) {
		entry->marker = (unsigned int)entry->offset;
		return;
	}
	entry->flags |= kept_flags(rules, kind, entry->offset);
	/* An entry of a huge page stands for its first one. */
	entry->offset += (addr - pte->va) >> arch->page_shift;
	entry->pfn = entry->offset & rules->types.pfn_mask;
}

void mmx_user_entry(struct mmx_user_entry *entry, const struct mmx_view *view,
		    const struct mmx_entry_rules *rules, const struct mmx_pte *pte, uint64_t addr)
{
	const struct mmx_arch *arch = view->kernel->arch;

	*entry = (struct mmx_user_entry){.pte = *pte, .flags = arch->flags(pte)};
	switch (pte->kind) {
	case MMX_PTE_LEAF:
		take_leaf(entry, rules, pte, addr, arch->page_shift);
		break;
	case MMX_PTE_NONPRESENT:
		take_swap(entry, arch, rules, pte, addr);
		break;
	case MMX_PTE_EMPTY:
		entry->kind = MMX_USER_NONE;
		break;
	case MMX_PTE_LOOP:
		entry->kind = MMX_USER_BROKEN;
		break;
	default:
		entry->kind = MMX_USER_UNREADABLE;
	}
}

bool mmx_user_special(const struct mmx_user_entry *entry, const struct mmx_entry_rules *rules)
{
	return entry->zero || entry->flags & MMX_PTE_SPECIAL ||
	       (entry->pte.level > 1 && entry->pte.raw & rules->devmap);
}

/*
 * Walks.
 */

int mmx_user_root(struct mmx_view *view, uint64_t mm, uint64_t *root, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_pgd};
	uint64_t pgd;
	enum mmx_read read;

	if (mmx_layout_require(&view->kernel->layout, need, 1, err))
		return -1;
	read = mmx_kread_member(view, mm, M_mm_struct_pgd, &pgd);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the mm_struct at 0x%" PRIx64 " is %s",
				mm, mmx_read_name(read));
	read = mmx_kphys(view, pgd, root);
	if (read)
		return mmx_fail(err, MMX_ECORRUPT,
				"the mm_struct at 0x%" PRIx64 " has its page tables at 0x%" PRIx64
				", which is %s",
				mm, pgd, mmx_read_name(read));
	return 0;
}

int mmx_user_begin(struct mmx_pt *pt, struct mmx_view *view, uint64_t mm, uint64_t start,
		   uint64_t last, unsigned int flags, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t root;

	if (start > last || last & KERNEL_HALF)
		return mmx_fail(err, MMX_EUSAGE, "0x%" PRIx64 " is no user address", last);
	if (mmx_user_root(view, mm, &root, err))
		return -1;
	mmx_pt_begin(pt, view->reader, k->arch, &k->paging, root, start, last, flags);
	return 0;
}

int mmx_user_entries_begin(struct mmx_user_entries *e, struct mmx_view *view, uint64_t mm,
			   uint64_t start, uint64_t last, unsigned int flags, struct mmx_err *err)
{
	e->view = view;
	e->rules = mmx_know_entry_rules(view);
	return mmx_user_begin(&e->pt, view, mm, start, last, flags, err);
}

bool mmx_user_entries_next(struct mmx_user_entries *e)
{
	if (!mmx_pt_next(&e->pt))
		return false;
	mmx_user_entry(&e->entry, e->view, e->rules, &e->pt.pte, e->pt.pte.start);
	return true;
}

int mmx_user_lookup(struct mmx_user_entry *entry, struct mmx_view *view, uint64_t mm, uint64_t addr,
		    struct mmx_err *err)
{
	struct mmx_user_entries e;

	if (mmx_user_entries_begin(&e, view, mm, addr, addr, MMX_PT_GAPS | MMX_PT_ALONE, err))
		return -1;
	if (mmx_user_entries_next(&e))
		*entry = e.entry;
	else
		*entry = (struct mmx_user_entry){.kind = MMX_USER_NONE};
	return 0;
}
