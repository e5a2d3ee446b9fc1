// SPDX-License-Identifier: GPL-2.0-or-later
/* Folios and their counts where struct pages are missing, and by the rules of several kernels. */
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/frames/buddy_block.h"
#include "mm/frames/class.h"
#include "mm/frames/mapcount.h"
#include "proc/kpage.h"
#include "unit.h"

#define FRAMES  4096u
#define SIZE    64u                   /* of a struct page */
#define AT_ONCE (4096u / SIZE)        /* struct pages in a page of memory */
#define BASE    0xffffea0000000000ULL /* where PFN 0's would be */
#define THP     512u                  /* its head, of order 9 */
#define BUDDY   (~0x80u)              /* a type word */
#define SLAB    (~0x1000u)
#define GUARD   (~0x400u)
#define KPF(n)  (1ULL << (n))

enum { FLAG_HEAD = 16, FLAG_DOUBLE_MAP = 9, KPF_BUDDY = 10, KPF_MMAP = 11 };

struct page {
	uint64_t flags, link, mapping_or_counts[2], index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

/* What the words of a folio's second struct page are in these tests. */
struct second {
	uint64_t flags, link;
	int32_t entire, large, nr_mapped, pins;
	uint64_t index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

_Static_assert(sizeof(struct page) == SIZE && sizeof(struct second) == SIZE, "as kernels have it");

static struct fake_memory *m;

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

static struct second *second(uint64_t head)
{
	return (struct second *)(m->bytes + (head + 1) * SIZE);
}

/* A kernel whose large folios count their mappings in one of the three ways. */
static void new_kernel(enum mmx_mapped_test mapped)
{
	struct mmx_page_format *f;

	m = fake_memory_new(FRAMES * SIZE);
	fake_pages(m, BASE, FRAMES, SIZE);
	f = &m->mem.page_format;
	*f = (struct mmx_page_format){
		.size = SIZE,
		.link = offsetof(struct page, link),
		.mapping = 24,
		.index = offsetof(struct page, index),
		.private = offsetof(struct page, private),
		.mapcount = offsetof(struct page, mapcount),
		.refcount = offsetof(struct page, refcount),
		.types = {.base = 0xf0000000,
			  .code = {[MMX_PAGE_BUDDY] = 0x80,
				   [MMX_PAGE_SLAB] = 0x1000,
				   [MMX_PAGE_GUARD] = 0x400},
			  .below = -128},
		.slab_is_type = true,
		.order = SIZE,
		.mapped = mapped,
		.entire_mapcount = SIZE + offsetof(struct second, entire),
		.large_mapcount = SIZE + offsetof(struct second, large),
		.nr_pages_mapped = SIZE + offsetof(struct second, nr_mapped),
		.fake_heads = true,
		.may_not_count_pages = mapped == MMX_MAPPED_LARGE,
	};
	fake_no_bits(m);
	f->head = FLAG_HEAD;
	f->double_map = FLAG_DOUBLE_MAP;
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		*page(pfn) = (struct page){.mapcount = -1, .refcount = 1};
}

static void end_kernel(void)
{
	fake_memory_free(m);
}

/* A folio that nobody maps. */
static void make_folio(uint64_t head, unsigned int order)
{
	for (uint64_t i = 1; i < 1ULL << order; i++)
		*page(head + i) = (struct page){.link = BASE + head * SIZE + 1, .mapcount = -1};
	page(head)->flags = 1ULL << FLAG_HEAD;
	second(head)->flags = order;
	second(head)->entire = second(head)->large = -1;
}

static void make_free(uint64_t head, unsigned int order)
{
	for (uint64_t i = 0; i < 1ULL << order; i++)
		*page(head + i) = (struct page){.mapcount = -1};
	page(head)->mapcount = (int32_t)BUDDY;
	page(head)->private = order;
}

/* Takes the page of memory out of the dump that has this frame's struct page. */
static void exclude(uint64_t pfn)
{
	uint64_t first = pfn / AT_ONCE * AT_ONCE * SIZE;

	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.present, 0, first) ||
	    !mmx_ranges_add(&m->image.present, first + 4096, FRAMES * SIZE))
		abort();
	mmx_ranges_normalise(&m->image.present);
	memset(m->bytes + first, 0x5a, 4096); /* who reads it all the same gets garbage */
}

