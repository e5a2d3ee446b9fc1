// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/lru/lru.h"
#include "mm/mem.h"
#include "mm/owners/memcg.h"
#include "mm/zones/counters.h"

#define MAX_ORDER 22u

const char *mmx_lru_fault_word(unsigned int fault)
{
	static const char *const words[] = {
#define FAULT(id, word) [MMX_LRU_FAULT_##id] = word,
		MMX_LRU_FAULTS(FAULT)
#undef FAULT
	};

	return words[fault];
}

uint64_t mmx_lru_findings_total(const struct mmx_lru *lru)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < MMX_LRU_FAULT_COUNT; i++)
		total += lru->found[i];
	return total;
}

/*
 * A folio on the LRU.
 */

enum mmx_read mmx_lru_page_read(struct mmx_view *view, uint64_t pfn, const unsigned char *bytes,
				struct mmx_lru_page *page)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	unsigned char head[2 * MMX_STRUCT_PAGE_MAX];
	enum mmx_read read;
	unsigned int order;
	uint64_t got;

	*page = (struct mmx_lru_page){.pfn = pfn, .flags = mmx_word(bytes, f->flags), .pages = 1};
	if (f->has_memcg)
		page->memcg_data = mmx_word(bytes, f->memcg);
	if (mmx_word(bytes, f->link) & 1) {
		page->bad = "it is no folio's first page";
		return MMX_READ_OK;
	}
	if (!mmx_bit(page->flags, f->head))
		return MMX_READ_OK;
	memcpy(head, bytes, f->size);
	read = mmx_pages_read(view, pfn + 1, 1, head + f->size, &got);
	if (read)
		return read;
	order = mmx_folio_order(f, head);
	if (!order || order > MAX_ORDER || pfn & ((1ULL << order) - 1))
		page->bad = "the order in its second struct page cannot be";
	else
		page->pages = 1ULL << order;
	return MMX_READ_OK;
}

int mmx_lru_memcg(const struct mmx_lruvecs *l, struct mmx_view *view, uint64_t memcg_data,
		  uint64_t *memcg, struct mmx_err *err)
{
	struct mmx_charge charge;

	*memcg = mmx_lruvec_root(l);
	if (!l->by_memcg || !memcg_data)
		return 0;
	if (mmx_charge_read(&charge, view, memcg_data, err))
		return -1;
	if (charge.memcg)
		*memcg = charge.memcg;
	return 0;
}

/*
 * Lists by name.
 */

static void name_age(char *text, size_t size, uint64_t age, uint64_t alive)
{
	static const char *const nth[] = {"", "", "2nd ", "3rd "};

	if (age + 1 == alive)
		snprintf(text, size, "youngest of %" PRIu64, alive);
	else if (age < 3)
		snprintf(text, size, "%soldest of %" PRIu64, nth[age ? age + 1 : 0], alive);
	else
		snprintf(text, size, "%" PRIu64 "th oldest of %" PRIu64, age + 1, alive);
}

void mmx_lru_list_name(const struct mmx_lruvecs *l, const struct mmx_kernel *k,
		       const struct mmx_lruvec *lruvec, unsigned int list, char *name)
{
	struct mmx_lru_place place = mmx_lru_place(l, list);
	const struct mmx_zone *zone;
	char which[48], age[32];
	uint64_t seq, oldest = lruvec->min_seq[place.file];

	if (!place.generation) {
		snprintf(name, MMX_LRU_NAME, "%s", mmx_lru_words(list));
		return;
	}
	zone = mmx_zone_of(&mmx_mem(k)->zones, lruvec->node, place.zone);
	if (mmx_lru_seq(l, lruvec, place.file, place.gen, &seq)) {
		name_age(age, sizeof(age), seq - oldest, lruvec->max_seq - oldest + 1);
		snprintf(which, sizeof(which), "generation %" PRIu64 " (%s)", seq, age);
	} else {
		snprintf(which, sizeof(which), "a generation that is no more (%u)", place.gen);
	}
	snprintf(name, MMX_LRU_NAME, "%s, %s, zone %s", which, place.file ? "file" : "anon",
		 zone ? zone->name : "that has no memory");
}

