// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/files/mapping.h"
#include "mm/mem.h"
#include "mm/processes/thp_eligible.h"
#include "mm/processes/vm_flags.h"

#define PMD_ORDER  9
#define PUD_ORDER  18
#define PMD        (1ULL << PMD_ORDER)
#define ANON_ALL   ((PMD << 1) - 1 - 3) /* from 16 KiB to 2 MiB */
#define FILE_ALL   ((PMD << 1) - 1 - 1) /* from 8 KiB on: the page cache's */
#define WHOLE_ONLY (PMD | 1ULL << PUD_ORDER)

/* What a mount of tmpfs and the setting for the others may say. */
enum { HUGE_FORCE = -2, HUGE_DENY = -1, HUGE_NEVER, HUGE_ALWAYS, HUGE_WITHIN_SIZE, HUGE_ADVISE };

/* Bits of mm->flags; the first has been free since 6.18, when it was taken for this. */
#define MMF_DISABLE_EXCEPT_ADVISED 23
#define MMF_DISABLE                24

#define S_IFMT  0170000u
#define S_IFREG 0100000u
#define S_DAX   (1u << 13)

/*
 * Rules.
 */

static void take(struct mmx_thp_rules *rules, struct mmx_view *view, const char *name,
		 unsigned int size, uint64_t *value)
{
	enum mmx_read read = mmx_kread_variable(view, name, size, value);
	uint64_t addr;

	if (!read)
		return;
	if (mmx_symbol_addr(&view->kernel->symbols, name, &addr))
		mmx_cover_failf(&rules->coverage, mmx_read_code(read), "%s is %s", name,
				mmx_read_name(read));
	else
		mmx_cover_failf(&rules->coverage, MMX_EMISSING, "symbol %s is needed", name);
}

static enum mmx_thp_rule find_rule(const struct mmx_kernel *k)
{
	/* The kind of question became an enumeration in the same series. */
	if (mmx_has_enum(&k->layout, E_TVA_SMAPS))
		return MMX_THP_ADVICE;
	if (mmx_symbols_find(&k->symbols, "shmem_allowable_huge_orders"))
		return MMX_THP_SHMEM;
	if (mmx_symbols_find(&k->symbols, "__thp_vma_allowable_orders"))
		return MMX_THP_ORDERS;
	if (mmx_symbols_find(&k->symbols, "hugepage_vma_check"))
		return MMX_THP_PMD;
	return mmx_symbols_find(&k->symbols, "do_huge_pmd_anonymous_page") ? MMX_THP_UNKNOWN
									   : MMX_THP_NONE;
}

static bool is_set(const struct mmx_layout *l, uint64_t flags, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) && flags >> mmx_enum(l, id) & 1;
}

static void take_flags(struct mmx_thp_rules *rules, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t flags = 0;

	take(rules, view, "transparent_hugepage_flags", 8, &flags);
	if (!mmx_has_enum(l, E_TRANSPARENT_HUGEPAGE_FLAG))
		mmx_cover_failf(&rules->coverage, MMX_EMISSING,
				"enum transparent_hugepage_flag is needed");
	rules->unsupported = is_set(l, flags, E_TRANSPARENT_HUGEPAGE_UNSUPPORTED);
	rules->always = is_set(l, flags, E_TRANSPARENT_HUGEPAGE_FLAG);
	rules->madvise = is_set(l, flags, E_TRANSPARENT_HUGEPAGE_REQ_MADV_FLAG);
}

/*
 * Up to 7.1 it was a choice of the configuration, which gives mappings a count. With 7.2 the count is gone, and what
 * a file system's page cache can have decides. That release renamed the function that tells whether to look for any.
 */
