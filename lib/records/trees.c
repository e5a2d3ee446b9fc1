// SPDX-License-Identifier: GPL-2.0-or-later
/* The trees of the reverse map, drawn as trees: intervals of VMAs, and anon_vmas by who was forked off whom. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/processes/task.h"
#include "records/records.h"
#include "records/trees.h"

/* A process that has an address space; NULL when none has. */
static const struct mmx_mm_user *user_of(const struct mmx_rows *r, uint64_t mm)
{
	size_t n;

	return mm ? mmx_mm_users(mmx_know_tasks(r->view), mm, &n) : NULL;
}

static void put_pid(const struct mmx_rows *r, uint64_t mm, struct mmx_value *v)
{
	const struct mmx_mm_user *user = user_of(r, mm);

	if (user)
		v->count = user->tgid;
	else
		mmx_value_null(v);
}

static void put_comm(const struct mmx_rows *r, uint64_t mm, struct mmx_value *v)
{
	const struct mmx_mm_user *user = user_of(r, mm);

	if (user)
		v->text = mmx_know_tasks(r->view)->v[user->task].comm;
	else
		mmx_value_null(v);
}

/*
 * Nodes of an interval tree.
 */

static const void *next_node(struct mmx_rows *r)
{
	const struct mmx_rmap_tree *t = &mmx_trees_of(r)->tree;

	if (r->nth >= t->n)
		return NULL;
	r->depth = t->v[r->nth].depth;
	r->more = t->v[r->nth].more;
	return &t->v[r->nth];
}

static void interval(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_tree_node *n = r->row;

	if (n->read)
		mmx_value_textf(v, "%" PRIx64 "-%" PRIx64, n->first, n->last);
	else
		mmx_value_textf(v, "?");
}

static void node_pid(struct mmx_rows *r, struct mmx_value *v)
{
	put_pid(r, ((const struct mmx_tree_node *)r->row)->vma.mm, v);
}

static void node_comm(struct mmx_rows *r, struct mmx_value *v)
{
	put_comm(r, ((const struct mmx_tree_node *)r->row)->vma.mm, v);
}

static void node_chain(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_tree_node *)r->row)->chain;
	if (!v->word)
		mmx_value_none(v);
}

static void node_search(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_tree_node *)r->row)->search;
	if (!mmx_trees_of(r)->searched)
		mmx_value_none(v);
}

/* Where the page that was searched is in the VMA. */
static void node_vaddr(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_tree_node *n = r->row;

	v->word = n->vma.start +
		  ((mmx_trees_of(r)->index - n->first) << r->view->kernel->arch->page_shift);
	if (n->search != MMX_SEARCH_MATCH)
		mmx_value_none(v);
}

static void node_wrong(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_tree_node *n = r->row;
	const struct mmx_err *why = mmx_reason(&mmx_trees_of(r)->tree.reasons, n->wrong);

	if (why)
		v->text = why->text;
	else
		mmx_value_none(v);
}

static const char *const searches[MMX_SEARCHES] = {
	[MMX_SEARCH_NONE] = "-",        [MMX_SEARCH_MATCH] = "match",
	[MMX_SEARCH_PASSED] = "passed", [MMX_SEARCH_PRUNED] = "pruned",
	[MMX_SEARCH_UNSEEN] = "unseen",
};

static const struct mmx_field node_fields[] = {
	{"interval", MMX_TEXT,
	 "indexes of the pages that its VMA maps, in hex; ? when that is not known", .width = 38,
	 .lines = true, .get = interval},
	{"subtree_last", MMX_HEX, "the last index of it and those below it, as the node says",
	 .title = "LAST-BELOW", .width = 10, AT(struct mmx_tree_node, subtree_last)},
	{"pid", MMX_NUMBER, "a process that has the VMA", .width = 7, .may = MMX_OR_NULL,
	 .get = node_pid},
	{"vma", MMX_ADDR, "its VMA", AT(struct mmx_tree_node, vma.addr)},
	{"search", MMX_WORD,
	 "what a search does there: match, passed on the way, pruned by subtree_last, or unseen",
	 .width = 6, .may = MMX_OR_NONE, WORD_LIST(searches), .get = node_search},
	{"vaddr", MMX_ADDR, "where a match has the page", .title = "ADDRESS", .width = 14,
	 .may = MMX_OR_NONE, .get = node_vaddr},
	{"wrong", MMX_TEXT, "the first thing that is wrong with it", .may = MMX_OR_NONE,
	 .get = node_wrong},
	{0},
};

static const struct mmx_field node_places[] = {
	{"node", MMX_ADDR, "its rb_node", AT(struct mmx_tree_node, node)},
	{"anon_vma_chain", MMX_ADDR, "that it lies in, of an anon_vma's tree", .may = MMX_OR_NONE,
	 .get = node_chain},
	{"start", MMX_ADDR, "of the VMA", AT(struct mmx_tree_node, vma.start)},
	{"end", MMX_ADDR, "of the VMA", AT(struct mmx_tree_node, vma.end)},
	{"comm", MMX_TEXT, "the name of the process", .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = node_comm},
	{"red", MMX_BOOL, "its colour", AT(struct mmx_tree_node, red)},
	{0},
};

static const struct mmx_record place = {
	.name = "place", .doc = "where it is", .fields = node_places};

