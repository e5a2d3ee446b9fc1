// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/frames/page_list.h"

/* The section's number in mmx_sparse, and the frame's within it; false when no section has it. */
static bool place(const struct mmx_kernel *k, uint64_t pfn, size_t *section, uint64_t *bit)
{
	const struct mmx_sparse *sparse = &mmx_mem(k)->sparse;
	const struct mmx_section *found = mmx_section_of(sparse, pfn, k->arch->page_shift);

	if (!found)
		return false;
	*section = found - sparse->v;
	*bit = pfn & ((1ULL << (sparse->section_bits - k->arch->page_shift)) - 1);
	return true;
}

bool mmx_page_heads_has(const struct mmx_page_heads *heads, const struct mmx_kernel *k,
			uint64_t pfn)
{
	uint64_t bit;
	size_t nr;

	return place(k, pfn, &nr, &bit) && nr < heads->n && heads->section[nr] &&
	       heads->section[nr][bit / 64] >> bit % 64 & 1;
}

/* 1 when it is new, 0 when it was there, -1 without memory or a section */
static int add_head(struct mmx_page_heads *heads, const struct mmx_kernel *k, uint64_t pfn)
{
	const struct mmx_sparse *sparse = &mmx_mem(k)->sparse;
	uint64_t bit, mask;
	size_t nr;

	if (!place(k, pfn, &nr, &bit))
		return -1;
	if (!heads->section) {
		heads->section = calloc(sparse->n, sizeof(*heads->section));
		heads->n = heads->section ? sparse->n : 0;
	}
	if (heads->section && !heads->section[nr])
		heads->section[nr] =
			calloc(1, 1ULL << (sparse->section_bits - k->arch->page_shift - 3));
	if (!heads->section || !heads->section[nr])
		return -1;
	mask = 1ULL << bit % 64;
	if (heads->section[nr][bit / 64] & mask)
		return 0;
	heads->section[nr][bit / 64] |= mask;
	return 1;
}

static bool leave(struct mmx_page_list *l, enum mmx_page_list_end end, enum mmx_read read)
{
	if (l->end == MMX_PAGE_LIST_WHOLE || end == MMX_PAGE_LIST_NOMEM) {
		l->end = end;
		l->end_read = read;
		l->end_node = l->ahead;
		l->end_from = l->from;
	}
	return false;
}

void mmx_page_list_begin(struct mmx_page_list *l, struct mmx_view *view,
			 struct mmx_page_heads *heads, uint64_t head, uint32_t link)
{
	uint64_t ends[2];
	enum mmx_read read;

	*l = (struct mmx_page_list){.view = view, .heads = heads, .head = head, .link = link};
	l->here = l->ahead = l->last = l->head;
	if (link + sizeof(ends) > mmx_mem(view->kernel)->page_format.size) {
		leave(l, MMX_PAGE_LIST_NO_PAGE, MMX_READ_OK);
		return;
	}
	read = mmx_kread(view, l->head, ends, sizeof(ends));
	if (read) {
		l->from = l->head;
		leave(l, MMX_PAGE_LIST_LOST, read);
		return;
	}
	l->ahead = le64toh(ends[0]);
	l->last = le64toh(ends[1]);
}

void mmx_free_list_begin(struct mmx_page_list *l, struct mmx_view *view,
			 struct mmx_page_heads *heads, const struct mmx_zone *zone,
			 unsigned int order, unsigned int type)
{
	const struct mmx_layout *layout = &view->kernel->layout;
	const struct mmx_member *area = &layout->member[M_zone_free_area].m;

	mmx_page_list_begin(l, view, heads,
			    zone->addr + area->bit_off / 8 + order * (uint64_t)area->elem_size +
				    mmx_off(layout, M_free_area_free_list) + type * 16ull,
			    mmx_off(layout, M_page_buddy_list));
	l->zone = zone;
	l->order = order;
	l->type = type;
}

