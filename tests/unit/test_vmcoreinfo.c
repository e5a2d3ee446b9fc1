// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "../fake_memory.h"
#include "kernel/vmcoreinfo.h"
#include "unit.h"

static const char sample[] = "OSRELEASE=6.1.0-test\n"
			     "PAGESIZE=4096\n"
			     "SYMBOL(swapper_pg_dir)=ffffffff82a10000\n"
			     "SYMBOL(broken)=0xffff\n"
			     "SYMBOL(wide)=1ffffffff82a10000\n"
			     "SIZE(page)=64\n"
			     "SIZE(wide)=18446744073709551680\n"
			     "OFFSET(page.flags)=0\n"
			     "LENGTH(zone.free_area)=11\n"
			     "NUMBER(phys_base)=-16777216\n"
			     "NUMBER(PG_lru)=5\n"
			     "NUMBER(hex)=0x1f\n"
			     "NUMBER(huge)=9223372036854775808\n"
			     "NUMBER(least)=-9223372036854775808\n"
			     "NUMBER(text)=12a\n"
			     "NUMBER(nothing)=\n"
			     "a line without a value\n"
			     "=a value without a name\n"
			     "KERNELOFFSET=1c00000\n"
			     "BUILD-ID=00=11\n";

static struct mmx_vmcoreinfo parsed(const char *text)
{
	struct mmx_vmcoreinfo vi;
	struct mmx_err err;

	CHECK(!mmx_vmcoreinfo_parse(&vi, text, strlen(text), &err), "%s", err.text);
	return vi;
}

static void lines_are_found_by_kind_and_name(void)
{
	struct mmx_vmcoreinfo vi = parsed(sample);
	uint64_t u = 0;
	int64_t n = 0;

	CHECK(!strcmp(mmx_vmcoreinfo_text(&vi, "OSRELEASE"), "6.1.0-test"), "release");
	CHECK(!strcmp(mmx_vmcoreinfo_text(&vi, "BUILD-ID"), "00=11"), "cut at the second '='");
	CHECK(mmx_vmcoreinfo_symbol(&vi, "swapper_pg_dir", &u) && u == 0xffffffff82a10000,
	      "symbol");
	CHECK(mmx_vmcoreinfo_size(&vi, "page", &u) && u == 64, "size");
	CHECK(mmx_vmcoreinfo_offset(&vi, "page.flags", &u) && u == 0, "offset");
	CHECK(mmx_vmcoreinfo_length(&vi, "zone.free_area", &u) && u == 11, "length");
	CHECK(mmx_vmcoreinfo_hex(&vi, "KERNELOFFSET", &u) && u == 0x1c00000, "hex");
	CHECK(mmx_vmcoreinfo_number(&vi, "phys_base", &n) && n == -16777216, "negative");
	CHECK(mmx_vmcoreinfo_number(&vi, "PG_lru", &n) && n == 5, "number");
	CHECK(mmx_vmcoreinfo_number(&vi, "hex", &n) && n == 0x1f, "marked hexadecimal");
	CHECK(mmx_vmcoreinfo_number(&vi, "least", &n) && n == INT64_MIN, "least");
	mmx_vmcoreinfo_free(&vi);
}

static void what_is_no_number_is_no_value(void)
{
	struct mmx_vmcoreinfo vi = parsed(sample);
	uint64_t u;
	int64_t n;

	CHECK(!mmx_vmcoreinfo_text(&vi, "CRASHTIME"), "a line that is not there");
	CHECK(!mmx_vmcoreinfo_symbol(&vi, "broken", &u), "0x in a symbol");
	CHECK(!mmx_vmcoreinfo_symbol(&vi, "wide", &u), "more than 64 bits, hexadecimal");
	CHECK(!mmx_vmcoreinfo_size(&vi, "wide", &u), "more than 64 bits, decimal");
	CHECK(!mmx_vmcoreinfo_number(&vi, "huge", &n), "more than 63 bits");
	CHECK(!mmx_vmcoreinfo_number(&vi, "text", &n), "letters");
	CHECK(!mmx_vmcoreinfo_number(&vi, "nothing", &n), "empty");
	CHECK(!mmx_vmcoreinfo_number(&vi, "absent", &n), "absent");
	CHECK(!mmx_vmcoreinfo_size(&vi, "PG_lru", &u), "another kind");
	CHECK(vi.n == 18, "%zu lines: those without name or value are none", vi.n);
	mmx_vmcoreinfo_free(&vi);
}

static void first_of_a_name_counts(void)
{
	struct mmx_vmcoreinfo vi = parsed("B=1\nA=first\nB=2\nA=second\nB=3\n");

	CHECK(vi.n == 2, "%zu lines", vi.n);
	CHECK(!strcmp(mmx_vmcoreinfo_text(&vi, "A"), "first"), "A");
	CHECK(!strcmp(mmx_vmcoreinfo_text(&vi, "B"), "1"), "B");
	mmx_vmcoreinfo_free(&vi);
}

