// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/leads_to.h"
#include "mm/mem.h"

#define MODULES_MAX 8192
#define PARTS_MAX   64u

static int add(struct mmx_module_areas *areas, struct mmx_view *view, uint64_t at,
	       enum mmx_layout_member base_id, enum mmx_layout_member size_id, struct mmx_err *err)
{
	struct mmx_module_area area;
	uint64_t size = 0;
	struct mmx_err why;

	if (mmx_kget(view, at, base_id, &area.start, &why) ||
	    mmx_kget(view, at, size_id, &size, &why)) {
		mmx_cover_fail(&areas->coverage, &why);
		return 0;
	}
	area.end = area.start + size;
	if (area.end <= area.start)
		return 0;
	return mmx_array_add(areas, area) ? 0 : mmx_fail_nomem(err);
}

/* In parts by kind since 6.4, one behind the other before. */
static int add_module(struct mmx_module_areas *areas, struct mmx_view *view, uint64_t module,
		      struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned int parts = mmx_has(l, M_module_mem) ? l->member[M_module_mem].m.nelems : 0;

	if (!parts)
		return add(areas, view, module, M_module_core_base, M_module_core_size, err) ||
				       add(areas, view, module, M_module_init_base,
					   M_module_init_size, err)
			       ? -1
			       : 0;
	for (unsigned int i = 0; i < parts && i < PARTS_MAX; i++) {
		uint64_t part =
			module + mmx_off(l, M_module_mem) + i * mmx_size(l, S_module_memory);

		if (add(areas, view, part, M_module_memory_base, M_module_memory_size, err))
			return -1;
	}
	return 0;
}

int mmx_module_areas_find(struct mmx_module_areas *areas, struct mmx_view *view,
			  struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_list list;
	uint64_t head;

	if (!mmx_symbol_addr(&view->kernel->symbols, "modules", &head))
		return 0; /* a kernel that cannot load any */
	if (!mmx_has(l, M_module_list)) {
		mmx_cover_failf(&areas->coverage, MMX_EMISSING,
				"no source of types has module.list");
		return 0;
	}
	mmx_list_begin(&list, view, head, MODULES_MAX);
	while (mmx_list_next(&list)) {
		if (add_module(areas, view, list.node - mmx_off(l, M_module_list), err))
			return -1;
	}
	mmx_cover_inherit(&areas->coverage, &list.coverage);
	mmx_array_sort_by(areas, start);
	return 0;
}

void mmx_module_areas_free(struct mmx_module_areas *areas)
{
	mmx_array_free(areas);
}

/* Whether two addresses are in one part of a module. */
static bool in_one_part(const struct mmx_module_areas *areas, uint64_t a, uint64_t b)
{
	size_t i = mmx_array_bound(areas, e, e->end <= a);

	return i < areas->n && a >= areas->v[i].start && b >= areas->v[i].start &&
	       b < areas->v[i].end;
}

const struct mmx_symbol *mmx_symbol_there(struct mmx_view *view, uint64_t addr)
{
	const struct mmx_kernel *k = view->kernel;
	enum mmx_region_id region = mmx_region_of(&k->regions, addr);
	const struct mmx_symbol *sym;

	if (region != REGION_KERNEL_IMAGE && region != REGION_MODULES)
		return NULL;
	sym = mmx_symbols_nearest(&k->symbols, addr);
	if (!sym || region == REGION_KERNEL_IMAGE)
		return sym && !sym->module ? sym : NULL;
	return sym->module && in_one_part(mmx_know_module_areas(view), addr, sym->addr) ? sym
											: NULL;
}

const char *mmx_leads_to(struct mmx_view *view, uint64_t addr, char *buf, size_t size)
{
	buf[0] = 0;
	if (mmx_symbol_there(view, addr))
		mmx_symbol_format(&view->kernel->symbols, addr, buf, size);
	return buf;
}
