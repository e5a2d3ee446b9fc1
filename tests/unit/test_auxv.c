// SPDX-License-Identifier: GPL-2.0-or-later
/* Auxiliary vectors: of 64 bits and of 32, none, and what is none. */
#include "../fake_memory.h"
#include "mm/programs/auxv.h"
#include "unit.h"

#define WORDS 40

struct mm {
	uint64_t before;
	uint64_t saved_auxv[WORDS];
};

static struct fake_memory *m;
static struct mmx_auxv auxv;
static struct mmx_err err;

static int read_as(const void *bytes, size_t size)
{
	struct mm mm = {0};
	uint64_t at;
	int ret;

	m = fake_memory_new(1 << 16);
	fake_no_types(m);
	FAKE_MEMBER(m, M_mm_struct_saved_auxv, mm, saved_auxv);
	memcpy(mm.saved_auxv, bytes, size);
	at = fake_put(m, &mm, sizeof(mm));
	auxv = (struct mmx_auxv){0};
	ret = mmx_auxv_read(&auxv, m->view, at, &err);
	fake_memory_free(m);
	return ret;
}

static bool is(uint64_t type, uint64_t wanted)
{
	uint64_t value;

	return mmx_auxv_has(&auxv, type, &value) && value == wanted;
}

static void words_of_either_size_are_told_apart(void)
{
	const uint64_t of_64[] = {33, 0x7fff00000000, 6, 4096, 3, 0x400040, 0, 0};
	const uint32_t of_32[] = {32, 0xf7f00000, 33, 0xf7eff000, 6, 4096, 3, 0x8048034, 0, 0};
	/* What the first type of 32 bits and its value make together is a type of 64, when that is 0. */
	const uint32_t with_zeros[] = {7, 0, 6, 4096, 9, 0x8049000, 0, 0};

	CHECK(!read_as(of_64, sizeof(of_64)) && auxv.n == 3 && !auxv.is_32, "%s", err.text);
	CHECK(is(MMX_AT_SYSINFO_EHDR, 0x7fff00000000) && is(MMX_AT_PHDR, 0x400040), "values");
	CHECK(!is(MMX_AT_BASE, 0), "one that is not there");
	CHECK(!read_as(of_32, sizeof(of_32)) && auxv.n == 4 && auxv.is_32, "%s", err.text);
	CHECK(is(32, 0xf7f00000) && is(MMX_AT_PHDR, 0x8048034), "values");
	CHECK(!read_as(with_zeros, sizeof(with_zeros)) && auxv.n == 3 && auxv.is_32, "%u", auxv.n);
}

static void none_and_nonsense_are_told_apart(void)
{
	uint64_t full[WORDS], other_pages[] = {6, 16384, 0, 0};

	for (size_t i = 0; i < WORDS; i++)
		full[i] = i % 2 ? 4096 : 6;
	CHECK(!read_as(full, 0) && !auxv.n, "no program");
	CHECK(read_as(full, sizeof(full)) && strstr(err.text, "no auxiliary vector"), "no end");
	CHECK(read_as(other_pages, sizeof(other_pages)), "pages of another machine");
	full[0] = 0x4141414141414141;
	CHECK(read_as(full, 32) && err.code == MMX_ECORRUPT && !auxv.n, "%u", auxv.n);
}

int main(void)
{
	RUN(words_of_either_size_are_told_apart);
	RUN(none_and_nonsense_are_told_apart);
	return unit_end();
}
