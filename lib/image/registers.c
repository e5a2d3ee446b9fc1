// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "image/diskdump.h"
#include "image/file.h"
#include "image/notes.h"
#include "image/registers.h"

/* Notes come before memory. */
#define LOOK_AT 64

static bool elf_notes(int fd, uint64_t *at, uint64_t *size)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	if (mmx_file_read(fd, &eh, sizeof(eh), 0) != sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	for (uint64_t i = 0; i < le16toh(eh.e_phnum) && i < LOOK_AT; i++) {
		if (mmx_file_read(fd, &ph, sizeof(ph), le64toh(eh.e_phoff) + i * sizeof(ph)) !=
		    sizeof(ph))
			return false;
		*at = le64toh(ph.p_offset);
		*size = le64toh(ph.p_filesz);
		if (le32toh(ph.p_type) == PT_NOTE)
			return true;
	}
	return false;
}

static bool kdump_notes(int fd, const char *path, uint64_t *at, uint64_t *size)
{
	struct mmx_diskdump dd = {0};

	if (mmx_diskdump_open(&dd, fd, path, NULL))
		return false;
	*at = dd.notes;
	*size = dd.notes_size;
	return true;
}

void mmx_registers_find(struct mmx_image *image, int fd, const char *path)
{
	struct mmx_image found = {.registers = image->registers};
	uint64_t at, size;

	if (mmx_diskdump_is(fd) ? kdump_notes(fd, path, &at, &size) : elf_notes(fd, &at, &size))
		mmx_notes_read(&found, fd, at, size);
	image->registers = found.registers;
	free(found.vmcoreinfo);
}