static enum mmx_thp_files find_files(const struct mmx_thp_rules *rules, const struct mmx_kernel *k)
{
	if (mmx_has(&k->layout, M_address_space_nr_thps))
		return MMX_THP_FILES_READ;
	if (rules->rule < MMX_THP_ADVICE || mmx_symbols_find(&k->symbols, "hugepage_pmd_enabled"))
		return MMX_THP_FILES_NONE;
	return mmx_symbols_find(&k->symbols, "hugepage_enabled") ? MMX_THP_FILES_LARGE
								 : MMX_THP_FILES_UNKNOWN;
}

/*
 * Whatever a mount gave counted up to 6.14, whether it fits the mapping or not. By 6.18 it was to fit, and in 6.19 a
 * mount came to give all orders in place of that of a PMD. What tells: owners of folios came in 6.15, and a flag for
 * guarded mappings in 6.19.
 */
static enum mmx_thp_fit find_fit(const struct mmx_thp_rules *rules, struct mmx_view *view)
{
	if (!mmx_has(&view->kernel->layout, M_folio_mm_ids))
		return MMX_THP_FIT_NOT_ASKED;
	if (mmx_vm_flag(mmx_know_vm_flags(view), "maybe_guard"))
		return MMX_THP_FIT_ALL;
	return rules->rule == MMX_THP_ADVICE ? MMX_THP_FIT_PMD : MMX_THP_FIT_UNKNOWN;
}

int mmx_thp_rules_find(struct mmx_thp_rules *rules, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t shmem = 0;

	(void)err;
	rules->rule = find_rule(view->kernel);
	if (rules->rule == MMX_THP_NONE)
		return 0;
	if (rules->rule == MMX_THP_UNKNOWN)
		mmx_cover_failf(&rules->coverage, MMX_EMISSING,
				"none of the functions that decide on huge pages is known");
	take_flags(rules, view);
	if (rules->rule >= MMX_THP_ORDERS) {
		take(rules, view, "huge_anon_orders_always", 8, &rules->anon.always);
		take(rules, view, "huge_anon_orders_madvise", 8, &rules->anon.madvise);
		take(rules, view, "huge_anon_orders_inherit", 8, &rules->anon.inherit);
	}
	if (mmx_symbols_find(&view->kernel->symbols, "shmem_is_huge") ||
	    rules->rule >= MMX_THP_SHMEM)
		take(rules, view, "shmem_huge", 4, &shmem);
	rules->shmem_enabled = (int32_t)shmem;
	if (rules->rule >= MMX_THP_SHMEM) {
		take(rules, view, "huge_shmem_orders_always", 8, &rules->shmem.always);
		take(rules, view, "huge_shmem_orders_madvise", 8, &rules->shmem.madvise);
		take(rules, view, "huge_shmem_orders_inherit", 8, &rules->shmem.inherit);
		take(rules, view, "huge_shmem_orders_within_size", 8, &rules->shmem.within_size);
	}
	rules->what_fits = find_fit(rules, view);
	rules->of_files = find_files(rules, view->kernel);
	return 0;
}

void mmx_thp_rules_free(struct mmx_thp_rules *rules)
{
	(void)rules;
}

/*
 * A mapping.
 */

/**
 * struct question - about one mapping
 * @ops: its vm_operations_struct; without one it is anonymous memory
 * @file: its inode, mapping and what it is of, all zeros without a file
 */
struct question {
	struct mmx_view *view;
	const struct mmx_thp_rules *rules;
	const struct mmx_vma *vma;
	const struct mmx_vm_flags *names;
	uint64_t ops;
	struct mmx_mapping file;
	bool shared_memory;
};

static bool has(const struct question *q, const char *flag)
{
	return q->vma->flags & mmx_vm_flag(q->names, flag);
}

