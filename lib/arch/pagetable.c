// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "arch/pagetable.h"
#include "base/bytes.h"

#define NO_TABLE 1 /* tables lie at multiples of their size */

/*
 * Each table is a page that is present. What memory there was beside that is only a claim of the dump,
 * which costs it nothing.
 */
static uint64_t table_budget(struct mmx_reader *reader, unsigned int page_shift)
{
	return (reader->image->presence_known ? mmx_memory_present(reader) >> page_shift
					      : 1u << 22) +
	       4096;
}

static inline uint64_t entry_size(const struct mmx_pt *pt, unsigned int level)
{
	return 1ULL << mmx_level_shift(pt->arch, level);
}

/*
 * The root's entries below the middle map the bottom of the address space and the others its top;
 * what lies between the two halves is no address.
 */
static inline uint64_t half(const struct mmx_pt *pt)
{
	return entry_size(pt, pt->paging.levels + 1) / 2;
}

void mmx_pt_begin(struct mmx_pt *pt, struct mmx_reader *reader, const struct mmx_arch *arch,
		  const struct mmx_paging *paging, uint64_t root, uint64_t first, uint64_t last,
		  unsigned int flags)
{
	pt->coverage = (struct mmx_coverage){0};
	pt->reader = reader;
	pt->arch = arch;
	pt->paging = *paging;
	pt->paging.root = root;
	pt->flags = flags;
	pt->attributes = flags & MMX_PT_FRAMES ? 0 : UINT64_MAX;
	for (unsigned int i = 0; i < MMX_PT_LEVELS; i++)
		pt->table[i].phys = NO_TABLE;
	mmx_pt_seek(pt, first, last);
}

void mmx_pt_seek(struct mmx_pt *pt, uint64_t first, uint64_t last)
{
	uint64_t low = half(pt), high = -low;

	if (first >= low && first < high)
		first = high;
	if (last >= low && last < high)
		last = low - 1;
	pt->at = first;
	pt->last = last;
	pt->done = first > last;
	pt->at_table = pt->has_ahead = false;
	pt->level = pt->paging.levels + 1;
	pt->tables_left = table_budget(pt->reader, pt->arch->page_shift);
}

/* Goes on behind @end, at the lowest level whose table covers that too. */
static void go_behind(struct mmx_pt *pt, uint64_t end)
{
	uint64_t low = half(pt);

	if (end >= pt->last) {
		pt->done = true;
		return;
	}
	pt->at = end + 1 == low ? -low : end + 1;
	pt->done = pt->at > pt->last;
	while (pt->level < pt->paging.levels && !(pt->at & (entry_size(pt, pt->level + 1) - 1)))
		pt->level++;
}

static uint64_t end_of(const struct mmx_pte *pte)
{
	return pte->va + (pte->size - 1);
}

/* What the walk comes to, as far as its place tells. */
static void place(const struct mmx_pt *pt, struct mmx_pte *pte)
{
	uint64_t end;

	pte->size = entry_size(pt, pt->level);
	pte->va = pt->at & ~(pte->size - 1);
	end = end_of(pte);
	pte->start = pt->at;
	pte->last = end < pt->last ? end : pt->last;
	pte->level = pt->level;
	pte->read = MMX_READ_OK;
	pte->no_access = false;
	pte->phys = 0;
}

/* The root is what an entry above it would point to. */
static void at_root(const struct mmx_pt *pt, struct mmx_pte *pte)
{
	place(pt, pte);
	pte->last = pt->last;
	pte->va = pt->at;
	pte->at = pte->raw = 0;
	pte->phys = pt->paging.root;
	pte->kind = MMX_PTE_TABLE;
}

/* Where in the table of a level the range ends, and a walk of it with that. */
static unsigned int last_entry(const struct mmx_pt *pt, unsigned int level)
{
	unsigned int n = 1u << pt->arch->level_bits;
	uint64_t end = (pt->at & ~(entry_size(pt, level + 1) - 1)) + entry_size(pt, level + 1) - 1;

	return pt->last < end ? pt->last >> mmx_level_shift(pt->arch, level) & (n - 1) : n - 1;
}

static enum mmx_read read_table(struct mmx_pt *pt, unsigned int level, struct mmx_pt_table *t,
				uint64_t phys)
{
	unsigned int first = 0, last = (1u << pt->arch->level_bits) - 1;

	if (!(pt->flags & MMX_PT_ALONE))
		return mmx_phys_read(pt->reader, phys, t->entries, (last + 1) * 8ULL);
	first = pt->at >> mmx_level_shift(pt->arch, level) & last;
	last = last_entry(pt, level);
	return mmx_phys_read_alone(pt->reader, phys + first * 8ULL, t->entries + first,
				   (last - first + 1) * 8ULL);
}