/* Everything that is asked of one frame by a walk over [start, FRAMES). */
struct answer {
	enum mmx_read page, folio, mapped, mapcount, all, flags, count;
	bool is_mapped;
	int64_t n, n_all;
	uint64_t flags_word, count_word, order;
	const char *bad;
	enum mmx_class class;
};

static struct answer ask_from(uint64_t start, uint64_t pfn)
{
	static const struct mmx_kpage rules = {.rules = MMX_KPAGE_FOLIO,
					       .zero_pfn = ~0ULL,
					       .huge_zero_pfn = ~0ULL,
					       .idle = MMX_NO_BIT};
	struct mmx_classifier classifier = {.device_zone = ~0u, .huge_zero_pfn = ~0ULL};
	struct mmx_kpage kp = rules;
	struct answer a = {0};
	struct mmx_page_walk w;
	struct mmx_err err;

	kp.max_pfn = FRAMES;
	mmx_classifier_types(&classifier);
	if (mmx_kpage_find_counted(&kp, m->view, &err) ||
	    mmx_page_walk_begin(&w, m->view, start, FRAMES, &err))
		abort();
	while (mmx_page_walk_next(&w) && w.pfn + w.frames <= pfn)
		;
	a.page = w.read;
	if (!w.read) {
		a.folio = w.folio.read;
		a.bad = w.folio.bad;
		a.order = w.folio.order;
		a.mapped = mmx_folio_mapped(&w, &a.is_mapped);
		a.all = mmx_folio_mapcount(&w, &a.n_all);
		a.mapcount = mmx_page_mapcount(&w, &a.n);
		a.flags = mmx_kpageflags(&kp, &w, &a.flags_word);
		a.count = mmx_kpagecount(&kp, &w, &a.count_word);
		a.class = mmx_classify(&classifier, &w).class;
	}
	mmx_page_walk_end(&w);
	return a;
}

static struct answer ask(uint64_t pfn)
{
	return ask_from(0, pfn);
}

/* 6.1: only its pages tell whether a folio is mapped. */
static void mapped_pages_that_are_missing_are_not_unmapped(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_PAGES);
	make_folio(THP, 9);
	page(THP + 300)->mapcount = 1;
	a = ask(THP);
	CHECK(!a.mapped && a.is_mapped && !a.all && a.n_all == 2, "%d %d", a.is_mapped,
	      (int)a.n_all);
	CHECK(a.flags_word & KPF(KPF_MMAP), "%#lx", a.flags_word);
	exclude(THP + 300);
	for (uint64_t pfn = THP; pfn < THP + 512; pfn += 511) {
		a = ask(pfn);
		CHECK(!a.folio && !a.page, "the folio's own words are there");
		CHECK(a.mapped == MMX_READ_EXCLUDED, "mapped: %d", a.mapped);
		CHECK(a.all == MMX_READ_EXCLUDED, "count %d", (int)a.n_all);
		CHECK(a.flags == MMX_READ_EXCLUDED, "flags %#lx", a.flags_word);
		CHECK(!a.mapcount && a.n == 0 && !a.count && a.count_word == 0,
		      "the page's own count is there");
	}
	CHECK(ask(THP + 300).page == MMX_READ_EXCLUDED, "read");
	end_kernel();
}

/* One page that is seen to be mapped is enough to say so, but not to count. */
static void a_mapped_page_tells_though_others_are_missing(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_PAGES);
	make_folio(THP, 9);
	page(THP + 300)->mapcount = 0;
	page(THP + 400)->mapcount = 0;
	exclude(THP + 300);
	a = ask(THP);
	CHECK(!a.mapped && a.is_mapped, "mapped");
	CHECK(a.flags == MMX_READ_OK && a.flags_word & KPF(KPF_MMAP), "%#lx", a.flags_word);
	CHECK(a.all == MMX_READ_EXCLUDED, "counted %d", (int)a.n_all);
	end_kernel();
}

