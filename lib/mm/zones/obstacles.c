// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/zones/obstacles.h"

/* Owners that are told apart; those beyond are others. */
#define MAX_OWNERS (1u << 16)

static size_t slot_of(const struct mmx_obstacle_index *t, const struct mmx_whose *who)
{
	size_t at = (who->key * 0x9e3779b97f4a7c15ULL ^ who->class * 0x85ebca6bULL) >> 20;

	for (at &= t->slots - 1; t->slot[at]; at = (at + 1) & (t->slots - 1)) {
		if (mmx_whose_same(&t->list->v[t->slot[at] - 1].who, who))
			break;
	}
	return at;
}

static bool make_room(struct mmx_obstacle_index *t)
{
	size_t slots = t->slots ? 2 * t->slots : 64;
	uint32_t *slot;

	if (2 * (t->list->n + 1) <= t->slots)
		return true;
	slot = calloc(slots, sizeof(*slot));
	if (!slot)
		return false;
	free(t->slot);
	t->slot = slot;
	t->slots = slots;
	for (size_t i = 0; i < t->list->n; i++)
		t->slot[slot_of(t, &t->list->v[i].who)] = i + 1;
	return true;
}

/* NULL without memory */
static struct mmx_obstacle *owner_of(struct mmx_obstacle_index *t, const struct mmx_whose *who)
{
	static const struct mmx_whose others = {.class = MMX_CLASS_COUNT};
	size_t at;

	if (!make_room(t))
		return NULL;
	at = slot_of(t, who);
	if (!t->slot[at] && t->list->n >= MAX_OWNERS) {
		who = &others;
		at = slot_of(t, who);
	}
	if (!t->slot[at]) {
		if (!mmx_array_add(t->list, (struct mmx_obstacle){.who = *who}))
			return NULL;
		t->slot[at] = t->list->n;
	}
	return &t->list->v[t->slot[at] - 1];
}

int mmx_obstacles_add(struct mmx_obstacle_index *t, const struct mmx_obstacle *more)
{
	struct mmx_obstacle *o = owner_of(t, &more->who);

	if (!o)
		return -1;
	o->shrinkable |= more->shrinkable;
	o->frames += more->frames;
	o->ranges += more->ranges;
	o->alone += more->alone;
	o->denied += more->denied;
	return 0;
}

/* By what they deny; of those that deny nothing nobody wants to know. */
static int more_denied(const void *a, const void *b)
{
	const struct mmx_obstacle *one = a, *other = b;

	if (one->denied != other->denied)
		return one->denied < other->denied ? 1 : -1;
	if (one->frames != other->frames)
		return one->frames < other->frames ? 1 : -1;
	if (one->who.class != other->who.class)
		return one->who.class < other->who.class ? -1 : 1;
	return one->who.key < other->who.key ? -1 : one->who.key > other->who.key;
}

void mmx_obstacles_rank(struct mmx_obstacles *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].ranges)
			list->v[n++] = list->v[i];
	}
	list->n = n;
	mmx_array_sort(list, more_denied);
}
