// SPDX-License-Identifier: GPL-2.0-or-later
/* Rings that the kernel shares with processes, and DMA buffers: io_uring, perf, the system heap. */
#include "holdings.h"
#include "mm/owners/dma_buf.h"
#include "mm/owners/io_uring.h"
#include "mm/owners/perf.h"

/*
 * io_uring.
 */

struct fake_region {
	uint64_t pages;
	uint32_t nr_pages, pad;
};

static void rings_as_regions(void)
{
	struct fake_memory *m = new_memory();
	uint64_t array[2] = {page(100), page(105)}, fops;
	struct fake_region region = {.pages = fake_put(m, array, sizeof(array)), .nr_pages = 2};
	struct mmx_io_urings found = {0}, wild = {0};
	struct mmx_err err;

	fops = fake_put(m, "ring ops", 8);
	fake_symbol(m, "io_uring_fops", fops);
	has(m, M_io_ring_ctx_rings, 0, 8);
	has(m, M_io_ring_ctx_ring_region, 8, sizeof(region));
	has(m, M_io_mapped_region_pages, 0, 8);
	has(m, M_io_mapped_region_nr_pages, 8, 4);
	uint64_t ctx = fake_put(m, (uint64_t[]){memory(110)}, 8);
	fake_put(m, &region, sizeof(region));
	give_files(m, (uint64_t[][2]){{fops, ctx}}, 1);
	CHECK(!mmx_io_urings_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 100, 1) && holds(&found.held, 105, 1) &&
		      holds(&found.held, 110, 1),
	      "pages");
	CHECK(mmx_holder_of(&found.held, 105)->addr == ctx && mmx_holder_of(&found.held, 105)->open,
	      "whose");
	((struct fake_region *)fake_at(m, ctx + 8))->nr_pages = UINT32_MAX;
	CHECK(!mmx_io_urings_find(&wild, m->view, &err) && wild.coverage.broken,
	      "a ring without end");
	mmx_io_urings_free(&found);
	mmx_io_urings_free(&wild);
	fake_memory_free(m);
}

static void rings_as_arrays_and_memory(void)
{
	struct fake_memory *m = new_memory();
	uint64_t array[1] = {page(100)}, fops, ctx;
	struct mmx_io_urings found = {0};
	struct mmx_err err;

	fops = fake_put(m, "ring ops", 8);
	fake_symbol(m, "io_uring_fops", fops);
	has(m, M_io_ring_ctx_rings, 0, 8);
	has(m, M_io_ring_ctx_sq_sqes, 8, 8);
	has(m, M_io_ring_ctx_ring_pages, 16, 8);
	has(m, M_io_ring_ctx_n_ring_pages, 24, 2);
	has(m, M_io_ring_ctx_io_buffers_pages, 32, 16);
	has(m, M_page_lru, 8, 16);
	ctx = fake_put(m, (uint64_t[6]){0, memory(120), fake_put(m, array, 8), 1, 0, 0}, 48);
	give_files(m, (uint64_t[][2]){{fops, ctx}}, 1);
	CHECK(!mmx_io_urings_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 100, 1) && holds(&found.held, 120, 1), "pages");
	mmx_io_urings_free(&found);
	fake_memory_free(m);
}

