// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/large.h"
#include "base/names.h"

/* The longest way from where a name belongs to where it is; by chance a tenth of it is rare. */
#define PROBES_MAX 512

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* Eight bytes a step, because all that a kernel's types are called is hashed whenever a dump is opened. */
static uint32_t hash_name(const char *name, uint32_t kind)
{
	size_t len = strlen(name);
	uint64_t h = mix(kind, len);

	for (; len >= 8; name += 8, len -= 8)
		h = mix(h, mmx_le64(name));
	if (len >= 4)
		return mix(h, (uint64_t)mmx_le32(name) << 32 | mmx_le32(name + len - 4));
	if (len >= 2)
		return mix(h, (uint64_t)mmx_le16(name) << 32 | mmx_le16(name + len - 2));
	return mix(h, len ? *name : 0);
}

/* The slot that holds the name, or the empty one where it belongs, or NULL when that is too far. */
static struct mmx_name *probe(const struct mmx_names *t, const char *name, uint32_t hash,
			      uint32_t kind)
{
	size_t i = hash & (t->size - 1);

	for (unsigned int n = 0; n < PROBES_MAX; n++, i = (i + 1) & (t->size - 1)) {
		struct mmx_name *s = &t->slot[i];

		if (!s->name || (s->hash == hash && s->kind == kind && !strcmp(s->name, name)))
			return s;
	}
	return NULL;
}

bool mmx_names_reserve(struct mmx_names *t, size_t n)
{
	struct mmx_names grown = {.n = t->n, .size = t->size ? t->size : 64};

	if (n > SIZE_MAX / 8)
		return false;
	while (grown.size < 2 * n)
		grown.size *= 2;
	if (grown.size == t->size)
		return true;
	grown.slot = mmx_large_zeroed(grown.size, sizeof(*grown.slot));
	if (!grown.slot)
		return false;
	for (size_t i = 0; i < t->size; i++) {
		size_t to = t->slot[i].hash & (grown.size - 1);

		if (!t->slot[i].name)
			continue;
		while (grown.slot[to].name)
			to = (to + 1) & (grown.size - 1);
		grown.slot[to] = t->slot[i];
	}
	free(t->slot);
	*t = grown;
	return true;
}

struct mmx_name *mmx_names_add(struct mmx_names *t, const char *name, uint32_t kind, uint64_t value)
{
	uint32_t hash = hash_name(name, kind);
	struct mmx_name *s;

	if (!mmx_names_reserve(t, t->n + 1))
		return NULL;
	s = probe(t, name, hash, kind);
	if (s && !s->name) {
		*s = (struct mmx_name){.name = name, .hash = hash, .kind = kind, .value = value};
		t->n++;
	}
	return s;
}

const struct mmx_name *mmx_names_find(const struct mmx_names *t, const char *name, uint32_t kind)
{
	const struct mmx_name *s;

	if (!t->size)
		return NULL;
	s = probe(t, name, hash_name(name, kind), kind);
	return s && s->name ? s : NULL;
}

void mmx_names_free(struct mmx_names *t)
{
	free(t->slot);
	*t = (struct mmx_names){0};
}
