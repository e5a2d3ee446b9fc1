// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/frames/contents_read.h"
#include "mm/frames/page_walk.h"

/* One of hugetlb is poisoned as a whole to /proc/kcore. */
static bool is_withheld(struct mmx_page_walk *w, uint64_t pfn)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	if (!mmx_page_walk_look(w, pfn) || w->read)
		return false;
	return w->type == MMX_PAGE_OFFLINE || mmx_bit(mmx_word(w->bytes, f->flags), f->hwpoison) ||
	       (!w->folio.read && w->folio.hugetlb && mmx_bit(w->folio.flags, f->hwpoison));
}

static bool any_withheld(struct mmx_view *view, uint64_t phys, size_t len)
{
	unsigned int shift = view->kernel->arch->page_shift;
	struct mmx_page_walk w;
	bool withheld = false;
	struct mmx_err err;

	if (!view->kernel->image->live || !len || mmx_page_walk_begin(&w, view, 0, 0, &err))
		return false;
	for (uint64_t pfn = phys >> shift; !withheld && pfn <= (phys + len - 1) >> shift; pfn++)
		withheld = is_withheld(&w, pfn);
	mmx_page_walk_end(&w);
	return withheld;
}

enum mmx_read mmx_contents_read(struct mmx_view *view, uint64_t phys, void *buf, size_t len)
{
	enum mmx_read read = mmx_phys_read(view->reader, phys, buf, len);

	return !read && any_withheld(view, phys, len) ? MMX_READ_UNREADABLE : read;
}

enum mmx_read mmx_contents_kread(struct mmx_view *view, uint64_t addr, void *buf, size_t len)
{
	uint64_t page = 1ULL << view->kernel->arch->page_shift, phys;
	enum mmx_read read = mmx_kread(view, addr, buf, len);

	for (uint64_t done = 0, n; view->kernel->image->live && !read && done < len; done += n) {
		n = page - ((addr + done) & (page - 1));
		if (n > len - done)
			n = len - done;
		read = mmx_kphys(view, addr + done, &phys);
		if (!read && any_withheld(view, phys, n))
			read = MMX_READ_UNREADABLE;
	}
	return read;
}
