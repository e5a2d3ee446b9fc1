// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A context of a compressed kdump that was asked for memory.pagemap and is freed: the map's regions stay
 * behind, 24 KiB or more each time.
 */
#include <malloc.h>

#include "dump.h"

#define TIMES 100

static void once(int fd)
{
	kdump_ctx_t *ctx = open_dump(1, &fd);

	frames_of(page_map(ctx, KDUMP_ATTR_MEMORY_PAGEMAP));
	kdump_free(ctx);
}

int main(void)
{
	int fd = make_kdump(0xff, 0, 0);
	size_t before, after;

	once(fd);
	before = mallinfo2().uordblks;
	for (int i = 0; i < TIMES; i++)
		once(fd);
	after = mallinfo2().uordblks;
	return verdict(after > before + TIMES * 1000, "%zu bytes are left of each context",
		       after > before ? (after - before) / TIMES : 0);
}
