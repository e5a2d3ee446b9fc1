// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols of per-CPU variables. What they hold is no address but a per-CPU pointer, to which a CPU's offset is
 * added: small numbers where the linker put those variables at 0, and since 6.15 on x86-64 numbers that look like
 * addresses of the kernel's image. So they are told by where they lie: the kernel's own between two symbols,
 * those of a module in the room that it was given.
 */
#ifndef MMX_KERNEL_PERCPU_SYMBOLS_H
#define MMX_KERNEL_PERCPU_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/symbols.h"

/** struct mmx_percpu_area - pointers [start, end) */
struct mmx_percpu_area {
	uint64_t start, end;
};

/**
 * struct mmx_percpu_areas - where per-CPU variables have their pointers; none in a kernel for one CPU
 * @kernel: those of the kernel itself; empty when it has none
 */
struct mmx_percpu_areas {
	struct mmx_coverage coverage;
	struct mmx_percpu_area kernel;
	MMX_ARRAY(struct mmx_percpu_area); /* those of modules */
};

/** mmx_percpu_areas_find() - -1 without memory */
int mmx_percpu_areas_find(struct mmx_percpu_areas *areas, struct mmx_view *view,
			  struct mmx_err *err);
void mmx_percpu_areas_free(struct mmx_percpu_areas *areas);

/** mmx_is_percpu_pointer() - whether a number is the pointer of a variable of the kernel's or a module's */
bool mmx_is_percpu_pointer(const struct mmx_percpu_areas *areas, uint64_t pointer);

/** mmx_is_percpu_symbol() - whether what a symbol holds is a per-CPU pointer */
bool mmx_is_percpu_symbol(const struct mmx_percpu_areas *areas, const struct mmx_symbol *sym);

/** mmx_percpu_nearest() - the symbol of the variable that a per-CPU pointer lies in or behind, or NULL */
const struct mmx_symbol *mmx_percpu_nearest(const struct mmx_percpu_areas *areas,
					    const struct mmx_symbols *s, uint64_t pointer);

#endif
