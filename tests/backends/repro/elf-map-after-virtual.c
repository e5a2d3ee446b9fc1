// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking up a virtual address leaves the last segment of the list that is sorted by virtual addresses
 * where the last one of the other list belongs: page maps then end early, or run past their list.
 */
#include "dump.h"

int main(void)
{
	const struct segment memory[] = {
		{FRAME(0), FRAME(4), FRAME(4)},
		{FRAME(8), FRAME(4), FRAME(4)},
		{FRAME(16), FRAME(4), FRAME(4)},
	};
	int fd = make_elf(memory, 3);
	kdump_ctx_t *ctx = open_dump(1, &fd);
	kdump_bmp_t *map = page_map(ctx, KDUMP_ATTR_FILE_PAGEMAP);
	kdump_addr_t behind = 9;
	uint8_t byte;
	size_t len = 1;

	if (kdump_read(ctx, KDUMP_KVADDR, 0xffff888000000000 + FRAME(9), &byte, &len) != KDUMP_OK ||
	    kdump_bmp_find_clear(map, &behind) != KDUMP_OK)
		fail("a virtual address cannot be read, or a map not asked");
	return verdict(behind != 12,
		       "of frames 8 to 11 the first one behind 9 that is clear is %llu",
		       (unsigned long long)behind);
}
