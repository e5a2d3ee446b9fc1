// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's trace: its rings of pages, the table of functions, and what is wild in either. */
#include "holdings.h"
#include "mm/owners/trace.h"

struct fake_page {
	uint64_t next, prev, memory;
	uint32_t order, pad;
};

struct fake_cpu {
	uint64_t pages, reader, n, spare;
};

struct fake_table {
	uint64_t next, records;
	uint32_t index, order;
};

struct world {
	struct fake_memory *m;
	uint64_t pages, cpu, table;
	struct mmx_traces found;
	struct mmx_err err;
};

static void lay_out(struct fake_memory *m)
{
	has(m, M_ftrace_page_next, 0, 8);
	has(m, M_ftrace_page_records, 8, 8);
	has(m, M_ftrace_page_order, offsetof(struct fake_table, order), 4);
	has(m, M_trace_array_list, 0, 16);
	has(m, M_trace_array_buffer, 16, 8);
	has(m, M_array_buffer_buffer, 0, 8);
	has(m, M_trace_buffer_buffers, 0, 8);
	has(m, M_trace_buffer_cpus, 8, 4);
	has(m, M_ring_buffer_per_cpu_pages, 0, 8);
	has(m, M_ring_buffer_per_cpu_reader_page, 8, 8);
	has(m, M_ring_buffer_per_cpu_nr_pages, 16, 8);
	has(m, M_ring_buffer_per_cpu_free_page, 24, 8);
	has(m, M_buffer_page_next, 0, 8);
	has(m, M_buffer_page_page, offsetof(struct fake_page, memory), 8);
	has(m, M_buffer_page_order, offsetof(struct fake_page, order), 4);
}

static struct fake_page *page_at(struct world *w, unsigned int i)
{
	return (struct fake_page *)fake_at(w->m, w->pages) + i;
}

/*
 * One instance with the buffer of one CPU: a ring of three pages, in frames 100, 110 (of order 1) and 120, with the
 * kernel's marks in its pointers; a page that a reader has, in 130; a spare one, 140. A table in frames 200 to 203.
 */
static struct world *new_world(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fake_page pages[4] = {0};
	struct fake_cpu cpu = {.n = 3};
	uint64_t head, buffers, buffer, array[3];

	if (!w)
		abort();
	w->m = new_memory();
	lay_out(w->m);
	w->pages = fake_next(w->m);
	for (unsigned int i = 0; i < 3; i++) {
		pages[i].next = (w->pages + (i + 1) % 3 * sizeof(*pages)) | (i == 1);
		pages[i].memory = memory(100 + 10 * i);
	}
	pages[1].order = 1;
	pages[3].memory = memory(130);
	fake_put(w->m, pages, sizeof(pages));
	cpu.pages = w->pages | 1;
	cpu.reader = w->pages + 3 * sizeof(*pages);
	cpu.spare = memory(140);
	w->cpu = fake_put(w->m, &cpu, sizeof(cpu));
	buffers = fake_put(w->m, &w->cpu, 8);
	buffer = fake_put(w->m, (uint64_t[]){buffers, 1}, 16);
	head = fake_put(w->m, (uint64_t[2]){0}, 16);
	array[0] = array[1] = head;
	array[2] = buffer;
	*(uint64_t *)fake_at(w->m, head) = fake_put(w->m, array, sizeof(array));
	((uint64_t *)fake_at(w->m, head))[1] = *(uint64_t *)fake_at(w->m, head);
	fake_symbol(w->m, "ftrace_trace_arrays", head);
	w->table = fake_put(w->m, &(struct fake_table){0, memory(200), 5, 2},
			    sizeof(struct fake_table));
	put_symbol(w->m, "ftrace_pages_start", w->table);
	return w;
}

static void end_world(struct world *w)
{
	mmx_traces_free(&w->found);
	fake_memory_free(w->m);
	free(w);
}

static int find(struct world *w)
{
	return mmx_traces_find(&w->found, w->m->view, &w->err);
}

static void buffers_and_tables_are_found(void)
{
	struct world *w = new_world();
	const struct mmx_holdings *held = &w->found.held;

	CHECK(!find(w) && mmx_cover_whole(&w->found.coverage), "%s", w->found.coverage.first.text);
	CHECK(holds(held, 100, 1) && holds(held, 110, 2) && holds(held, 120, 1), "the ring");
	CHECK(holds(held, 130, 1) && holds(held, 140, 1), "the reader's, and the spare one");
	CHECK(holds(held, 200, 4), "the table");
	CHECK(strstr(mmx_holder_of(held, 110)->name, "CPU 0"), "%s",
	      mmx_holder_of(held, 110)->name);
	end_world(w);
}

static void what_is_wild_is_told(void)
{
	struct world *w = new_world();

	page_at(w, 1)->next = 0;
	CHECK(!find(w) && w->found.coverage.broken, "a ring that is open");
	CHECK(holds(&w->found.held, 200, 4), "the rest stands");
	end_world(w);

	w = new_world();
	page_at(w, 1)->next = w->pages + sizeof(struct fake_page);
	CHECK(!find(w) && w->found.coverage.broken, "a ring that does not come back");
	end_world(w);

	w = new_world();
	page_at(w, 1)->order = 60;
	CHECK(!find(w) && w->found.coverage.broken && holds(&w->found.held, 120, 1),
	      "a wild order");
	end_world(w);

	w = new_world();
	((struct fake_table *)fake_at(w->m, w->table))->next = w->table;
	CHECK(!find(w) && strstr(w->found.coverage.first.text, "no end"), "%s",
	      w->found.coverage.first.text);
	end_world(w);
}

int main(void)
{
	RUN(buffers_and_tables_are_found);
	RUN(what_is_wild_is_told);
	return unit_end();
}
