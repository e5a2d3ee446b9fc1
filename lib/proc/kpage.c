// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/buddy_block.h"
#include "mm/frames/tail_link.h"
#include "proc/kpage.h"

/* The bits of kpageflags; user space relies on them, so they have never moved. */
enum {
	KPF_LOCKED = 0,
	KPF_ERROR = 1,
	KPF_REFERENCED = 2,
	KPF_UPTODATE = 3,
	KPF_DIRTY = 4,
	KPF_LRU = 5,
	KPF_ACTIVE = 6,
	KPF_SLAB = 7,
	KPF_WRITEBACK = 8,
	KPF_RECLAIM = 9,
	KPF_BUDDY = 10,
	KPF_MMAP = 11,
	KPF_ANON = 12,
	KPF_SWAPCACHE = 13,
	KPF_SWAPBACKED = 14,
	KPF_COMPOUND_HEAD = 15,
	KPF_COMPOUND_TAIL = 16,
	KPF_HUGE = 17,
	KPF_UNEVICTABLE = 18,
	KPF_HWPOISON = 19,
	KPF_NOPAGE = 20,
	KPF_KSM = 21,
	KPF_THP = 22,
	KPF_OFFLINE = 23,
	KPF_ZERO_PAGE = 24,
	KPF_IDLE = 25,
	KPF_PGTABLE = 26,
	KPF_RESERVED = 32,
	KPF_MLOCKED = 33,
	KPF_OWNER_2 = 34, /* MAPPEDTODISK, under the flag's older name */
	KPF_PRIVATE = 35,
	KPF_PRIVATE_2 = 36,
	KPF_OWNER_PRIVATE = 37,
	KPF_ARCH = 38,
	KPF_UNCACHED = 39,
	KPF_ARCH_2 = 41,
	KPF_ARCH_3 = 42,
};

/* Every flag that is copied as it is; one that the kernel lacks is left out. */
static const struct {
	enum mmx_layout_enumerator flag;
	uint8_t kpf;
} copies[] = {
	{E_PG_locked, KPF_LOCKED},
	{E_PG_error, KPF_ERROR},
	{E_PG_referenced, KPF_REFERENCED},
	{E_PG_uptodate, KPF_UPTODATE},
	{E_PG_dirty, KPF_DIRTY},
	{E_PG_lru, KPF_LRU},
	{E_PG_active, KPF_ACTIVE},
	{E_PG_slab, KPF_SLAB},
	{E_PG_writeback, KPF_WRITEBACK},
	{E_PG_reclaim, KPF_RECLAIM},
	{E_PG_swapbacked, KPF_SWAPBACKED},
	{E_PG_unevictable, KPF_UNEVICTABLE},
	{E_PG_reserved, KPF_RESERVED},
	{E_PG_mlocked, KPF_MLOCKED},
	{E_PG_mappedtodisk, KPF_OWNER_2},
	{E_PG_owner_2, KPF_OWNER_2},
	{E_PG_private, KPF_PRIVATE},
	{E_PG_private_2, KPF_PRIVATE_2},
	{E_PG_owner_priv_1, KPF_OWNER_PRIVATE},
	{E_PG_arch_1, KPF_ARCH},
	{E_PG_uncached, KPF_UNCACHED},
	{E_PG_arch_2, KPF_ARCH_2},
	{E_PG_arch_3, KPF_ARCH_3},
};

/* Of stable_page_flags(), which takes about 900; the test for KSM comes early. */
#define KPAGEFLAGS_CODE 768

#define HUGE_ZERO_PAGES 512ULL

/* A kernel variable of eight bytes; @otherwise when there is no such symbol. */
static int variable(struct mmx_view *view, const char *name, uint64_t otherwise, uint64_t *value,
		    struct mmx_err *err)
{
	unsigned char bytes[8];
	uint64_t addr;

	*value = otherwise;
	if (!mmx_symbol_addr(&view->kernel->symbols, name, &addr))
		return 0;
	if (mmx_kread_ok(view, addr, bytes, sizeof(bytes), name, err))
		return -1;
	*value = mmx_le64(bytes);
	return 0;
}

