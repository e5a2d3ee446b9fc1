// SPDX-License-Identifier: GPL-2.0-or-later
/* Libraries that are loaded when they are needed: that one is missing, or too old, is said by name. */
#include <string.h>

#include "image/codec.h"
#include "image/library.h"
#include "unit.h"

static void functions_are_bound(void)
{
	static const char *const names[] = {"cos", "sin", NULL};
	double (*functions[2])(double) = {NULL};
	struct mmx_err err = {0};

	CHECK(!mmx_library_bind("libm.so.6", names, (void **)functions, &err), "%s", err.text);
	CHECK(functions[0] && functions[0](0) == 1, "cos(0)");
	CHECK(functions[1] && functions[1](0) == 0, "sin(0)");
}

static void what_is_missing_is_named(void)
{
	static const char *const names[] = {"cos", "no_function_of_that_name", NULL};
	void *functions[2];
	struct mmx_err err = {0};

	CHECK(mmx_library_bind("libnothing.so.99", names, functions, &err) == -1 &&
		      err.code == MMX_EMISSING && strstr(err.text, "libnothing.so.99 is needed"),
	      "%s", err.text);
	CHECK(mmx_library_bind("libm.so.6", names, functions, &err) == -1 &&
		      err.code == MMX_EMISSING && strstr(err.text, "no_function_of_that_name"),
	      "%s", err.text);
}

static void snappy_is_there_once_it_is_needed(void)
{
	/* "aaaa": four bytes as they are. */
	static const unsigned char packed[] = {4, 3 << 2, 'a', 'a', 'a', 'a'};
	struct mmx_codec *codec = mmx_codec_new();
	struct mmx_err err = {0};
	char text[4];

	CHECK(!mmx_codec_need(codec, MMX_ZLIB, &err) && !mmx_codec_need(codec, MMX_SNAPPY, &err),
	      "%s", err.text);
	CHECK(mmx_codec_unpack(codec, MMX_SNAPPY, packed, sizeof(packed), text, 4) &&
		      !memcmp(text, "aaaa", 4),
	      "unpacked");
	mmx_codec_free(codec);
}

int main(void)
{
	RUN(functions_are_bound);
	RUN(what_is_missing_is_named);
	RUN(snappy_is_there_once_it_is_needed);
	return unit_end();
}
