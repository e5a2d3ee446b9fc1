// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pagetable.h"
#include "base/seen.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/owners/page_table.h"
#include "mm/owners/owner.h"
#include "mm/processes/mm.h"

#define MAX_DEPOSITS 512 /* one for each entry of a table */
#define UPPER_FIRST  (1ULL << 63)

const char *mmx_pt_role_words(enum mmx_pt_role role)
{
	static const char *const words[] = {
#define ROLE(id, text) [MMX_PT_##id] = text,
		MMX_PT_ROLES(ROLE)
#undef ROLE
	};

	return words[role];
}

const char *mmx_pt_level_name(const struct mmx_kernel *kernel, unsigned int level)
{
	static const char *const names[] = {"", "PTE", "PMD", "PUD", "P4D", "PGD"};

	return level == kernel->paging.levels || level >= MMX_PT_LEVELS ? names[MMX_PT_LEVELS]
									: names[level];
}

/*
 * Finding them.
 */

struct finder {
	struct mmx_pt_owners *owners;
	struct mmx_view *view;
	struct mmx_pt_space *space; /* the one being walked */
	enum mmx_pt_role role;
	bool deposits;
	size_t shared; /* that many, the first ones and sorted, are the kernel's, which all share */
	struct mmx_seen seen; /* tables, by frame and level */
	uint64_t left;        /* more tables than frames, in all, are no tables */
	bool nomem;
};

static int by_frame(const void *a, const void *b)
{
	const struct mmx_pt_page *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (x->space > y->space) - (x->space < y->space);
}

