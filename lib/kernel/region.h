// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's address space in named regions: what a kernel address is, by where it lies. */
#ifndef MMX_KERNEL_REGION_H
#define MMX_KERNEL_REGION_H

#include <stdint.h>

/* REGION(entry, "name for people") in ascending order of usual addresses */
#define MMX_REGIONS(REGION)                  \
	REGION(DIRECT_MAP, "direct map")     \
	REGION(VMALLOC, "vmalloc")           \
	REGION(VMEMMAP, "vmemmap")           \
	REGION(KERNEL_IMAGE, "kernel image") \
	REGION(MODULES, "modules")

enum mmx_region_id {
#define REGION(id, name) REGION_##id,
	MMX_REGIONS(REGION)
#undef REGION
		MMX_REGION_COUNT
};

/** struct mmx_region - [start, end); both 0 when not known */
struct mmx_region {
	uint64_t start, end;
	char source[80];
};

struct mmx_regions {
	struct mmx_region v[MMX_REGION_COUNT];
};

const char *mmx_region_name(enum mmx_region_id id);

/** mmx_region_of() - the region that holds an address, or MMX_REGION_COUNT */
enum mmx_region_id mmx_region_of(const struct mmx_regions *r, uint64_t addr);

void mmx_region_set(struct mmx_regions *r, enum mmx_region_id id, uint64_t start, uint64_t end,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
