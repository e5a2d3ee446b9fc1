// SPDX-License-Identifier: GPL-2.0-or-later
/* What tests of the kernel's structures that hold pages have in common: a memory, frames without struct pages, members. */
#ifndef HOLDINGS_H
#define HOLDINGS_H

#include <stddef.h>

#include "../fake_memory.h"
#include "mm/owners/held.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"
#include "unit.h"

#define VMEMMAP   0xffffea0000000000ULL
#define PAGE_SIZE 64u
#define FRAMES    1000u

/* Frame 0 is where the memory begins, so that addresses of it are in the frames of its first pages. */
static inline struct fake_memory *new_memory(void)
{
	struct fake_memory *m = fake_memory_new(1 << 22);

	fake_no_types(m);
	m->mem.vmemmap.base = VMEMMAP;
	m->mem.vmemmap.page_size = PAGE_SIZE;
	if (!mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
	return m;
}

static inline uint64_t page(uint64_t pfn)
{
	return VMEMMAP + pfn * PAGE_SIZE;
}

static inline uint64_t memory(uint64_t pfn)
{
	return FAKE_VA + pfn * 4096;
}

/* Where in the memory something lies at an address of its own. */
static inline uint64_t put_at(struct fake_memory *m, uint64_t at, const void *bytes, size_t len)
{
	memcpy(m->bytes + (at - FAKE_VA), bytes, len);
	return at;
}

static inline void has(struct fake_memory *m, enum mmx_layout_member id, size_t offset, size_t size)
{
	fake_member(m, id, offset, size, 0);
}

/* A task that has these files open: their operations, and what each is a handle of. */
static inline void give_files(struct fake_memory *m, const uint64_t (*files)[2], unsigned int n)
{
	struct mmx_tasks *tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	uint64_t fd[8] = {0}, fdt, table;

	has(m, M_task_struct_files, 0, 8);
	has(m, M_files_struct_fdt, 0, 8);
	has(m, M_fdtable_max_fds, 0, 4);
	has(m, M_fdtable_fd, 8, 8);
	has(m, M_file_f_op, 0, 8);
	has(m, M_file_private_data, 8, 8);
	for (unsigned int i = 0; i < n; i++)
		fd[i] = fake_put(m, files[i], 16);
	fdt = fake_put(m, (uint64_t[]){n, fake_put(m, fd, sizeof(fd))}, 16);
	table = fake_put(m, &fdt, 8);
	if (!mmx_array_add(tasks, (struct mmx_task){.addr = fake_put(m, &table, 8)}))
		abort();
}

static inline uint64_t put_symbol(struct fake_memory *m, const char *name, uint64_t value)
{
	uint64_t at = fake_put(m, &value, 8);

	fake_symbol(m, name, at);
	return at;
}

/* Frames [pfn, pfn + n) are held, and the one behind them is not. */
static inline bool holds(const struct mmx_holdings *held, uint64_t pfn, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (!mmx_holder_of(held, pfn + i))
			return false;
	}
	return !mmx_holder_of(held, pfn + n);
}

#endif
