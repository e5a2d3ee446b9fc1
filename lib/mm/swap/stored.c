// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/compressed/unpack.h"
#include "mm/compressed/zs_object.h"
#include "mm/compressed/zswap.h"
#include "mm/frames/folio.h"
#include "mm/mem.h"
#include "mm/swap/stored.h"
#include "mm/swap/swap_devices.h"
#include "mm/frames/contents_read.h"

#define PAGE_MAX  65536
#define ORDER_MAX 20 /* of a folio, and more than any has */

static const char *const names[] = {
#define KIND(id, word) [MMX_STORED_##id] = word,
	MMX_STORED_KINDS(KIND)
#undef KIND
};

const char *mmx_stored_name(unsigned int kind)
{
	return kind < MMX_STORED_KIND_COUNT ? names[kind] : NULL;
}

static unsigned int page_size(const struct mmx_view *view)
{
	return 1u << view->kernel->arch->page_shift;
}

/*
 * The cache leads to a folio, whose own word says which page of the area it begins with. One that is being
 * read in has nothing yet, and one that is not up to date is no answer.
 */
static bool in_cache(struct mmx_stored *s, struct mmx_view *view, unsigned int type,
		     uint64_t offset, const struct mmx_swap_slot *slot)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char page[MMX_STRUCT_PAGE_MAX];
	unsigned int of;
	uint64_t first, got;

	if (!slot || !slot->cached || mmx_pages_read(view, slot->pfn, 1, page, &got) ||
	    !mmx_has_enum(l, E_PG_uptodate) ||
	    !mmx_bit(mmx_word(page, f->flags), mmx_enum(l, E_PG_uptodate)))
		return false;
	mmx_swap_private(mmx_word(page, f->private), &of, &first);
	if (of != type || offset < first || (offset - first) >> ORDER_MAX)
		return false;
	s->kind = MMX_STORED_CACHE;
	s->pfn = slot->pfn + (offset - first);
	return true;
}

static int in_zswap(struct mmx_stored *s, struct mmx_view *view, unsigned int type, uint64_t offset,
		    struct mmx_err *err)
{
	struct mmx_zswap_page page;
	int found = mmx_zswap_find(&page, view, type, offset, err);

	if (found <= 0)
		return found;
	s->kind = page.length ? MMX_STORED_ZSWAP : MMX_STORED_SAME;
	s->entry = page.entry;
	s->word = s->handle = page.handle;
	s->size = page.length;
	s->header = page.header;
	s->pool = page.pool;
	memcpy(s->allocator, page.allocator, sizeof(s->allocator));
	/* Since 6.18: what did not get smaller is kept as it was. */
	if (page.length != page_size(view))
		memcpy(s->algorithm, page.algorithm, sizeof(s->algorithm));
	return 1;
}

static int in_zram(struct mmx_stored *s, struct mmx_view *view, const struct mmx_zram *zram,
		   struct mmx_err *err)
{
	struct mmx_zram_page page;

	if (mmx_zram_page(&page, zram, view, s->block, err))
		return -1;
	s->entry = page.entry;
	s->word = s->handle = page.handle;
	s->flags = page.flags;
	if (page.flags & MMX_ZRAM_WRITTEN) {
		s->kind = MMX_STORED_WRITTEN;
		s->block = page.handle;
	} else if (page.flags & MMX_ZRAM_SAME) {
		s->kind = MMX_STORED_SAME;
	} else if (!page.handle) {
		s->kind = MMX_STORED_NOWHERE;
	} else {
		s->kind = MMX_STORED_ZRAM;
		s->pool = zram->pool;
		s->size = page.size;
		snprintf(s->allocator, sizeof(s->allocator), "zsmalloc");
		if (page.flags & MMX_ZRAM_HUGE || page.size == page_size(view)) {
			s->size = page_size(view);
		} else {
			memcpy(s->algorithm, zram->algorithm[page.algorithm & 3],
			       sizeof(s->algorithm));
			s->dictionary = zram->dictionary[page.algorithm & 3];
		}
	}
	return 0;
}

static int on_device(struct mmx_stored *s, struct mmx_view *view, unsigned int type,
		     uint64_t offset, struct mmx_err *err)
{
	const struct mmx_swap_device *d = mmx_swap_device(mmx_know_swap_devices(view), type);

	if (!d)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no swap area %u", type);
	if (d->unknown.code) {
		*err = d->unknown;
		return -1;
	}
	s->kind = MMX_STORED_DISK;
	s->device = d->name;
	if (!mmx_swap_block(d, offset, &s->block)) {
		s->no_block = true;
		return d->by_fs ? 0
				: mmx_fail(err, MMX_ECORRUPT,
					   "page 0x%" PRIx64 " of swap area %u is in no extent",
					   offset, type);
	}
	if (!d->zram.table)
		return 0;
	s->block += d->start;
	return in_zram(s, view, &d->zram, err);
}

static int find_copy(struct mmx_stored *s, struct mmx_view *view, unsigned int type,
		     uint64_t offset, struct mmx_err *err)
{
	int found = in_zswap(s, view, type, offset, err);

	return found ? (found < 0 ? -1 : 0) : on_device(s, view, type, offset, err);
}

