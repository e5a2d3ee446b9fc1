// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kdump_free() of a compressed kdump's context writes to memory that is free already. This shows it
 * without valgrind: free() keeps each block, and a copy of it to hold it against at the end.
 */
#include <malloc.h>

#include "dump.h"

#define BLOCKS 10000
#define BYTES  (16u << 20)

static struct {
	uint8_t *data, *copy;
	size_t size;
} freed[BLOCKS];
static size_t blocks, copied;
static uint8_t copies[BYTES];
static int watching;

void free(void *data)
{
	size_t size;

	if (!data || !watching || blocks == BLOCKS)
		return;
	size = malloc_usable_size(data);
	if (size > BYTES - copied)
		return;
	freed[blocks].data = data;
	freed[blocks].copy = copies + copied;
	freed[blocks++].size = size;
	memcpy(copies + copied, data, size);
	copied += size;
}

static size_t written(void)
{
	size_t found = 0;

	for (size_t i = 0; i < blocks; i++)
		for (size_t at = 0; at < freed[i].size; at++)
			found += freed[i].data[at] != freed[i].copy[at];
	return found;
}

int main(void)
{
	int fd = make_kdump(0xff, 0, 0);
	kdump_ctx_t *ctx = open_dump(1, &fd);
	size_t bytes;

	watching = 1;
	kdump_free(ctx);
	watching = 0;
	bytes = written();
	return verdict(bytes != 0, "%zu bytes of %zu freed blocks were written to", bytes, blocks);
}
