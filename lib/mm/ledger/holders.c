// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/ledger/holders.h"
#include "mm/mem.h"
#include "mm/processes/task.h"

/* A socket's holder, with what it is summed by. */
struct part {
	const struct mmx_task *task;
	const char *protocol;
	uint64_t socket, frames;
};

struct parts {
	MMX_ARRAY(struct part);
};

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By process and protocol; of one socket together. */
static int by_group(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = compare((uintptr_t)x->task, (uintptr_t)y->task);

	if (!order)
		order = compare((uintptr_t)x->protocol, (uintptr_t)y->protocol);
	return order ? order : compare(x->socket, y->socket);
}

static int larger_sockets_first(const void *a, const void *b)
{
	const struct mmx_socket_total *x = a, *y = b;
	int order = compare(y->frames, x->frames);

	if (!order)
		order = compare(x->task ? x->task->tgid : 0, y->task ? y->task->tgid : 0);
	return order ? order
		     : strcmp(x->protocol ? x->protocol : "", y->protocol ? y->protocol : "");
}

static int sum_sockets(struct mmx_holder_totals *totals, struct parts *parts, struct mmx_err *err)
{
	struct mmx_socket_total *last = NULL;

	mmx_array_sort(parts, by_group);
	for (size_t i = 0; i < parts->n; i++) {
		const struct part *part = &parts->v[i];
		struct mmx_socket_total total = {.task = part->task, .protocol = part->protocol};

		if (!last || last->task != part->task || last->protocol != part->protocol) {
			if (!mmx_array_add(&totals->sockets, total))
				return mmx_fail_nomem(err);
			last = &totals->sockets.v[totals->sockets.n - 1];
		}
		last->frames += part->frames;
		if (part->protocol && (!i || part[-1].socket != part->socket || !last->sockets))
			last->sockets++;
	}
	mmx_array_sort(&totals->sockets, larger_sockets_first);
	return 0;
}

static bool add(struct mmx_holder_totals *totals, struct parts *sockets, enum mmx_owner kind,
		const struct mmx_holder *holder, uint64_t frames, const struct mmx_tasks *tasks)
{
	struct mmx_holder_total total = {kind, holder, frames};
	struct part part = {.protocol = holder->protocol, .socket = holder->addr, .frames = frames};

	if (mmx_owner_kinds[kind]->class == CLASS_DMA_BUF)
		return mmx_array_add(&totals->dma_bufs, total);
	if (mmx_owner_kinds[kind]->class != CLASS_SOCKET)
		return mmx_array_add(&totals->others, total);
	if (holder->open && holder->task < tasks->n)
		part.task = &tasks->v[holder->task];
	return mmx_array_add(sockets, part);
}

int mmx_holder_totals_find(struct mmx_holder_totals *totals, const struct mmx_keyed *by,
			   struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct parts sockets = {0};
	struct mmx_keyed_rows rows;
	bool nomem = false;
	int ret;

	memset(totals, 0, sizeof(*totals));
	if (mmx_keyed_rows(&rows, by, err))
		return -1;
	for (size_t i = 0; i < rows.n && !nomem; i++) {
		enum mmx_owner kind = (enum mmx_owner)((rows.v[i].key >> 32) - 1);
		const struct mmx_holdings *held = mmx_owner_kinds[kind]->held(view);

		nomem = !add(totals, &sockets, kind, &held->holders.v[(uint32_t)rows.v[i].key],
			     rows.v[i].total, tasks);
	}
	ret = nomem ? mmx_fail_nomem(err) : sum_sockets(totals, &sockets, err);
	mmx_array_free(&sockets);
	mmx_array_free(&rows);
	if (ret)
		mmx_holder_totals_free(totals);
	return ret;
}

void mmx_holder_totals_free(struct mmx_holder_totals *totals)
{
	mmx_array_free(&totals->sockets);
	mmx_array_free(&totals->dma_bufs);
	mmx_array_free(&totals->others);
}