/* The shared page of zeros: an array in the image, or a variable with its frame. */
static int find_zero_page(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t page, phys;

	if (mmx_symbol_addr(&view->kernel->symbols, "empty_zero_page", &page) &&
	    !mmx_kphys(view, page, &phys)) {
		kp->zero_pfn = phys >> view->kernel->arch->page_shift;
		return 0;
	}
	if (variable(view, "zero_pfn", ~0ULL, &kp->zero_pfn, err))
		return -1;
	return kp->zero_pfn == ~0ULL ? variable(view, "zero_page_pfn", ~0ULL, &kp->zero_pfn, err)
				     : 0;
}

/* The files end with a whole section. */
static int find_max_pfn(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t section = 1ULL << (mmx_mem(k)->sparse.section_bits - k->arch->page_shift);

	if (variable(view, "max_pfn", 0, &kp->max_pfn, err))
		return -1;
	if (!kp->max_pfn)
		return mmx_fail(err, MMX_EMISSING, "there is no symbol max_pfn, or it is 0");
	if (kp->max_pfn > mmx_mem(k)->sparse.end)
		return mmx_fail(err, MMX_ECORRUPT,
				"max_pfn is 0x%" PRIx64 ", but no frame from 0x%" PRIx64
				" on ever had a struct page",
				kp->max_pfn, mmx_mem(k)->sparse.end);
	kp->max_pfn = (kp->max_pfn + section - 1) & ~(section - 1);
	return 0;
}

/* Rules by page are older than the mistake. */
static void find_ksm_test(struct mmx_kpage *kp, struct mmx_view *view)
{
	static const char name[] = "stable_page_flags";
	unsigned char code[KPAGEFLAGS_CODE];
	uint64_t addr;

	kp->ksm = MMX_KSM_BOTH_BITS;
	if (kp->rules == MMX_KPAGE_PAGE)
		return;
	kp->ksm = MMX_KSM_UNKNOWN;
	if (strcmp(view->kernel->arch->machine, "x86_64"))
		mmx_fail(&kp->ksm_unknown, MMX_EMISSING, "its code is not of x86_64");
	else if (!mmx_symbol_addr(&view->kernel->symbols, name, &addr))
		mmx_fail(&kp->ksm_unknown, MMX_EMISSING, "there is no symbol %s", name);
	else if (!mmx_kread_ok(view, addr, code, sizeof(code), name, &kp->ksm_unknown))
		kp->ksm = mmx_ksm_test(code, sizeof(code));
	else
		return;
	if (kp->ksm == MMX_KSM_UNKNOWN && !kp->ksm_unknown.code)
		mmx_fail(&kp->ksm_unknown, MMX_EMISSING,
			 "the code of %s has no test that mmx knows", name);
}

static void copy(struct mmx_kpage *kp, unsigned int flag, unsigned int kpf)
{
	for (unsigned int byte = 0; byte < 256; byte++)
		kp->copied[flag / 8][byte] |= (uint64_t)(byte >> flag % 8 & 1) << kpf;
	if (kp->n_copied <= flag / 8)
		kp->n_copied = flag / 8 + 1;
}

static void find_edges(struct mmx_kpage *kp)
{
	const uint64_t edge[MMX_KPAGE_EDGES] = {kp->zero_pfn, kp->zero_pfn + 1, kp->huge_zero_pfn,
						kp->huge_zero_pfn + HUGE_ZERO_PAGES};

	memcpy(kp->edge, edge, sizeof(edge));
}

