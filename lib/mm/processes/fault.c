// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/processes/fault.h"
#include "mm/processes/task.h"
#include "mm/processes/vm_flags.h"
#include "mm/swap/swap_slot.h"

#define SIG_BUS      7
#define SIG_SEGV     11
/* si_code */
#define NOT_MAPPED   1 /* SEGV_MAPERR */
#define NO_ACCESS    2 /* SEGV_ACCERR */
#define PKEY_DENIED  4 /* SEGV_PKUERR */
#define NO_ADDRESS   2 /* BUS_ADRERR */
#define MEMORY_ERROR 4 /* BUS_MCEERR_AR */
#define FROM_KERNEL  128

#define RLIMIT_STACK 3

#define MMF_UNSTABLE 22 /* of mm->flags, the same in all releases since 4.9 */

#define VSYSCALL 0xffffffffff600000ULL

#define UFFD_SIGBUS   (1ULL << 7)
#define UFFD_WP_ASYNC (1ULL << 15)

const char *mmx_access_word(unsigned int access)
{
	static const char *const words[] = {"read", "write", "execute"};

	return words[access];
}

const char *mmx_fault_word(unsigned int kind)
{
	static const char *const words[] = {
#define FAULT(id, word) [MMX_FAULT_##id] = word,
		MMX_FAULTS(FAULT)
#undef FAULT
	};

	return words[kind];
}

/* What a verdict is made from. */
struct judge {
	struct mmx_fault *f;
	struct mmx_view *view;
	const struct mmx_fault_site *site;
	enum mmx_access access;
};

/*
 * Sentences.
 */

static void __attribute__((format(printf, 3, 4)))
say(struct judge *j, enum mmx_fault_kind kind, const char *fmt, ...)
{
	va_list ap;

	j->f->kind = kind;
	va_start(ap, fmt);
	vsnprintf(j->f->text, sizeof(j->f->text), fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3))) add(struct judge *j, const char *fmt, ...)
{
	size_t len = strlen(j->f->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->f->text + len, sizeof(j->f->text) - len, fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 5, 6)))
kill_with(struct judge *j, enum mmx_fault_kind kind, unsigned int signal, int code, const char *fmt,
	  ...)
{
	va_list ap;

	j->f->kind = kind;
	j->f->signal = signal;
	j->f->code = code;
	va_start(ap, fmt);
	vsnprintf(j->f->text, sizeof(j->f->text), fmt, ap);
	va_end(ap);
}

static void not_known(struct judge *j, const struct mmx_err *why)
{
	j->f->why = *why;
	say(j, MMX_FAULT_UNKNOWN, "%s", why->text);
}

static void take_pfn(struct judge *j, uint64_t pfn)
{
	j->f->has_pfn = true;
	j->f->pfn = pfn;
}

/* What a frame's struct page says of its contents. */
struct condition {
	bool poisoned, dirty, shmem;
};

static bool condition_of(struct judge *j, uint64_t pfn, struct condition *c)
{
	const struct mmx_layout *l = &j->view->kernel->layout;
	const struct mmx_page_format *f;
	struct mmx_page_walk w;
	struct mmx_err err;
	bool ok;

	*c = (struct condition){0};
	if (!mmx_has_enum(l, E_PG_hwpoison) ||
	    mmx_fact_require(&j->view->kernel->facts, FACT_PAGES, &err) ||
	    mmx_page_walk_begin(&w, j->view, 0, 0, &err))
		return false;
	f = mmx_walk_format(&w);
	ok = mmx_pfn_valid(&mmx_mem(j->view->kernel)->sparse, pfn) && mmx_page_walk_look(&w, pfn) &&
	     !w.read && !w.folio.read;
	if (ok) {
		c->poisoned = mmx_bit(mmx_word(w.bytes, f->flags), mmx_enum(l, E_PG_hwpoison));
		c->shmem = mmx_bit(w.folio.flags, f->swapbacked);
		c->dirty = mmx_has_enum(l, E_PG_dirty) &&
			   mmx_bit(w.folio.flags, mmx_enum(l, E_PG_dirty));
	}
	mmx_page_walk_end(&w);
	return ok;
}

static void memory_error(struct judge *j, uint64_t pfn)
{
	kill_with(j, MMX_FAULT_POISON, SIG_BUS, MEMORY_ERROR,
		  "PFN 0x%" PRIx64 " had a memory error", pfn);
}

