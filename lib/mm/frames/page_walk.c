// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "mm/frames/buddy_block.h"
#include "mm/frames/page_run.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"

#define CHUNK 16384u /* struct pages read at a time: 1 MiB */
#define LOOK  64u    /* for a single one: those of one page of vmemmap */

int mmx_page_walk_begin(struct mmx_page_walk *w, struct mmx_view *view, uint64_t start,
			uint64_t end, struct mmx_err *err)
{
	memset(w, 0, sizeof(*w));
	w->view = view;
	w->pfn = start;
	w->end = end;
	if (mmx_fact_require(&view->kernel->facts, FACT_PAGES, err))
		return -1;
	w->buffer = malloc((size_t)CHUNK * mmx_walk_format(w)->size);
	return w->buffer ? 0 : mmx_fail_nomem(err);
}

void mmx_page_walk_end(struct mmx_page_walk *w)
{
	free(w->buffer);
	w->buffer = NULL;
}

/* What the buffer is about to lose of the current folio is kept aside. */
static void save_folio(struct mmx_page_walk *w, uint64_t pfn)
{
	size_t size = mmx_walk_format(w)->size, bytes = MMX_HEAD_PAGES * size;

	if (!w->folio.bytes || pfn >= w->folio_end || w->folio.bytes == w->saved)
		return;
	if (w->folio.bytes + bytes > w->buffer + w->got * size)
		bytes = w->buffer + w->got * size - w->folio.bytes;
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

/* A page of its own, as nearly all are: its folio need not be looked for. */
static inline void take_single(struct mmx_page_walk *w, const struct mmx_page_format *f,
			       uint64_t flags)
{
	w->tail = w->mapped_known = w->counted_known = false;
	w->folio_end = w->pfn + 1;
	w->folio = (struct mmx_folio){
		.head = w->pfn,
		.flags = flags,
		.bytes = w->bytes,
		.read = MMX_READ_OK,
		.type = w->type,
		.slab = f->slab_is_type ? w->type == MMX_PAGE_SLAB : mmx_bit(flags, f->slab),
		.hugetlb = f->hugetlb == MMX_HUGETLB_TYPE && w->type == MMX_PAGE_HUGETLB,
	};
}

bool mmx_page_walk_next(struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t pfn = w->pfn + w->frames, flags;
	const unsigned char *at = mmx_walk_buffered(w, pfn);
	bool resumed = !w->frames || w->read;

	if (pfn >= w->end || (!at && mmx_stopped(w->view->kernel->image)))
		return false;
	if (!at && !refill(w, pfn)) {
		w->pfn = pfn;
		w->bytes = NULL;
		return true;
	}
	w->pfn = pfn;
	w->frames = 1;
	w->read = MMX_READ_OK;
	w->bytes = at ? at : w->buffer;
	if (resumed)
		mmx_buddy_block_search(w);
	w->type = mmx_page_type_of(&f->types, mmx_int(w->bytes, f->mapcount));
	mmx_buddy_block_note(w);
	flags = mmx_word(w->bytes, f->flags);
	if (mmx_is_tail(f, w->bytes) || mmx_bit(flags, f->head))
		mmx_folio_find(w);
	else
		take_single(w, f, flags);
	if (w->runs)
		w->frames = mmx_page_run(w, f);
	return true;
}

bool mmx_page_walk_look(struct mmx_page_walk *w, uint64_t pfn)
{
	/* As if the walk came from the frame before. */
	w->pfn = pfn - 1;
	w->frames = 1;
	w->read = MMX_READ_OK;
	w->end = pfn + LOOK;
	w->block_end = w->lost_end = 0;
	return mmx_page_walk_next(w);
}
