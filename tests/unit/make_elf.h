// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF dumps, made segment by segment. */
#ifndef MMX_TESTS_MAKE_ELF_H
#define MMX_TESTS_MAKE_ELF_H

#include <elf.h>

#include "dump_files.h"

struct segment {
	uint64_t phys;
	uint64_t filesz;
	uint64_t memsz;
};

#define NOTES_AT 0x1000
#define DATA_AT  0x2345 /* nothing aligns file offsets */

/* Where the bytes of the n-th segment begin in the file. */
static inline size_t segment_at(const struct segment *seg, size_t n)
{
	size_t at = DATA_AT;

	for (size_t i = 0; i < n; i++)
		at += seg[i].filesz;
	return at;
}

static inline void put_phdr(struct bytes *b, size_t i, uint32_t type, uint64_t offset,
			    const struct segment *seg)
{
	Elf64_Phdr ph = {
		.p_type = htole32(type),
		.p_offset = htole64(offset),
		.p_vaddr = htole64(0xffff888000000000 + seg->phys),
		.p_paddr = htole64(seg->phys),
		.p_filesz = htole64(seg->filesz),
		.p_memsz = htole64(seg->memsz),
	};

	put_at(b, sizeof(Elf64_Ehdr) + i * sizeof(ph), &ph, sizeof(ph));
}

static inline void put_ehdr(struct bytes *b, uint16_t machine, uint16_t phnum)
{
	Elf64_Ehdr eh = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, 1},
		.e_type = htole16(ET_CORE),
		.e_machine = htole16(machine),
		.e_version = htole32(1),
		.e_phoff = htole64(sizeof(eh)),
		.e_phentsize = htole16(sizeof(Elf64_Phdr)),
		.e_phnum = htole16(phnum),
	};

	put_at(b, 0, &eh, sizeof(eh));
}

static inline struct bytes make_elf(uint16_t machine, const struct segment *seg, size_t n)
{
	struct segment notes = {.filesz = 0x200};
	struct bytes b = {0};

	put_ehdr(&b, machine, n + 1);
	put_phdr(&b, 0, PT_NOTE, NOTES_AT, &notes);
	put_note(&b, NOTES_AT, "CORE", "abcdefg", 7);
	put_note(&b, NOTES_AT + 28, "VMCOREINFO", vmcoreinfo, sizeof(vmcoreinfo) - 1);
	put_at(&b, NOTES_AT + notes.filesz, "", 1);
	for (size_t i = 0; i < n; i++) {
		put_phdr(&b, i + 1, PT_LOAD, segment_at(seg, i), &seg[i]);
		put_memory(&b, segment_at(seg, i), seg[i].phys, seg[i].filesz);
	}
	return b;
}

static const struct segment plain[] = {
	{0x100000, 0x8000, 0x8000},
	{0x1000, 0x9e800, 0x9e800},
	{0x108000, 0x2000, 0x2000},
	{0x200000, 0x3000, 0x5000},
};

#endif
