// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "kernel/symbols.h"

/* Kernel addresses are the upper half of the address space; what is below is a per-CPU offset. */
#define KERNEL_HALF (1ULL << 63)

/* Symbols farther away than the largest objects of a kernel say nothing about an address. */
#define NEAR (16ULL << 20)

/* Steps through the index that a name may cost on average; honest names cost less than one. */
#define PROBES_MAX 64

/* Symbols at one address that are compared; a few hundred system calls may share one. */
#define ALIASES_MAX 4096

static struct mmx_symbol_table *table_of(struct mmx_symbols *s, bool of_modules)
{
	return of_modules ? &s->modules : &s->kernel;
}

static bool add_text(struct mmx_symbol_table *t, const char *text, size_t len, uint32_t *at)
{
	if (len >= MMX_SYMBOL_TEXT_MAX - t->names.n || !mmx_array_grow(&t->names, len + 1))
		return false;
	*at = t->names.n;
	memcpy(t->names.v + t->names.n, text, len);
	t->names.n += len;
	t->names.v[t->names.n++] = 0;
	return true;
}

int mmx_symbols_add(struct mmx_symbols *s, const char *name, size_t len, uint64_t addr, char type,
		    uint16_t module)
{
	struct mmx_symbol_table *t = table_of(s, module);
	struct mmx_symbol sym = {.addr = addr, .module = module, .type = type};

	if (t->tokens || t->n >= MMX_SYMBOLS_MAX || !mmx_array_grow(t, 1) ||
	    !mmx_array_grow(&t->hashes, 1) || !add_text(t, name, len, &sym.name))
		return -1;
	t->hashes.v[t->hashes.n++] = mmx_symbol_hash(name, len);
	t->v[t->n++] = sym;
	return 0;
}

uint16_t mmx_symbols_add_module(struct mmx_symbols *s, const char *name)
{
	uint32_t at;

	if (s->module_names.n >= UINT16_MAX || !mmx_array_grow(&s->module_names, 1) ||
	    !add_text(&s->modules, name, strlen(name), &at))
		return 0;
	s->module_names.v[s->module_names.n++] = at;
	return s->module_names.n;
}

/* The name of a symbol of that table: where it is plain, or written out. */
static const char *name_in(const struct mmx_symbol_table *t, const struct mmx_symbol *sym,
			   char text[static MMX_SYMBOL_NAME])
{
	struct mmx_packed name;
	size_t at = sym->name;

	if (!t->tokens)
		return t->names.v + at;
	text[0] = 0;
	if (mmx_packed_next(t->names.v, t->names.n, &at, &name))
		mmx_packed_write(t->tokens, &name, text);
	return text;
}

const char *mmx_symbol_name(const struct mmx_symbols *s, const struct mmx_symbol *sym,
			    char text[static MMX_SYMBOL_NAME])
{
	const char *name = name_in(sym->module ? &s->modules : &s->kernel, sym, text);

	if (name != text)
		snprintf(text, MMX_SYMBOL_NAME, "%s", name);
	return text;
}

