// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/recall.h"

/* @used: when it was asked for last, in askings */
struct kept {
	enum mmx_recall_kind kind;
	uint64_t addr, used;
	void *what;
};

struct mmx_recall {
	pthread_mutex_t lock;
	uint64_t askings;
	struct kept kept[MMX_RECALL_MAX];
};

struct mmx_recall *mmx_recall_new(void)
{
	struct mmx_recall *r = calloc(1, sizeof(*r));

	if (r)
		pthread_mutex_init(&r->lock, NULL);
	return r;
}

void mmx_recall_forget(struct mmx_recall *r)
{
	for (unsigned int i = 0; i < MMX_RECALL_MAX; i++) {
		free(r->kept[i].what);
		r->kept[i] = (struct kept){0};
	}
}

void mmx_recall_free(struct mmx_recall *r)
{
	if (!r)
		return;
	mmx_recall_forget(r);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static struct mmx_recall *recall_of(struct mmx_view *view)
{
	return mmx_knowledge_recall(mmx_mem(view->kernel)->knowledge);
}

static struct kept *find(struct mmx_recall *r, enum mmx_recall_kind kind, uint64_t addr)
{
	for (unsigned int i = 0; i < MMX_RECALL_MAX; i++) {
		struct kept *kept = &r->kept[i];

		if (kept->what && kept->addr == addr && kept->kind == kind)
			return kept;
	}
	return NULL;
}

bool mmx_recall(struct mmx_view *view, enum mmx_recall_kind kind, uint64_t addr, void *into,
		size_t size)
{
	struct mmx_recall *r = recall_of(view);
	struct kept *kept;

	pthread_mutex_lock(&r->lock);
	kept = find(r, kind, addr);
	if (kept) {
		kept->used = ++r->askings;
		memcpy(into, kept->what, size);
	}
	pthread_mutex_unlock(&r->lock);
	return kept;
}

/* Where there is room, or what was not asked for longest. */
static struct kept *make_room(struct mmx_recall *r)
{
	struct kept *oldest = &r->kept[0];

	for (unsigned int i = 1; i < MMX_RECALL_MAX; i++) {
		if (r->kept[i].used < oldest->used)
			oldest = &r->kept[i];
	}
	free(oldest->what);
	return oldest;
}

void mmx_remember(struct mmx_view *view, enum mmx_recall_kind kind, uint64_t addr, const void *what,
		  size_t size)
{
	struct mmx_recall *r = recall_of(view);
	void *copy;

	if (mmx_stopped(view->kernel->image))
		return;
	copy = malloc(size);
	if (!copy)
		return;
	memcpy(copy, what, size);
	pthread_mutex_lock(&r->lock);
	/* Another thread may have been as fast. */
	if (find(r, kind, addr))
		free(copy);
	else
		*make_room(r) = (struct kept){kind, addr, ++r->askings, copy};
	pthread_mutex_unlock(&r->lock);
}
