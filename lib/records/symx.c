// SPDX-License-Identifier: GPL-2.0-or-later
#include "records/symx.h"

/* A symbol that ends further away than this does not end there. */
#define SIZE_MAX_SANE (16u << 20)

static const void *next_symbol(struct mmx_rows *r)
{
	const struct mmx_symx *symx = r->arg;

	return r->nth < symx->n ? &symx->v[r->nth] : NULL;
}

static const struct mmx_symbol_row *of(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_symbols *symbols(const struct mmx_rows *r)
{
	return &r->view->kernel->symbols;
}

/* Behind the last one of a module may be anything. */
static void size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_symbol *sym = of(r)->sym, *next;
	const struct mmx_symbol_table *t = sym->module ? &symbols(r)->modules : &symbols(r)->kernel;
	size_t i = mmx_symbol_table_up_to(t, sym->addr);

	mmx_value_none(v);
	if (i >= t->finished)
		return;
	next = mmx_symbol_table_at(t, i);
	if (next->module != sym->module || next->addr - sym->addr > SIZE_MAX_SANE)
		return;
	v->state = MMX_GIVEN;
	v->word = next->addr - sym->addr;
}

static void type(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->sym->type)
		mmx_value_textf(v, "%c", of(r)->sym->type);
	else
		mmx_value_none(v);
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->cpu;
	if (of(r)->cpu == MMX_NO_CPU)
		mmx_value_none(v);
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_symbol_name(symbols(r), of(r)->sym, v->scratch->text);
}

static void module(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_symbol_module(symbols(r), of(r)->sym);
	if (!v->text)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"address", MMX_ADDR,
	 "where it is; of a per-CPU variable without a CPU its per-CPU pointer, which a CPU's offset is "
	 "added to",
	 AT(struct mmx_symbol_row, addr)},
	{"offset", MMX_HEX, "how far behind it the address lies that was asked for", .width = 6,
	 .zero = MMX_OR_NONE, AT(struct mmx_symbol_row, offset)},
	{"size", MMX_HEX, "up to the next symbol; left out where none follows near by", .width = 7,
	 .may = MMX_OR_NONE, .get = size},
	{"type", MMX_TEXT, "its letter, as nm has it", .title = "T", .width = 1, .may = MMX_OR_NONE,
	 .get = type},
	{"percpu", MMX_BOOL, "the address is a per-CPU pointer", .title = "PERCPU", .width = 6,
	 .zero = MMX_OR_NONE, AT(struct mmx_symbol_row, percpu)},
	{"cpu", MMX_COUNT, "of a per-CPU variable: whose it is at that address", .width = 4,
	 .may = MMX_OR_NONE, .get = cpu},
	{"module", MMX_TEXT, "the module that it is of; left out of the kernel's own", .width = 12,
	 .may = MMX_OR_NONE, .get = module},
	{"name", MMX_TEXT, "its name", .get = name},
	{0},
};

const struct mmx_record mmx_record_symbols = {
	.name = "symbol",
	.doc = "a symbol, or a per-CPU variable of one CPU",
	.fields = fields,
	.next = next_symbol,
};
