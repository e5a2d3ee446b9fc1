// SPDX-License-Identifier: GPL-2.0-or-later
/* Clusters of swap areas, since 6.12, by the list that each is on and the order that it is used for. */
#ifndef MMX_MM_SWAP_CLUSTERS_H
#define MMX_MM_SWAP_CLUSTERS_H

#include "base/array.h"
#include "base/coverage.h"
#include "kernel/view.h"

/** struct mmx_swap_cluster_sum - clusters of an area in one state, and of one order */
struct mmx_swap_cluster_sum {
	unsigned int type;
	const char *state;
	unsigned int order;
	uint64_t clusters, used; /* @used: pages of them, as each counts them */
};

/**
 * struct mmx_swap_clusters - by area, state and order
 * @slots: pages of one
 */
struct mmx_swap_clusters {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swap_cluster_sum);
	uint64_t slots;
};

/** mmx_swap_clusters_find() - mmx_know_swap_clusters() keeps them; none where this kernel has no such states */
int mmx_swap_clusters_find(struct mmx_swap_clusters *clusters, struct mmx_view *view,
			   struct mmx_err *err);
void mmx_swap_clusters_free(struct mmx_swap_clusters *clusters);

#endif