static void a_sum_over_missing_pages_is_no_sum(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_NR);
	make_folio(THP, 9);
	second(THP)->nr_mapped = 1;
	page(THP + 300)->mapcount = 0;
	a = ask(THP);
	CHECK(!a.all && a.n_all == 1, "%d", (int)a.n_all);
	exclude(THP + 300);
	a = ask(THP);
	CHECK(a.all == MMX_READ_EXCLUDED, "counted %d", (int)a.n_all);
	CHECK(!a.mapped && a.is_mapped && !a.flags, "nr_pages_mapped tells");
	end_kernel();
}

static void nothing_is_known_of_a_folio_without_its_head(void)
{
	struct answer a;

	for (int how = MMX_MAPPED_PAGES; how <= MMX_MAPPED_LARGE; how++) {
		new_kernel(how);
		make_folio(THP, 9);
		exclude(THP);
		a = ask(THP + 100);
		CHECK(!a.page && a.folio == MMX_READ_EXCLUDED && !a.bad, "%d %s", a.folio, a.bad);
		CHECK(a.mapped && a.all && a.mapcount && a.flags && a.count, "a count is told");
		CHECK(a.class == CLASS_MISSING, "%s", mmx_class_name(a.class));
		CHECK(ask(THP + 512).folio == MMX_READ_OK && ask(THP + 512).class != CLASS_MISSING,
		      "the next folio");
		end_kernel();
	}
}

/* The dump has a hole where the page tables have struct pages. */
static void memory_that_the_dump_lacks_is_not_a_frame_that_is_none(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	exclude(THP);
	mmx_ranges_free(&m->image.ram);
	CHECK(ask(THP).page == MMX_READ_UNREADABLE, "%d", ask(THP).page);
	a = ask_from(THP + 7, THP + AT_ONCE);
	CHECK(!a.page && !a.folio, "the walk goes on behind it");
	end_kernel();
}

static void links_that_lead_astray_give_no_counts(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	make_folio(THP, 9);
	page(THP + 3)->link = BASE + 8 + 1;
	page(THP + 4)->link = BASE + (THP + 2) * SIZE + 1;
	for (uint64_t pfn = THP + 3; pfn <= THP + 4; pfn++) {
		a = ask(pfn);
		CHECK(a.bad && a.folio == MMX_READ_UNREADABLE, "%d", a.folio);
		CHECK(a.mapped && a.all && a.mapcount && a.flags && a.count, "a count is told");
		CHECK(a.class == CLASS_UNATTRIBUTED, "%s", mmx_class_name(a.class));
	}
	CHECK(ask(THP + 5).folio == MMX_READ_OK && ask(THP + 5).order == 9, "the tail after them");
	second(THP)->flags = 99;
	a = ask(THP);
	CHECK(a.bad && !a.folio && a.flags && a.count, "its order is out of range");
	m->mem.page_format.mapped = MMX_MAPPED_PAGES;
	a = ask(THP);
	CHECK(a.mapped && a.all, "how many pages would have to be counted is not known");
	end_kernel();
}

static void a_page_may_lie_in_a_free_block_whose_head_is_missing(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	make_free(1024, 9);
	a = ask_from(1300, 1300);
	CHECK(!a.flags && a.flags_word & KPF(KPF_BUDDY) && a.class == CLASS_FREE, "%#lx",
	      a.flags_word);
	exclude(1024);
	for (uint64_t start = 0; start <= 1300; start += 1300) {
		a = ask_from(start, 1300);
		CHECK(a.flags == MMX_READ_EXCLUDED, "%#lx", a.flags_word);
		CHECK(a.class == CLASS_MISSING, "%s", mmx_class_name(a.class));
	}
	CHECK(ask_from(1030, 1300).flags == MMX_READ_EXCLUDED, "begun in what is missing");
	/* Somebody holds a page before it: no block reaches that far. */
	page(1200)->refcount = 1;
	a = ask(1300);
	CHECK(!a.flags && !(a.flags_word & KPF(KPF_BUDDY)), "%#lx", a.flags_word);
	CHECK(ask(1199).flags == MMX_READ_EXCLUDED, "before that page it may");
	CHECK(!ask(1024 + 512).flags, "behind every block");
	end_kernel();
}

