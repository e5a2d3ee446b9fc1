// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/dma.h"
#include "mm/owners/owner.h"

#define MAX_CHUNKS   (1u << 16)
#define MAX_RESERVED (1u << 16)
#define MAX_ORDER    20
#define MAX_DATA     (1ULL << 28)
#define CHUNK        4096u
#define PIECE        (16 * CHUNK)

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
};

/*
 * Pools of coherent memory, for devices that ask where nobody may sleep.
 */

struct chunk {
	uint64_t phys, start, end;
};

static const struct mmx_wanted chunk_wanted[] = {
	MMX_WANT(struct chunk, phys, gen_pool_chunk, phys_addr),
	MMX_WANT(struct chunk, start, gen_pool_chunk, start_addr),
	MMX_WANT(struct chunk, end, gen_pool_chunk, end_addr),
};

static const struct mmx_decode chunk_table = MMX_DECODE("gen_pool_chunk", chunk_wanted);

static int take_chunk(struct finder *f, uint64_t addr, struct mmx_err *err)
{
	unsigned int shift = f->hold.view->kernel->arch->page_shift;
	struct chunk c;

	if (mmx_decode_read(&chunk_table, f->hold.view, addr, &c, err))
		return -1;
	if (c.end < c.start)
		return mmx_fail(err, MMX_ECORRUPT,
				"the chunk at 0x%" PRIx64 " ends before it begins", addr);
	mmx_hold_frames(&f->hold, c.phys >> shift, ((c.end - c.start) >> shift) + 1);
	return 0;
}

