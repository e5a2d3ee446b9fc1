// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/pagemap: a word for each page of a process's address space. */
#include <inttypes.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vm_flags.h"
#include "proc/maps.h"

/* Bits of a word, and how a swap entry stands in the others. */
#define PM_SOFT_DIRTY (1ULL << 55)
#define PM_EXCLUSIVE  (1ULL << 56)
#define PM_UFFD_WP    (1ULL << 57)
#define PM_GUARD      (1ULL << 58)
#define PM_FILE_BIT   61u
#define PM_FILE       (1ULL << PM_FILE_BIT)
#define PM_SWAP       (1ULL << 62)
#define PM_PRESENT    (1ULL << 63)
#define PM_FRAME      (PM_SOFT_DIRTY - 1)
#define SWAP_SHIFT    5 /* the type is below, the offset above */

/* Of _mm_ids: the folio may be mapped by more than one process. */
#define MM_IDS_SHARED (1ULL << 63)

#define PIECE MMX_PT_ENTRIES

/** enum first_page - which page of a huge entry's folio tells whether all of the entry is exclusive */
enum first_page {
	FIRST,   /* the first one, up to 6.10, and again since 6.15 */
	EACH,    /* each one for itself, in between */
	UNKNOWN, /* 6.10 and 6.11 are not told from each other */
};

/**
 * struct pagemap - the file being read
 * @at: the next page
 * @vma: the mapping that it is in or before; none is left when @at_end
 * @entry: what the page tables have, up to @entry_end
 * @soft_dirty, @pfnmap, @hugetlb: bits of vm_flags; 0 where this kernel has none
 * @large: since 6.10: only what is present can be exclusive; a shared table of hugetlb is heeded
 * @file_of_huge: since 6.11, and mended in older ones: what a huge entry maps is a file's where it is; or
 *	@file_unknown says why that is not known
 * @guards: since 6.15: guard regions are shown
 * @heeds_special: since 7.3: huge entries of special pages are none of a page's; or @special_unknown says why that
 *	is not known
 */
struct pagemap {
	struct mmx_proc_mm mm;
	struct mmx_vmas vmas;
	struct mmx_vma vma;
	bool at_end, in_entries;
	struct mmx_user_entries entries;
	struct mmx_page_walk pages;
	bool pages_open;
	uint64_t at, entry_end;
	uint64_t soft_dirty, pfnmap, hugetlb;
	bool large, guards, heeds_special;
	bool file_of_huge;
	struct mmx_err special_unknown, file_unknown;
	enum first_page first_page;
	uint64_t word[PIECE];
	uint8_t read[PIECE];
};

static unsigned int page_shift(const struct mmx_proc *p)
{
	return p->view->kernel->arch->page_shift;
}

static void find_rules(struct pagemap *file, struct mmx_proc *p)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct mmx_vm_flags *flags = mmx_know_vm_flags(p->view);

	file->soft_dirty = mmx_vm_flag(flags, "softdirty");
	file->pfnmap = mmx_vm_flag(flags, "pfnmap");
	file->hugetlb = mmx_vm_flag(flags, "hugetlb");
	file->large = mmx_has(l, M_folio_large_mapcount);
	file->guards = mmx_has(l, M_folio_mm_ids);
	if (file->guards && mmx_calls(p->view, "pagemap_pmd_range", "vm_normal_page_pmd",
				      &file->heeds_special, &file->special_unknown) >= 0)
		file->special_unknown.code = 0;
	file->first_page = !file->large || file->guards    ? FIRST
			   : mmx_has_enum(l, E_PGTY_buddy) ? EACH
							   : UNKNOWN;
}