static void every_frame_of_a_guard_block_is_a_guard(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	make_free(1024, 3);
	make_free(1032, 3);
	page(1032)->mapcount = (int32_t)GUARD;
	for (uint64_t pfn = 1032; pfn < 1040; pfn++) {
		for (uint64_t start = 0; start <= pfn; start += pfn) {
			a = ask_from(start, pfn);
			CHECK(a.class == CLASS_GUARD, "%lu is %s", pfn, mmx_class_name(a.class));
			CHECK(!a.flags && !(a.flags_word & KPF(KPF_BUDDY)), "%#lx", a.flags_word);
		}
	}
	CHECK(ask(1031).class == CLASS_FREE, "before it");
	page(1040)->refcount = 0;
	CHECK(ask(1040).class == CLASS_UNATTRIBUTED, "behind it");
	page(1035)->refcount = 1;
	CHECK(ask(1035).class == CLASS_UNATTRIBUTED, "held, so it is none");
	page(1032)->private = MMX_BLOCK_ORDERS;
	CHECK(ask(1032).class == CLASS_GUARD && ask(1033).class == CLASS_UNATTRIBUTED,
	      "of an order that there is not");
	page(1032)->private = 4;
	CHECK(ask(1033).class == CLASS_UNATTRIBUTED &&
		      ask_from(1033, 1033).class == CLASS_UNATTRIBUTED,
	      "not aligned to its order");
	end_kernel();
}

/* CONFIG_NO_PAGE_MAPCOUNT: the average, to the nearest, at least 1 for what is mapped. */
static void averages_where_pages_are_not_counted(void)
{
	static const struct {
		int64_t large, entire, average;
	} cases[] = {{0, 0, 0},   {1, 0, 1},    {256, 0, 1}, {512, 0, 1}, {767, 0, 1},
		     {768, 0, 2}, {1536, 0, 3}, {2, 2, 2},   {3, 2, 2},   {2 + 256, 2, 3}};
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	make_folio(THP, 9);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		second(THP)->large = cases[i].large - 1;
		second(THP)->entire = cases[i].entire - 1;
		second(THP)->nr_mapped =
			(int32_t)0xffffea00; /* what was there before: half a pointer */
		a = ask(THP + 100);
		CHECK(!a.mapcount && a.n == cases[i].average, "%d", (int)a.n);
		CHECK(!a.count && a.count_word == (uint64_t)cases[i].average, "%d",
		      (int)a.count_word);
		CHECK(!a.all && a.n_all == cases[i].large, "%d", (int)a.n_all);
	}
	/* With a page counted, pages are. */
	second(THP)->large = 9;
	second(THP)->entire = -1;
	page(THP + 300)->mapcount = 9;
	CHECK(ask(THP + 300).n == 10 && ask(THP + 101).n == 0, "%d", (int)ask(THP + 300).n);
	exclude(THP + 300);
	a = ask(THP + 100);
	CHECK(a.mapcount == MMX_READ_EXCLUDED && a.count == MMX_READ_EXCLUDED,
	      "that page was the only one to tell");
	CHECK(!a.all && a.n_all == 10, "the folio counts its own");
	end_kernel();
}

