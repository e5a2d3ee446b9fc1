// SPDX-License-Identifier: GPL-2.0-or-later
/* Pipes: what is in their rings, through open files, sound ones and wild. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/owners/pipe.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"
#include "unit.h"

#define VMEMMAP   0xffffea0000000000ULL
#define PAGE_SIZE 64u
#define FRAMES    1000u
#define RING      4u

struct fake_buffer {
	uint64_t page;
	uint32_t offset, len;
};

struct fake_pipe {
	uint32_t head, tail, ring_size, pad;
	uint64_t bufs;
	uint64_t tmp_page[2];
};

struct fake_file {
	uint64_t f_op, private_data;
};

struct fake_fdtable {
	uint64_t max_fds, fd;
};

struct world {
	struct fake_memory *m;
	struct mmx_tasks *tasks;
	uint64_t fops, pipe, fdt;
	struct mmx_pipes found;
	struct mmx_err err;
};

static void has(struct world *w, enum mmx_layout_member id, size_t offset, size_t size)
{
	w->m->mem.kernel.layout.member[id] = (struct mmx_layout_found){
		.provider = 0, .m = {.bit_off = offset * 8, .size = size}};
}

static void lay_out(struct world *w)
{
	has(w, M_task_struct_files, 0, 8);
	has(w, M_files_struct_fdt, 0, 8);
	has(w, M_fdtable_max_fds, offsetof(struct fake_fdtable, max_fds), 4);
	has(w, M_fdtable_fd, offsetof(struct fake_fdtable, fd), 8);
	has(w, M_file_f_op, offsetof(struct fake_file, f_op), 8);
	has(w, M_file_private_data, offsetof(struct fake_file, private_data), 8);
	has(w, M_pipe_inode_info_head, offsetof(struct fake_pipe, head), 4);
	has(w, M_pipe_inode_info_tail, offsetof(struct fake_pipe, tail), 4);
	has(w, M_pipe_inode_info_ring_size, offsetof(struct fake_pipe, ring_size), 4);
	has(w, M_pipe_inode_info_bufs, offsetof(struct fake_pipe, bufs), 8);
	has(w, M_pipe_inode_info_tmp_page, offsetof(struct fake_pipe, tmp_page), 16);
	w->m->mem.kernel.layout.member[M_pipe_inode_info_tmp_pages].provider = -1;
	has(w, M_pipe_buffer_page, offsetof(struct fake_buffer, page), 8);
	has(w, M_pipe_buffer_offset, offsetof(struct fake_buffer, offset), 4);
	has(w, M_pipe_buffer_len, offsetof(struct fake_buffer, len), 4);
	w->m->mem.kernel.layout.strct[S_pipe_buffer].value = sizeof(struct fake_buffer);
}

static uint64_t page(uint64_t pfn)
{
	return VMEMMAP + pfn * PAGE_SIZE;
}

static void add_task(struct world *w, uint64_t addr)
{
	if (!mmx_array_add(w->tasks, (struct mmx_task){.addr = addr}))
		abort();
}

/*
 * Two tasks that share their open files: one that is no pipe, and both ends of a pipe of four
 * buffers, of which the nth has frame 100 + n, bytes [n, n + 10).
 */
static struct world *new_world(uint32_t tail, uint32_t head)
{
	struct fake_pipe pipe = {.head = head, .tail = tail, .ring_size = RING};
	struct fake_buffer ring[RING];
	uint64_t fd[4] = {0}, files, task;
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->m = fake_memory_new(1 << 27);
	lay_out(w);
	w->m->mem.vmemmap.base = VMEMMAP;
	w->m->mem.vmemmap.page_size = PAGE_SIZE;
	if (!mmx_ranges_add(&w->m->mem.sparse.pfn, 0, FRAMES))
		abort();
	w->fops = fake_put(w->m, "pipefops", 8);
	fake_symbol(w->m, "pipefifo_fops", w->fops);
	for (unsigned int i = 0; i < RING; i++)
		ring[i] = (struct fake_buffer){page(100 + i), i, 10};
	pipe.bufs = fake_put(w->m, ring, sizeof(ring));
	pipe.tmp_page[1] = page(200);
	w->pipe = fake_put(w->m, &pipe, sizeof(pipe));
	fd[0] = fake_put(w->m, &(struct fake_file){w->fops + 1, 77}, sizeof(struct fake_file));
	fd[2] = fake_put(w->m, &(struct fake_file){w->fops, w->pipe}, sizeof(struct fake_file));
	fd[3] = fake_put(w->m, &(struct fake_file){w->fops, w->pipe}, sizeof(struct fake_file));
	w->fdt = fake_put(w->m, &(struct fake_fdtable){4, fake_put(w->m, fd, sizeof(fd))},
			  sizeof(struct fake_fdtable));
	files = fake_put(w->m, &w->fdt, 8);
	task = fake_put(w->m, &files, 8);
	w->tasks = mmx_knowledge_give(w->m->mem.knowledge, MMX_KNOWN_tasks);
	add_task(w, task);
	add_task(w, task);
	return w;
}

