// SPDX-License-Identifier: GPL-2.0-or-later
/* LRU lists: who has them, what is on them, and what is wrong there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/jiffies.h"
#include "mm/lru/lru.h"
#include "mm/mem.h"
#include "mm/owners/memcg.h"
#include "mm/zones/counters.h"
#include "mm/zones/nodes.h"
#include "records/lru.h"

static bool is_asked(struct mmx_rows *r)
{
	return mmx_zonex_of(r)->lru;
}

static int open_lru(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_lru(r->view)->coverage);
	return 0;
}

/*
 * By node.
 */

struct node {
	unsigned int id;
	uint64_t pages[2], folios, unevictable, holders;
};

static void sum_node(struct mmx_rows *r, struct node *node)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(r->view);
	const struct mmx_lru *lru = mmx_know_lru(r->view);

	for (size_t i = 0; i < lru->sums.n; i++) {
		const struct mmx_lru_sum *sum = &lru->sums.v[i];

		if (l->v[i].node != node->id)
			continue;
		node->pages[0] += sum->pages[0];
		node->pages[1] += sum->pages[1];
		node->folios += sum->folios;
		node->unevictable += sum->unevictable;
		node->holders += sum->folios || sum->unevictable;
	}
}

static const void *next_node(struct mmx_rows *r)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(r->view);
	struct node *node = r->state;

	if (r->nth >= nodes->n)
		return NULL;
	*node = (struct node){.id = nodes->v[r->nth].id};
	sum_node(r, node);
	return node;
}

/* Without memory cgroups nothing but the node's counter has them. */
static void unevictable(struct mmx_rows *r, struct mmx_value *v)
{
	const struct node *node = r->row;
	struct mmx_counter c;

	v->word = node->unevictable;
	if (mmx_know_lruvecs(r->view)->by_memcg)
		return;
	c = mmx_counter_of_node(mmx_know_counters(r->view), node->id, "NR_UNEVICTABLE");
	if (c.why)
		mmx_value_unknown(v, c.why);
	else
		v->word = c.shared + c.pending > 0 ? c.shared + c.pending : 0;
}

static void isolated(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_counters *c = mmx_know_counters(r->view);
	const struct node *node = r->row;
	struct mmx_counter anon = mmx_counter_of_node(c, node->id, "NR_ISOLATED_ANON");
	struct mmx_counter file = mmx_counter_of_node(c, node->id, "NR_ISOLATED_FILE");

	if (anon.why || file.why)
		mmx_value_unknown(v, anon.why ? anon.why : file.why);
	else
		v->count = anon.shared + anon.pending + file.shared + file.pending;
}

static void by_memcg(struct mmx_rows *r, struct mmx_value *v)
{
	const struct node *node = r->row;

	v->word = node->holders;
	if (!mmx_know_lruvecs(r->view)->by_memcg)
		mmx_value_null(v);
}

static const struct mmx_field node_fields[] = {
	{"node", MMX_COUNT, "its number", .width = 4, AT(struct node, id)},
	{"anon", MMX_COUNT, "pages of anonymous memory and tmpfs on its lists",
	 AT(struct node, pages[0])},
	{"file", MMX_COUNT, "pages of files", AT(struct node, pages[1])},
	{"folios", MMX_COUNT, "folios that these are", AT(struct node, folios)},
	{"unevictable", MMX_COUNT, "pages that are on no list, since they cannot be reclaimed",
	 .may = MMX_OR_UNKNOWN, .get = unevictable},
	{"isolated", MMX_NUMBER, "pages that were taken off, to be reclaimed or moved",
	 .may = MMX_OR_UNKNOWN, .get = isolated},
	{"memcgs", MMX_COUNT, "memory cgroups that have any of them; null where none have lists",
	 .may = MMX_OR_NULL, .get = by_memcg},
	{0},
};

const struct mmx_record mmx_record_lru_nodes = {
	.name = "lru_node",
	.doc = "a node, and what is on its LRU lists",
	.fields = node_fields,
	.state_size = sizeof(struct node),
	.has = is_asked,
	.open = open_lru,
	.next = next_node,
};

/*
 * By owner: the largest first. Those are as many as are shown.
 */