/* Of the OOM killer's victims memory is taken while they may still run: none of it may be made up anew. */
static bool reaped(struct judge *j)
{
	uint64_t flags;

	if (mmx_kread_member(j->view, j->site->mm, M_mm_struct_flags, &flags) ||
	    !(flags >> MMF_UNSTABLE & 1))
		return false;
	j->f->has_pfn = j->f->has_slot = false;
	kill_with(
		j, MMX_FAULT_REAPED, SIG_BUS, NO_ADDRESS,
		"the OOM reaper takes this memory away (MMF_UNSTABLE), and what it took may not be "
		"made up anew");
	return true;
}

/*
 * userfaultfd: its monitor is asked, unless it wants a signal instead.
 */

static void ask_uffd(struct judge *j, const char *of)
{
	if (j->site->uffd_features & UFFD_SIGBUS)
		kill_with(j, MMX_FAULT_NO_PAGE, SIG_BUS, NO_ADDRESS,
			  "%s, and userfaultfd 0x%" PRIx64 " wants a signal", of, j->site->uffd);
	else
		say(j, MMX_FAULT_UFFD, "%s: the thread waits for who reads userfaultfd 0x%" PRIx64,
		    of, j->site->uffd);
}

static bool uffd_missing(struct judge *j)
{
	if (!(j->site->vma.flags & MMX_VM_UFFD_MISSING))
		return false;
	ask_uffd(j, "there is no page");
	return true;
}

/* Flags that have moved over the releases, or that not every kernel has. */
static bool vma_is(const struct judge *j, const char *flag)
{
	return j->site->vma.flags & mmx_vm_flag(mmx_know_vm_flags(j->view), flag);
}

/* What smaps calls "ss"; %pGv has no name for it. */
static bool is_shadow_stack(const struct judge *j)
{
	const struct mmx_vm_flags *flags = mmx_know_vm_flags(j->view);

	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		if (j->site->vma.flags >> i & 1 && !strcmp(flags->bit[i].code, "ss"))
			return true;
	}
	return false;
}

/* A page that is there already, of a file in memory or of hugetlbfs, and that nothing maps yet. */
static bool uffd_minor(struct judge *j)
{
	if (!vma_is(j, "uffd_minor"))
		return false;
	ask_uffd(j, "there is a page, and none is mapped");
	return true;
}

/* In the asynchronous mode, since 6.7, the kernel takes the protection away by itself. */
static bool uffd_protects(const struct judge *j, unsigned int flags)
{
	return j->site->vma.flags & MMX_VM_UFFD_WP && flags & MMX_PTE_UFFD_WP &&
	       !(j->site->uffd_features & UFFD_WP_ASYNC);
}

/*
 * No entry, or one without a page.
 */

static bool writes(const struct judge *j)
{
	return j->access == MMX_ACCESS_WRITE;
}

static bool shared(const struct judge *j)
{
	return j->site->vma.flags & MMX_VM_SHARED;
}

/* A huge page may be had where nothing of its range is mapped, and all of it is the VMA's. */
static bool room_for_huge(const struct judge *j)
{
	const struct mmx_pte *pte = &j->site->entry.pte;
	uint64_t size = 1ULL << mmx_level_shift(j->view->kernel->arch, 2),
		 first = j->site->addr & ~(size - 1);

	return pte->kind == MMX_PTE_EMPTY && pte->level >= 2 && first >= j->site->vma.start &&
	       first + size <= j->site->vma.end;
}

static void anonymous(struct judge *j)
{
	const char *huge = room_for_huge(j) ? ", or a huge one where THP allows it" : "";

	if (shared(j))
		kill_with(j, MMX_FAULT_NO_PAGE, SIG_BUS, NO_ADDRESS,
			  "shared memory without a file or operations");
	else if (reaped(j) || uffd_missing(j))
		return;
	else if (writes(j))
		say(j, MMX_FAULT_DEMAND_ZERO, "a new page of zeros%s", huge);
	else
		say(j, MMX_FAULT_ZERO_PAGE, "the shared page of zeros, read-only%s", huge);
}

static void behind_the_end(struct judge *j)
{
	kill_with(j, MMX_FAULT_BEYOND, SIG_BUS, NO_ADDRESS,
		  "page 0x%" PRIx64 " lies behind the end of the file, which has 0x%" PRIx64
		  " bytes",
		  j->site->index, j->site->size);
}

