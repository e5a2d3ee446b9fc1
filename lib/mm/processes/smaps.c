// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/files/mapping.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/owners/device.h"
#include "mm/processes/smaps.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vm_flags.h"
#include "mm/swap/swap_slot.h"

/* Of vm_flags, and there ever since. */
enum { VM_WRITE = 2, VM_SHARED = 8 };

#define MAPPING_KSM 3 /* bits of a folio's mapping that KSM's pages have */

enum share_rule { NO_RULE, BY_REFERENCES, BY_COUNT };

/**
 * struct mmx_smaps_walk - a walk over one mapping after the other
 * @dirty, @referenced, @young: bits of struct page's flags
 * @pfnmap, @locked, @hugetlb: bits of vm_flags
 * @absent_shared: pages under migration count as shared, since 6.11; before, as the process's own
 * @poison_counts: a poisoned page that is mapped no more counts, since 6.9
 * @share_rule: what tells that a table of hugetlb is shared; @no_rule: why that is not known
 * @vma, @sums, @coverage: of the current one; @own: sums that nobody else wants
 */
struct mmx_smaps_walk {
	struct mmx_view *view;
	struct mmx_page_walk pages;
	const struct mmx_entry_rules *rules;
	const struct mmx_swaps *swaps;
	unsigned int dirty, referenced, young;
	uint64_t pfnmap, locked, hugetlb;
	bool absent_shared, poison_counts;
	enum share_rule share_rule;
	struct mmx_err no_rule;
	const struct mmx_vma *vma;
	struct mmx_smaps *sums;
	struct mmx_smaps own;
	struct mmx_coverage coverage;
};

/*
 * Rules.
 */

static unsigned int bit_of(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) ? (unsigned int)mmx_enum(l, id) : MMX_NO_BIT;
}

/*
 * Tables of hugetlb's entries that several processes have have had counts of their own since 6.14, in stable kernels too, and
 * smaps went on asking for references until it was mended in 6.19: what came with that tells, or what its code reads.
 */
static void find_share_rule(struct mmx_smaps_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	bool references, counts = false;

	if (!mmx_has(l, M_ptdesc_pt_share_count))
		w->share_rule = BY_REFERENCES;
	else if (mmx_symbols_find(&w->view->kernel->symbols, "huge_pmd_unshare_flush"))
		w->share_rule = BY_COUNT;
	else if (mmx_loads(w->view, "smaps_hugetlb_range", mmx_walk_format(&w->pages)->refcount,
			   &references, &w->no_rule) ||
		 mmx_loads(w->view, "smaps_hugetlb_range", mmx_off(l, M_ptdesc_pt_share_count),
			   &counts, &w->no_rule))
		w->share_rule = NO_RULE;
	else if (references != counts)
		w->share_rule = references ? BY_REFERENCES : BY_COUNT;
	else
		mmx_fail(&w->no_rule, MMX_EMISSING,
			 "whether smaps looks at pt_share_count is not known");
}

static void find_rules(struct mmx_smaps_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	const struct mmx_vm_flags *flags = mmx_know_vm_flags(w->view);
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;

	w->dirty = bit_of(l, E_PG_dirty);
	w->referenced = bit_of(l, E_PG_referenced);
	w->young = bit_of(l, E_PG_young);
	w->pfnmap = mmx_vm_flag(flags, "pfnmap");
	w->locked = mmx_vm_flag(flags, "locked");
	w->hugetlb = mmx_vm_flag(flags, "hugetlb");
	/* Memory that may be dropped came in the same release. */
	w->absent_shared = mmx_vm_flag(flags, "droppable") != 0;
	find_share_rule(w);
	/* hugetlb's page type came in the same release, and in the same ones of stable kernels. */
	w->poison_counts = f->hugetlb == MMX_HUGETLB_TYPE;
}