struct owner {
	uint32_t lruvec;
	struct mmx_memcg memcg;
	struct mmx_err unread;
};

struct owners {
	uint32_t *order;
	size_t n;
	struct owner row;
};

static uint64_t size_of(const struct mmx_lru_sum *sum)
{
	return sum->pages[0] + sum->pages[1] + sum->unevictable;
}

static int by_size(const void *a, const void *b, void *arg)
{
	const struct mmx_lru *lru = arg;
	const uint32_t *i = a, *j = b;
	uint64_t one = size_of(&lru->sums.v[*i]), other = size_of(&lru->sums.v[*j]);

	if (one != other)
		return one > other ? -1 : 1;
	return *i < *j ? -1 : *i > *j;
}

/* Those without a page are shown only when all are asked for. */
static int order_owners(struct mmx_rows *r, struct owners *o, struct mmx_err *err)
{
	const struct mmx_lru *lru = mmx_know_lru(r->view);
	bool all = mmx_zonex_of(r)->verbose;

	o->order = malloc((lru->sums.n + 1) * sizeof(*o->order));
	if (!o->order)
		return mmx_fail_nomem(err);
	for (size_t i = 0; i < lru->sums.n; i++) {
		if (all || size_of(&lru->sums.v[i]))
			o->order[o->n++] = i;
	}
	qsort_r(o->order, o->n, sizeof(*o->order), by_size, (void *)lru);
	if (!all && o->n > MMX_LRU_TOP)
		o->n = MMX_LRU_TOP;
	return 0;
}

static int open_owners(struct mmx_rows *r, struct mmx_err *err)
{
	return order_owners(r, r->state, err);
}

static void close_owners(struct mmx_rows *r)
{
	struct owners *o = r->state;

	free(o->order);
	o->order = NULL;
}

static void name_owner(struct mmx_rows *r, struct owner *owner)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(r->view);

	owner->unread = (struct mmx_err){0};
	owner->memcg.path[0] = 0;
	if (l->by_memcg)
		mmx_memcg_read(&owner->memcg, r->view, l->memcgs.v[l->v[owner->lruvec].memcg].addr,
			       &owner->unread);
}

static const void *next_owner(struct mmx_rows *r)
{
	struct owners *o = r->state;

	if (r->nth >= o->n)
		return NULL;
	o->row.lruvec = o->order[r->nth];
	name_owner(r, &o->row);
	return &o->row;
}

static const struct mmx_lruvec *lruvec_of(const struct mmx_rows *r)
{
	const struct owner *owner = r->row;

	return &mmx_know_lruvecs(r->view)->v[owner->lruvec];
}

static const struct mmx_lru_sum *sum_of(const struct mmx_rows *r)
{
	const struct owner *owner = r->row;

	return &mmx_know_lru(r->view)->sums.v[owner->lruvec];
}

static void owner_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = lruvec_of(r)->node;
}

static void owner_anon(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = sum_of(r)->pages[0];
}

static void owner_file(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = sum_of(r)->pages[1];
}

static void owner_unevictable(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = sum_of(r)->unevictable;
	if (!mmx_know_lruvecs(r->view)->by_memcg)
		mmx_value_null(v);
}

/* The generations that are alive, of the kind that has more of them. */
static void owner_generations(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lruvec *l = lruvec_of(r);
	uint64_t oldest = l->min_seq[0] < l->min_seq[1] ? l->min_seq[0] : l->min_seq[1];

	if (!mmx_know_lruvecs(r->view)->gens || !l->generational || l->why)
		mmx_value_null(v);
	else
		mmx_value_textf(v, "%" PRIu64 "-%" PRIu64, oldest, l->max_seq);
}

static void owner_path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct owner *owner = r->row;

	v->text = owner->memcg.path;
	if (owner->unread.code)
		mmx_value_unknown(v, &owner->unread);
	else if (!mmx_know_lruvecs(r->view)->by_memcg)
		mmx_value_null(v);
}

static void owner_online(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(r->view);

	if (l->by_memcg)
		v->truth = l->memcgs.v[lruvec_of(r)->memcg].online;
	else
		mmx_value_null(v);
}

static void owner_locked(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = lruvec_of(r)->locked;
}

