// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * read CORE WORK WAY
 *
 * What it costs to read a dump "bulk", all of it once in large pieces, or in "words", at addresses that a
 * fixed sequence makes up, all over the memory, or "near" one another within 2 MiB, as page tables and
 * struct pages are; by mmx's "own" backend, by its backend "kdumpfile", by "libkdumpfile" alone, which
 * then maps the file, or, of an ELF dump, with plain "pread".
 * Prints how many bytes or words were read, and the nanoseconds of CPU time that it took, without the
 * opening.
 */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "image/image.h"

#define PIECE       (2u << 20)
#define NEAR        (2u << 20)
#define WORDS       50000
#define CACHE_PAGES 8 /* what serves mmx best: see lib/image/kdumpfile.c */

struct load {
	uint64_t phys, size, offset;
};

struct loads {
	MMX_ARRAY(struct load);
	uint64_t total;
};

struct dump {
	struct loads loads;
	int fd;
	struct mmx_reader *mmx;
	kdump_ctx_t *library;
};

struct way {
	const char *name;
	enum mmx_backend backend;
	bool (*read)(struct dump *d, const struct load *l, uint64_t at, void *buf, size_t len);
};

static bool by_pread(struct dump *d, const struct load *l, uint64_t at, void *buf, size_t len)
{
	return pread(d->fd, buf, len, l->offset + at) == (ssize_t)len;
}

static bool by_mmx(struct dump *d, const struct load *l, uint64_t at, void *buf, size_t len)
{
	return mmx_phys_read(d->mmx, l->phys + at, buf, len) == MMX_READ_OK;
}

static bool by_library(struct dump *d, const struct load *l, uint64_t at, void *buf, size_t len)
{
	return kdump_read(d->library, KDUMP_MACHPHYSADDR, l->phys + at, buf, &len) == KDUMP_OK;
}

static const struct way ways[] = {
	{"pread", MMX_BACKEND_ANY, by_pread},
	{"own", MMX_BACKEND_OWN, by_mmx},
	{"kdumpfile", MMX_BACKEND_KDUMPFILE, by_mmx},
	{"libkdumpfile", MMX_BACKEND_ANY, by_library},
};

static uint64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static bool read_all(struct dump *d, const struct way *way, void *buf, uint64_t *units)
{
	*units = d->loads.total;
	for (size_t i = 0; i < d->loads.n; i++) {
		const struct load *l = &d->loads.v[i];

		for (uint64_t at = 0; at < l->size; at += PIECE) {
			size_t len = l->size - at < PIECE ? l->size - at : PIECE;

			if (!way->read(d, l, at, buf, len))
				return false;
		}
	}
	return true;
}

/* Words among the first @bytes of memory. */
static bool read_among(struct dump *d, const struct way *way, void *buf, uint64_t bytes)
{
	uint64_t state = 1;

	for (int i = 0; i < WORDS; i++) {
		const struct load *l = d->loads.v;
		uint64_t at;

		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		at = (state >> 16) % (bytes / 8) * 8;
		while (at >= l->size)
			at -= l++->size;
		if (!way->read(d, l, at, buf, 8))
			return false;
	}
	return true;
}

static bool read_words(struct dump *d, const struct way *way, void *buf, uint64_t *units)
{
	*units = WORDS;
	return read_among(d, way, buf, d->loads.total);
}

static bool read_near(struct dump *d, const struct way *way, void *buf, uint64_t *units)
{
	*units = WORDS;
	return read_among(d, way, buf, d->loads.total < NEAR ? d->loads.total : NEAR);
}

static const struct work {
	const char *name;
	bool (*run)(struct dump *d, const struct way *way, void *buf, uint64_t *units);
} works[] = {
	{"bulk", read_all},
	{"words", read_words},
	{"near", read_near},
};

static bool add_load(struct dump *d, uint64_t phys, uint64_t size, uint64_t offset)
{
	struct load l = {phys, size & ~UINT64_C(4095), offset};

	if (!l.size || phys & 4095)
		return true;
	d->loads.total += l.size;
	return mmx_array_add(&d->loads, l);
}

/* Whole pages of an ELF file's segments, as every way can read them. */
static bool find_segments(struct dump *d, const Elf64_Ehdr *header)
{
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr ph;

		if (pread(d->fd, &ph, sizeof(ph), header->e_phoff + i * sizeof(ph)) != sizeof(ph))
			return false;
		if (ph.p_type == PT_LOAD && !add_load(d, ph.p_paddr, ph.p_filesz, ph.p_offset))
			return false;
	}
	return true;
}

static bool find_loads(struct dump *d)
{
	Elf64_Ehdr header;

	if (pread(d->fd, &header, sizeof(header), 0) != sizeof(header))
		return false;
	if (!memcmp(header.e_ident, ELFMAG, SELFMAG))
		return find_segments(d, &header);
	mmx_for_each_range (r, &d->mmx->image->present) {
		if (!add_load(d, r->start, r->end - r->start, 0))
			return false;
	}
	return true;
}

static bool open_dump(struct dump *d, const struct way *way, const char *path)
{
	struct mmx_image *image;
	struct mmx_err err;

	image = mmx_open_dump(&path, 1, way->backend, &err);
	d->mmx = image ? mmx_reader_new(image, &err) : NULL;
	if (!d->mmx) {
		fprintf(stderr, "read: %s\n", err.text);
		return false;
	}
	d->fd = open(path, O_RDONLY);
	if (d->fd < 0 || !find_loads(d) || !d->loads.n) {
		fprintf(stderr, "read: %s: nothing to read\n", path);
		return false;
	}
	d->library = kdump_new();
	if (kdump_set_number_attr(d->library, "cache.size", CACHE_PAGES) != KDUMP_OK ||
	    kdump_open_fd(d->library, d->fd) != KDUMP_OK) {
		fprintf(stderr, "read: %s\n", kdump_get_err(d->library));
		return false;
	}
	return true;
}

static bool measure(struct dump *d, const struct work *work, const struct way *way)
{
	static unsigned char buf[PIECE];
	uint64_t begun = cpu_time(), units;

	if (!work->run(d, way, buf, &units)) {
		fprintf(stderr, "read: %s by %s failed\n", work->name, way->name);
		return false;
	}
	printf("%" PRIu64 " %" PRIu64 "\n", units, cpu_time() - begun);
	return true;
}

static const struct work *find_work(const char *name)
{
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++) {
		if (!strcmp(works[i].name, name))
			return &works[i];
	}
	return NULL;
}

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct work *work = argc == 4 ? find_work(argv[2]) : NULL;
	const struct way *way = argc == 4 ? find_way(argv[3]) : NULL;
	struct dump d = {0};

	if (!work || !way) {
		fprintf(stderr,
			"usage: read CORE bulk|words|near own|kdumpfile|libkdumpfile|pread\n");
		return 2;
	}
	return open_dump(&d, way, argv[1]) && measure(&d, work, way) ? 0 : 2;
}
