// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE resources   depth, first and last address, name; of a path too
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/resource.h"

static int resources(const struct mmx_kernel *k)
{
	const struct mmx_resources *r = mmx_know_resources(k->view);
	int status = mmx_cover_whole(&r->coverage) ? 0 : ask_trouble(&r->coverage.first);

	for (size_t i = 0; i < r->n; i++) {
		char path[1024];

		mmx_resource_path(r, mmx_resource_of(r, r->v[i].start), path, sizeof(path));
		printf("%u\t%" PRIx64 "\t%" PRIx64 "\t%s\t%s\n", r->v[i].depth, r->v[i].start,
		       r->v[i].last, r->v[i].named ? r->v[i].name : "?", path);
	}
	return status;
}

ASK(resources);
