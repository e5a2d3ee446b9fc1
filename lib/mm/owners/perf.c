// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"
#include "mm/owners/perf.h"
#include "mm/processes/open_files.h"

#define MAX_PAGES (1u << 20)
#define CHUNK     64

struct buffer {
	uint64_t user_page, aux_pages;
	int32_t nr_pages, aux_nr_pages;
};

static const struct mmx_wanted buffer_wanted[] = {
	MMX_WANT(struct buffer, user_page, perf_buffer, user_page),
	MMX_WANT(struct buffer, nr_pages, perf_buffer, nr_pages),
	MMX_WANT(struct buffer, aux_pages, perf_buffer, aux_pages),
	MMX_WANT(struct buffer, aux_nr_pages, perf_buffer, aux_nr_pages),
};

static const struct mmx_decode buffer_table = MMX_DECODE("perf_buffer", buffer_wanted);

/* An array of addresses of pages. */
static int take_array(struct mmx_hold *h, uint64_t array, int32_t n, struct mmx_err *err)
{
	unsigned char bytes[CHUNK * 8];

	if (n < 0 || n > (int32_t)MAX_PAGES)
		return mmx_fail(err, MMX_ECORRUPT, "perf_buffer at 0x%" PRIx64 " has %d pages",
				h->now.addr, n);
	for (int32_t i = 0; array && i < n; i += CHUNK) {
		int32_t part = n - i < CHUNK ? n - i : CHUNK;

		if (mmx_kread_ok(h->view, array + i * 8ull, bytes, part * 8,
				 "a perf buffer's pages", err))
			return -1;
		for (int32_t j = 0; j < part; j++)
			mmx_hold_memory(h, mmx_le64(bytes + j * 8), 1);
	}
	return 0;
}

/* Where pages must be mapped to be seen (PERF_USE_VMALLOC), vmalloc has them. */
static int take_buffer(struct mmx_hold *h, const struct mmx_open_file *file, struct mmx_err *err)
{
	struct mmx_holder holder = {.what = "ring buffer of a perf event",
				    .type = "perf_buffer",
				    .open = true,
				    .task = file->task,
				    .fd = file->fd};
	struct buffer buffer;

	if (mmx_kget(h->view, file->private_data, M_perf_event_rb, &holder.addr, err))
		return -1;
	if (!holder.addr)
		return 0;
	if (mmx_decode_read(&buffer_table, h->view, holder.addr, &buffer, err))
		return -1;
	mmx_hold_begin(h, &holder);
	if (buffer.user_page)
		mmx_hold_memory(h, buffer.user_page, 1);
	if (take_array(h, holder.addr + mmx_off(&h->view->kernel->layout, M_perf_buffer_data_pages),
		       buffer.nr_pages, err))
		return -1;
	holder.what = "what hardware traces into, of a perf event";
	mmx_hold_begin(h, &holder);
	return take_array(h, buffer.aux_pages, buffer.aux_nr_pages, err);
}

int mmx_perf_buffers_find(struct mmx_perf_buffers *it, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {M_perf_event_rb, M_perf_buffer_data_pages};
	struct mmx_hold hold = {.held = &it->held, .view = view};
	size_t n;
	const struct mmx_open_file *file =
		mmx_open_files_of(mmx_know_open_files(view), MMX_FILE_PERF, &n);
	struct mmx_err one;

	if (n && (mmx_layout_require(&view->kernel->layout, needed, 2, err) ||
		  mmx_decode_require(&buffer_table, &view->kernel->layout, err)))
		return -1;
	for (size_t i = 0; i < n && !hold.nomem; i++) {
		if (take_buffer(&hold, &file[i], &one))
			mmx_cover_fail(&it->coverage, &one);
	}
	return mmx_hold_end(&hold, err);
}

void mmx_perf_buffers_free(struct mmx_perf_buffers *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(perf_buffers)

const struct mmx_owner_kind mmx_owner_perf = {
	.name = "perf events",
	.class = CLASS_PERF,
	.why = "a ring buffer of a perf event has it",
	.last = true,
	.known = MMX_KNOWN_perf_buffers,
	.run = runs,
	.held = held,
};