/*
 * The walk.
 */

/* What is counted of a zone over all lruvecs of its node; @locked: somebody changes one of them. */
struct zone_sum {
	unsigned int node, zone;
	bool locked;
	uint64_t pages[MMX_LRUS];
};

/* What is counted of one lruvec: by the kernel's rules and by list. */
struct tally {
	uint64_t lists[MMX_LRU_ZONES][MMX_LRUS];
	uint64_t own[MMX_LRU_GENS][2][MMX_LRU_ZONES];
};

struct walk {
	struct mmx_lru *lru;
	struct mmx_view *view;
	const struct mmx_lruvecs *lruvecs;
	const struct mmx_lru_batches *batches;
	bool reparents; /* since 7.1 what was removed leaves its pages to those above */
	struct {
		MMX_ARRAY(struct zone_sum);
	} zones;
	bool all_whole;
	/* The current lruvec, list and page. */
	const struct mmx_lruvec *lruvec;
	struct mmx_lru_sum *sum;
	struct tally tally;
	unsigned int list;
	struct mmx_lru_place place;
	struct mmx_lru_count count;
	struct mmx_page_list at;
	struct mmx_lru_page page;
	/* Whom the page before was charged to. */
	uint64_t charge, charged;
};

static void name_lruvec(const struct walk *w, char *text, size_t size)
{
	struct mmx_memcg memcg;
	struct mmx_err err;

	if (!w->lruvecs->by_memcg)
		snprintf(text, size, "node %u", w->lruvec->node);
	else if (mmx_memcg_read(&memcg, w->view, w->lruvecs->memcgs.v[w->lruvec->memcg].addr, &err))
		snprintf(text, size, "node %u, memcg at 0x%" PRIx64, w->lruvec->node,
			 w->lruvecs->memcgs.v[w->lruvec->memcg].addr);
	else
		snprintf(text, size, "node %u, memcg %.80s", w->lruvec->node, memcg.path);
}

/* Whoever holds the lock takes many pages off a list before it counts them. */
static bool counts_are_due(const struct walk *w)
{
	return w->lruvec->locked || !w->sum->whole;
}

/* A finding, behind it where; @list: whether it is about the current list. -1 without memory. */
static int find(struct walk *w, enum mmx_lru_fault fault, uint64_t addr, bool list, const char *fmt,
		...) __attribute__((format(printf, 5, 6)));
static int find(struct walk *w, enum mmx_lru_fault fault, uint64_t addr, bool list, const char *fmt,
		...)
{
	struct mmx_lru_finding f = {.node = w->lruvec->node, .addr = addr, .fault = fault};
	char name[MMX_LRU_NAME] = "", of[128], what[160];
	va_list args;

	if (w->lru->found[fault]++ >= MMX_LRU_FINDINGS_KEPT)
		return 0;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	name_lruvec(w, of, sizeof(of));
	if (list)
		mmx_lru_list_name(w->lruvecs, w->view->kernel, w->lruvec, w->list, name);
	snprintf(f.text, sizeof(f.text), "%s (%s%s%s%s)", what, name, *name ? ", " : "", of,
		 w->lruvec->locked ? "; its lock was held" : "");
	return mmx_array_add(&w->lru->findings, f) ? 0 : -1;
}

#define FAULT(w, fault, addr, ...) find(w, MMX_LRU_FAULT_##fault, addr, true, __VA_ARGS__)

static bool has(const struct walk *w, enum mmx_layout_enumerator flag)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	return mmx_has_enum(l, flag) && mmx_bit(w->page.flags, mmx_enum(l, flag));
}

static int check_link(struct walk *w)
{
	const struct mmx_page_list *at = &w->at;

	if (at->back == at->from)
		return 0;
	return FAULT(w, LINK, at->page,
		     "PFN 0x%" PRIx64 ": its links lead %s to 0x%" PRIx64
		     ", and it was reached from 0x%" PRIx64,
		     at->pfn, at->backward ? "on" : "back", at->back, at->from);
}

