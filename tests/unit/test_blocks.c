// SPDX-License-Identifier: GPL-2.0-or-later
/* iomap's bits of a folio's blocks: up to 6.5 those that are up to date, since then those that are dirty too. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/files/blocks.h"
#include "mm/files/mapping.h"
#include "unit.h"

#define PRIVATE 13
#define RELEASE 0xffffffff82abc000ULL /* iomap_release_folio() */

struct state {
	uint64_t lock;
	uint64_t bits[4];
};

struct operations {
	uint64_t writepage, release_folio;
};

static struct fake_memory *m;
static struct mmx_mapping mapping;
static struct mmx_cached folio;

/* A folio of 16 pages with blocks of 1 KiB: 64 of each kind of bit. */
static void setup(bool dirty, uint64_t release)
{
	const struct state state = {.bits = {0xff0f, 0x8000000000000001}};
	struct operations operations = {.release_folio = release};
	uint64_t ops, bits = 10;

	m = fake_memory_new(1 << 16);
	fake_no_types(m);
	fake_enum(m, E_PG_private, PRIVATE);
	fake_member(m, M_address_space_a_ops, 0, 8, 0);
	FAKE_MEMBER(m, M_address_space_operations_release_folio, operations, release_folio);
	fake_member(m, M_inode_i_blkbits, 0, 1, 0);
	fake_member(m, dirty ? M_iomap_folio_state_state : M_iomap_page_uptodate,
		    offsetof(struct state, bits), 0, 0);
	fake_symbol(m, "iomap_release_folio", RELEASE);
	ops = fake_put(m, &operations, sizeof(operations));
	mapping = (struct mmx_mapping){.addr = fake_put(m, &ops, 8)};
	mapping.inode.addr = fake_put(m, &bits, 8);
	folio = (struct mmx_cached){.order = 4,
				    .flags = 1ULL << PRIVATE,
				    .private = fake_put(m, &state, sizeof(state))};
}

static void bits_of(bool dirty)
{
	struct mmx_blocks b;
	uint64_t n = 0, uptodate = 0, dirtied = 0;

	setup(dirty, RELEASE);
	mmx_blocks_begin(&b, m->view, &mapping, &folio);
	for (; mmx_blocks_next(&b); n++) {
		CHECK(b.block.at == n << 10 && b.block.size == 1024 && !b.block.placed &&
			      b.block.dirty_known == dirty,
		      "block %" PRIu64 " at 0x%" PRIx64, n, b.block.at);
		uptodate |= (uint64_t)b.block.uptodate << n;
		dirtied |= (uint64_t)b.block.dirty << n;
	}
	CHECK(b.kind == MMX_BLOCKS_IOMAP && mmx_cover_whole(&b.coverage), "%s",
	      b.coverage.first.text);
	CHECK(n == 64 && uptodate == 0xff0f && dirtied == (dirty ? 0x8000000000000001 : 0),
	      "%" PRIu64 " blocks, 0x%" PRIx64 ", 0x%" PRIx64, n, uptodate, dirtied);
	fake_memory_free(m);
}

static void up_to_6_5(void)
{
	bits_of(false);
}

static void since_6_6(void)
{
	bits_of(true);
}

/* What another file system keeps there is its own. */
static void of_others(void)
{
	struct mmx_blocks b;

	setup(true, RELEASE + 16);
	mmx_blocks_begin(&b, m->view, &mapping, &folio);
	CHECK(b.kind == MMX_BLOCKS_OTHER && !mmx_blocks_next(&b), "%s",
	      mmx_blocks_kind_name(b.kind));
	fake_memory_free(m);
}

static void state_that_is_not_there(void)
{
	struct mmx_blocks b;

	setup(true, RELEASE);
	folio.private = 0x4141414141414140;
	mmx_blocks_begin(&b, m->view, &mapping, &folio);
	CHECK(!mmx_blocks_next(&b) && !mmx_cover_whole(&b.coverage), "%s", b.coverage.first.text);
	fake_memory_free(m);
}

static void blocks_larger_than_the_folio(void)
{
	struct mmx_blocks b;

	setup(true, RELEASE);
	*(unsigned char *)fake_at(m, mapping.inode.addr) = 17;
	mmx_blocks_begin(&b, m->view, &mapping, &folio);
	CHECK(!mmx_blocks_next(&b) && b.coverage.broken, "%s", b.coverage.first.text);
	fake_memory_free(m);
}

int main(void)
{
	RUN(up_to_6_5);
	RUN(since_6_6);
	RUN(of_others);
	RUN(state_that_is_not_there);
	RUN(blocks_larger_than_the_folio);
	return unit_end();
}
