// SPDX-License-Identifier: GPL-2.0-or-later
/* What words of user page tables mean: a table of known answers, by the rules of two kernels. */
#include <inttypes.h>

#include "../fake_memory.h"
#include "mm/processes/user_entry.h"
#include "unit.h"

#define FRAMES_46 0x3ffffffffULL /* a frame, of 46 bits of physical address */
#define ZERO_PFN  0x77ULL
#define HUGE_ZERO 0x8000ULL

/* As x86_64 puts a swap entry together, out of include/asm/pgtable_64.h: the offset inverted, from bit 9 on. */
#define SWP(type, offset) ((uint64_t)(type) << 59 | (~(uint64_t)(offset) << 14 >> 5))

/* Flags in the order of their bits. */
static const char letters[] = "wuxydssUEn";

struct known {
	uint64_t raw;
	unsigned int level;
	uint64_t at; /* behind the first address of the entry */
	const char *answer;
};

/* Since 6.18, with all kinds: 24 areas, then poison, migration, devices and markers. */
static const struct known now[] = {
	{0x8000000012345067, 1, 0, "mapped wu-yd----- pfn 12345"},
	{0x0000000012345025, 1, 0x123, "mapped -uxy------ pfn 12345"},
	{0x0400000012345025, 1, 0, "mapped -uxyd----- pfn 12345"},
	{0x0000000012345e25, 1, 0, "mapped -uxy-ssU-- pfn 12345 special"},
	{0x8000000000077225, 1, 0, "mapped -u-y-s---- pfn 77 zero special"},
	{0x8000000200000ce7, 2, 0x3000, "mapped wu-yd-sU-- pfn 200003"},
	{0x80000000080000e5, 2, 0x3000, "mapped -u-yd----- pfn 8003 zero special"},
	{0x80000000400000e7, 3, 0x200000, "mapped wu-yd----- pfn 40200"},
	{0x020000000a0000e5, 2, 0, "mapped -uxyd----- pfn a000 special"},
	/* PROT_NONE: the frame is inverted. */
	{0x800fffffedcba120, 1, 0, "no access ---y-----n pfn 12345"},
	{0x800fffffffe001e0, 2, 0, "no access ---yd----n pfn 0"},
	{SWP(0, 0x1234), 1, 0, "swap ---------- area 0 1234"},
	{SWP(23, 0x3ffffffffffff) | 0xe, 1, 0, "swap ------sUE- area 23 3ffffffffffff"},
	{SWP(24, 0x777), 1, 0, "hwpoison ---------- pfn 777"},
	{SWP(25, 0x777), 1, 0, "migration ---------- pfn 777"},
	{SWP(26, 0x777 | 1ULL << 34), 1, 0, "migration ---y----E- pfn 777"},
	{SWP(27, 0x777 | 3ULL << 34) | 6, 1, 0, "migration w--yd-sUE- pfn 777"},
	{SWP(27, 0x800), 2, 0x5000, "migration w-------E- pfn 805"},
	{SWP(28, 0x777), 1, 0, "device w--------- pfn 777"},
	{SWP(29, 0x777), 1, 0, "device ---------- pfn 777"},
	{SWP(30, 0x777), 1, 0, "exclusive w--------- pfn 777"},
	{SWP(31, 1), 1, 0, "marker 1"},
	{SWP(31, 2), 1, 0, "marker 2"},
	{SWP(31, 4), 1, 0, "marker 4"},
	{SWP(31, 1), 2, 0x5000, "marker 1"},
	/* What some processors leave in an entry that is empty. */
	{0x60, 1, 0, "none"},
	{0x40, 2, 0, "none"},
};

/* 6.1: one more at the top and one more of devices; what 58 says, and nothing keeps dirtiness apart. */
static const struct known first[] = {
	{0x0400000012345025, 1, 0, "mapped -uxy------ pfn 12345"},
	{0x040000000a0000e5, 2, 0, "mapped -uxyd----- pfn a000 special"},
	{SWP(22, 0x1234), 1, 0, "swap ---------- area 22 1234"},
	{SWP(23, 0x777), 1, 0, "migration ---------- pfn 777"},
	{SWP(24, 0x777), 1, 0, "migration --------E- pfn 777"},
	{SWP(25, 0x777), 1, 0, "migration w-------E- pfn 777"},
	{SWP(26, 0x777), 1, 0, "device w--------- pfn 777"},
	{SWP(28, 0x777), 1, 0, "exclusive w--------- pfn 777"},
	{SWP(29, 0x777), 1, 0, "exclusive ---------- pfn 777"},
	{SWP(30, 1), 1, 0, "marker 1"},
	{SWP(31, 0x777), 1, 0, "swap error"},
};

static struct fake_memory *m;

static const char *flags_of(const struct mmx_user_entry *e)
{
	static char text[sizeof(letters)];

	for (unsigned int i = 0; i < sizeof(letters) - 1; i++)
		text[i] = e->flags >> i & 1 ? letters[i] : '-';
	return text;
}

