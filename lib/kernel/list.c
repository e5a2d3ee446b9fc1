// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/list.h"

/*
 * In a kernel that runs a list changes while it is walked. A step that does not fit is taken again from the node
 * before, so often; when that one has left the list itself, the walk is lost.
 */
#define TRIES 16

static bool is_live(const struct mmx_list *l)
{
	return l->view->kernel->image->live;
}

/* Both kinds of nodes are two words: the next node, and the way back. */
struct node {
	uint64_t next, back;
};

static enum mmx_read read_node(struct mmx_view *view, uint64_t addr, struct node *node)
{
	unsigned char bytes[16];
	enum mmx_read read = mmx_kread(view, addr, bytes, sizeof(bytes));

	if (!read)
		*node = (struct node){.next = mmx_le64(bytes), .back = mmx_le64(bytes + 8)};
	return read;
}

static void begin(struct mmx_list *l, struct mmx_view *view, uint64_t head, uint64_t limit)
{
	*l = (struct mmx_list){
		.view = view, .head = head, .limit = limit, .before = head, .last = head};
}

static void no_head(struct mmx_list *l, enum mmx_read read)
{
	mmx_cover_failf(&l->coverage, mmx_read_code(read), "the list head at 0x%" PRIx64 " is %s",
			l->head, mmx_read_name(read));
}

void mmx_list_begin(struct mmx_list *l, struct mmx_view *view, uint64_t head, uint64_t limit)
{
	struct node node;
	enum mmx_read read = read_node(view, head, &node);

	begin(l, view, head, limit);
	l->end = head;
	l->ahead = head;
	if (read) {
		no_head(l, read);
	} else if (node.next) {
		l->ahead = node.next;
		l->last = node.back;
	} else if (node.back) {
		mmx_cover_failf(&l->coverage, MMX_ECORRUPT,
				"the list head at 0x%" PRIx64
				" leads nowhere, and says that 0x%" PRIx64 " is the last node",
				head, node.back);
	}
}

/* What the first node of an hlist points back to is the head's one word. */
void mmx_hlist_begin(struct mmx_list *l, struct mmx_view *view, uint64_t head, uint64_t limit)
{
	enum mmx_read read;

	begin(l, view, head, limit);
	read = mmx_kread_u64(view, head, &l->ahead);
	if (read)
		no_head(l, read);
}

/* What went wrong is in the coverage; from here on the walk is at its end. */
static bool leave(struct mmx_list *l)
{
	l->left = true;
	return false;
}

/* One that was cut short ends at its head as well, which knows another node as its last. */
static bool at_end(struct mmx_list *l)
{
	if (l->end && l->last != l->before)
		mmx_cover_failf(&l->coverage, MMX_ECORRUPT,
				"the list at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				" leads back to the head, which says that 0x%" PRIx64
				" is the last",
				l->head, l->before, l->last);
	return leave(l);
}

/* Whether the step ahead is one that a list has, with the node that it leads to. */
static bool fits(struct mmx_list *l, struct node *node, enum mmx_read *read)
{
	*read = MMX_READ_OK;
	if (l->ahead != l->end) {
		*read = read_node(l->view, l->ahead, node);
		return !*read && node->back == l->before;
	}
	/* What a head that changes said in the beginning is no more its word. */
	if (l->end && is_live(l) && !read_node(l->view, l->head, node) && node->next)
		l->last = node->back;
	return !l->end || l->last == l->before;
}

bool mmx_list_next(struct mmx_list *l)
{
	struct node node = {0};
	enum mmx_read read;
	bool fit;

	if (l->left)
		return false;
	fit = fits(l, &node, &read);
	for (unsigned int n = 0; !fit && is_live(l) && n < TRIES; n++) {
		if (mmx_kread_u64(l->view, l->before, &l->ahead))
			break;
		fit = fits(l, &node, &read);
	}
	if (l->ahead == l->end)
		return at_end(l);
	if (l->coverage.found == l->limit)
		mmx_cover_failf(&l->coverage, MMX_ECORRUPT,
				"the list at 0x%" PRIx64 " has no end after %" PRIu64 " nodes",
				l->head, l->limit);
	else if (read)
		mmx_cover_failf(&l->coverage, mmx_read_code(read),
				"the list at 0x%" PRIx64 " breaks off: node 0x%" PRIx64 " is %s",
				l->head, l->ahead, mmx_read_name(read));
	else if (node.back != l->before)
		mmx_cover_failf(&l->coverage, MMX_ECORRUPT,
				"the list at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				" points back to 0x%" PRIx64 " and was reached from 0x%" PRIx64,
				l->head, l->ahead, node.back, l->before);
	if (!mmx_cover_whole(&l->coverage))
		return leave(l);
	l->coverage.found++;
	l->node = l->before = l->ahead;
	l->ahead = node.next;
	return true;
}

/* One neighbour of the node at @addr: what it holds at @offset must be that node. */
static int points_back(struct mmx_view *view, uint64_t addr, uint64_t neighbour,
		       unsigned int offset, struct mmx_err *err)
{
	uint64_t back;
	enum mmx_read read = mmx_kread_u64(view, neighbour + offset, &back);

	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"its list leads to 0x%" PRIx64 ", which is %s", neighbour,
				mmx_read_name(read));
	if (back != addr)
		return mmx_fail(err, MMX_ECORRUPT,
				"its list leads to 0x%" PRIx64 ", whose list leads to 0x%" PRIx64
				" and not back",
				neighbour, back);
	return 0;
}

int mmx_list_check(struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	struct node node;
	enum mmx_read read = read_node(view, addr, &node);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the list node at 0x%" PRIx64 " is %s",
				addr, mmx_read_name(read));
	if (points_back(view, addr, node.next, 8, err))
		return -1;
	return points_back(view, addr, node.back, 0, err);
}
