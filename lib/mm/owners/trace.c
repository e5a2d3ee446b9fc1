// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"
#include "mm/owners/trace.h"

#define MAX_TABLES    (1u << 16)
#define MAX_INSTANCES (1u << 12)
#define MAX_CPUS      (1u << 13)
#define MAX_PAGES     (1u << 26)
#define MAX_ORDER     20
#define MAX_NAMES     (1u << 26)
#define NAME_BYTES    16

/* The kernel has marks in the lowest bits of the pointers from one page to the next. */
#define POINTER(word) ((word) & ~3ULL)

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
	char instance[MMX_HOLDER_NAME];
	uint64_t pages; /* looked at */
};

/*
 * Which functions can be traced.
 */

struct table {
	uint64_t next, records;
	uint32_t order;
};

static const struct mmx_wanted table_wanted[] = {
	MMX_WANT(struct table, next, ftrace_page, next),
	MMX_WANT(struct table, records, ftrace_page, records),
	MMX_WANT(struct table, order, ftrace_page, order),
};

static const struct mmx_decode table_table = MMX_DECODE("ftrace_page", table_wanted);

static bool wild_order(struct finder *f, const char *type, uint64_t addr, uint32_t order)
{
	if (order <= MAX_ORDER)
		return false;
	mmx_cover_failf(f->coverage, MMX_ECORRUPT, "%s at 0x%" PRIx64 " has pages of order %u",
			type, addr, order);
	return true;
}

static void take_tables(struct finder *f)
{
	struct mmx_view *view = f->hold.view;
	struct table table;
	struct mmx_err err;
	uint64_t addr;

	if (mmx_kread_variable(view, "ftrace_pages_start", 8, &addr))
		return;
	for (unsigned int n = 0; addr; n++, addr = table.next) {
		if (n == MAX_TABLES)
			mmx_fail(&err, MMX_ECORRUPT, "the list ftrace_pages_start has no end");
		if (n == MAX_TABLES || mmx_decode_read(&table_table, view, addr, &table, &err)) {
			mmx_cover_fail(f->coverage, &err);
			return;
		}
		if (wild_order(f, "ftrace_page", addr, table.order))
			return;
		mmx_hold_begin(&f->hold,
			       &(struct mmx_holder){.what = "which functions can be traced",
						    .type = "ftrace_page",
						    .addr = addr});
		mmx_hold_memory(&f->hold, table.records, 4096ull << table.order);
	}
}

/*
 * Buffers.
 */

struct cpu_buffer {
	uint64_t pages, reader, spare, n;
};

static const struct mmx_wanted cpu_wanted[] = {
	MMX_WANT(struct cpu_buffer, pages, ring_buffer_per_cpu, pages),
	MMX_WANT(struct cpu_buffer, reader, ring_buffer_per_cpu, reader_page),
	MMX_WANT(struct cpu_buffer, n, ring_buffer_per_cpu, nr_pages),
	MMX_WANT_IF(struct cpu_buffer, spare, ring_buffer_per_cpu, free_page),
};

struct page {
	uint64_t next, memory;
	uint32_t order;
};

static const struct mmx_wanted page_wanted[] = {
	MMX_WANT(struct page, next, buffer_page, next),
	MMX_WANT(struct page, memory, buffer_page, page),
	MMX_WANT_IF(struct page, order, buffer_page, order),
};

static const struct mmx_decode cpu_table = MMX_DECODE("ring_buffer_per_cpu", cpu_wanted),
			       page_table = MMX_DECODE("buffer_page", page_wanted);

static int take_page(struct finder *f, uint64_t addr, uint64_t *next, struct mmx_err *err)
{
	struct page page = {0};

	if (++f->pages > MAX_PAGES)
		return mmx_fail(err, MMX_ECORRUPT, "there are more than %u pages of the trace",
				MAX_PAGES);
	if (mmx_decode_read(&page_table, f->hold.view, addr, &page, err))
		return -1;
	if (!wild_order(f, "buffer_page", addr, page.order))
		mmx_hold_memory(&f->hold, page.memory, 4096ull << page.order);
	*next = POINTER(page.next);
	return 0;
}

