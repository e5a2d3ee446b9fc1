// SPDX-License-Identifier: GPL-2.0-or-later
/* ask CORE mms         each address space: mm, its name or -, and the processes that have it */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/processes/mm.h"

static int mms(const struct mmx_kernel *k)
{
	struct mmx_mms mms;

	mmx_mms_begin(&mms, k->view);
	while (mmx_mms_next(&mms)) {
		printf("%" PRIx64 "\t%s", mms.mm, mms.name ? mms.name : "-");
		for (size_t i = 0; i < mms.n_users; i++)
			printf("\t%d", mms.users[i].tgid);
		putchar('\n');
	}
	return mmx_cover_whole(&mms.coverage) ? 0 : ask_trouble(&mms.coverage.first);
}

ASK(mms);
