// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "kernel/near_names.h"
#include "kernel/symbols.h"
#include "kernel/typegraph.h"

/* More of them than any kernel has. */
#define TYPES_MAX (4u << 20)

int mmx_symbols_fail(const struct mmx_symbols *s, const char *name, struct mmx_err *err,
		     const char *fmt, ...)
{
	struct mmx_suggest near;
	char text[MMX_SYMBOL_NAME], said[300];
	va_list ap;

	mmx_suggest_begin(&near, name, strlen(name));
	for (size_t i = 0; i < mmx_symbols_count(s); i++)
		mmx_suggest_offer(&near, mmx_symbol_name(s, mmx_symbols_at(s, i), text));
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	return mmx_fail(err, MMX_ENOTFOUND, "%s%s", said, near.words);
}

/* Any struct leads to the graph that it is in. */
void mmx_types_near(const struct mmx_types *types, struct mmx_suggest *near)
{
	struct mmx_type_ref page = {0};
	struct mmx_tg_type t;

	if (!mmx_types_next(types, MMX_GROUP_STRUCT, "page", &page))
		return;
	for (uint64_t id = 1; id < TYPES_MAX && page.graph->ops->type(page.graph, id, &t); id++) {
		if (*t.name && !t.incomplete && t.kind >= MMX_TG_STRUCT &&
		    t.kind != MMX_TG_FUNCTION)
			mmx_suggest_offer(near, t.name);
	}
}