/*
 * Between clearing PG_lru and unlinking a page, a CPU can be stopped; else a page on a list has it, but for
 * kernels where one that is in a batch has not.
 */
static int check_lru(struct walk *w)
{
	if (has(w, E_PG_lru) || mmx_lru_is_moving(w->batches, w->page.pfn) ||
	    !mmx_cover_whole(&w->batches->coverage))
		return 0;
	return FAULT(w, NOT_LRU, w->at.page,
		     "PFN 0x%" PRIx64 ": it is on the list without PG_lru, and in no batch",
		     w->page.pfn);
}

static int check_list(struct walk *w)
{
	bool file = !has(w, E_PG_swapbacked), active = has(w, E_PG_active);

	if (has(w, E_PG_unevictable))
		return FAULT(w, LIST, w->at.page, "PFN 0x%" PRIx64 ": its flags say unevictable",
			     w->page.pfn);
	if (file != w->place.file)
		return FAULT(w, LIST, w->at.page, "PFN 0x%" PRIx64 ": its flags say %s",
			     w->page.pfn,
			     file ? "of a file, not swapbacked" : "anonymous, swapbacked");
	/* Those of generations are never active by their flag. */
	if (active != w->place.active)
		return FAULT(w, LIST, w->at.page, "PFN 0x%" PRIx64 ": its flags say %s",
			     w->page.pfn, active ? "active" : "inactive");
	return 0;
}

/* What a generation's age is, or UINT64_MAX for one that is no more. */
static uint64_t seq_of(const struct walk *w, unsigned int gen)
{
	uint64_t seq;

	return mmx_lru_seq(w->lruvecs, w->lruvec, w->place.file, gen, &seq) ? seq : UINT64_MAX;
}

/*
 * Where lists were handed to a parent, by their place in the arrays of both, ages that were right with the
 * child need not be with it.
 */
static int check_generation(struct walk *w)
{
	const struct mmx_flags *flags = &mmx_mem(w->view->kernel)->flags;
	unsigned int stored;
	uint64_t own;

	if (!w->lruvecs->gens || !flags->field[FIELD_LRU_GEN].known)
		return 0;
	stored = mmx_flag_field(flags, FIELD_LRU_GEN, w->page.flags);
	if (!w->place.generation)
		return stored ? FAULT(w, GENERATION, w->at.page,
				      "PFN 0x%" PRIx64 ": its flags say generation index %u",
				      w->page.pfn, stored - 1)
			      : 0;
	if (!stored || stored > w->lruvecs->gens)
		return FAULT(w, GENERATION, w->at.page,
			     "PFN 0x%" PRIx64 ": its flags say no generation", w->page.pfn);
	w->tally.own[stored - 1][w->place.file][w->place.zone] += w->page.pages;
	if (stored - 1 == w->place.gen)
		return 0;
	own = seq_of(w, stored - 1);
	if (own != UINT64_MAX && own > seq_of(w, w->place.gen)) {
		w->count.younger += w->page.pages;
		return 0;
	}
	if (w->reparents)
		return 0;
	return FAULT(w, GENERATION, w->at.page,
		     "PFN 0x%" PRIx64 ": its flags say generation index %u, which is %s",
		     w->page.pfn, stored - 1, own == UINT64_MAX ? "no more" : "older");
}

/* Where the node is told by the section, as no node is in the flags, nothing is to be compared. */
static int check_zone(struct walk *w, unsigned int *zone)
{
	const struct mmx_flags *flags = &mmx_mem(w->view->kernel)->flags;
	unsigned int node = flags->field[FIELD_NODE].width
				    ? mmx_flag_field(flags, FIELD_NODE, w->page.flags)
				    : w->lruvec->node;

	*zone = mmx_flag_field(flags, FIELD_ZONE, w->page.flags);
	if (node == w->lruvec->node && *zone < MMX_LRU_ZONES &&
	    (!w->place.generation || *zone == w->place.zone))
		return 0;
	return FAULT(w, ZONE, w->at.page,
		     "PFN 0x%" PRIx64 ": its flags say node %u, zone number %u", w->page.pfn, node,
		     *zone);
}