static void owner_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = lruvec_of(r)->addr;
}

static const struct mmx_field owner_fields[] = {
	{"node", MMX_COUNT, "the node", .width = 4, .get = owner_node},
	{"anon", MMX_COUNT, "pages of anonymous memory and tmpfs on its lists", .width = 9,
	 .get = owner_anon},
	{"file", MMX_COUNT, "pages of files", .width = 9, .get = owner_file},
	{"unevictable", MMX_COUNT,
	 "pages on no list, by the kernel's count; null without memory cgroups", .may = MMX_OR_NULL,
	 .get = owner_unevictable},
	{"generations", MMX_TEXT,
	 "the oldest and the youngest; null where pages go to the other lists", .width = 11,
	 .may = MMX_OR_NULL, .get = owner_generations},
	{"online", MMX_BOOL, "the memory cgroup was not removed yet; null without one", .width = 6,
	 .may = MMX_OR_NULL, .get = owner_online},
	{"locked", MMX_BOOL,
	 "somebody has the lock of its lists: what it changes may be half done, and is not counted yet",
	 .width = 6, .get = owner_locked},
	{"lruvec", MMX_ADDR, "the address of its struct lruvec", .get = owner_address},
	{"memcg", MMX_TEXT, "the memory cgroup's path; null where the node itself has the lists",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = owner_path},
	{0},
};

const struct mmx_record mmx_record_lru_owners = {
	.name = "lru_owner",
	.doc = "who has LRU lists on a node, those with the most pages first; without `-v` the first 20 that "
	       "have any",
	.fields = owner_fields,
	.state_size = sizeof(struct owners),
	.has = is_asked,
	.open = open_owners,
	.next = next_owner,
	.close = close_owners,
};

/*
 * By list, of the same owners.
 */

struct lists {
	struct owners owners;
	size_t owner, list; /* the next one: of the owners, and of its lists */
	struct mmx_jiffies clock;
	struct mmx_err no_clock;
	/* The row: the current list. */
	const struct mmx_lru_count *count;
	struct mmx_lru_place place;
	char name[MMX_LRU_NAME];
};

static int open_lists(struct mmx_rows *r, struct mmx_err *err)
{
	struct lists *lists = r->state;

	mmx_jiffies_read(&lists->clock, r->view, &lists->no_clock);
	return order_owners(r, &lists->owners, err);
}

static void close_lists(struct mmx_rows *r)
{
	struct lists *lists = r->state;

	free(lists->owners.order);
	lists->owners.order = NULL;
}

static const void *next_list(struct mmx_rows *r)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(r->view);
	const struct mmx_lru *lru = mmx_know_lru(r->view);
	struct lists *lists = r->state;
	struct owner *owner = &lists->owners.row;

	for (; lists->owner < lists->owners.n; lists->owner++, lists->list = 0) {
		const struct mmx_lru_sum *sum;

		owner->lruvec = lists->owners.order[lists->owner];
		sum = &lru->sums.v[owner->lruvec];
		if (lists->list >= sum->n)
			continue;
		if (!lists->list)
			name_owner(r, owner);
		lists->count = &lru->counts.v[sum->first + lists->list++];
		lists->place = mmx_lru_place(l, lists->count->list);
		mmx_lru_list_name(l, r->view->kernel, &l->v[owner->lruvec], lists->count->list,
				  lists->name);
		return lists;
	}
	return NULL;
}

static const struct mmx_lruvec *list_lruvec(const struct mmx_rows *r)
{
	const struct lists *lists = r->row;

	return &mmx_know_lruvecs(r->view)->v[lists->owners.row.lruvec];
}

static void list_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = list_lruvec(r)->node;
}

static void list_path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct lists *lists = r->row;

	v->text = lists->owners.row.memcg.path;
	if (lists->owners.row.unread.code)
		mmx_value_unknown(v, &lists->owners.row.unread);
	else if (!mmx_know_lruvecs(r->view)->by_memcg)
		mmx_value_null(v);
}

#define COUNT(field)                                                      \
	static void list_##field(struct mmx_rows *r, struct mmx_value *v) \
	{                                                                 \
		const struct lists *lists = r->row;                       \
                                                                          \
		v->word = lists->count->field;                            \
	}