/* A table of buffers, and since 6.13 of nodes with buffers: the second one's entry reaches over two pages. */
static void registered_buffers(void)
{
	for (unsigned int nodes = 0; nodes < 2; nodes++) {
		struct fake_memory *m = new_memory();
		uint64_t part[] = {1, page(400), 4096ull | 100ull << 32}, fops, table[2] = {0}, ctx,
			 node;
		struct mmx_io_urings found = {0}, wild = {0};
		struct mmx_err err;

		fops = fake_put(m, "ring ops", 8);
		fake_symbol(m, "io_uring_fops", fops);
		has(m, M_io_ring_ctx_rings, 0, 8);
		has(m, nodes ? M_io_ring_ctx_buf_nodes : M_io_ring_ctx_user_bufs, 8, 8);
		has(m, nodes ? M_io_ring_ctx_buf_nr : M_io_ring_ctx_nr_user_bufs, 16, 4);
		has(m, M_io_rsrc_node_buf, 0, 8);
		has(m, M_io_mapped_ubuf_nr_bvecs, 0, 4);
		has(m, M_io_mapped_ubuf_bvec, 8, 0);
		has(m, M_bio_vec_bv_page, 0, 8);
		has(m, M_bio_vec_bv_len, 8, 4);
		has(m, M_bio_vec_bv_offset, 12, 4);
		fake_struct(m, S_bio_vec, 16);
		table[1] = fake_put(m, part, sizeof(part));
		node = fake_put(m, &table[1], 8);
		table[1] = nodes ? node : table[1];
		ctx = fake_put(m, (uint64_t[]){0, fake_put(m, table, sizeof(table)), 2}, 24);
		give_files(m, (uint64_t[][2]){{fops, ctx}}, 1);
		CHECK(!mmx_io_urings_find(&found, m->view, &err) &&
			      mmx_cover_whole(&found.coverage),
		      "%s", found.coverage.first.text);
		CHECK(holds(&found.held, 400, 2), "nodes %u", nodes);
		*(uint32_t *)fake_at(m, node - sizeof(part)) = UINT32_MAX;
		CHECK(!mmx_io_urings_find(&wild, m->view, &err) && wild.coverage.broken,
		      "parts without end");
		mmx_io_urings_free(&found);
		mmx_io_urings_free(&wild);
		fake_memory_free(m);
	}
}

/*
 * perf.
 */

struct fake_buffer {
	uint64_t user_page, aux_pages;
	int32_t nr_pages, aux_nr_pages;
	uint64_t data_pages[2];
};

static void perf_has_pages_by_address(void)
{
	struct fake_memory *m = new_memory();
	uint64_t aux[1] = {memory(203)}, fops, rb, event;
	struct fake_buffer buffer = {memory(200), 0, 2, 1, {memory(201), memory(205)}};
	struct mmx_perf_buffers found = {0}, wild = {0};
	struct mmx_err err;

	buffer.aux_pages = fake_put(m, aux, sizeof(aux));
	fops = fake_put(m, "perf ops", 8);
	fake_symbol(m, "perf_fops", fops);
	has(m, M_perf_event_rb, 0, 8);
	has(m, M_perf_buffer_user_page, 0, 8);
	has(m, M_perf_buffer_aux_pages, 8, 8);
	has(m, M_perf_buffer_nr_pages, 16, 4);
	has(m, M_perf_buffer_aux_nr_pages, 20, 4);
	has(m, M_perf_buffer_data_pages, 24, 0);
	rb = fake_put(m, &buffer, sizeof(buffer));
	event = fake_put(m, &rb, 8);
	give_files(m, (uint64_t[][2]){{fops, event}, {fops, fake_put(m, &(uint64_t){0}, 8)}}, 2);
	CHECK(!mmx_perf_buffers_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage),
	      "%s", found.coverage.first.text);
	CHECK(holds(&found.held, 200, 2) && holds(&found.held, 203, 1) &&
		      holds(&found.held, 205, 1),
	      "pages");
	CHECK(strstr(mmx_holder_of(&found.held, 203)->what, "hardware"), "AUX");
	((struct fake_buffer *)fake_at(m, rb))->nr_pages = -1;
	CHECK(!mmx_perf_buffers_find(&wild, m->view, &err) && wild.coverage.broken,
	      "less than no pages");
	mmx_perf_buffers_free(&found);
	mmx_perf_buffers_free(&wild);
	fake_memory_free(m);
}

/*
 * DMA buffers.
 */

struct fake_entry {
	uint64_t page_link;
	uint32_t offset, length;
};

struct fake_dma_buf {
	uint64_t next, prev, size, ops, exp_name, name, priv;
};

struct heap {
	struct fake_memory *m;
	uint64_t buf, second;
	struct mmx_dma_bufs found;
	struct mmx_err err;
};