static int check_memcg(struct walk *w)
{
	struct mmx_err err;
	uint64_t own;

	if (!w->lruvecs->by_memcg)
		return 0;
	if (w->page.memcg_data != w->charge || !w->charged) {
		if (mmx_lru_memcg(w->lruvecs, w->view, w->page.memcg_data, &w->charged, &err)) {
			w->charged = 0;
			return FAULT(w, MEMCG, w->at.page,
				     "PFN 0x%" PRIx64 ": its charge, 0x%" PRIx64 ", leads nowhere",
				     w->page.pfn, w->page.memcg_data);
		}
		w->charge = w->page.memcg_data;
	}
	own = w->lruvecs->memcgs.v[w->lruvec->memcg].addr;
	if (w->charged == own)
		return 0;
	return FAULT(w, MEMCG, w->at.page,
		     "PFN 0x%" PRIx64 ": it is charged to the memcg at 0x%" PRIx64, w->page.pfn,
		     w->charged);
}

static int check_folio(struct walk *w)
{
	if (!w->page.bad)
		return 0;
	return FAULT(w, FOLIO, w->at.page, "PFN 0x%" PRIx64 ": %s", w->page.pfn, w->page.bad);
}

/* A page counts for its list's kind, and for the zone of that list where it is of one. */
static int take(struct walk *w)
{
	static int (*const checks[])(struct walk *) = {check_link, check_folio,      check_lru,
						       check_list, check_generation, check_memcg};
	enum mmx_read read = mmx_lru_page_read(w->view, w->at.pfn, w->at.bytes, &w->page);
	unsigned int zone;

	if (read) {
		w->sum->whole = false;
		mmx_cover_failf(&w->lru->coverage, mmx_read_code(read),
				"how large the folio of PFN 0x%" PRIx64
				" is cannot be known: its second struct page is %s",
				w->at.pfn, mmx_read_name(read));
	}
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if (checks[i](w))
			return -1;
	}
	if (check_zone(w, &zone))
		return -1;
	w->count.folios++;
	w->count.pages += w->page.pages;
	if (w->place.generation)
		zone = w->place.zone;
	if (!w->place.generation && zone < MMX_LRU_ZONES)
		w->tally.lists[zone][w->list] += w->page.pages;
	return 0;
}

static uint64_t page_of(const struct walk *w, uint64_t node)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t page = node - mmx_off(&k->layout, M_page_lru), pfn;

	return mmx_page_pfn(k, page, &pfn) ? page : node;
}

static int lost(struct walk *w)
{
	char name[MMX_LRU_NAME], of[128];

	mmx_lru_list_name(w->lruvecs, w->view->kernel, w->lruvec, w->list, name);
	name_lruvec(w, of, sizeof(of));
	mmx_cover_failf(&w->lru->coverage, mmx_read_code(w->at.end_read),
			"%s, %s: what 0x%" PRIx64 " leads to is %s", name, of, w->at.end_from,
			mmx_read_name(w->at.end_read));
	return 0;
}

/* What a list that broke off could not be followed to is left out; all else says no more than it is. */
static int tell_end(struct walk *w)
{
	const struct mmx_page_list *at = &w->at;
	char text[128];
	uint64_t page = page_of(w, mmx_page_list_tell(at, text, sizeof(text)));

	w->sum->whole &= at->end == MMX_PAGE_LIST_WHOLE;
	switch (at->end) {
	case MMX_PAGE_LIST_WHOLE:
		return 0;
	case MMX_PAGE_LIST_LOST:
		return lost(w);
	case MMX_PAGE_LIST_NO_PAGE:
	case MMX_PAGE_LIST_CUT:
		return FAULT(w, BROKEN, page, "%s", text);
	case MMX_PAGE_LIST_AGAIN:
		return FAULT(w, CYCLE, page, "%s", text);
	case MMX_PAGE_LIST_SHARED:
		return FAULT(w, TWICE, page, "%s", text);
	case MMX_PAGE_LIST_NOMEM:
		break;
	}
	return -1;
}

