// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ELF dump that was cut: pages behind the end of the file are in file.pagemap, and are read as
 * zeros, with KDUMP_OK.
 */
#include "dump.h"

int main(void)
{
	const struct segment memory = {FRAME(0), FRAME(8), FRAME(8)};
	int fd = make_elf(&memory, 1);
	uint8_t page[PAGE] = "?";
	kdump_status status;

	if (ftruncate(fd, ELF_DATA + 6 * PAGE))
		fail("the dump cannot be cut");
	status = read_frame(open_dump(1, &fd), 7, page);
	return verdict(status == KDUMP_OK,
		       "reading a page behind the end gives status %d and byte %#x", status,
		       page[0]);
}
