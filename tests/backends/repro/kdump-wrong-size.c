// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compressed page that claims to take 60 KiB in the file: that much is read into a buffer of a page.
 */
#include <sys/wait.h>

#include "dump.h"

int main(void)
{
	int fd = make_kdump(0xffff, 0, 0), status;
	uint8_t page[PAGE];

	put_u32(fd, DESCRIPTORS + 8, 60 << 10);
	put_u32(fd, DESCRIPTORS + 12, 1); /* by zlib */
	if (!fork()) {
		kdump_ctx_t *ctx = open_dump(1, &fd);

		read_frame(ctx, 0, page);
		kdump_free(ctx);
		free(malloc(100000));
		_exit(0);
	}
	wait(&status);
	return verdict(status != 0, "the process that read the page ended with signal %d",
		       WTERMSIG(status));
}