/* A private mapping that is written to gets a copy, whatever the file's page comes from. */
static void then_written(struct judge *j)
{
	if (!writes(j))
		return;
	if (!shared(j)) {
		add(j, "; then copied for this process");
		j->f->kind = j->f->kind == MMX_FAULT_CACHED ? MMX_FAULT_COPY : j->f->kind;
	} else if (j->site->page_mkwrite[0]) {
		add(j, "; then %s() is told", j->site->page_mkwrite);
	}
}

static void take_slot(struct judge *j, unsigned int type, uint64_t offset)
{
	j->f->has_slot = true;
	j->f->type = type;
	j->f->offset = offset;
}

/* Out of a slot of swap, or of the folio that still has its contents. */
static void swap_in(struct judge *j, unsigned int type, uint64_t offset)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(j->view);
	const struct mmx_swap_area *area = mmx_swap_area(swaps, type);
	const char *path = area ? area->path.text : "";
	struct mmx_swap_slot slot;
	struct condition c;
	struct mmx_err err;

	take_slot(j, type, offset);
	if (mmx_swap_slot(&slot, j->view, swaps, type, offset, &err)) {
		/* Where all areas are known, an entry that names none of them is wrong. */
		if (!area && mmx_cover_whole(&swaps->coverage))
			err.code = MMX_ECORRUPT;
		mmx_fail_prefix(&err, "slot 0x%" PRIx64 " of swap area %u", offset, type);
		not_known(j, &err);
		return;
	}
	if (slot.bad) {
		mmx_fail(&err, MMX_ECORRUPT,
			 "slot 0x%" PRIx64 " of swap area %u is one that is never used", offset,
			 type);
		not_known(j, &err);
		return;
	}
	if (slot.cached && condition_of(j, slot.pfn, &c) && c.poisoned) {
		take_pfn(j, slot.pfn);
		memory_error(j, slot.pfn);
		return;
	}
	say(j, slot.cached ? MMX_FAULT_SWAP_CACHED : MMX_FAULT_SWAP_IN,
	    "slot 0x%" PRIx64 " of swap area %u%s%s%s", offset, type, path[0] ? " (" : "", path,
	    path[0] ? ")" : "");
	if (slot.cached) {
		take_pfn(j, slot.pfn);
		add(j, ", still cached in PFN 0x%" PRIx64, slot.pfn);
	}
}

/* A cached page whose memory failed is dropped and read again, unless it has what the file has not. */
static bool cached_is_poisoned(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;
	struct condition c;

	if (!condition_of(j, site->pfn, &c) || !c.poisoned)
		return false;
	if (c.dirty || c.shmem || site->backing == MMX_BACKED_BY_HUGETLB)
		memory_error(j, site->pfn);
	else
		say(j, MMX_FAULT_READ,
		    "page 0x%" PRIx64 " of the file: PFN 0x%" PRIx64
		    " had a memory error, and is dropped if nothing else needs it",
		    site->index, site->pfn);
	return true;
}

static void file_page(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;

	if (site->cached == MMX_SITE_CACHE_UNKNOWN) {
		not_known(j, &site->no_cache);
		return;
	}
	if (site->beyond) {
		behind_the_end(j);
		return;
	}
	if (site->cached == MMX_SITE_CACHED) {
		take_pfn(j, site->pfn);
		if (uffd_minor(j) || cached_is_poisoned(j))
			return;
		say(j, MMX_FAULT_CACHED, "page 0x%" PRIx64 " of the file, cached in PFN 0x%" PRIx64,
		    site->index, site->pfn);
	} else {
		say(j, MMX_FAULT_READ, "page 0x%" PRIx64 " of the file, which is not cached",
		    site->index);
	}
	then_written(j);
}

static void shmem_page(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;

	if (site->cached == MMX_SITE_IN_SWAP && !site->beyond) {
		swap_in(j, site->type, site->offset);
		add(j, ", page 0x%" PRIx64 " of the file in memory", site->index);
		then_written(j);
	} else if (site->cached != MMX_SITE_NOT_CACHED || site->beyond) {
		file_page(j);
	} else if (!uffd_missing(j)) {
		say(j, MMX_FAULT_DEMAND_ZERO,
		    "page 0x%" PRIx64 " of the file in memory, which has none there yet: zeros",
		    site->index);
		then_written(j);
	}
}

/* The pool of the VMA's size of pages; NULL when it cannot be told. */
static const struct mmx_hstate *pool_of(struct judge *j)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(j->view);
	unsigned int shift = j->view->kernel->arch->page_shift;

	for (unsigned int i = 0; i < pools->n; i++) {
		if (pools->v[i].order + shift == j->site->huge_shift)
			return &pools->v[i];
	}
	return NULL;
}