struct mmx_smaps_walk *mmx_smaps_begin(struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_smaps_walk *w = calloc(1, sizeof(*w));

	if (!w) {
		mmx_fail_nomem(err);
		return NULL;
	}
	w->view = view;
	if (mmx_page_walk_begin(&w->pages, view, 0, 0, err)) {
		free(w);
		return NULL;
	}
	w->rules = mmx_know_entry_rules(view);
	w->swaps = mmx_know_swaps(view);
	find_rules(w);
	return w;
}

void mmx_smaps_end(struct mmx_smaps_walk *w)
{
	if (!w)
		return;
	mmx_page_walk_end(&w->pages);
	free(w);
}

/*
 * Pages.
 */

static void miss(struct mmx_smaps_walk *w, uint64_t pfn, enum mmx_read read)
{
	mmx_cover_failf(&w->coverage, mmx_read_code(read),
			"the struct page of PFN 0x%" PRIx64 " is %s", pfn, mmx_read_name(read));
}

/* Go to a page: false when it has no struct page, or that cannot be read. */
static bool look(struct mmx_smaps_walk *w, uint64_t pfn)
{
	struct mmx_page_walk *p = &w->pages;
	enum mmx_read read;

	/* Memory of a device, mapped as it is, has none. */
	if (!mmx_pfn_valid(&mmx_mem(w->view->kernel)->sparse, pfn) || !mmx_page_walk_look(p, pfn))
		return false;
	read = p->read ? p->read : p->folio.read;
	if (read)
		miss(w, pfn, read);
	return !read;
}

/**
 * struct entry - what an entry says of the pages that it maps
 * @present: it does map them, and their counts tell how many others do
 */
struct entry {
	bool young, dirty, present;
};

static void accumulate(struct mmx_smaps_walk *w, const struct entry *e, uint64_t size,
		       uint64_t share, bool own)
{
	const struct mmx_page_walk *p = &w->pages;
	struct mmx_smaps *s = w->sums;

	s->pss += share;
	if (mmx_folio_anon(p))
		s->pss_anon += share;
	else if (mmx_bit(p->folio.flags, mmx_walk_format(p)->swapbacked))
		s->pss_shmem += share;
	else
		s->pss_file += share;
	if (w->vma->flags & w->locked)
		s->pss_locked += share;
	if (e->dirty || mmx_bit(p->folio.flags, w->dirty)) {
		s->pss_dirty += share;
		*(own ? &s->private_dirty : &s->shared_dirty) += size;
	} else {
		*(own ? &s->private_clean : &s->shared_clean) += size;
	}
}

/* As the folio's owners have it: one entry can only be of one. */
static bool mapped_by_several(const struct mmx_page_walk *p)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	int64_t entries;

	return !mmx_folio_mapcount(p, &entries) && entries > 1 &&
	       mmx_word(p->folio.bytes, mmx_off(l, M_folio_mm_ids)) >> 63;
}

/*
 * How many entries map this page, and whether that is this process's alone. Where pages of large folios are
 * not counted one by one the number is the average, and whose they are the folio's owners tell.
 */
static enum mmx_read count_entries(struct mmx_smaps_walk *w, int64_t *mapcount, bool *own)
{
	struct mmx_page_walk *p = &w->pages;
	enum mmx_counted counted;
	enum mmx_read read = mmx_page_mapcount(p, mapcount);

	*own = *mapcount < 2;
	if (read || !p->folio.large || p->folio.hugetlb)
		return read;
	read = mmx_folio_counted(p, &counted);
	if (!read && counted == MMX_COUNTED_FOLIO)
		*own = !mapped_by_several(p);
	return read;
}

static void accumulate_page(struct mmx_smaps_walk *w, const struct entry *e)
{
	uint64_t size = 1ULL << w->view->kernel->arch->page_shift;
	int64_t mapcount;
	enum mmx_read read;
	bool own;

	read = count_entries(w, &mapcount, &own);
	if (read)
		miss(w, w->pages.pfn, read);
	else
		accumulate(w, e, size,
			   (size << MMX_SHARE_SHIFT) / (mapcount >= 2 ? (uint64_t)mapcount : 1),
			   own);
}

