// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of x86_64 with known answers: what stands in memory, and beside it what a walk over it
 * must say. A line of an answer is a range of addresses, what is there, its level, what is behind it,
 * and the names of its bits.
 */
#include <time.h>

#include "../fake_memory.h"
#include "arch/pagetable.h"
#include "unit.h"

#define MEMORY (1u << 17)
#define ALL    0, ~0ULL
#define USER   0, 0x7fffffffffff

/* An entry of a table. */
struct entry {
	uint64_t table;
	unsigned int index;
	uint64_t raw;
};

/* The lower tables, which 4 and 5 levels have alike: P 1, RW 2, US 4, A 20, D 40, PSE 80, G 100. */
static const struct entry below[] = {
	{0x2000, 0, 0x5067},             /* PUD: a table */
	{0x2000, 1, 0x8000000040001087}, /* 1 GiB, PAT in bit 12, no execute */
	{0x5000, 0, 0x6067},             /* PMD: a table */
	{0x5000, 1, 0x2010e7},           /* 2 MiB, PAT in bit 12 */
	{0x5000, 2, 0x4000e7},           /* 2 MiB, right behind it, without PAT */
	{0x5000, 3, 0x000fffffff800080}, /* 2 MiB being split: not present, the frame inverted */
	{0x5000, 4, 0xf000000000000000}, /* swap or migration of a huge page */
	{0x5000, 5, 0x90000067},         /* a table where there is no memory */
	{0x6000, 0, 0x10067},            /* PTE: user, written to */
	{0x6000, 1, 0x11067},            /* the next frame */
	{0x6000, 2, 0x12027},            /* the next frame, not written to */
	{0x6000, 3, 0x000ffffffffec120}, /* PROT_NONE, the frame 0x13 inverted */
	{0x6000, 4, 0xf800000000000200}, /* a marker */
	{0x6000, 5, 0xf800000000000200}, /* and the same again */
	{0x6000, 6, 0x9800000000015ea5}, /* pkey 3, special, uffd-wp, soft-dirty, pat */
	{0x6000, 7, 0x20067},            /* two frames that do not lie side by side */
	{0x6000, 8, 0x22067},
	{0x6000, 9, 0x60},                 /* empty, but for what some processors leave behind */
	{0x6000, 511, 0x00080000000160e3}, /* encrypted; its bit is cleared */
	{0x3000, 511, 0x7063},             /* kernel half: a table */
	{0x7000, 511, 0x8063},             /* and the last one of them */
	{0x8000, 511, 0x80000000001ff163}, /* the last page of all, global */
};

static const struct entry four[] = {{0x1000, 0, 0x2067}, {0x1000, 511, 0x3063}};
static const struct entry five[] = {
	{0x1000, 0, 0x9067}, {0x1000, 511, 0xa063}, {0x9000, 0, 0x2067}, {0xa000, 511, 0x3063}};

static const char single[] =
	"0-fff leaf1 10000 present writable user accessed dirty\n"
	"1000-1fff leaf1 11000 present writable user accessed dirty\n"
	"2000-2fff leaf1 12000 present writable user accessed\n"
	"3000-3fff leaf1 13000 accessed no-access\n"
	"4000-4fff nonpresent1 0 \n"
	"5000-5fff nonpresent1 0 \n"
	"6000-6fff leaf1 15000 present user accessed pat special uffd-wp soft-dirty pkey=3 "
	"no-execute\n"
	"7000-7fff leaf1 20000 present writable user accessed dirty\n"
	"8000-8fff leaf1 22000 present writable user accessed dirty\n"
	"1ff000-1fffff leaf1 16000 present writable accessed dirty pat\n"
	"200000-3fffff leaf2 200000 present writable user accessed dirty huge pat\n"
	"400000-5fffff leaf2 400000 present writable user accessed dirty huge\n"
	"600000-7fffff leaf2 600000 huge\n"
	"800000-9fffff nonpresent2 0 \n"
	"a00000-bfffff unreadable2 90000000 present writable user accessed dirty\n"
	"40000000-7fffffff leaf3 40000000 present writable user huge pat no-execute\n"
	"fffffffffffff000-ffffffffffffffff leaf1 1ff000 present writable accessed dirty global "
	"no-execute\n";