/* Whether more than the pool has may be asked of the buddy allocator (nr_overcommit_hugepages). */
static bool may_have_more(struct judge *j, const struct mmx_hstate *pool)
{
	uint64_t most;

	return !mmx_has(&j->view->kernel->layout, M_hstate_nr_overcommit_huge_pages) ||
	       mmx_kread_member(j->view, pool->addr, M_hstate_nr_overcommit_huge_pages, &most) ||
	       pool->surplus < most;
}

/*
 * What a mapping has reserved when it was made it gets; others what is free beyond that. Limits of a mount and of cgroups
 * are not looked at.
 */
static void new_huge_page(struct judge *j)
{
	const struct mmx_hstate *pool = pool_of(j);

	if (!pool)
		say(j, MMX_FAULT_DEMAND_ZERO,
		    "a huge page of the pool, zeroed; SIGBUS when it has none left");
	else if (pool->free > pool->reserved)
		say(j, MMX_FAULT_DEMAND_ZERO,
		    "a huge page, zeroed, of the pool, which has %" PRIu64 " free and %" PRIu64
		    " reserved",
		    pool->free, pool->reserved);
	else if (may_have_more(j, pool))
		say(j, MMX_FAULT_DEMAND_ZERO,
		    "a huge page, zeroed: of the pool's %" PRIu64 " free, all reserved, if one is "
		    "this mapping's, else one more if there is memory; SIGBUS without",
		    pool->free);
	else if (!pool->free || vma_is(j, "noreserve"))
		kill_with(j, MMX_FAULT_NO_PAGE, SIG_BUS, NO_ADDRESS,
			  "the pool has %" PRIu64 " huge pages free and %" PRIu64
			  " reserved, and none for this mapping",
			  pool->free, pool->reserved);
	else
		say(j, MMX_FAULT_DEMAND_ZERO,
		    "a huge page, zeroed, if this mapping has reserved one: the pool has %" PRIu64
		    " free, all reserved; SIGBUS else",
		    pool->free);
}

static void huge_page(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;

	if (site->cached == MMX_SITE_CACHE_UNKNOWN || site->beyond ||
	    site->cached == MMX_SITE_CACHED)
		file_page(j);
	else if (!uffd_missing(j))
		new_huge_page(j);
}

static void function_decides(struct judge *j)
{
	say(j, MMX_FAULT_FUNCTION, "%s() decides", j->site->fault);
}

/* finish_fault(). What is only read and cached is mapped before, with its neighbours. */
static void then_reaped(struct judge *j)
{
	if (!shared(j) && !j->f->signal && j->f->kind != MMX_FAULT_UNKNOWN &&
	    j->f->kind != MMX_FAULT_UFFD && (writes(j) || j->f->kind != MMX_FAULT_CACHED))
		reaped(j);
}

/* do_pte_missing() and hugetlb_no_page(): nothing stands there. */
static void missing(struct judge *j)
{
	switch (j->site->backing) {
	case MMX_BACKED_BY_NOTHING:
		anonymous(j);
		break;
	case MMX_BACKED_BY_CACHE:
		file_page(j);
		then_reaped(j);
		break;
	case MMX_BACKED_BY_SHMEM:
		shmem_page(j);
		then_reaped(j);
		break;
	case MMX_BACKED_BY_HUGETLB:
		huge_page(j);
		break;
	case MMX_BACKED_BY_FUNCTION:
		function_decides(j);
		break;
	case MMX_BACKED_BY_NO_FUNCTION:
		kill_with(j, MMX_FAULT_NO_PAGE, SIG_BUS, NO_ADDRESS,
			  "whoever mapped it left a hole here, and has no function for faults");
		break;
	case MMX_BACKED_UNKNOWN:
		not_known(j, &j->site->no_backing);
	}
}

static void marker(struct judge *j)
{
	unsigned int marker = j->site->entry.marker;

	if (marker & MMX_MARKER_POISONED)
		kill_with(j, MMX_FAULT_POISON, SIG_BUS, MEMORY_ERROR,
			  "a marker says that its contents are lost");
	else if (marker & MMX_MARKER_GUARD)
		kill_with(j, MMX_FAULT_GUARD, SIG_SEGV, NOT_MAPPED,
			  "a guard region (MADV_GUARD_INSTALL)");
	else if (marker & MMX_MARKER_UFFD_WP)
		missing(j);
	else
		kill_with(j, MMX_FAULT_NO_PAGE, SIG_BUS, NO_ADDRESS, "a marker without a meaning");
	if (marker & MMX_MARKER_UFFD_WP && !j->f->signal && writes(j) &&
	    uffd_protects(j, MMX_PTE_UFFD_WP))
		add(j, "; then userfaultfd is asked, which protects it from writing");
}

