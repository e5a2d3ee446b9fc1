// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the flags of a mapping are called. They are macros, which no type knows, and several have moved (uffd_minor,
 * sealed) or have come and gone. So names are taken from where the kernel itself prints them: the two letters of
 * each bit from the array that smaps' line VmFlags is made from, the words from vmaflag_names, the table of %pGv.
 * Where the two name the same bit they must mean the same.
 */
#ifndef MMX_MM_VM_FLAGS_H
#define MMX_MM_VM_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_view;

#define MMX_VM_FLAG_BITS 64
#define MMX_VM_FLAG_NAME 24

/**
 * struct mmx_vm_flag - a bit
 * @name: as the kernel writes it, "mayread"; "bit39" where nothing names it
 * @code: as smaps prints it, "mr"; "??" where the kernel has none for it, and empty where smaps does not print it:
 *	those of protection keys have a line of their own
 */
struct mmx_vm_flag {
	char name[MMX_VM_FLAG_NAME];
	char code[3];
};

/**
 * struct mmx_vm_flags - all of them
 * @own_codes: the codes are this kernel's own; else those that kernels have had from 6.1 to 7.3, as far as
 *	they were the same, and the coverage says why
 */
struct mmx_vm_flags {
	struct mmx_coverage coverage;
	struct mmx_vm_flag bit[MMX_VM_FLAG_BITS];
	bool own_codes;
};

/** struct mmx_vm_flag_place - where a bit is that has moved over the releases; a table ends with an empty code */
struct mmx_vm_flag_place {
	char code[3];
	uint8_t bit;
};

/** mmx_vm_flags_assume() - those that have never moved, and some that have; without a kernel to ask */
void mmx_vm_flags_assume(struct mmx_vm_flags *flags, const struct mmx_vm_flag_place *moved);

/** mmx_vm_flags_find() - find what names them: mmx_know_vm_flags() keeps it */
int mmx_vm_flags_find(struct mmx_vm_flags *flags, struct mmx_view *view, struct mmx_err *err);
void mmx_vm_flags_free(struct mmx_vm_flags *flags);

/** mmx_vm_flag() - the bit of that name, or 0 where this kernel has none: mmx_vm_flag(flags, "hugetlb") */
uint64_t mmx_vm_flag(const struct mmx_vm_flags *flags, const char *name);

/* More than all names together, or all codes. */
#define MMX_VM_FLAGS_TEXT (MMX_VM_FLAG_BITS * MMX_VM_FLAG_NAME)

/** mmx_vm_flags_names() - those of a word, with @between between them: "read write mayread" */
void mmx_vm_flags_names(const struct mmx_vm_flags *flags, uint64_t word, const char *between,
			char text[static MMX_VM_FLAGS_TEXT]);

/** mmx_vm_flags_codes() - as smaps has them behind "VmFlags: ", with a space behind each: "rd wr mr " */
void mmx_vm_flags_codes(const struct mmx_vm_flags *flags, uint64_t word,
			char text[static MMX_VM_FLAGS_TEXT]);

#endif