/* A buffer of the system heap: 4 pages from frame 300 on, and behind a chain to the rest 2 pages from 310 on. */
static struct heap *new_heap(void)
{
	struct heap *h = calloc(1, sizeof(*h));
	struct fake_entry first[2] = {{page(300), 0, 4 * 4096}},
			  second = {page(310) | 2, 0, 2 * 4096};
	struct fake_dma_buf buf = {.size = 6 * 4096};
	struct fake_memory *m;
	uint64_t list;

	if (!h)
		abort();
	m = h->m = new_memory();
	has(m, M_dma_buf_list_node, 0, 16);
	has(m, M_dma_buf_size, 16, 8);
	has(m, M_dma_buf_ops, 24, 8);
	has(m, M_dma_buf_exp_name, 32, 8);
	has(m, M_dma_buf_name, 40, 8);
	has(m, M_dma_buf_priv, 48, 8);
	has(m, M_system_heap_buffer_sg_table, 0, 16);
	has(m, M_sg_table_sgl, 0, 8);
	has(m, M_sg_table_orig_nents, 8, 4);
	has(m, M_scatterlist_page_link, 0, 8);
	has(m, M_scatterlist_offset, 8, 4);
	has(m, M_scatterlist_length, 12, 4);
	fake_struct(m, S_scatterlist, sizeof(struct fake_entry));
	h->second = fake_put(m, &second, sizeof(second));
	first[1].page_link = h->second | 1;
	buf.priv = fake_put(m, (uint64_t[]){fake_put(m, first, sizeof(first)), 2}, 16);
	buf.ops = fake_put(m, "heap ops", 8);
	fake_symbol(m, "system_heap_buf_ops", buf.ops);
	buf.exp_name = fake_put(m, "system", 7);
	list = fake_put(m, (uint64_t[2]){0}, 16);
	buf.next = buf.prev = list;
	h->buf = fake_put(m, &buf, sizeof(buf));
	*(uint64_t *)fake_at(m, list) = ((uint64_t *)fake_at(m, list))[1] = h->buf;
	fake_symbol(m, "db_list", list);
	return h;
}

static void end_heap(struct heap *h)
{
	mmx_dma_bufs_free(&h->found);
	fake_memory_free(h->m);
	free(h);
}

static int find(struct heap *h)
{
	return mmx_dma_bufs_find(&h->found, h->m->view, &h->err);
}

static void a_scatterlist_may_be_chained(void)
{
	struct heap *h = new_heap();

	CHECK(!find(h) && mmx_cover_whole(&h->found.coverage), "%s", h->found.coverage.first.text);
	CHECK(holds(&h->found.held, 300, 4) && holds(&h->found.held, 310, 2), "pages");
	CHECK(!strcmp(mmx_holder_of(&h->found.held, 310)->name, "system"), "its name");
	end_heap(h);
}

static void wild_scatterlists_are_told(void)
{
	struct heap *h = new_heap();

	((struct fake_entry *)fake_at(h->m, h->second))->page_link = h->second | 1;
	CHECK(!find(h) && strstr(h->found.coverage.first.text, "no end"), "%s",
	      h->found.coverage.first.text);
	end_heap(h);

	h = new_heap();
	((struct fake_entry *)fake_at(h->m, h->second))->page_link = page(FRAMES);
	CHECK(!find(h) && h->found.coverage.broken && holds(&h->found.held, 300, 4), "no page");
	end_heap(h);

	/* What another exports is that one's affair. */
	h = new_heap();
	((struct fake_dma_buf *)fake_at(h->m, h->buf))->ops++;
	CHECK(!find(h) && mmx_cover_whole(&h->found.coverage) && !h->found.held.frames.n,
	      "another exporter");
	end_heap(h);
}

int main(void)
{
	RUN(rings_as_regions);
	RUN(rings_as_arrays_and_memory);
	RUN(registered_buffers);
	RUN(perf_has_pages_by_address);
	RUN(a_scatterlist_may_be_chained);
	RUN(wild_scatterlists_are_told);
	return unit_end();
}
