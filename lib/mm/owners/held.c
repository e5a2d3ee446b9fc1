// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "mm/frames/folio.h"
#include "mm/frames/tail_link.h"
#include "mm/mem.h"
#include "mm/owners/held.h"
#include "mm/owners/owner.h"

#define POINTER_CHUNK 64

void mmx_hold_begin(struct mmx_hold *h, const struct mmx_holder *holder)
{
	h->now = *holder;
	h->entered = false;
}

static bool enter(struct mmx_hold *h)
{
	if (!h->entered && !h->nomem)
		h->nomem = !mmx_array_add(&h->held->holders, h->now);
	h->entered = true;
	return !h->nomem;
}

/*
 * Each pointer that somebody followed to here takes eight bytes of memory. When more were followed than there can be,
 * some are read again and again, and no more are.
 */
static uint64_t room_for_pointers(const struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;

	/* In crash nothing tells what is present before it is read. */
	if (k->image->presence_known)
		return mmx_memory_present(view->reader) / 8 + 1;
	return (mmx_ranges_total(&mmx_mem(k)->sparse.pfn) << k->arch->page_shift) / 8 + 1;
}

static bool exhausted(struct mmx_hold *h)
{
	if (!h->room)
		h->room = room_for_pointers(h->view);
	if (h->asked == h->room)
		return true;
	if (++h->asked == h->room)
		mmx_cover_failf(&h->held->coverage, MMX_ECORRUPT,
				"%s at 0x%" PRIx64
				" and others lead to more pages than memory has room to name",
				h->now.type ? h->now.type : "a variable", h->now.addr);
	return false;
}

void mmx_hold_frames(struct mmx_hold *h, uint64_t pfn, uint64_t frames)
{
	const struct mmx_ranges *valid = &mmx_mem(h->view->kernel)->sparse.pfn;
	const struct mmx_range *in = mmx_ranges_find(valid, pfn);
	uint64_t end;

	if (exhausted(h) || !in || pfn < in->start)
		return;
	end = frames < in->end - pfn ? pfn + frames : in->end;
	if (enter(h))
		h->nomem =
			!mmx_owned_add(&h->held->frames, h->held->holders.n - 1, 0, pfn, end - pfn);
}

static const unsigned char *read_pages(struct mmx_hold *h, uint64_t pfn, unsigned char *buffer)
{
	uint64_t got;

	return !mmx_pages_read(h->view, pfn, 2, buffer, &got) && got == 2 ? buffer : NULL;
}

/*
 * The folio that a frame lies in: it was allocated in one piece, and whoever holds a part holds all of it. The
 * frame alone when that cannot be told, or cannot be.
 */
static void find_folio(struct mmx_hold *h, uint64_t pfn)
{
	const struct mmx_kernel *k = h->view->kernel;
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	unsigned char buffer[2 * MMX_STRUCT_PAGE_MAX];
	const unsigned char *bytes;
	uint64_t head = pfn;
	unsigned int order;

	h->head = pfn;
	h->head_frames = 1;
	bytes = f->size && f->size <= MMX_STRUCT_PAGE_MAX ? read_pages(h, pfn, buffer) : NULL;
	if (bytes && mmx_is_tail(f, bytes)) {
		uint64_t page = mmx_tail_head(f, mmx_page_addr(&mmx_mem(k)->vmemmap, pfn),
					      mmx_word(bytes, f->link));

		bytes = mmx_page_pfn(k, page, &head) ? read_pages(h, head, buffer) : NULL;
	}
	if (!bytes || !mmx_bit(mmx_word(bytes, f->flags), f->head))
		return;
	order = mmx_folio_order(f, bytes);
	if (order >= 32 || head & ((1ULL << order) - 1) || head > pfn ||
	    pfn - head >= 1ULL << order)
		return;
	h->head = head;
	h->head_frames = 1ULL << order;
}

static void hold_folio(struct mmx_hold *h, uint64_t pfn)
{
	if (pfn - h->head >= h->head_frames)
		find_folio(h, pfn);
	mmx_hold_frames(h, h->head, h->head_frames);
	if (h->counts && !h->nomem)
		h->nomem = !mmx_array_add(&h->held->pieces, ((struct mmx_piece){h->head, 1}));
}

