// SPDX-License-Identifier: GPL-2.0-or-later
/* symx: the address of a symbol, and the symbol of an address. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/address.h"
#include "cmd/what.h"
#include "mm/leads_to.h"
#include "records/symx.h"

struct symx {
	struct mmx_symx x;
	struct mmx_run *run;
	struct mmx_addresses addresses;
	bool lacks_cpus; /* where CPUs have a variable is not known */
};

static const struct mmx_symbols *symbols(const struct symx *s)
{
	return &s->run->kernel->symbols;
}

static int add(struct symx *s, const struct mmx_symbol *sym, uint64_t addr, uint64_t offset,
	       unsigned int cpu, struct mmx_err *err)
{
	const struct mmx_symbol_row row = {
		.sym = sym,
		.addr = addr,
		.offset = offset,
		.cpu = cpu,
		.percpu = cpu == MMX_NO_CPU && mmx_is_percpu_symbol(&s->addresses.areas, sym),
	};

	return mmx_array_add(&s->x, row) ? 0 : mmx_fail_nomem(err);
}

/* A symbol, and where the CPUs that are meant have it when it is per-CPU. */
static int add_each(struct symx *s, const struct mmx_symbol *sym, uint64_t offset, bool cpus,
		    struct mmx_err *err)
{
	if (add(s, sym, sym->addr, offset, MMX_NO_CPU, err))
		return -1;
	if (!cpus || !mmx_is_percpu_symbol(&s->addresses.areas, sym))
		return 0;
	s->lacks_cpus |= s->addresses.no_cpus.code;
	for (size_t i = 0; i < s->addresses.cpus.n; i++) {
		const struct mmx_cpu *cpu = &s->addresses.cpus.v[i];

		if (add(s, sym, sym->addr + cpu->offset, offset, cpu->nr, err))
			return -1;
	}
	return 0;
}

/*
 * By name.
 */

static int add_named(struct symx *s, const char *name, uint64_t offset, struct mmx_err *err)
{
	size_t before = s->x.n, next = 0;
	const struct mmx_symbol *sym;

	while ((sym = mmx_symbols_named(symbols(s), name, &next))) {
		if (sym->type != 'U' && add_each(s, sym, offset, true, err))
			return -1;
	}
	return s->x.n > before
		       ? 0
		       : mmx_symbols_fail(symbols(s), name, err, "there is no symbol %s", name);
}

static int add_pattern(struct symx *s, const char *pattern, uint64_t offset, struct mmx_err *err)
{
	size_t before = s->x.n;

	for (size_t i = 0; i < mmx_symbols_count(symbols(s)); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(symbols(s), i);
		char name[MMX_SYMBOL_NAME];

		if (sym->type == 'U' ||
		    fnmatch(pattern, mmx_symbol_name(symbols(s), sym, name), 0) != 0)
			continue;
		if (add_each(s, sym, offset, s->addresses.chosen, err))
			return -1;
	}
	return s->x.n > before ? 0 : mmx_fail(err, MMX_ENOTFOUND, "there is no symbol %s", pattern);
}

/*
 * By address.
 */

/* All symbols where the nearest one is. */
static int add_alike(struct symx *s, const struct mmx_symbol *sym, uint64_t at, uint64_t offset,
		     unsigned int cpu, struct mmx_err *err)
{
	const struct mmx_symbol_table *t = sym->module ? &symbols(s)->modules : &symbols(s)->kernel;
	size_t end = mmx_symbol_table_up_to(t, sym->addr), first = end;

	while (first && mmx_symbol_table_at(t, first - 1)->addr == sym->addr)
		first--;
	for (; first < end; first++) {
		const struct mmx_symbol *each = mmx_symbol_table_at(t, first);

		if (each->type != 'U' && each->module == sym->module &&
		    add(s, each, at, offset, cpu, err))
			return -1;
	}
	return 0;
}

/* Whether an address is one that a CPU has a per-CPU variable at; 1 when it is not. */
static int add_of_cpu(struct symx *s, uint64_t addr, struct mmx_err *err)
{
	for (size_t i = 0; i < s->addresses.cpus.n; i++) {
		const struct mmx_cpu *cpu = &s->addresses.cpus.v[i];
		const struct mmx_symbol *sym =
			mmx_percpu_nearest(&s->addresses.areas, symbols(s), addr - cpu->offset);

		if (sym)
			return add_alike(s, sym, sym->addr + cpu->offset,
					 addr - cpu->offset - sym->addr, cpu->nr, err);
	}
	return 1;
}

static int add_address(struct symx *s, uint64_t addr, struct mmx_err *err)
{
	enum mmx_region_id region = mmx_region_of(&s->run->kernel->regions, addr);
	const struct mmx_symbol *sym = mmx_percpu_nearest(&s->addresses.areas, symbols(s), addr);
	int ret;

	if (!sym)
		sym = mmx_symbol_there(s->run->view, addr);
	if (sym)
		return add_alike(s, sym, sym->addr, addr - sym->addr, MMX_NO_CPU, err);
	ret = add_of_cpu(s, addr, err);
	if (ret <= 0)
		return ret;
	return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " is of no symbol%s%s", addr,
			region == MMX_REGION_COUNT ? "" : ": it lies in the ",
			region == MMX_REGION_COUNT ? "" : mmx_region_name(region));
}

