// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A split dump whose first part ends with frames that were filtered out: find_set from there finds nothing,
 * though the second part has pages.
 */
#include "dump.h"

int main(void)
{
	const uint64_t dumped = 0xff000000ff;
	int fds[] = {make_kdump(dumped, 0, 32), make_kdump(dumped, 32, FRAMES)};
	uint64_t frames = frames_of(page_map(open_dump(2, fds), KDUMP_ATTR_FILE_PAGEMAP));

	return verdict(frames != dumped, "frames in file.pagemap: %#llx of %#llx",
		       (unsigned long long)frames, (unsigned long long)dumped);
}
