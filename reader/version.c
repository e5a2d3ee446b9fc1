// SPDX-License-Identifier: GPL-2.0-or-later
#include <elfutils/libdwfl.h>
#include <lzo/lzoconf.h>
#include <readline/readline.h>
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

#include "version.h"

/* What this build loads only when a dump needs it. */
#ifndef MMX_LIBKDUMPFILE
#define MMX_LIBKDUMPFILE "no libkdumpfile"
#endif
#ifndef MMX_LIBSNAPPY
#define MMX_LIBSNAPPY "no libsnappy"
#endif

void version_print(void)
{
	printf("mmx %s\n", MMX_VERSION);
	printf("with elfutils %s, zlib %s, lzo %s, zstd %s, readline %s; for dumps that need them %s and %s\n",
	       dwfl_version(NULL), zlibVersion(), lzo_version_string(), ZSTD_versionString(),
	       rl_library_version, MMX_LIBKDUMPFILE, MMX_LIBSNAPPY);
	puts("licence GPL-2.0-or-later; no warranty");
}