static void each_folio_tells_for_itself(void)
{
	struct mmx_page_walk w;
	struct mmx_err err;
	int64_t count = 0;

	new_kernel(MMX_MAPPED_LARGE);
	make_folio(THP, 9);
	make_folio(THP + 512, 9);
	second(THP)->large = second(THP + 512)->large = 511;
	page(THP)->mapcount = 0;
	if (mmx_page_walk_begin(&w, m->view, THP, FRAMES, &err))
		abort();
	while (mmx_page_walk_next(&w) && w.pfn < THP + 1024) {
		CHECK(!mmx_page_mapcount(&w, &count), "PFN %#lx", w.pfn);
		CHECK(count == (w.pfn == THP || w.pfn >= THP + 512), "PFN %#lx: %d", w.pfn,
		      (int)count);
	}
	mmx_page_walk_end(&w);
	end_kernel();
}

/* What kpagecount has for a page with a type depends on the configuration too. */
static void typed_pages_follow_what_folios_tell(void)
{
	struct answer a;

	new_kernel(MMX_MAPPED_LARGE);
	page(7)->mapcount = (int32_t)SLAB;
	make_folio(THP, 9);
	CHECK(ask(7).count == MMX_READ_UNREADABLE, "no folio is mapped that would tell");
	CHECK(!ask(8).count && !ask(THP).count, "pages that it makes no difference for");
	second(THP)->large = 0;
	a = ask(7);
	CHECK(!a.count && a.count_word == (uint64_t)(int64_t)(int32_t)(SLAB + 1), "%#lx",
	      a.count_word);
	CHECK(!a.mapcount && a.n == 0, "nobody maps it");
	page(THP + 511)->mapcount = 0;
	a = ask(7);
	CHECK(!a.count && a.count_word == 0, "%#lx", a.count_word);
	m->mem.page_format.may_not_count_pages = false;
	page(THP + 511)->mapcount = -1;
	CHECK(!ask(7).count && ask(7).count_word == 0, "a kernel without that choice");
	end_kernel();
}

/* An address_space lies where a struct page could: its page cache has a single entry. */
static void make_mapping(uint64_t at, uint64_t pfn, uint64_t entry)
{
	mmx_region_set(&m->mem.kernel.regions, REGION_DIRECT_MAP, FAKE_VA, FAKE_VA + m->size,
		       "a test");
	fake_no_types(m);
	fake_member(m, M_address_space_i_pages, 0, 16, 0);
	fake_member(m, M_xarray_xa_head, 8, 8, 0);
	fake_member(m, M_xa_node_shift, 0, 1, 0);
	fake_member(m, M_xa_node_offset, 1, 1, 0);
	fake_member(m, M_xa_node_parent, 8, 8, 0);
	fake_member(m, M_xa_node_slots, 40, 512, 64);
	*page(at) = (struct page){.link = entry};
	page(pfn)->mapping_or_counts[1] = FAKE_VA + at * SIZE;
}

static void what_has_a_mapping_may_not_be_in_it(void)
{
	uint64_t at = 10 * AT_ONCE;

	new_kernel(MMX_MAPPED_LARGE);
	make_mapping(at, 8, BASE + 8 * SIZE);
	CHECK(ask(8).class == CLASS_FILE, "%d", ask(8).class);
	page(at)->link = 0;
	CHECK(ask(8).class == CLASS_UNATTRIBUTED, "of perf: %d", ask(8).class);
	page(at)->link = FAKE_VA + 2; /* a node that is none */
	CHECK(ask(8).class == CLASS_UNATTRIBUTED, "broken: %d", ask(8).class);
	page(at)->link = BASE + 8 * SIZE;
	exclude(at);
	CHECK(ask(8).class == CLASS_UNATTRIBUTED, "missing: %d", ask(8).class);
	end_kernel();
}