/* Where the code sets the bit for an entry that is not huge, and for a huge one. */
static void find_file_of_huge(struct pagemap *file, struct mmx_proc *p)
{
	bool apart = mmx_symbols_find(&p->view->kernel->symbols, "pte_to_pagemap_entry");
	unsigned int times;

	file->file_of_huge = true;
	if (file->first_page == EACH || file->guards ||
	    mmx_sets_bit(p->view, "pagemap_pmd_range", PM_FILE_BIT, &times, &file->file_unknown))
		return;
	times += apart;
	file->file_of_huge = times == 2;
	if (times == 1 || times == 2)
		return;
	mmx_fail(&file->file_unknown, MMX_EMISSING,
		 "up to 6.10 a huge page's mapping was not asked for, until that was mended, and "
		 "pagemap_pmd_range() does not tell");
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_task_size};
	struct pagemap *file = p->state;
	uint64_t size;

	if (mmx_proc_mm_find(p, &file->mm, err))
		return -1;
	if (!file->mm.mm)
		return mmx_fail(err, MMX_ENOTFOUND,
				"%s with PID %d has no memory of its own: its pagemap is empty",
				file->mm.task->kernel ? "the kernel thread" : "the task",
				file->mm.task->pid);
	if (mmx_layout_require(&p->view->kernel->layout, need, 1, err) ||
	    mmx_kget(p->view, file->mm.mm, M_mm_struct_task_size, &size, err))
		return -1;
	if (!size || size >> 63)
		return mmx_fail(err, MMX_ECORRUPT,
				"the mm_struct at 0x%" PRIx64 " has a task_size of 0x%" PRIx64,
				file->mm.mm, size);
	if (mmx_page_walk_begin(&file->pages, p->view, 0, 0, err))
		return -1;
	file->pages_open = true;
	find_rules(file, p);
	find_file_of_huge(file, p);
	p->size = size >> page_shift(p);
	mmx_vmas_begin(&file->vmas, p->view, file->mm.mm);
	return 0;
}

/* To the mapping that the page is in, or the next one behind it. */
static void find_vma(struct pagemap *file, struct mmx_proc *p)
{
	uint64_t addr = file->at << page_shift(p);

	while (!file->at_end && file->vma.end <= addr) {
		file->at_end = !mmx_vmas_next(&file->vmas);
		file->vma = file->vmas.vma;
		file->in_entries = false;
		if (file->at_end)
			mmx_cover_inherit(&p->coverage, &file->vmas.coverage);
	}
}

/* What no page table needs to be asked about: @word for all pages up to @end. */
static int give_run(struct pagemap *file, struct mmx_proc_words *words, uint64_t word, uint64_t end)
{
	file->word[0] = htole64(word);
	file->read[0] = MMX_READ_OK;
	*words = (struct mmx_proc_words){.first = file->at,
					 .n = end - file->at,
					 .same = true,
					 .word = file->word,
					 .read = file->read};
	file->at = end;
	return 1;
}

/* The frame's struct page, where the kernel sees one. */
static bool look(struct pagemap *file, struct mmx_proc *p, uint64_t pfn, enum mmx_read *read)
{
	*read = MMX_READ_OK;
	if (!mmx_pfn_valid(&mmx_mem(p->view->kernel)->sparse, pfn) ||
	    !mmx_page_walk_look(&file->pages, pfn))
		return false;
	*read = file->pages.read ? file->pages.read : file->pages.folio.read;
	return !*read;
}

/* Where pages of large folios are not counted one by one the folio says whether several may map it. */
static bool one_process(const struct mmx_page_walk *w, int64_t mapcount)
{
	unsigned int at = mmx_off(&w->view->kernel->layout, M_folio_mm_ids);

	return mapcount <= 1 || !(mmx_word(w->folio.bytes, at) & MM_IDS_SHARED);
}

static enum mmx_read is_exclusive(struct pagemap *file, bool *exclusive)
{
	struct mmx_page_walk *w = &file->pages;
	enum mmx_counted counted = MMX_COUNTED_PAGES;
	enum mmx_read read = MMX_READ_OK;
	int64_t mapcount = 0;

	if (w->folio.large && !w->folio.hugetlb)
		read = mmx_folio_counted(w, &counted);
	if (!read && (w->folio.hugetlb || counted == MMX_COUNTED_FOLIO))
		read = mmx_folio_mapcount(w, &mapcount);
	else if (!read)
		read = mmx_page_mapcount(w, &mapcount);
	*exclusive =
		!read && (counted == MMX_COUNTED_FOLIO ? one_process(w, mapcount) : mapcount == 1);
	return read;
}

/* Whether the table of an entry of hugetlb is several processes'. */
static bool shares_table(struct pagemap *file, struct mmx_proc *p)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct mmx_pte *pte = &file->entries.entry.pte;
	unsigned char page[MMX_STRUCT_PAGE_MAX];

	if (!file->large || pte->level != 2 ||
	    mmx_walk_peek(&file->pages, pte->at >> page_shift(p), page))
		return false;
	if (mmx_has(l, M_ptdesc_pt_share_count))
		return mmx_int(page, mmx_off(l, M_ptdesc_pt_share_count)) > 0;
	return mmx_int(page, mmx_walk_format(&file->pages)->refcount) > 1;
}

