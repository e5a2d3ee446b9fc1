// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compressed kdump whose header names the machine only, as QEMU's dump-guest-memory writes it: arch.name
 * is not set, since the header is believed only when it names a release, too.
 */
#include "dump.h"

int main(void)
{
	static const char nothing[130];
	int fd = make_kdump(0xff, 0, 0);
	kdump_attr_t attr;

	put(fd, 12, nothing, sizeof(nothing));
	put(fd, 142, nothing, sizeof(nothing));
	return verdict(kdump_get_attr(open_dump(1, &fd), KDUMP_ATTR_ARCH_NAME, &attr) != KDUMP_OK,
		       "arch.name of a dump whose header says x86_64 and nothing else");
}
