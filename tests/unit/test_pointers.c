// SPDX-License-Identifier: GPL-2.0-or-later
/* Pointers as a kernel prints them, and hashes as the inventors of theirs published them. */
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "kernel/pointers.h"
#include "unit.h"

/* The key and the result for eight bytes, 0 to 7, that SipHash-2-4's reference has. */
static const struct mmx_pointers hashing = {MMX_POINTERS_HASHED,
					    {0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static void pointers_are_printed(void)
{
	static const struct {
		enum mmx_pointers_as as;
		uint64_t pointer;
		const char *text;
	} cases[] = {
		{MMX_POINTERS_HASHED, 0x0706050403020100, "000000009a932462"},
		{MMX_POINTERS_HASHED, 0, "0000000000000000"},
		{MMX_POINTERS_HASHED, (uint64_t)-4095, "fffffffffffff001"},
		{MMX_POINTERS_PLAIN, 0xffffc90000000000, "ffffc90000000000"},
		{MMX_POINTERS_PLAIN, 0x1000, "0000000000001000"},
		{MMX_POINTERS_NULL, 0xffffc90000000000, "0000000000000000"},
		{MMX_POINTERS_EARLY, 0xffffc90000000000, "(____ptrval____)"},
		{MMX_POINTERS_EARLY, 0, "0000000000000000"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mmx_pointers p = hashing;
		char text[MMX_POINTER_TEXT];

		p.as = cases[i].as;
		mmx_pointer_text(&p, cases[i].pointer, text);
		CHECK(!strcmp(text, cases[i].text), "%s and not %s", text, cases[i].text);
	}
}

/* Whether no_hash_pointers was given must be read: a text that is held against hashes is judged by it. */
static void how_they_are_printed_is_read(void)
{
	static const uint8_t zeros[16], one = 1;
	struct fake_memory *m = fake_memory_new(4096);
	struct mmx_pointers p;
	struct mmx_err err;

	fake_symbol(m, "ptr_key", fake_put(m, zeros, sizeof(zeros)));
	CHECK(!mmx_pointers_hashing(&p, m->view, &err) && p.as == MMX_POINTERS_HASHED,
	      "a kernel without the option");
	fake_symbol(m, "no_hash_pointers", fake_put(m, &one, sizeof(one)));
	CHECK(!mmx_pointers_hashing(&p, m->view, &err) && p.as == MMX_POINTERS_PLAIN, "given");
	fake_memory_free(m);

	m = fake_memory_new(4096);
	fake_symbol(m, "ptr_key", fake_put(m, zeros, sizeof(zeros)));
	fake_symbol(m, "no_hash_pointers", FAKE_VA + (1ULL << 30));
	CHECK(mmx_pointers_hashing(&p, m->view, &err) && strstr(err.text, "no_hash_pointers"),
	      "it cannot be read");
	fake_memory_free(m);
}

int main(void)
{
	RUN(pointers_are_printed);
	RUN(how_they_are_printed_is_read);
	return unit_end();
}
