// SPDX-License-Identifier: GPL-2.0-or-later
/* What zram and zswap compress: by vectors made by hand from the formats, and by what libraries compress. */
#include <lzo/lzo1x.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "mm/compressed/unpack.h"
#include "unit.h"

#define PAGE 4096

typedef bool (*unpack_fn)(const void *from, size_t len, void *to, size_t size);

static const unsigned char end_of_lzo[] = {0x11, 0, 0};

static uint32_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Pages of several kinds: of one letter, of words, of noise, of noise with runs of zeros. */
static void fill(unsigned char *page, unsigned int kind, uint32_t seed)
{
	static const char words[] = "what was swapped out, and comes back; ";

	for (unsigned int i = 0; i < PAGE; i++) {
		switch (kind) {
		case 0:
			page[i] = 'a';
			break;
		case 1:
			page[i] = words[i % (sizeof(words) - 1)];
			break;
		case 2:
			page[i] = noise(&seed);
			break;
		default:
			page[i] = i / 97 % kind ? 0 : noise(&seed);
		}
	}
}

/* Made by hand: expected bytes follow. Each is cut at every length, and none of those may pass. */
static void check_vector(const char *what, unpack_fn unpack, const void *in, size_t len,
			 const void *want, size_t size)
{
	unsigned char out[PAGE + 1];
	unsigned char *cut;

	memset(out, 0x55, sizeof(out));
	CHECK(unpack(in, len, out, size) && !memcmp(out, want, size), "%s", what);
	CHECK(out[size] == 0x55, "%s: more was written", what);
	CHECK(!unpack(in, len, out, size + 1), "%s: larger than it is", what);
	CHECK(!size || !unpack(in, len, out, size - 1), "%s: smaller than it is", what);
	for (size_t n = 0; n < len; n++) {
		cut = malloc(n + 1);
		memcpy(cut, in, n);
		CHECK(!unpack(cut, n, out, size), "%s: cut at %zu", what, n);
		free(cut);
	}
}

static void lzo_by_hand(void)
{
	/* Five letters, and four of them again from five back. */
	static const unsigned char copy[] = {17 + 5, 'a', 'b', 'c', 'd', 'e', 0x70, 0, 0x11, 0, 0};
	/* Twenty letters: 3 + 15 + 2; then two from seven back, which one letter follows. */
	static const unsigned char run[] = {0,   2,   'a',  'b',  'c', 'd', 'e',  'f', 'g', 'h',
					    'i', 'j', 'k',  'l',  'm', 'n', 'o',  'p', 'q', 'r',
					    's', 't', 0x21, 0x19, 0,   'u', 0x11, 0,   0};

	check_vector("a copy", mmx_unpack_lzo, copy, sizeof(copy), "abcdeabcd" + 0, 9);
	check_vector("a run", mmx_unpack_lzo, run, sizeof(run), "abcdefghijklmnopqrstnopu", 24);
}

static void lzo_runs_of_zeros(void)
{
	/* Version 1, four letters, then (2 << 3 | 5) + 4 zeros, a letter, and the end. */
	static const unsigned char in[] = {17,   1,    17 + 4, 'a', 'b',  'c', 'd', 0x1d,
					   0xfd, 0xff, 2,      'z', 0x11, 0,   0};
	/* As version 0 the same is a copy from further back than there is anything. */
	unsigned char want[30] = "abcd", out[30];

	want[29] = 'z';
	check_vector("a run of zeros", mmx_unpack_lzo, in, sizeof(in), want, sizeof(want));
	CHECK(!mmx_unpack_lzo(in + 2, sizeof(in) - 2, out, sizeof(out)), "version 0");
}

static void lzo_of_the_library(void)
{
	static unsigned char work[LZO1X_1_MEM_COMPRESS];
	unsigned char page[PAGE], packed[PAGE + PAGE / 16 + 67], out[PAGE];

	for (unsigned int i = 0; i < 200; i++) {
		lzo_uint len = sizeof(packed);

		fill(page, i % 12, i);
		CHECK(lzo1x_1_compress(page, PAGE, packed, &len, work) == LZO_E_OK, "%u", i);
		CHECK(mmx_unpack_lzo(packed, len, out, PAGE) && !memcmp(page, out, PAGE), "page %u",
		      i);
	}
}

static void lz4_by_hand(void)
{
	/* Five letters, four again from five back, and a letter that ends it. */
	static const unsigned char copy[] = {0x50, 'a', 'b', 'c', 'd', 'e', 5, 0, 0x10, 'f'};
	/* One letter, repeated 15 + 255 + 10 + 4 times, and a letter. */
	static const unsigned char run[] = {0x1f, 'a', 1, 0, 255, 10, 0x10, 'b'};
	unsigned char want[286];

	memset(want, 'a', sizeof(want));
	want[285] = 'b';
	check_vector("a copy", mmx_unpack_lz4, copy, sizeof(copy), "abcdeabcdf", 10);
	check_vector("a run", mmx_unpack_lz4, run, sizeof(run), want, sizeof(want));
}

static void lz4_from_nowhere(void)
{
	static const unsigned char none[] = {0x10, 'a', 0, 0, 0x10, 'b'},
				   before[] = {0x10, 'a', 2, 0, 0x10, 'b'};
	unsigned char out[8];

	CHECK(!mmx_unpack_lz4(none, sizeof(none), out, 6), "a distance of 0");
	CHECK(!mmx_unpack_lz4(before, sizeof(before), out, 6), "before the beginning");
}

static void by_name(void)
{
	unsigned char page[PAGE], packed[2 * PAGE], out[PAGE];
	struct mmx_err err;
	size_t len;

	fill(page, 1, 0);
	len = ZSTD_compress(packed, sizeof(packed), page, PAGE, 1);
	CHECK(!mmx_unpack("zstd", packed, len, out, PAGE, &err) && !memcmp(page, out, PAGE),
	      "zstd");
	CHECK(mmx_unpack("zstd", packed, len - 1, out, PAGE, &err) && err.code == MMX_ECORRUPT,
	      "zstd, cut");
	CHECK(mmx_unpack("lzo-rle", end_of_lzo, sizeof(end_of_lzo), out, 0, &err) == 0, "lzo-rle");
	CHECK(mmx_unpack("842", packed, len, out, PAGE, &err) && err.code == MMX_EMISSING, "842");
	CHECK(mmx_unpack_known("lz4hc") && !mmx_unpack_known("deflate") && !mmx_unpack_known(""),
	      "names");
}

int main(void)
{
	RUN(lzo_by_hand);
	RUN(lzo_runs_of_zeros);
	RUN(lzo_of_the_library);
	RUN(lz4_by_hand);
	RUN(lz4_from_nowhere);
	RUN(by_name);
	return unit_end();
}