/* The pages are a ring without a head; the one that a reader has is taken out of it. */
static int take_ring(struct finder *f, const struct cpu_buffer *cpu, uint64_t addr,
		     struct mmx_err *err)
{
	uint64_t first = POINTER(cpu->pages), at = first, n = 0;

	do {
		if (!at)
			return mmx_fail(err, MMX_ECORRUPT,
					"the ring of trace buffer 0x%" PRIx64 " is not closed",
					addr);
		if (take_page(f, at, &at, err))
			return -1;
		if (++n > cpu->n)
			return mmx_fail(err, MMX_ECORRUPT,
					"trace buffer 0x%" PRIx64 " says that it has %" PRIu64
					" pages, and has more",
					addr, cpu->n);
	} while (at != first && !f->hold.nomem);
	return 0;
}

static int take_cpu(struct finder *f, uint64_t addr, unsigned int nr, struct mmx_err *err)
{
	struct mmx_holder holder = {
		.what = "trace buffer of a CPU", .type = "ring_buffer_per_cpu", .addr = addr};
	struct cpu_buffer cpu = {0};
	uint64_t next;

	if (mmx_decode_read(&cpu_table, f->hold.view, addr, &cpu, err))
		return -1;
	snprintf(holder.name, sizeof(holder.name), "%.60s, CPU %u", f->instance, nr);
	mmx_hold_begin(&f->hold, &holder);
	if (cpu.spare)
		mmx_hold_memory(&f->hold, cpu.spare, 1);
	if (cpu.reader && take_page(f, cpu.reader, &next, err))
		return -1;
	return cpu.pages ? take_ring(f, &cpu, addr, err) : 0;
}

/* Up to 6.x a buffer counts its CPUs itself; all have one pointer a possible CPU. */
static void take_buffer(struct finder *f, uint64_t buffer)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t cpus, nr = MAX_CPUS, addr;
	struct mmx_err err;

	if (mmx_kget(f->hold.view, buffer, M_trace_buffer_buffers, &cpus, &err) ||
	    (mmx_has(l, M_trace_buffer_cpus) &&
	     mmx_kget(f->hold.view, buffer, M_trace_buffer_cpus, &nr, &err))) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (!mmx_has(l, M_trace_buffer_cpus) &&
	    mmx_kread_variable(f->hold.view, "nr_cpu_ids", 4, &nr))
		nr = 1;
	for (unsigned int i = 0; i < nr && i < MAX_CPUS; i++) {
		enum mmx_read read = mmx_kread_u64(f->hold.view, cpus + i * 8ull, &addr);

		if (read)
			mmx_cover_failf(f->coverage, mmx_read_code(read),
					"the trace buffers at 0x%" PRIx64 " are %s", cpus,
					mmx_read_name(read));
		else if (addr && take_cpu(f, addr, i, &err))
			mmx_cover_fail(f->coverage, &err);
		if (read)
			return;
	}
}

static void take_array(struct finder *f, uint64_t array)
{
	struct mmx_err err;
	uint64_t buffer;

	if (mmx_kget(f->hold.view, array, M_array_buffer_buffer, &buffer, &err))
		mmx_cover_fail(f->coverage, &err);
	else if (buffer)
		take_buffer(f, buffer);
}

static void name_instance(struct finder *f, uint64_t trace)
{
	uint64_t name;

	snprintf(f->instance, sizeof(f->instance), "global");
	if (!mmx_kread_member(f->hold.view, trace, M_trace_array_name, &name) && name &&
	    mmx_kread_str(f->hold.view, name, f->instance, 60, NULL))
		snprintf(f->instance, sizeof(f->instance), "an instance");
}

