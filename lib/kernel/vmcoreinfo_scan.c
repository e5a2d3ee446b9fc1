// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds VMCOREINFO in memory: the kernel keeps its text from the first byte of a page on. */
#include <stdlib.h>
#include <string.h>

#include "kernel/vmcoreinfo.h"

#define PAGE       4096u
#define CHUNK      (2u << 20)
#define TEXT_PAGES 4u

static const char first_line[] = "OSRELEASE=";

struct scan {
	struct mmx_reader *reader;
	struct mmx_vmcoreinfo *vi;
	uint64_t found_at;
	unsigned int lookalikes;
	bool nomem;
	char chunk[CHUNK];
	char text[TEXT_PAGES * PAGE];
};

static uint64_t page_down(uint64_t addr)
{
	return addr & -(uint64_t)PAGE;
}

static uint64_t page_up(uint64_t addr)
{
	return page_down(addr > UINT64_MAX - PAGE ? UINT64_MAX : addr + PAGE - 1);
}

static bool is_text(char c)
{
	return c == '\n' || (c >= ' ' && c <= '~');
}

/* Reads pages as long as they are text from end to end; returns how much text there is. */
static size_t read_text(struct scan *s, uint64_t phys)
{
	size_t have = 0;

	for (unsigned int i = 0; i < TEXT_PAGES; i++) {
		size_t end = have + PAGE;

		if (mmx_phys_read(s->reader, phys + have, s->text + have, PAGE))
			break;
		while (have < end && is_text(s->text[have]))
			have++;
		if (have < end)
			break;
	}
	return have;
}

/* What the kernel writes first, in the middle and last: a copy with all of them is whole. */
static bool is_whole(const struct mmx_vmcoreinfo *vi)
{
	uint64_t value;

	return mmx_vmcoreinfo_text(vi, "OSRELEASE") &&
	       mmx_vmcoreinfo_symbol(vi, "swapper_pg_dir", &value) &&
	       mmx_vmcoreinfo_hex(vi, "KERNELOFFSET", &value);
}

static bool take(struct scan *s, uint64_t phys)
{
	struct mmx_err why;

	s->lookalikes++;
	if (mmx_vmcoreinfo_parse(s->vi, s->text, read_text(s, phys), &why)) {
		s->nomem |= why.code == MMX_ENOMEM;
		return false;
	}
	if (!is_whole(s->vi)) {
		mmx_vmcoreinfo_free(s->vi);
		return false;
	}
	s->found_at = phys;
	return true;
}

static bool look_at(struct scan *s, uint64_t phys, size_t len)
{
	const size_t n = sizeof(first_line) - 1;

	for (size_t off = 0; off < len; off += PAGE) {
		if (!memcmp(s->chunk + off, first_line, n) && take(s, phys + off))
			return true;
	}
	return false;
}

/* One bad page must not hide its neighbours, so a chunk that fails is read by the page. */
static bool scan_chunk(struct scan *s, uint64_t phys, size_t len)
{
	if (!mmx_phys_read(s->reader, phys, s->chunk, len))
		return look_at(s, phys, len);
	for (size_t off = 0; off < len; off += PAGE) {
		uint64_t page = phys + off;

		if (!mmx_phys_read(s->reader, page, s->chunk, PAGE) && look_at(s, page, PAGE))
			return true;
	}
	return false;
}

static bool scan_range(struct scan *s, uint64_t start, uint64_t end)
{
	while (start < end && end - start >= PAGE) {
		size_t len = end - start < CHUNK ? page_down(end - start) : CHUNK;

		if (scan_chunk(s, start, len))
			return true;
		start += len;
	}
	return false;
}

static bool scan_image(struct scan *s, const struct mmx_ranges *ranges, uint64_t from)
{
	mmx_for_each_range (r, ranges) {
		if (scan_range(s, page_up(r->start > from ? r->start : from), r->end))
			return true;
	}
	return false;
}

static int not_found(const struct scan *s, struct mmx_err *err)
{
	if (s->nomem)
		return mmx_fail_nomem(err);
	return mmx_fail(err, MMX_ENOTFOUND,
			"no page of memory begins with a whole VMCOREINFO (%u began like it)",
			s->lookalikes);
}

int mmx_vmcoreinfo_scan(struct mmx_vmcoreinfo *vi, struct mmx_reader *reader, uint64_t from,
			uint64_t *found_at, struct mmx_err *err)
{
	const struct mmx_image *image = reader->image;
	const struct mmx_ranges *ranges = image->present.n ? &image->present : &image->ram;
	struct scan *s;
	int ret = 0;

	memset(vi, 0, sizeof(*vi));
	if (!ranges->n)
		return mmx_fail(err, MMX_EABSENT,
				"cannot look for VMCOREINFO: nobody knows where memory is");
	s = calloc(1, sizeof(*s));
	if (!s)
		return mmx_fail_nomem(err);
	s->reader = reader;
	s->vi = vi;
	if (scan_image(s, ranges, from))
		*found_at = s->found_at;
	else
		ret = not_found(s, err);
	free(s);
	return ret;
}
