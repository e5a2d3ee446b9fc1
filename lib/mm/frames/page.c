// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/owners/hugetlb.h"
#include "mm/frames/page.h"

#define CHUNK        16384u /* struct pages read at a time: 1 MiB */
#define MAX_ORDER    22     /* the largest folio that any kernel makes: 16 GiB */
#define HEAD_PAGES   4      /* the struct pages of a folio that hold its own fields */
#define VMEMMAP_PAGE 4096u

const char *mmx_page_type_name(enum mmx_page_type type)
{
	static const char *const names[] = {
#define TYPE(id, name) [MMX_PAGE_##id] = name,
		MMX_PAGE_TYPES(TYPE)
#undef TYPE
	};

	return names[type];
}

/*
 * The format: how this kernel's struct page is read.
 */

static uint8_t bit(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	int64_t value = mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;

	return value >= 0 && value < 64 ? value : MMX_NO_BIT;
}

/* Types by enumerator, and what they were before there was an enum: macros, the same for all. */
static const struct {
	enum mmx_page_type type;
	enum mmx_layout_enumerator id;
	uint32_t macro;
	const char *
		vmcoreinfo; /* without this line in VMCOREINFO such a kernel lacks the macro; NULL: all have it */
} type_sources[] = {
	{MMX_PAGE_BUDDY, E_PGTY_buddy, 0x80, NULL},
	{MMX_PAGE_OFFLINE, E_PGTY_offline, 0x100, NULL},
	{MMX_PAGE_TABLE, E_PGTY_table, 0x200, NULL},
	{MMX_PAGE_GUARD, E_PGTY_guard, 0x400, NULL},
	{MMX_PAGE_HUGETLB, E_PGTY_hugetlb, 0x800, "PAGE_HUGETLB_MAPCOUNT_VALUE"},
	{MMX_PAGE_SLAB, E_PGTY_slab, 0x1000, "PAGE_SLAB_MAPCOUNT_VALUE"},
	{MMX_PAGE_ZSMALLOC, E_PGTY_zsmalloc, 0, NULL},
	{MMX_PAGE_UNACCEPTED, E_PGTY_unaccepted, 0, NULL},
	{MMX_PAGE_LARGE_KMALLOC, E_PGTY_large_kmalloc, 0, NULL},
	{MMX_PAGE_NETPP, E_PGTY_netpp, 0, NULL},
};

static void find_types(const struct mmx_kernel *k, struct mmx_page_format *f)
{
	const struct mmx_layout *l = &k->layout;
	bool enumerated = mmx_has_enum(l, E_PGTY_buddy);
	int64_t value;

	for (size_t i = 0; i < sizeof(type_sources) / sizeof(*type_sources); i++) {
		uint32_t code = 0;

		if (mmx_has_enum(l, type_sources[i].id))
			code = mmx_enum(l, type_sources[i].id);
		else if (!enumerated && (!type_sources[i].vmcoreinfo ||
					 mmx_vmcoreinfo_number(&k->vmcoreinfo,
							       type_sources[i].vmcoreinfo, &value)))
			code = type_sources[i].macro;
		f->type_code[type_sources[i].type] = code;
	}
	if (enumerated && f->type_code[MMX_PAGE_BUDDY] <= 0xff) {
		f->type_scheme = MMX_TYPES_BYTE;
		f->type_below = (int32_t)((uint32_t)mmx_enum(l, E_PGTY_mapcount_underflow) << 24);
	} else {
		f->type_scheme = MMX_TYPES_CLEAR_BITS;
		f->type_base = enumerated ? 0x80000000 : 0xf0000000;
		f->type_below = enumerated ? (int32_t)0xffff0000 : -128;
	}
}

enum mmx_page_type mmx_page_type_of(const struct mmx_page_format *f, uint32_t word)
{
	if ((int32_t)word >= f->type_below)
		return MMX_PAGE_NONE;
	for (unsigned int t = MMX_PAGE_NONE + 1; t < MMX_PAGE_UNKNOWN; t++) {
		uint32_t code = f->type_code[t];

		if (code && (f->type_scheme == MMX_TYPES_BYTE
				     ? word >> 24 == code
				     : (word & (f->type_base | code)) == f->type_base))
			return t;
	}
	return MMX_PAGE_UNKNOWN;
}