int mmx_kpage_find(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t symbol;

	memset(kp, 0, sizeof(*kp));
	if (mmx_fact_require(&k->facts, FACT_PAGES, err) ||
	    mmx_fact_require(&k->facts, FACT_ONLINE, err))
		return -1;
	if (find_max_pfn(kp, view, err) || find_zero_page(kp, view, err) ||
	    variable(view, "huge_zero_pfn", ~0ULL, &kp->huge_zero_pfn, err))
		return -1;
	find_edges(kp);
	kp->thp = mmx_symbol_addr(&k->symbols, "transparent_hugepage_flags", &symbol);
	/* 6.10 moved slab to the page types and kpageflags to folios: one tells of the other. */
	kp->rules = mmx_has_struct(l, S_page_snapshot)     ? MMX_KPAGE_SNAPSHOT
		    : mmx_mem(k)->page_format.slab_is_type ? MMX_KPAGE_FOLIO
							   : MMX_KPAGE_PAGE;
	find_ksm_test(kp, view);
	kp->hole = mmx_has_enum(l, E_KPAGE_FLAGS) ? 0 : 1ULL << KPF_NOPAGE;
	kp->idle = mmx_has_enum(l, E_PG_idle) ? mmx_enum(l, E_PG_idle) : MMX_NO_BIT;
	for (size_t i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
		if (mmx_has_enum(l, copies[i].flag) &&
		    (copies[i].flag != E_PG_slab || !mmx_mem(k)->page_format.slab_is_type))
			copy(kp, mmx_enum(l, copies[i].flag) & 63, copies[i].kpf);
	}
	return 0;
}

/* So many folios that tell the same are enough. */
#define WITNESSES 64

int mmx_kpage_find_counted(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err)
{
	unsigned int pages = 0, folio = 0;
	struct mmx_page_walk w;

	kp->counted = MMX_COUNTED_PAGES;
	if (!mmx_mem(view->kernel)->page_format.may_not_count_pages)
		return 0;
	if (mmx_page_walk_begin(&w, view, 0, kp->max_pfn, err))
		return -1;
	while (pages < WITNESSES && folio < WITNESSES && mmx_page_walk_next(&w)) {
		enum mmx_counted counted;

		if (w.read || w.tail || !mmx_pfn_online(&mmx_mem(view->kernel)->sparse, w.pfn) ||
		    mmx_folio_counted(&w, &counted))
			continue;
		pages += counted == MMX_COUNTED_PAGES;
		folio += counted == MMX_COUNTED_FOLIO;
	}
	mmx_page_walk_end(&w);
	kp->counted = pages > folio   ? MMX_COUNTED_PAGES
		      : pages < folio ? MMX_COUNTED_FOLIO
				      : MMX_COUNTED_UNKNOWN;
	return 0;
}

static uint64_t copy_bits(const struct mmx_kpage *kp, uint64_t flags)
{
	uint64_t u = 0;

	for (unsigned int i = 0; i < kp->n_copied; i++)
		u |= kp->copied[i][flags >> 8 * i & 255];
	return u;
}

static uint64_t flag(bool truth, unsigned int kpf)
{
	return (uint64_t)truth << kpf;
}

static bool huge_zero(const struct mmx_kpage *kp, uint64_t pfn)
{
	return kp->huge_zero_pfn != ~0ULL && (pfn & ~(HUGE_ZERO_PAGES - 1)) == kp->huge_zero_pfn;
}

/* What kind of large folio, or which page of zeros. */
static uint64_t kind_by_page(const struct mmx_kpage *kp, const struct mmx_page_walk *w,
			     const struct mmx_page_format *f)
{
	const struct mmx_folio *folio = &w->folio;

	if (folio->hugetlb)
		return flag(true, KPF_HUGE);
	if (kp->thp && folio->large) {
		if (mmx_bit(folio->flags, f->lru) || mmx_folio_anon(w))
			return flag(true, KPF_THP);
		return huge_zero(kp, folio->head) ? flag(true, KPF_THP) | flag(true, KPF_ZERO_PAGE)
						  : 0;
	}
	return flag(w->pfn == kp->zero_pfn, KPF_ZERO_PAGE);
}

static uint64_t kind_by_folio(const struct mmx_kpage *kp, const struct mmx_page_walk *w,
			      const struct mmx_page_format *f)
{
	const struct mmx_folio *folio = &w->folio;

	if (folio->hugetlb)
		return flag(true, KPF_HUGE);
	if (folio->large && mmx_bit(mmx_word(folio->bytes, f->size + f->flags), f->large_rmappable))
		return flag(true, KPF_THP);
	if (huge_zero(kp, folio->head))
		return flag(true, KPF_THP) | flag(true, KPF_ZERO_PAGE);
	return flag(folio->head == kp->zero_pfn, KPF_ZERO_PAGE);
}