/* Of a page or a huge one. What is alone counts as a whole. */
static void account(struct mmx_smaps_walk *w, const struct entry *e, uint64_t pfn, uint64_t pages)
{
	const struct mmx_page_walk *p = &w->pages;
	const struct mmx_page_format *f = mmx_walk_format(p);
	uint64_t size = pages << w->view->kernel->arch->page_shift;
	uint64_t flags = p->folio.flags;
	struct mmx_smaps *s = w->sums;

	if (mmx_folio_anon(p)) {
		s->anonymous += size;
		if (!mmx_bit(flags, f->swapbacked) && !e->dirty && !mmx_bit(flags, w->dirty))
			s->lazyfree += size;
		if ((mmx_word(p->folio.bytes, f->mapping) & MAPPING_KSM) == MAPPING_KSM)
			s->ksm += size;
	}
	s->resident += size;
	if (e->young || mmx_bit(flags, w->young) || mmx_bit(flags, w->referenced))
		s->referenced += size;
	if (!e->present || mmx_int(p->folio.bytes, f->refcount) == 1) {
		accumulate(w, e, size, size << MMX_SHARE_SHIFT, e->present || !w->absent_shared);
		return;
	}
	for (uint64_t i = 0; i < pages; i++) {
		if (!i || look(w, pfn + i))
			accumulate_page(w, e);
	}
}

static void account_huge(struct mmx_smaps_walk *w, const struct entry *e, uint64_t pfn,
			 uint64_t pages)
{
	const struct mmx_page_walk *p = &w->pages;
	uint64_t size = pages << w->view->kernel->arch->page_shift;

	if (mmx_folio_anon(p))
		w->sums->anon_thp += size;
	else if (mmx_bit(p->folio.flags, mmx_walk_format(p)->swapbacked))
		w->sums->shmem_thp += size;
	else if (!mmx_in_device_zone(p))
		w->sums->file_thp += size;
	account(w, e, pfn, pages);
}

/*
 * hugetlb.
 */

/* Whether several processes have the table that an entry of hugetlb is in, as smaps sees it. */
static bool table_is_shared(struct mmx_smaps_walk *w, const struct mmx_user_entry *e)
{
	uint64_t pfn = e->pte.at >> w->view->kernel->arch->page_shift, count;
	struct mmx_page_walk *p = &w->pages;
	enum mmx_read read;
	bool references;

	if (e->pte.level != 2 || !mmx_page_walk_look(p, pfn))
		return false;
	if (p->read) {
		miss(w, pfn, p->read);
		return false;
	}
	references = mmx_int(p->bytes, mmx_walk_format(p)->refcount) > 1;
	if (w->share_rule == BY_REFERENCES)
		return references;
	read = mmx_kread_member(w->view, mmx_walk_page_addr(p, pfn), M_ptdesc_pt_share_count,
				&count);
	if (read)
		miss(w, pfn, read);
	else if (w->share_rule == NO_RULE && references != (count != 0))
		mmx_cover_fail(&w->sums->hugetlb_kinds, &w->no_rule);
	return !read && count;
}

static void add_hugetlb(struct mmx_smaps_walk *w, const struct mmx_user_entry *e)
{
	bool present = mmx_user_mapped(e->kind);
	int64_t mapcount;
	enum mmx_read read;

	if (!look(w, e->pfn))
		return;
	read = mmx_folio_mapcount(&w->pages, &mapcount);
	if (read)
		miss(w, e->pfn, read);
	else if ((!present && w->absent_shared) || mapcount >= 2 || table_is_shared(w, e))
		w->sums->shared_hugetlb += e->pte.size;
	else
		w->sums->private_hugetlb += e->pte.size;
}

/*
 * Swap.
 */