/* A bit that may be set, and nothing tells. */
static void doubt(struct mmx_proc *p, uint64_t bit, const struct mmx_err *why)
{
	p->in_doubt++;
	p->unknown_bits |= bit;
	p->unknown_because = *why;
}

/* What the page itself adds to a word: whether it is of a file, and mapped by this entry alone. */
static uint64_t of_page(struct pagemap *file, struct mmx_proc *p, uint64_t pfn, uint64_t first,
			bool may_be_exclusive, enum mmx_read *read)
{
	bool exclusive = false, other = false, huge = first != pfn;
	struct mmx_err unknown;
	uint64_t word;

	if (!look(file, p, pfn, read))
		return 0;
	word = mmx_folio_anon(&file->pages) ? 0 : PM_FILE;
	if (word && file->entries.entry.pte.level > 1 && !file->pages.folio.hugetlb) {
		if (file->file_unknown.code)
			doubt(p, PM_FILE, &file->file_unknown);
		word = file->file_of_huge && !file->file_unknown.code ? word : 0;
	}
	if (!may_be_exclusive)
		return word;
	if (!huge || file->first_page != FIRST || file->pages.folio.hugetlb)
		*read = is_exclusive(file, &exclusive);
	if (huge && file->first_page != EACH && !file->pages.folio.hugetlb) {
		if (look(file, p, first, read))
			*read = is_exclusive(file, &other);
		if (file->first_page == UNKNOWN && other != exclusive) {
			mmx_fail(
				&unknown, MMX_EMISSING,
				"6.10 takes a huge page's first page for all, 6.11 each for itself, "
				"and nothing tells which this is");
			doubt(p, PM_EXCLUSIVE, &unknown);
			other = false;
		}
		exclusive = other;
	}
	if (exclusive && file->pages.folio.hugetlb && shares_table(file, p))
		exclusive = false;
	return word | (exclusive ? PM_EXCLUSIVE : 0);
}

static uint64_t of_flags(const struct pagemap *file, unsigned int flags)
{
	return (file->soft_dirty && flags & MMX_PTE_SOFT_DIRTY ? PM_SOFT_DIRTY : 0) |
	       (flags & MMX_PTE_UFFD_WP ? PM_UFFD_WP : 0);
}

/* What is not present. Of hugetlb only the protection is shown. */
static uint64_t of_swap(struct pagemap *file, struct mmx_proc *p, uint64_t page,
			enum mmx_read *read)
{
	const struct mmx_user_entry *e = &file->entries.entry;
	bool has_pfn = mmx_user_has_pfn(e->kind) && (file->large || e->kind != MMX_USER_HWPOISON);
	uint64_t offset = has_pfn ? e->pfn : e->offset, word;

	word = (e->flags & MMX_PTE_UFFD_WP) ||
			       (e->kind == MMX_USER_MARKER && e->marker & MMX_MARKER_UFFD_WP)
		       ? PM_UFFD_WP
		       : 0;
	if (file->vma.flags & file->hugetlb)
		return word;
	word |= PM_SWAP | (((offset + page) << SWAP_SHIFT | e->type) & PM_FRAME);
	word |= of_flags(file, e->flags);
	if (file->guards && e->kind == MMX_USER_MARKER && e->marker & MMX_MARKER_GUARD)
		word |= PM_GUARD;
	if (has_pfn)
		word |= of_page(file, p, e->pfn + page, e->pfn,
				!file->large && e->kind != MMX_USER_MIGRATION, read);
	return word;
}

/*
 * Up to 7.2 what a huge entry maps has its struct page looked at always, that of zeros included, which is then shown
 * as a file's.
 */
static bool is_looked_at(struct pagemap *file, struct mmx_proc *p)
{
	const struct mmx_user_entry *e = &file->entries.entry;

	if (!mmx_user_special(e, file->entries.rules))
		return true;
	if (e->pte.level == 1)
		return false;
	if (file->special_unknown.code &&
	    mmx_pfn_valid(&mmx_mem(p->view->kernel)->sparse, e->pfn)) {
		doubt(p, PM_FILE, &file->special_unknown);
	}
	return !file->heeds_special && !file->special_unknown.code;
}

static uint64_t of_present(struct pagemap *file, struct mmx_proc *p, uint64_t page,
			   enum mmx_read *read)
{
	const struct mmx_user_entry *e = &file->entries.entry;
	uint64_t word = PM_PRESENT | ((e->pfn + page) & PM_FRAME), first = e->pfn + page;
	bool hugetlb = file->vma.flags & file->hugetlb;
	unsigned int flags = e->flags;

