// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ELF dump in which one segment lies within another, as that of the kernel's text does within the
 * memory around it: find_clear on a page map goes back to the end of the inner one.
 */
#include "dump.h"

int main(void)
{
	const struct segment memory[] = {
		{FRAME(0), FRAME(16), FRAME(16)},
		{FRAME(4), FRAME(4), FRAME(4)},
	};
	int fd = make_elf(memory, 2);
	kdump_addr_t behind = 12;

	if (kdump_bmp_find_clear(page_map(open_dump(1, &fd), KDUMP_ATTR_FILE_PAGEMAP), &behind) !=
	    KDUMP_OK)
		fail("find_clear fails");
	return verdict(behind != 16,
		       "of frames 0 to 15 the first one behind 12 that is clear is %llu",
		       (unsigned long long)behind);
}
