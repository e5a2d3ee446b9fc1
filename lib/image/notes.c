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

static bool walk(struct mmx_image *image, const uint8_t *notes, uint64_t size)
{
	static const char name[] = "VMCOREINFO";
	uint64_t at = 0;

	while (mmx_fits(at, sizeof(Elf64_Nhdr), size)) {
		uint64_t namesz = mmx_le32(notes + at), descsz = mmx_le32(notes + at + 4);
		uint64_t text = at + sizeof(Elf64_Nhdr);
		uint64_t desc = text + ((namesz + 3) & ~3ULL);

		if (!mmx_fits(desc, descsz, size))
			return true;
		if (namesz == sizeof(name) && !memcmp(notes + text, name, sizeof(name)) &&
		    !mmx_vmcoreinfo_keep(image, notes + desc, descsz))
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
	ok = got <= 0 || walk(image, notes, got);
	free(notes);
	return ok;
}