/*
 * A page that is there, and may not be written to.
 */

/* What of the frame decides whether it is copied. */
struct source {
	bool anon, ksm, exclusive, large, on_list;
	int64_t others; /* references beside this mapping and the swap cache */
};

static bool page_exclusive(const struct mmx_page_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	const unsigned char *page = w->folio.hugetlb ? w->folio.bytes : w->bytes;

	return mmx_has_enum(l, E_PG_anon_exclusive) &&
	       mmx_bit(mmx_word(page, mmx_walk_format(w)->flags), mmx_enum(l, E_PG_anon_exclusive));
}

static void take_source(struct source *s, const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	bool cached =
		mmx_bit(w->folio.flags, f->swapcache) && mmx_bit(w->folio.flags, f->swapbacked);

	s->anon = mmx_folio_anon(w);
	s->ksm = s->anon && (mmx_word(w->folio.bytes, f->mapping) & 3) == 3;
	s->exclusive = s->anon && page_exclusive(w);
	s->large = w->folio.order > 0;
	s->on_list = mmx_bit(w->folio.flags, f->lru);
	s->others = mmx_int(w->folio.bytes, f->refcount) - 1 - cached;
}

static int find_source(struct source *s, struct judge *j, uint64_t pfn, struct mmx_err *err)
{
	struct mmx_page_walk w;
	enum mmx_read read;

	if (mmx_fact_require(&j->view->kernel->facts, FACT_PAGES, err) ||
	    mmx_page_walk_begin(&w, j->view, 0, 0, err))
		return -1;
	if (!mmx_page_walk_look(&w, pfn))
		read = MMX_READ_ABSENT;
	else
		read = w.read ? w.read : w.folio.read;
	if (!read)
		take_source(s, &w);
	mmx_page_walk_end(&w);
	if (read)
		mmx_fail(err, mmx_read_code(read), "the struct page of PFN 0x%" PRIx64 " is %s",
			 pfn, mmx_read_name(read));
	return read ? -1 : 0;
}

/*
 * do_wp_page() of a private mapping. A page that one alone has is marked exclusive; without the mark it may still be
 * the last reference, which the kernel finds out by counting. Of a large folio it counts by releases' rules.
 */
static void copy_or_take(struct judge *j)
{
	const struct mmx_pte *pte = &j->site->entry.pte;
	uint64_t pfn = j->f->pfn;
	struct source s;
	struct mmx_err err;

	/* Of a huge page that is mapped as one, its first page has the mark. */
	if (find_source(&s, j, pte->level > 1 ? pte->phys >> 12 : pfn, &err))
		not_known(j, &err);
	else if (!s.anon)
		say(j, MMX_FAULT_COPY, "a copy of PFN 0x%" PRIx64 ", which is the file's", pfn);
	else if (s.ksm)
		say(j, MMX_FAULT_COPY, "a copy of PFN 0x%" PRIx64 ", which KSM has merged", pfn);
	else if (s.exclusive)
		say(j, MMX_FAULT_TAKE, "PFN 0x%" PRIx64 " is this process's alone", pfn);
	else if (s.large)
		say(j, MMX_FAULT_COPY_OR_TAKE,
		    "PFN 0x%" PRIx64 " of a large folio is copied, unless it is shared no more",
		    pfn);
	else if (s.others > 0 && !s.on_list)
		say(j, MMX_FAULT_COPY_OR_TAKE,
		    "PFN 0x%" PRIx64
		    " waits in a CPU's batch: copied, unless this CPU's has its other reference",
		    pfn);
	else if (s.others > 0)
		say(j, MMX_FAULT_COPY,
		    "a copy of PFN 0x%" PRIx64 ", which has %" PRId64
		    " reference%s beside this one",
		    pfn, s.others, s.others > 1 ? "s" : "");
	else
		say(j, MMX_FAULT_TAKE, "PFN 0x%" PRIx64 ": nobody else refers to it any more", pfn);
}

static void shared_write(struct judge *j)
{
	say(j, MMX_FAULT_SHARED_WRITE, "PFN 0x%" PRIx64 " becomes writable and dirty",
	    j->site->entry.pfn);
	if (j->site->page_mkwrite[0])
		add(j, "; %s() is told", j->site->page_mkwrite);
}

