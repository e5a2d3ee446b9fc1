// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/symbols.h"

/* Kernel addresses are the upper half of the address space; what is below is a per-CPU offset. */
#define KERNEL_HALF (1ULL << 63)

/* Symbols farther away than the largest objects of a kernel say nothing about an address. */
#define NEAR (16ULL << 20)

/* Steps through the index that a name may cost on average; honest names cost less than one. */
#define PROBES_MAX 64

/* Symbols at one address that are compared; a few hundred system calls may share one. */
#define ALIASES_MAX 4096

static bool add_text(struct mmx_symbols *s, const char *text, size_t len, uint32_t *at)
{
	if (len >= MMX_SYMBOL_TEXT_MAX - s->names.n || !mmx_array_grow(&s->names, len + 1))
		return false;
	*at = s->names.n;
	memcpy(s->names.v + s->names.n, text, len);
	s->names.n += len;
	s->names.v[s->names.n++] = 0;
	return true;
}

int mmx_symbols_add(struct mmx_symbols *s, const char *name, size_t len, uint64_t addr, char type,
		    uint16_t module)
{
	struct mmx_symbol sym = {.addr = addr, .module = module, .type = type};

	if (s->n >= MMX_SYMBOLS_MAX || !mmx_array_grow(s, 1) || !add_text(s, name, len, &sym.name))
		return -1;
	s->v[s->n++] = sym;
	return 0;
}

uint16_t mmx_symbols_add_module(struct mmx_symbols *s, const char *name)
{
	uint32_t at;

	if (s->modules.n >= UINT16_MAX || !mmx_array_grow(&s->modules, 1) ||
	    !add_text(s, name, strlen(name), &at))
		return 0;
	s->modules.v[s->modules.n++] = at;
	return s->modules.n;
}

