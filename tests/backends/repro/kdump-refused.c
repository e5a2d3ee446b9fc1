// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compressed kdump with a header that is refused, here for more frames than its bitmaps have bits:
 * what was made for it is freed, and used afterwards.
 */
#include <sys/wait.h>

#include "dump.h"

int main(void)
{
	int fd = make_kdump(0xff, 0, 0), status;

	put_u32(fd, 440, UINT32_C(1) << 31);
	if (!fork()) {
		kdump_ctx_t *ctx = kdump_new();

		kdump_set_number_attr(ctx, "cache.size", 8);
		kdump_open_fdset(ctx, 1, &fd);
		kdump_free(ctx);
		_exit(0);
	}
	wait(&status);
	return verdict(status != 0, "the process that opened the dump ended with signal %d",
		       WTERMSIG(status));
}
