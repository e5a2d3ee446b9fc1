// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which zone would serve a request for memory as things stand, by the allocator's own steps: first the zones
 * of the list in their order against the low watermark; then, with kswapd awake, against the minimum, from which
 * requests that must not wait may take some; and those of who frees memory, against nothing. What reclaim
 * or compaction would bring is not asked here. Of a task its cpuset and its policy count.
 */
#ifndef MMX_MM_REQUEST_H
#define MMX_MM_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/steps.h"
#include "base/coverage.h"
#include "mm/zones/allowed.h"
#include "mm/zones/requester.h"

struct mmx_task;
struct mmx_view;

/**
 * enum mmx_request_pass - how hard is tried
 * @MMX_PASS_LOW_TIDY: against the low watermark, and blocks of another type are taken only whole; with
 *	vm.defrag_mode MMX_PASS_MIN does so too, and there is no MMX_PASS_LOW
 * @MMX_PASS_VICTIM: whom the OOM killer has chosen may have half of the minimum
 * @MMX_PASS_NONE: who frees memory
 */
enum mmx_request_pass {
	MMX_PASS_LOW_TIDY,
	MMX_PASS_LOW,
	MMX_PASS_MIN,
	MMX_PASS_VICTIM,
	MMX_PASS_NONE,
	MMX_PASSES
};

/**
 * enum mmx_request_end - what came of a zone
 * @MMX_END_SERVED: it would serve
 * @MMX_END_MARK: too little is free above watermark and reserve
 * @MMX_END_FRAGMENTED: enough is free, and no block of that order
 * @MMX_END_TYPE: there are such blocks, of types that it must not take
 * @MMX_END_DIRTY: the node has more dirty pages than its share, and this is to be written to
 * @MMX_END_UNKNOWN: what it rests on is not in the dump, or the kernel would first make some free there
 */
enum mmx_request_end {
	MMX_END_SERVED,
	MMX_END_MARK,
	MMX_END_FRAGMENTED,
	MMX_END_TYPE,
	MMX_END_DIRTY,
	MMX_END_UNKNOWN,
	MMX_ENDS
};

/** enum mmx_request_kswapd - of the node that serves, where another node might be tried before it for that */
enum mmx_request_kswapd { MMX_KSWAPD_ASLEEP, MMX_KSWAPD_AWAKE, MMX_KSWAPD_UNKNOWN };

/**
 * struct mmx_request_try - one zone, in one pass
 * @free: pages free, by the shared part of the zone's counter, as the allocator sees it
 * @unusable: of those what it must not count: reserved for atomic requests, CMA, and the rest of its own block
 * @mark: the watermark, with boost
 * @min: what is left of it for this request, which may dip into it
 * @reserve: what is kept for requests that only lower zones can serve
 * @order, @type: of the free list that would be taken from, when it would be served
 * @which_unknown: it would be of a pageblock of another type, and which one is not known
 * @why: MMX_END_UNKNOWN: a sentence
 */
struct mmx_request_try {
	enum mmx_request_pass pass;
	unsigned int node, zone;
	enum mmx_request_end end;
	int64_t free, unusable, mark, min, reserve;
	unsigned int order, type;
	bool which_unknown;
	struct mmx_err why;
};

/**
 * struct mmx_request - what is asked for, and what came of it
 * @gfp, @order, @node: to be set: flags, log2 of pages, and the node that it is made on
 * @is_on_node: to be set: somebody named @node, and the task's own does not count
 * @task: to be set: whose it is; NULL: of nobody, as in an interrupt
 * @steps: to be set: is told the arithmetic of each try (base/steps.h), or NULL
 * @allowed: where it may be served from, of a task; @requester: what that is to the allocator
 * @first_tries: as many tries are of the nodes that a policy prefers, where those are tried alone at first
 * @highest: the highest zone that the flags allow
 * @type: migrate type of what it is for
 * @served: number of the try that serves it; -1: none would, as things stand
 * @unknown: number of the first try of which it is not known what comes, so that what is behind it may not
 *	be reached; -1: none
 * @tries: in the order in which zones are tried, in one pass after the other
 */
struct mmx_request {
	struct mmx_coverage coverage;
	uint64_t gfp;
	unsigned int order, node;
	bool is_on_node;
	const struct mmx_task *task;
	struct mmx_steps *steps;
	struct mmx_allowed allowed;
	struct mmx_requester requester;
	size_t first_tries;
	unsigned int highest, type;
	int served, unknown;
	enum mmx_request_kswapd kswapd;
	struct {
		MMX_ARRAY(struct mmx_request_try);
	} tries;
};

/** mmx_request_ask() - fill @tries; -1 and @err when it makes no sense, or nothing can be told of it */
int mmx_request_ask(struct mmx_request *request, struct mmx_view *view, struct mmx_err *err);
void mmx_request_free(struct mmx_request *request);

#endif
