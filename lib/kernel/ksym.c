// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/ksym.h"
#include "kernel/list.h"
#include "kernel/member.h"

#define MODULES_MAX 8192
#define PARTS_MAX   64u /* of a module's memory */

struct module {
	char name[64];
};

static const struct mmx_wanted module_wanted[] = {
	MMX_WANT_TEXT(struct module, name, module, name),
};

static const struct mmx_decode module_table = MMX_DECODE("module", module_wanted);

static bool add_text(struct mmx_ksyms *k, const char *name, uint64_t start, uint64_t size)
{
	struct mmx_module_text text = {.start = start, .end = start + size};

	if (!size || text.end < start)
		return true;
	snprintf(text.name, sizeof(text.name), "%s", name);
	return mmx_array_add(k, text);
}

/* One of the parts that a module's memory has since 6.4. */
static bool add_part(struct mmx_ksyms *k, struct mmx_view *view, uint64_t module, const char *name,
		     enum mmx_layout_enumerator kind)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t part = module + mmx_off(l, M_module_mem), base, size;
	struct mmx_err err;

	if (!mmx_has_enum(l, kind) || mmx_enum(l, kind) >= PARTS_MAX) {
		mmx_cover_failf(&k->coverage, MMX_EMISSING,
				"no source of types tells which part of a module is its code");
		return true;
	}
	part += mmx_enum(l, kind) * mmx_size(l, S_module_memory);
	if (!mmx_kget(view, part, M_module_memory_base, &base, &err) &&
	    !mmx_kget(view, part, M_module_memory_size, &size, &err))
		return add_text(k, name, base, size);
	mmx_cover_fail(&k->coverage, &err);
	return true;
}

static bool add_layout(struct mmx_ksyms *k, struct mmx_view *view, uint64_t module,
		       const char *name, enum mmx_layout_member at, enum mmx_layout_member size_at)
{
	uint64_t base, size;
	struct mmx_err err;

	if (!mmx_kget(view, module, at, &base, &err) &&
	    !mmx_kget(view, module, size_at, &size, &err))
		return add_text(k, name, base, size);
	mmx_cover_fail(&k->coverage, &err);
	return true;
}

static bool add_module(struct mmx_ksyms *k, struct mmx_view *view, uint64_t module)
{
	struct module m;
	struct mmx_err err;

	if (mmx_decode_read(&module_table, view, module, &m, &err)) {
		mmx_cover_fail(&k->coverage, &err);
		return true;
	}
	if (mmx_has(&view->kernel->layout, M_module_mem))
		return add_part(k, view, module, m.name, E_MOD_TEXT) &&
		       add_part(k, view, module, m.name, E_MOD_INIT_TEXT);
	return add_layout(k, view, module, m.name, M_module_core_base, M_module_core_text_size) &&
	       add_layout(k, view, module, m.name, M_module_init_base, M_module_init_text_size);
}

int mmx_ksyms_find(struct mmx_ksyms *k, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member list_member[] = {M_module_list};
	const struct mmx_symbols *s = &view->kernel->symbols;
	struct mmx_list list;
	struct mmx_err lack;
	uint64_t head;

	if (!mmx_symbol_addr(s, "_stext", &k->start) || !mmx_symbol_addr(s, "_end", &k->end))
		mmx_cover_failf(&k->coverage, MMX_EMISSING, "there is no symbol _stext or _end");
	if (!mmx_symbol_addr(s, "modules", &head))
		return 0; /* a kernel that cannot load any */
	if (mmx_layout_require(&view->kernel->layout, list_member, 1, &lack)) {
		mmx_cover_fail(&k->coverage, &lack);
		return 0;
	}
	mmx_list_begin(&list, view, head, MODULES_MAX);
	while (mmx_list_next(&list)) {
		if (!add_module(k, view, list.node - mmx_off(&view->kernel->layout, M_module_list)))
			return mmx_fail_nomem(err);
	}
	mmx_cover_inherit(&k->coverage, &list.coverage);
	return 0;
}

void mmx_ksyms_free(struct mmx_ksyms *k)
{
	mmx_array_free(k);
}

/* What an assembler marks sections with is no symbol to the kernel, and neither is what others define. */
static bool counts(const struct mmx_symbols *s, const struct mmx_symbol *sym, const char *module)
{
	const char *of = mmx_symbol_module(s, sym);
	char name[MMX_SYMBOL_NAME];

	if (!module)
		return true;
	mmx_symbol_name(s, sym, name);
	return !strcmp(of, module) && sym->type != 'U' && *name != '$' && strncmp(name, ".L", 2) &&
	       strncmp(name, "L0", 2);
}

/*
 * The symbol that counts before or at an address, the first of several there, and where the next one
 * is, @end if there is none before that.
 */
static const struct mmx_symbol *around(const struct mmx_symbols *s, const char *module,
				       uint64_t addr, uint64_t start, uint64_t *end)
{
	const struct mmx_symbol_table *t = module ? &s->modules : &s->kernel;
	size_t i = mmx_symbol_table_up_to(t, addr);
	const struct mmx_symbol *best = NULL;

	for (size_t after = i; after < t->n; after++) {
		const struct mmx_symbol *sym = mmx_symbol_table_at(t, after);

		if (sym->addr >= *end)
			break;
		if (counts(s, sym, module)) {
			*end = sym->addr;
			break;
		}
	}
	while (i--) {
		const struct mmx_symbol *sym = mmx_symbol_table_at(t, i);

		if (sym->addr < start || (best && sym->addr != best->addr))
			break;
		if (counts(s, sym, module))
			best = sym;
	}
	return best;
}

static const struct mmx_module_text *module_of(const struct mmx_ksyms *k, uint64_t addr)
{
	for (size_t i = 0; i < k->n; i++) {
		if (addr >= k->v[i].start && addr < k->v[i].end)
			return &k->v[i];
	}
	return NULL;
}

void mmx_ksym_text(const struct mmx_ksyms *k, const struct mmx_view *view, uint64_t addr, char *buf,
		   size_t size)
{
	const struct mmx_symbols *s = &view->kernel->symbols;
	const struct mmx_symbol *sym = NULL;
	const struct mmx_module_text *m = NULL;
	char name[MMX_SYMBOL_NAME];
	uint64_t end = k->end;

	if (addr >= k->start && addr < k->end) {
		sym = around(s, NULL, addr, k->start, &end);
	} else if ((m = module_of(k, addr))) {
		end = m->end;
		sym = around(s, m->name, addr, m->start, &end);
	}
	if (!sym)
		snprintf(buf, size, "0x%" PRIx64, addr);
	else
		snprintf(buf, size, "%s+0x%" PRIx64 "/0x%" PRIx64 "%s%s%s",
			 mmx_symbol_name(s, sym, name), addr - sym->addr, end - sym->addr,
			 m ? " [" : "", m ? m->name : "", m ? "]" : "");
}
