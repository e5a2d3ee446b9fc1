// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_owner: the kernel's own record of who allocated each page and who freed it last, kept when it
 * was built in and switched on at boot.
 */
#ifndef MMX_MM_PAGE_OWNER_H
#define MMX_MM_PAGE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "image/image.h"

struct mmx_view;

/**
 * struct mmx_page_owners - how this kernel keeps its records
 * @kept: it does
 * @why_not: why not, otherwise
 * @entry_size: bytes that it keeps for each frame
 * @offset: of the record in them
 */
struct mmx_page_owners {
	struct mmx_coverage coverage;
	bool kept;
	const char *why_not;
	uint64_t entry_size, offset;
};

/** mmx_page_owners_find() - whether and how: mmx_know_page_owners() keeps that; -1 when there are records and no way to them */
int mmx_page_owners_find(struct mmx_page_owners *owners, struct mmx_view *view,
			 struct mmx_err *err);
void mmx_page_owners_free(struct mmx_page_owners *owners);

/**
 * struct mmx_page_owner - a frame's record
 * @recorded: there is one; without it nothing else holds
 * @allocated: the page has not been freed since
 * @order: of the allocation that it was part of; each page of one has the record
 * @migrate_reason: why it was migrated last; -1 when it never was
 * @gfp: the allocation's flags
 * @stack, @free_stack: handles for mmx_trace_fetch(); 0 when there is none
 * @ns, @free_ns: nanoseconds since boot
 * @pid, @tgid, @comm: who allocated it
 * @has_free_pid, @free_pid, @free_tgid: who freed it last, where the kernel notes that
 */
struct mmx_page_owner {
	bool recorded, allocated;
	bool has_free_pid;
	unsigned int order;
	int migrate_reason;
	uint32_t gfp;
	uint32_t stack, free_stack;
	uint64_t ns, free_ns;
	int32_t pid, tgid, free_pid, free_tgid;
	char comm[17];
};

/** mmx_page_owner_read() - a frame's record; absent when its section keeps none */
enum mmx_read mmx_page_owner_read(struct mmx_page_owner *owner,
				  const struct mmx_page_owners *owners, struct mmx_view *view,
				  uint64_t pfn);

#endif