static const struct mmx_field node_and_place[] = {
	{"node", MMX_FIELDS, "", .fields = node_fields},
	{"place", MMX_BLOCK, "where it is: not in text", .record = &place},
	{0},
};

const struct mmx_record mmx_record_tree_nodes = {
	.name = "node",
	.doc = "a node of an interval tree, below it those of its sides, the left one first",
	.fields = node_and_place,
	.next = next_node,
};

/* What the search came to. */

static bool has_query(struct mmx_rows *r)
{
	return mmx_trees_of(r)->searched;
}

static const void *next_query(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_trees_of(r);
}

static const struct mmx_field query_fields[] = {
	{"index", MMX_HEX, "of the page", AT(struct mmx_trees, index)},
	{"matches", MMX_COUNT, "VMAs that may map it", AT(struct mmx_trees, tree.matches)},
	{"visited", MMX_COUNT, "nodes that were read for that", AT(struct mmx_trees, tree.visited)},
	{"pruned", MMX_COUNT, "those of them where it turned back: nothing below reaches that far",
	 AT(struct mmx_trees, tree.pruned)},
	{0},
};

const struct mmx_record mmx_record_tree_query = {
	.name = "query",
	.doc = "the kernel's search for a page",
	.fields = query_fields,
	.has = has_query,
	.next = next_query,
};

/* What is wrong with the tree, node by node. */

struct finding {
	size_t at;
};

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_rmap_tree *t = &mmx_trees_of(r)->tree;
	struct finding *f = r->state;

	for (f->at += r->nth > 0; f->at < t->n; f->at++) {
		if (t->v[f->at].wrong)
			return f;
	}
	return NULL;
}

static void finding_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_trees_of(r)->tree.v[((const struct finding *)r->row)->at].node;
}

static void finding_text(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_rmap_tree *t = &mmx_trees_of(r)->tree;
	const struct finding *f = r->row;

	v->text = mmx_reason(&t->reasons, t->v[f->at].wrong)->text;
}

static const struct mmx_field finding_fields[] = {
	{"node", MMX_ADDR, "the rb_node", .get = finding_node},
	{"what", MMX_TEXT, "the first thing that is wrong with it", .get = finding_text},
	{0},
};

const struct mmx_record mmx_record_tree_findings = {
	.name = "finding",
	.doc = "a node that something is wrong with",
	.fields = finding_fields,
	.state_size = sizeof(struct finding),
	.next = next_finding,
};

/*
 * Anon_vmas.
 */

static bool has_family(struct mmx_rows *r)
{
	return mmx_trees_of(r)->family;
}

static const void *next_member(struct mmx_rows *r)
{
	const struct mmx_anon_family *f = mmx_trees_of(r)->family;

	if (r->nth >= f->n)
		return NULL;
	r->depth = f->v[r->nth].depth;
	r->more = f->v[r->nth].more;
	return &f->v[r->nth];
}

static void member_name(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%016" PRIx64, ((const struct mmx_anon_member *)r->row)->anon.addr);
}

static void member_pid(struct mmx_rows *r, struct mmx_value *v)
{
	put_pid(r, ((const struct mmx_anon_member *)r->row)->mm, v);
}

static void member_comm(struct mmx_rows *r, struct mmx_value *v)
{
	put_comm(r, ((const struct mmx_anon_member *)r->row)->mm, v);
}

static void member_asked(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = ((const struct mmx_anon_member *)r->row)->anon.addr == mmx_trees_of(r)->tree.of;
	if (!v->truth)
		mmx_value_none(v);
}

static void member_wrong(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_anon_member *m = r->row;
	const struct mmx_err *why = mmx_reason(&mmx_trees_of(r)->family->reasons, m->wrong);

	if (why)
		v->text = why->text;
	else
		mmx_value_none(v);
}

static const struct mmx_field member_fields[] = {
	{"anon_vma", MMX_TEXT, "its address in hex; those that were forked off it stand below",
	 .width = 38, .lines = true, .get = member_name},
	{"refcount", MMX_COUNT, "its reference count: a root's counts all of its family",
	 .width = 8, AT(struct mmx_anon_member, anon.refcount)},
	{"num_children", MMX_COUNT, "that it counts; a root counts itself", .title = "CHILDREN",
	 .width = 8, AT(struct mmx_anon_member, anon.children)},
	{"num_active_vmas", MMX_COUNT, "VMAs that it counts whose new pages go to it",
	 .title = "ACTIVE", .width = 6, AT(struct mmx_anon_member, anon.active)},
	{"areas", MMX_COUNT, "VMAs that its tree has", .width = 5,
	 AT(struct mmx_anon_member, areas)},
	{"pid", MMX_NUMBER, "a process whose new pages go to it; null when there is none any more",
	 .width = 7, .may = MMX_OR_NULL, .get = member_pid},
	{"comm", MMX_TEXT, "its name", .width = 15, .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = member_comm},
	{"asked", MMX_BOOL, "it is the one whose tree is shown", .width = 5, .may = MMX_OR_NONE,
	 .get = member_asked},
	{"wrong", MMX_TEXT, "the first thing that is wrong with it", .may = MMX_OR_NONE,
	 .get = member_wrong},
	{0},
};

const struct mmx_record mmx_record_anon_family = {
	.name = "anon_vma",
	.doc = "an anon_vma, below it those that were forked off it",
	.fields = member_fields,
	.has = has_family,
	.next = next_member,
};
