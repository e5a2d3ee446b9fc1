// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF files as they are in memory: their headers and program headers, wherever the bytes come from. Both classes, with
 * the low byte first. Nothing in them is trusted: every count and place is bounded, and what does not fit is refused.
 */
#ifndef MMX_MM_ELF_H
#define MMX_MM_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MMX_ELF_SEGMENTS 128

/* Types of segments. */
enum {
	MMX_PT_LOAD = 1,
	MMX_PT_DYNAMIC = 2,
	MMX_PT_INTERP = 3,
	MMX_PT_PHDR = 6,
	MMX_PT_TLS = 7,
	MMX_PT_GNU_STACK = 0x6474e551,
	MMX_PT_GNU_RELRO = 0x6474e552,
};

#define MMX_ET_EXEC 2
#define MMX_ET_DYN  3

/**
 * struct mmx_elf_source - where bytes of an ELF file are read
 * @read: all of [@at, @at + @n) of the file, or -1 and why not
 */
struct mmx_elf_source {
	int (*read)(struct mmx_elf_source *s, uint64_t at, void *buf, size_t n,
		    struct mmx_err *err);
};

/** struct mmx_elf_segment - a program header */
struct mmx_elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz;
};

/**
 * struct mmx_elf - an ELF file's headers
 * @shnum: sections, 0 when that is told by the first of them
 */
struct mmx_elf {
	bool is_32;
	uint16_t type;
	uint64_t entry, phoff, shoff;
	uint16_t shnum, shentsize;
	unsigned int n;
	struct mmx_elf_segment segment[MMX_ELF_SEGMENTS];
};

/** mmx_elf_read() - its header and program headers */
int mmx_elf_read(struct mmx_elf *elf, struct mmx_elf_source *s, struct mmx_err *err);

/** mmx_elf_header() - its header alone; @elf->n counts the program headers, none of which is there */
int mmx_elf_header(struct mmx_elf *elf, struct mmx_elf_source *s, struct mmx_err *err);

/** mmx_elf_segments() - @n program headers at @at, of @size bytes each, of a file whose class is known */
int mmx_elf_segments(struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t at, uint64_t size,
		     uint64_t n, struct mmx_err *err);

/** mmx_elf_segment() - the first of a type, or NULL */
const struct mmx_elf_segment *mmx_elf_segment(const struct mmx_elf *elf, uint32_t type);

/** mmx_elf_vaddr() - the address of a byte of the file, as the file has it; false where it is loaded nowhere */
bool mmx_elf_vaddr(const struct mmx_elf *elf, uint64_t offset, uint64_t *vaddr);

/** mmx_elf_offset() - and where in the file what is at an address is; false where it is in no segment */
bool mmx_elf_offset(const struct mmx_elf *elf, uint64_t vaddr, uint64_t *offset);

/** mmx_elf_segment_name() - "LOAD"; NULL for a type that mmx does not know */
const char *mmx_elf_segment_name(uint32_t type);

#endif