/* The largest orders first: once one fits at the end of the mapping so do all below it. */
static uint64_t that_fit(const struct question *q, uint64_t orders)
{
	const struct mmx_vma *v = q->vma;
	unsigned int shift = q->view->kernel->arch->page_shift;

	for (int order = PUD_ORDER; order >= 0; order--) {
		uint64_t size = 1ULL << (order + shift), at = (v->end - size) & -size;
		bool aligned =
			!q->ops || !(((v->start >> shift) - v->pgoff) & ((1ULL << order) - 1));

		if (!(orders >> order & 1))
			continue;
		if (aligned && size <= v->end && at >= v->start && at + size <= v->end)
			break;
		orders &= ~(1ULL << order);
	}
	return orders;
}

/* Whether huge pages are forbidden to the mapping, or to the process. */
static int forbidden(const struct question *q, bool *yes, struct mmx_err *err)
{
	uint64_t flags;

	*yes = q->rules->unsupported || has(q, "nohugepage");
	if (*yes)
		return 0;
	if (mmx_kget(q->view, q->vma->mm, M_mm_struct_flags, &flags, err))
		return -1;
	*yes = flags >> MMF_DISABLE & 1 ||
	       (q->rules->rule == MMX_THP_ADVICE && !has(q, "hugepage") &&
		flags >> MMF_DISABLE_EXCEPT_ADVISED & 1);
	return 0;
}

static bool asked_for(const struct question *q)
{
	return q->rules->always || (q->rules->madvise && has(q, "hugepage"));
}

/*
 * Shared memory.
 */

/* The orders of which a page at the mapping's first index lies in the file. */
static int within_size(const struct question *q, uint64_t orders, uint64_t *in, struct mmx_err *err)
{
	uint64_t size, pages, index = q->vma->pgoff;

	if (mmx_kget(q->view, q->file.inode.addr, M_inode_i_size, &size, err))
		return -1;
	pages = (size + (1ULL << q->view->kernel->arch->page_shift) - 1) >>
		q->view->kernel->arch->page_shift;
	for (int order = PUD_ORDER; order >= 0; order--) {
		uint64_t end = (index + (1ULL << order)) & -(1ULL << order);

		if (!(orders >> order & 1))
			continue;
		if (pages >= end)
			break;
		orders &= ~(1ULL << order);
	}
	*in = orders;
	return 0;
}

/* What its mount says, and the setting over all: of @orders those that may be. */
static int by_mount(const struct question *q, uint64_t orders, uint64_t *may, struct mmx_err *err)
{
	uint64_t info, huge;

	*may = 0;
	if ((q->file.inode.mode & S_IFMT) != S_IFREG || q->rules->shmem_enabled == HUGE_DENY)
		return 0;
	if (q->rules->shmem_enabled == HUGE_FORCE) {
		*may = PMD;
		return 0;
	}
	if (mmx_kget(q->view, q->file.inode.sb, M_super_block_s_fs_info, &info, err) ||
	    mmx_kget(q->view, info, M_shmem_sb_info_huge, &huge, err))
		return -1;
	if ((uint8_t)huge == HUGE_ALWAYS)
		*may = orders;
	if ((uint8_t)huge == HUGE_WITHIN_SIZE && within_size(q, orders, may, err))
		return -1;
	if (!*may && ((uint8_t)huge == HUGE_WITHIN_SIZE || (uint8_t)huge == HUGE_ADVISE) &&
	    has(q, "hugepage"))
		*may = orders;
	return 0;
}

/* Of memory that has no file but in name there is a setting for each order. */
static int by_order(const struct question *q, uint64_t mount, uint64_t *may, struct mmx_err *err)
{
	const struct mmx_thp_rules *r = q->rules;
	uint64_t in;

	*may = 0;
	if (r->shmem_enabled == HUGE_DENY)
		return 0;
	if (r->shmem_enabled == HUGE_FORCE) {
		*may = r->shmem.inherit;
		return 0;
	}
	if (within_size(q, r->shmem.within_size, &in, err))
		return -1;
	*may = r->shmem.always | in;
	if (has(q, "hugepage"))
		*may |= r->shmem.madvise;
	if (mount)
		*may |= r->shmem.inherit;
	*may &= FILE_ALL;
	return 0;
}

