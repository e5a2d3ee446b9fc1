// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/blocks.h"
#include "mm/mem.h"

#define SECTOR 512u /* no block is smaller */

struct buffer {
	uint64_t state, this_page, folio, number, size, bdev;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct buffer, state, buffer_head, b_state),
	MMX_WANT(struct buffer, this_page, buffer_head, b_this_page),
	MMX_WANT(struct buffer, folio, buffer_head, b_folio),
	MMX_WANT(struct buffer, number, buffer_head, b_blocknr),
	MMX_WANT(struct buffer, size, buffer_head, b_size),
	MMX_WANT(struct buffer, bdev, buffer_head, b_bdev),
};

static const struct mmx_decode buffer_head = MMX_DECODE("buffer_head", wanted);

const char *mmx_blocks_kind_name(unsigned int kind)
{
	static const char *const names[] = {"none", "buffer heads", "iomap",
					    "the file system's own"};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : NULL;
}

static const struct bit {
	enum mmx_layout_enumerator id;
	const char *name;
} bits[] = {
	{E_BH_Uptodate, "uptodate"},
	{E_BH_Dirty, "dirty"},
	{E_BH_Lock, "lock"},
	{E_BH_Req, "req"},
	{E_BH_Mapped, "mapped"},
	{E_BH_New, "new"},
	{E_BH_Async_Read, "async_read"},
	{E_BH_Async_Write, "async_write"},
	{E_BH_Delay, "delay"},
	{E_BH_Boundary, "boundary"},
	{E_BH_Write_EIO, "write_eio"},
	{E_BH_Unwritten, "unwritten"},
	{E_BH_Quiet, "quiet"},
	{E_BH_Meta, "meta"},
	{E_BH_Prio, "prio"},
	{E_BH_Defer_Completion, "defer_completion"},
	{E_BH_Migrate, "migrate"},
};

static bool has_bit(const struct mmx_layout *l, uint64_t state, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) && mmx_bit(state, mmx_enum(l, id));
}

unsigned int mmx_buffer_bits(const struct mmx_layout *l, uint64_t state, const char **names,
			     unsigned int room)
{
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits) && n < room; i++) {
		if (has_bit(l, state, bits[i].id))
			names[n++] = bits[i].name;
	}
	return n;
}

/* File systems of iomap leave letting go of folios to it. */
static bool is_iomap(struct mmx_view *view, const struct mmx_mapping *m)
{
	uint64_t ops, release, iomap;

	return mmx_symbol_addr(&view->kernel->symbols, "iomap_release_folio", &iomap) &&
	       !mmx_kread_member(view, m->addr, M_address_space_a_ops, &ops) &&
	       !mmx_kread_member(view, ops, M_address_space_operations_release_folio, &release) &&
	       release == iomap;
}

static bool read_buffer(const struct mmx_blocks *b, uint64_t addr, struct buffer *buffer)
{
	return addr && !(addr & 7) && !mmx_decode_into(&buffer_head, b->view, addr, buffer) &&
	       buffer->size >= SECTOR && buffer->size <= b->size &&
	       !(buffer->size & (buffer->size - 1));
}

/*
 * Buffer heads name their folio, and stand in a ring, one behind the other, for no more bytes than that has. One
 * of the two is enough: what is wrong with the other is told then.
 */
static bool is_ring(const struct mmx_blocks *b)
{
	struct buffer buffer;
	uint64_t addr = b->private, size = 0;

	if (read_buffer(b, addr, &buffer) && buffer.folio == b->page)
		return true;
	while (size < b->size) {
		if (!read_buffer(b, addr, &buffer))
			return false;
		size += buffer.size;
		addr = buffer.this_page;
		if (addr == b->private)
			return true;
	}
	return false;
}

static int find_iomap(struct mmx_blocks *b, const struct mmx_mapping *m, struct mmx_err *err)
{
	uint64_t block_bits;

	if (!mmx_has(&b->view->kernel->layout, M_iomap_folio_state_state) &&
	    !mmx_has(&b->view->kernel->layout, M_iomap_page_uptodate))
		return mmx_fail(err, MMX_EMISSING,
				"iomap's state of a folio: no source of types has it");
	if (mmx_kget(b->view, m->inode.addr, M_inode_i_blkbits, &block_bits, err))
		return -1;
	if (block_bits < 9 || block_bits > 63 || b->size >> block_bits < 1)
		return mmx_fail(err, MMX_ECORRUPT,
				"inode 0x%" PRIx64 " has blocks of 2^%" PRIu64
				" bytes, and a folio of %" PRIu64,
				m->inode.addr, block_bits, b->size);
	b->block_bits = block_bits;
	return 0;
}