static void find_hugetlb(const struct mmx_kernel *k, struct mmx_page_format *f)
{
	const struct mmx_layout *l = &k->layout;

	f->hugetlb_flag = bit(l, E_PG_hugetlb);
	if (f->type_code[MMX_PAGE_HUGETLB]) {
		f->hugetlb = MMX_HUGETLB_TYPE;
	} else if (f->hugetlb_flag != MMX_NO_BIT) {
		f->hugetlb = MMX_HUGETLB_FLAG;
	} else if (mmx_has_enum(l, E_HUGETLB_PAGE_DTOR) && mmx_has(l, M_folio_dtor)) {
		f->hugetlb = MMX_HUGETLB_DTOR;
		f->hugetlb_dtor = mmx_enum(l, E_HUGETLB_PAGE_DTOR);
		f->dtor = mmx_off(l, M_folio_dtor);
	}
}

/* The order is read before it is known that there are more than two struct pages. */
static int check_folio(const struct mmx_page_format *f, struct mmx_err *err)
{
	const uint32_t fields[] = {f->dtor, f->entire_mapcount, f->large_mapcount,
				   f->nr_pages_mapped, f->pincount};
	bool fits = f->order + 8 <= 2 * f->size;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		fits &= fields[i] + 4 <= HEAD_PAGES * f->size;
	return fits ? 0
		    : mmx_fail(err, MMX_ECORRUPT,
			       "struct folio's fields lie beyond its first struct pages");
}

static int find_folio(const struct mmx_kernel *k, struct mmx_page_format *f, struct mmx_err *err)
{
	const struct mmx_layout *l = &k->layout;

	f->order_is_byte = mmx_has(l, M_folio_order);
	if (!f->order_is_byte && !mmx_has(l, M_folio_flags_1))
		return mmx_fail(
			err, MMX_EMISSING,
			"neither folio._folio_order nor folio._flags_1 tells a folio's order");
	f->order = mmx_off(l, f->order_is_byte ? M_folio_order : M_folio_flags_1);
	f->entire_mapcount = mmx_off(l, M_folio_entire_mapcount);
	f->large_mapcount = mmx_off(l, M_folio_large_mapcount);
	f->nr_pages_mapped = mmx_off(l, M_folio_nr_pages_mapped);
	f->mapped = mmx_has(l, M_folio_large_mapcount)    ? MMX_MAPPED_LARGE
		    : mmx_has(l, M_folio_nr_pages_mapped) ? MMX_MAPPED_NR
							  : MMX_MAPPED_PAGES;
	if (!mmx_has(l, M_folio_entire_mapcount))
		return mmx_fail(err, MMX_EMISSING,
				"no member tells how often a large folio is mapped");
	/*
	 * From 6.15 on a kernel may be configured not to count pages of large folios one by one. Nothing in
	 * the types tells, but for the owners' ids that came at the same time: without these it counts.
	 */
	f->may_not_count_pages = f->mapped == MMX_MAPPED_LARGE && mmx_has(l, M_folio_mm_ids);
	f->has_pincount = mmx_has(l, M_folio_pincount);
	f->pincount = mmx_off(l, M_folio_pincount);
	return check_folio(f, err);
}