static void write_protected(struct judge *j)
{
	const struct mmx_user_entry *e = &j->site->entry;

	take_pfn(j, e->pfn);
	if (uffd_protects(j, e->flags))
		ask_uffd(j, "userfaultfd protects it from writing");
	else if (j->site->vma.flags & (MMX_VM_SHARED | MMX_VM_MAYSHARE))
		shared_write(j);
	else if (e->zero)
		say(j, MMX_FAULT_DEMAND_ZERO, "a new page of zeros for the shared one");
	else if (mmx_user_special(e, mmx_know_entry_rules(j->view)))
		say(j, MMX_FAULT_COPY, "a copy of PFN 0x%" PRIx64 ", which is nobody's page",
		    e->pfn);
	else
		copy_or_take(j);
}

/*
 * Entries that are not present.
 */

static void swapped(struct judge *j)
{
	const struct mmx_user_entry *e = &j->site->entry;

	swap_in(j, e->type, e->offset);
	if (!writes(j) || j->f->kind == MMX_FAULT_UNKNOWN)
		return;
	if (uffd_protects(j, e->flags))
		add(j, "; then userfaultfd is asked, which protects it from writing");
	else if (!(e->flags & MMX_PTE_EXCLUSIVE))
		add(j, "; then copied, if others have it too");
}

/* Mapped again it is written to: what that does follows, unless the VMA's pages are shared. */
static void hint_then_written(struct judge *j)
{
	struct mmx_fault hint = *j->f;
	char text[MMX_FAULT_TEXT];

	if (!writes(j))
		return;
	if (shared(j)) {
		add(j, ", and made writable");
		return;
	}
	copy_or_take(j);
	snprintf(text, sizeof(text), "%s", j->f->text);
	*j->f = hint;
	add(j, "; then, written to: %s", text);
}

/* Without access: what the VMA allows was asked before, so this is no PROT_NONE. */
static void hidden(struct judge *j)
{
	const struct mmx_user_entry *e = &j->site->entry;

	take_pfn(j, e->pfn);
	if (e->pte.level > 1 && !(e->flags & MMX_PTE_PROTNONE)) {
		say(j, MMX_FAULT_SPLITTING, "the huge page at PFN 0x%" PRIx64 " is being split",
		    e->pfn);
	} else {
		say(j, MMX_FAULT_NUMA_HINT,
		    "PFN 0x%" PRIx64 " is moved nearer, where that pays, and mapped again", e->pfn);
		hint_then_written(j);
	}
}

/* handle_mm_fault() */
static void handle(struct judge *j)
{
	const struct mmx_user_entry *e = &j->site->entry;

	switch (e->kind) {
	case MMX_USER_NONE:
		missing(j);
		break;
	case MMX_USER_MAPPED:
		write_protected(j);
		break;
	case MMX_USER_NO_ACCESS:
		hidden(j);
		break;
	case MMX_USER_SWAP:
		swapped(j);
		break;
	case MMX_USER_MIGRATION:
		take_pfn(j, e->pfn);
		say(j, MMX_FAULT_MIGRATION,
		    "the thread waits until PFN 0x%" PRIx64 " has moved, and looks again", e->pfn);
		break;
	case MMX_USER_DEVICE:
		take_pfn(j, e->pfn);
		say(j, MMX_FAULT_DEVICE, "the driver brings PFN 0x%" PRIx64 " back", e->pfn);
		break;
	case MMX_USER_EXCLUSIVE:
		take_pfn(j, e->pfn);
		say(j, MMX_FAULT_EXCLUSIVE, "the driver gives PFN 0x%" PRIx64 " up", e->pfn);
		break;
	case MMX_USER_HWPOISON:
		take_pfn(j, e->pfn);
		memory_error(j, e->pfn);
		break;
	case MMX_USER_MARKER:
		marker(j);
		break;
	case MMX_USER_SWAP_ERROR:
		kill_with(j, MMX_FAULT_LOST, SIG_BUS, NO_ADDRESS,
			  "its page could not be read back from swap");
		break;
	default:
		not_known(j, &j->site->path.coverage.first);
	}
}

/*
 * Protection keys: what each of the 16 allows is two bits of a register that every thread has its own of. It is
 * saved while the thread does not run.
 */

static bool key_register(const struct judge *j, uint64_t *pkru)
{
	const struct mmx_task *task = j->site->task;
	uint64_t running;

	return task && !mmx_kread_member(j->view, task->addr, M_task_struct_on_cpu, &running) &&
	       !running && !mmx_kread_member(j->view, task->addr, M_task_struct_pkru, pkru);
}

