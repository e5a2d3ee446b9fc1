// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "mm/frames/buddy_block.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"

#define CHUNK 16384u /* struct pages read at a time: 1 MiB */

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

/* How many frames are like the current one, which nobody holds and which lies in a free block. */
static uint64_t alike(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t end = w->first + w->got < w->block_end ? w->first + w->got : w->block_end, n = 1;
	int32_t type = mmx_int(w->bytes, f->mapcount);
	const unsigned char *page = w->bytes + f->size;

	if (end > w->end)
		end = w->end;
	for (; w->pfn + n < end; n++, page += f->size) {
		if (mmx_word(page, f->flags) != w->folio.flags || mmx_int(page, f->refcount) ||
		    mmx_int(page, f->mapcount) != type || mmx_is_tail(f, page))
			break;
	}
	return n;
}

bool mmx_page_walk_next(struct mmx_page_walk *w)
{
	uint64_t pfn = w->pfn + w->frames;
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
	w->type = mmx_page_type_of(&mmx_walk_format(w)->types,
				   mmx_int(w->bytes, mmx_walk_format(w)->mapcount));
	mmx_buddy_block_note(w);
	mmx_folio_find(w);
	if (w->in_runs && w->pfn < w->block_end && w->pfn != w->block_head && !w->folio.read &&
	    !w->folio.large && w->type == MMX_PAGE_NONE &&
	    !mmx_int(w->bytes, mmx_walk_format(w)->refcount))
		w->frames = alike(w);
	return true;
}