static void add_swap(struct mmx_smaps_walk *w, const struct mmx_user_entry *e)
{
	uint64_t size = 1ULL << w->view->kernel->arch->page_shift;
	struct mmx_swap_slot slot;
	struct mmx_err err;

	w->sums->swap += size;
	if (mmx_swap_slot(&slot, w->view, w->swaps, e->type, e->offset, &err)) {
		mmx_cover_fail(&w->sums->swap_shares, &err);
		return;
	}
	if (slot.more)
		mmx_cover_failf(&w->sums->swap_shares, MMX_EMISSING,
				"how often slot %u:0x%" PRIx64 " is used is not known", e->type,
				e->offset);
	w->sums->swap_pss += (size << MMX_SHARE_SHIFT) / (slot.count >= 2 ? slot.count : 1);
}

static void add_swapped(struct mmx_smaps_walk *w, const struct mmx_mapping *m, uint64_t start,
			uint64_t end)
{
	unsigned int shift = w->view->kernel->arch->page_shift;
	uint64_t first = w->vma->pgoff + ((start - w->vma->start) >> shift);
	struct mmx_cached cached;

	mmx_cached_begin(&cached, w->view, m, first, first + ((end - start) >> shift) - 1);
	while (mmx_cached_next(&cached)) {
		uint64_t last = first + ((end - start) >> shift) - 1;

		/* An entry counts as a whole, as the kernel counts it. */
		if (cached.kind == MMX_CACHED_SWAPPED && cached.first <= last)
			w->sums->swap += (cached.last - cached.first + 1) << shift;
	}
	mmx_cover_inherit(&w->coverage, &cached.coverage);
}

/*
 * Shared memory that is in swap has no entries in page tables. Where no page can be the process's own the
 * file's number is taken; else what is in swap behind each hole. Returns whether holes are to be looked at.
 */
static bool add_shared_memory(struct mmx_smaps_walk *w, const struct mmx_mapping *m)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	uint64_t shift = w->view->kernel->arch->page_shift, swapped, size, info;
	const struct mmx_vma *vma = w->vma;
	struct mmx_err err;

	info = m->inode.addr - mmx_off(l, M_shmem_inode_info_vfs_inode);
	if (mmx_kget(w->view, info, M_shmem_inode_info_swapped, &swapped, &err) ||
	    mmx_kget(w->view, m->inode.addr, M_inode_i_size, &size, &err)) {
		mmx_cover_fail(&w->coverage, &err);
		return false;
	}
	if (!swapped)
		return false;
	if (!(vma->flags & VM_SHARED) && vma->flags & VM_WRITE)
		return true;
	if (!vma->pgoff && vma->end - vma->start >= size)
		w->sums->swap += swapped << shift;
	else
		add_swapped(w, m, vma->start, vma->end);
	return false;
}

/*
 * Walks.
 */

static bool counts(const struct mmx_smaps_walk *w, const struct mmx_user_entry *e)
{
	if (mmx_user_mapped(e->kind))
		return !mmx_user_special(e, w->rules);
	if (e->kind == MMX_USER_HWPOISON)
		return w->poison_counts;
	return mmx_user_resident(e->kind);
}

static void add_entry(struct mmx_smaps_walk *w, const struct mmx_user_entry *e)
{
	uint64_t pages = e->pte.size >> w->view->kernel->arch->page_shift;
	/* Up to 6.10 every page but one that migrates was taken for one that is there. */
	struct entry entry = {
		.young = mmx_user_mapped(e->kind) && e->flags & MMX_PTE_YOUNG,
		.dirty = mmx_user_mapped(e->kind) && e->flags & MMX_PTE_DIRTY,
		.present = mmx_user_mapped(e->kind) || e->kind == MMX_USER_DEVICE ||
			   (!w->absent_shared && e->kind != MMX_USER_MIGRATION),
	};

	if (e->kind == MMX_USER_SWAP && !(w->vma->flags & w->hugetlb))
		add_swap(w, e);
	if (!counts(w, e))
		return;
	if (w->vma->flags & w->hugetlb)
		add_hugetlb(w, e);
	else if (!look(w, e->pfn))
		return;
	else if (pages > 1)
		account_huge(w, &entry, e->pfn, pages);
	else
		account(w, &entry, e->pfn, 1);
}