static int walk_list(struct walk *w, unsigned int list)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	w->list = list;
	w->place = mmx_lru_place(w->lruvecs, list);
	w->count = (struct mmx_lru_count){.lruvec = w->lru->sums.n - 1, .list = list};
	mmx_page_list_begin(&w->at, w->view, &w->lru->heads,
			    mmx_lru_head(w->lruvecs, l, w->lruvec, list), mmx_off(l, M_page_lru));
	while (mmx_page_list_next(&w->at)) {
		if (take(w))
			return -1;
	}
	w->sum->folios += w->count.folios;
	w->sum->pages[w->place.file] += w->count.pages;
	w->lru->coverage.found += w->count.folios;
	if (w->count.folios && !mmx_array_add(&w->lru->counts, w->count))
		return -1;
	return tell_end(w);
}

/*
 * What the kernel counts.
 */

/* The count of a list that is entered, or that of a new entry; NULL without memory. */
static struct mmx_lru_count *count_of(struct walk *w, unsigned int list)
{
	struct mmx_lru_count count = {.lruvec = w->lru->sums.n - 1, .list = list};

	for (size_t i = w->sum->first; i < w->lru->counts.n; i++) {
		if (w->lru->counts.v[i].list == list)
			return &w->lru->counts.v[i];
	}
	if (!mmx_array_add(&w->lru->counts, count))
		return NULL;
	return &w->lru->counts.v[w->lru->counts.n - 1];
}

/* Of a kind and zone: pages that the kernel counts and that were found, of all generations. */
struct generations {
	int64_t counted;
	uint64_t found;
};

static int take_nr_pages(struct walk *w, unsigned int list, int64_t nr_pages, struct generations *g)
{
	struct mmx_lru_place place = mmx_lru_place(w->lruvecs, list);
	uint64_t own = w->tally.own[place.gen][place.file][place.zone];
	struct mmx_lru_count *count;

	g->counted += nr_pages;
	g->found += own;
	if (!nr_pages && !own)
		return 0;
	count = count_of(w, list);
	if (!count)
		return -1;
	count->nr_pages = nr_pages;
	count->own = own;
	return 0;
}

/*
 * A walk over page tables that raised generations adds to their counts only when it has collected some: then
 * those of single generations differ, and all of them together do not.
 */
static int check_generations(struct walk *w, const unsigned char *nr_pages, bool file,
			     unsigned int zone)
{
	const struct mmx_lruvecs *l = w->lruvecs;
	struct mmx_lru_place place = {.generation = true, .file = file, .zone = zone};
	struct generations g = {0};

	for (place.gen = 0; place.gen < l->gens; place.gen++) {
		unsigned int list = mmx_lru_list_at(l, &place);

		if (take_nr_pages(w, list, mmx_le64(nr_pages + 8ull * (list - MMX_LRU_LINKED)), &g))
			return -1;
	}
	if (counts_are_due(w) || g.counted == (int64_t)g.found)
		return 0;
	return find(w, MMX_LRU_FAULT_NR_PAGES,
		    w->lruvec->addr + mmx_off(&w->view->kernel->layout, M_lruvec_lrugen_nr_pages),
		    false,
		    "the generations of %s, zone number %u, have %" PRIu64
		    " pages and nr_pages says %" PRId64,
		    file ? "file" : "anon", zone, g.found, g.counted);
}

static int check_nr_pages(struct walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	unsigned char nr_pages[MMX_LRU_GENS * 2 * MMX_LRU_ZONES * 8];
	uint64_t at = w->lruvec->addr;
	struct mmx_err err;

	if (!w->lruvecs->gens)
		return 0;
	at += mmx_off(l, M_lruvec_lrugen_nr_pages);
	if (mmx_kread_ok(w->view, at, nr_pages, w->lruvecs->gens * 16ull * w->lruvecs->zones,
			 "lrugen.nr_pages", &err)) {
		mmx_cover_fail(&w->lru->coverage, &err);
		w->sum->whole = false;
		return 0;
	}
	for (unsigned int i = 0; i < 2 * w->lruvecs->zones; i++) {
		if (check_generations(w, nr_pages, i % 2, i / 2))
			return -1;
	}
	return 0;
}