static int add_range(struct symx *s, const char *text, const char *dash, struct mmx_err *err)
{
	bool decimal = s->run->option['d'];
	struct mmx_address first, last;
	size_t before = s->x.n;

	if (mmx_address_find(&first, &s->addresses, text, dash, decimal, true, err) ||
	    mmx_address_find(&last, &s->addresses, dash + 1, NULL, decimal, true, err))
		return -1;
	if (last.addr < first.addr)
		return mmx_fail(err, MMX_EUSAGE, "the range %s ends before it begins", text);
	for (size_t i = 0; i < mmx_symbols_count(symbols(s)); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(symbols(s), i);

		if (sym->addr >= first.addr && sym->addr <= last.addr && sym->type != 'U' &&
		    add_each(s, sym, 0, s->addresses.chosen, err))
			return -1;
	}
	return s->x.n > before ? 0 : mmx_fail(err, MMX_ENOTFOUND, "no symbol lies within %s", text);
}

/*
 * Operands.
 */

static int take_operand(struct symx *s, const char *text, struct mmx_err *err)
{
	const char *dash = strchr(text, '-'), *plus = strchr(text, '+');
	char name[MMX_SYMBOL_NAME];
	struct mmx_address address;
	uint64_t offset = 0;

	if (dash && dash > text && dash[1])
		return add_range(s, text, dash, err);
	if (!mmx_symbols_find(symbols(s), text) &&
	    !mmx_number(text, plus, s->run->option['d'], &offset)) {
		if (mmx_address_find(&address, &s->addresses, text, NULL, s->run->option['d'], true,
				     err))
			return -1;
		return add_address(s, address.addr, err);
	}
	if (plus && mmx_number(plus + 1, NULL, s->run->option['d'], &offset))
		return mmx_fail(err, MMX_EUSAGE, "%s: behind the + stands a number", text);
	if ((plus ? (size_t)(plus - text) : strlen(text)) >= sizeof(name))
		return mmx_fail(err, MMX_EUSAGE, "no symbol has so long a name");
	snprintf(name, sizeof(name), "%.*s", plus ? (int)(plus - text) : (int)strlen(text), text);
	return (strpbrk(name, "*?[") ? add_pattern : add_named)(s, name, plus ? offset : 0, err);
}

static enum mmx_exit symx(struct mmx_run *run)
{
	enum mmx_exit status = MMX_EXIT_OK;
	struct symx s = {.run = run};
	struct mmx_err err;

	if (mmx_addresses_begin(&s.addresses, run, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	if (!mmx_cover_whole(&s.addresses.areas.coverage)) {
		mmx_say(run, "which symbols of modules are per-CPU is not known: %s",
			s.addresses.areas.coverage.first.text);
		status = mmx_run_exit(run, &s.addresses.areas.coverage);
	}
	for (int i = 0; i < run->n_operands; i++) {
		if (!take_operand(&s, run->operand[i], &err))
			continue;
		mmx_say(run, "%s", err.text);
		status = MMX_EXIT_CANNOT;
	}
	if (s.x.n)
		status = mmx_worse(status, mmx_run_show(run, &s.x, NULL));
	if (s.lacks_cpus) {
		mmx_say(run, "where CPUs have them is not known: %s", s.addresses.no_cpus.text);
		status = mmx_worse(status, MMX_EXIT_PARTIAL);
	}
	mmx_array_free(&s.x);
	mmx_addresses_end(&s.addresses);
	return status;
}

static const struct mmx_field fields[] = {
	{"symbols", MMX_TABLE, "those that were asked for, and of per-CPU variables a row a CPU",
	 .record = &mmx_record_symbols},
	{0},
};

static const struct mmx_record document = {
	.name = "sym",
	.doc = "symbols of the kernel and its modules",
	.version = 1,
	.fields = fields,
};

static const struct mmx_option options[] = {
	MMX_ADDRESS_OPTIONS,
	{'d', "decimal", NULL, "numbers are decimal"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_SYMBOLS};

const struct mmx_command mmx_cmd_symx = {
	.name = "symx",
	.summary = "the address of a symbol, and the symbol of an address",
	.operands = "NAME|ADDRESS|A-B...",
	.help = "Shows where symbols of the kernel and its modules are. NAME is one, all that are called so, or\n"
		"a pattern with * and ?, and may have +OFFSET (hex) behind it. Of an ADDRESS the symbols that it\n"
		"lies in or behind, several where several are at one address; of a range all that begin in it,\n"
		"between two addresses or names.\n"
		"\n"
		"A per-CPU variable has an address for each CPU: those are shown below its per-CPU pointer, of\n"
		"patterns and ranges with -a or -C only. An address that a CPU has one at is recognised. The size\n"
		"is what lies between a symbol and the next one.\n"
		"\n"
		"    mmx -c vmcore symx init_task\n"
		"    mmx -c vmcore symx ffffffff81234567\n"
		"    mmx -c vmcore symx -C 1 runqueues 'kmem_cache_*'",
	.example = "symx 'init_*'",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = symx,
};
