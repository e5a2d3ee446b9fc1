// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets: the memory that a struct sk_buff holds, its head and its fragments, and those of the packets on its
 * frag_list. The struct itself is a slab object.
 */
#ifndef MMX_MM_SKBUFF_H
#define MMX_MM_SKBUFF_H

#include "base/seen.h"
#include "mm/owners/held.h"

/**
 * struct mmx_skbs - packets that are gone through, for the current holder of @hold
 * @n: were so far
 * @seen: data of packets that was, which clones share, and hold but once
 */
struct mmx_skbs {
	struct mmx_hold *hold;
	uint64_t n;
	struct mmx_seen seen;
};

/** mmx_skbs_require() - 0 when this kernel has all that is read of a packet, else -1 and what it lacks */
int mmx_skbs_require(const struct mmx_kernel *k, struct mmx_err *err);

/** mmx_hold_skb() - what the packet at @skb holds */
void mmx_hold_skb(struct mmx_skbs *s, uint64_t skb);

/** mmx_hold_skb_queue() - the packets of the struct sk_buff_head at @head */
void mmx_hold_skb_queue(struct mmx_skbs *s, uint64_t head);

/** mmx_hold_skb_tree() - the packets of the struct rb_root at @root */
void mmx_hold_skb_tree(struct mmx_skbs *s, uint64_t root);

/** mmx_hold_skb_chain() - the packets that follow each other from the pointer at @head on */
void mmx_hold_skb_chain(struct mmx_skbs *s, uint64_t head);

#endif