static int shared_orders(const struct question *q, uint64_t of_mount, uint64_t *may,
			 struct mmx_err *err)
{
	uint64_t addr;

	if (by_mount(q, of_mount, may, err))
		return -1;
	if (q->rules->rule < MMX_THP_SHMEM)
		return 0;
	if (!mmx_symbol_addr(&q->view->kernel->symbols, "shmem_anon_vm_ops", &addr))
		return mmx_fail(err, MMX_EMISSING, "symbol shmem_anon_vm_ops is needed");
	return q->ops == addr ? by_order(q, *may, may, err) : 0;
}

/* Where nothing tells the rule there is an answer as far as all of them agree. */
static int of_shared_memory(const struct question *q, uint64_t fit, bool *eligible,
			    struct mmx_err *err)
{
	uint64_t whole, all;

	if (shared_orders(q, PMD, &whole, err) || shared_orders(q, FILE_ALL, &all, err))
		return -1;
	switch (q->rules->what_fits) {
	case MMX_THP_FIT_NOT_ASKED:
		*eligible = whole != 0;
		return 0;
	case MMX_THP_FIT_PMD:
		*eligible = (whole & fit) != 0;
		return 0;
	case MMX_THP_FIT_ALL:
		*eligible = (all & fit) != 0;
		return 0;
	default:
		break;
	}
	*eligible = whole != 0;
	if (*eligible == ((whole & fit) != 0) && *eligible == ((all & fit) != 0))
		return 0;
	return mmx_fail(
		err, MMX_EMISSING,
		"the rules for huge pages of tmpfs changed from 6.15 to 6.17, and nothing tells "
		"which this kernel has");
}

/*
 * Files.
 */

/* A regular file that nobody has open for writing; since 7.1 one that has a place to be. */
static int not_written(const struct question *q, bool *yes, struct mmx_err *err)
{
	uint64_t writers;

	if (mmx_kget(q->view, q->file.inode.addr, M_inode_i_writecount, &writers, err))
		return -1;
	*yes = (int32_t)writers <= 0 && strcmp(q->file.inode.fs, "anon_inodefs") != 0;
	return 0;
}

/* One whose file system says that its page cache has such large pages. */
static int has_large_folios(const struct question *q, bool *yes, struct mmx_err *err)
{
	const struct mmx_layout *l = &q->view->kernel->layout;
	uint64_t flags, order;

	if (!mmx_has_enum(l, E_AS_FOLIO_ORDER_MAX) || !mmx_has_enum(l, E_AS_FOLIO_ORDER_BITS))
		return mmx_fail(err, MMX_EMISSING, "AS_FOLIO_ORDER_MAX is needed");
	if (mmx_kget(q->view, q->file.addr, M_address_space_flags, &flags, err))
		return -1;
	order = flags >> mmx_enum(l, E_AS_FOLIO_ORDER_MAX) &
		((1ULL << mmx_enum(l, E_AS_FOLIO_ORDER_BITS)) - 1);
	*yes = order >= PMD_ORDER;
	return 0;
}

static int file_may(const struct question *q, bool *yes, struct mmx_err *err)
{
	*yes = false;
	if (!q->vma->file || (q->file.inode.mode & S_IFMT) != S_IFREG)
		return 0;
	switch (q->rules->of_files) {
	case MMX_THP_FILES_NONE:
		return 0;
	case MMX_THP_FILES_READ:
		return not_written(q, yes, err);
	case MMX_THP_FILES_LARGE:
		return has_large_folios(q, yes, err);
	default:
		return mmx_fail(err, MMX_EMISSING,
				"nothing tells whether files of this kernel have huge pages");
	}
}