static void end_world(struct world *w)
{
	mmx_pipes_free(&w->found);
	fake_memory_free(w->m);
	free(w);
}

static struct fake_pipe *pipe_of(struct world *w)
{
	return fake_at(w->m, w->pipe);
}

static int find(struct world *w)
{
	return mmx_pipes_find(&w->found, w->m->view, &w->err);
}

/* Pipes rest on it. */
static const struct mmx_coverage *files_coverage(struct world *w)
{
	return &mmx_know_open_files(w->m->view)->coverage;
}

static void buffers_come_in_the_order_of_reading(void)
{
	struct world *w = new_world(0xfffffffe, 1);
	const uint64_t order[] = {102, 103, 100};

	CHECK(!find(w) && !w->found.coverage.first.code, "%s", w->err.text);
	CHECK(w->found.pipes.n == 1 && w->found.pipes.v[0].fd == 2, "%zu pipes", w->found.pipes.n);
	CHECK(w->found.n == 4, "%zu pages", w->found.n);
	for (unsigned int n = 0; n < 3; n++) {
		const struct mmx_pipe_page *found = mmx_pipe_page(&w->found, order[n]);

		CHECK(found && found->nth == n && !found->spare, "buffer %u", n);
		CHECK(found && found->offset == order[n] - 100 && found->len == 10, "bytes");
	}
	CHECK(!mmx_pipe_page(&w->found, 101), "an empty buffer counts");
	CHECK(mmx_pipe_page(&w->found, 200) && mmx_pipe_page(&w->found, 200)->spare, "spare");
	end_world(w);
}

static void a_wild_ring_is_told_and_left_alone(void)
{
	static const struct {
		uint32_t tail, head, size;
	} wild[] = {{0, 5, RING}, {1, 0, RING}, {0, 1, 3}, {0, 1, 0}, {0, 1, 1u << 31}};

	for (size_t i = 0; i < sizeof(wild) / sizeof(*wild); i++) {
		struct world *w = new_world(wild[i].tail, wild[i].head);

		pipe_of(w)->ring_size = wild[i].size;
		CHECK(!find(w) && w->found.coverage.first.code == MMX_ECORRUPT, "case %zu", i);
		CHECK(w->found.n == 1, "case %zu: %zu pages", i, w->found.n);
		end_world(w);
	}
}

static void what_cannot_be_read_is_told(void)
{
	struct world *w = new_world(0, 2);

	((struct fake_fdtable *)fake_at(w->m, w->fdt))->max_fds = UINT32_MAX;
	CHECK(!find(w) && !mmx_cover_whole(files_coverage(w)), "descriptors without end");
	end_world(w);
	w = new_world(0, 2);
	pipe_of(w)->bufs = 8;
	CHECK(!find(w) && w->found.coverage.first.code && w->found.n == 1, "a ring elsewhere");
	end_world(w);
	w = new_world(0, 2);
	has(w, M_pipe_inode_info_tmp_page, 1 << 28, 16);
	CHECK(!find(w) && w->found.coverage.broken == 2 && w->found.n == 2, "pages in reserve");
	end_world(w);
}

static void pointers_to_no_page_are_passed_over(void)
{
	struct world *w = new_world(0, 2);
	struct fake_buffer *ring = fake_at(w->m, pipe_of(w)->bufs);

	ring[0].page = page(FRAMES);
	ring[1].page = page(3) + 1;
	CHECK(!find(w) && w->found.n == 1, "%zu pages", w->found.n);
	end_world(w);
}

