// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/swap/swap_clusters.h"
#include "mm/swap/swap_slot.h"

#define ORDERS      16
#define AT_ONCE     512 /* clusters */
#define BYTES_MAX   128 /* of one */
#define UNREAD_RUNS 64

struct cluster {
	uint16_t count;
	uint8_t flags, order;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct cluster, count, swap_cluster_info, count),
	MMX_WANT(struct cluster, flags, swap_cluster_info, flags),
	MMX_WANT(struct cluster, order, swap_cluster_info, order),
};

static const struct mmx_decode cluster_table = MMX_DECODE("swap_cluster_info", wanted);

static const struct {
	enum mmx_layout_enumerator id;
	const char *name;
} states[] = {
	{E_CLUSTER_FLAG_NONE, "off-list"},   {E_CLUSTER_FLAG_FREE, "free"},
	{E_CLUSTER_FLAG_NONFULL, "nonfull"}, {E_CLUSTER_FLAG_FRAG, "frag"},
	{E_CLUSTER_FLAG_FULL, "full"},       {E_CLUSTER_FLAG_DISCARD, "discard"},
};

#define STATES (sizeof(states) / sizeof(*states))

/* Of one area; the last state is any other number. */
struct sums {
	struct mmx_swap_cluster_sum of[STATES + 1][ORDERS];
};

/* 6.12 and 6.13 have the states as bits that no type names. */
static unsigned int state_of(const struct mmx_layout *l, unsigned int flags)
{
	for (unsigned int i = 0; i < STATES; i++) {
		if (mmx_has_enum(l, states[i].id) && mmx_enum(l, states[i].id) == flags)
			return i;
	}
	return STATES;
}

static void add_cluster(struct sums *sums, const struct mmx_layout *l, const struct cluster *c)
{
	struct mmx_swap_cluster_sum *sum =
		&sums->of[state_of(l, c->flags)][c->order < ORDERS ? c->order : ORDERS - 1];

	sum->clusters++;
	sum->used += c->count;
}

static int walk(struct mmx_swap_clusters *all, struct sums *sums, struct mmx_view *view,
		const struct mmx_swap_area *area, uint64_t at, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t size = mmx_size(l, S_swap_cluster_info), n;
	uint64_t clusters = (area->max + all->slots - 1) / all->slots;
	unsigned char bytes[AT_ONCE * BYTES_MAX];
	unsigned int unread = 0;
	struct cluster c;
	enum mmx_read read;

	for (uint64_t first = 0; first < clusters && unread < UNREAD_RUNS; first += n) {
		n = clusters - first < AT_ONCE ? clusters - first : AT_ONCE;
		read = mmx_kread(view, at + first * size, bytes, n * size);
		if (read) {
			unread++;
			mmx_cover_failf(&all->coverage, mmx_read_code(read),
					"clusters of swap area %u from 0x%" PRIx64 " on are %s",
					area->type, first, mmx_read_name(read));
			continue;
		}
		for (uint64_t i = 0; i < n; i++) {
			mmx_decode_bytes(&cluster_table, l, bytes + i * size, &c);
			add_cluster(sums, l, &c);
		}
		if (mmx_stopped(view->kernel->image))
			return mmx_fail(err, MMX_EIO, "stopped");
	}
	return 0;
}

static int add_sums(struct mmx_swap_clusters *all, struct sums *sums, unsigned int type,
		    struct mmx_err *err)
{
	for (unsigned int state = 0; state <= STATES; state++) {
		for (unsigned int order = 0; order < ORDERS; order++) {
			struct mmx_swap_cluster_sum *sum = &sums->of[state][order];

			if (!sum->clusters)
				continue;
			sum->type = type;
			sum->state = state < STATES ? states[state].name : "unknown";
			sum->order = order;
			if (!mmx_array_add(all, *sum))
				return mmx_fail_nomem(err);
		}
	}
	return 0;
}

/* As many as a table has, or where there are none by whether there are clusters for huge pages. */
static uint64_t slots_of(const struct mmx_layout *l)
{
	uint64_t slots = mmx_swap_cluster_slots(l);

	if (slots || !mmx_has(l, M_swap_info_struct_nonfull_clusters))
		return slots;
	return l->member[M_swap_info_struct_nonfull_clusters].m.nelems > 1 ? 512 : 256;
}

int mmx_swap_clusters_find(struct mmx_swap_clusters *all, struct mmx_view *view,
			   struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(view);
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t at;

	all->slots = slots_of(l);
	if (!all->slots || !mmx_has(l, M_swap_cluster_info_order) ||
	    !mmx_has_enum(l, E_CLUSTER_FLAG_FREE) || mmx_size(l, S_swap_cluster_info) > BYTES_MAX ||
	    mmx_decode_within(&cluster_table, l, mmx_size(l, S_swap_cluster_info), err))
		return 0;
	for (size_t i = 0; i < swaps->n; i++) {
		struct sums sums = {0};

		/* An area on a rotating disk had none up to 6.12. */
		if (mmx_kread_member(view, swaps->v[i].addr, M_swap_info_struct_cluster_info,
				     &at) ||
		    !at)
			continue;
		if (walk(all, &sums, view, &swaps->v[i], at, err) ||
		    add_sums(all, &sums, swaps->v[i].type, err)) {
			mmx_swap_clusters_free(all);
			return -1;
		}
	}
	all->coverage.found = all->n;
	return 0;
}

void mmx_swap_clusters_free(struct mmx_swap_clusters *all)
{
	mmx_array_free(all);
}
