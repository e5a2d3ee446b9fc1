// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compressed kdump that was cut, as by a full disk: a page whose data lies behind the end of the file
 * is read as zeros, with KDUMP_OK, where only an error would be right.
 */
#include "dump.h"

int main(void)
{
	int fd = make_kdump(0xff, 0, 0);
	uint8_t page[PAGE] = "?";
	kdump_status status;

	if (ftruncate(fd, PAGES + 6 * PAGE))
		fail("the dump cannot be cut");
	status = read_frame(open_dump(1, &fd), 7, page);
	return verdict(status == KDUMP_OK,
		       "reading a page behind the end gives status %d and byte %#x", status,
		       page[0]);
}