/* Pages of generations count as active or inactive by their own. */
static void fold_generations(struct walk *w)
{
	const struct mmx_lruvecs *l = w->lruvecs;

	for (unsigned int gen = 0; gen < l->gens; gen++) {
		bool active = mmx_lru_gen_active(l, w->lruvec, gen);

		for (unsigned int i = 0; i < 2 * l->zones; i++)
			w->tally.lists[i / 2][mmx_lru_of(i % 2, active)] +=
				w->tally.own[gen][i % 2][i / 2];
	}
}

/* The sizes of a memory cgroup's lists count those alone that are not of generations. */
static int check_size(struct walk *w, uint64_t at, unsigned int zone, unsigned int list,
		      uint64_t size)
{
	uint64_t found = w->tally.lists[zone][list];

	if (counts_are_due(w) || found == size)
		return 0;
	w->list = list;
	return FAULT(w, SIZE, at,
		     "the list has %" PRIu64
		     " pages of zone number %u, and lru_zone_size says %" PRId64,
		     found, zone, size);
}

/* Since 7.1 the sizes of what was removed stay what they were, though its pages went to those above. */
static bool sizes_are_left(const struct walk *w)
{
	return w->reparents && !w->lruvecs->memcgs.v[w->lruvec->memcg].online && !w->sum->folios;
}

static int check_sizes(struct walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	unsigned int zones = w->lruvecs->zones;
	unsigned char bytes[MMX_LRU_ZONES * MMX_LRUS * 8];
	struct mmx_err err;
	uint64_t at;

	if (!w->lruvecs->by_memcg || sizes_are_left(w))
		return 0;
	at = w->lruvec->per_node + mmx_off(l, M_mem_cgroup_per_node_lru_zone_size);
	if (mmx_kread_ok(w->view, at, bytes, zones * MMX_LRUS * 8ull, "lru_zone_size", &err)) {
		mmx_cover_fail(&w->lru->coverage, &err);
		w->sum->whole = false;
		return 0;
	}
	for (unsigned int i = 0; i < zones * MMX_LRUS; i++) {
		unsigned int zone = i / MMX_LRUS, list = i % MMX_LRUS;
		uint64_t size = mmx_le64(bytes + 8 * i);

		if (list < MMX_LRU_LINKED && check_size(w, at + 8 * i, zone, list, size))
			return -1;
		if (list < MMX_LRU_LINKED)
			continue;
		w->tally.lists[zone][list] = size;
		w->sum->unevictable += size;
	}
	return 0;
}

static int add_to_zones(struct walk *w)
{
	for (unsigned int zone = 0; zone < MMX_LRU_ZONES; zone++) {
		struct zone_sum *sum = NULL;

		for (size_t i = 0; i < w->zones.n; i++) {
			if (w->zones.v[i].node == w->lruvec->node && w->zones.v[i].zone == zone)
				sum = &w->zones.v[i];
		}
		if (!sum) {
			if (!mmx_array_add(&w->zones, (struct zone_sum){.node = w->lruvec->node,
									.zone = zone}))
				return -1;
			sum = &w->zones.v[w->zones.n - 1];
		}
		sum->locked |= w->lruvec->locked;
		for (unsigned int i = 0; i < MMX_LRUS; i++)
			sum->pages[i] += w->tally.lists[zone][i];
	}
	return 0;
}

static int walk_lruvec(struct walk *w, const struct mmx_lruvec *lruvec)
{
	struct mmx_lru_sum sum = {.whole = !lruvec->why, .first = w->lru->counts.n};

	w->lruvec = lruvec;
	w->tally = (struct tally){0};
	if (!mmx_array_add(&w->lru->sums, sum))
		return -1;
	w->sum = &w->lru->sums.v[w->lru->sums.n - 1];
	for (unsigned int list = 0; !lruvec->why && list < mmx_lruvec_lists(w->lruvecs); list++) {
		if (walk_list(w, list))
			return -1;
	}
	if (!lruvec->why && check_nr_pages(w))
		return -1;
	if (!lruvec->why && check_sizes(w))
		return -1;
	fold_generations(w);
	w->sum->n = w->lru->counts.n - w->sum->first;
	w->all_whole &= w->sum->whole;
	return add_to_zones(w);
}