static int by_frame_alone(const void *a, const void *b)
{
	const struct mmx_pt_page *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static bool shared(const struct finder *f, uint64_t pfn)
{
	const struct mmx_pt_page key = {.pfn = pfn};

	return f->shared &&
	       bsearch(&key, f->owners->v, f->shared, sizeof(key), by_frame_alone) != NULL;
}

/* What is wrong with a space is wrong with all of them together; the first reason is the space's own. */
static void blame(struct mmx_pt_owners *owners, struct mmx_pt_space *space, enum mmx_code code,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void blame(struct mmx_pt_owners *owners, struct mmx_pt_space *space, enum mmx_code code,
		  const char *fmt, ...)
{
	struct mmx_err err;
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&err, code, fmt, args);
	va_end(args);
	if (!space->why)
		space->why = mmx_reason_add(&owners->reasons, &err);
	if (space->name)
		mmx_fail_prefix(&err, "%s", space->name);
	else
		mmx_fail_prefix(&err, "mm 0x%" PRIx64, space->mm);
	mmx_cover_fail(&owners->coverage, &err);
}

static bool add(struct finder *f, uint64_t pfn, uint64_t va, unsigned int level,
		enum mmx_pt_role role)
{
	if (!f->left--) {
		f->left = 0;
		blame(f->owners, f->space, MMX_ECORRUPT,
		      "there are more page tables than memory holds");
		return false;
	}
	if (!mmx_array_add(f->owners, (struct mmx_pt_page){pfn, va, f->space - f->owners->spaces.v,
							   level, role})) {
		f->nomem = true;
		return false;
	}
	if (role == MMX_PT_TABLE)
		f->space->tables[level]++;
	else if (role == MMX_PT_DEPOSIT)
		f->space->tables[0]++;
	return true;
}

/*
 * Deposited tables, which wait for a huge mapping to be split: a ring through their struct pages, hanging
 * off that of the table with the huge mappings or, without split page-table locks, off the mm.
 */
static void add_deposits(struct finder *f, uint64_t ring, uint64_t va)
{
	const struct mmx_layout *l = &f->view->kernel->layout;
	uint64_t first, at, pfn;

	if (mmx_kread_u64(f->view, ring, &first)) {
		blame(f->owners, f->space, MMX_EABSENT,
		      "the deposited tables at 0x%" PRIx64 " cannot be read", ring);
		return;
	}
	at = first;
	for (unsigned int n = 0; at && (!n || at != first); n++) {
		if (n == MAX_DEPOSITS || !mmx_page_pfn(f->view->kernel, at, &pfn) ||
		    mmx_kread_u64(f->view, at + mmx_off(l, M_page_lru), &at)) {
			blame(f->owners, f->space, MMX_ECORRUPT,
			      "the deposited tables at 0x%" PRIx64
			      " break off after %u, at 0x%" PRIx64,
			      ring, n, at);
			return;
		}
		if (!add(f, pfn, va, 1, MMX_PT_DEPOSIT))
			return;
		at -= mmx_off(l, M_page_lru);
	}
}

/* Whether a table's struct page is marked as one: those that the kernel made early are not. */
static bool marked(const struct finder *f, uint64_t page)
{
	const struct mmx_page_format *format = &mmx_mem(f->view->kernel)->page_format;
	uint32_t type;

	return !mmx_kread_u32(f->view, page + format->mapcount, &type) &&
	       mmx_page_type_of(&format->types, type) == MMX_PAGE_TABLE;
}

/*
 * Whether a table is met for the first time at its level. KASAN maps all that nobody uses to one page, with
 * one chain of tables under whole entries of the root, and espfix has clones: walked once for every place
 * where they stand, these would be billions, and so would be what is forged.
 */
static bool is_new(struct finder *f, uint64_t pfn, unsigned int level)
{
	int new = mmx_seen_add(&f->seen, pfn * (MMX_PT_LEVELS + 1) + level);

	f->nomem |= new < 0;
	return new > 0;
}

/*
 * False leaves out what is in the table: known already, or of the lowest level. Processes share tables of
 * hugetlb's: such a table is each one's.
 */
static bool take_table(struct finder *f, const struct mmx_pte *pte)
{
	const struct mmx_kernel *k = f->view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t pfn = pte->phys >> k->arch->page_shift;
	uint64_t page = mmx_page_addr(&mmx_mem(k)->vmemmap, pfn);
	unsigned int level = pte->level - 1;
	enum mmx_pt_role role = f->role;
	bool new;

	if (shared(f, pfn))
		return false;
	new = is_new(f, pfn, level);
	if (!new && f->space->name)
		return false;
	if (role == MMX_PT_USER_ROOT && level < k->paging.levels)
		role = MMX_PT_USER_TABLE;
	if (!add(f, pfn, pte->va, level, role) || !new)
		return false;
	if (level == 2 && f->deposits && !mmx_has(l, M_mm_struct_pmd_huge_pte) &&
	    mmx_has(l, M_ptdesc_pmd_huge_pte) && marked(f, page))
		add_deposits(f, page + mmx_off(l, M_ptdesc_pmd_huge_pte), pte->va);
	return level > 1;
}

static void walk(struct finder *f, uint64_t root, uint64_t first, uint64_t last)
{
	const struct mmx_kernel *k = f->view->kernel;
	struct mmx_pt pt;

	mmx_pt_begin(&pt, f->view->reader, k->arch, &k->paging, root, first, last, MMX_PT_TABLES);
	while (!f->nomem && mmx_pt_next(&pt)) {
		if (pt.pte.kind == MMX_PTE_TABLE && !take_table(f, &pt.pte))
			mmx_pt_skip(&pt);
	}
	f->space->unreadable += pt.coverage.absent;
	if (pt.coverage.broken)
		blame(f->owners, f->space, pt.coverage.first.code, "%s", pt.coverage.first.text);
}

/*
 * A root is allocated with room for user mode's own, used or not, as long as roots are not marked as
 * tables. Since they are, it is a folio of two pages when there is room.
 */
static bool has_room(const struct finder *f, uint64_t pfn)
{
	const struct mmx_page_format *format = &mmx_mem(f->view->kernel)->page_format;
	uint64_t page = mmx_page_addr(&mmx_mem(f->view->kernel)->vmemmap, pfn), flags;

	return !marked(f, page) || (!mmx_kread_u64(f->view, page + format->flags, &flags) &&
				    mmx_bit(flags, format->head));
}

static void walk_user_root(struct finder *f, uint64_t root)
{
	const struct mmx_kernel *k = f->view->kernel;
	uint64_t user_root = root + k->isolation.user_root;

	f->deposits = false;
	f->role = MMX_PT_USER_ROOT;
	/* Below its lower half are the same tables as below the other root's. */
	if (k->isolation.on)
		walk(f, user_root, UPPER_FIRST, UINT64_MAX);
	else if (k->isolation.user_root && has_room(f, root >> k->arch->page_shift))
		add(f, user_root >> k->arch->page_shift, 0, k->paging.levels, MMX_PT_UNUSED_ROOT);
}

/* Both halves of the address space: what of it is the kernel's own shows as shared. */
static void walk_space(struct finder *f, uint64_t root, uint64_t mm)
{
	const struct mmx_layout *l = &f->view->kernel->layout;

	f->role = MMX_PT_TABLE;
	f->deposits = mm != 0;
	walk(f, root, 0, UINT64_MAX);
	if (mm && mmx_has(l, M_mm_struct_pmd_huge_pte))
		add_deposits(f, mm + mmx_off(l, M_mm_struct_pmd_huge_pte), 0);
	walk_user_root(f, root);
}

static struct mmx_pt_space *new_space(struct finder *f, uint64_t mm, const char *name)
{
	f->nomem |=
		!mmx_array_add(&f->owners->spaces, (struct mmx_pt_space){.mm = mm, .name = name});
	f->space = f->nomem ? NULL : &f->owners->spaces.v[f->owners->spaces.n - 1];
	return f->space;
}

static void walk_mm(struct finder *f, const struct mmx_mms *mms)
{
	uint64_t mm = mms->mm, pgd, root;

	if (!new_space(f, mm, mms->name))
		return;
	f->space->taskless = !mms->name && !mms->n_users;
	if (mmx_kread_member(f->view, mm, M_mm_struct_pgd, &pgd) ||
	    mmx_kphys(f->view, pgd, &root)) {
		blame(f->owners, f->space, MMX_EABSENT,
		      "its root table is not known: the mm at 0x%" PRIx64 " cannot be read", mm);
		return;
	}
	walk_space(f, root, mm);
}

/* A table that stands at two levels of one address space leads back to itself. */
static void find_loops(struct mmx_pt_owners *owners)
{
	for (size_t i = 1; i < owners->n; i++) {
		const struct mmx_pt_page *a = &owners->v[i - 1], *b = &owners->v[i];

		if (a->pfn == b->pfn && a->space == b->space && a->level != b->level)
			blame(owners, &owners->spaces.v[a->space], MMX_ECORRUPT,
			      "its page tables lead back to themselves: PFN 0x%" PRIx64
			      " is of level %u and of level %u",
			      a->pfn, a->level, b->level);
	}
}

static void tell_unreadable(struct mmx_pt_owners *owners)
{
	for (size_t i = 0; i < owners->spaces.n; i++) {
		struct mmx_pt_space *space = &owners->spaces.v[i];

		if (space->unreadable)
			blame(owners, space, MMX_EABSENT, "%" PRIu64 " page tables cannot be read",
			      space->unreadable);
	}
}

int mmx_pt_owners_find(struct mmx_pt_owners *owners, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_pgd, M_page_lru};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.owners = owners,
			   .view = view,
			   .left = 2 * mmx_ranges_total(&mmx_mem(k)->sparse.pfn) + 4096};
	struct mmx_mms mms;
	uint64_t init_mm;

	if (mmx_fact_require(&k->facts, FACT_PAGING, err) ||
	    mmx_fact_require(&k->facts, FACT_PAGES, err) ||
	    mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (!mmx_symbol_addr(&k->symbols, "init_mm", &init_mm))
		init_mm = 0;
	if (new_space(&f, init_mm, "init_mm"))
		walk_space(&f, k->paging.root, 0);
	if (owners->n)
		qsort(owners->v, owners->n, sizeof(*owners->v), by_frame);
	f.shared = owners->n;
	mmx_mms_begin(&mms, view);
	while (!f.nomem && mmx_mms_next(&mms))
		walk_mm(&f, &mms);
	mmx_cover_inherit(&owners->coverage, &mms.coverage);
	mmx_seen_free(&f.seen);
	if (f.nomem)
		return mmx_fail_nomem(err);
	qsort(owners->v, owners->n, sizeof(*owners->v), by_frame);
	find_loops(owners);
	tell_unreadable(owners);
	owners->coverage.found = owners->n;
	if (mmx_fact_require(&k->facts, FACT_ISOLATION, err))
		mmx_cover_fail(&owners->coverage, err);
	return 0;
}