static int find_format(const struct mmx_kernel *k, struct mmx_page_format *f, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_page_flags,   M_page_link,     M_page_mapping,  M_page_index,
		M_page_private, M_page_mapcount, M_page_refcount, M_page_lru};
	const struct mmx_layout *l = &k->layout;

	if (mmx_fact_require(&k->facts, FACT_VMEMMAP, err) ||
	    mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	f->size = mmx_mem(k)->vmemmap.page_size;
	if (f->size * HEAD_PAGES > sizeof(((struct mmx_page_walk *)0)->saved))
		return mmx_fail(err, MMX_ECORRUPT, "struct page of %u bytes", f->size);
	f->flags = mmx_off(l, M_page_flags);
	f->link = mmx_off(l, M_page_link);
	f->mapping = mmx_off(l, M_page_mapping);
	f->index = mmx_off(l, M_page_index);
	f->private = mmx_off(l, M_page_private);
	f->mapcount = mmx_off(l, M_page_mapcount);
	f->refcount = mmx_off(l, M_page_refcount);
	f->has_memcg = mmx_has(l, M_page_memcg_data);
	f->memcg = mmx_off(l, M_page_memcg_data);
	if (f->memcg + 8 > f->size)
		return mmx_fail(err, MMX_ECORRUPT, "page.memcg_data lies beyond struct page");
	for (size_t i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (mmx_off(l, need[i]) + 8 > f->size)
			return mmx_fail(err, MMX_ECORRUPT, "%s lies beyond struct page",
					mmx_layout_members[need[i]].name);
	}
	f->mask_links = l->member[M_page_link].alt == 1;
	f->fake_heads = !f->mask_links;
	f->head = bit(l, E_PG_head);
	f->slab = bit(l, E_PG_slab);
	f->large_rmappable = bit(l, E_PG_large_rmappable);
	f->double_map = bit(l, E_PG_double_map);
	f->lru = bit(l, E_PG_lru);
	f->reserved = bit(l, E_PG_reserved);
	f->swapbacked = bit(l, E_PG_swapbacked);
	f->swapcache = bit(l, E_PG_owner_priv_1);
	f->hwpoison = bit(l, E_PG_hwpoison);
	f->writeback = bit(l, E_PG_writeback);
	if (f->head == MMX_NO_BIT)
		return mmx_fail(err, MMX_EMISSING,
				"enumerator PG_head is needed and no source of types has it");
	find_types(k, f);
	f->slab_is_type = f->type_code[MMX_PAGE_SLAB] != 0;
	find_hugetlb(k, f);
	return find_folio(k, f, err);
}

/*
 * The walk.
 */

static const struct mmx_page_format *format(const struct mmx_page_walk *w)
{
	return &mmx_mem(w->view->kernel)->page_format;
}

static uint64_t page_addr(const struct mmx_page_walk *w, uint64_t pfn)
{
	return mmx_page_addr(&mmx_mem(w->view->kernel)->vmemmap, pfn);
}

int mmx_page_walk_begin(struct mmx_page_walk *w, struct mmx_view *view, uint64_t start,
			uint64_t end, struct mmx_err *err)
{
	memset(w, 0, sizeof(*w));
	w->view = view;
	w->pfn = start;
	w->end = end;
	if (mmx_fact_require(&view->kernel->facts, FACT_PAGES, err))
		return -1;
	w->buffer = malloc((size_t)CHUNK * format(w)->size);
	return w->buffer ? 0 : mmx_fail_nomem(err);
}

void mmx_page_walk_end(struct mmx_page_walk *w)
{
	free(w->buffer);
	w->buffer = NULL;
}

/* The struct page of a frame if the buffer has it. */
static const unsigned char *in_buffer(const struct mmx_page_walk *w, uint64_t pfn)
{
	return pfn - w->first < w->got ? w->buffer + (pfn - w->first) * format(w)->size : NULL;
}

/* One frame's struct page, from the buffer or read into @page. */
static enum mmx_read peek(const struct mmx_page_walk *w, uint64_t pfn, unsigned char *page)
{
	const unsigned char *at = in_buffer(w, pfn);
	uint64_t got;

	if (!at)
		return mmx_pages_read(w->view, pfn, 1, page, &got);
	memcpy(page, at, format(w)->size);
	return MMX_READ_OK;
}

static const char *bad_order(uint64_t head, unsigned int order)
{
	if (!order || order > MAX_ORDER)
		return "the order in its second struct page is out of range";
	return head & ((1ULL << order) - 1) ? "it is not aligned to its order" : NULL;
}

static unsigned int folio_order(const struct mmx_page_format *f, const unsigned char *bytes)
{
	return f->order_is_byte ? bytes[f->order] : mmx_word(bytes, f->order) & 0xff;
}

static bool is_hugetlb(const struct mmx_page_format *f, const struct mmx_folio *folio)
{
	switch (f->hugetlb) {
	case MMX_HUGETLB_DTOR:
		return folio->large && folio->bytes[f->dtor] == f->hugetlb_dtor;
	case MMX_HUGETLB_FLAG:
		return folio->large &&
		       mmx_bit(mmx_word(folio->bytes, f->size + f->flags), f->hugetlb_flag);
	case MMX_HUGETLB_TYPE:
		return folio->type == MMX_PAGE_HUGETLB;
	case MMX_HUGETLB_NONE:
		break;
	}
	return false;
}

