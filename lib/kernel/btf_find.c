// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the kernel's BTF lies in a dump: between two symbols, or without symbols wherever its first bytes
 * turn up.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "base/large.h"
#include "kernel/btf.h"
#include "kernel/symbols.h"
#include "kernel/types.h"
#include "kernel/view.h"

int mmx_btf_from_dump(struct mmx_types_provider *p, struct mmx_view *view,
		      const struct mmx_symbols *symbols, struct mmx_err *err)
{
	uint64_t start, stop;
	struct mmx_btf *btf;
	void *data;

	if (!mmx_symbol_addr(symbols, "__start_BTF", &start) ||
	    !mmx_symbol_addr(symbols, "__stop_BTF", &stop))
		return mmx_fail(err, MMX_EMISSING,
				"no symbols __start_BTF and __stop_BTF: a kernel without BTF");
	if (stop <= start || stop - start > MMX_BTF_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"__start_BTF 0x%" PRIx64 " and __stop_BTF 0x%" PRIx64
				" enclose nothing sensible",
				start, stop);
	data = mmx_large_alloc(stop - start);
	if (!data)
		return mmx_fail_nomem(err);
	if (mmx_kread_ok(view, start, data, stop - start, "the kernel's BTF", err)) {
		free(data);
		return -1;
	}
	btf = mmx_btf_new(data, stop - start, NULL, err);
	if (!btf)
		return -1;
	mmx_btf_provider(p, btf, "BTF in the dump");
	return 0;
}

/*
 * The scan. A header lies at a multiple of four bytes; memory is read in pieces that share a
 * header's length with the next one.
 */
#define SCAN_PIECE (1u << 20)
#define SCAN_PAGE  4096u

/* A kernel's BTF has millions of bytes, a module's or a BPF program's thousands. */
#define KERNEL_BTF_MIN (256u << 10)

/* Each costs reading and checking it: enough for every guest of a host, no gift to an attacker. */
#define SCAN_CANDIDATES 64

struct scan {
	struct mmx_reader *reader;
	struct mmx_btf *found;
	unsigned int candidates;
	unsigned char *piece;
};

/* What the fields of struct page and struct zone can be on any kernel. */
static bool is_kernel_btf(struct mmx_btf *btf)
{
	struct mmx_types_provider p;
	uint64_t page, zone;

	mmx_btf_provider(&p, btf, "");
	return p.ops->struct_size(p.priv, "page", &page) && page >= 32 && page <= 512 &&
	       p.ops->struct_size(p.priv, "zone", &zone) && zone >= 256 && zone <= 65536;
}

static void try_candidate(struct scan *s, uint64_t phys, uint64_t len)
{
	void *data = mmx_large_alloc(len);
	struct mmx_btf *btf;

	s->candidates++;
	if (!data)
		return;
	if (mmx_phys_read(s->reader, phys, data, len) != MMX_READ_OK) {
		free(data);
		return;
	}
	btf = mmx_btf_new(data, len, NULL, NULL);
	if (btf && is_kernel_btf(btf))
		s->found = btf;
	else if (btf)
		mmx_btf_free(btf);
}

/* True when the scan is over. */
static bool scan_piece(struct scan *s, uint64_t phys, size_t len)
{
	const uint32_t begins = MMX_BTF_MAGIC | MMX_BTF_VERSION << 16;

	for (size_t i = 0; i + MMX_BTF_HEADER <= len; i += 4) {
		uint64_t size;

		if (mmx_le32(s->piece + i) != begins)
			continue;
		size = mmx_btf_length(s->piece + i, len - i);
		if (size < KERNEL_BTF_MIN || size > MMX_BTF_MAX)
			continue;
		try_candidate(s, phys + i, size);
		if (s->found || s->candidates == SCAN_CANDIDATES)
			return true;
	}
	return false;
}

static bool scan_range(struct scan *s, uint64_t phys, uint64_t end)
{
	unsigned int by_page = 0; /* pages to read one by one */
	size_t overlap = 0;

	while (phys < end) {
		size_t len = by_page ? SCAN_PAGE : SCAN_PIECE;

		if (len > end - phys)
			len = end - phys;
		if (mmx_phys_read(s->reader, phys, s->piece + overlap, len) != MMX_READ_OK) {
			if (!by_page) {
				by_page = SCAN_PIECE / SCAN_PAGE;
			} else {
				by_page--;
				phys += len;
				overlap = 0;
			}
			continue;
		}
		if (by_page)
			by_page--;
		if (scan_piece(s, phys - overlap, overlap + len))
			return true;
		phys += len;
		len += overlap;
		overlap = len < MMX_BTF_HEADER - 4 ? len : MMX_BTF_HEADER - 4;
		memmove(s->piece, s->piece + len - overlap, overlap);
	}
	return false;
}

int mmx_btf_scan(struct mmx_types_provider *p, struct mmx_reader *reader, struct mmx_err *err)
{
	const struct mmx_image *image = reader->image;
	const struct mmx_ranges *where = image->presence_known ? &image->present : &image->ram;
	struct scan s = {.reader = reader, .piece = malloc(SCAN_PIECE + MMX_BTF_HEADER)};

	if (!s.piece)
		return mmx_fail_nomem(err);
	mmx_for_each_range (r, where) {
		if (scan_range(&s, r->start, r->end))
			break;
	}
	free(s.piece);
	if (!s.found)
		return mmx_fail(err, MMX_EMISSING,
				"no BTF of a kernel in the memory that can be read");
	mmx_btf_provider(p, s.found, "BTF found by scanning the dump");
	return 0;
}
