// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary bytes as BTF. The first two bytes say how many of the rest are a base, and what follows
 * is split BTF on it; with 0 all is one. Whatever can be opened is then asked for everything that
 * its own strings name, and what is told of a member must lie within its struct.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/types.h"
#include "unit/btf_builder.h"

#define NAMES 48 /* asked of one input */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct subject {
	const struct mmx_types_provider *p;
	const char *name;
	uint64_t size;
};

static void check_member(const struct subject *s, const struct mmx_member *m)
{
	if (m->bit_off + m->bit_size > 8 * s->size || m->bit_size > 8 * (uint64_t)m->size ||
	    (uint64_t)m->nelems * m->elem_size > m->size || !memchr(m->type, 0, sizeof(m->type)))
		abort();
}

static bool on_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
		      bool is_union)
{
	struct subject *s = arg;
	struct mmx_member again;

	(void)is_union;
	check_member(s, m);
	if (!depth && *name && s->p->ops->member(s->p->priv, s->name, name, &again))
		check_member(s, &again);
	return true;
}

static bool on_enumerator(void *arg, const char *name, int64_t value)
{
	struct subject *s = arg;

	(void)value;
	s->p->ops->enumerator(s->p->priv, NULL, name, &value);
	return true;
}

static void ask(const struct mmx_types_provider *p, const char *name)
{
	static const char *const paths[] = {"lru.prev", "rows.link.prev", "tail", "low"};
	struct subject s = {p, name, 0};
	struct mmx_member m;

	p->ops->each_enumerator(p->priv, name, on_enumerator, &s);
	if (!p->ops->struct_size(p->priv, name, &s.size))
		return;
	p->ops->each_member(p->priv, name, on_member, &s);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (p->ops->member(p->priv, name, paths[i], &m))
			check_member(&s, &m);
	}
}

/* Everything in the input that looks like a name, whether or not it is one. */
static void ask_all(const struct mmx_types_provider *p, const uint8_t *data, size_t size)
{
	char name[64];
	size_t len = 0;

	for (size_t i = 0, asked = 0; i < size && asked < NAMES; i++) {
		if (data[i] > ' ' && data[i] < 0x7f && len < sizeof(name) - 1) {
			name[len++] = (char)data[i];
			continue;
		}
		name[len] = 0;
		if (len && !data[i]) {
			ask(p, name);
			asked++;
		}
		len = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mmx_types_provider base, split;
	struct mmx_err err;
	size_t first;

	if (size < 2)
		return 0;
	first = mmx_le16(data);
	data += 2;
	size -= 2;
	if (!first || first > size)
		first = size;
	if (mmx_btf_open(&base, data, first, NULL, &err))
		return 0;
	ask_all(&base, data, size);
	if (first < size && !mmx_btf_open(&split, data + first, size - first, &base, &err)) {
		ask_all(&split, data, size);
		split.ops->free(split.priv);
	}
	base.ops->free(base.priv);
	return 0;
}

/* Where there is nothing to start from: the sample that the unit tests read, and a split one. */
static size_t seed_input(uint8_t *data, size_t max)
{
	static struct btf_builder base, split;
	struct b_sample s;

	b_sample(&base, &s);
	b_split(&split, &base);
	b_type(&split, "extra", B_STRUCT, 0, 1, 16);
	b_member(&split, "list", s.list, 0);
	b_finish(&split);
	if (2 + base.len + split.len > max)
		return 0;
	data[0] = (uint8_t)base.len;
	data[1] = (uint8_t)(base.len >> 8);
	memcpy(data + 2, base.out, base.len);
	memcpy(data + 2 + base.len, split.out, split.len);
	return 2 + base.len + split.len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size_t made = size < 64 || seed % 1024 == 0 ? seed_input(data, max) : 0;

	return made ? made : LLVMFuzzerMutate(data, size, max);
}
