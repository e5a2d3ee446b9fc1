// SPDX-License-Identifier: GPL-2.0-or-later
/* A request for memory: which zone would serve it, or why none. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/frames/pageblock.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/zones/gfp_names.h"
#include "mm/zones/zone_states.h"
#include "records/records.h"
#include "records/zonex.h"

static bool has_request(struct mmx_rows *r)
{
	return mmx_zonex_of(r)->request;
}

static const void *next_request(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_zonex_of(r)->request;
}

static const struct mmx_request *request_of(const struct mmx_rows *r)
{
	return mmx_zonex_of(r)->request;
}

static const char *zone_name(const struct mmx_rows *r, unsigned int node, unsigned int zone)
{
	const struct mmx_zone_state *state =
		mmx_zone_state_of(mmx_know_zone_states(r->view), node, zone);

	return state ? state->name : "?";
}

static const char *type_name(const struct mmx_rows *r, unsigned int type)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);

	return type < f->types && *f->name[type] ? f->name[type] : "?";
}

static void gfp(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = request_of(r)->gfp;
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_gfp_print(mmx_know_gfp_names(r->view), request_of(r)->gfp, v->scratch->text,
		      sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void highest(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = zone_name(r, request_of(r)->node, request_of(r)->highest);
}

static void type(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = type_name(r, request_of(r)->type);
}

static const char *const passes[MMX_PASSES] = {
	"at once, whole blocks", "at once", "with kswapd awake", "as the OOM victim",
	"without watermarks",
};

/* Why newer kernels might try other nodes before the one that serves. */
static const char *const passed_over[] = {
	[MMX_KSWAPD_ASLEEP] = "",
	[MMX_KSWAPD_AWAKE] = "; newer kernels (6.19) first pass over it, as its kswapd is awake",
	[MMX_KSWAPD_UNKNOWN] =
		"; newer kernels (6.19) first pass over it if its kswapd is awake: not known",
};

static void answer(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_request *q = request_of(r);
	const struct mmx_request_try *t = q->served < 0 ? NULL : &q->tries.v[q->served];
	const struct mmx_gfp_names *names = mmx_know_gfp_names(r->view);
	uint64_t reclaim = mmx_gfp_bits(names, "__GFP_DIRECT_RECLAIM");

	if (q->unknown >= 0)
		mmx_value_unknown(v, &q->tries.v[q->unknown].why);
	else if (t)
		mmx_value_textf(v, "node %u, zone %s, %s%s", t->node,
				zone_name(r, t->node, t->zone), passes[t->pass],
				passed_over[q->kswapd]);
	else if (!mmx_cover_whole(&q->coverage))
		mmx_value_unknown(v, &q->coverage.first);
	else if (q->requester.frees)
		v->text = "none: it fails, since who frees memory does not reclaim for itself";
	else if (q->gfp & reclaim)
		v->text = "none as things stand: it has to reclaim or compact memory first";
	else
		v->text = "none: it fails, since it must not reclaim";
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (request_of(r)->task)
		v->count = request_of(r)->task->pid;
	else
		mmx_value_none(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	if (request_of(r)->task)
		v->text = request_of(r)->task->comm;
	else
		mmx_value_none(v);
}

static void nodes(struct mmx_rows *r, struct mmx_value *v, const struct mmx_node_set *set)
{
	(void)r;
	mmx_node_set_print(set, v->scratch->text, sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void cpuset(struct mmx_rows *r, struct mmx_value *v)
{
	if (request_of(r)->task && request_of(r)->allowed.cpusets)
		nodes(r, v, &request_of(r)->allowed.own);
	else
		mmx_value_none(v);
}

static void policy(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_allowed *a = &request_of(r)->allowed;
	char set[128];

	if (!request_of(r)->task || a->policy == MMX_POLICY_DEFAULT) {
		mmx_value_none(v);
		return;
	}
	mmx_node_set_print(&a->nodes, set, sizeof(set));
	mmx_value_textf(v, "%s%s%s", mmx_policy_name(a->policy), *set ? " " : "", set);
}

/* What lets it have more than others. */
static void standing(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_requester *q = &request_of(r)->requester;

	mmx_value_textf(v, "%s%s%s%s", q->frees ? "it frees memory (PF_MEMALLOC), " : "",
			q->is_victim ? "the OOM killer has chosen it, " : "",
			q->is_realtime ? "it is real-time, " : "",
			q->pins ? "it pins what it gets (PF_MEMALLOC_PIN), " : "");
	if (*v->text)
		v->scratch->text[strlen(v->scratch->text) - 2] = 0;
	else
		mmx_value_none(v);
}

static const struct mmx_field request_fields[] = {
	{"gfp", MMX_HEX, "its flags", .get = gfp},
	{"flags", MMX_TEXT, "by their names, as the kernel prints them", .get = flags},
	{"order", MMX_COUNT, "log2 of the pages", AT(struct mmx_request, order)},
	{"node", MMX_COUNT, "that it is made on", AT(struct mmx_request, node)},
	{"pid", MMX_COUNT, "of the task whose it is, with -u", .may = MMX_OR_NONE, .get = pid},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"cpuset", MMX_TEXT, "nodes that its cpuset has, where there is more than one cpuset",
	 .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = cpuset},
	{"policy", MMX_TEXT, "its memory policy, where it has one of its own", .may = MMX_OR_NONE,
	 .get = policy},
	{"standing", MMX_TEXT,
	 "what that task is to the allocator, where it has more rights than others",
	 .may = MMX_OR_NONE, .get = standing},
	{"highest_zone", MMX_TEXT, "that it may be served from", .get = highest},
	{"migratetype", MMX_TEXT, "what it is for", .get = type},
	{"answer", MMX_TEXT, "which zone would serve it, or that none would", .may = MMX_OR_UNKNOWN,
	 .get = answer},
	{0},
};

const struct mmx_record mmx_record_request = {
	.name = "request",
	.doc = "the request that -a asks about; without -u it is nobody's, as in an interrupt, and no cpuset holds for it",
	.fields = request_fields,
	.has = has_request,
	.next = next_request,
};

static int open_tries(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &request_of(r)->coverage);
	return 0;
}

static const void *next_try(struct mmx_rows *r)
{
	const struct mmx_request *q = request_of(r);

	return r->nth < q->tries.n ? &q->tries.v[r->nth] : NULL;
}

static const struct mmx_request_try *try_of(const struct mmx_rows *r)
{
	return r->row;
}

static void pass(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = try_of(r)->pass;
}

static void try_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = zone_name(r, try_of(r)->node, try_of(r)->zone);
}

