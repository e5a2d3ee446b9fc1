// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF headers, of /proc/kcore and of dumps: whatever they say, opening ends, presence is sorted
 * and lies within memory, and all that a dump claims to have can be read.
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/elf.h"

/* Enough to reach from one segment into the next; an input can claim more than fits in memory. */
#define MOST 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct mmx_image *image)
{
	static uint8_t buf[MOST];
	struct mmx_reader *reader = mmx_reader_new(image, NULL);

	mmx_for_each_range (r, &image->present) {
		uint64_t len = r->end - r->start < MOST ? r->end - r->start : MOST;
		enum mmx_read got = mmx_phys_read(reader, r->start, buf, len);

		if (!image->live && got != MMX_READ_OK)
			abort();
		mmx_phys_read(reader, r->end - 1, buf, 1);
	}
	mmx_reader_free(reader);
}

static void check_presence(const struct mmx_image *image)
{
	uint64_t behind = 0;

	mmx_for_each_range (r, &image->present) {
		if (r->start >= r->end || (behind && r->start <= behind) ||
		    !mmx_ranges_has(&image->ram, r->start, r->end - r->start))
			abort();
		behind = r->end;
	}
}

/* Every second input gets past the header, whose fixed fields are written over it. */
static int make_core(const uint8_t *data, size_t size)
{
	Elf64_Ehdr eh = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, 1},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_phoff = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
	};
	int fd = memfd_create("core", 0);

	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (size && data[0] % 2)
		return fd;
	eh.e_phnum = size > 1 ? data[1] : 0;
	if (pwrite(fd, &eh, sizeof(eh), 0) != sizeof(eh))
		abort();
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int live = 0; live < 2; live++) {
		int fd = make_core(data, size);
		struct mmx_image *image;

		mmx_elf_wanted(fd);
		image = mmx_elf_open(fd, "core", live, NULL);
		if (!image)
			continue;
		check_presence(image);
		read_all(image);
		mmx_image_close(image);
	}
	return 0;
}