/* Goes into the table that an entry points to; false with what kept it from that. */
static bool enter(struct mmx_pt *pt, struct mmx_pte *pte)
{
	struct mmx_pt_table *t = &pt->table[pt->level - 2];

	if (!pt->tables_left) {
		pte->kind = MMX_PTE_LOOP;
		pte->last = pt->last; /* nothing behind it is known */
		pt->done = true;
		mmx_cover_failf(&pt->coverage, MMX_ECORRUPT,
				"the page tables below 0x%" PRIx64
				" lead back to themselves: there are more of them than pages "
				"are present",
				pt->paging.root);
		return false;
	}
	/* A read asks by itself whether all is to end. */
	if (t->phys != pte->phys || pt->flags & MMX_PT_ALONE)
		pte->read = read_table(pt, pt->level - 1, t, pte->phys);
	else if (mmx_stopped(pt->reader->image))
		pte->read = MMX_READ_UNREADABLE;
	t->phys = pte->read ? NO_TABLE : pte->phys;
	if (!pte->read) {
		pt->tables_left--;
		pt->level--;
		return true;
	}
	pte->kind = MMX_PTE_UNREADABLE;
	mmx_cover_failf(&pt->coverage, mmx_read_code(pte->read),
			"the page table at physical 0x%" PRIx64 ", for 0x%" PRIx64 ", is %s",
			pte->phys, pte->va, mmx_read_name(pte->read));
	if (pt->level > pt->paging.levels)
		pt->done = true;
	else
		go_behind(pt, end_of(pte));
	return false;
}

/* A table that was yielded is entered unless it was skipped; others are at once. */
static bool come_to_table(struct mmx_pt *pt, struct mmx_pte *pte)
{
	if (pt->flags & MMX_PT_TABLES && !pt->at_table) {
		pt->at_table = true;
		return true;
	}
	pt->at_table = false;
	return !enter(pt, pte);
}

/* Passes over entries that are empty, as far as they go in this table. */
static void pass(struct mmx_pt *pt, const struct mmx_pt_table *t, unsigned int i)
{
	unsigned int n = 1u << pt->arch->level_bits, behind = i + 1;
	uint64_t size = entry_size(pt, pt->level);

	/* A root's entries go on elsewhere in their middle. */
	if (pt->level == pt->paging.levels && i < n / 2)
		n /= 2;
	if (pt->flags & MMX_PT_ALONE && n > last_entry(pt, pt->level) + 1)
		n = last_entry(pt, pt->level) + 1;
	while (behind < n && !t->entries[behind])
		behind++;
	go_behind(pt, (pt->at & ~(size - 1)) + (behind - i) * size - 1);
}

static bool step(struct mmx_pt *pt, struct mmx_pte *pte)
{
	while (!pt->done) {
		const struct mmx_pt_table *t = &pt->table[pt->level - 1];
		unsigned int i;

		if (pt->level > pt->paging.levels) {
			at_root(pt, pte);
			if (come_to_table(pt, pte))
				return true;
			continue;
		}
		i = pt->at >> mmx_level_shift(pt->arch, pt->level) &
		    ((1u << pt->arch->level_bits) - 1);
		if (!t->entries[i] && !(pt->flags & MMX_PT_GAPS)) {
			pass(pt, t, i);
			continue;
		}
		place(pt, pte);
		pte->at = t->phys + i * 8u;
		pte->raw = le64toh(t->entries[i]);
		pte->kind = MMX_PTE_EMPTY;
		if (pte->raw)
			pt->arch->decode(&pt->paging, pte);
		if (pte->kind == MMX_PTE_EMPTY && !(pt->flags & MMX_PT_GAPS)) {
			go_behind(pt, end_of(pte));
			continue;
		}
		if (pte->kind != MMX_PTE_TABLE) {
			pt->coverage.found += pte->kind == MMX_PTE_LEAF;
			go_behind(pt, end_of(pte));
			return true;
		}
		if (come_to_table(pt, pte))
			return true;
	}
	return false;
}

/* Whether an entry goes on where a run ends. */
static bool goes_on(const struct mmx_pt *pt, const struct mmx_pte *run, const struct mmx_pte *next)
{
	uint64_t frame = pt->arch->frame_mask & ~pt->paging.clear & ~(run->size - 1);

	if (next->kind != run->kind || next->start != run->last + 1)
		return false;
	switch (run->kind) {
	case MMX_PTE_EMPTY:
		return true;
	case MMX_PTE_NONPRESENT:
		return next->level == run->level && next->raw == run->raw;
	case MMX_PTE_LEAF:
		return next->level == run->level && next->no_access == run->no_access &&
		       next->phys == mmx_pte_phys(run, next->va) &&
		       !((next->raw ^ run->raw) & ~frame & pt->attributes);
	default:
		return false;
	}
}

bool mmx_pt_next(struct mmx_pt *pt)
{
	bool more = true;

	if (pt->has_ahead)
		pt->pte = pt->ahead;
	else
		more = step(pt, &pt->pte);
	pt->has_ahead = false;
	if (!more || !(pt->flags & (MMX_PT_RUNS | MMX_PT_FRAMES)) || pt->pte.kind > MMX_PTE_EMPTY)
		return more;
	while (step(pt, &pt->ahead)) {
		pt->has_ahead = !goes_on(pt, &pt->pte, &pt->ahead);
		if (pt->has_ahead)
			break;
		pt->pte.last = pt->ahead.last;
	}
	return true;
}

const uint64_t *mmx_pt_take(struct mmx_pt *pt)
{
	const struct mmx_pte table = pt->pte;

	pt->at_table = false;
	if (!enter(pt, &pt->pte))
		return NULL;
	go_behind(pt, table.va + (table.size - 1));
	return pt->table[table.level - 2].entries;
}

void mmx_pt_skip(struct mmx_pt *pt)
{
	pt->at_table = false;
	if (pt->level > pt->paging.levels)
		pt->done = true;
	else
		go_behind(pt, end_of(&pt->pte));
}
