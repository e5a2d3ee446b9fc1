// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/owners/io_uring.h"
#include "mm/owners/owner.h"
#include "mm/processes/open_files.h"

#define MAX_RING_PAGES (1u << 20)
#define MAX_GROUPS     (1u << 16)
#define MAX_BUFFERS    (1u << 15)

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
	const struct mmx_open_file *file;
};

static void begin(struct finder *f, const char *what, const char *type, uint64_t addr)
{
	mmx_hold_begin(&f->hold, &(struct mmx_holder){.what = what,
						      .type = type,
						      .addr = addr,
						      .open = true,
						      .task = f->file->task,
						      .fd = f->file->fd});
}

static void take_pages(struct finder *f, uint64_t array, uint64_t n)
{
	if (n > MAX_RING_PAGES)
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"%s at 0x%" PRIx64 " has a ring of %" PRIu64 " pages",
				f->hold.now.type, f->hold.now.addr, n);
	else if (array)
		mmx_hold_pages(&f->hold, array, n);
}

/* An array of pages and their number; nothing of a kernel that does not have it. */
static void take_array(struct finder *f, uint64_t addr, enum mmx_layout_member array,
		       enum mmx_layout_member number)
{
	uint64_t pages, n;
	struct mmx_err err;

	if (!mmx_has(&f->hold.view->kernel->layout, array))
		return;
	if (mmx_kget(f->hold.view, addr, array, &pages, &err) ||
	    mmx_kget(f->hold.view, addr, number, &n, &err))
		mmx_cover_fail(f->coverage, &err);
	else
		take_pages(f, pages, n);
}

/* Since 6.13 each ring is a region of its own. */
static void take_region(struct finder *f, uint64_t addr, enum mmx_layout_member region)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	if (mmx_has(l, region))
		take_array(f, addr + mmx_off(l, region), M_io_mapped_region_pages,
			   M_io_mapped_region_nr_pages);
}

/* A ring that is one folio, before it became an array of pages; a mapped one is not in the direct map. */
static void take_memory(struct finder *f, uint64_t addr, enum mmx_layout_member pointer)
{
	uint64_t memory;

	if (!mmx_kread_member(f->hold.view, addr, pointer, &memory) && memory)
		mmx_hold_memory(&f->hold, memory, 1);
}

static void take_rings(struct finder *f, uint64_t ctx)
{
	begin(f, "rings of io_uring", "io_ring_ctx", ctx);
	take_region(f, ctx, M_io_ring_ctx_ring_region);
	take_region(f, ctx, M_io_ring_ctx_sq_region);
	take_region(f, ctx, M_io_ring_ctx_param_region);
	take_array(f, ctx, M_io_ring_ctx_ring_pages, M_io_ring_ctx_n_ring_pages);
	take_array(f, ctx, M_io_ring_ctx_sqe_pages, M_io_ring_ctx_n_sqe_pages);
	take_memory(f, ctx, M_io_ring_ctx_rings);
	take_memory(f, ctx, M_io_ring_ctx_sq_sqes);
}

/*
 * A group of provided buffers: a ring when it has pages, or (6.4 to 6.9, is_mmap) is a folio of the kernel's; else
 * its words are those of a list.
 */
static void take_group(struct finder *f, uint64_t group)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t n = 0, mapped = 0;

	begin(f, "ring of provided buffers of io_uring", "io_buffer_list", group);
	take_region(f, group, M_io_buffer_list_region);
	if (mmx_has(l, M_io_buffer_list_buf_pages) &&
	    !mmx_kread_member(f->hold.view, group, M_io_buffer_list_buf_nr_pages, &n) && n)
		take_array(f, group, M_io_buffer_list_buf_pages, M_io_buffer_list_buf_nr_pages);
	else if (!mmx_kread_member(f->hold.view, group, M_io_buffer_list_is_mmap, &mapped) &&
		 mapped)
		take_memory(f, group, M_io_buffer_list_buf_ring);
}

/* Up to 6.9 the first groups lie in an array beside. */
static void take_groups(struct finder *f, uint64_t ctx)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t first, each = mmx_size(l, S_io_buffer_list);
	struct mmx_xa xa;
	unsigned int n = 0;

	if (!mmx_kread_member(f->hold.view, ctx, M_io_ring_ctx_io_bl, &first) && first && each) {
		for (unsigned int i = 0; i < 64; i++)
			take_group(f, first + i * each);
	}
	if (!mmx_has(l, M_io_ring_ctx_io_bl_xa))
		return;
	mmx_xa_begin(&xa, f->hold.view, ctx + mmx_off(l, M_io_ring_ctx_io_bl_xa), 0, MAX_GROUPS);
	while (n++ <= MAX_GROUPS && mmx_xa_next(&xa))
		take_group(f, xa.entry);
	mmx_cover_inherit(f->coverage, &xa.coverage);
}

