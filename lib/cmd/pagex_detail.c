// SPDX-License-Identifier: GPL-2.0-or-later
/* What each class has to say of its page. One function a class, found in a table. */
#include "cmd/pagex.h"

static void free_block(struct mmx_pagex *p)
{
	const struct mmx_page_walk *w = &p->walk;

	mmx_out_block(p->out, "block", "free block");
	mmx_out_pfn(p->out, "head", w->free_head);
	mmx_out_count(p->out, "order", __builtin_ctzll(w->free_end - w->free_head));
	mmx_out_end(p->out);
}

static const struct {
	enum mmx_class class;
	void (*emit)(struct mmx_pagex *p);
} details[] = {
	{CLASS_FREE, free_block},
};

void mmx_pagex_detail(struct mmx_pagex *p)
{
	for (size_t i = 0; i < sizeof(details) / sizeof(*details); i++) {
		if (details[i].class == p->verdict.class)
			details[i].emit(p);
	}
}