/* So many tasks, each with files_struct of its own, but all with the same descriptors. */
static void crowd(struct world *w, unsigned int tasks, uint64_t fd)
{
	w->tasks->n = 0;
	*(struct fake_fdtable *)fake_at(w->m, w->fdt) = (struct fake_fdtable){1 << 20, fd};
	for (unsigned int i = 0; i < tasks; i++) {
		uint64_t files = fake_put(w->m, &w->fdt, 8);

		add_task(w, fake_put(w->m, &files, 8));
	}
}

/* Descriptors of as many files, all of them of one pipe, or each of another. */
static uint64_t put_files(struct world *w, uint64_t pipe, bool others)
{
	uint64_t files = fake_next(w->m), fd;

	for (unsigned int i = 0; i < 1u << 20; i++)
		fake_put(w->m, &(struct fake_file){w->fops, pipe + (others ? i : 0)},
			 sizeof(struct fake_file));
	fd = fake_next(w->m);
	for (unsigned int i = 0; i < 1u << 20; i++)
		fake_put(w->m, &(uint64_t){files + i * sizeof(struct fake_file)}, 8);
	return fd;
}

static void a_pipe_that_all_have_is_one(void)
{
	struct world *w = new_world(0, 2);

	crowd(w, 5, put_files(w, w->pipe, false));
	CHECK(!find(w) && !w->found.coverage.first.code, "%s", w->found.coverage.first.text);
	CHECK(w->found.pipes.n == 1, "%zu pipes", w->found.pipes.n);
	CHECK(w->found.pipes.allocated <= 1u << 21, "room for %zu", w->found.pipes.allocated);
	end_world(w);
}

static void there_is_an_end_of_pipes(void)
{
	struct world *w = new_world(0, 2);

	crowd(w, 3, 0);
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t fd = put_files(w, w->pipe + ((uint64_t)i << 20), true);
		uint64_t fdt = fake_put(w->m, &(struct fake_fdtable){1 << 20, fd}, 16);
		uint64_t *files = fake_at(w->m, w->tasks->v[i].addr);

		*(uint64_t *)fake_at(w->m, *files) = fdt;
	}
	CHECK(!find(w), "%s", w->err.text);
	CHECK(w->found.pipes.n == 1u << 21, "%zu pipes", w->found.pipes.n);
	CHECK(w->found.pipes.allocated <= 1u << 21, "room for %zu", w->found.pipes.allocated);
	end_world(w);
}

static void there_is_an_end_of_descriptors(void)
{
	struct world *w = new_world(0, 2);

	crowd(w, 65, fake_next(w->m) + 4096);
	CHECK(!find(w) && strstr(files_coverage(w)->first.text, "67108864 descriptors"), "%s",
	      files_coverage(w)->first.text);
	end_world(w);
}

/* 7.3 counts the pages in tmp_page; what lies behind the last one was one once. */
static void counted_spares(void)
{
	static const struct {
		uint32_t count;
		bool first, second, trouble;
	} cases[] = {{0, false, false, false},
		     {1, true, false, false},
		     {2, true, true, false},
		     {3, false, false, true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *w = new_world(0, 0);

		has(w, M_pipe_inode_info_tmp_pages, offsetof(struct fake_pipe, pad), 4);
		pipe_of(w)->tmp_page[0] = page(201);
		pipe_of(w)->pad = cases[i].count;
		CHECK(!find(w), "%s", w->err.text);
		CHECK(!!mmx_pipe_page(&w->found, 201) == cases[i].first, "%u", cases[i].count);
		CHECK(!!mmx_pipe_page(&w->found, 200) == cases[i].second, "%u", cases[i].count);
		CHECK(!mmx_cover_whole(&w->found.coverage) == cases[i].trouble, "%u: %s",
		      cases[i].count, w->found.coverage.first.text);
		end_world(w);
	}
}

int main(void)
{
	RUN(buffers_come_in_the_order_of_reading);
	RUN(counted_spares);
	RUN(a_wild_ring_is_told_and_left_alone);
	RUN(what_cannot_be_read_is_told);
	RUN(pointers_to_no_page_are_passed_over);
	RUN(a_pipe_that_all_have_is_one);
	RUN(there_is_an_end_of_pipes);
	RUN(there_is_an_end_of_descriptors);
	return unit_end();
}
