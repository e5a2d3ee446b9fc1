// SPDX-License-Identifier: GPL-2.0-or-later
/* Pointers as a kernel prints them, and hashes as the inventors of theirs published them. */
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
	RUN(pointers_are_printed);
	return unit_end();
}
