// SPDX-License-Identifier: GPL-2.0-or-later
/* DWARF as a source of types; vmlinux.c opens the file and decides whether it is used. */
#ifndef MMX_KERNEL_DWARF_H
#define MMX_KERNEL_DWARF_H

#include <libelf.h>

#include "kernel/types.h"

/**
 * mmx_dwarf_open() - types from the debugging information of an open ELF file
 * @elf, @fd: belong to the provider when this succeeds
 * Nothing is searched before the first question, and then no further than the answer.
 */
int mmx_dwarf_open(struct mmx_types_provider *p, Elf *elf, int fd, const char *name,
		   struct mmx_err *err);

#endif
