// SPDX-License-Identifier: GPL-2.0-or-later
/* The way of one address through page tables, and what a range of them has: counted, and each table once. */
#include "../fake_memory.h"
#include "arch/pt_path.h"
#include "mm/processes/pt_summary.h"
#include "unit.h"

enum { ROOT = 0x1000, PUD = 0x2000, PMD = 0x3000, PTE = 0x4000, SIZE = 1 << 16 };

static struct fake_memory *m;

static void put(uint64_t table, unsigned int i, uint64_t entry)
{
	memcpy(m->bytes + table + i * 8, &entry, 8);
}

/* Two pages, one of them of zeros, a huge one, a table that cannot be read, and the PMD once more. */
static void setup(void)
{
	const uint64_t zero = 0x77;

	m = fake_memory_new(SIZE);
	fake_no_types(m);
	fake_symbol(m, "zero_pfn", fake_put(m, &zero, 8));
	put(ROOT, 0, PUD | 0x67);
	put(PUD, 0, PMD | 0x67);
	put(PUD, 1, PMD | 0x67);
	put(PMD, 0, PTE | 0x65);
	put(PMD, 1, 0x80000000002000e7);
	put(PMD, 2, 0x90000067);
	put(PTE, 0, 0x8000000000005067);
	put(PTE, 1, 0x8000000000077225);
}

static void tables_count_once(void)
{
	struct mmx_pt_summary sum;
	struct mmx_err err;

	setup();
	CHECK(!mmx_pt_summary_find(&sum, m->view, ROOT, 0, (1ULL << 47) - 1, &err), "%s", err.text);
	CHECK(sum.tables[4] == 1 && sum.tables[3] == 1 && sum.tables[2] == 1 && sum.tables[1] == 2,
	      "tables");
	CHECK(sum.again[2] == 1 && !sum.again[1], "one of them is met twice");
	CHECK(sum.used[4] == 1 && sum.used[3] == 2 && sum.used[2] == 3 && sum.used[1] == 2,
	      "entries in use");
	CHECK(sum.entries[MMX_USER_MAPPED][1] == 1 && sum.entries[MMX_USER_MAPPED][2] == 1 &&
		      sum.entries[MMX_PT_ZERO][1] == 1 && sum.entries[MMX_USER_UNREADABLE][2] == 1,
	      "states");
	CHECK(sum.slots[0] == 1 && sum.coverage.absent == 1, "%s", sum.coverage.first.text);
	fake_memory_free(m);
}

static struct mmx_pt_path path_to(uint64_t addr)
{
	struct mmx_pt_path path;

	mmx_pt_path_find(&path, m->view->reader, &m->arch, &m->mem.kernel.paging, ROOT, addr);
	return path;
}

static void paths_end_where_they_do(void)
{
	struct mmx_pt_path path;

	setup();
	path = path_to(0x123);
	CHECK(path.n == 4 && path.step[0].at == ROOT && path.step[3].at == PTE &&
		      path.step[3].kind == MMX_PTE_LEAF,
	      "%u steps", path.n);
	CHECK(path.flags == MMX_PTE_USER,
	      "a table above allows no writing, and the page no execution");
	path = path_to(0x200000);
	CHECK(path.n == 3 && mmx_pt_path_end(&path)->phys == 0x200000, "%u steps", path.n);
	path = path_to(0x400000);
	CHECK(path.n == 3 && mmx_pt_path_end(&path)->kind == MMX_PTE_UNREADABLE &&
		      path.coverage.absent == 1,
	      "a table that cannot be read");
	path = path_to(0x8000000000);
	CHECK(path.n == 1 && mmx_pt_path_end(&path)->kind == MMX_PTE_EMPTY, "%u steps", path.n);
	path = path_to(0x900000000000);
	CHECK(!path.n && !mmx_pt_path_end(&path), "no address");
	fake_memory_free(m);
}

int main(void)
{
	RUN(tables_count_once);
	RUN(paths_end_where_they_do);
	return unit_end();
}