/* Up to 6.10 descriptions of buffers that were provided one by one lie in pages on a list, by their lru. */
static void take_descriptions(struct finder *f, uint64_t ctx)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;

	if (!mmx_has(l, M_io_ring_ctx_io_buffers_pages) || !mmx_has(l, M_page_lru))
		return;
	begin(f, "descriptions of buffers of io_uring", "io_ring_ctx", ctx);
	mmx_list_begin(&list, f->hold.view, ctx + mmx_off(l, M_io_ring_ctx_io_buffers_pages),
		       MAX_RING_PAGES);
	while (mmx_list_next(&list))
		mmx_hold_page(&f->hold, list.node - mmx_off(l, M_page_lru));
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/*
 * Registered buffers: memory of processes, which cannot move or go as long as they are registered. Since 6.12 one entry
 * stands for so much of a folio as follows in the buffer.
 */
struct bvec {
	uint64_t page;
	uint32_t len, offset;
};

static const struct mmx_wanted bvec_wanted[] = {
	MMX_WANT(struct bvec, page, bio_vec, bv_page),
	MMX_WANT(struct bvec, len, bio_vec, bv_len),
	MMX_WANT(struct bvec, offset, bio_vec, bv_offset),
};

static const struct mmx_decode bvec_table = MMX_DECODE("bio_vec", bvec_wanted);

static int take_registered(struct finder *f, uint64_t buffer, struct mmx_err *err)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	uint64_t n, at = buffer + mmx_off(&k->layout, M_io_mapped_ubuf_bvec), pfn;
	struct bvec bvec;

	if (mmx_kget(f->hold.view, buffer, M_io_mapped_ubuf_nr_bvecs, &n, err))
		return -1;
	if (n > MAX_RING_PAGES)
		return mmx_fail(err, MMX_ECORRUPT,
				"the buffer at 0x%" PRIx64 " has %" PRIu64 " parts", buffer, n);
	begin(f, "buffer that is registered with io_uring", "io_mapped_ubuf", buffer);
	for (uint64_t i = 0; i < n && !f->hold.nomem; i++, at += mmx_size(&k->layout, S_bio_vec)) {
		if (mmx_decode_read(&bvec_table, f->hold.view, at, &bvec, err))
			return -1;
		if (!mmx_page_pfn(k, bvec.page, &pfn))
			return mmx_fail(err, MMX_ECORRUPT,
					"the buffer at 0x%" PRIx64 " has a page at 0x%" PRIx64,
					buffer, bvec.page);
		mmx_hold_frames(&f->hold, pfn + (bvec.offset >> k->arch->page_shift),
				((bvec.offset & 4095) + (uint64_t)bvec.len + 4095) >>
					k->arch->page_shift);
	}
	return 0;
}

/* Since 6.13 a table has nodes, each with a buffer or a file; before that it had the buffers. */
static void take_table(struct finder *f, uint64_t ctx)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	bool nodes = mmx_has(l, M_io_ring_ctx_buf_nodes);
	uint64_t table, n, buffer;
	struct mmx_err err;

	if (!mmx_has(l, M_io_mapped_ubuf_bvec) || mmx_decode_require(&bvec_table, l, &err) ||
	    mmx_kread_member(f->hold.view, ctx,
			     nodes ? M_io_ring_ctx_buf_nodes : M_io_ring_ctx_user_bufs, &table) ||
	    mmx_kread_member(f->hold.view, ctx,
			     nodes ? M_io_ring_ctx_buf_nr : M_io_ring_ctx_nr_user_bufs, &n))
		return;
	for (uint64_t i = 0; table && i < n && i < MAX_BUFFERS; i++) {
		if (mmx_kread_u64(f->hold.view, table + i * 8, &buffer) || !buffer ||
		    (nodes &&
		     mmx_kread_member(f->hold.view, buffer, M_io_rsrc_node_buf, &buffer)) ||
		    !buffer)
			continue;
		if (take_registered(f, buffer, &err))
			mmx_cover_fail(f->coverage, &err);
	}
}

int mmx_io_urings_find(struct mmx_io_urings *it, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.hold = {.held = &it->held, .view = view}, .coverage = &it->coverage};
	size_t n;

	f.file = mmx_open_files_of(mmx_know_open_files(view), MMX_FILE_IO_URING, &n);
	if (n && !mmx_has(&view->kernel->layout, M_io_ring_ctx_rings))
		return mmx_fail(err, MMX_EMISSING,
				"member rings of struct io_ring_ctx is not known");
	for (size_t i = 0; i < n && !f.hold.nomem; i++, f.file++) {
		take_rings(&f, f.file->private_data);
		take_groups(&f, f.file->private_data);
		take_descriptions(&f, f.file->private_data);
		take_table(&f, f.file->private_data);
	}
	return mmx_hold_end(&f.hold, err);
}

void mmx_io_urings_free(struct mmx_io_urings *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(io_urings)

const struct mmx_owner_kind mmx_owner_io_uring = {
	.name = "io_uring",
	.class = CLASS_IO_URING,
	.why = "a ring of io_uring has it",
	.last = true,
	.known = MMX_KNOWN_io_urings,
	.run = runs,
	.held = held,
};
