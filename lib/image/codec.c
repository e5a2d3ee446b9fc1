// SPDX-License-Identifier: GPL-2.0-or-later
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "image/codec.h"
#include "image/library.h"

struct mmx_codec {
	z_stream zlib;
	ZSTD_DCtx *zstd;
	__typeof__(&snappy_uncompress) snappy; /* once it was needed */
};

struct mmx_codec *mmx_codec_new(void)
{
	struct mmx_codec *codec = calloc(1, sizeof(*codec));

	if (!codec)
		return NULL;
	codec->zstd = ZSTD_createDCtx();
	if (codec->zstd && inflateInit(&codec->zlib) == Z_OK)
		return codec;
	ZSTD_freeDCtx(codec->zstd);
	free(codec);
	return NULL;
}

void mmx_codec_free(struct mmx_codec *codec)
{
	if (!codec)
		return;
	inflateEnd(&codec->zlib);
	ZSTD_freeDCtx(codec->zstd);
	free(codec);
}

int mmx_codec_need(struct mmx_codec *codec, uint32_t how, struct mmx_err *err)
{
	static const char *const names[] = {"snappy_uncompress", NULL};

	if (!(how & MMX_SNAPPY) || codec->snappy)
		return 0;
	return mmx_library_bind(MMX_LIBSNAPPY, names, (void **)&codec->snappy, err);
}

static bool zlib_unpack(struct mmx_codec *codec, const void *from, size_t len, void *to,
			size_t size)
{
	z_stream *z = &codec->zlib;

	if (inflateReset(z) != Z_OK)
		return false;
	z->next_in = (Bytef *)from;
	z->avail_in = len;
	z->next_out = to;
	z->avail_out = size;
	return inflate(z, Z_FINISH) == Z_STREAM_END && !z->avail_out;
}

static bool lzo_unpack(struct mmx_codec *codec, const void *from, size_t len, void *to, size_t size)
{
	lzo_uint got = size;

	(void)codec;
	return lzo1x_decompress_safe(from, len, to, &got, NULL) == LZO_E_OK && got == size;
}

static bool snappy_unpack(struct mmx_codec *codec, const void *from, size_t len, void *to,
			  size_t size)
{
	size_t got = size;

	return !mmx_codec_need(codec, MMX_SNAPPY, NULL) &&
	       codec->snappy(from, len, to, &got) == SNAPPY_OK && got == size;
}

static bool zstd_unpack(struct mmx_codec *codec, const void *from, size_t len, void *to,
			size_t size)
{
	return ZSTD_decompressDCtx(codec->zstd, to, size, from, len) == size;
}

static const struct {
	uint32_t flag;
	const char *name;
	bool (*unpack)(struct mmx_codec *codec, const void *from, size_t len, void *to,
		       size_t size);
} known[] = {
	{MMX_ZLIB, "zlib", zlib_unpack},
	{MMX_LZO, "lzo", lzo_unpack},
	{MMX_SNAPPY, "snappy", snappy_unpack},
	{MMX_ZSTD, "zstd", zstd_unpack},
};

bool mmx_codec_unpack(struct mmx_codec *codec, uint32_t how, const void *from, size_t len, void *to,
		      size_t size)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (how & known[i].flag)
			return known[i].unpack(codec, from, len, to, size);
	if (len != size)
		return false;
	memcpy(to, from, size);
	return true;
}

const char *mmx_codec_name(uint32_t how)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (how & known[i].flag)
			return known[i].name;
	return "uncompressed";
}
