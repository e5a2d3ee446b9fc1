// SPDX-License-Identifier: GPL-2.0-or-later
/* What a pointer leads to, as far as symbols tell. */
#ifndef MMX_KERNEL_LEADS_TO_H
#define MMX_KERNEL_LEADS_TO_H

#include <stddef.h>
#include <stdint.h>

struct mmx_kernel;
struct mmx_symbol;

/**
 * mmx_symbol_there() - the symbol that an address lies in or behind, or NULL
 * Symbols are of the kernel's image and of modules: what lies elsewhere only happens to follow one.
 */
const struct mmx_symbol *mmx_symbol_there(const struct mmx_kernel *k, uint64_t addr);

/** mmx_leads_to() - "name+0x10 [module]", or an empty text; returns @buf */
const char *mmx_leads_to(const struct mmx_kernel *k, uint64_t addr, char *buf, size_t size);

#endif