void mmx_pt_owners_free(struct mmx_pt_owners *owners)
{
	mmx_reasons_free(&owners->reasons);
	mmx_array_free(&owners->spaces);
	mmx_array_free(owners);
}

const struct mmx_pt_page *mmx_pt_owner_of(const struct mmx_pt_owners *owners, uint64_t pfn,
					  size_t *n)
{
	const struct mmx_pt_page *first = mmx_array_at(owners, pfn, pfn);

	for (*n = 0; first && first + *n < owners->v + owners->n && first[*n].pfn == pfn;)
		++*n;
	return first;
}

void mmx_pt_range(const struct mmx_kernel *kernel, const struct mmx_pt_page *table, uint64_t *first,
		  uint64_t *last)
{
	unsigned int shift = kernel->arch->page_shift;
	unsigned int level = table->level;

	/* A table is a page of entries of eight bytes; the root maps everything. */
	if (table->role == MMX_PT_DEPOSIT)
		level = mmx_has(&kernel->layout, M_mm_struct_pmd_huge_pte) ? MMX_PT_LEVELS : 2;
	*first = level < kernel->paging.levels ? table->va : 0;
	*last = level < kernel->paging.levels
			? table->va + (1ULL << (shift + level * (shift - 3))) - 1
			: UINT64_MAX;
}

/* The roots, up to 6.15, and what was made before there were struct pages: nothing marks those. */
static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	const struct mmx_pt_owners *owners = mmx_know_pt_owners(view);

	if (nth >= owners->n)
		return false;
	*run = (struct mmx_owner_run){owners->v[nth].pfn, 1};
	return true;
}

const struct mmx_owner_kind mmx_owner_page_table = {
	.name = "page tables",
	.class = CLASS_PAGE_TABLE,
	.why = "the page tables of an address space have it",
	.last = true,
	.known = MMX_KNOWN_pt_owners,
	.run = runs,
};
