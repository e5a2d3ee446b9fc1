// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/files/cached.h"
#include "mm/mem.h"
#include "mm/peek.h"
#include "mm/programs/sources.h"

/* The frame that has a page of the file; one that is being read in has nothing yet. */
static int find_page(struct mmx_cache_source *s, uint64_t index, struct mmx_err *err)
{
	const struct mmx_layout *l = &s->view->kernel->layout;
	struct mmx_cached c;

	if (s->any && s->index == index)
		return 0;
	mmx_cached_begin(&c, s->view, s->mapping, index, index);
	if (!mmx_cached_next(&c)) {
		if (!mmx_cover_whole(&c.coverage)) {
			*err = c.coverage.first;
			return -1;
		}
		return mmx_fail(err, MMX_EABSENT, "page 0x%" PRIx64 " is not in memory", index);
	}
	if (c.kind != MMX_CACHED_FOLIO)
		return mmx_fail(err, MMX_EABSENT, "page 0x%" PRIx64 " is not in memory", index);
	if (!mmx_has_enum(l, E_PG_uptodate) || !(c.flags >> mmx_enum(l, E_PG_uptodate) & 1))
		return mmx_fail(err, MMX_EABSENT, "page 0x%" PRIx64 " is not read in yet", index);
	s->any = true;
	s->index = index;
	s->pfn = c.head + (index - c.first);
	return 0;
}

static int read_cached(struct mmx_elf_source *source, uint64_t at, void *buf, size_t n,
		       struct mmx_err *err)
{
	struct mmx_cache_source *s = (struct mmx_cache_source *)source;
	unsigned int shift = s->view->kernel->arch->page_shift;
	uint64_t page = 1ULL << shift;
	struct mmx_err why;

	if (at + n < at || (at + n) >> 62)
		return mmx_fail(err, MMX_ENOTFOUND, "byte 0x%" PRIx64 " is in no file", at);
	for (size_t done = 0, part; done < n; done += part) {
		uint64_t in_page = (at + done) & (page - 1);
		enum mmx_read read;

		part = page - in_page < n - done ? page - in_page : n - done;
		if (find_page(s, (at + done) >> shift, &why))
			return mmx_fail(err, why.code, "%s", why.text);
		read = mmx_phys_read(s->view->reader, s->pfn << shift | in_page, (char *)buf + done,
				     part);
		if (read)
			return mmx_fail(err, mmx_read_code(read), "page 0x%" PRIx64 " is %s",
					(at + done) >> shift, mmx_read_name(read));
	}
	return 0;
}

void mmx_cache_source(struct mmx_cache_source *s, struct mmx_view *view,
		      const struct mmx_mapping *mapping)
{
	*s = (struct mmx_cache_source){.source = {read_cached}, .view = view, .mapping = mapping};
}

/* Where the process has a mapping its page may just not be in memory; elsewhere nothing can be. */
static bool is_mapped(struct mmx_view *view, uint64_t mm, uint64_t addr)
{
	struct mmx_vmas vmas;

	mmx_vmas_begin(&vmas, view, mm);
	while (mmx_vmas_next(&vmas)) {
		if (addr < vmas.vma.end)
			return addr >= vmas.vma.start;
	}
	return !mmx_cover_whole(&vmas.coverage);
}

static int user_bytes(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t n,
		      struct mmx_err *err)
{
	const struct mmx_err *why;
	struct mmx_peek peek;
	int ret = 0;

	if (mmx_peek(&peek, view, MMX_PEEK_USER, mm, addr, n, err))
		return -1;
	why = mmx_peek_missing(&peek, 0, n);
	if (why)
		ret = mmx_fail(err, why->code, "0x%" PRIx64 ": %.300s", addr, why->text);
	else
		memcpy(buf, peek.v, n);
	mmx_peek_free(&peek);
	return ret;
}

int mmx_user_bytes(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t n,
		   struct mmx_err *err)
{
	struct mmx_err why;

	if (!user_bytes(view, mm, addr, buf, n, &why))
		return 0;
	if (why.code == MMX_ENOTFOUND)
		why.code = is_mapped(view, mm, addr) ? MMX_EABSENT : MMX_ECORRUPT;
	return mmx_fail(err, why.code, "%s", why.text);
}

static int read_user(struct mmx_elf_source *source, uint64_t at, void *buf, size_t n,
		     struct mmx_err *err)
{
	const struct mmx_user_source *s = (const struct mmx_user_source *)source;

	return (s->judged ? mmx_user_bytes : user_bytes)(s->view, s->mm, s->base + at, buf, n, err);
}

void mmx_user_source(struct mmx_user_source *s, struct mmx_view *view, uint64_t mm, uint64_t base)
{
	*s = (struct mmx_user_source){{read_user}, view, mm, base, false};
}

int mmx_user_string(struct mmx_view *view, uint64_t mm, uint64_t addr, char *buf, size_t size,
		    struct mmx_err *err)
{
	uint64_t page = 1ULL << view->kernel->arch->page_shift;

	for (size_t done = 0, part; done + 1 < size; done += part) {
		part = page - ((addr + done) & (page - 1));
		part = part < size - 1 - done ? part : size - 1 - done;
		if (mmx_user_bytes(view, mm, addr + done, buf + done, part, err))
			return -1;
		buf[done + part] = 0;
		if (memchr(buf + done, 0, part))
			return 0;
	}
	return 0;
}