/* They decide about data alone. */
static bool key_denies(struct judge *j, unsigned int key)
{
	uint64_t pkru, mask = writes(j) ? 3 : 1;

	if (j->access == MMX_ACCESS_EXECUTE || !key_register(j, &pkru) || !(pkru >> 2 * key & mask))
		return false;
	j->f->has_pfn = false;
	kill_with(j, MMX_FAULT_PERMISSION, SIG_SEGV, PKEY_DENIED,
		  "the thread's PKRU, 0x%" PRIx64 ", denies protection key %u", pkru, key);
	return true;
}

static void mention_key(struct judge *j, unsigned int key)
{
	uint64_t pkru;

	if (key && j->access != MMX_ACCESS_EXECUTE && !key_register(j, &pkru))
		add(j, "; unless the thread's PKRU denies key %u", key);
}

/* Bits 32 to 35 of a VMA's flags. */
static unsigned int vma_key(const struct judge *j)
{
	return j->site->vma.flags >> 32 & 15;
}

/*
 * Whether there is a VMA, and what it allows.
 */

/* The distance that a stack keeps to what lies below it; "stack_guard_gap=" may change it. */
static uint64_t guard_gap(struct judge *j)
{
	uint64_t gap;

	return mmx_kread_variable(j->view, "stack_guard_gap", 8, &gap) ? 256ULL << 12 : gap;
}

static bool stack_limit(struct judge *j, uint64_t *limit)
{
	uint64_t signal;

	return j->site->task && mmx_has(&j->view->kernel->layout, M_signal_struct_rlim) &&
	       !mmx_kread_member(j->view, j->site->task->addr, M_task_struct_signal, &signal) &&
	       signal &&
	       !mmx_kread_u64(j->view,
			      signal + mmx_off(&j->view->kernel->layout, M_signal_struct_rlim) +
				      RLIMIT_STACK * 16ULL,
			      limit);
}

/* expand_downwards(): its limits of all memory and of locked memory are not looked at. */
static bool can_grow(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;
	uint64_t addr = site->addr & ~0xfffULL, gap = guard_gap(j), lowest = 0, limit;

	mmx_kread_variable(j->view, "mmap_min_addr", 8, &lowest);
	if (addr < lowest)
		kill_with(j, MMX_FAULT_NO_GROWTH, SIG_SEGV, NOT_MAPPED,
			  "a stack may not grow below 0x%" PRIx64 " (mmap_min_addr)", lowest);
	else if (site->before && !(site->before_flags & MMX_VM_GROWSDOWN) &&
		 site->before_flags & MMX_VM_ACCESS && addr - site->before < gap)
		kill_with(j, MMX_FAULT_NO_GROWTH, SIG_SEGV, NOT_MAPPED,
			  "a stack keeps 0x%" PRIx64 " bytes from what ends at 0x%" PRIx64, gap,
			  site->before);
	else if ((site->vma.start - addr) >> 12 > site->vma.pgoff)
		kill_with(j, MMX_FAULT_NO_GROWTH, SIG_SEGV, NOT_MAPPED,
			  "what grows down has no room below its page 0");
	else if (stack_limit(j, &limit) && site->vma.end - addr > limit)
		kill_with(j, MMX_FAULT_NO_GROWTH, SIG_SEGV, NOT_MAPPED,
			  "the limit of stacks is 0x%" PRIx64 " bytes (RLIMIT_STACK)", limit);
	else
		return true;
	return false;
}

static void denied(struct judge *j, const char *why)
{
	kill_with(j, MMX_FAULT_PERMISSION, SIG_SEGV, NO_ACCESS, "%s", why);
}

/* access_error(): true when the VMA does not allow it. */
static bool access_error(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;
	bool present = site->entry.kind == MMX_USER_MAPPED;

	if (key_denies(j, vma_key(j)))
		return true;
	if (writes(j) && is_shadow_stack(j))
		denied(j, "a shadow stack, which only calls and returns write to");
	else if (writes(j) && !(site->vma.flags & MMX_VM_WRITE))
		denied(j, "the VMA may not be written to");
	else if (!writes(j) && present && j->access == MMX_ACCESS_EXECUTE)
		denied(j, "its page may not be executed");
	else if (!writes(j) && present)
		denied(j, "its page is not for user mode");
	else if (!(site->vma.flags & MMX_VM_ACCESS))
		denied(j, "the VMA allows no access (PROT_NONE)");
	else
		return false;
	return true;
}

