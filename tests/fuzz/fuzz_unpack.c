// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as compressed ones, of each algorithm, into pages of a size that their first two bytes say. What
 * liblzo2 accepts must be what mmx makes of it too: its format is version 0 of the kernel's.
 */
#include <lzo/lzo1x.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mm/compressed/unpack.h"

/* Version 0 has no first byte of 17. */
static void hold_against_library(const uint8_t *data, size_t len, const unsigned char *page,
				 size_t size, bool unpacked)
{
	lzo_uint got = size;
	unsigned char *other;

	if (len && *data == 17)
		return;
	other = malloc(size + 1);
	if (lzo1x_decompress_safe(data, len, other, &got, NULL) == LZO_E_OK && got == size &&
	    (!unpacked || memcmp(page, other, size)))
		abort();
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"lzo-rle", "lz4", "zstd"};
	unsigned char *page;
	size_t size;

	if (len < 2)
		return 0;
	size = (data[0] | data[1] << 8) & 4095;
	page = malloc(size + 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool unpacked = !mmx_unpack(names[i], data + 2, len - 2, page, size, NULL);

		if (!i)
			hold_against_library(data + 2, len - 2, page, size, unpacked);
	}
	free(page);
	return 0;
}