static int of_file(const struct question *q, bool *eligible, struct mmx_err *err)
{
	uint64_t fault = 0;

	*eligible = false;
	if (!asked_for(q))
		return 0;
	if (mmx_kget(q->view, q->ops, M_vm_operations_struct_huge_fault, &fault, err))
		return -1;
	if (fault && q->rules->rule == MMX_THP_PMD)
		return mmx_fail(err, MMX_EMISSING,
				"whether a mapping with huge faults of its own counts changed in "
				"6.7, and nothing tells");
	if (fault) {
		*eligible = true;
		return 0;
	}
	if (q->rules->rule == MMX_THP_PMD && !has(q, "exec"))
		return 0;
	return file_may(q, eligible, err);
}

/*
 * Anonymous memory.
 */

/* A stack that execve() has not put where it will be is marked by what is asked of no other. */
static bool is_moving_stack(const struct question *q)
{
	return has(q, "growsdown") && has(q, "seqread") && has(q, "randread");
}

static uint64_t anon_orders(const struct question *q)
{
	const struct mmx_thp_rules *r = q->rules;
	uint64_t orders = r->anon.always;

	if (r->rule == MMX_THP_PMD)
		return asked_for(q) ? PMD : 0;
	if (has(q, "hugepage"))
		orders |= r->anon.madvise;
	if (asked_for(q))
		orders |= r->anon.inherit;
	return orders & ANON_ALL;
}

static uint64_t orders_of(const struct question *q)
{
	if (!q->ops)
		return anon_orders(q);
	if (q->rules->rule == MMX_THP_PMD)
		return PMD;
	if (q->rules->rule == MMX_THP_ORDERS ||
	    (q->vma->file && (has(q, "pfnmap") || has(q, "mixedmap"))))
		return WHOLE_ONLY;
	return FILE_ALL;
}

/* What is never looked through for pages to make huge: until 6.7 it was not eligible. */
static bool is_excluded(const struct question *q)
{
	return q->rules->rule == MMX_THP_PMD &&
	       (has(q, "io") || has(q, "pfnmap") || has(q, "dontexpand") || has(q, "mixedmap") ||
		has(q, "hugetlb"));
}

static int take_file(struct question *q, struct mmx_err *err)
{
	uint64_t mapping;

	if (!q->vma->file)
		return 0;
	if (mmx_kget(q->view, q->vma->file, M_file_f_mapping, &mapping, err) ||
	    mmx_mapping_read(&q->file, q->view, mapping, err))
		return -1;
	q->shared_memory = q->file.kind == MMX_MAPPING_SHMEM;
	return 0;
}

static int answer(struct question *q, bool *eligible, struct mmx_err *err)
{
	uint64_t orders;
	bool no;

	if (mmx_kget(q->view, q->vma->addr, M_vm_area_struct_vm_ops, &q->ops, err) ||
	    forbidden(q, &no, err))
		return -1;
	if (no || is_excluded(q))
		return 0;
	orders = that_fit(q, orders_of(q));
	if (!orders)
		return 0;
	if (take_file(q, err))
		return -1;
	if (q->vma->file && q->file.inode.flags & S_DAX)
		return 0;
	if (q->shared_memory)
		return of_shared_memory(q, orders, eligible, err);
	if (q->ops)
		return of_file(q, eligible, err);
	*eligible = !is_moving_stack(q);
	return 0;
}

int mmx_thp_eligible(struct mmx_view *view, const struct mmx_vma *vma, bool *eligible,
		     struct mmx_err *err)
{
	struct question q = {.view = view,
			     .rules = mmx_know_thp_rules(view),
			     .names = mmx_know_vm_flags(view),
			     .vma = vma};

	*eligible = false;
	/* The page of vsyscalls is in no address space. */
	if (q.rules->rule == MMX_THP_NONE || !vma->mm)
		return 0;
	if (!mmx_cover_whole(&q.rules->coverage)) {
		*err = q.rules->coverage.first;
		return -1;
	}
	return answer(&q, eligible, err);
}
