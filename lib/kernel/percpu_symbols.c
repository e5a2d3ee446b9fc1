// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu_symbols.h"

#define MODULES_MAX 8192

static int add_module(struct mmx_percpu_areas *areas, struct mmx_view *view, uint64_t module,
		      struct mmx_err *err)
{
	uint64_t start, size;
	struct mmx_err why;

	if (mmx_kget(view, module, M_module_percpu, &start, &why) ||
	    mmx_kget(view, module, M_module_percpu_size, &size, &why)) {
		mmx_cover_fail(&areas->coverage, &why);
		return 0;
	}
	if (!size || start + size < start)
		return 0;
	return mmx_array_add(areas, (struct mmx_percpu_area){start, start + size})
		       ? 0
		       : mmx_fail_nomem(err);
}

/* A kernel for one CPU has no such members, and its variables are at addresses. */
static int add_modules(struct mmx_percpu_areas *areas, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_list list;
	uint64_t head;

	if (!mmx_has(l, M_module_list) || !mmx_has(l, M_module_percpu) ||
	    !mmx_has(l, M_module_percpu_size) ||
	    !mmx_symbol_addr(&view->kernel->symbols, "modules", &head))
		return 0;
	mmx_list_begin(&list, view, head, MODULES_MAX);
	while (mmx_list_next(&list)) {
		if (add_module(areas, view, list.node - mmx_off(l, M_module_list), err))
			return -1;
	}
	mmx_cover_inherit(&areas->coverage, &list.coverage);
	return 0;
}

int mmx_percpu_areas_find(struct mmx_percpu_areas *areas, struct mmx_view *view,
			  struct mmx_err *err)
{
	const struct mmx_symbols *s = &view->kernel->symbols;

	*areas = (struct mmx_percpu_areas){0};
	if (!mmx_symbols_find(s, "__per_cpu_offset"))
		return 0;
	if (!mmx_symbol_addr(s, "__per_cpu_start", &areas->kernel.start) ||
	    !mmx_symbol_addr(s, "__per_cpu_end", &areas->kernel.end))
		areas->kernel = (struct mmx_percpu_area){0};
	if (!add_modules(areas, view, err))
		return 0;
	mmx_percpu_areas_free(areas);
	return -1;
}

void mmx_percpu_areas_free(struct mmx_percpu_areas *areas)
{
	mmx_array_free(areas);
}

static bool has(const struct mmx_percpu_area *area, uint64_t pointer)
{
	return pointer >= area->start && pointer < area->end;
}

static bool is_of_module(const struct mmx_percpu_areas *areas, uint64_t pointer)
{
	for (size_t i = 0; i < areas->n; i++) {
		if (has(&areas->v[i], pointer))
			return true;
	}
	return false;
}

bool mmx_is_percpu_pointer(const struct mmx_percpu_areas *areas, uint64_t pointer)
{
	return has(&areas->kernel, pointer) || is_of_module(areas, pointer);
}

bool mmx_is_percpu_symbol(const struct mmx_percpu_areas *areas, const struct mmx_symbol *sym)
{
	return sym->module ? is_of_module(areas, sym->addr) : has(&areas->kernel, sym->addr);
}

const struct mmx_symbol *mmx_percpu_nearest(const struct mmx_percpu_areas *areas,
					    const struct mmx_symbols *s, uint64_t pointer)
{
	bool own = has(&areas->kernel, pointer);
	const struct mmx_symbol_table *t = own ? &s->kernel : &s->modules;
	size_t i = mmx_symbol_table_up_to(t, pointer);
	const struct mmx_symbol *best = NULL;

	/* Of several at one address the one that is not the mark where they all begin. */
	while ((own || is_of_module(areas, pointer)) && i--) {
		const struct mmx_symbol *sym = mmx_symbol_table_at(t, i);
		char name[MMX_SYMBOL_NAME];

		if (!mmx_is_percpu_symbol(areas, sym) || (best && sym->addr != best->addr))
			break;
		if (sym->type != 'U' &&
		    (!best || strcmp(mmx_symbol_table_name(t, sym, name), "__per_cpu_start") != 0))
			best = sym;
	}
	return best;
}
