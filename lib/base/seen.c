// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/seen.h"

#define FIRST_SLOTS 1024

/* The upper bits of a product depend on all bits of the number. */
static size_t slot_of(const struct mmx_seen *s, uint64_t number)
{
	size_t at = (number * 0x9e3779b97f4a7c15ULL >> 32) & (s->slots - 1);

	while (s->slot[at] && s->slot[at] != number + 1)
		at = (at + 1) & (s->slots - 1);
	return at;
}

static bool grow(struct mmx_seen *s)
{
	struct mmx_seen larger = {.slots = s->slots ? s->slots * 2 : FIRST_SLOTS, .n = s->n};

	larger.slot = calloc(larger.slots, sizeof(*larger.slot));
	if (!larger.slot)
		return false;
	for (size_t i = 0; i < s->slots; i++) {
		if (s->slot[i])
			larger.slot[slot_of(&larger, s->slot[i] - 1)] = s->slot[i];
	}
	free(s->slot);
	*s = larger;
	return true;
}

int mmx_seen_add(struct mmx_seen *s, uint64_t number)
{
	size_t at;

	if (s->n * 2 >= s->slots && !grow(s))
		return -1;
	at = slot_of(s, number);
	if (s->slot[at])
		return 0;
	s->slot[at] = number + 1;
	s->n++;
	return 1;
}

void mmx_seen_free(struct mmx_seen *s)
{
	free(s->slot);
	*s = (struct mmx_seen){0};
}