	if (hugetlb)
		flags &= ~MMX_PTE_SOFT_DIRTY;
	if (e->pte.level > 1)
		first = e->pte.phys >> page_shift(p);
	if (is_looked_at(file, p))
		word |= of_page(file, p, e->pfn + page, first, true, read);
	return word | of_flags(file, flags);
}

static uint64_t word_of(struct pagemap *file, struct mmx_proc *p, uint64_t page,
			enum mmx_read *read)
{
	const struct mmx_user_entry *e = &file->entries.entry;
	uint64_t word = 0;

	*read = MMX_READ_OK;
	if (e->kind == MMX_USER_UNREADABLE || e->kind == MMX_USER_BROKEN)
		*read = e->pte.read ? e->pte.read : MMX_READ_UNREADABLE;
	else if (mmx_user_mapped(e->kind))
		word = of_present(file, p, page, read);
	else
		word = of_swap(file, p, page, read);
	if (*read)
		return MMX_PROC_NOT_IN_DUMP;
	return word | (file->vma.flags & file->soft_dirty ? PM_SOFT_DIRTY : 0);
}

/* To the entry that the page is in; -1 when the page tables cannot be walked. */
static int find_entry(struct pagemap *file, struct mmx_proc *p, struct mmx_err *err)
{
	unsigned int shift = page_shift(p);

	if (!file->in_entries) {
		if (mmx_user_entries_begin(&file->entries, p->view, file->mm.mm, file->at << shift,
					   file->vma.end - 1, MMX_PT_GAPS, err))
			return -1;
		file->in_entries = true;
		file->entry_end = 0;
	}
	while (file->entry_end <= file->at && mmx_user_entries_next(&file->entries))
		file->entry_end = (file->entries.entry.pte.last >> shift) + 1;
	if (file->entry_end <= file->at) {
		mmx_cover_inherit(&p->coverage, &file->entries.pt.coverage);
		file->entries.entry = (struct mmx_user_entry){.kind = MMX_USER_NONE};
		file->entry_end = file->vma.end >> shift;
	}
	return 0;
}

static int words(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err)
{
	struct pagemap *file = p->state;
	unsigned int shift = page_shift(p);
	uint64_t end = p->last + 1, n = 0, start;

	if (file->at < p->first)
		file->at = p->first;
	if (file->at >= end)
		return 0;
	find_vma(file, p);
	start = file->at_end ? end : file->vma.start >> shift;
	if (file->at < start)
		return give_run(file, words, 0, start < end ? start : end);
	if (file->vma.end >> shift < end)
		end = file->vma.end >> shift;
	if (file->vma.flags & file->pfnmap)
		return give_run(file, words, file->vma.flags & file->soft_dirty ? PM_SOFT_DIRTY : 0,
				end);
	*words = (struct mmx_proc_words){.first = file->at, .word = file->word, .read = file->read};
	while (n < PIECE && file->at < end) {
		uint64_t entry_start;
		enum mmx_read read;

		if (find_entry(file, p, err))
			return -1;
		if (file->entries.entry.kind == MMX_USER_NONE) {
			if (n)
				break;
			return give_run(file, words,
					file->vma.flags & file->soft_dirty ? PM_SOFT_DIRTY : 0,
					file->entry_end < end ? file->entry_end : end);
		}
		entry_start = file->entries.entry.pte.start >> shift;
		file->word[n] = htole64(word_of(file, p, file->at - entry_start, &read));
		file->read[n++] = (uint8_t)read;
		file->at++;
	}
	words->n = n;
	return 1;
}

static void end(struct mmx_proc *p)
{
	if (p->missing)
		mmx_proc_say(p,
			     "page tables or struct pages that the words of %" PRIu64
			     " pages rest on are not in the dump, or make no sense: %s",
			     p->missing,
			     p->as_runs ? "their values are absent" : "their words are all ones");
	if (p->in_doubt)
		mmx_proc_say(
			p,
			"of %" PRIu64
			" pages it is not known whether they are mapped exclusively (bit 56), or of a file (bit 61): %s",
			p->in_doubt, p->unknown_because.text);
}

static void free_pagemap(struct mmx_proc *p)
{
	struct pagemap *file = p->state;

	if (file->pages_open)
		mmx_page_walk_end(&file->pages);
}

const struct mmx_proc_entry mmx_proc_pagemap = {
	.name = "PID/pagemap",
	.of_process = true,
	.by = MMX_BY_ADDRESS,
	.state_size = sizeof(struct pagemap),
	.find = find,
	.words = words,
	.end = end,
	.free = free_pagemap,
};
