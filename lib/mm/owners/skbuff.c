// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "kernel/slist.h"
#include "mm/mem.h"
#include "mm/owners/skbuff.h"

/* A packet's head, fragments, and packets in packets; and all packets together. */
#define MAX_HEAD  (1u << 24)
#define MAX_FRAGS 64u
#define MAX_DEPTH 4
#define MAX_SKBS  (1u << 24)

struct skb {
	uint64_t head;
	uint32_t end;
};

static const struct mmx_wanted skb_wanted[] = {
	MMX_WANT(struct skb, head, sk_buff, head),
	MMX_WANT(struct skb, end, sk_buff, end),
};

struct shared {
	uint64_t frag_list;
	uint8_t nr_frags;
};

static const struct mmx_wanted shared_wanted[] = {
	MMX_WANT(struct shared, frag_list, skb_shared_info, frag_list),
	MMX_WANT(struct shared, nr_frags, skb_shared_info, nr_frags),
};

static const struct mmx_decode skb_table = MMX_DECODE("sk_buff", skb_wanted),
			       shared_table = MMX_DECODE("skb_shared_info", shared_wanted);

int mmx_skbs_require(const struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member frags[] = {M_skb_shared_info_frags, M_skb_frag_page};

	return mmx_decode_require(&skb_table, &k->layout, err) ||
			       mmx_decode_require(&shared_table, &k->layout, err) ||
			       mmx_layout_require(&k->layout, frags, 2, err)
		       ? -1
		       : 0;
}

static int odd(struct mmx_skbs *s, uint64_t skb, const char *what)
{
	return mmx_cover_failf(&s->hold->held->coverage, MMX_ECORRUPT,
			       "the packet at 0x%" PRIx64 " has %s", skb, what);
}

/*
 * A fragment's first word is its page; since 6.9 it has bit 0 set when it is memory of a device instead (a
 * net_iov).
 */
static void hold_frags(struct mmx_skbs *s, uint64_t skb, uint64_t frags, unsigned int n)
{
	const struct mmx_layout *l = &s->hold->view->kernel->layout;
	uint64_t each = mmx_size(l, S_skb_frag), room = l->member[M_skb_shared_info_frags].m.size;
	struct mmx_err err;

	if (each < 8 || n > MAX_FRAGS || n * each > room) {
		odd(s, skb, "more fragments than there is room for");
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		uint64_t page;

		if (mmx_kget(s->hold->view, frags + i * each, M_skb_frag_page, &page, &err))
			mmx_cover_fail(&s->hold->held->coverage, &err);
		else if (page && !(page & 1))
			mmx_hold_page(s->hold, page);
	}
}

static void hold_one(struct mmx_skbs *s, uint64_t addr, unsigned int depth);

/* The packets behind a pointer, each of which begins with the pointer to the next. */
static void hold_chain(struct mmx_skbs *s, uint64_t pointer, unsigned int depth)
{
	struct mmx_slist list;

	mmx_slist_begin(&list, s->hold->view, pointer, MAX_SKBS);
	while (s->n <= MAX_SKBS && mmx_slist_next(&list))
		hold_one(s, list.node, depth);
	mmx_cover_inherit(&s->hold->held->coverage, &list.coverage);
}

/* What the packet shares with its clones lies behind its head. */
static void hold_one(struct mmx_skbs *s, uint64_t addr, unsigned int depth)
{
	struct mmx_view *view = s->hold->view;
	const struct mmx_layout *l = &view->kernel->layout;
	struct shared shared;
	struct skb skb;
	uint64_t at;
	int is_new;
	struct mmx_err err;

	if (s->n++ >= MAX_SKBS) {
		odd(s, addr, "too many packets before it");
		return;
	}
	if (mmx_decode_read(&skb_table, view, addr, &skb, &err)) {
		mmx_cover_fail(&s->hold->held->coverage, &err);
		return;
	}
	/* Without a head it has been freed in part, or carries nothing but its own fields (netlink). */
	if (!skb.head)
		return;
	at = skb.head + skb.end;
	if (skb.end > MAX_HEAD) {
		odd(s, addr, "a head without end");
		return;
	}
	if (mmx_decode_read(&shared_table, view, at, &shared, &err)) {
		mmx_cover_fail(&s->hold->held->coverage, &err);
		return;
	}
	is_new = mmx_seen_add(&s->seen, at);
	s->hold->nomem |= is_new < 0;
	if (is_new <= 0)
		return;
	mmx_hold_memory(s->hold, skb.head, skb.end + mmx_size(l, S_skb_shared_info));
	hold_frags(s, addr, at + mmx_off(l, M_skb_shared_info_frags), shared.nr_frags);
	if (!shared.frag_list)
		return;
	if (depth >= MAX_DEPTH)
		odd(s, addr, "packets in packets without end");
	else
		hold_chain(s, at + mmx_off(l, M_skb_shared_info_frag_list), depth + 1);
}

void mmx_hold_skb(struct mmx_skbs *s, uint64_t skb)
{
	hold_one(s, skb, 0);
}

void mmx_hold_skb_chain(struct mmx_skbs *s, uint64_t head)
{
	hold_chain(s, head, 0);
}

void mmx_hold_skb_queue(struct mmx_skbs *s, uint64_t head)
{
	struct mmx_list list;

	mmx_list_begin(&list, s->hold->view, head, MAX_SKBS);
	while (s->n <= MAX_SKBS && mmx_list_next(&list))
		hold_one(s, list.node, 0);
	mmx_cover_inherit(&s->hold->held->coverage, &list.coverage);
}

void mmx_hold_skb_tree(struct mmx_skbs *s, uint64_t root)
{
	struct mmx_rb rb;

	mmx_rb_begin(&rb, s->hold->view, root, MAX_SKBS);
	while (s->n <= MAX_SKBS && mmx_rb_next(&rb))
		hold_one(s, rb.node, 0);
	mmx_cover_inherit(&s->hold->held->coverage, &rb.coverage);
}
