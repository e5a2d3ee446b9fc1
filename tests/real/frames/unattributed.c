// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE holders     "kind", name, what is wrong with what is known of it, for each kind of owner;
 *                      "holder", name of the kind, frames, what, type, address, name, PID, descriptor, for each holder
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/owner.h"
#include "mm/processes/task.h"

static void print_holder(struct mmx_view *view, const struct mmx_owner_kind *kind,
			 const struct mmx_holder *h, uint64_t frames)
{
	int pid = h->open ? mmx_know_tasks(view)->v[h->task].pid : -1;

	printf("holder\t%s\t%" PRIu64 "\t%s\t%s\t%" PRIx64 "\t%s\t%d\t%d\n", kind->name, frames,
	       h->what, h->type ? h->type : "", h->addr, h->name, pid, h->open ? (int)h->fd : -1);
}

static void print_holders(struct mmx_view *view, const struct mmx_owner_kind *kind)
{
	const struct mmx_holdings *held = kind->held(view);
	uint64_t *frames = calloc(held->holders.n + 1, sizeof(*frames));

	for (size_t i = 0; frames && i < held->frames.n; i++)
		frames[held->frames.v[i].owner] += held->frames.v[i].frames;
	for (size_t i = 0; frames && i < held->holders.n; i++)
		print_holder(view, kind, &held->holders.v[i], frames[i]);
	free(frames);
}

static int holders(const struct mmx_kernel *k)
{
	for (unsigned int i = 0; i < MMX_OWNERS; i++) {
		printf("kind\t%s\t%s\n", mmx_owner_kinds[i]->name,
		       mmx_owner_coverage(k->view, i)->first.text);
		if (mmx_owner_kinds[i]->held)
			print_holders(k->view, mmx_owner_kinds[i]);
	}
	return 0;
}

ASK(holders);