static const char *words(const struct mmx_user_entry *e, const struct mmx_entry_rules *rules)
{
	static const char *const kinds[] = {
		[MMX_USER_MAPPED] = "mapped",       [MMX_USER_NO_ACCESS] = "no access",
		[MMX_USER_NONE] = "none",           [MMX_USER_SWAP] = "swap",
		[MMX_USER_MIGRATION] = "migration", [MMX_USER_DEVICE] = "device",
		[MMX_USER_EXCLUSIVE] = "exclusive", [MMX_USER_HWPOISON] = "hwpoison",
		[MMX_USER_MARKER] = "marker",       [MMX_USER_SWAP_ERROR] = "swap error",
	};
	static char text[128];
	int n = sprintf(text, "%s", kinds[e->kind]);

	if (mmx_user_has_pfn(e->kind) || e->kind == MMX_USER_SWAP)
		n += sprintf(text + n, " %s", flags_of(e));
	if (e->kind == MMX_USER_SWAP)
		sprintf(text + n, " area %u %" PRIx64, e->type, e->offset);
	else if (e->kind == MMX_USER_MARKER)
		sprintf(text + n, " %u", e->marker);
	else if (mmx_user_has_pfn(e->kind))
		sprintf(text + n, " pfn %" PRIx64 "%s%s", e->pfn, e->zero ? " zero" : "",
			mmx_user_mapped(e->kind) && mmx_user_special(e, rules) ? " special" : "");
	return text;
}

static void variable(const char *name, uint64_t value)
{
	fake_symbol(m, name, fake_put(m, &value, 8));
}

static void setup(bool is_first)
{
	m = fake_memory_new(1 << 16);
	fake_no_types(m);
	m->mem.page_format.mapped = is_first ? MMX_MAPPED_PAGES : MMX_MAPPED_LARGE;
	variable("zero_pfn", ZERO_PFN);
	variable("huge_zero_pfn", HUGE_ZERO);
	fake_symbol(m, "migrate_pages", FAKE_VA);
	if (is_first) {
		fake_symbol(m, "handle_userfault", FAKE_VA);
		fake_symbol(m, "make_device_exclusive_range", FAKE_VA);
		return;
	}
	m->mem.kernel.layout.enumerator[E_PG_hwpoison].provider = 0;
	fake_symbol(m, "make_device_exclusive", FAKE_VA);
	fake_symbol(m, "arch_check_zapped_pte", FAKE_VA);
}

static void check(const struct known *known, size_t n)
{
	const struct mmx_entry_rules *rules = mmx_know_entry_rules(m->view);

	CHECK(rules->types.pfn_mask == FRAMES_46, "%" PRIx64, rules->types.pfn_mask);
	for (size_t i = 0; i < n; i++) {
		struct mmx_pte pte = {.raw = known[i].raw, .level = known[i].level};
		struct mmx_user_entry e;

		pte.size = 1ULL << mmx_level_shift(&m->arch, pte.level);
		m->arch.decode(&m->mem.kernel.paging, &pte);
		mmx_user_entry(&e, m->view, rules, &pte, known[i].at);
		CHECK(!strcmp(words(&e, rules), known[i].answer), "0x%" PRIx64 ": %s, not %s",
		      known[i].raw, words(&e, rules), known[i].answer);
	}
	fake_memory_free(m);
}

static void entries_of_today(void)
{
	setup(false);
	check(now, sizeof(now) / sizeof(*now));
}

static void entries_of_6_1(void)
{
	setup(true);
	check(first, sizeof(first) / sizeof(*first));
}

/* A page table that has one page mapped, one in swap, and a word that is empty but for stray bits. */
static void walks(void)
{
	const uint64_t tables[][3] = {{0x2067}, {0x3067}, {0x4067}, {0x5067, 0x60, SWP(1, 0x99)}};
	const uint64_t mm = FAKE_VA + 0x8000, pgd = FAKE_VA + 0x1000;
	struct mmx_user_entries e;
	struct mmx_user_entry entry;
	struct mmx_err err;

	setup(false);
	for (unsigned int i = 0; i < 4; i++)
		memcpy(m->bytes + 0x1000 + i * 0x1000, tables[i], sizeof(tables[i]));
	fake_member(m, M_mm_struct_pgd, 8, 8, 0);
	memcpy(m->bytes + 0x8008, &pgd, 8);
	CHECK(!mmx_user_entries_begin(&e, m->view, mm, 0, 0x1fffff, 0, &err), "%s", err.text);
	CHECK(mmx_user_entries_next(&e) && e.entry.kind == MMX_USER_MAPPED && e.entry.pfn == 5,
	      "the page");
	CHECK(mmx_user_entries_next(&e) && e.entry.kind == MMX_USER_SWAP &&
		      e.entry.pte.start == 0x2000 && e.entry.type == 1,
	      "what is swapped out, and nothing before it");
	CHECK(!mmx_user_entries_next(&e) && mmx_cover_whole(&e.pt.coverage), "no more");
	CHECK(!mmx_user_lookup(&entry, m->view, mm, 0x1234, &err) && entry.kind == MMX_USER_NONE &&
		      entry.pte.level == 1,
	      "stray bits");
	CHECK(!mmx_user_lookup(&entry, m->view, mm, 0x200000, &err) &&
		      entry.kind == MMX_USER_NONE && entry.pte.level == 2,
	      "no table");
	CHECK(mmx_user_lookup(&entry, m->view, mm, 1ULL << 63, &err), "no user address");
	fake_memory_free(m);
}

int main(void)
{
	RUN(entries_of_today);
	RUN(entries_of_6_1);
	RUN(walks);
	return unit_end();
}
