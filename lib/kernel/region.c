// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "kernel/region.h"

const char *mmx_region_name(enum mmx_region_id id)
{
	static const char *const names[] = {
#define REGION(id, name) [REGION_##id] = name,
		MMX_REGIONS(REGION)
#undef REGION
	};

	return names[id];
}

enum mmx_region_id mmx_region_of(const struct mmx_regions *r, uint64_t addr)
{
	unsigned int id = 0;

	while (id < MMX_REGION_COUNT && (addr < r->v[id].start || addr >= r->v[id].end))
		id++;
	return id;
}

void mmx_region_set(struct mmx_regions *r, enum mmx_region_id id, uint64_t start, uint64_t end,
		    const char *fmt, ...)
{
	struct mmx_region *region = &r->v[id];
	va_list ap;

	region->start = start;
	region->end = end;
	va_start(ap, fmt);
	vsnprintf(region->source, sizeof(region->source), fmt, ap);
	va_end(ap);
}
