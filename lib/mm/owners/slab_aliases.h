// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Other names of slab caches. A cache that would be like another is not made: the other one gets its name
 * as well, which only a link in /sys/kernel/slab keeps.
 */
#ifndef MMX_MM_SLAB_ALIASES_H
#define MMX_MM_SLAB_ALIASES_H

#include "mm/owners/slab_caches.h"

struct mmx_slab_alias {
	uint64_t sysfs; /* the kernfs_node that the link leads to: the cache's */
	char name[64];
};

/** struct mmx_slab_aliases - by @sysfs; the caches' own names may be among them */
struct mmx_slab_aliases {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_alias);
};

/** mmx_slab_aliases_find() - -1 without memory */
int mmx_slab_aliases_find(struct mmx_slab_aliases *aliases, struct mmx_view *view,
			  struct mmx_err *err);
void mmx_slab_aliases_free(struct mmx_slab_aliases *aliases);

/**
 * mmx_slab_aliases_text() - a cache's other names, with a space between them; cut with "..." at the end
 * Returns how many there are.
 */
size_t mmx_slab_aliases_text(const struct mmx_slab_aliases *aliases,
			     const struct mmx_slab_cache *cache, char *text, size_t size);

#endif
