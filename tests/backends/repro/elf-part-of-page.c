// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ELF dump with a segment that ends within a page, as the first 640 KiB of a PC do: the rest of the
 * page is no memory, or is not in the file, and is read as zeros, with KDUMP_OK.
 */
#include "dump.h"

int main(void)
{
	const struct segment memory = {FRAME(0), FRAME(2) + 0x400, FRAME(2) + 0x400};
	int fd = make_elf(&memory, 1);
	kdump_ctx_t *ctx = open_dump(1, &fd);
	uint8_t byte = '?';
	size_t len = 1;
	kdump_status status = kdump_read(ctx, KDUMP_MACHPHYSADDR, FRAME(2) + 0x800, &byte, &len);

	return verdict(status == KDUMP_OK,
		       "reading a byte that no segment has gives status %d and byte %#x", status,
		       byte);
}
