// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/processes/user_entry.h"
#include "mm/swap/stored.h"
#include "mm/swap/user_read.h"

#define PAGE_MAX 65536

static int read_swapped(struct mmx_view *view, const struct mmx_user_entry *entry, unsigned int at,
			void *buf, size_t len, struct mmx_err *err)
{
	unsigned char page[PAGE_MAX];
	struct mmx_stored stored;

	if (mmx_swap_read(&stored, view, entry->type, entry->offset, page, err))
		return mmx_fail_prefix(err, "%s", mmx_user_words(entry->kind));
	memcpy(buf, page + at, len);
	return 0;
}

/* Within a page. A page that is under migration, or a device's alone, still has its contents in its frame. */
static int read_part(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t len,
		     struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	unsigned int at = addr & ((1u << shift) - 1);
	struct mmx_user_entry entry;
	enum mmx_read read;

	if (mmx_user_lookup(&entry, view, mm, addr, err))
		return -1;
	if (entry.kind == MMX_USER_SWAP)
		return read_swapped(view, &entry, at, buf, len, err);
	if (entry.kind == MMX_USER_UNREADABLE)
		return mmx_fail(err, mmx_read_code(entry.pte.read), "%s",
				mmx_user_words(entry.kind));
	if (!mmx_user_mapped(entry.kind) && entry.kind != MMX_USER_MIGRATION)
		return mmx_fail(err, MMX_ENOTFOUND, "%s", mmx_user_words(entry.kind));
	read = mmx_phys_read(view->reader, (entry.pfn << shift) + at, buf, len);
	return read ? mmx_fail(err, mmx_read_code(read), "PFN 0x%" PRIx64 " is %s", entry.pfn,
			       mmx_read_name(read))
		    : 0;
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