static void usable(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = try_of(r)->free - try_of(r)->unusable;
}

static void what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_request_try *t = try_of(r);

	switch (t->end) {
	case MMX_END_SERVED:
		if (t->which_unknown)
			v->text = "serves: a block of another type";
		else
			mmx_value_textf(v, "serves: order %u, %s%s", t->order,
					type_name(r, t->type),
					t->type == request_of(r)->type ? "" : ", of another type");
		break;
	case MMX_END_MARK:
		mmx_value_textf(v, "%" PRId64 " short",
				t->min + t->reserve + 1 - (t->free - t->unusable));
		break;
	case MMX_END_FRAGMENTED:
		v->text = "no block so large";
		break;
	case MMX_END_DIRTY:
		v->text = "passed over: the node has more dirty pages than its share";
		break;
	case MMX_END_TYPE:
		v->text = "such blocks only of types that it may not take";
		break;
	default:
		mmx_value_unknown(v, &t->why);
	}
}

static const struct mmx_field try_fields[] = {
	{"node", MMX_COUNT, "the zone's node", .width = 4, AT(struct mmx_request_try, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = try_zone},
	{"free", MMX_NUMBER, "pages free, as the allocator sees it", .width = 9,
	 AT(struct mmx_request_try, free)},
	{"unusable", MMX_NUMBER,
	 "those that it may not have: of atomic requests, of CMA, and the block itself but one page",
	 .width = 8, AT(struct mmx_request_try, unusable)},
	{"usable", MMX_NUMBER, "the others, which must be more than the next two together",
	 .width = 9, .get = usable},
	{"mark", MMX_NUMBER, "the watermark, boost included", .width = 7,
	 AT(struct mmx_request_try, mark)},
	{"min", MMX_NUMBER, "what is left of it for who may go below", .width = 7,
	 AT(struct mmx_request_try, min)},
	{"reserve", MMX_NUMBER, "kept for requests that only lower zones can serve", .width = 8,
	 AT(struct mmx_request_try, reserve)},
	{"pass", MMX_WORD, "how hard is tried", .width = 21, WORD_LIST(passes), .get = pass},
	{"what", MMX_TEXT, "what comes of it", .may = MMX_OR_UNKNOWN, .get = what},
	{0},
};

const struct mmx_record mmx_record_request_tries = {
	.name = "try",
	.doc = "a zone that is tried, in the order in which the allocator does",
	.fields = try_fields,
	.has = has_request,
	.open = open_tries,
	.next = next_try,
};
