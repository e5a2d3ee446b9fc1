// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/processes/fault_site.h"
#include "mm/processes/user_entry.h"
#include "mm/swap/stored.h"
#include "mm/swap/user_read.h"
#include "mm/frames/contents_read.h"

#define PAGE_MAX 65536

static int read_swapped(struct mmx_view *view, unsigned int type, uint64_t offset, unsigned int at,
			void *buf, size_t len, struct mmx_err *err)
{
	unsigned char page[PAGE_MAX];
	struct mmx_stored stored;

	if (mmx_swap_read(&stored, view, type, offset, page, err))
		return mmx_fail_prefix(err, "%s", mmx_user_words(MMX_USER_SWAP));
	memcpy(buf, page + at, len);
	return 0;
}

static int read_frame(struct mmx_view *view, uint64_t pfn, unsigned int at, void *buf, size_t len,
		      struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	enum mmx_read read = mmx_contents_read(view, (pfn << shift) + at, buf, len);

	return read ? mmx_fail(err, mmx_read_code(read), "PFN 0x%" PRIx64 " is %s", pfn,
			       mmx_read_name(read))
		    : 0;
}

/* Without an entry a page of a file is read from its page cache, as a fault would, or where that has it in swap. */
static int read_from_file(struct mmx_view *view, uint64_t mm, uint64_t addr, unsigned int at,
			  void *buf, size_t len, struct mmx_err *err)
{
	struct mmx_fault_site site;

	if (mmx_fault_site_find(&site, view, mm, NULL, addr, err))
		return -1;
	if (site.place == MMX_SITE_INSIDE && !site.beyond && site.cached == MMX_SITE_CACHED)
		return read_frame(view, site.pfn, at, buf, len, err);
	if (site.place == MMX_SITE_INSIDE && !site.beyond && site.cached == MMX_SITE_IN_SWAP)
		return read_swapped(view, site.type, site.offset, at, buf, len, err);
	return mmx_fail(err, MMX_ENOTFOUND, "%s", mmx_user_words(MMX_USER_NONE));
}

/* Within a page. A page that is under migration, or a device's alone, still has its contents in its frame. */
static int read_part(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t len,
		     struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	unsigned int at = addr & ((1u << shift) - 1);
	struct mmx_user_entry entry;

	if (mmx_user_lookup(&entry, view, mm, addr, err))
		return -1;
	if (entry.kind == MMX_USER_SWAP)
		return read_swapped(view, entry.type, entry.offset, at, buf, len, err);
	if (entry.kind == MMX_USER_NONE)
		return read_from_file(view, mm, addr, at, buf, len, err);
	if (entry.kind == MMX_USER_UNREADABLE)
		return mmx_fail(err, mmx_read_code(entry.pte.read), "%s",
				mmx_user_words(entry.kind));
	if (!mmx_user_mapped(entry.kind) && entry.kind != MMX_USER_MIGRATION)
		return mmx_fail(err, MMX_ENOTFOUND, "%s", mmx_user_words(entry.kind));
	return read_frame(view, entry.pfn, at, buf, len, err);
}

int mmx_user_read(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t len,
		  struct mmx_err *err)
{
	size_t page = 1ul << view->kernel->arch->page_shift, part;

	for (; len; addr += part, buf = (char *)buf + part, len -= part) {
		part = page - (addr & (page - 1));
		if (part > len)
			part = len;
		if (read_part(view, mm, addr, buf, part, err))
			return mmx_fail_prefix(err, "address 0x%" PRIx64, addr);
	}
	return 0;
}
