// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flattened dumps: whatever the records say, unpacking ends, and what it wrote came from the
 * input and lies where a record said.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/file.h"
#include "image/flattened.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("in", 0), out = memfd_create("out", 0);
	bool truncated = false;

	if (in < 0 || out < 0 || pwrite(in, data, size, 4096) != (ssize_t)size)
		abort();
	mmx_flattened_is(in);
	if (!mmx_flattened_unpack(in, out, &truncated, NULL) && mmx_file_size(out) > 1ULL << 46)
		abort();
	close(in);
	close(out);
	return 0;
}
