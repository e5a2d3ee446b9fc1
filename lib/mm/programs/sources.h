// SPDX-License-Identifier: GPL-2.0-or-later
/* Where an ELF file's bytes are: in the page cache of the file, or in a process's memory where it is mapped. */
#ifndef MMX_MM_ELF_SOURCES_H
#define MMX_MM_ELF_SOURCES_H

#include "mm/files/mapping.h"
#include "mm/processes/vma.h"
#include "mm/programs/elf.h"

/** struct mmx_cache_source - a file in its page cache; @pfn: of page @index, which was read last, while @any was */
struct mmx_cache_source {
	struct mmx_elf_source source;
	struct mmx_view *view;
	const struct mmx_mapping *mapping;
	bool any;
	uint64_t index, pfn;
};

/** struct mmx_user_source - a process's memory, from @base on; @judged: it fails as mmx_user_bytes() does */
struct mmx_user_source {
	struct mmx_elf_source source;
	struct mmx_view *view;
	uint64_t mm, base;
	bool judged;
};

void mmx_cache_source(struct mmx_cache_source *s, struct mmx_view *view,
		      const struct mmx_mapping *mapping);
void mmx_user_source(struct mmx_user_source *s, struct mmx_view *view, uint64_t mm, uint64_t base);

/**
 * mmx_user_bytes() - all @n bytes of a process's memory at @addr, or -1 and why not
 * Where it has a mapping, a page that is not in memory is absent; where it has none, whoever leads there is wrong.
 */
int mmx_user_bytes(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t n,
		   struct mmx_err *err);

/** mmx_user_string() - text of a process's memory; what is longer than fits is cut */
int mmx_user_string(struct mmx_view *view, uint64_t mm, uint64_t addr, char *buf, size_t size,
		    struct mmx_err *err);

#endif
