// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dump that was cut within the data of a page that lies in two blocks of the file: the file is mapped
 * in pieces of 4 MiB without a look at where in them it ends, and reading on behind that is a SIGBUS,
 * which ends the program. So it does when the file shrinks, or the disk fails.
 */
#include <sys/wait.h>

#include "dump.h"

int main(void)
{
	const uint64_t at = PAGES + 7 * PAGE + 100;
	int fd = make_kdump(0xff, 0, 0), status;
	uint8_t page[PAGE];

	put_u64(fd, DESCRIPTORS + 7 * 24, at);
	if (ftruncate(fd, at + 100))
		fail("the dump cannot be cut");
	if (!fork()) {
		read_frame(open_dump(1, &fd), 7, page);
		_exit(0);
	}
	wait(&status);
	return verdict(status != 0, "the process that read the page ended with signal %d",
		       WTERMSIG(status));
}
