// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking for the bits of a page map when the last part of a split dump is empty: the last of its regions
 * is looked at, of which there is none.
 */
#include <sys/wait.h>

#include "dump.h"

int main(void)
{
	int fds[] = {make_kdump(0xff, 0, 32), make_kdump(0xff, 32, FRAMES)};
	uint64_t bits = 0;
	int status;

	if (!fork()) {
		kdump_bmp_t *map = page_map(open_dump(2, fds), KDUMP_ATTR_FILE_PAGEMAP);

		_exit(kdump_bmp_get_bits(map, 0, FRAMES - 1, (unsigned char *)&bits) != KDUMP_OK ||
		      bits != 0xff);
	}
	wait(&status);
	return verdict(status != 0, "the process that asked ended with signal %d, status %d",
		       WTERMSIG(status), WEXITSTATUS(status));
}