/*
 * The counters of zones.
 */

/* The finding is of a zone, and no lruvec's. */
static int find_counter(struct walk *w, const struct zone_sum *sum, const char *name,
			uint64_t pages, const struct mmx_counter *counter)
{
	const struct mmx_zone *zone =
		mmx_zone_of(&mmx_mem(w->view->kernel)->zones, sum->node, sum->zone);
	struct mmx_lru_finding f = {.node = sum->node, .fault = MMX_LRU_FAULT_COUNTER};

	if (zone)
		f.addr = zone->addr + mmx_off(&w->view->kernel->layout, M_zone_vm_stat);
	snprintf(f.text, sizeof(f.text),
		 "%s of zone %s is %" PRId64
		 " with what CPUs hold back, and its lists have %" PRIu64 " pages",
		 name, zone ? zone->name : "that has no memory", counter->shared + counter->pending,
		 pages);
	if (w->lru->found[f.fault]++ >= MMX_LRU_FINDINGS_KEPT)
		return 0;
	return mmx_array_add(&w->lru->findings, f) ? 0 : -1;
}

/* Generations that are moving count as the one or the other, so their sum is compared. */
static int check_zone_kind(struct walk *w, const struct zone_sum *sum, bool file)
{
	const struct mmx_counters *c = mmx_know_counters(w->view);
	unsigned int at = mmx_lru_of(file, false);
	struct mmx_counter inactive =
		mmx_counter_of_zone(c, sum->node, sum->zone, MMX_COUNTERS_ZONE,
				    file ? "NR_ZONE_INACTIVE_FILE" : "NR_ZONE_INACTIVE_ANON");
	struct mmx_counter active =
		mmx_counter_of_zone(c, sum->node, sum->zone, MMX_COUNTERS_ZONE,
				    file ? "NR_ZONE_ACTIVE_FILE" : "NR_ZONE_ACTIVE_ANON");
	struct mmx_counter both = {.shared = inactive.shared + active.shared,
				   .pending = inactive.pending + active.pending};
	uint64_t pages = sum->pages[at] + sum->pages[at + 1];

	if (sum->locked || inactive.why || active.why ||
	    both.shared + both.pending == (int64_t)pages)
		return 0;
	return find_counter(w, sum,
			    file ? "NR_ZONE_INACTIVE_FILE + NR_ZONE_ACTIVE_FILE"
				 : "NR_ZONE_INACTIVE_ANON + NR_ZONE_ACTIVE_ANON",
			    pages, &both);
}

static int check_counters(struct walk *w)
{
	for (size_t i = 0; w->all_whole && i < w->zones.n; i++) {
		if (check_zone_kind(w, &w->zones.v[i], false) ||
		    check_zone_kind(w, &w->zones.v[i], true))
			return -1;
	}
	return 0;
}

int mmx_lru_find(struct mmx_lru *lru, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	struct walk w = {.lru = lru,
			 .view = view,
			 .lruvecs = mmx_know_lruvecs(view),
			 .batches = mmx_know_lru_batches(view),
			 .reparents = mmx_has(&k->layout, M_obj_cgroup_is_root)};
	int ret = 0;

	if (mmx_fact_require(&k->facts, FACT_PAGES, err))
		return -1;
	w.all_whole = mmx_cover_whole(&w.lruvecs->coverage);
	for (size_t i = 0; !ret && i < w.lruvecs->n; i++)
		ret = walk_lruvec(&w, &w.lruvecs->v[i]);
	if (!ret)
		ret = check_counters(&w);
	mmx_array_free(&w.zones);
	return ret ? mmx_fail_nomem(err) : 0;
}

void mmx_lru_free(struct mmx_lru *lru)
{
	mmx_page_heads_free(&lru->heads);
	mmx_array_free(&lru->sums);
	mmx_array_free(&lru->counts);
	mmx_array_free(&lru->findings);
}