/* Points the folio at its first struct pages: in the buffer when all are there, else read anew. */
static enum mmx_read find_head_pages(struct mmx_page_walk *w, uint64_t head)
{
	const struct mmx_page_format *f = format(w);
	const unsigned char *at = in_buffer(w, head);
	enum mmx_read read;

	if (at && in_buffer(w, head + HEAD_PAGES - 1)) {
		w->folio.bytes = at;
		return MMX_READ_OK;
	}
	memset(w->saved, 0, sizeof(w->saved));
	for (unsigned int i = 0; i < HEAD_PAGES; i++) {
		read = peek(w, head + i, w->saved + i * f->size);
		/* A folio of two pages can be the last thing in memory. */
		if (read && (i < 2 || folio_order(f, w->saved) > 1))
			return read;
	}
	w->folio.bytes = w->saved;
	return MMX_READ_OK;
}

/* Nothing can be known of the folio. */
static void lose_folio(struct mmx_page_walk *w, uint64_t head, enum mmx_read read, const char *bad)
{
	memset(w->saved, 0, sizeof(w->saved));
	w->folio = (struct mmx_folio){.head = head, .bytes = w->saved, .read = read, .bad = bad};
	w->folio_end = head + 1;
}

/* Works out the folio whose head is the frame @head. */
static void load_folio(struct mmx_page_walk *w, uint64_t head)
{
	const struct mmx_page_format *f = format(w);
	struct mmx_folio *folio = &w->folio;
	const unsigned char *at = in_buffer(w, head);
	enum mmx_read read = at ? MMX_READ_OK : peek(w, head, w->saved);

	w->mapped_known = w->counted_known = false;
	if (read) {
		lose_folio(w, head, read, NULL);
		return;
	}
	*folio = (struct mmx_folio){.head = head, .bytes = at ? at : w->saved};
	w->folio_end = head + 1;
	folio->flags = mmx_word(folio->bytes, f->flags);
	folio->large = mmx_bit(folio->flags, f->head);
	if (folio->large) {
		read = find_head_pages(w, head);
		if (read) {
			lose_folio(w, head, read,
				   read == MMX_READ_ABSENT ? "it ends where memory does" : NULL);
			return;
		}
		folio->order = folio_order(f, folio->bytes);
		folio->bad = bad_order(head, folio->order);
		if (folio->bad)
			folio->order = 0;
		w->folio_end = head + (1ULL << folio->order);
	}
	folio->type = mmx_page_type_of(f, mmx_int(folio->bytes, f->mapcount));
	folio->slab =
		f->slab_is_type ? folio->type == MMX_PAGE_SLAB : mmx_bit(folio->flags, f->slab);
	folio->hugetlb = is_hugetlb(f, folio);
}

/*
 * Where a tail's link leads. Since 7.1 it can be a mask to be laid on the struct page's own address;
 * such a word is above every address of vmemmap, so the two cannot be taken for each other.
 */
static uint64_t linked_head(const struct mmx_page_walk *w, uint64_t pfn, uint64_t link)
{
	if (format(w)->mask_links && link >= 0xffffffff00000000ULL)
		return page_addr(w, pfn) & link;
	return link - 1;
}

/*
 * Up to 7.0 the struct pages of an optimised huge page repeat its first 64: every 64th one looks
 * like a head, and the one behind it knows better.
 */
static enum mmx_read see_through_fake_head(const struct mmx_page_walk *w, uint64_t *link)
{
	const struct mmx_page_format *f = format(w);
	unsigned char next[sizeof(w->saved) / HEAD_PAGES];
	enum mmx_read read;

	if (!f->fake_heads || !mmx_bit(mmx_word(w->bytes, f->flags), f->head) ||
	    page_addr(w, w->pfn) % VMEMMAP_PAGE)
		return MMX_READ_OK;
	read = peek(w, w->pfn + 1, next);
	if (!read && mmx_is_tail(f, next) && mmx_word(next, f->link) - 1 != page_addr(w, w->pfn))
		*link = mmx_word(next, f->link);
	return read;
}

