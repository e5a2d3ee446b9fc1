// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compressed kdump that was cut within its bitmaps: what lies behind the end counts as zeros, so
 * that the dump opens as one without a single page.
 */
#include "dump.h"

int main(void)
{
	int fd = make_kdump(0xff, 0, 0);
	kdump_ctx_t *ctx = kdump_new();
	kdump_status status;

	if (ftruncate(fd, 3 * PAGE))
		fail("the dump cannot be cut");
	status = kdump_open_fdset(ctx, 1, &fd);
	return verdict(status == KDUMP_OK,
		       "opening a dump that ends before its bitmap gives status %d", status);
}
