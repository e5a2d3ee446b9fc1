// SPDX-License-Identifier: GPL-2.0-or-later
/* How many dirty pages a node may have: what is to be written to is first looked for where that is not exceeded. */
#ifndef MMX_MM_NODE_DIRTY_H
#define MMX_MM_NODE_DIRTY_H

#include <stdbool.h>

struct mmx_err;
struct mmx_view;

/** mmx_node_dirty_ok() - whether a node has no more than that, for a real-time task or another; -1 when not known */
int mmx_node_dirty_ok(struct mmx_view *view, unsigned int node, bool is_realtime, bool *ok,
		      struct mmx_err *err);

#endif