int mmx_stored_find(struct mmx_stored *s, struct mmx_view *view, unsigned int type, uint64_t offset,
		    const struct mmx_swap_slot *slot, struct mmx_err *err)
{
	unsigned int size = page_size(view);

	memset(s, 0, sizeof(*s));
	if (in_cache(s, view, type, offset, slot))
		return 0;
	if (slot && slot->zero) {
		s->kind = MMX_STORED_ZERO;
		return 0;
	}
	if (find_copy(s, view, type, offset, err))
		return -1;
	return s->size <= size && s->header <= size
		       ? 0
		       : mmx_fail(
				 err, MMX_ECORRUPT,
				 "%u bytes are said to be stored of %u, in the entry at 0x%" PRIx64,
				 s->size, size, s->entry);
}

/*
 * Bytes.
 */

static int read_frame(const struct mmx_stored *s, struct mmx_view *view, void *page,
		      struct mmx_err *err)
{
	enum mmx_read read = mmx_contents_read(view, s->pfn << view->kernel->arch->page_shift, page,
					       page_size(view));

	return read ? mmx_fail(err, mmx_read_code(read), "PFN 0x%" PRIx64 " is %s", s->pfn,
			       mmx_read_name(read))
		    : 0;
}

static void fill(const struct mmx_stored *s, struct mmx_view *view, unsigned char *page)
{
	uint64_t word = htole64(s->word);

	for (size_t i = 0; i < page_size(view); i += sizeof(word))
		memcpy(page + i, &word, sizeof(word));
}

/* Bytes as they are stored. zbud's handles are the addresses of its objects. */
static int read_stored(const struct mmx_stored *s, struct mmx_view *view, void *buf, size_t len,
		       struct mmx_err *err)
{
	struct mmx_zs_object object;

	if (!strcmp(s->allocator, "zbud"))
		return mmx_kread_ok(view, s->handle, buf, len, "what zbud has", err);
	if (strcmp(s->allocator, "zsmalloc"))
		return mmx_fail(err, MMX_EMISSING, "what \"%s\" has cannot be read here",
				s->allocator);
	return mmx_zs_object_find(&object, view, s->pool, s->handle, err) ||
			       mmx_zs_object_read(&object, view, buf, len, err)
		       ? -1
		       : 0;
}

static int unpack(const struct mmx_stored *s, struct mmx_view *view, void *page,
		  struct mmx_err *err)
{
	unsigned char stored[2 * PAGE_MAX];
	size_t size = page_size(view);

	if (s->dictionary)
		return mmx_fail(err, MMX_EMISSING,
				"what %s compressed by a dictionary cannot be read here",
				s->algorithm);
	if (read_stored(s, view, stored, s->header + s->size, err))
		return -1;
	if (s->algorithm[0])
		return mmx_unpack(s->algorithm, stored + s->header, s->size, page, size, err);
	if (s->size != size)
		return mmx_fail(err, MMX_EMISSING, "what compressed it is not known");
	memcpy(page, stored + s->header, size);
	return 0;
}

int mmx_stored_read(const struct mmx_stored *s, struct mmx_view *view, void *page,
		    struct mmx_err *err)
{
	char where[120];

	switch (s->kind) {
	case MMX_STORED_CACHE:
		return read_frame(s, view, page, err);
	case MMX_STORED_ZERO:
		memset(page, 0, page_size(view));
		return 0;
	case MMX_STORED_SAME:
		fill(s, view, page);
		return 0;
	case MMX_STORED_ZSWAP:
	case MMX_STORED_ZRAM:
		return unpack(s, view, page, err);
	default:
		mmx_stored_words(s, where, sizeof(where));
		return mmx_fail(err, MMX_EABSENT, "%s", where);
	}
}

int mmx_swap_read(struct mmx_stored *s, struct mmx_view *view, unsigned int type, uint64_t offset,
		  void *page, struct mmx_err *err)
{
	struct mmx_swap_slot slot;

	return mmx_swap_slot(&slot, view, mmx_know_swaps(view), type, offset, err) ||
			       mmx_stored_find(s, view, type, offset, &slot, err) ||
			       mmx_stored_read(s, view, page, err)
		       ? -1
		       : 0;
}

static void compressed_words(const struct mmx_stored *s, const char *where, char *text, size_t size)
{
	if (s->algorithm[0])
		snprintf(text, size, "%u bytes in %s, compressed by %s%s", s->size, where,
			 s->algorithm, s->dictionary ? " with a dictionary" : "");
	else
		snprintf(text, size, "%u bytes in %s, as they were", s->size, where);
}

void mmx_stored_words(const struct mmx_stored *s, char *text, size_t size)
{
	switch (s->kind) {
	case MMX_STORED_CACHE:
		snprintf(text, size, "in the swap cache, PFN 0x%" PRIx64, s->pfn);
		break;
	case MMX_STORED_ZERO:
		snprintf(text, size, "nothing but zeros, and stored nowhere");
		break;
	case MMX_STORED_SAME:
		snprintf(text, size, "filled with the word 0x%" PRIx64, s->word);
		break;
	case MMX_STORED_ZSWAP:
		compressed_words(s, "zswap", text, size);
		break;
	case MMX_STORED_ZRAM:
		compressed_words(s, s->device, text, size);
		break;
	case MMX_STORED_WRITTEN:
		snprintf(text, size,
			 "written back to the device behind %s, block 0x%" PRIx64
			 ": the dump has no disk",
			 s->device, s->block);
		break;
	case MMX_STORED_DISK:
		if (s->no_block)
			snprintf(text, size, "on %s, by its file system: the dump has no disk",
				 s->device[0] ? s->device : "no block device");
		else
			snprintf(text, size,
				 "on disk: page 0x%" PRIx64 " of %s, and the dump has no disk",
				 s->block, s->device);
		break;
	default:
		snprintf(text, size, "nothing is stored there: %s has nothing", s->device);
	}
}