void mmx_blocks_begin(struct mmx_blocks *b, struct mmx_view *view, const struct mmx_mapping *m,
		      const struct mmx_cached *folio)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_err err;

	*b = (struct mmx_blocks){.view = view, .private = folio->private, .next = folio->private};
	b->page = mmx_page_addr(&mmx_mem(k)->vmemmap, folio->head);
	b->size = 1ULL << (k->arch->page_shift + folio->order);
	b->done = true;
	if (!mmx_bit(folio->flags, mmx_enum(&k->layout, E_PG_private)) || !folio->private)
		return;
	b->kind = MMX_BLOCKS_OTHER;
	if (is_iomap(view, m)) {
		b->kind = MMX_BLOCKS_IOMAP;
		if (find_iomap(b, m, &err))
			mmx_cover_fail(&b->coverage, &err);
		else
			b->done = false;
	} else if (is_ring(b)) {
		b->kind = MMX_BLOCKS_BUFFERS;
		b->done = false;
	}
}

/* Whether the ring goes on; it must close where the folio ends. */
static bool more_buffers(struct mmx_blocks *b, uint64_t at, struct buffer *buffer)
{
	bool closed = at && b->next == b->private;

	if (!closed && at < b->size && read_buffer(b, b->next, buffer))
		return true;
	if (!closed || at != b->size)
		mmx_cover_failf(&b->coverage, MMX_ECORRUPT,
				"the ring of buffer heads at 0x%" PRIx64
				" does not close where its folio of %" PRIu64
				" bytes ends: behind %" PRIu64 " comes 0x%" PRIx64,
				b->private, b->size, at, b->next);
	return false;
}

static bool next_buffer(struct mmx_blocks *b)
{
	const struct mmx_layout *l = &b->view->kernel->layout;
	uint64_t at = b->block.at + b->block.size;
	struct buffer buffer;

	if (!more_buffers(b, at, &buffer))
		return false;
	if (buffer.folio != b->page)
		mmx_cover_failf(&b->coverage, MMX_ECORRUPT,
				"the buffer head at 0x%" PRIx64
				" says that it is of the page at 0x%" PRIx64
				", and that at 0x%" PRIx64 " has it",
				b->next, buffer.folio, b->page);
	b->block = (struct mmx_block){
		.at = at,
		.size = buffer.size,
		.addr = b->next,
		.state = buffer.state,
		.bdev = buffer.bdev,
		/* Delayed allocation calls a block mapped before it has a place. */
		.placed = has_bit(l, buffer.state, E_BH_Mapped) &&
			  !has_bit(l, buffer.state, E_BH_Delay),
		.number = buffer.number,
		.uptodate = has_bit(l, buffer.state, E_BH_Uptodate),
		.dirty = has_bit(l, buffer.state, E_BH_Dirty),
		.dirty_known = true,
	};
	b->next = buffer.this_page;
	return true;
}

/* A bit of the array at @at. */
static enum mmx_read read_bit(struct mmx_blocks *b, uint64_t at, uint64_t nth, bool *set)
{
	uint64_t word = 0;
	enum mmx_read read = mmx_kread_u64(b->view, at + nth / 64 * 8, &word);

	*set = word >> (nth % 64) & 1;
	return read;
}

/* First a bit a block for what is up to date, and behind them, since 6.6, one for what is dirty. */
static bool next_iomap(struct mmx_blocks *b)
{
	const struct mmx_layout *l = &b->view->kernel->layout;
	bool dirty = mmx_has(l, M_iomap_folio_state_state);
	uint64_t bitmap =
		b->private + mmx_off(l, dirty ? M_iomap_folio_state_state : M_iomap_page_uptodate);
	uint64_t at = b->block.at + b->block.size, nth = at >> b->block_bits;
	enum mmx_read read;

	if (at >= b->size)
		return false;
	b->block =
		(struct mmx_block){.at = at, .size = 1ULL << b->block_bits, .dirty_known = dirty};
	read = read_bit(b, bitmap, nth, &b->block.uptodate);
	if (!read && dirty)
		read = read_bit(b, bitmap, nth + (b->size >> b->block_bits), &b->block.dirty);
	if (read)
		mmx_cover_failf(&b->coverage, mmx_read_code(read),
				"iomap's state of a folio at 0x%" PRIx64 " is %s", b->private,
				mmx_read_name(read));
	return !read;
}

bool mmx_blocks_next(struct mmx_blocks *b)
{
	if (b->done)
		return false;
	b->done = !(b->kind == MMX_BLOCKS_IOMAP ? next_iomap(b) : next_buffer(b));
	b->coverage.found += !b->done;
	return !b->done;
}