/* Names were appended in source order, so they order symbols of one address. */
static int by_address(const void *a, const void *b)
{
	const struct mmx_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* kallsyms comes sorted, so that its hashes need not be computed again. */
static void sort(struct mmx_symbol_table *t)
{
	char text[MMX_SYMBOL_NAME];
	size_t sorted = 1;

	while (sorted < t->n && by_address(&t->v[sorted - 1], &t->v[sorted]) <= 0)
		sorted++;
	if (sorted >= t->n)
		return;
	mmx_array_sort(t, by_address);
	for (size_t i = 0; i < t->n; i++) {
		const char *name = name_in(t, &t->v[i], text);

		t->hashes.v[i] = mmx_symbol_hash(name, strlen(name));
	}
}

/*
 * A slot has the index in its lower bits and, so that searches need not touch symbols that only share a
 * place, a part of the hash in those above, which has no say in the place.
 */
#define INDEX_BITS 24
#define INDEX_MASK ((1u << INDEX_BITS) - 1)

static uint32_t make_slot(uint32_t hash, size_t index)
{
	return (hash & ~INDEX_MASK) | (uint32_t)(index + 1);
}

static bool same_name(const struct mmx_symbol_table *t, const struct mmx_symbol *sym,
		      const char *name)
{
	char text[MMX_SYMBOL_NAME];

	return !strcmp(name_in(t, sym, text), name);
}

/* The symbol of that name, or NULL. */
static const struct mmx_symbol *find_in(const struct mmx_symbol_table *t, const char *name,
					uint32_t hash)
{
	size_t i = hash & (t->slots - 1);

	for (; t->slots && t->slot[i]; i = (i + 1) & (t->slots - 1)) {
		size_t index = (t->slot[i] & INDEX_MASK) - 1;

		if (t->hashes.v[index] == hash && same_name(t, &t->v[index], name))
			return &t->v[index];
	}
	return NULL;
}

/* Enters a symbol, unless a lower one has its name; returns the steps that it took. */
static uint64_t enter(struct mmx_symbol_table *t, size_t index)
{
	uint32_t hash = t->hashes.v[index];
	size_t i = hash & (t->slots - 1);
	char text[MMX_SYMBOL_NAME];
	uint64_t steps = 0;

	for (; t->slot[i]; i = (i + 1) & (t->slots - 1), steps++) {
		size_t other = (t->slot[i] & INDEX_MASK) - 1;

		if ((t->slot[i] ^ hash) & ~INDEX_MASK || t->hashes.v[other] != hash)
			continue;
		if (same_name(t, &t->v[other], name_in(t, &t->v[index], text)))
			return steps;
	}
	t->slot[i] = make_slot(hash, index);
	return steps;
}

#define BATCH 32

/* Begins to fetch the slots of a batch before the first of them is looked at. */
static bool index_all(struct mmx_symbol_table *t)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < t->n; i += BATCH) {
		size_t end = i + BATCH < t->n ? i + BATCH : t->n;

		for (size_t j = i; j < end; j++)
			__builtin_prefetch(&t->slot[t->hashes.v[j] & (t->slots - 1)], 1);
		for (size_t j = i; j < end; j++) {
			if (t->v[j].type != 'U')
				steps += enter(t, j);
		}
		if (steps > PROBES_MAX * (uint64_t)t->slots)
			return false;
	}
	return true;
}

static void drop_index(struct mmx_symbol_table *t)
{
	free(t->slot);
	t->slot = NULL;
	t->slots = t->finished = 0;
}

static int finish(struct mmx_symbol_table *t, struct mmx_err *err)
{
	size_t slots = 64;

	if (t->finished == t->n)
		return 0;
	drop_index(t);
	while (slots < 2 * t->n)
		slots *= 2;
	t->slot = mmx_large_zeroed(slots, sizeof(*t->slot));
	if (!t->slot)
		return mmx_fail_nomem(err);
	t->slots = slots;
	sort(t);
	if (!index_all(t)) {
		drop_index(t);
		return mmx_fail(err, MMX_ECORRUPT,
				"the names of the %zu symbols are forged: they collide", t->n);
	}
	t->finished = t->n;
	return 0;
}

int mmx_symbols_finish(struct mmx_symbols *s, struct mmx_err *err)
{
	return finish(&s->kernel, err) || finish(&s->modules, err) ? -1 : 0;
}

void mmx_symbol_table_free(struct mmx_symbol_table *t)
{
	mmx_array_free(t);
	mmx_array_free(&t->names);
	mmx_array_free(&t->hashes);
	free(t->tokens);
	free(t->slot);
	*t = (struct mmx_symbol_table){0};
}