static const char runs[] =
	"0-1fff leaf1 10000\n2000-2fff leaf1 12000\n3000-3fff leaf1 13000\n"
	"4000-5fff nonpresent1 0\n6000-6fff leaf1 15000\n7000-7fff leaf1 20000\n8000-8fff leaf1 22000\n"
	"9000-1fefff gap1 0\n"
	"1ff000-1fffff leaf1 16000\n200000-3fffff leaf2 200000\n"
	"400000-5fffff leaf2 400000\n600000-7fffff leaf2 600000\n"
	"800000-9fffff nonpresent2 0\na00000-bfffff unreadable2 90000000\n"
	"c00000-3fffffff gap2 0\n40000000-7fffffff leaf3 40000000\n"
	"80000000-7fffffffffff gap3 0\n";

/* Frames alone: what goes on physically is one run, if the processor may use all of it or none. */
static const char frames[] =
	"0-2fff leaf1 10000\n3000-3fff leaf1 13000\n4000-5fff nonpresent1 0\n"
	"6000-6fff leaf1 15000\n7000-7fff leaf1 20000\n8000-8fff leaf1 22000\n1ff000-1fffff leaf1 16000\n"
	"200000-5fffff leaf2 200000\n600000-7fffff leaf2 600000\n"
	"800000-9fffff nonpresent2 0\na00000-bfffff unreadable2 90000000\n"
	"40000000-7fffffff leaf3 40000000\n";

static const char tables4[] = "table5 1000\ntable4 2000\ntable3 5000\ntable2 6000\n"
			      "table2 90000000\ntable4 3000\ntable3 7000\ntable2 8000\n";
static const char tables5[] =
	"table6 1000\ntable5 9000\ntable4 2000\ntable3 5000\ntable2 6000\n"
	"table2 90000000\ntable5 a000\ntable4 3000\ntable3 7000\ntable2 8000\n";

static struct fake_memory *m;
static struct mmx_paging paging;
static struct mmx_pt pt;
static unsigned int reads;
static size_t read_bytes;

static enum mmx_read counted_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	reads++;
	read_bytes += len;
	return fake_read(reader, phys, buf, len);
}

static void put(const struct entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memcpy(m->bytes + e[i].table + e[i].index * 8, &e[i].raw, 8);
}

static void setup(unsigned int levels)
{
	m = fake_memory_new(MEMORY);
	m->ops.read = counted_read;
	paging = (struct mmx_paging){.root = 0x1000, .levels = levels, .clear = 1ULL << 51};
	put(below, sizeof(below) / sizeof(*below));
	if (levels == 4)
		put(four, sizeof(four) / sizeof(*four));
	else
		put(five, sizeof(five) / sizeof(*five));
}

static void begin(uint64_t first, uint64_t last, unsigned int flags)
{
	mmx_pt_begin(&pt, m->view->reader, &mmx_arch_x86_64, &paging, paging.root, first, last,
		     flags);
}

static const char *const kinds[] = {
	[MMX_PTE_LEAF] = "leaf", [MMX_PTE_NONPRESENT] = "nonpresent",
	[MMX_PTE_EMPTY] = "gap", [MMX_PTE_TABLE] = "table",
	[MMX_PTE_LOOP] = "loop", [MMX_PTE_UNREADABLE] = "unreadable",
};

/* The rest of a walk. */
static const char *answer(bool names)
{
	static char text[4096];
	char bits[128];
	size_t n = 0;

	text[0] = 0;
	while (n < sizeof(text) - 300 && mmx_pt_next(&pt)) {
		const struct mmx_pte *e = &pt.pte;

		if (e->kind != MMX_PTE_TABLE)
			n += sprintf(text + n, "%lx-%lx ", e->start, e->last);
		n += sprintf(text + n, "%s%u %lx", kinds[e->kind], e->level,
			     e->kind == MMX_PTE_LEAF ? mmx_pte_phys(e, e->start) : e->phys);
		mmx_pte_names(&mmx_arch_x86_64, e, NULL, bits, sizeof(bits));
		n += sprintf(text + n, names ? " %s\n" : "\n", bits);
	}
	return text;
}

