// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tiny dumps of 64 page frames for reproducers: each byte of frame N is 'A' + N % 26, so
 * that a zero is never right. A reproducer is one file beside this one; it needs nothing else but
 * libkdumpfile:
 *
 *     cc -o repro NAME.c -lkdumpfile && ./repro
 *
 * It prints what it saw, and ends with 1 when the fault is there, with 0 when it is not, and with 2
 * when it cannot tell.
 */
#ifndef REPRO_DUMP_H
#define REPRO_DUMP_H

#include <elf.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE   4096
#define FRAMES 64

#define FRAME(n) ((kdump_addr_t)(n)*PAGE)

static inline void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static inline void put(int fd, uint64_t at, const void *data, size_t len)
{
	if (pwrite(fd, data, len, at) != (ssize_t)len)
		fail("a temporary file cannot be written");
}

static inline void put_u32(int fd, uint64_t at, uint32_t v)
{
	put(fd, at, &v, sizeof(v));
}

static inline void put_u64(int fd, uint64_t at, uint64_t v)
{
	put(fd, at, &v, sizeof(v));
}

static inline void put_frame(int fd, uint64_t at, unsigned int frame)
{
	uint8_t page[PAGE];

	memset(page, 'A' + frame % 26, PAGE);
	put(fd, at, page, PAGE);
}

static inline int new_file(void)
{
	FILE *file = tmpfile();

	if (!file)
		fail("no temporary file");
	return fileno(file);
}

#define DESCRIPTORS (4 * PAGE)
#define PAGES       (5 * PAGE)

/*
 * A compressed kdump of version 6 as makedumpfile writes it, with pages that did not compress.
 * dumped: a bitmap of the frames that were not filtered out. This is the part of a split dump that
 * has those in [start, end), or with 0 and 0 a dump in one file.
 */
static inline int make_kdump(uint64_t dumped, uint64_t start, uint64_t end)
{
	int fd = new_file();
	unsigned int n = 0;

	put(fd, 0, "KDUMP   ", 8);
	put_u32(fd, 8, 6); /* header version */
	put(fd, 12, "Linux", 6);
	put(fd, 142, "6.1.0", 6); /* release */
	put(fd, 207, "#1", 3);
	put(fd, 272, "x86_64", 7);
	put_u32(fd, 428, PAGE);
	put_u32(fd, 432, 1); /* pages of the second header */
	put_u32(fd, 436, 2); /* pages of bitmaps: all memory, and what was dumped */
	put_u32(fd, 440, FRAMES);
	put_u32(fd, PAGE + 12, end != 0); /* is this a part? */
	put_u64(fd, PAGE + 80, start);
	put_u64(fd, PAGE + 88, end);
	put_u64(fd, PAGE + 96, FRAMES);
	put_u64(fd, 2 * PAGE, ~UINT64_C(0));
	put_u64(fd, 3 * PAGE, dumped);
	put_u64(fd, PAGES - 8, 0);
	for (unsigned int frame = 0; frame < FRAMES; frame++) {
		if (!(dumped >> frame & 1) || (end && (frame < start || frame >= end)))
			continue;
		put_u64(fd, DESCRIPTORS + n * 24, PAGES + n * PAGE);
		put_u32(fd, DESCRIPTORS + n * 24 + 8, PAGE);
		put_frame(fd, PAGES + n++ * PAGE, frame);
	}
	return fd;
}

/* A segment of an ELF dump: so many bytes of memory, so many of them in the file. */
struct segment {
	uint64_t phys, filesz, memsz;
};

#define ELF_DATA PAGE

static inline int make_elf(const struct segment *segments, unsigned int n)
{
	Elf64_Ehdr eh = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = n,
	};
	uint64_t at = ELF_DATA;
	int fd = new_file();

	put(fd, 0, &eh, sizeof(eh));
	for (unsigned int i = 0; i < n; i++) {
		Elf64_Phdr ph = {
			.p_type = PT_LOAD,
			.p_offset = at,
			.p_vaddr = 0xffff888000000000 + segments[i].phys,
			.p_paddr = segments[i].phys,
			.p_filesz = segments[i].filesz,
			.p_memsz = segments[i].memsz,
		};

		put(fd, sizeof(eh) + i * sizeof(ph), &ph, sizeof(ph));
		for (uint64_t done = 0; done < ph.p_filesz; done++) {
			uint8_t byte = 'A' + (ph.p_paddr + done) / PAGE % 26;

			put(fd, at + done, &byte, 1);
		}
		at += ph.p_filesz;
	}
	return fd;
}

static inline kdump_ctx_t *open_dump(unsigned int n, const int *fds)
{
	kdump_ctx_t *ctx = kdump_new();

	if (!ctx)
		fail("no context");
	if (kdump_open_fdset(ctx, n, fds) != KDUMP_OK)
		fail(kdump_get_err(ctx));
	return ctx;
}

static inline kdump_bmp_t *page_map(kdump_ctx_t *ctx, const char *key)
{
	kdump_attr_t attr;

	if (kdump_get_attr(ctx, key, &attr) != KDUMP_OK || attr.type != KDUMP_BITMAP)
		fail("there is no page map");
	return attr.val.bitmap;
}

/* The frames that find_set and find_clear tell of, one after the other. */
static inline uint64_t frames_of(kdump_bmp_t *map)
{
	kdump_addr_t frame = 0, behind;
	uint64_t frames = 0;

	while (frame < FRAMES && kdump_bmp_find_set(map, &frame) == KDUMP_OK) {
		behind = frame;
		if (kdump_bmp_find_clear(map, &behind) != KDUMP_OK || behind <= frame)
			break;
		while (frame < behind && frame < FRAMES)
			frames |= UINT64_C(1) << frame++;
	}
	return frames;
}

static inline kdump_status read_frame(kdump_ctx_t *ctx, unsigned int frame, uint8_t page[PAGE])
{
	size_t len = PAGE;

	return kdump_read(ctx, KDUMP_MACHPHYSADDR, FRAME(frame), page, &len);
}

/* Prints a sentence, and gives back what main() is to end with. */
static inline int verdict(int fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("%s: ", fault ? "fault" : "right");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	return fault;
}

#endif