/* The words of every frame, by a walk in runs and by one that comes to each page; how many steps the runs are. */
static unsigned int compare_words(const struct mmx_kpage *kp)
{
	struct mmx_page_walk run, w;
	struct mmx_err err;
	unsigned int steps = 0;

	if (mmx_page_walk_begin(&run, m->view, 0, FRAMES, &err) ||
	    mmx_page_walk_begin(&w, m->view, 0, FRAMES, &err))
		abort();
	run.runs = MMX_RUNS_OF_WORDS;
	for (; mmx_page_walk_next(&run); steps++) {
		uint64_t flags = 0, count = 0, own_flags = 0, own_count = 0;
		enum mmx_read read = run.read, count_read = read, own = read, own_count_read = read;

		mmx_kpage_cut(kp, &run);
		if (!run.read) {
			read = mmx_kpageflags(kp, &run, &flags);
			count_read = mmx_kpagecount(kp, &run, &count);
		}
		while (w.pfn + w.frames < run.pfn + run.frames && mmx_page_walk_next(&w)) {
			if (!w.read) {
				own = mmx_kpageflags(kp, &w, &own_flags);
				own_count_read = mmx_kpagecount(kp, &w, &own_count);
			}
			CHECK(w.read == run.read && own == read && own_count_read == count_read,
			      "%#lx in the run from %#lx", w.pfn, run.pfn);
			CHECK(own || own_flags == flags, "%#lx: %#lx, not %#lx", w.pfn, own_flags,
			      flags);
			CHECK(own_count_read || own_count == count, "%#lx: %lu, not %lu", w.pfn,
			      own_count, count);
		}
	}
	mmx_page_walk_end(&run);
	mmx_page_walk_end(&w);
	return steps;
}

static void pages_of_a_run_have_the_same_words(void)
{
	struct mmx_kpage kp = {.max_pfn = FRAMES,
			       .zero_pfn = 40,
			       .huge_zero_pfn = 2560,
			       .edge = {40, 41, 2560, 3072},
			       .idle = 20,
			       .thp = true};
	unsigned int steps;

	for (int how = MMX_MAPPED_PAGES; how <= MMX_MAPPED_LARGE; how++) {
		new_kernel(how);
		m->mem.page_format.hwpoison = 21;
		make_folio(THP, 9);
		make_folio(THP + 512, 9);
		make_free(2047, 0);
		page(2047)->private = MMX_BLOCK_ORDERS;
		make_free(2048, 9);
		make_free(3500, 2);
		page(3504)->refcount = 0;
		for (uint64_t pfn = 1600; pfn < 1800; pfn++)
			page(pfn)->refcount = 0;
		page(100)->mapping_or_counts[1] = 1;
		page(110)->mapping_or_counts[1] = 3;
		page(120)->flags = 1ULL << 20;
		page(130)->refcount = 0;
		page(140)->mapcount = 5;
		page(150)->mapcount = (int32_t)SLAB;
		page(160)->link = BASE + THP * SIZE + 1;
		page(THP + 100)->mapcount = 3;
		page(THP + 200)->flags = 1ULL << 21;
		page(THP + 300)->link = BASE + 8 + 1;
		page(THP + 512)->mapping_or_counts[1] = 1;
		page(2200)->refcount = 1;
		make_folio(3200, 3);
		page(3208)->link = page(3201)->link; /* behind its folio's end */
		page(3208)->refcount = 0;
		exclude(1664);
		for (kp.rules = MMX_KPAGE_PAGE; kp.rules <= MMX_KPAGE_SNAPSHOT; kp.rules++) {
			steps = compare_words(&kp);
			CHECK(steps < 100, "%u steps", steps);
		}
		end_kernel();
	}
}

int main(void)
{
	RUN(pages_of_a_run_have_the_same_words);
	RUN(mapped_pages_that_are_missing_are_not_unmapped);
	RUN(a_mapped_page_tells_though_others_are_missing);
	RUN(a_sum_over_missing_pages_is_no_sum);
	RUN(nothing_is_known_of_a_folio_without_its_head);
	RUN(memory_that_the_dump_lacks_is_not_a_frame_that_is_none);
	RUN(links_that_lead_astray_give_no_counts);
	RUN(a_page_may_lie_in_a_free_block_whose_head_is_missing);
	RUN(every_frame_of_a_guard_block_is_a_guard);
	RUN(averages_where_pages_are_not_counted);
	RUN(each_folio_tells_for_itself);
	RUN(what_has_a_mapping_may_not_be_in_it);
	RUN(typed_pages_follow_what_folios_tell);
	return unit_end();
}
