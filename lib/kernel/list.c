// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "kernel/list.h"

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

/*
 * @end is the address that ends the list: its head, or NULL for an hlist. What a node points back
 * to is the node before it: for an hlist, that node's next member, which is its first.
 */
static int walk(struct mmx_view *view, uint64_t head, uint64_t first, uint64_t end, uint64_t limit,
		mmx_list_fn fn, void *arg, struct mmx_err *err)
{
	uint64_t before = head, at = first;

	for (uint64_t n = 0; at && at != end; n++) {
		struct node node;
		enum mmx_read read = read_node(view, at, &node);

		if (n == limit)
			return mmx_fail(err, MMX_ECORRUPT,
					"the list at 0x%" PRIx64 " has no end after %" PRIu64
					" nodes",
					head, limit);
		if (read)
			return mmx_fail(err, mmx_read_code(read),
					"the list at 0x%" PRIx64 " breaks off: node 0x%" PRIx64
					" is %s",
					head, at, mmx_read_name(read));
		if (node.back != before)
			return mmx_fail(err, MMX_ECORRUPT,
					"the list at 0x%" PRIx64 " is broken: node 0x%" PRIx64
					" points back to 0x%" PRIx64
					" and was reached from 0x%" PRIx64,
					head, at, node.back, before);
		if (!fn(arg, at))
			return 0;
		before = at;
		at = node.next;
	}
	return 0;
}

int mmx_list_walk(struct mmx_view *view, uint64_t head, uint64_t limit, mmx_list_fn fn, void *arg,
		  struct mmx_err *err)
{
	uint64_t first;
	enum mmx_read read = mmx_kread_u64(view, head, &first);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the list head at 0x%" PRIx64 " is %s",
				head, mmx_read_name(read));
	return walk(view, head, first, head, limit, fn, arg, err);
}

int mmx_hlist_walk(struct mmx_view *view, uint64_t head, uint64_t limit, mmx_list_fn fn, void *arg,
		   struct mmx_err *err)
{
	uint64_t first;
	enum mmx_read read = mmx_kread_u64(view, head, &first);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the list head at 0x%" PRIx64 " is %s",
				head, mmx_read_name(read));
	return walk(view, head, first, 0, limit, fn, arg, err);
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
