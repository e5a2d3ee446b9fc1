// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What zram and zswap compressed, back to the bytes that it was. The algorithms are the kernel's, by the names
 * that it has for them.
 */
#ifndef MMX_MM_UNPACK_H
#define MMX_MM_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/** mmx_unpack_known() - whether what that algorithm compressed can be read here */
bool mmx_unpack_known(const char *algorithm);

/**
 * mmx_unpack() - decompress @len bytes to exactly @size
 * @algorithm: the kernel's name: "lzo", "lzo-rle", "lz4", "lz4hc", "zstd"
 *
 * Nothing is read or written beyond the two; -1 when the algorithm is none of those, and when the bytes do not
 * decompress to that size.
 */
int mmx_unpack(const char *algorithm, const void *from, size_t len, void *to, size_t size,
	       struct mmx_err *err);

/** mmx_unpack_lzo() - LZO1X, of either version of its format: with runs of zeros or without */
bool mmx_unpack_lzo(const void *from, size_t len, void *to, size_t size);

/** mmx_unpack_lz4() - a block of LZ4, without a frame around it */
bool mmx_unpack_lz4(const void *from, size_t len, void *to, size_t size);

#endif
