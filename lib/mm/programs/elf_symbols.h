// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The symbol that an address of an ELF file has: out of its own table of symbols (.symtab) when that can be read, and
 * else, or when it has none for the address, out of the one that the dynamic linker uses.
 */
#ifndef MMX_MM_ELF_SYMBOLS_H
#define MMX_MM_ELF_SYMBOLS_H

#include "mm/programs/elf.h"

#define MMX_ELF_NAME 256

/**
 * struct mmx_elf_symbol - a symbol
 * @name: cut to fit
 * @value: where it begins, as the file has addresses
 * @size: its bytes; 0: it does not say, and is the nearest one at or below
 * @function: it is code
 * @dynamic: it is out of the dynamic linker's table
 * @unread: symbols of the tables that could not be read: with @size 0 another one may be nearer
 */
struct mmx_elf_symbol {
	char name[MMX_ELF_NAME];
	uint64_t value, size;
	bool function, dynamic;
	uint64_t unread;
};

/** mmx_elf_symbol() - of address @vaddr; -1 and why when there is none, or that cannot be told */
int mmx_elf_symbol(struct mmx_elf_symbol *symbol, const struct mmx_elf *elf,
		   struct mmx_elf_source *s, uint64_t vaddr, struct mmx_err *err);

#endif
