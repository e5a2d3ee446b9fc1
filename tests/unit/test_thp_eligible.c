// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether anonymous memory may have huge pages, by the rules of every release; what cannot be told is no answer. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/processes/thp_eligible.h"
#include "mm/processes/vm_flags.h"
#include "unit.h"

#define MIB        (1ULL << 20)
#define PMD        (1ULL << 9)
#define ORDER_4    (1ULL << 4)
#define HUGEPAGE   (1ULL << 29)
#define NOHUGEPAGE (1ULL << 30)
#define STACK      (1ULL << 8 | 1ULL << 15 | 1ULL << 16) /* that execve() has not moved yet */

static struct fake_memory *m;
static struct mmx_thp_rules *rules;
static struct mmx_vma vma;

static void setup(enum mmx_thp_rule rule)
{
	struct mmx_vm_flags *flags;
	uint64_t nothing = 0;

	m = fake_memory_new(4096);
	fake_no_types(m);
	fake_member(m, M_vm_area_struct_vm_ops, 0, 8, 0);
	fake_member(m, M_mm_struct_flags, 0, 8, 0);
	rules = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_thp_rules);
	flags = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_vm_flags);
	strcpy(flags->bit[8].name, "growsdown");
	strcpy(flags->bit[15].name, "seqread");
	strcpy(flags->bit[16].name, "randread");
	strcpy(flags->bit[18].name, "dontexpand");
	strcpy(flags->bit[29].name, "hugepage");
	strcpy(flags->bit[30].name, "nohugepage");
	rules->rule = rule;
	rules->madvise = true;
	vma = (struct mmx_vma){.start = 2 * MIB, .end = 6 * MIB};
	vma.addr = fake_put(m, &nothing, 8);
	vma.mm = fake_put(m, &nothing, 8);
}

static int asked(uint64_t flags)
{
	struct mmx_err err;
	bool eligible;

	vma.flags = flags;
	return mmx_thp_eligible(m->view, &vma, &eligible, &err) ? -1 : eligible;
}

static void set_mm_flags(uint64_t flags)
{
	memcpy(m->bytes + (vma.mm - FAKE_VA), &flags, 8);
}

static void one_size(void)
{
	setup(MMX_THP_PMD);
	CHECK(asked(HUGEPAGE) == 1, "asked for");
	CHECK(!asked(0), "not asked for");
	rules->always = true;
	CHECK(asked(0) == 1, "always");
	CHECK(!asked(NOHUGEPAGE), "forbidden");
	CHECK(!asked(1ULL << 18), "passed over up to 6.7");
	vma.start += 4096;
	vma.end -= 4096;
	CHECK(asked(0) == 0, "too small at either end");
	fake_memory_free(m);
}

static void several_sizes(void)
{
	setup(MMX_THP_ORDERS);
	rules->anon.inherit = PMD;
	CHECK(asked(HUGEPAGE) == 1, "asked for");
	CHECK(asked(HUGEPAGE | 1ULL << 18) == 1, "not passed over since 6.8");
	CHECK(!asked(0), "not asked for");
	rules->anon.always = ORDER_4;
	CHECK(asked(0) == 1, "one that is always there");
	vma.end = vma.start + 16 * 4096;
	CHECK(asked(0) == 1, "16 pages");
	vma.end -= 4096;
	CHECK(!asked(0), "15 pages");
	vma = (struct mmx_vma){.addr = vma.addr, .mm = vma.mm, .start = 2 * MIB, .end = 6 * MIB};
	CHECK(!asked(STACK), "a stack that is still to move");
	fake_memory_free(m);
}

static void processes_without(void)
{
	setup(MMX_THP_SHMEM);
	rules->always = true;
	rules->anon.inherit = PMD;
	set_mm_flags(1ULL << 24);
	CHECK(!asked(HUGEPAGE), "not in this process");
	set_mm_flags(1ULL << 23);
	CHECK(asked(0) == 1, "the huge page of zeros, up to 6.17");
	rules->rule = MMX_THP_ADVICE;
	CHECK(!asked(0), "only where asked for, since 6.18");
	CHECK(asked(HUGEPAGE) == 1, "asked for");
	rules->unsupported = true;
	CHECK(!asked(HUGEPAGE), "not on this hardware");
	fake_memory_free(m);
}

static void not_known(void)
{
	setup(MMX_THP_UNKNOWN);
	mmx_cover_failf(&rules->coverage, MMX_EMISSING, "a test");
	CHECK(asked(HUGEPAGE) == -1, "no answer");
	vma.mm = 0;
	CHECK(!asked(HUGEPAGE), "the page of vsyscalls has none");
	fake_memory_free(m);
	setup(MMX_THP_ORDERS);
	rules->anon.inherit = PMD;
	vma.addr = 0x1000;
	CHECK(asked(HUGEPAGE) == -1, "a mapping that cannot be read");
	fake_memory_free(m);
}

int main(void)
{
	RUN(one_size);
	RUN(several_sizes);
	RUN(processes_without);
	RUN(not_known);
	return unit_end();
}