void mmx_symbols_free(struct mmx_symbols *s)
{
	mmx_symbol_table_free(&s->kernel);
	mmx_symbol_table_free(&s->modules);
	mmx_array_free(&s->module_names);
	*s = (struct mmx_symbols){0};
}

const struct mmx_symbol *mmx_symbols_find(const struct mmx_symbols *s, const char *name)
{
	uint32_t hash = mmx_symbol_hash(name, strlen(name));
	const struct mmx_symbol *sym = find_in(&s->kernel, name, hash);

	return sym ? sym : find_in(&s->modules, name, hash);
}

bool mmx_symbol_addr(const struct mmx_symbols *s, const char *name, uint64_t *addr)
{
	const struct mmx_symbol *sym = mmx_symbols_find(s, name);

	if (sym)
		*addr = sym->addr;
	return sym;
}

bool mmx_symbols_behind(const struct mmx_symbols *s, const struct mmx_symbol *sym, uint64_t *addr)
{
	const struct mmx_symbol_table *t = &s->kernel;
	size_t i = mmx_array_bound(t, e, e->addr <= sym->addr);

	if (i >= t->finished)
		return false;
	*addr = t->v[i].addr;
	return true;
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
static unsigned int rank(const struct mmx_symbol_table *t, const struct mmx_symbol *sym)
{
	char text[MMX_SYMBOL_NAME];

	if (is_section_mark(name_in(t, sym, text)))
		return 2;
	return isupper((unsigned char)sym->type) ? 0 : 1;
}

/* How many finished symbols lie at or below an address. */
static size_t count_up_to(const struct mmx_symbol_table *t, uint64_t addr)
{
	size_t lo = 0, hi = t->finished;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct mmx_symbol *nearest_in(const struct mmx_symbol_table *t, uint64_t addr,
					   unsigned int *best_rank)
{
	const struct mmx_symbol *best = NULL;
	size_t end = count_up_to(t, addr);

	for (size_t i = end; i-- && end - i <= ALIASES_MAX;) {
		const struct mmx_symbol *sym = &t->v[i];
		unsigned int its_rank;

		if (sym->addr < KERNEL_HALF || addr - sym->addr > NEAR ||
		    (best && sym->addr != best->addr))
			break;
		if (sym->type == 'U')
			continue;
		its_rank = rank(t, sym);
		if (!best || its_rank <= *best_rank) {
			best = sym;
			*best_rank = its_rank;
		}
	}
	return best;
}

const struct mmx_symbol *mmx_symbols_nearest(const struct mmx_symbols *s, uint64_t addr)
{
	unsigned int rank = 0, modules_rank = 0;
	const struct mmx_symbol *sym = nearest_in(&s->kernel, addr, &rank);
	const struct mmx_symbol *of_module = nearest_in(&s->modules, addr, &modules_rank);

	if (!sym || !of_module)
		return sym ? sym : of_module;
	if (sym->addr != of_module->addr)
		return sym->addr > of_module->addr ? sym : of_module;
	return modules_rank < rank ? of_module : sym;
}

const char *mmx_symbol_module(const struct mmx_symbols *s, const struct mmx_symbol *sym)
{
	return sym->module ? s->modules.names.v + s->module_names.v[sym->module - 1] : NULL;
}

void mmx_symbol_format(const struct mmx_symbols *s, uint64_t addr, char *buf, size_t size)
{
	const struct mmx_symbol *sym = mmx_symbols_nearest(s, addr);
	char name[MMX_SYMBOL_NAME], offset[24] = "";
	const char *module;

	if (!sym) {
		snprintf(buf, size, "0x%" PRIx64, addr);
		return;
	}
	module = mmx_symbol_module(s, sym);
	if (addr != sym->addr)
		snprintf(offset, sizeof(offset), "+0x%" PRIx64, addr - sym->addr);
	snprintf(buf, size, "%s%s%s%s%s", mmx_symbol_name(s, sym, name), offset, module ? " [" : "",
		 module ? module : "", module ? "]" : "");
}