static bool says(const char *got, const char *want)
{
	if (strcmp(got, want))
		fprintf(stderr, "%s", got);
	return !strcmp(got, want);
}

static void known_tables(unsigned int levels)
{
	setup(levels);
	begin(ALL, 0);
	CHECK(says(answer(true), single), "%u levels", levels);
	CHECK(pt.coverage.found == 13 && pt.coverage.absent == 1, "%lu", pt.coverage.found);
	begin(USER, MMX_PT_FRAMES);
	CHECK(says(answer(false), frames), "%u levels", levels);
	begin(ALL, MMX_PT_TABLES);
	while (mmx_pt_next(&pt) && pt.pte.kind != MMX_PTE_TABLE)
		;
	fake_memory_free(m);
}

static void four_levels(void)
{
	known_tables(4);
	setup(4);
	begin(USER, MMX_PT_RUNS | MMX_PT_GAPS);
	CHECK(says(answer(false), runs), "with gaps");
	fake_memory_free(m);
}

static void five_levels(void)
{
	known_tables(5);
}

/* Only the lines that are of tables. */
static const char *tables_of(const char *text)
{
	static char tables[1024];
	size_t n = 0;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n") + 1;

		if (strncmp(line, "table", 5))
			continue;
		memcpy(tables + n, line, len);
		n += len;
	}
	tables[n] = 0;
	return tables;
}

static void tables_are_reported(void)
{
	setup(4);
	begin(ALL, MMX_PT_TABLES);
	CHECK(says(tables_of(answer(false)), tables4), "4 levels");
	begin(ALL, MMX_PT_TABLES);
	reads = 0;
	while (mmx_pt_next(&pt) && pt.pte.phys != 0x5000)
		;
	mmx_pt_skip(&pt);
	CHECK(says(tables_of(answer(false)), "table4 3000\ntable3 7000\ntable2 8000\n"), "skipped");
	CHECK(reads == 5, "%u reads of tables", reads);
	fake_memory_free(m);
	setup(5);
	begin(ALL, MMX_PT_TABLES);
	CHECK(says(tables_of(answer(false)), tables5), "5 levels");
	fake_memory_free(m);
}

static void ranges_cut_what_they_hold(void)
{
	setup(4);
	begin(0x1800, 0x2fff, 0);
	CHECK(says(answer(false), "1800-1fff leaf1 11800\n2000-2fff leaf1 12000\n"), "pages");
	begin(0x201000, 0x203fff, 0);
	CHECK(says(answer(false), "201000-203fff leaf2 201000\n"), "in a huge page");
	begin(0x7fffffff0000, 0xffff800000000fff, MMX_PT_RUNS | MMX_PT_GAPS);
	CHECK(says(answer(false), "7fffffff0000-7fffffffffff gap4 0\n"
				  "ffff800000000000-ffff800000000fff gap4 0\n"),
	      "around what is no address");
	begin(0x800000000000, 0xffff7fffffffffff, MMX_PT_GAPS);
	CHECK(says(answer(false), ""), "no address at all");
	begin(1, 0, MMX_PT_GAPS);
	CHECK(says(answer(false), ""), "no range");
	fake_memory_free(m);
}

static void tables_are_read_once(void)
{
	setup(4);
	begin(ALL, MMX_PT_RUNS | MMX_PT_GAPS);
	reads = 0;
	answer(false);
	CHECK(reads == 7, "%u reads for 7 tables", reads);
	begin(0, 0, 0);
	reads = 0;
	for (uint64_t va = 0; va < 0x7000; va += 0x1000) {
		mmx_pt_seek(&pt, va, va);
		CHECK(mmx_pt_next(&pt) && pt.pte.va == va, "0x%lx", va);
	}
	CHECK(reads == 4, "%u reads for 4 tables", reads);
	fake_memory_free(m);
}

