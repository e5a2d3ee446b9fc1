// SPDX-License-Identifier: GPL-2.0-or-later
/* The four ways in which pages of a compressed kdump are compressed. */
#ifndef MMX_IMAGE_CODEC_H
#define MMX_IMAGE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/** enum mmx_packed - flags of a page descriptor and of the dump's header */
enum mmx_packed {
	MMX_ZLIB = 0x1,
	MMX_LZO = 0x2,
	MMX_SNAPPY = 0x4,
	MMX_ZSTD = 0x20,
};

/** struct mmx_codec - the state of decompressors, kept from page to page; one thread at a time */
struct mmx_codec;

/** mmx_codec_new() - NULL without memory */
struct mmx_codec *mmx_codec_new(void);
void mmx_codec_free(struct mmx_codec *codec);

/** mmx_codec_need() - have what decompresses that; -1 and @err when its library cannot be loaded */
int mmx_codec_need(struct mmx_codec *codec, uint32_t how, struct mmx_err *err);

/**
 * mmx_codec_unpack() - decompress @len bytes to exactly @size
 * @how: flags, of which one at most says how; without any the bytes are as they were
 * Returns false when they do not decompress to that size.
 */
bool mmx_codec_unpack(struct mmx_codec *codec, uint32_t how, const void *from, size_t len, void *to,
		      size_t size);

/** mmx_codec_name() - "zlib", "lzo", ... or "uncompressed" */
const char *mmx_codec_name(uint32_t how);

#endif
