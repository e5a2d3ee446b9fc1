// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <zstd.h>

#include "mm/compressed/unpack.h"

/*
 * The reader is linked with libzstd. The extension is linked with nothing, and finds it where crash itself is
 * linked with it; where it is not, zstd is an algorithm that is not known.
 */
#pragma weak ZSTD_decompress

static bool unpack_zstd(const void *from, size_t len, void *to, size_t size)
{
	return ZSTD_decompress(to, size, from, len) == size;
}

static const struct {
	const char *name;
	bool (*unpack)(const void *from, size_t len, void *to, size_t size);
} known[] = {
	{"lzo", mmx_unpack_lzo},   {"lzo-rle", mmx_unpack_lzo}, {"lz4", mmx_unpack_lz4},
	{"lz4hc", mmx_unpack_lz4}, {"zstd", unpack_zstd},
};

#define KNOWN_N (sizeof(known) / sizeof(*known))

static size_t find(const char *algorithm)
{
	for (size_t i = 0; i < KNOWN_N; i++) {
		if (!strcmp(known[i].name, algorithm))
			return known[i].unpack != unpack_zstd || ZSTD_decompress ? i : KNOWN_N;
	}
	return KNOWN_N;
}

bool mmx_unpack_known(const char *algorithm)
{
	return find(algorithm) < KNOWN_N;
}

int mmx_unpack(const char *algorithm, const void *from, size_t len, void *to, size_t size,
	       struct mmx_err *err)
{
	size_t i = find(algorithm);

	if (i == KNOWN_N)
		return mmx_fail(err, MMX_EMISSING, "what \"%s\" compressed cannot be read here",
				algorithm);
	if (known[i].unpack(from, len, to, size))
		return 0;
	return mmx_fail(err, MMX_ECORRUPT, "%zu bytes are not what %s makes of %zu", len, algorithm,
			size);
}
