// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages, with all that can be told of one: a file a subject, called as what it is about is in lib/mm. To
 * add one, an owner's details say: its fields in a file here,
 *
 *	const struct mmx_field mmx_page_fields_NAME[] = {
 *		{"NAME", MMX_BLOCK, "...", .title = "...", .may = MMX_OR_NONE, .record = &record},
 *		{0},
 *	};
 *
 * and a line in MMX_PAGE_SUBJECTS below, where it is to stand. Each field is left out of pages that it is
 * not about; a block whose record has has() costs the others nothing.
 */
#ifndef MMX_RECORDS_PAGE_PAGE_H
#define MMX_RECORDS_PAGE_PAGE_H

#include "base/steps.h"
#include "mm/frames/class.h"
#include "mm/frames/tail.h"
#include "mm/mem.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/processes/vma.h"
#include "records/records.h"

/* In the order in which they are shown. */
#define MMX_PAGE_SUBJECTS(SUBJECT) \
	SUBJECT(vma)               \
	SUBJECT(pageblock)         \
	SUBJECT(not_walked)        \
	SUBJECT(folio)             \
	SUBJECT(list)              \
	SUBJECT(block)             \
	SUBJECT(pcp)               \
	SUBJECT(slab)              \
	SUBJECT(vmalloc)           \
	SUBJECT(stack)             \
	SUBJECT(large_kmalloc)     \
	SUBJECT(balloon)           \
	SUBJECT(device)            \
	SUBJECT(reserved)          \
	SUBJECT(percpu)            \
	SUBJECT(page_table)        \
	SUBJECT(page_pool)         \
	SUBJECT(zsmalloc)          \
	SUBJECT(hugetlb)           \
	SUBJECT(anon)              \
	SUBJECT(ksm)               \
	SUBJECT(file)              \
	SUBJECT(swap_cache)        \
	SUBJECT(mapped_by)         \
	SUBJECT(unattributed)      \
	SUBJECT(pipe)              \
	SUBJECT(held)              \
	SUBJECT(vmap)              \
	SUBJECT(lru)               \
	SUBJECT(memcg)             \
	SUBJECT(fate)              \
	SUBJECT(page_owner)        \
	SUBJECT(alloc_tag)         \
	SUBJECT(tail)              \
	SUBJECT(refcount)          \
	SUBJECT(struct_page)

#define SUBJECT(name) extern const struct mmx_field mmx_page_fields_##name[];
MMX_PAGE_SUBJECTS(SUBJECT)
#undef SUBJECT

/** enum mmx_page_user - what a page is to the processes that may map it */
enum mmx_page_user { MMX_PAGE_OF_NONE, MMX_PAGE_ANON, MMX_PAGE_FILE };

/**
 * struct mmx_pages - pages that are shown one after the other: the argument of a document that has
 * mmx_record_pages, and its row, for as long as that is the current one
 * @next: goes to the next frame that has a struct page, @walk there; false behind the last one
 * @counted: what their reference counts are made of is asked for, -c
 * @drawn: a drawing in place of the words is asked for, -v
 * @explained: how all of it follows is asked for, -e: @steps begins with how the frame @found follows from what was
 *	asked for
 * @has_address: an address was asked for: @address is that of the page
 * @asked_address: and it is the very one, with its place in the page
 * @mm: whose address that is, of a user address; else 0
 * @missing: tells of a frame whose struct page could not be read
 */
struct mmx_pages {
	bool (*next)(struct mmx_pages *pages);
	void (*missing)(struct mmx_pages *pages);
	bool counted, drawn, explained;
	struct mmx_steps steps;
	struct mmx_term found;
	struct mmx_page_walk walk;
	bool has_address, asked_address;
	uint64_t address, mm;

	/* What the record finds out. */
	struct mmx_classifier classifier;
	struct mmx_verdict verdict;
	/* Of the current page, when several subjects ask. */
	bool user_known, hugetlb_known;
	enum mmx_page_user user;
	struct mmx_hugetlb hugetlb;
	/* Kept for the next page, which often is alike. */
	struct {
		const char *members;
		bool typed;
		char names[128];
	} arm;
	struct mmx_tail tail;
	struct mmx_vma vma;
};

/** mmx_page_of() - the page that a row belongs to, however deep */
static inline struct mmx_pages *mmx_page_of(const struct mmx_rows *r)
{
	while (r->record != &mmx_record_pages)
		r = r->above;
	return (struct mmx_pages *)r->row;
}

static inline const struct mmx_page_format *mmx_page_format_of(const struct mmx_rows *r)
{
	return &mmx_mem(r->view->kernel)->page_format;
}

/** mmx_page_mapping_of() - its mapping without the low bits; 0 when the folio was not read */
static inline uint64_t mmx_page_mapping_of(const struct mmx_rows *r)
{
	return mmx_word(mmx_page_of(r)->walk.folio.bytes, mmx_page_format_of(r)->mapping) & ~3ULL;
}

/** mmx_page_user_of() - whether the page is anonymous, or a file's, or was before it went bad */
enum mmx_page_user mmx_page_user_of(const struct mmx_rows *r);

/** mmx_page_hugetlb_of() - the huge page that it is of, whose folio is one */
const struct mmx_hugetlb *mmx_page_hugetlb_of(const struct mmx_rows *r);

/** mmx_page_cover_owners() - what a verdict inherits: owners whose lists were not walked to their ends */
void mmx_page_cover_owners(const struct mmx_pages *p, struct mmx_view *view,
			   struct mmx_coverage *coverage);

/** mmx_value_symbol() - a kernel address as a symbol and an offset */
void mmx_value_symbol(const struct mmx_rows *r, struct mmx_value *v, uint64_t addr);

#endif
