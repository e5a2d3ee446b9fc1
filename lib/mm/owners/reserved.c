// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/member.h"
#include "mm/owners/reserved.h"
#include "mm/owners/resource.h"

const char *mmx_reserved_words(enum mmx_reserved_use use)
{
	static const char *const words[] = {
#define USE(id, words) [MMX_RESERVED_##id] = words,
		MMX_RESERVED_USES(USE)
#undef USE
	};

	return words[use];
}

/* Memory of which no more is said than that it is RAM was set aside for something. */
enum mmx_reserved_use mmx_reserved_use(const struct mmx_resource *node)
{
	static const struct {
		const char *name;
		enum mmx_reserved_use use;
	} uses[] = {
		{"Kernel ", MMX_RESERVED_KERNEL_IMAGE},
		{"Crash kernel", MMX_RESERVED_CRASH_KERNEL},
		{"System RAM", MMX_RESERVED_OTHER},
	};

	for (size_t i = 0; node && i < sizeof(uses) / sizeof(*uses); i++) {
		if (!strncmp(node->name, uses[i].name, strlen(uses[i].name)))
			return uses[i].use;
	}
	return MMX_RESERVED_FIRMWARE_HOLE;
}

/* By its name since 7.2, and before that. */
bool mmx_zero_page(struct mmx_view *view, uint64_t *pfn)
{
	return !mmx_kread_variable(view, "zero_page_pfn", 8, pfn) ||
	       !mmx_kread_variable(view, "zero_pfn", 8, pfn);
}