void mmx_page_heads_free(struct mmx_page_heads *heads)
{
	for (size_t i = 0; i < heads->n; i++)
		free(heads->section[i]);
	free(heads->section);
	*heads = (struct mmx_page_heads){0};
}

/* Whether the list comes to that block within those that were found on it. */
static bool has_been_at(struct mmx_page_list *l, uint64_t node)
{
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t at, pfn, got;

	if (mmx_kread_u64(l->view, l->head, &at))
		return false;
	for (uint64_t i = 0; i < l->found; i++) {
		if (at == node)
			return true;
		if (!mmx_page_pfn(l->view->kernel, at - l->link, &pfn) ||
		    mmx_pages_read(l->view, pfn, 1, bytes, &got))
			return false;
		at = mmx_word(bytes, l->link);
	}
	return false;
}

/* The block that lies ahead becomes the current one, unless the list ends there. */
static bool step(struct mmx_page_list *l)
{
	const struct mmx_kernel *k = l->view->kernel;
	uint64_t page = l->ahead - l->link, pfn, got;
	enum mmx_read read;
	int added;

	l->from = l->here;
	if (!mmx_page_pfn(k, page, &pfn))
		return leave(l, MMX_PAGE_LIST_NO_PAGE, MMX_READ_OK);
	read = mmx_pages_read(l->view, pfn, 1, l->bytes, &got);
	if (read)
		return leave(l, MMX_PAGE_LIST_LOST, read);
	added = add_head(l->heads, k, pfn);
	if (added < 0)
		return leave(l, MMX_PAGE_LIST_NOMEM, MMX_READ_OK);
	if (!added)
		return leave(l,
			     has_been_at(l, l->ahead) ? MMX_PAGE_LIST_AGAIN : MMX_PAGE_LIST_SHARED,
			     MMX_READ_OK);
	l->found++;
	l->pfn = pfn;
	l->page = page;
	l->here = l->ahead;
	l->back = mmx_word(l->bytes, l->link + (l->backward ? 0 : 8));
	l->ahead = mmx_word(l->bytes, l->link + (l->backward ? 8 : 0));
	return true;
}

/* One that was cut short ends at its head as well, which knows another block as its last. */
static void at_head(struct mmx_page_list *l)
{
	if (l->backward || l->last == l->here || l->end != MMX_PAGE_LIST_WHOLE)
		return;
	l->from = l->here;
	leave(l, MMX_PAGE_LIST_CUT, MMX_READ_OK);
}

bool mmx_page_list_next(struct mmx_page_list *l)
{
	if (l->ahead != l->head && step(l))
		return true;
	if (l->ahead == l->head)
		at_head(l);
	if (l->end == MMX_PAGE_LIST_WHOLE || l->end == MMX_PAGE_LIST_NOMEM || l->backward)
		return false;
	/* From the other end on, up to where it broke off. */
	l->backward = true;
	l->here = l->head;
	l->ahead = l->last;
	return l->ahead != l->head && step(l);
}

uint64_t mmx_page_list_tell(const struct mmx_page_list *l, char *text, size_t size)
{
	switch (l->end) {
	case MMX_PAGE_LIST_NO_PAGE:
		snprintf(text, size, "0x%" PRIx64 " leads to 0x%" PRIx64 ", which is no page",
			 l->end_from, l->end_node);
		break;
	case MMX_PAGE_LIST_AGAIN:
		snprintf(text, size,
			 "0x%" PRIx64 " leads to 0x%" PRIx64 ", where the list has been before",
			 l->end_from, l->end_node);
		break;
	case MMX_PAGE_LIST_SHARED:
		snprintf(text, size,
			 "0x%" PRIx64 " leads to 0x%" PRIx64 ", which another list has as well",
			 l->end_from, l->end_node);
		return l->end_node;
	case MMX_PAGE_LIST_CUT:
		snprintf(text, size,
			 "0x%" PRIx64 " leads to the head, which says that 0x%" PRIx64
			 " is the last",
			 l->end_from, l->last);
		break;
	default:
		*text = 0;
	}
	return l->end_from;
}