static void find_folio_of_page(struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = format(w);
	uint64_t link = mmx_word(w->bytes, f->link), head;
	enum mmx_read read = link & 1 ? MMX_READ_OK : see_through_fake_head(w, &link);

	w->tail = link & 1;
	if (read) {
		lose_folio(w, w->pfn, read, NULL);
		return;
	}
	if (!w->tail) {
		load_folio(w, w->pfn);
		return;
	}
	if (linked_head(w, w->pfn, link) == page_addr(w, w->folio.head) && w->pfn < w->folio_end &&
	    w->folio.bytes)
		return;
	if (!mmx_page_pfn(w->view->kernel, linked_head(w, w->pfn, link), &head) || head > w->pfn) {
		lose_folio(w, w->pfn, MMX_READ_UNREADABLE,
			   "its link leads to no struct page before it");
		return;
	}
	load_folio(w, head);
	if (w->pfn >= w->folio_end && !w->folio.read && !w->folio.bad)
		lose_folio(w, head, MMX_READ_UNREADABLE,
			   "its link leads to a folio that does not reach this far");
}

/* What the buffer is about to lose of the current folio is kept aside. */
static void save_folio(struct mmx_page_walk *w, uint64_t pfn)
{
	size_t bytes = (size_t)HEAD_PAGES * format(w)->size;

	if (!w->folio.bytes || pfn >= w->folio_end || w->folio.bytes == w->saved)
		return;
	if (w->folio.bytes + bytes > w->buffer + w->got * format(w)->size)
		bytes = w->buffer + w->got * format(w)->size - w->folio.bytes;
	memset(w->saved, 0, sizeof(w->saved));
	memcpy(w->saved, w->folio.bytes, bytes);
	w->folio.bytes = w->saved;
}

static bool refill(struct mmx_page_walk *w, uint64_t pfn)
{
	uint64_t max = w->end - pfn < CHUNK ? w->end - pfn : CHUNK, got;
	const struct mmx_range *next;

	save_folio(w, pfn);
	w->read = mmx_pages_read(w->view, pfn, max, w->buffer, &got);
	w->first = pfn;
	w->got = w->read ? 0 : got;
	if (!w->read)
		return true;
	w->frames = got;
	if (w->read == MMX_READ_ABSENT) {
		next = mmx_ranges_find(&mmx_mem(w->view->kernel)->sparse.pfn, pfn);
		w->frames = next && next->start < w->end ? next->start - pfn : w->end - pfn;
	}
	return false;
}

/* Whether this struct page is the first one of a block, as its type and its private word, the order, say. */
static bool heads_block(struct mmx_page_walk *w, uint64_t pfn, const unsigned char *page)
{
	const struct mmx_page_format *f = format(w);
	enum mmx_page_type type = mmx_page_type_of(f, mmx_int(page, f->mapcount));
	uint64_t order = mmx_word(page, f->private);

	return mmx_heads_block(type) && order < MMX_BLOCK_ORDERS && !(pfn & ((1ULL << order) - 1));
}

static void enter_block(struct mmx_page_walk *w, uint64_t head, const unsigned char *page)
{
	const struct mmx_page_format *f = format(w);

	w->block_type = mmx_page_type_of(f, mmx_int(page, f->mapcount));
	w->block_head = head;
	w->block_end = head + (1ULL << mmx_word(page, f->private));
}

/*
 * A block's head precedes its pages, but for a walk that begins within the block, or comes to it
 * from where struct pages are missing.
 */
static void find_block(struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = format(w);
	unsigned char page[sizeof(w->saved) / HEAD_PAGES];

	for (unsigned int o = 1; o < MMX_BLOCK_ORDERS; o++) {
		uint64_t head = w->pfn & ~((1ULL << o) - 1);
		enum mmx_read read = peek(w, head, page);

		if (read && read != MMX_READ_ABSENT) {
			w->lost_end = head + (1ULL << o);
			w->lost = read;
		} else if (!read && heads_block(w, head, page) && mmx_word(page, f->private) >= o) {
			enter_block(w, head, page);
		}
	}
}

static void note_block(struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = format(w);

	w->type = mmx_page_type_of(f, mmx_int(w->bytes, f->mapcount));
	/* A block that went on behind this page would have it, and no such page lies within a block. */
	if (w->lost_end && (w->type != MMX_PAGE_NONE || mmx_int(w->bytes, f->refcount)))
		w->lost_end = 0;
	if (mmx_heads_block(w->type) && heads_block(w, w->pfn, w->bytes))
		enter_block(w, w->pfn, w->bytes);
}

