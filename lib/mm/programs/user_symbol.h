// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbol that an address of a process has, out of the ELF file that is mapped there or the vDSO. */
#ifndef MMX_MM_USER_SYMBOL_H
#define MMX_MM_USER_SYMBOL_H

#include "mm/processes/vma.h"
#include "mm/programs/elf_symbols.h"

/**
 * struct mmx_user_symbol - a symbol, and where in it the address is
 * @vaddr: of the address, as its file has addresses
 */
struct mmx_user_symbol {
	struct mmx_elf_symbol of;
	uint64_t vaddr;
};

/** mmx_user_symbol() - of an address that @vma covers; -1 and why when there is none, or it cannot be told */
int mmx_user_symbol(struct mmx_user_symbol *symbol, struct mmx_view *view,
		    const struct mmx_vma *vma, uint64_t addr, struct mmx_err *err);

#endif