COUNT(folios)
COUNT(pages)
COUNT(younger)
#undef COUNT

static void list_nr_pages(struct mmx_rows *r, struct mmx_value *v)
{
	const struct lists *lists = r->row;

	v->count = lists->count->nr_pages;
	if (!lists->place.generation)
		mmx_value_null(v);
}

/* When the generation began; older than that is what was there already. */
static void list_age(struct mmx_rows *r, struct mmx_value *v)
{
	const struct lists *lists = r->row;

	if (!lists->place.generation)
		mmx_value_null(v);
	else if (lists->no_clock.code)
		mmx_value_unknown(v, &lists->no_clock);
	else
		v->word = mmx_jiffies_ms(&lists->clock, list_lruvec(r)->born[lists->place.gen]);
}

static const struct mmx_field list_fields[] = {
	{"node", MMX_COUNT, "the node", .width = 4, .get = list_node},
	{"list", MMX_TEXT, "which of its lists", .width = 46, AT(struct lists, name)},
	{"age_ms", MMX_COUNT,
	 "since its generation began, in milliseconds; null of lists that are not of one",
	 .width = 9, .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = list_age},
	{"folios", MMX_COUNT, "folios on it", .width = 7, .get = list_folios},
	{"pages", MMX_COUNT, "pages that these have", .width = 8, .get = list_pages},
	{"younger", MMX_COUNT,
	 "those of them that were used since, and wait to be moved to a younger generation",
	 .width = 7, .get = list_younger},
	{"nr_pages", MMX_NUMBER,
	 "pages that the kernel counts of that generation, by their own; null likewise", .width = 8,
	 .may = MMX_OR_NULL, .get = list_nr_pages},
	{"memcg", MMX_TEXT, "the memory cgroup's path; null where the node itself has the lists",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = list_path},
	{0},
};

const struct mmx_record mmx_record_lru_lists = {
	.name = "lru_list",
	.doc = "a list of theirs that has pages, or is counted to have some",
	.fields = list_fields,
	.state_size = sizeof(struct lists),
	.has = is_asked,
	.open = open_lists,
	.next = next_list,
	.close = close_lists,
};

/*
 * Batches of CPUs.
 */

static const void *next_batched(struct mmx_rows *r)
{
	const struct mmx_lru_batches *b = mmx_know_lru_batches(r->view);

	return r->nth < b->n ? &b->v[r->nth] : NULL;
}

static const struct mmx_field batched_fields[] = {
	{"pfn", MMX_PFN, "the folio's first frame", AT(struct mmx_lru_batched, pfn)},
	{"cpu", MMX_COUNT, "whose batch it is", .width = 4, AT(struct mmx_lru_batched, cpu)},
	{"batch", MMX_WORD, "which one", WORDS(MMX_LRU_BATCH_COUNT, mmx_lru_batch_name),
	 AT(struct mmx_lru_batched, kind)},
	{0},
};

const struct mmx_record mmx_record_lru_batched = {
	.name = "lru_batched",
	.doc = "a page that a CPU keeps back: to be put on a list, or to go to another",
	.fields = batched_fields,
	.has = is_asked,
	.next = next_batched,
};

/*
 * What is wrong.
 */

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_lru *lru = mmx_know_lru(r->view);

	return r->nth < lru->findings.n ? &lru->findings.v[r->nth] : NULL;
}

static const struct mmx_field finding_fields[] = {
	{"fault", MMX_WORD, "what kind of fault it is",
	 WORDS(MMX_LRU_FAULT_COUNT, mmx_lru_fault_word), AT(struct mmx_lru_finding, fault)},
	{"node", MMX_COUNT, "the node", .width = 4, AT(struct mmx_lru_finding, node)},
	{"address", MMX_ADDR, "of the struct page, list or count that is wrong",
	 AT(struct mmx_lru_finding, addr)},
	{"what", MMX_TEXT, "what is wrong there", AT(struct mmx_lru_finding, text)},
	{0},
};

const struct mmx_record mmx_record_lru_findings = {
	.name = "lru_finding",
	.doc = "something that is wrong in the LRU lists; of each kind the first 100",
	.fields = finding_fields,
	.has = is_asked,
	.next = next_finding,
};
