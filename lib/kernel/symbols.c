// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lazy_symbols.h"
#include "kernel/name_index.h"
#include "kernel/symbols.h"

/* Kernel addresses are the upper half of the address space; what is below is a per-CPU offset. */
#define KERNEL_HALF (1ULL << 63)

/* Symbols farther away than the largest objects of a kernel say nothing about an address. */
#define NEAR (16ULL << 20)

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

const char *mmx_symbol_table_name(const struct mmx_symbol_table *t, const struct mmx_symbol *sym,
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

const struct mmx_symbol *mmx_symbol_table_at(const struct mmx_symbol_table *t, size_t i)
{
	if (t->lazy)
		mmx_lazy_symbols_fill(t, i);
	return &t->v[i];
}

/* Without filling it in. */
static uint64_t addr_at(const struct mmx_symbol_table *t, size_t i)
{
	return t->lazy ? mmx_kallsyms_address(&t->lazy->addresses, i) : t->v[i].addr;
}

size_t mmx_symbol_table_up_to(const struct mmx_symbol_table *t, uint64_t addr)
{
	size_t lo = 0, hi = t->finished;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (addr_at(t, mid) <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const char *mmx_symbol_name(const struct mmx_symbols *s, const struct mmx_symbol *sym,
			    char text[static MMX_SYMBOL_NAME])
{
	const char *name = mmx_symbol_table_name(sym->module ? &s->modules : &s->kernel, sym, text);

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
		const char *name = mmx_symbol_table_name(t, &t->v[i], text);

		t->hashes.v[i] = mmx_symbol_hash(name, strlen(name));
	}
}

static int finish(struct mmx_symbol_table *t, struct mmx_err *err)
{
	if (t->finished == t->n)
		return 0;
	t->finished = 0;
	sort(t);
	if (mmx_name_index_make(t, err))
		return -1;
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
	mmx_name_index_drop(t);
	mmx_lazy_symbols_free(t->lazy);
	free(t->tokens);
	*t = (struct mmx_symbol_table){0};
}

void mmx_symbols_free(struct mmx_symbols *s)
{
	mmx_symbol_table_free(&s->kernel);
	mmx_symbol_table_free(&s->modules);
	mmx_array_free(&s->module_names);
	*s = (struct mmx_symbols){0};
}

const struct mmx_symbol *mmx_symbols_at(const struct mmx_symbols *s, size_t i)
{
	return i < s->kernel.n ? mmx_symbol_table_at(&s->kernel, i)
			       : &s->modules.v[i - s->kernel.n];
}

const struct mmx_symbol *mmx_symbols_find(const struct mmx_symbols *s, const char *name)
{
	uint32_t hash = mmx_symbol_hash(name, strlen(name));
	const struct mmx_symbol *sym = s->kernel.lazy ? mmx_lazy_symbols_find(&s->kernel, name)
						      : mmx_name_index_find(&s->kernel, name, hash);

	return sym ? sym : mmx_name_index_find(&s->modules, name, hash);
}

/* Without an index there are no hashes. */
static bool may_be(const struct mmx_symbol_table *t, size_t i, uint32_t hash)
{
	return t->hashes.n != t->n || t->hashes.v[i] == hash;
}

const struct mmx_symbol *mmx_symbols_named(const struct mmx_symbols *s, const char *name,
					   size_t *next)
{
	uint32_t hash = mmx_symbol_hash(name, strlen(name));
	char text[MMX_SYMBOL_NAME];

	while (*next < mmx_symbols_count(s)) {
		size_t i = (*next)++, own = s->kernel.n;
		const struct mmx_symbol *sym;

		if (!may_be(i < own ? &s->kernel : &s->modules, i < own ? i : i - own, hash))
			continue;
		sym = mmx_symbols_at(s, i);
		if (!strcmp(mmx_symbol_name(s, sym, text), name))
			return sym;
	}
	return NULL;
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
	size_t i = mmx_symbol_table_up_to(&s->kernel, sym->addr);

	if (i >= s->kernel.finished)
		return false;
	*addr = addr_at(&s->kernel, i);
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

	if (is_section_mark(mmx_symbol_table_name(t, sym, text)))
		return 2;
	return isupper((unsigned char)sym->type) ? 0 : 1;
}

static const struct mmx_symbol *nearest_in(const struct mmx_symbol_table *t, uint64_t addr,
					   unsigned int *best_rank)
{
	const struct mmx_symbol *best = NULL;
	size_t end = mmx_symbol_table_up_to(t, addr);

	for (size_t i = end; i-- && end - i <= ALIASES_MAX;) {
		const struct mmx_symbol *sym = mmx_symbol_table_at(t, i);
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