/* Names were appended in source order, so they order symbols of one address. */
static int by_address(const void *a, const void *b)
{
	const struct mmx_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/*
 * Merges the sorted tail, from @mid on, into the sorted symbols before it, from the back. *kept is how
 * many stay where they are.
 */
static bool merge(struct mmx_symbols *s, size_t mid, size_t *kept)
{
	size_t left = mid, right = s->n - mid;
	struct mmx_symbol *tail = malloc(right * sizeof(*tail));

	if (!tail)
		return false;
	memcpy(tail, s->v + mid, right * sizeof(*tail));
	while (left && right) {
		if (by_address(&s->v[left - 1], &tail[right - 1]) > 0) {
			s->v[left + right - 1] = s->v[left - 1];
			left--;
		} else {
			s->v[left + right - 1] = tail[right - 1];
			right--;
		}
	}
	memcpy(s->v, tail, right * sizeof(*tail));
	free(tail);
	*kept = left;
	return true;
}

/* kallsyms comes sorted, so that only what was added to it needs sorting. */
static bool sort(struct mmx_symbols *s, size_t *kept)
{
	size_t sorted = 1;

	while (sorted < s->n && by_address(&s->v[sorted - 1], &s->v[sorted]) <= 0)
		sorted++;
	*kept = s->n;
	if (sorted >= s->n)
		return true;
	qsort(s->v + sorted, s->n - sorted, sizeof(*s->v), by_address);
	return merge(s, sorted, kept);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* Eight bytes a step, because the index hashes every name of the kernel whenever a dump is opened. */
static uint32_t hash_name(const char *name, size_t len)
{
	uint64_t h = mix(0, len);

	for (; len >= 8; name += 8, len -= 8)
		h = mix(h, mmx_le64(name));
	if (len >= 4)
		return mix(h, (uint64_t)mmx_le32(name) << 32 | mmx_le32(name + len - 4));
	if (len >= 2)
		return mix(h, (uint64_t)mmx_le16(name) << 32 | mmx_le16(name + len - 2));
	return mix(h, len ? *name : 0);
}

/* The slot that holds the name, or the empty one where it belongs; counts the steps. */
static struct mmx_symbol_slot *probe(const struct mmx_symbols *s, const char *name, uint32_t hash,
				     uint64_t *steps)
{
	size_t i = hash & (s->slots - 1);

	for (; s->slot[i].index; i = (i + 1) & (s->slots - 1), ++*steps) {
		const struct mmx_symbol *sym = &s->v[s->slot[i].index - 1];

		if (s->slot[i].hash == hash && !strcmp(mmx_symbol_name(s, sym), name))
			break;
	}
	return &s->slot[i];
}

/* Symbols whose slots are fetched ahead together: the index is far larger than a processor's cache. */
#define BATCH 32

/* Enters the symbols [from, to) of the kernel or of modules. */
static uint64_t index_batch(struct mmx_symbols *s, size_t from, size_t to, bool of_modules)
{
	uint32_t hash[BATCH];
	uint64_t steps = 0;

	for (size_t i = from; i < to; i++) {
		const char *name = mmx_symbol_name(s, &s->v[i]);

		hash[i - from] = hash_name(name, strlen(name));
		__builtin_prefetch(&s->slot[hash[i - from] & (s->slots - 1)], 1);
	}
	for (size_t i = from; i < to; i++) {
		const struct mmx_symbol *sym = &s->v[i];
		struct mmx_symbol_slot *slot;

		if ((sym->module != 0) != of_modules || sym->type == 'U')
			continue;
		slot = probe(s, mmx_symbol_name(s, sym), hash[i - from], &steps);
		if (!slot->index)
			*slot = (struct mmx_symbol_slot){.hash = hash[i - from], .index = i + 1};
	}
	return steps;
}

static bool index_some(struct mmx_symbols *s, bool of_modules)
{
	uint64_t steps = 0;

	for (size_t i = s->indexed; i < s->n; i += BATCH) {
		steps += index_batch(s, i, i + BATCH < s->n ? i + BATCH : s->n, of_modules);
		if (steps > PROBES_MAX * (uint64_t)s->slots)
			return false;
	}
	return true;
}

/* An index with room for all symbols: the old one where it is large enough and still right. */
static bool make_slots(struct mmx_symbols *s)
{
	size_t want = 64;

	while (want < 2 * s->n)
		want *= 2;
	if (want == s->slots) {
		if (!s->indexed)
			memset(s->slot, 0, want * sizeof(*s->slot));
		return true;
	}
	free(s->slot);
	s->slot = calloc(want, sizeof(*s->slot));
	s->slots = s->slot ? want : 0;
	s->indexed = 0;
	return s->slot;
}

static bool all_of_modules(const struct mmx_symbols *s, size_t from)
{
	while (from < s->n && s->v[from].module)
		from++;
	return from == s->n;
}

int mmx_symbols_finish(struct mmx_symbols *s, struct mmx_err *err)
{
	size_t kept;

	if (!sort(s, &kept))
		return mmx_fail_nomem(err);
	/* Modules' symbols behind all others, the usual case, need no new index. */
	if (kept < s->indexed || !all_of_modules(s, s->indexed))
		s->indexed = 0;
	if (!make_slots(s))
		return mmx_fail_nomem(err);
	/* The kernel's names first: they win over the same names in modules. */
	if (!index_some(s, false) || (s->modules.n && !index_some(s, true))) {
		free(s->slot);
		s->slot = NULL;
		s->slots = s->indexed = 0;
		return mmx_fail(err, MMX_ECORRUPT,
				"the names of the %zu symbols are forged: they collide", s->n);
	}
	s->indexed = s->n;
	return 0;
}

void mmx_symbols_free(struct mmx_symbols *s)
{
	mmx_array_free(s);
	mmx_array_free(&s->names);
	mmx_array_free(&s->modules);
	free(s->slot);
	*s = (struct mmx_symbols){0};
}

const struct mmx_symbol *mmx_symbols_find(const struct mmx_symbols *s, const char *name)
{
	const struct mmx_symbol_slot *slot;
	uint64_t steps = 0;

	if (!s->slot)
		return NULL;
	slot = probe(s, name, hash_name(name, strlen(name)), &steps);
	return slot->index ? &s->v[slot->index - 1] : NULL;
}

bool mmx_symbol_addr(const struct mmx_symbols *s, const char *name, uint64_t *addr)
{
	const struct mmx_symbol *sym = mmx_symbols_find(s, name);

	if (sym)
		*addr = sym->addr;
	return sym;
}

static bool starts_with(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && !strcmp(name + n - m, suffix);
}

/* Marks that the linker script sets around sections, often where a function or object begins. */
static bool is_section_mark(const char *name)
{
	static const char *const begins[] = {"__start_", "__stop_", "__end_",     "_text",
					     "_stext",   "_etext",  "_sinittext", "_einittext",
					     "_sdata",   "_edata",  "_end"};
	static const char *const ends[] = {"_start", "_stop", "_begin", "_end"};

	if (*name != '_')
		return false;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		if (starts_with(name, begins[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends_with(name, ends[i]))
			return true;
	}
	return false;
}

/* The lower, the more it is what people expect to read. */
static unsigned int rank(const struct mmx_symbols *s, const struct mmx_symbol *sym)
{
	if (is_section_mark(mmx_symbol_name(s, sym)))
		return 2;
	return isupper((unsigned char)sym->type) ? 0 : 1;
}

/* How many finished symbols lie at or below an address. */
static size_t count_up_to(const struct mmx_symbols *s, uint64_t addr)
{
	size_t lo = 0, hi = s->indexed;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct mmx_symbol *mmx_symbols_nearest(const struct mmx_symbols *s, uint64_t addr)
{
	const struct mmx_symbol *best = NULL;
	size_t end = count_up_to(s, addr);
	unsigned int best_rank = 0;

	for (size_t i = end; i-- && end - i <= ALIASES_MAX;) {
		const struct mmx_symbol *sym = &s->v[i];

		if (sym->addr < KERNEL_HALF || addr - sym->addr > NEAR ||
		    (best && sym->addr != best->addr))
			break;
		if (sym->type == 'U')
			continue;
		if (!best || rank(s, sym) <= best_rank) {
			best = sym;
			best_rank = rank(s, sym);
		}
	}
	return best;
}

const char *mmx_symbol_module(const struct mmx_symbols *s, const struct mmx_symbol *sym)
{
	return sym->module ? s->names.v + s->modules.v[sym->module - 1] : NULL;
}

void mmx_symbol_format(const struct mmx_symbols *s, uint64_t addr, char *buf, size_t size)
{
	const struct mmx_symbol *sym = mmx_symbols_nearest(s, addr);
	const char *module;
	char offset[24] = "";

	if (!sym) {
		snprintf(buf, size, "0x%" PRIx64, addr);
		return;
	}
	module = mmx_symbol_module(s, sym);
	if (addr != sym->addr)
		snprintf(offset, sizeof(offset), "+0x%" PRIx64, addr - sym->addr);
	snprintf(buf, size, "%s%s%s%s%s", mmx_symbol_name(s, sym), offset, module ? " [" : "",
		 module ? module : "", module ? "]" : "");
}
