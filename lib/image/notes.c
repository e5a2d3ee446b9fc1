// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "image/file.h"
#include "image/notes.h"

bool mmx_vmcoreinfo_keep(struct mmx_image *image, const void *text, size_t size)
{
	if (image->vmcoreinfo || !size)
		return true;
	image->vmcoreinfo = strndup(text, size);
	if (!image->vmcoreinfo)
		return false;
	image->vmcoreinfo_len = strlen(image->vmcoreinfo);
	return true;
}

/*
 * What QEMU has of a CPU: version and size; 16 registers, RIP and flags; ten segments, each with its base behind 16
 * other bytes; CR0 to CR4, and since 3.0 what swapgs would bring.
 */
#define QEMU_SEGMENTS (8 + 18 * 8)
#define QEMU_GS_BASE  (QEMU_SEGMENTS + 4 * 24 + 16)
#define QEMU_CR0      (QEMU_SEGMENTS + 10 * 24)
#define QEMU_OTHER_GS (QEMU_CR0 + 5 * 8)
#define QEMU_VERSION  1

static bool keep_registers(struct mmx_image *image, const uint8_t *desc, uint64_t size)
{
	uint64_t gs;

	if (size < QEMU_OTHER_GS || mmx_le32(desc) != QEMU_VERSION)
		return true;
	gs = mmx_le64(desc + QEMU_GS_BASE);
	return mmx_array_add(
		&image->registers,
		(struct mmx_registers){
			.cr3 = mmx_le64(desc + QEMU_CR0 + 3 * 8),
			.cr4 = mmx_le64(desc + QEMU_CR0 + 4 * 8),
			.gs = {gs, size < QEMU_OTHER_GS + 8 ? gs : mmx_le64(desc + QEMU_OTHER_GS)},
		});
}

/* One whose owner calls itself so. */
static bool is_of(const char *owner, const uint8_t *name, uint64_t namesz)
{
	return namesz == strlen(owner) + 1 && !memcmp(name, owner, namesz);
}

/* Each part of a split dump has the registers of all CPUs: they are @known from the first. */
static bool walk(struct mmx_image *image, const uint8_t *notes, uint64_t size, bool known)
{
	uint64_t at = 0;

	while (mmx_fits(at, sizeof(Elf64_Nhdr), size)) {
		uint64_t namesz = mmx_le32(notes + at), descsz = mmx_le32(notes + at + 4);
		uint64_t text = at + sizeof(Elf64_Nhdr);
		uint64_t desc = text + ((namesz + 3) & ~3ULL);

		if (!mmx_fits(desc, descsz, size))
			return true;
		if (is_of("VMCOREINFO", notes + text, namesz) &&
		    !mmx_vmcoreinfo_keep(image, notes + desc, descsz))
			return false;
		if (!known && is_of("QEMU", notes + text, namesz) &&
		    !keep_registers(image, notes + desc, descsz))
			return false;
		at = desc + ((descsz + 3) & ~3ULL);
	}
	return true;
}

bool mmx_notes_read(struct mmx_image *image, int fd, uint64_t offset, uint64_t size)
{
	uint8_t *notes;
	ssize_t got;
	bool ok;

	if (size > MMX_MAX_NOTES)
		size = MMX_MAX_NOTES;
	notes = malloc(size + 1);
	if (!notes)
		return false;
	got = mmx_file_read(fd, notes, size, offset);
	ok = got <= 0 || walk(image, notes, got, image->registers.n);
	free(notes);
	return ok;
}