/* What the range needs of each table is the same answer; what was not read must not count. */
static void what_is_read_alone(void)
{
	static const uint64_t places[] = {0,          0x1800,    0x5fff,   0x7000,   0x1ff000,
					  0x200000,   0x5fffff,  0x800000, 0xbfffff, 0x40000000,
					  1ULL << 46, ~0xfffULL, ~0ULL};
	static const unsigned int flags[] = {0, MMX_PT_GAPS, MMX_PT_RUNS,
					     MMX_PT_RUNS | MMX_PT_GAPS};
	size_t n = sizeof(places) / sizeof(*places);
	char plain[4096];

	setup(4);
	for (size_t i = 0; i < n * n * 4; i++) {
		uint64_t first = places[i / 4 % n], last = places[i / 4 / n];

		begin(first, last, flags[i % 4]);
		strcpy(plain, answer(true));
		memset(pt.table, 0xff, sizeof(pt.table));
		begin(first, last, flags[i % 4] | MMX_PT_ALONE);
		CHECK(says(answer(true), plain), "0x%lx to 0x%lx", first, last);
	}
	read_bytes = 0;
	begin(0x1000, 0x1fff, MMX_PT_ALONE);
	CHECK(says(answer(false), "1000-1fff leaf1 11000\n"), "one page");
	CHECK(read_bytes == 4 * 8, "%lu bytes", read_bytes);
	fake_memory_free(m);
}

static void walks_end(void)
{
	static const struct entry loop[] = {
		{0x2000, 0, 0x2067}, {0x2000, 1, 0x2067}, {0x2000, 2, 0x2067}};
	uint64_t n = 0;

	setup(4);
	put(loop, 3);
	begin(ALL, 0);
	while (mmx_pt_next(&pt) && ++n < 1000000)
		;
	/* The lowest level takes anything for a leaf: three pages for each way down. */
	CHECK(n < 1000, "%lu entries", n);
	for (unsigned int i = 0; i < 512; i++)
		put(&(struct entry){0x2000, i, 0x2067}, 1);
	begin(ALL, MMX_PT_TABLES);
	for (n = 0; mmx_pt_next(&pt) && n < 10000000; n++)
		;
	CHECK(pt.pte.kind == MMX_PTE_LOOP && pt.coverage.broken == 1, "%lu entries", n);
	paging.root = 0x90000000;
	begin(ALL, MMX_PT_GAPS);
	CHECK(says(answer(false), "0-ffffffffffffffff unreadable5 90000000\n"), "no root");
	fake_memory_free(m);
}

static bool stop(void *asked)
{
	return ++*(unsigned int *)asked > 20;
}

/* Tables that lead to each other and to nothing else, in a dump that claims to have been of 64 TiB. */
static void walks_end_soon(void)
{
	unsigned int asked = 0;
	clock_t begun;

	setup(5);
	for (unsigned int i = 0; i < 512; i++) {
		const struct entry one[] = {{0x1000, i, 0xb063},
					    {0xb000, i, 0xc063},
					    {0xc000, i, 0xd063},
					    {0xd000, i, 0xe063}};

		put(one, 4);
	}
	if (!mmx_ranges_add(&m->image.ram, 0, 1ULL << 46))
		abort();
	begin(0, (8ULL << 40) - 1, 0);
	begun = clock();
	CHECK(mmx_pt_next(&pt) && pt.pte.kind == MMX_PTE_LOOP && pt.coverage.broken == 1,
	      "it takes as long as the dump claims: %.2f s",
	      (double)(clock() - begun) / CLOCKS_PER_SEC);
	begin(0, (8ULL << 40) - 1, 0);
	m->image.stop = stop;
	m->image.stop_arg = &asked;
	while (mmx_pt_next(&pt))
		;
	CHECK(asked > 20 && !pt.coverage.broken, "%u times asked whether to stop", asked);
	fake_memory_free(m);
}

static void names_are_cut_to_fit(void)
{
	const struct mmx_pte pte = {.kind = MMX_PTE_TABLE, .level = 4, .raw = 0x67};
	char text[12];

	mmx_pte_names(&mmx_arch_x86_64, &pte, NULL, text, sizeof(text));
	CHECK(!strcmp(text, "present wri"), "%s", text);
}

int main(void)
{
	RUN(four_levels);
	RUN(five_levels);
	RUN(tables_are_reported);
	RUN(ranges_cut_what_they_hold);
	RUN(tables_are_read_once);
	RUN(what_is_read_alone);
	RUN(walks_end);
	RUN(walks_end_soon);
	RUN(names_are_cut_to_fit);
	return unit_end();
}