enum mmx_read mmx_kpageflags(const struct mmx_kpage *kp, struct mmx_page_walk *w, uint64_t *word)
{
	const struct mmx_page_format *f = &mmx_mem(w->view->kernel)->page_format;
	const struct mmx_folio *folio = &w->folio;
	uint64_t own = mmx_word(w->bytes, f->flags), mapping = mmx_word(folio->bytes, f->mapping),
		 u;
	bool by_page = kp->rules == MMX_KPAGE_PAGE, anon = mapping & 1, mapped;
	enum mmx_page_type type = kp->rules == MMX_KPAGE_SNAPSHOT ? folio->type : w->type;
	enum mmx_page_type block;
	enum mmx_read read = folio->read ? folio->read : mmx_page_block(w, f, &block);

	if (!read && by_page && folio->slab)
		mapped = false;
	else if (!read)
		read = mmx_folio_mapped(w, &mapped);
	if (read || folio->bad)
		return read ? read : MMX_READ_UNREADABLE;
	u = copy_bits(kp, by_page ? own : folio->flags);
	u |= flag(mapped, KPF_MMAP);
	u |= flag(anon, KPF_ANON);
	u |= flag(kp->ksm == MMX_KSM_EITHER_BIT ? anon : (mapping & 3) == 3, KPF_KSM);
	/* A snapshot goes by the page's own link, and does not see through the fake heads that 6.17 to 7.0 have. */
	u |= (kp->rules == MMX_KPAGE_SNAPSHOT ? mmx_is_tail(f, w->bytes) : w->tail)
		     ? flag(true, KPF_COMPOUND_TAIL)
		     : flag(folio->large, KPF_COMPOUND_HEAD);
	u |= by_page ? kind_by_page(kp, w, f) : kind_by_folio(kp, w, f);
	u |= flag(block == MMX_PAGE_BUDDY, KPF_BUDDY);
	u |= flag(type == MMX_PAGE_OFFLINE, KPF_OFFLINE);
	u |= flag(type == MMX_PAGE_TABLE, KPF_PGTABLE);
	u |= flag(folio->slab, KPF_SLAB);
	u |= flag(mmx_bit(folio->flags, kp->idle), KPF_IDLE);
	u |= flag(mmx_bit(folio->flags, f->swapbacked) && mmx_bit(folio->flags, f->swapcache),
		  KPF_SWAPCACHE);
	u |= flag(mmx_bit(!by_page && folio->hugetlb ? folio->flags : own, f->hwpoison),
		  KPF_HWPOISON);
	*word = u;
	return MMX_READ_OK;
}

uint64_t mmx_kpageflags_unknown(const struct mmx_kpage *kp, uint64_t word)
{
	return kp->ksm == MMX_KSM_UNKNOWN && word & 1ULL << KPF_ANON ? ~word & 1ULL << KPF_KSM : 0;
}

/* A kernel that counts folios as a whole takes the word of a small one for a count, page type or not. */
static enum mmx_read typed_page_count(const struct mmx_kpage *kp, const struct mmx_page_walk *w,
				      uint64_t *word)
{
	int32_t raw = mmx_int(w->bytes, mmx_mem(w->view->kernel)->page_format.mapcount);

	*word = kp->counted == MMX_COUNTED_FOLIO ? (uint64_t)(int64_t)(raw + 1) : 0;
	return kp->counted == MMX_COUNTED_UNKNOWN ? MMX_READ_UNREADABLE : MMX_READ_OK;
}

enum mmx_read mmx_kpagecount(const struct mmx_kpage *kp, struct mmx_page_walk *w, uint64_t *word)
{
	enum mmx_read read = w->folio.bad ? MMX_READ_UNREADABLE : w->folio.read;
	int64_t count;

	if (read)
		return read;
	*word = 0;
	if (kp->rules == MMX_KPAGE_PAGE && (w->folio.slab || w->type != MMX_PAGE_NONE))
		return MMX_READ_OK;
	if (!w->folio.large && w->type != MMX_PAGE_NONE)
		return typed_page_count(kp, w, word);
	read = mmx_page_mapcount(w, &count);
	if (!read)
		*word = (uint64_t)count;
	return read;
}