/* What is not executable is made present first, as for a read, and faults again. */
static void execute(struct judge *j)
{
	handle(j);
	if (j->site->vma.flags & MMX_VM_EXEC || j->f->signal || j->f->kind == MMX_FAULT_UNKNOWN ||
	    j->f->kind == MMX_FAULT_UFFD || j->f->kind == MMX_FAULT_FUNCTION)
		return;
	j->f->has_pfn = j->f->has_slot = false;
	denied(j, "the VMA may not be executed");
}

static void with_vma(struct judge *j)
{
	if (access_error(j))
		return;
	if (j->access == MMX_ACCESS_EXECUTE)
		execute(j);
	else
		handle(j);
}

static void below_stack(struct judge *j)
{
	struct mmx_fault *f = j->f;

	if (!can_grow(j))
		return;
	with_vma(j);
	f->grows = !f->signal && f->kind != MMX_FAULT_UNKNOWN;
	if (f->grows)
		add(j, "; the VMA at 0x%" PRIx64 " grows down to it", j->site->vma.start);
}

/*
 * Without a fault.
 */

static unsigned int right_of(enum mmx_access access)
{
	return MMX_PTE_USER | (access == MMX_ACCESS_WRITE     ? MMX_PTE_WRITE
			       : access == MMX_ACCESS_EXECUTE ? MMX_PTE_EXEC
							      : 0);
}

static bool allowed(struct judge *j)
{
	unsigned int need = right_of(j->access);
	struct condition c;

	if (j->site->entry.kind != MMX_USER_MAPPED || (j->site->rights & need) != need)
		return false;
	take_pfn(j, j->site->entry.pfn);
	if (key_denies(j, mmx_pte_key(j->view->kernel->arch, &j->site->entry.pte)))
		return true;
	say(j, MMX_FAULT_NONE, "it is mapped%s",
	    j->site->entry.zero ? ": the shared page of zeros" : "");
	if (j->site->place == MMX_SITE_OUTSIDE)
		add(j, ", though no VMA has it");
	if (condition_of(j, j->site->entry.pfn, &c) && c.poisoned)
		add(j, "; its memory failed: a machine check, and SIGBUS, where it is met");
	mention_key(j, mmx_pte_key(j->view->kernel->arch, &j->site->entry.pte));
	return true;
}

/* What lies above the user's part, and what is no address at all: its two halves have the top bits alike. */
static bool not_users(struct judge *j)
{
	const struct mmx_kernel *k = j->view->kernel;
	unsigned int bits = mmx_level_shift(k->arch, k->paging.levels + 1) - 1;
	uint64_t addr = j->site->addr, end = (1ULL << bits) - (1ULL << k->arch->page_shift),
		 high = addr >> bits;

	if (addr < end)
		return false;
	if ((addr & ~0xfffULL) == VSYSCALL && j->access == MMX_ACCESS_EXECUTE)
		say(j, MMX_FAULT_VSYSCALL, "unless vsyscall=none: a call there is emulated");
	else if (high && high != ~0ULL >> bits)
		kill_with(j, MMX_FAULT_NO_USER, SIG_SEGV, FROM_KERNEL,
			  "the address is not canonical: a general protection fault");
	else
		kill_with(j, MMX_FAULT_NO_USER, SIG_SEGV, NOT_MAPPED,
			  "the address is not of user space");
	return true;
}

static void outside(struct judge *j)
{
	const struct mmx_fault_site *site = j->site;

	kill_with(j, MMX_FAULT_NO_VMA, SIG_SEGV, NOT_MAPPED, "none is there");
	if (site->before)
		add(j, "; the one before ends at 0x%" PRIx64, site->before);
	if (site->after)
		add(j, "; the next begins at 0x%" PRIx64, site->after);
}

void mmx_fault_tell(struct mmx_fault *fault, struct mmx_view *view,
		    const struct mmx_fault_site *site, enum mmx_access access)
{
	struct judge j = {.f = fault, .view = view, .site = site, .access = access};

	*fault = (struct mmx_fault){0};
	if (not_users(&j) || allowed(&j))
		return;
	switch (site->place) {
	case MMX_SITE_INSIDE:
		with_vma(&j);
		break;
	case MMX_SITE_BELOW:
		below_stack(&j);
		break;
	case MMX_SITE_UNKNOWN:
		not_known(&j, &site->no_vmas);
		break;
	case MMX_SITE_OUTSIDE:
		outside(&j);
	}
}