static void take_instances(struct finder *f)
{
	static const enum mmx_layout_member needed[] = {M_trace_array_list, M_trace_array_buffer,
							M_array_buffer_buffer,
							M_trace_buffer_buffers};
	const struct mmx_kernel *k = f->hold.view->kernel;
	const struct mmx_layout *l = &k->layout;
	struct mmx_list list;
	struct mmx_err err;
	uint64_t head;

	if (!mmx_symbol_addr(&k->symbols, "ftrace_trace_arrays", &head))
		return;
	if (mmx_layout_require(l, needed, 4, &err) || mmx_decode_require(&cpu_table, l, &err) ||
	    mmx_decode_require(&page_table, l, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	mmx_list_begin(&list, f->hold.view, head, MAX_INSTANCES);
	while (mmx_list_next(&list)) {
		uint64_t trace = list.node - mmx_off(l, M_trace_array_list);

		name_instance(f, trace);
		take_array(f, trace + mmx_off(l, M_trace_array_buffer));
		if (mmx_has(l, M_trace_array_snapshot))
			take_array(f, trace + mmx_off(l, M_trace_array_snapshot));
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
	/* What triggers keep an event in while they look at it. */
	if (!mmx_kread_variable(f->hold.view, "temp_buffer", 8, &head) && head) {
		snprintf(f->instance, sizeof(f->instance), "temp_buffer");
		take_buffer(f, head);
	}
}

struct names {
	uint64_t pids, texts;
	uint32_t n;
};

static const struct mmx_wanted names_wanted[] = {
	MMX_WANT(struct names, pids, saved_cmdlines_buffer, map_cmdline_to_pid),
	MMX_WANT(struct names, n, saved_cmdlines_buffer, cmdline_num),
};

static const struct mmx_decode names_table = MMX_DECODE("saved_cmdlines_buffer", names_wanted);

/*
 * How much memory it is. Since 6.8 the names lie behind it, and since 6.9 the PIDs behind those, in so many pages
 * as a power of two; before that each was a kmalloc of its own, which is one folio when it is large.
 */
static uint64_t bytes_of_names(const struct mmx_layout *l, uint64_t addr, const struct names *names)
{
	uint64_t end = addr + mmx_size(l, S_saved_cmdlines_buffer) +
		       names->n * (uint64_t)NAME_BYTES,
		 bytes = 4096;

	if (l->member[M_saved_cmdlines_buffer_saved_cmdlines].m.size)
		return 1;
	if (names->pids == end)
		end += names->n * 4ull;
	while (bytes < end - addr)
		bytes *= 2;
	return bytes;
}

static void take_names(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_holder holder = {.what = "names of tasks that the trace remembers",
				    .type = "saved_cmdlines_buffer",
				    .name = "savedcmd"};
	struct names names;
	struct mmx_err err;

	if (mmx_kread_variable(f->hold.view, "savedcmd", 8, &holder.addr) || !holder.addr)
		return;
	if (mmx_decode_read(&names_table, f->hold.view, holder.addr, &names, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (names.n > MAX_NAMES) {
		mmx_cover_failf(f->coverage, MMX_ECORRUPT, "savedcmd remembers %u tasks", names.n);
		return;
	}
	mmx_hold_begin(&f->hold, &holder);
	mmx_hold_memory(&f->hold, holder.addr, bytes_of_names(l, holder.addr, &names));
	mmx_hold_memory(&f->hold, names.pids, 1);
}

int mmx_traces_find(struct mmx_traces *traces, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.hold = {.held = &traces->held, .view = view},
			   .coverage = &traces->coverage};

	take_tables(&f);
	take_instances(&f);
	take_names(&f);
	return mmx_hold_end(&f.hold, err);
}

void mmx_traces_free(struct mmx_traces *traces)
{
	mmx_holdings_free(&traces->held);
}

MMX_HOLDINGS_OF(traces)

const struct mmx_owner_kind mmx_owner_trace = {
	.name = "traces",
	.class = CLASS_TRACE,
	.why = "a buffer or table of the kernel's trace has it",
	.last = true,
	.known = MMX_KNOWN_traces,
	.run = runs,
	.held = held,
};
