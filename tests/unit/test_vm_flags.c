// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of VM flags: by the kernel's own array of codes, in both its forms, and by its own table of words. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/processes/vm_flags.h"
#include "unit.h"

#define DATA 16384u

struct name {
	uint64_t mask, name;
};

static struct fake_memory *m;
static struct mmx_vm_flags flags;
static char text[MMX_VM_FLAGS_TEXT];

static void setup(void)
{
	m = fake_memory_new(DATA);
	fake_no_types(m);
	m->used = 64;
	fake_symbol(m, "__start_rodata", FAKE_VA);
	fake_symbol(m, "__end_rodata", FAKE_VA + DATA);
	fake_struct(m, S_trace_print_flags, sizeof(struct name));
	FAKE_MEMBER(m, M_trace_print_flags_mask, name, mask);
	FAKE_MEMBER(m, M_trace_print_flags_name, name, name);
}

/* Bits 0 to 8, uffd_minor at a bit of the test's, and protection keys from 32 on. */
static void put_codes(unsigned int width, unsigned int minor)
{
	static const char first[] = "rdwrexshmrmwmemsgd";
	char codes[3 * MMX_VM_FLAG_BITS] = {0};

	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		const char *code = i < 9 ? first + 2 * i : i == minor ? "ui" : "??";

		if (i < 32 || i > 35)
			memcpy(codes + i * width, code, 2);
	}
	fake_put(m, codes, width * MMX_VM_FLAG_BITS);
}

static void put_names(const char *of_bit_1)
{
	struct name names[4] = {
		{1, fake_put(m, "read", 5)},
		{2, fake_put(m, of_bit_1, strlen(of_bit_1) + 1)},
		{0, fake_put(m, "not configured", 15)},
	};

	fake_symbol(m, "vmaflag_names", fake_put(m, names, sizeof(names)));
}

static void find(void)
{
	struct mmx_err err;

	memset(&flags, 0, sizeof(flags));
	CHECK(!mmx_vm_flags_find(&flags, m->view, &err), "%s", err.text);
}

static void codes_have_two_bytes_or_three(void)
{
	for (unsigned int width = 2; width <= 3; width++) {
		setup();
		put_codes(width, width == 2 ? 38 : 41);
		put_names("write");
		find();
		CHECK(flags.own_codes && mmx_cover_whole(&flags.coverage), "%s",
		      flags.coverage.first.text);
		CHECK(mmx_vm_flag(&flags, "mayshare") == 0x80 &&
			      mmx_vm_flag(&flags, "uffd_minor") == 1ULL << (width == 2 ? 38 : 41),
		      "%u", width);
		mmx_vm_flags_codes(&flags, 0x800000173 | 1ULL << 32 | 1ULL << 50, text);
		CHECK(!strcmp(text, "rd wr mr mw me gd ?? "), "%s", text);
		mmx_vm_flags_names(&flags, 3 | 1ULL << 33 | 1ULL << 39 | 1ULL << 50, "|", text);
		CHECK(!strcmp(text, "read|write|pkey_bit1|allow_any_uncached|bit50"), "%s", text);
		CHECK(!mmx_vm_flag(&flags, "sealed"), "a flag of another kernel");
		fake_memory_free(m);
	}
}

static void two_names_of_one_bit_are_a_contradiction(void)
{
	setup();
	put_codes(2, 38);
	put_names("exec");
	find();
	CHECK(flags.coverage.broken == 1 &&
		      strstr(flags.coverage.first.text, "bit 1 of VM flags is write in smaps"),
	      "%s", flags.coverage.first.text);
	fake_memory_free(m);
}

/* A kernel without smaps: what never moved is named all the same, and it is said. */
static void without_codes_the_usual_ones_are_taken(void)
{
	setup();
	find();
	CHECK(!flags.own_codes && flags.coverage.unknown == 1, "%s", flags.coverage.first.text);
	CHECK(mmx_vm_flag(&flags, "hugetlb") == 0x400000 && !mmx_vm_flag(&flags, "uffd_minor"),
	      "bits");
	mmx_vm_flags_names(&flags, ~0ULL, ", ", text);
	CHECK(strstr(text, "bit11, uffd_wp") && strstr(text, "bit63"), "%s", text);
	fake_memory_free(m);
}

int main(void)
{
	RUN(codes_have_two_bytes_or_three);
	RUN(two_names_of_one_bit_are_a_contradiction);
	RUN(without_codes_the_usual_ones_are_taken);
	return unit_end();
}
