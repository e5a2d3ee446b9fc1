// SPDX-License-Identifier: GPL-2.0-or-later
/* What a pointer leads to, as far as symbols tell. */
#ifndef MMX_MM_LEADS_TO_H
#define MMX_MM_LEADS_TO_H

#include <stddef.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_symbol;
struct mmx_view;

/** struct mmx_module_area - a part of a module, [start, end) */
struct mmx_module_area {
	uint64_t start, end;
};

/**
 * struct mmx_module_areas - where modules have their code and data: each of their parts, by address
 * What lies between them is nobody's that has symbols: programs of BPF, what ftrace and kprobes make.
 */
struct mmx_module_areas {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_module_area);
};

/** mmx_module_areas_find() - mmx_know_module_areas() keeps it */
int mmx_module_areas_find(struct mmx_module_areas *areas, struct mmx_view *view,
			  struct mmx_err *err);
void mmx_module_areas_free(struct mmx_module_areas *areas);

/**
 * mmx_symbol_there() - the symbol that an address lies in or behind, or NULL
 * Symbols are of the kernel's image and of modules, each up to the end of its part: what lies elsewhere only happens
 * to follow one.
 */
const struct mmx_symbol *mmx_symbol_there(struct mmx_view *view, uint64_t addr);

/** mmx_leads_to() - "name+0x10 [module]", or an empty text; returns @buf */
const char *mmx_leads_to(struct mmx_view *view, uint64_t addr, char *buf, size_t size);

#endif