bool mmx_page_walk_next(struct mmx_page_walk *w)
{
	uint64_t pfn = w->pfn + w->frames;
	bool resumed = !w->frames || w->read;

	if (pfn >= w->end)
		return false;
	if (!in_buffer(w, pfn) && mmx_stopped(w->view->kernel->image))
		return false;
	if (!in_buffer(w, pfn) && !refill(w, pfn)) {
		w->pfn = pfn;
		w->bytes = NULL;
		return true;
	}
	w->pfn = pfn;
	w->frames = 1;
	w->read = MMX_READ_OK;
	w->bytes = in_buffer(w, pfn);
	if (resumed)
		find_block(w);
	note_block(w);
	find_folio_of_page(w);
	return true;
}

/*
 * Counts.
 */

/*
 * 6.1 counts a large folio's mappings page by page. One page that is mapped is enough; that none is,
 * only all of them together can tell.
 */
static enum mmx_read any_page_mapped(const struct mmx_page_walk *w, bool *mapped)
{
	const struct mmx_page_format *f = format(w);
	unsigned char page[sizeof(w->saved) / HEAD_PAGES];
	enum mmx_read missing = MMX_READ_OK;

	*mapped = false;
	if (w->folio.bad)
		return MMX_READ_UNREADABLE;
	for (uint64_t pfn = w->folio.head; pfn < w->folio_end && !*mapped; pfn++) {
		enum mmx_read read = peek(w, pfn, page);

		if (read)
			missing = read;
		else
			*mapped = mmx_int(page, f->mapcount) >= 0;
	}
	return *mapped ? MMX_READ_OK : missing;
}

static enum mmx_read large_mapped(const struct mmx_page_walk *w, bool *mapped)
{
	const struct mmx_page_format *f = format(w);
	const unsigned char *bytes = w->folio.bytes;

	switch (f->mapped) {
	case MMX_MAPPED_PAGES:
		*mapped = mmx_int(bytes, f->entire_mapcount) >= 0;
		return *mapped || w->folio.hugetlb ? MMX_READ_OK : any_page_mapped(w, mapped);
	case MMX_MAPPED_NR:
		*mapped = mmx_int(bytes, f->nr_pages_mapped) > 0 ||
			  mmx_int(bytes, f->entire_mapcount) >= 0;
		return MMX_READ_OK;
	case MMX_MAPPED_LARGE:
		*mapped = mmx_int(bytes, f->large_mapcount) >= 0;
		return MMX_READ_OK;
	}
	return MMX_READ_UNREADABLE;
}

enum mmx_read mmx_folio_mapped(struct mmx_page_walk *w, bool *mapped)
{
	if (w->folio.read)
		return w->folio.read;
	if (!w->folio.large) {
		*mapped = mmx_int(w->folio.bytes, format(w)->mapcount) >= 0;
		return MMX_READ_OK;
	}
	if (!w->mapped_known) {
		w->mapped_read = large_mapped(w, &w->mapped);
		w->mapped_known = true;
	}
	*mapped = w->mapped;
	return w->mapped_read;
}

bool mmx_folio_anon(const struct mmx_page_walk *w)
{
	return mmx_word(w->folio.bytes, format(w)->mapping) & 1;
}

/* The sum of what the folio's pages count themselves. */
static enum mmx_read sum_of_pages(const struct mmx_page_walk *w, int64_t *sum)
{
	const struct mmx_page_format *f = format(w);
	unsigned char page[sizeof(w->saved) / HEAD_PAGES];

	*sum = 0;
	if (w->folio.bad)
		return MMX_READ_UNREADABLE;
	for (uint64_t pfn = w->folio.head; pfn < w->folio_end; pfn++) {
		enum mmx_read read = peek(w, pfn, page);

		if (read)
			return read;
		*sum += (int64_t)mmx_int(page, f->mapcount) + 1;
	}
	return MMX_READ_OK;
}

enum mmx_read mmx_folio_mapcount(const struct mmx_page_walk *w, int64_t *count)
{
	const struct mmx_page_format *f = format(w);
	const unsigned char *bytes = w->folio.bytes;
	int64_t entire, sum, pages = 1LL << w->folio.order;
	enum mmx_read read = w->folio.read;