void mmx_hold_references(struct mmx_hold *h, int64_t references)
{
	if (h->held->pieces.n)
		h->held->pieces.v[h->held->pieces.n - 1].references += (uint64_t)references;
}

void mmx_hold_page(struct mmx_hold *h, uint64_t page)
{
	uint64_t pfn;

	if (mmx_page_pfn(h->view->kernel, page, &pfn))
		hold_folio(h, pfn);
	else
		mmx_cover_failf(&h->held->coverage, MMX_ECORRUPT,
				"%s at 0x%" PRIx64 " has a page at 0x%" PRIx64
				", where no struct page is",
				h->now.type ? h->now.type : "a variable", h->now.addr, page);
}

void mmx_hold_memory(struct mmx_hold *h, uint64_t addr, uint64_t bytes)
{
	const struct mmx_kernel *k = h->view->kernel;
	const struct mmx_linear *map = &k->direct_map;
	unsigned int shift = k->arch->page_shift;
	uint64_t phys = addr - map->va_start + map->phys_start, pfn, end;

	if (addr < map->va_start || addr >= map->va_end || !bytes)
		return;
	if (bytes > map->va_end - addr)
		bytes = map->va_end - addr;
	pfn = phys >> shift;
	end = ((phys + bytes - 1) >> shift) + 1;
	hold_folio(h, pfn);
	if (h->head + h->head_frames < end)
		mmx_hold_frames(h, pfn, end - pfn);
}

void mmx_hold_pages(struct mmx_hold *h, uint64_t array, uint64_t n)
{
	unsigned char bytes[POINTER_CHUNK * 8];
	struct mmx_err err;

	for (uint64_t i = 0; i < n && !h->nomem && (!h->room || h->asked < h->room);
	     i += POINTER_CHUNK) {
		uint64_t part = n - i < POINTER_CHUNK ? n - i : POINTER_CHUNK;

		if (mmx_kread_ok(h->view, array + i * 8, bytes, part * 8, "an array of pages",
				 &err)) {
			mmx_cover_fail(&h->held->coverage, &err);
			return;
		}
		for (uint64_t j = 0; j < part; j++) {
			if (mmx_le64(bytes + j * 8))
				mmx_hold_page(h, mmx_le64(bytes + j * 8));
			else if (exhausted(h))
				return;
		}
	}
}

static void sum_pieces(struct mmx_holdings *held)
{
	size_t n = 0;

	mmx_array_sort_by(&held->pieces, pfn);
	for (size_t i = 0; i < held->pieces.n; i++) {
		if (n && held->pieces.v[n - 1].pfn == held->pieces.v[i].pfn)
			held->pieces.v[n - 1].references += held->pieces.v[i].references;
		else
			held->pieces.v[n++] = held->pieces.v[i];
	}
	held->pieces.n = n;
}

int mmx_hold_end(struct mmx_hold *h, struct mmx_err *err)
{
	if (h->nomem)
		return mmx_fail_nomem(err);
	mmx_owned_sort(&h->held->frames);
	sum_pieces(h->held);
	h->held->coverage.found = h->held->holders.n;
	return 0;
}

void mmx_holdings_free(struct mmx_holdings *held)
{
	mmx_owned_free(&held->frames);
	mmx_array_free(&held->holders);
	mmx_array_free(&held->pieces);
}

uint64_t mmx_pieces_of(struct mmx_view *view, uint64_t head)
{
	uint64_t references = 0;

	for (unsigned int i = 0; i < MMX_OWNERS; i++) {
		const struct mmx_owner_kind *kind = mmx_owner_kinds[i];
		const struct mmx_holdings *held = kind->held ? kind->held(view) : NULL;
		size_t n = held ? mmx_array_bound(&held->pieces, p, p->pfn <= head) : 0;

		if (n && held->pieces.v[n - 1].pfn == head)
			references += held->pieces.v[n - 1].references;
	}
	return references;
}

const struct mmx_holder *mmx_holder_of(const struct mmx_holdings *held, uint64_t pfn)
{
	const struct mmx_owned_run *run = mmx_owned_find(&held->frames, pfn);

	return run ? &held->holders.v[run->owner] : NULL;
}