/* The file's mapping, if it is shared memory. */
static bool is_shared_memory(struct mmx_smaps_walk *w, struct mmx_mapping *m)
{
	uint64_t mapping;
	struct mmx_err err;

	if (!w->vma->file)
		return false;
	if (mmx_kget(w->view, w->vma->file, M_file_f_mapping, &mapping, &err) ||
	    mmx_mapping_read(m, w->view, mapping, &err)) {
		mmx_cover_fail(&w->coverage, &err);
		return false;
	}
	return m->kind == MMX_MAPPING_SHMEM;
}

static int walk(struct mmx_smaps_walk *w, const struct mmx_mapping *holes, struct mmx_err *err)
{
	struct mmx_user_entries e;

	if (mmx_user_entries_begin(&e, w->view, w->vma->mm, w->vma->start, w->vma->end - 1,
				   holes ? MMX_PT_GAPS : 0, err))
		return -1;
	while (mmx_user_entries_next(&e)) {
		if (holes && e.entry.kind == MMX_USER_NONE)
			add_swapped(w, holes, e.entry.pte.start, e.entry.pte.last + 1);
		else
			add_entry(w, &e.entry);
	}
	mmx_cover_inherit(&w->coverage, &e.pt.coverage);
	return 0;
}

static int walk_holes(struct mmx_smaps_walk *w, const struct mmx_mapping *m, struct mmx_err *err)
{
	struct mmx_user_entries e;

	if (mmx_user_entries_begin(&e, w->view, w->vma->mm, w->vma->start, w->vma->end - 1,
				   MMX_PT_GAPS, err))
		return -1;
	while (mmx_user_entries_next(&e)) {
		if (e.entry.kind == MMX_USER_NONE)
			add_swapped(w, m, e.entry.pte.start, e.entry.pte.last + 1);
	}
	mmx_cover_inherit(&w->coverage, &e.pt.coverage);
	return 0;
}

int mmx_smaps_shared_swap(struct mmx_smaps_walk *w, const struct mmx_vma *vma, uint64_t *bytes,
			  struct mmx_err *err)
{
	struct mmx_mapping m;

	w->vma = vma;
	w->sums = &w->own;
	memset(&w->own, 0, sizeof(w->own));
	memset(&w->coverage, 0, sizeof(w->coverage));
	*bytes = 0;
	if (is_shared_memory(w, &m) && add_shared_memory(w, &m)) {
		if (vma->flags & w->pfnmap)
			add_swapped(w, &m, vma->start, vma->end);
		else if (walk_holes(w, &m, err))
			return -1;
	}
	*bytes = w->own.swap;
	if (mmx_cover_whole(&w->coverage))
		return 0;
	*err = w->coverage.first;
	return -1;
}

int mmx_smaps_add(struct mmx_smaps_walk *w, const struct mmx_vma *vma, struct mmx_smaps *sums,
		  struct mmx_err *err)
{
	struct mmx_mapping m;
	bool holes;

	w->vma = vma;
	w->sums = sums;
	memset(&w->coverage, 0, sizeof(w->coverage));
	/* The page of vsyscalls is in no address space. */
	if (!vma->mm)
		return 0;
	holes = is_shared_memory(w, &m) && add_shared_memory(w, &m);
	/* What is mapped by frame number is not walked. */
	if (!(vma->flags & w->pfnmap)) {
		if (walk(w, holes ? &m : NULL, err))
			return -1;
	} else if (holes) {
		add_swapped(w, &m, vma->start, vma->end);
	}
	if (mmx_cover_whole(&w->coverage))
		return 0;
	*err = w->coverage.first;
	return -1;
}