	if (read)
		return read;
	if (!w->folio.large) {
		*count = w->folio.type == MMX_PAGE_NONE ? (int64_t)mmx_int(bytes, f->mapcount) + 1
							: 0;
		return MMX_READ_OK;
	}
	if (f->mapped == MMX_MAPPED_LARGE) {
		*count = (int64_t)mmx_int(bytes, f->large_mapcount) + 1;
		return MMX_READ_OK;
	}
	entire = *count = (int64_t)mmx_int(bytes, f->entire_mapcount) + 1;
	if (w->folio.hugetlb)
		return MMX_READ_OK;
	read = sum_of_pages(w, &sum);
	*count += sum;
	if (f->mapped == MMX_MAPPED_NR)
		return read;
	/* 6.1: a file folio's pages count each whole mapping too; so do anonymous ones in double-map state, once. */
	if (!mmx_folio_anon(w))
		*count -= entire * pages;
	else if (mmx_bit(mmx_word(bytes, f->size + f->flags), f->double_map))
		*count -= pages;
	return read;
}

/*
 * A kernel that counts pages has one counted whenever entries map pages of the folio by themselves:
 * it counts the page first on mapping, and last on unmapping. One that does not count them leaves
 * their words alone; _nr_pages_mapped it does not even initialise. hugetlb maps as a whole only.
 */
enum mmx_read mmx_folio_counted(struct mmx_page_walk *w, enum mmx_counted *counted)
{
	const struct mmx_page_format *f = format(w);
	const unsigned char *bytes = w->folio.bytes;
	enum mmx_read read;
	bool any;

	*counted = f->may_not_count_pages ? MMX_COUNTED_UNKNOWN : MMX_COUNTED_PAGES;
	if (!f->may_not_count_pages || w->folio.read || !w->folio.large || w->folio.hugetlb ||
	    mmx_int(bytes, f->large_mapcount) <= mmx_int(bytes, f->entire_mapcount))
		return w->folio.read;
	if (!w->counted_known) {
		read = any_page_mapped(w, &any);
		if (read)
			return read;
		w->counted = any ? MMX_COUNTED_PAGES : MMX_COUNTED_FOLIO;
		w->counted_known = true;
	}
	*counted = w->counted;
	return MMX_READ_OK;
}

/* Entries for the whole count for each page, others by their share, rounded; what is mapped counts 1. */
static int64_t average_mapcount(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = format(w);
	int64_t entire = (int64_t)mmx_int(w->folio.bytes, f->entire_mapcount) + 1, average;
	int64_t shared = (int64_t)mmx_int(w->folio.bytes, f->large_mapcount) + 1 - entire;

	average = ((shared + (1LL << w->folio.order >> 1)) >> w->folio.order) + entire;
	return average > 0 ? average : 1;
}

enum mmx_read mmx_page_mapcount(struct mmx_page_walk *w, int64_t *count)
{
	const struct mmx_page_format *f = format(w);
	enum mmx_counted counted;
	enum mmx_read read = mmx_folio_counted(w, &counted);
	int64_t entire;

	if (read)
		return read;
	*count = w->type == MMX_PAGE_NONE ? (int64_t)mmx_int(w->bytes, f->mapcount) + 1 : 0;
	if (!w->folio.large)
		return MMX_READ_OK;
	entire = (int64_t)mmx_int(w->folio.bytes, f->entire_mapcount) + 1;
	if (counted == MMX_COUNTED_FOLIO)
		*count = average_mapcount(w);
	else if (f->mapped != MMX_MAPPED_PAGES)
		*count += entire;
	/* 6.1: a file folio's pages count its whole mappings themselves; anonymous ones do once too often when both kinds exist. */
	else if (mmx_folio_anon(w) || w->folio.hugetlb)
		*count += entire -
			  mmx_bit(mmx_word(w->folio.bytes, f->size + f->flags), f->double_map);
	return MMX_READ_OK;
}

/*
 * The fact: the format is held against VMCOREINFO and against folios of the dump.
 */

static const char source[] = "struct page, folio, enum pagetype";

