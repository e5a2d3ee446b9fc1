// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE memory      reads "p ADDRESS LENGTH" (physical) or "v ADDRESS LENGTH" lines; hex bytes, or why
 *                      there are none
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"

static int memory(const struct mmx_kernel *k)
{
	static unsigned char bytes[1 << 20];
	uint64_t addr, len;
	char space;

	while (scanf(" %c %" SCNx64 " %" SCNu64, &space, &addr, &len) == 3) {
		enum mmx_read read;

		if (len > sizeof(bytes))
			return 1;
		read = space == 'p' ? mmx_phys_read(k->view->reader, addr, bytes, len)
				    : mmx_kread(k->view, addr, bytes, len);
		if (read) {
			printf("%s\n", mmx_read_name(read));
			continue;
		}
		for (uint64_t i = 0; i < len; i++)
			printf("%02x", bytes[i]);
		putchar('\n');
	}
	return 0;
}

ASK(memory);
