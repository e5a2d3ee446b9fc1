// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * makedumpfile's flattened format: a dump as a stream, for pipes and for QEMU's kdump-* formats.
 * After a 4 KiB header come records of big-endian offset and size and that many bytes, which
 * belong at that offset of the dump. Nothing can be found in it before it is put in order again.
 */
#ifndef MMX_IMAGE_FLATTENED_H
#define MMX_IMAGE_FLATTENED_H

#include <stdbool.h>

#include "base/err.h"

/** mmx_flattened_is() - whether a file begins as a flattened dump */
bool mmx_flattened_is(int fd);

/**
 * mmx_flattened_unpack() - put the records of @in where they belong in @out
 * @truncated: set when @in ends without its end mark; what came before it is in @out
 */
int mmx_flattened_unpack(int in, int out, bool *truncated, struct mmx_err *err);

/**
 * mmx_flattened_rearrange() - the same into a temporary file without a name
 * The file is sparse, lies in $TMPDIR or else /var/tmp, and is gone when its descriptor, which
 * is returned, is closed.
 */
int mmx_flattened_rearrange(int in, bool *truncated, struct mmx_err *err);

#endif