/* VMCOREINFO says what a free page's type word is: the encoding must read it so. */
static void check_type(struct mmx_kernel *k)
{
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	enum mmx_page_type type;
	int64_t buddy;

	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "PAGE_BUDDY_MAPCOUNT_VALUE", &buddy)) {
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNCHECKED, source,
			     "VMCOREINFO has no PAGE_BUDDY_MAPCOUNT_VALUE");
		return;
	}
	type = mmx_page_type_of(f, (uint32_t)buddy);
	mmx_fact_set(&k->facts, FACT_PAGES,
		     type == MMX_PAGE_BUDDY ? MMX_FACT_CHECKED : MMX_FACT_FAILED, source,
		     "page type 0x%x, VMCOREINFO's buddy value, reads as %s, by %s",
		     (uint32_t)buddy, mmx_page_type_name(type),
		     f->type_scheme == MMX_TYPES_BYTE ? "top byte" : "cleared bit");
}

#define SPOTS        256
#define ENOUGH_SPOTS 16 /* with large folios */

struct order_verdict {
	unsigned int spots, pages, bad;
	uint64_t bad_pfn;
};

static void judge_spot(struct order_verdict *v, struct mmx_kernel *k, uint64_t pfn)
{
	unsigned int before = v->pages;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (v->spots >= ENOUGH_SPOTS || !mmx_pfn_online(&mmx_mem(k)->sparse, pfn) ||
	    mmx_page_walk_begin(&w, k->view, pfn, pfn + VMEMMAP_PAGE / mmx_mem(k)->page_format.size,
				&err))
		return;
	while (mmx_page_walk_next(&w)) {
		if (w.read || (!w.tail && !w.folio.large) || (w.folio.read && !w.folio.bad))
			continue;
		v->pages++;
		if (w.folio.bad && !v->bad++)
			v->bad_pfn = w.pfn;
	}
	mmx_page_walk_end(&w);
	v->spots += v->pages > before;
}

/*
 * Where a folio keeps its order has moved more than once, and what lies there now may be anything. Read
 * rightly it is a power of two that the head is aligned to and that reaches its tails. Single folios may be
 * corrupt; most of them are not.
 */
static void check_orders(struct mmx_kernel *k)
{
	uint64_t step = mmx_ranges_total(&mmx_mem(k)->sparse.pfn) / SPOTS | 1, next = 0, before = 0;
	struct mmx_fact *fact = &k->facts.v[FACT_PAGES];
	struct order_verdict v = {0};
	size_t len = strlen(fact->text);

	/* Every step-th of all frames that have a struct page. */
	mmx_for_each_range (frames, &mmx_mem(k)->sparse.pfn) {
		for (; next < before + frames->end - frames->start; next += step)
			judge_spot(&v, k, frames->start + next - before);
		before += frames->end - frames->start;
	}
	if (v.bad > v.pages / 2)
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_FAILED, source,
			     "%u of %u pages sampled of large folios are in none that its order "
			     "reaches, PFN 0x%" PRIx64 " first",
			     v.bad, v.pages, v.bad_pfn);
	else
		snprintf(fact->text + len, sizeof(fact->text) - len,
			 "; %u of %u pages sampled of large folios are within their order",
			 v.pages - v.bad, v.pages);
}

/* Without the test, huge pages of hugetlb look like any other large folios. */
static void check_hugetlb(struct mmx_kernel *k)
{
	struct mmx_err err;
	uint64_t n = 0;

	if (mmx_mem(k)->page_format.hugetlb != MMX_HUGETLB_NONE)
		return;
	if (mmx_hugetlb_count(k->view, &n, &err))
		mmx_fact_set(
			&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source,
			"nothing tells huge pages of hugetlb from other large folios, and whether there "
			"are any is not known: %s",
			err.text);
	else if (n)
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source,
			     "hugetlb has %" PRIu64
			     " huge pages, and no page type, flag or destructor tells "
			     "them from other large folios",
			     n);
}

void mmx_pages_find(struct mmx_kernel *k)
{
	struct mmx_err err;

	if (find_format(k, &mmx_mem(k)->page_format, &err)) {
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source, "%s", err.text);
		return;
	}
	check_type(k);
	if (mmx_fact_usable(&k->facts, FACT_PAGES))
		check_orders(k);
	if (mmx_fact_usable(&k->facts, FACT_PAGES))
		check_hugetlb(k);
}