static void cut_line_is_left_out(void)
{
	struct mmx_vmcoreinfo vi = parsed("A=1\nSYMBOL(x)=ffffffff81");
	uint64_t u;

	CHECK(!mmx_vmcoreinfo_symbol(&vi, "x", &u), "half an address taken for one");
	mmx_vmcoreinfo_free(&vi);
}

static void nul_ends_the_text(void)
{
	static const char text[] = "A=1\nB=2\0C=3\nD=4\n";
	struct mmx_vmcoreinfo vi;

	CHECK(!mmx_vmcoreinfo_parse(&vi, text, sizeof(text), NULL), "refused");
	CHECK(vi.n == 1 && !mmx_vmcoreinfo_text(&vi, "D"), "%zu lines", vi.n);
	mmx_vmcoreinfo_free(&vi);
}

static void nonsense_is_refused(void)
{
	char *large = malloc(2 << 20);
	struct mmx_vmcoreinfo vi;
	struct mmx_err err;

	CHECK(mmx_vmcoreinfo_parse(&vi, "", 0, &err) && err.code == MMX_ECORRUPT, "empty");
	CHECK(mmx_vmcoreinfo_parse(&vi, "text\n", 5, &err) && !vi.text, "no line");
	memset(large, 'A', 2 << 20);
	CHECK(mmx_vmcoreinfo_parse(&vi, large, 2 << 20, &err) && err.code == MMX_ECORRUPT, "large");
	free(large);
}

#define MEMORY (8u << 20)
#define COPY   0x503000u

static uint64_t scan(struct fake_memory *m, uint64_t from, char *release, size_t size)
{
	struct mmx_vmcoreinfo vi;
	uint64_t at = UINT64_MAX;

	snprintf(release, size, "none");
	if (mmx_vmcoreinfo_scan(&vi, m->view->reader, from, &at, NULL))
		return UINT64_MAX;
	snprintf(release, size, "%s", mmx_vmcoreinfo_text(&vi, "OSRELEASE"));
	mmx_vmcoreinfo_free(&vi);
	return at;
}

static void scan_takes_whole_copies_at_page_starts(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	char release[32];
	uint64_t at;

	strcpy((char *)m->bytes + 0x1010, sample);
	strcpy((char *)m->bytes + 0x3000, "OSRELEASE=6.1.0-cut\nPAGESIZE=4096\n");
	strcpy((char *)m->bytes + 0x4000, "OSRELEASE=");
	at = scan(m, 0, release, sizeof(release));
	CHECK(at == UINT64_MAX, "found at 0x%" PRIx64, at);
	strcpy((char *)m->bytes + COPY, sample);
	at = scan(m, 0, release, sizeof(release));
	CHECK(at == COPY, "found at 0x%" PRIx64, at);
	CHECK(!strcmp(release, "6.1.0-test"), "%s", release);
	CHECK(scan(m, COPY, release, sizeof(release)) == COPY, "not found from its own page");
	CHECK(scan(m, COPY + 1, release, sizeof(release)) == UINT64_MAX, "found behind itself");
	CHECK(scan(m, UINT64_MAX, release, sizeof(release)) == UINT64_MAX, "found behind all");
	fake_memory_free(m);
}

static void scan_follows_text_into_further_pages(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	char *text = (char *)m->bytes + MEMORY - 8192;
	size_t used = sprintf(text, "OSRELEASE=long\nSYMBOL(swapper_pg_dir)=ffffffff82a10000\n");
	char release[32];

	while (used < 6000)
		used += sprintf(text + used, "NUMBER(n%zu)=1\n", used);
	strcpy(text + used, "KERNELOFFSET=0\n");
	CHECK(scan(m, 0, release, sizeof(release)) == MEMORY - 8192, "not found");
	fake_memory_free(m);
}

static enum mmx_read read_but_one_page(void *reader, uint64_t phys, void *buf, size_t len)
{
	if (phys <= 0x502000 && 0x502000 < phys + len)
		return MMX_READ_UNREADABLE;
	return fake_read(reader, phys, buf, len);
}

static void scan_passes_over_holes_and_bad_pages(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	char release[32];

	strcpy((char *)m->bytes + 0x200000, sample);
	strcpy((char *)m->bytes + COPY, sample);
	m->ops.read = read_but_one_page;
	m->image.present.n = 0;
	mmx_ranges_add(&m->image.present, 0, 0x200000);
	mmx_ranges_add(&m->image.present, 0x400000, MEMORY);
	CHECK(scan(m, 0, release, sizeof(release)) == COPY, "the copy beside a bad page is lost");
	m->image.present.n = 0;
	CHECK(scan(m, 0, release, sizeof(release)) == UINT64_MAX, "found in no memory");
	fake_memory_free(m);
}

int main(void)
{
	RUN(lines_are_found_by_kind_and_name);
	RUN(what_is_no_number_is_no_value);
	RUN(first_of_a_name_counts);
	RUN(cut_line_is_left_out);
	RUN(nul_ends_the_text);
	RUN(nonsense_is_refused);
	RUN(scan_takes_whole_copies_at_page_starts);
	RUN(scan_follows_text_into_further_pages);
	RUN(scan_passes_over_holes_and_bad_pages);
	return unit_end();
}