static void take_pool(struct finder *f, const char *variable)
{
	struct mmx_holder holder = {.what = "pool of coherent memory", .type = "gen_pool"};
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	struct mmx_err err;
	uint64_t at;

	/* Up to 7.2 a pointer, later a struct that has it. */
	if (!mmx_symbol_addr(&f->hold.view->kernel->symbols, variable, &at) ||
	    mmx_kread_u64(
		    f->hold.view,
		    at + (mmx_has(l, M_dma_gen_pool_pool) ? mmx_off(l, M_dma_gen_pool_pool) : 0),
		    &holder.addr) ||
	    !holder.addr)
		return;
	if (!mmx_has(l, M_gen_pool_chunks) || !mmx_has(l, M_gen_pool_chunk_next_chunk)) {
		mmx_cover_failf(f->coverage, MMX_EMISSING, "struct gen_pool is not known");
		return;
	}
	snprintf(holder.name, sizeof(holder.name), "%s", variable);
	mmx_hold_begin(&f->hold, &holder);
	mmx_list_begin(&list, f->hold.view, holder.addr + mmx_off(l, M_gen_pool_chunks),
		       MAX_CHUNKS);
	while (mmx_list_next(&list)) {
		if (take_chunk(f, list.node - mmx_off(l, M_gen_pool_chunk_next_chunk), &err))
			mmx_cover_fail(f->coverage, &err);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/*
 * Reserves of pages.
 */

struct reserve {
	int32_t min, now;
	uint64_t elements, order;
};

static const struct mmx_wanted reserve_wanted[] = {
	MMX_WANT(struct reserve, min, mempool, min_nr),
	MMX_WANT(struct reserve, now, mempool, curr_nr),
	MMX_WANT(struct reserve, elements, mempool, elements),
	MMX_WANT(struct reserve, order, mempool, pool_data),
};

static const struct mmx_decode reserve_table = MMX_DECODE("mempool", reserve_wanted);

static int take_element(struct finder *f, uint64_t page, uint64_t order, struct mmx_err *err)
{
	uint64_t pfn;

	if (!mmx_page_pfn(f->hold.view->kernel, page, &pfn))
		return mmx_fail(err, MMX_ECORRUPT,
				"the reserve at 0x%" PRIx64 " has a page at 0x%" PRIx64,
				f->hold.now.addr, page);
	mmx_hold_frames(&f->hold, pfn, 1ULL << order);
	return 0;
}

static int take_reserve(struct finder *f, uint64_t addr, struct mmx_err *err)
{
	struct mmx_holder holder = {.what = "reserve of pages", .type = "mempool", .addr = addr};
	struct reserve r;
	uint64_t page;

	if (mmx_decode_read(&reserve_table, f->hold.view, addr, &r, err))
		return -1;
	if (r.now < 0 || r.now > r.min || r.now > (int32_t)MAX_RESERVED || r.order > MAX_ORDER)
		return mmx_fail(err, MMX_ECORRUPT,
				"the reserve at 0x%" PRIx64 " has %d pages of order %" PRIu64, addr,
				r.now, r.order);
	mmx_symbol_format(&f->hold.view->kernel->symbols, addr, holder.name, sizeof(holder.name));
	mmx_hold_begin(&f->hold, &holder);
	for (int32_t i = 0; i < r.now; i++) {
		enum mmx_read read = mmx_kread_u64(f->hold.view, r.elements + i * 8ull, &page);

		if (read)
			return mmx_fail(err, mmx_read_code(read),
					"the reserve at 0x%" PRIx64 " is %s", addr,
					mmx_read_name(read));
		if (take_element(f, page, r.order, err))
			return -1;
	}
	return 0;
}

/*
 * Such reserves of the kernel's own, and of drivers that are built in, lie in its data: where the two functions stand
 * side by side by which pages are allocated and freed there, a reserve of pages is.
 */
struct search {
	uint64_t alloc, free; /* the functions */
	uint64_t at;          /* of the pointer to the first, in a reserve */
};

/* False when a part of it cannot be read. The word behind it belongs to what may begin in its last one. */
static bool look_at(struct finder *f, const struct search *s, uint64_t addr, unsigned int len)
{
	unsigned char bytes[PIECE + 8];
	struct mmx_err err;

	if (mmx_kread(f->hold.view, addr, bytes, len + 8))
		return false;
	for (unsigned int i = 0; i < len; i += 8) {
		if (mmx_le64(bytes + i) == s->alloc && mmx_le64(bytes + i + 8) == s->free &&
		    take_reserve(f, addr + i - s->at, &err))
			mmx_cover_fail(f->coverage, &err);
	}
	return true;
}

/* In large pieces, which take a tenth of the time, and where one cannot be read as a whole by its pages. */
static void look_through(struct finder *f, const struct search *s, uint64_t start, uint64_t end)
{
	for (uint64_t addr = start & ~7ULL, len; addr < end; addr += len) {
		len = (end - addr + CHUNK - 1) / CHUNK * CHUNK;
		if (len > PIECE)
			len = PIECE;
		if (look_at(f, s, addr, len))
			continue;
		for (uint64_t at = addr; at < addr + len; at += CHUNK)
			(void)look_at(f, s, at, CHUNK);
	}
}

static void take_reserves(struct finder *f)
{
	static const char *const sections[][2] = {{"_sdata", "_edata"},
						  {"__bss_start", "__bss_stop"}};
	const struct mmx_symbols *symbols = &f->hold.view->kernel->symbols;
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct search s;
	uint64_t start, end;

	if (!mmx_symbol_addr(symbols, "mempool_alloc_pages", &s.alloc) ||
	    !mmx_symbol_addr(symbols, "mempool_free_pages", &s.free) ||
	    !mmx_has(l, M_mempool_alloc) || !mmx_has(l, M_mempool_free) ||
	    mmx_off(l, M_mempool_free) != mmx_off(l, M_mempool_alloc) + 8)
		return;
	s.at = mmx_off(l, M_mempool_alloc);
	for (unsigned int i = 0; i < 2; i++) {
		if (mmx_symbol_addr(symbols, sections[i][0], &start) &&
		    mmx_symbol_addr(symbols, sections[i][1], &end) && end - start < MAX_DATA)
			look_through(f, &s, start, end);
	}
}

int mmx_dma_memory_find(struct mmx_dma_memory *it, struct mmx_view *view, struct mmx_err *err)
{
	static const char *const pools[] = {"atomic_pool_kernel", "atomic_pool_dma32",
					    "atomic_pool_dma"};
	struct finder f = {.hold = {.held = &it->held, .view = view}, .coverage = &it->coverage};

	for (size_t i = 0; i < sizeof(pools) / sizeof(*pools); i++)
		take_pool(&f, pools[i]);
	take_reserves(&f);
	return mmx_hold_end(&f.hold, err);
}

void mmx_dma_memory_free(struct mmx_dma_memory *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(dma_memory)

const struct mmx_owner_kind mmx_owner_dma = {
	.name = "memory for devices",
	.class = CLASS_DMA,
	.why = "a pool or reserve for devices has it",
	.last = true,
	.known = MMX_KNOWN_dma_memory,
	.run = runs,
	.held = held,
};
