// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A split dump whose second part is empty, as makedumpfile --split makes it when one part suffices: both
 * parts end at the same frame. Given in the order 2, 1 the set has no page at all.
 */
#include "dump.h"

int main(void)
{
	int fds[] = {make_kdump(0xff, FRAMES, FRAMES), make_kdump(0xff, 0, FRAMES)};
	uint64_t frames = frames_of(page_map(open_dump(2, fds), KDUMP_ATTR_FILE_PAGEMAP));

	return verdict(frames != 0xff, "frames in file.pagemap: %#llx of 0xff",
		       (unsigned long long)frames);
}
