// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images, from little dumps made here: each byte of memory is a function of its address, so what
 * is read back tells by itself whether it is right.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"
#include "image/codec.h"
#include "image/flattened.h"
#include "image/image.h"
#include "unit.h"

#define PAGE          4096u
#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

static const char vmcoreinfo[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n";

static uint8_t byte_at(uint64_t phys)
{
	return (phys + 1) * 0x9e3779b97f4a7c15 >> 56;
}

static void fill(uint8_t *to, uint64_t phys, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = byte_at(phys + i);
}

/* A file being made. */
struct bytes {
	MMX_ARRAY(uint8_t);
};

static void put_at(struct bytes *b, size_t at, const void *from, size_t len)
{
	if (at + len > b->n) {
		if (!mmx_array_grow(b, at + len - b->n))
			abort();
		memset(b->v + b->n, 0, at + len - b->n);
		b->n = at + len;
	}
	memcpy(b->v + at, from, len);
}

static void put_u32(struct bytes *b, size_t at, uint32_t v)
{
	put_at(b, at, &(uint32_t){htole32(v)}, 4);
}

static void put_u64(struct bytes *b, size_t at, uint64_t v)
{
	put_at(b, at, &(uint64_t){htole64(v)}, 8);
}

static void put_memory(struct bytes *b, size_t at, uint64_t phys, size_t len)
{
	uint8_t *data = malloc(len + 1);

	fill(data, phys, len);
	put_at(b, at, data, len);
	free(data);
}

struct file {
	char path[32];
};

static struct file save(const struct bytes *b, size_t len)
{
	struct file f = {"/tmp/mmx-image-XXXXXX"};
	int fd = mkstemp(f.path);

	if (fd < 0 || write(fd, b->v, len) != (ssize_t)len)
		abort();
	close(fd);
	return f;
}

static struct mmx_image *open_bytes(const struct bytes *b, size_t len, struct mmx_err *err)
{
	struct file f = save(b, len);
	const char *path = f.path;
	struct mmx_image *image;

	*err = (struct mmx_err){0};
	image = mmx_open_kdumpfile(&path, 1, err);
	unlink(f.path);
	return image;
}

static enum mmx_read read_len(struct mmx_image *image, uint64_t phys, uint8_t *buf, size_t len)
{
	struct mmx_reader *reader = mmx_reader_new(image, NULL);
	enum mmx_read r = reader ? mmx_phys_read(reader, phys, buf, len) : MMX_READ_UNREADABLE;

	mmx_reader_free(reader);
	return r;
}

static bool reads_right(struct mmx_image *image, uint64_t phys, size_t len)
{
	uint8_t *got = calloc(1, len), *want = malloc(len);
	bool same;

	fill(want, phys, len);
	same = read_len(image, phys, got, len) == MMX_READ_OK && !memcmp(got, want, len);
	free(got);
	free(want);
	return same;
}

static enum mmx_read outcome(struct mmx_image *image, uint64_t phys, size_t len)
{
	uint8_t *buf = malloc(len);
	enum mmx_read r = read_len(image, phys, buf, len);

	free(buf);
	return r;
}

static bool ranges_are(const struct mmx_ranges *r, const struct mmx_range *want, size_t n)
{
	return r->n == n && !memcmp(r->v, want, n * sizeof(*want));
}

#define RANGES_ARE(r, ...)                                     \
	ranges_are(r, (const struct mmx_range[]){__VA_ARGS__}, \
		   sizeof((const struct mmx_range[]){__VA_ARGS__}) / sizeof(struct mmx_range))

static void check_refused(const struct bytes *b, size_t len, enum mmx_code code, const char *word)
{
	struct mmx_err err;
	struct mmx_image *image = open_bytes(b, len, &err);

	CHECK(!image, "opened, expecting \"%s\"", word);
	CHECK(err.code == code, "code %d: %s", err.code, err.text);
	CHECK(strstr(err.text, word), "no \"%s\" in: %s", word, err.text);
	mmx_image_close(image);
}

/* ELF */

struct segment {
	uint64_t phys;
	uint64_t filesz;
	uint64_t memsz;
};

static void put_note(struct bytes *b, size_t at, const char *name, const char *desc, size_t len)
{
	size_t namesz = strlen(name) + 1;

	put_u32(b, at, namesz);
	put_u32(b, at + 4, len);
	put_u32(b, at + 8, 0);
	put_at(b, at + 12, name, namesz);
	put_at(b, at + 12 + ((namesz + 3) & ~3u), desc, len);
}

#define NOTES_AT 0x1000
#define DATA_AT  0x2345 /* nothing aligns file offsets */

/* Where the bytes of the n-th segment begin in the file. */
static size_t segment_at(const struct segment *seg, size_t n)
{
	size_t at = DATA_AT;

	for (size_t i = 0; i < n; i++)
		at += seg[i].filesz;
	return at;
}

static void put_phdr(struct bytes *b, size_t i, uint32_t type, uint64_t offset,
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

static void put_ehdr(struct bytes *b, uint16_t machine, uint16_t phnum)
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

static struct bytes make_elf(uint16_t machine, const struct segment *seg, size_t n)
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

static void elf_memory_reads_back(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, ARRAY_SIZE(plain));
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(RANGES_ARE(&image->present, {0x1000, 0x9f800}, {0x100000, 0x10a000},
			 {0x200000, 0x203000}),
	      "%zu ranges", image->present.n);
	CHECK(RANGES_ARE(&image->ram, {0x1000, 0x9f800}, {0x100000, 0x10a000},
			 {0x200000, 0x205000}),
	      "%zu ranges", image->ram.n);
	CHECK(reads_right(image, 0x1000, 0x9e800), "a segment as a whole");
	CHECK(reads_right(image, 0x107ff9, 15), "across two segments that touch");
	CHECK(reads_right(image, 0x100000, 0xa000), "two segments at once");
	CHECK(reads_right(image, 0x202fff, 1), "the last byte");
	CHECK(reads_right(image, 0x9f7ff, 1), "the last byte of a broken page");
	CHECK(outcome(image, 0x9f7ff, 2) == MMX_READ_ABSENT, "a byte behind a broken page");
	CHECK(outcome(image, 0x202fff, 2) == MMX_READ_EXCLUDED, "into what is excluded");
	CHECK(outcome(image, 0x203000, 8) == MMX_READ_EXCLUDED, "excluded");
	CHECK(outcome(image, 0x204fff, 2) == MMX_READ_EXCLUDED, "from excluded into nothing");
	CHECK(outcome(image, 0x205000, 8) == MMX_READ_ABSENT, "behind all memory");
	CHECK(outcome(image, 0, 8) == MMX_READ_ABSENT, "before all memory");
	CHECK(outcome(image, UINT64_MAX - 3, 8) == MMX_READ_ABSENT, "around the end of addresses");
	CHECK(mmx_phys_presence(image, 0x203000) == MMX_READ_EXCLUDED, "presence of excluded");
	CHECK(mmx_phys_presence(image, 0x202fff) == MMX_READ_OK, "presence of present");
	CHECK(image->vmcoreinfo && !strcmp(image->vmcoreinfo, vmcoreinfo), "\"%s\"",
	      image->vmcoreinfo);
	CHECK(image->vmcoreinfo_len == sizeof(vmcoreinfo) - 1, "%zu", image->vmcoreinfo_len);
	CHECK(!strcmp(image->machine, "x86_64"), "%s", image->machine);
	CHECK(!strcmp(image->format, "ELF dump"), "%s", image->format);
	CHECK(image->presence_known && !image->live && !image->notice, "%s", image->notice);
	mmx_image_close(image);
	mmx_array_free(&b);
}

/* A segment of its own for the kernel's text lies in the middle of a segment of memory. */
static bool reads_left(void *arg)
{
	unsigned int *left = arg;

	return !*left || !--*left;
}

static void a_stopped_image_reads_nothing(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, ARRAY_SIZE(plain));
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n, &err);
	unsigned int left = 3;

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(!mmx_stopped(image), "stopped with nobody to say so");
	image->stop = reads_left;
	image->stop_arg = &left;
	CHECK(outcome(image, 0x1000, 8) == MMX_READ_OK, "not stopped yet");
	CHECK(!mmx_stopped(image), "not stopped yet");
	CHECK(outcome(image, 0x1000, 8) == MMX_READ_UNREADABLE, "read when stopped");
	CHECK(outcome(image, 0x9f7ff, 2) == MMX_READ_UNREADABLE, "told of presence when stopped");
	CHECK(mmx_stopped(image), "stopped");
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void elf_segments_may_overlap(void)
{
	static const struct segment seg[] = {
		{0x3000, 0x2000, 0x2000},
		{0x1000, 0x8000, 0x8000},
		{0x8000, 0x4000, 0x4000},
		{0x1000, 0x100, 0x100},
	};
	struct bytes b = make_elf(EM_X86_64, seg, ARRAY_SIZE(seg));
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(RANGES_ARE(&image->present, {0x1000, 0xc000}), "%zu ranges", image->present.n);
	CHECK(reads_right(image, 0x1000, 0xb000), "all of it");
	CHECK(reads_right(image, 0x8ff0, 0x20), "where the second ends in the third");
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void truncated_elf_claims_only_what_it_has(void)
{
	static const struct segment seg[] = {
		{0x1000, 0x4000, 0x4000},
		{0x100000, 0x300000, 0x300000},
		{0x800000, 0x1000, 0x1000},
	};
	struct bytes b = make_elf(EM_X86_64, seg, ARRAY_SIZE(seg));
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, segment_at(seg, 1) + 0x1234, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(RANGES_ARE(&image->present, {0x1000, 0x5000}, {0x100000, 0x101234}), "%zu ranges",
	      image->present.n);
	CHECK(reads_right(image, 0x100000, 0x1234), "what is left of a segment");
	CHECK(outcome(image, 0x101230, 8) == MMX_READ_EXCLUDED, "across the end of the file");
	CHECK(outcome(image, 0x800000, 8) == MMX_READ_EXCLUDED, "a segment that is gone");
	CHECK(image->notice && strstr(image->notice, "truncated: 3 MiB"), "%s", image->notice);
	mmx_image_close(image);

	check_refused(&b, DATA_AT, MMX_ETRUNC, "before the first byte of memory");
	check_refused(&b, NOTES_AT, MMX_ETRUNC, "before the first byte of memory");
	check_refused(&b, sizeof(Elf64_Ehdr) + 100, MMX_ETRUNC, "program headers");
	mmx_array_free(&b);
}

static void elf_that_is_no_dump_is_refused(void)
{
	static const struct segment process[] = {{0, 0x1000, 0x1000}, {0, 0x1000, 0x1000}};
	static const struct segment wild[] = {{UINT64_MAX, 0x1000, 0x1000},
					      {1ULL << 52, 0x1000, 0x1000}};
	struct bytes b = make_elf(EM_X86_64, process, 2);

	check_refused(&b, b.n, MMX_ENOTDUMP, "no physical addresses");
	mmx_array_free(&b);
	b = make_elf(EM_X86_64, wild, 2);
	check_refused(&b, b.n, MMX_ENOTDUMP, "no physical addresses");
	mmx_array_free(&b);

	b = make_elf(EM_X86_64, plain, 4);
	b.v[16] = ET_EXEC;
	check_refused(&b, b.n, MMX_ENOTDUMP, "vmlinux");
	b.v[16] = ET_CORE;
	b.v[54] = 1;
	check_refused(&b, b.n, MMX_ECORRUPT, "program headers of");
	mmx_array_free(&b);

	b = make_elf(EM_AARCH64, plain, 4);
	check_refused(&b, b.n, MMX_EARCH, "aarch64");
	mmx_array_free(&b);
}

/* Headers whose numbers overflow when added must neither crash nor claim anything. */
static void wild_elf_numbers_are_harmless(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, 4);
	size_t ph = sizeof(Elf64_Ehdr);
	struct mmx_err err;
	struct mmx_image *image;

	put_u64(&b, ph + 8, UINT64_MAX - 8); /* the notes' offset */
	put_u64(&b, ph + 32, UINT64_MAX);    /* their size */
	ph += sizeof(Elf64_Phdr);
	put_u64(&b, ph + 8, UINT64_MAX - 0x10);                             /* a segment's offset */
	put_u64(&b, ph + 3 * sizeof(Elf64_Phdr) + 32, UINT64_MAX - 0x1000); /* another's size */
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(RANGES_ARE(&image->present, {0x1000, 0x9f800}, {0x108000, 0x10a000}), "%zu ranges",
	      image->present.n);
	CHECK(!image->vmcoreinfo, "%s", image->vmcoreinfo);
	mmx_image_close(image);
	put_u64(&b, 32, UINT64_MAX - 100); /* the program headers' offset */
	check_refused(&b, b.n, MMX_ETRUNC, "program headers");
	mmx_array_free(&b);
}

/* 65535 headers and more are counted in a section header. */
static void many_segments_are_read(void)
{
	const uint32_t n = 70000;
	size_t data = sizeof(Elf64_Ehdr) + n * sizeof(Elf64_Phdr);
	Elf64_Shdr sh = {.sh_info = htole32(n)};
	struct bytes b = {0};
	struct mmx_err err;
	struct mmx_image *image;

	put_ehdr(&b, EM_X86_64, PN_XNUM);
	put_u64(&b, 40, data + n); /* e_shoff */
	for (uint32_t i = 0; i < n; i++) {
		struct segment seg = {(uint64_t)(n - i) * 2 * PAGE, 1, PAGE};

		put_phdr(&b, i, PT_LOAD, data + i, &seg);
		put_memory(&b, data + i, seg.phys, 1);
	}
	put_at(&b, data + n, &sh, sizeof(sh));
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(image->present.n == n, "%zu", image->present.n);
	CHECK(reads_right(image, (uint64_t)n * 2 * PAGE, 1), "the first segment");
	CHECK(reads_right(image, 2 * PAGE, 1), "the last segment");
	mmx_image_close(image);
	put_u32(&b, data + n + 44, UINT32_MAX);
	check_refused(&b, b.n, MMX_ECORRUPT, "program headers");
	mmx_array_free(&b);
}

/* Through libkdumpfile */

static void put_section(struct bytes *b, size_t i, uint32_t name, uint64_t offset, uint64_t size)
{
	Elf64_Shdr sh = {.sh_name = name, .sh_offset = offset, .sh_size = size};

	put_at(b, PAGE + i * sizeof(sh), &sh, sizeof(sh));
}

/* The dump of a Xen domain has no segments: its pages lie in one section, their numbers in another. */
static void other_formats_are_read_by_the_library(void)
{
	static const char names[] = "\0.shstrtab\0.xen_pages\0.xen_pfn";
	static const uint64_t frames[] = {5, 9};
	struct bytes b = {0};
	struct mmx_err err;
	struct mmx_image *image;

	put_ehdr(&b, EM_X86_64, 0);
	put_u64(&b, 40, PAGE); /* e_shoff, and e_shentsize, e_shnum, e_shstrndx */
	put_at(&b, 58, (uint16_t[]){sizeof(Elf64_Shdr), 4, 1}, 6);
	put_section(&b, 1, 1, 2 * PAGE, sizeof(names));
	put_section(&b, 2, 11, 4 * PAGE, 2 * PAGE);
	put_section(&b, 3, 22, 3 * PAGE, sizeof(frames));
	put_at(&b, 2 * PAGE, names, sizeof(names));
	put_at(&b, 3 * PAGE, frames, sizeof(frames));
	put_memory(&b, 4 * PAGE, 5 * PAGE, PAGE);
	put_memory(&b, 5 * PAGE, 9 * PAGE, PAGE);
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(!strcmp(image->ops->name, "libkdumpfile"), "%s", image->ops->name);
	CHECK(reads_right(image, 5 * PAGE, PAGE) && reads_right(image, 9 * PAGE + 100, 200),
	      "pages that are there");
	CHECK(outcome(image, 7 * PAGE, 8) != MMX_READ_OK, "a page that is not");
	mmx_image_close(image);
	mmx_array_free(&b);
}

/* Files */

static void check_path_refused(const char *path, enum mmx_code code, const char *word)
{
	struct mmx_err err = {0};
	struct mmx_image *image = mmx_open_kdumpfile(&path, 1, &err);

	CHECK(!image, "%s: opened", path);
	CHECK(err.code == code && strstr(err.text, word), "%s: %d: %s", path, err.code, err.text);
	mmx_image_close(image);
}

static void what_is_no_dump_is_refused(void)
{
	struct bytes b = {0};
	struct file f = save(&b, 0);

	check_path_refused(f.path, MMX_ETRUNC, "is empty");
	unlink(f.path);
	CHECK(!mkfifo(f.path, 0600), "%s", strerror(errno));
	check_path_refused(f.path, MMX_ENOTDUMP, "neither a file");
	unlink(f.path);
	check_path_refused(f.path, MMX_EIO, "No such file");
	check_path_refused("/tmp", MMX_ENOTDUMP, "directory");
	check_path_refused("/dev/zero", MMX_ENOTDUMP, "neither a file");
	check_path_refused("/proc/kcore", MMX_EUSAGE, "--live");

	put_at(&b, 0, "#!/bin/sh\necho hello\n", 21);
	check_refused(&b, b.n, MMX_ENOTDUMP, "format");
	put_at(&b, 100000, "", 1);
	check_refused(&b, b.n, MMX_ENOTDUMP, "format");
	mmx_array_free(&b);
}

static void no_permission_is_told(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, 4);
	struct file f = save(&b, b.n);
	bool root = !geteuid();
	struct mmx_err err;

	CHECK(!chmod(f.path, 0), "%s", strerror(errno));
	CHECK(!root || !seteuid(65534), "%s", strerror(errno));
	check_path_refused(f.path, MMX_EPERM, "ermission");
	CHECK(!mmx_open_kcore(f.path, &err) && err.code == MMX_EPERM, "%d: %s", err.code, err.text);
	CHECK(!root || !seteuid(0), "%s", strerror(errno));
	unlink(f.path);
	mmx_array_free(&b);
}

/* Compressed kdump */

#define FRAMES 64u

struct kdump {
	uint64_t ram;    /* bitmap of frames */
	uint64_t dumped; /* those in the file, whatever part */
	uint64_t start;  /* this part's frames, when it is one of several */
	uint64_t end;
	bool split;
	uint32_t packed; /* how the pages are compressed */
};

#define BITMAPS_AT     (2 * PAGE)
#define DESCRIPTORS_AT (4 * PAGE)

static size_t pack(uint8_t *to, size_t room, const uint8_t *page, uint32_t how)
{
	static uint8_t work[LZO1X_1_MEM_COMPRESS];
	uLongf zlib = room;
	lzo_uint lzo = room;

	switch (how) {
	case MMX_ZLIB:
		return compress(to, &zlib, page, PAGE) == Z_OK ? zlib : 0;
	case MMX_LZO:
		return lzo1x_1_compress(page, PAGE, to, &lzo, work) == LZO_E_OK ? lzo : 0;
	case MMX_SNAPPY:
		return snappy_compress((const char *)page, PAGE, (char *)to, &room) == SNAPPY_OK
			       ? room
			       : 0;
	case MMX_ZSTD:
		return ZSTD_compress(to, room, page, PAGE, 1);
	default:
		memcpy(to, page, PAGE);
		return PAGE;
	}
}

static void put_page(struct bytes *b, size_t descriptor, uint64_t frame, uint32_t how)
{
	uint8_t page[PAGE], packed[2 * PAGE];
	size_t len;

	fill(page, frame * PAGE, PAGE);
	memset(page + 64, 7, PAGE / 2); /* something to compress */
	len = pack(packed, sizeof(packed), page, how);
	put_u64(b, descriptor, b->n);
	put_u32(b, descriptor + 8, len);
	put_u32(b, descriptor + 12, how);
	put_at(b, b->n, packed, len);
}

static struct bytes make_kdump(const struct kdump *k)
{
	uint64_t mine = k->dumped;
	struct bytes b = {0};
	unsigned int n = 0;

	if (k->split)
		mine &= k->start < k->end ? ~0ULL << k->start & ~0ULL >> (FRAMES - k->end) : 0;
	put_at(&b, 0, "KDUMP   ", 8);
	put_u32(&b, 8, 6);
	put_at(&b, 12, "Linux", 6);
	put_at(&b, 142, "6.1.0-test", 11);
	put_at(&b, 207, "#1", 3);
	put_at(&b, 272, "x86_64", 7);
	put_u32(&b, 424, k->packed);
	put_u32(&b, 428, PAGE);
	put_u32(&b, 432, 1);
	put_u32(&b, 436, 2);
	put_u32(&b, 440, FRAMES);
	put_u32(&b, PAGE + 12, k->split);
	put_u64(&b, PAGE + 80, k->start);
	put_u64(&b, PAGE + 88, k->end);
	put_u64(&b, PAGE + 96, FRAMES);
	put_u64(&b, PAGE + 48, PAGE + 512); /* the notes */
	put_u64(&b, PAGE + 56, 64);
	put_note(&b, PAGE + 512, "VMCOREINFO", vmcoreinfo, sizeof(vmcoreinfo) - 1);
	put_u64(&b, BITMAPS_AT, k->ram);
	put_u64(&b, BITMAPS_AT + PAGE, k->dumped);
	put_at(&b, DESCRIPTORS_AT + __builtin_popcountll(mine) * 24 - 1, "", 1);
	for (uint64_t frame = 0; frame < FRAMES; frame++)
		if (mine >> frame & 1)
			put_page(&b, DESCRIPTORS_AT + n++ * 24, frame, k->packed);
	return b;
}

static bool page_reads_right(struct mmx_image *image, uint64_t frame)
{
	uint8_t want[PAGE], got[PAGE] = {0}, bits[24] = {0};

	fill(want, frame * PAGE, PAGE);
	memset(want + 64, 7, PAGE / 2);
	return read_len(image, frame * PAGE, got, PAGE) == MMX_READ_OK &&
	       !memcmp(want, got, PAGE) &&
	       read_len(image, frame * PAGE + 4000, bits, sizeof(bits)) == MMX_READ_OK &&
	       !memcmp(want + 4000, bits, sizeof(bits));
}

/* Every frame of an image stands as two bitmaps say. */
static void check_frames(struct mmx_image *image, uint64_t ram, uint64_t dumped)
{
	for (uint64_t frame = 0; frame < FRAMES + 2; frame++) {
		bool have = frame < FRAMES && dumped >> frame & 1;
		bool known = frame < FRAMES && ram >> frame & 1;
		enum mmx_read want = have    ? MMX_READ_OK
				     : known ? MMX_READ_EXCLUDED
					     : MMX_READ_ABSENT;

		CHECK(mmx_phys_presence(image, frame * PAGE) == want, "frame %d: %s", (int)frame,
		      mmx_read_name(mmx_phys_presence(image, frame * PAGE)));
		CHECK(outcome(image, frame * PAGE + 8, 8) == want, "frame %d", (int)frame);
		CHECK(!have || page_reads_right(image, frame), "frame %d has other contents",
		      (int)frame);
	}
}

static const struct kdump small = {.ram = 0xffff0000fffffffe, .dumped = 0xf0f0000000fff0c};

static void check_kdump(const struct bytes *b, const struct kdump *k, const char *format)
{
	struct mmx_err err;
	struct mmx_image *image = open_bytes(b, b->n, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	check_frames(image, k->ram | k->dumped, k->dumped);
	CHECK(!strcmp(image->format, format), "%s", image->format);
	CHECK(!strcmp(image->machine, "x86_64"), "%s", image->machine);
	CHECK(!image->notice, "%s", image->notice);
	CHECK(image->vmcoreinfo && !strcmp(image->vmcoreinfo, vmcoreinfo), "\"%s\"",
	      image->vmcoreinfo);
	mmx_image_close(image);
}

static void kdump_tells_present_excluded_absent(void)
{
	static const struct {
		uint32_t packed;
		const char *format;
	} all[] = {
		{0, "compressed kdump (uncompressed)"}, {MMX_ZLIB, "compressed kdump (zlib)"},
		{MMX_LZO, "compressed kdump (lzo)"},    {MMX_SNAPPY, "compressed kdump (snappy)"},
		{MMX_ZSTD, "compressed kdump (zstd)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct kdump k = {small.ram, small.dumped, .packed = all[i].packed};
		struct bytes b = make_kdump(&k);

		check_kdump(&b, &k, all[i].format);
		memset(b.v + 12, 0, 200); /* QEMU: nothing of uname but the machine */
		check_kdump(&b, &k, all[i].format);
		mmx_array_free(&b);
	}
}

/* A page that does not decompress is unreadable, and the others are not the worse for it. */
static void a_spoilt_page_is_unreadable(void)
{
	static const uint32_t how[] = {MMX_ZLIB, MMX_LZO, MMX_SNAPPY, MMX_ZSTD};

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		struct kdump k = {.ram = 7, .dumped = 7, .packed = how[i]};
		struct bytes b = make_kdump(&k);
		struct mmx_err err;
		struct mmx_image *image;

		memset(b.v + mmx_le64(b.v + DESCRIPTORS_AT + 24), 0xee, 40);
		image = open_bytes(&b, b.n, &err);
		CHECK(image, "%s", err.text);
		if (!image)
			continue;
		CHECK(page_reads_right(image, 0) && page_reads_right(image, 2), "its neighbours");
		CHECK(outcome(image, PAGE, PAGE) == MMX_READ_UNREADABLE, "a page");
		CHECK(outcome(image, PAGE + 8, 8) == MMX_READ_UNREADABLE, "a part of it");
		CHECK(outcome(image, PAGE - 8, 16) == MMX_READ_UNREADABLE, "into it");
		mmx_image_close(image);
		mmx_array_free(&b);
	}
}

static void put_record(struct bytes *b, int64_t offset, int64_t size, const uint8_t *data)
{
	uint64_t head[2] = {htobe64(offset), htobe64(size)};

	put_at(b, b->n, head, sizeof(head));
	if (data)
		put_at(b, b->n, data, size);
}

static struct bytes flat_header(void)
{
	struct bytes b = {0};

	put_at(&b, 0, "makedumpfile", 13);
	put_at(&b, 16, &(uint64_t){htobe64(1)}, 8);
	put_at(&b, 24, &(uint64_t){htobe64(1)}, 8);
	put_at(&b, PAGE - 1, "", 1);
	return b;
}

#define MANY 3000u

/* So many pages that readers cannot keep them all, and buffers have to be filled again. */
static struct bytes make_big_kdump(uint32_t how)
{
	struct bytes b = make_kdump(&(struct kdump){0});
	uint8_t bits[MANY / 8];

	memset(bits, 0xff, sizeof(bits));
	put_at(&b, BITMAPS_AT, bits, sizeof(bits));
	put_at(&b, BITMAPS_AT + PAGE, bits, sizeof(bits));
	put_u32(&b, 440, MANY);
	put_u64(&b, PAGE + 96, MANY);
	put_at(&b, DESCRIPTORS_AT + MANY * 24 - 1, "", 1);
	for (uint64_t frame = 0; frame < MANY; frame++)
		put_page(&b, DESCRIPTORS_AT + frame * 24, frame, how);
	return b;
}

static bool few_bytes_right(struct mmx_reader *reader, uint64_t phys)
{
	uint8_t got[16], want[16];

	fill(want, phys, sizeof(want));
	return mmx_phys_read(reader, phys, got, sizeof(got)) == MMX_READ_OK &&
	       !memcmp(got, want, sizeof(want));
}

static void check_big_kdump(struct mmx_image *image, const struct mmx_err *err)
{
	struct mmx_reader *reader = image ? mmx_reader_new(image, NULL) : NULL;
	uint8_t *all = malloc(MANY * PAGE);
	uint64_t wrong = 0;

	CHECK(reader, "%s", err->text);
	if (!reader)
		return;
	for (uint64_t frame = 0; frame < MANY; frame++)
		wrong += !few_bytes_right(reader, frame * PAGE + PAGE - 32);
	for (uint64_t i = 0; i < MANY; i++)
		wrong += !few_bytes_right(reader, i * 997 % MANY * PAGE);
	for (uint64_t frame = 1; frame < MANY; frame++) /* across two pages */
		wrong += !few_bytes_right(reader, frame * PAGE - 8);
	CHECK(!wrong, "%d small reads", (int)wrong);
	CHECK(mmx_phys_read(reader, 0, all, MANY * PAGE) == MMX_READ_OK, "all of it");
	for (uint64_t frame = 0; frame < MANY; frame++)
		wrong += all[frame * PAGE + 5] != byte_at(frame * PAGE + 5);
	CHECK(!wrong, "%d pages", (int)wrong);
	free(all);
	mmx_reader_free(reader);
}

/* A page whose checksum is wrong is decompressed to its end: nothing of that may stay behind. */
static void a_spoilt_page_leaves_nothing_behind(void)
{
	struct bytes b = make_big_kdump(MMX_ZLIB);
	const uint64_t spoilt = 1234;
	const uint8_t *descriptor = b.v + DESCRIPTORS_AT + spoilt * 24;
	struct mmx_reader *reader = NULL;
	struct mmx_image *image;
	struct mmx_err err;
	uint64_t wrong = 0;
	uint8_t few[16];

	b.v[mmx_le64(descriptor) + mmx_le32(descriptor + 8) - 1] ^= 1;
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (image)
		reader = mmx_reader_new(image, NULL);
	for (uint64_t frame = 0; reader && frame < MANY; frame++) {
		if (frame == spoilt)
			continue;
		wrong += !few_bytes_right(reader, frame * PAGE);
		wrong += mmx_phys_read(reader, spoilt * PAGE, few, sizeof(few)) !=
			 MMX_READ_UNREADABLE;
		wrong += !few_bytes_right(reader, frame * PAGE);
	}
	CHECK(reader && !wrong, "%d reads", (int)wrong);
	mmx_reader_free(reader);
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void many_pages_read_back(void)
{
	struct bytes dump = make_big_kdump(0), flat = flat_header();
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&dump, dump.n, &err);

	check_big_kdump(image, &err);
	mmx_image_close(image);
	put_record(&flat, 0, dump.n, dump.v);
	put_record(&flat, -1, -1, NULL);
	image = open_bytes(&flat, flat.n, &err);
	check_big_kdump(image, &err);
	mmx_image_close(image);
	mmx_array_free(&dump);
	mmx_array_free(&flat);
}

static void truncated_kdump_claims_only_what_it_has(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n - PAGE - 1, &err);
	uint64_t left = small.dumped;

	/* The last page and a byte of the one before are gone. */
	for (int i = 0; i < 2; i++)
		left &= ~(1ULL << (63 - __builtin_clzll(left)));
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	check_frames(image, small.ram | small.dumped, left);
	CHECK(image->notice && strstr(image->notice, ": 2 of its "), "%s", image->notice);
	mmx_image_close(image);

	check_refused(&b, DESCRIPTORS_AT + 50, MMX_ETRUNC, "before the first page");
	check_refused(&b, DESCRIPTORS_AT - 1, MMX_ETRUNC, "before the first page");
	check_refused(&b, PAGE + 20, MMX_ETRUNC, "before the first page");
	check_refused(&b, 100, MMX_ETRUNC, "header");
	mmx_array_free(&b);
}

static void damaged_kdump_is_refused(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;
	struct mmx_image *image;
	uint64_t first = small.dumped & -small.dumped;

	/* A compressed page larger than a page would overrun what it is read into. */
	put_u32(&b, DESCRIPTORS_AT + 8, 3 * PAGE);
	put_u32(&b, DESCRIPTORS_AT + 12, 1);
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (image)
		check_frames(image, small.ram | small.dumped, small.dumped & ~first);
	mmx_image_close(image);

	put_u64(&b, PAGE + 56, 1ULL << 40);
	check_refused(&b, b.n, MMX_ECORRUPT, "notes");
	put_u64(&b, PAGE + 56, 1 << 20);
	check_refused(&b, b.n, MMX_ETRUNC, "notes");
	put_u64(&b, PAGE + 56, 0);
	put_u32(&b, 436, 0x7fffffff);
	check_refused(&b, b.n, MMX_ETRUNC, "first page");
	put_u32(&b, 436, 2);
	put_u32(&b, 428, 4097);
	check_refused(&b, b.n, MMX_ECORRUPT, "no 64-bit machine");
	put_u32(&b, 428, htobe32(PAGE));
	check_refused(&b, b.n, MMX_EARCH, "big-endian");
	put_u32(&b, 428, PAGE);
	put_at(&b, 272, "aarch64", 8);
	check_refused(&b, b.n, MMX_EARCH, "aarch64");
	mmx_array_free(&b);
}

/* The second part holds nothing at its end, which hides the third; the fourth holds nothing. */
static void split_kdump_is_whole_in_any_order(void)
{
	static const struct kdump part[] = {
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 0, .end = 20},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 20, .end = 50},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 50, .end = 64},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 64, .end = 64},
	};
	static const int order[][4] = {{0, 1, 2, 3}, {3, 2, 0, 1}, {1, 3, 2, 0}};
	struct file f[4];
	struct mmx_err err;

	for (int i = 0; i < 4; i++) {
		struct bytes b = make_kdump(&part[i]);

		f[i] = save(&b, b.n);
		mmx_array_free(&b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const char *paths[] = {f[order[i][0]].path, f[order[i][1]].path,
				       f[order[i][2]].path, f[order[i][3]].path};
		struct mmx_image *image = mmx_open_kdumpfile(paths, 4, &err);

		CHECK(image, "%s", err.text);
		if (!image)
			continue;
		check_frames(image, ~0ULL, part[0].dumped);
		CHECK(!image->notice, "%s", image->notice);
		CHECK(strstr(image->format, "4 parts"), "%s", image->format);
		mmx_image_close(image);
		image = mmx_open_kdumpfile(paths, 2, &err);
		CHECK(image && image->notice && strstr(image->notice, "are missing"), "%s",
		      image ? image->notice : err.text);
		mmx_image_close(image);
	}
	check_path_refused(f[3].path, MMX_ETRUNC, "one part of several");
	for (int i = 0; i < 4; i++)
		unlink(f[i].path);
}

static void unlike_parts_are_refused(void)
{
	struct bytes kdump = make_kdump(&small), elf = make_elf(EM_X86_64, plain, 4);
	struct file a = save(&kdump, kdump.n), b = save(&elf, elf.n);
	struct mmx_err err;

	CHECK(!mmx_open_kdumpfile((const char *[]){a.path, b.path}, 2, &err), "kdump and ELF");
	CHECK(err.code == MMX_EUSAGE, "%s", err.text);
	CHECK(!mmx_open_kdumpfile((const char *[]){b.path, b.path}, 2, &err), "two ELFs");
	CHECK(!mmx_open_kdumpfile(NULL, 0, &err), "nothing");
	unlink(a.path);
	unlink(b.path);
	mmx_array_free(&kdump);
	mmx_array_free(&elf);
}

/* Flattened */

/* Records of odd sizes, every second one first and the others after, from the end to the start. */
static struct bytes flatten(const struct bytes *dump, bool end_mark)
{
	struct bytes b = flat_header();
	const size_t piece = 1777;
	size_t n = (dump->n + piece - 1) / piece;

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = n; i-- > 0;) {
			size_t at = i * piece, len = dump->n - at < piece ? dump->n - at : piece;

			if (i % 2 == pass)
				put_record(&b, at, len, dump->v + at);
		}
	}
	if (end_mark)
		put_record(&b, -1, -1, NULL);
	return b;
}

static void flattened_dumps_are_put_in_order(void)
{
	struct kdump k = small;
	struct bytes dump, flat;
	struct mmx_err err;
	struct mmx_image *image;

	k.packed = MMX_ZLIB;
	dump = make_kdump(&k);
	flat = flatten(&dump, true);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image, "%s", err.text);
	if (image) {
		check_frames(image, k.ram | k.dumped, k.dumped);
		CHECK(image->notice && strstr(image->notice, "temporary file"), "%s",
		      image->notice);
		CHECK(image->vmcoreinfo, "no VMCOREINFO");
	}
	mmx_image_close(image);
	mmx_array_free(&flat);

	flat = flatten(&dump, false);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image && strstr(image->notice, "no end mark"), "%s",
	      image ? image->notice : err.text);
	mmx_image_close(image);
	mmx_array_free(&flat);
	mmx_array_free(&dump);

	dump = make_elf(EM_X86_64, plain, 4);
	flat = flatten(&dump, true);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image, "%s", err.text);
	if (image) {
		CHECK(reads_right(image, 0x1000, 0x9e800), "an ELF segment");
		CHECK(!strcmp(image->format, "ELF dump"), "%s", image->format);
	}
	mmx_image_close(image);
	mmx_array_free(&flat);
	mmx_array_free(&dump);
}

static void truncated_stream_gives_what_it_has(void)
{
	struct bytes flat = flat_header(), dump = make_kdump(&small);
	uint64_t left = small.dumped;
	struct mmx_err err;
	struct mmx_image *image;

	put_record(&flat, 0, dump.n, dump.v);
	image = open_bytes(&flat, flat.n - PAGE, &err);
	left &= ~(1ULL << (63 - __builtin_clzll(left)));
	CHECK(image, "%s", err.text);
	if (image)
		check_frames(image, small.ram | small.dumped, left);
	mmx_image_close(image);
	check_refused(&flat, PAGE, MMX_ETRUNC, "flattened");
	check_refused(&flat, PAGE + 10, MMX_ETRUNC, "flattened");
	mmx_array_free(&flat);
	mmx_array_free(&dump);
}

static void wild_records_are_refused(void)
{
	static const int64_t wild[][2] = {
		{-2, 10}, {0, -10}, {0, 0}, {1LL << 46, 1}, {INT64_MAX, INT64_MAX}, {-1, 5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		struct bytes flat = flat_header();

		put_record(&flat, 0, 5, (const uint8_t *)"KDUMP");
		put_record(&flat, wild[i][0], wild[i][1], NULL);
		put_at(&flat, flat.n, "0123456789", 10);
		check_refused(&flat, flat.n, MMX_ECORRUPT, "record");
		mmx_array_free(&flat);
	}
}

static void a_full_disk_is_told(void)
{
	struct bytes flat = flat_header();
	int full = open("/dev/full", O_WRONLY), in;
	struct mmx_err err = {0};
	bool truncated;
	struct file f;

	put_record(&flat, 0, 5, (const uint8_t *)"KDUMP");
	f = save(&flat, flat.n);
	in = open(f.path, O_RDONLY);
	CHECK(mmx_flattened_unpack(in, full, &truncated, &err) < 0, "written");
	CHECK(strstr(err.text, "No space left") && strstr(err.text, "TMPDIR"), "%s", err.text);
	close(in);
	close(full);
	unlink(f.path);
	mmx_array_free(&flat);
}

/* Live */

static struct mmx_image *open_kcore(const struct bytes *b, struct mmx_err *err)
{
	struct file f = save(b, b->n);
	struct mmx_image *image;

	*err = (struct mmx_err){0};
	image = mmx_open_kcore(f.path, err);
	unlink(f.path);
	return image;
}

static void kcore_is_memory_and_nothing_else(void)
{
	static const struct segment seg[] = {
		{UINT64_MAX, 0x2000, 0x2000}, /* vmalloc */
		{0x3000, 0x1000, 0x1000},     /* kernel text */
		{UINT64_MAX, 0x1000, 0x1000}, /* vmemmap */
		{0x1000, 0x8000, 0x8000},     {0x100000, 0x4000, 0x4000},
	};
	struct bytes b = make_elf(EM_X86_64, seg, ARRAY_SIZE(seg));
	struct mmx_err err;
	struct mmx_image *image = open_kcore(&b, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(image->live && !image->notice, "%s", image->notice);
	CHECK(RANGES_ARE(&image->present, {0x1000, 0x9000}, {0x100000, 0x104000}), "%zu ranges",
	      image->present.n);
	CHECK(reads_right(image, 0x1000, 0x8000), "memory");
	CHECK(reads_right(image, 0x103ffc, 4), "the end of memory");
	CHECK(outcome(image, 0x9000, 1) == MMX_READ_ABSENT, "a hole");
	CHECK(image->vmcoreinfo && !strcmp(image->vmcoreinfo, vmcoreinfo), "\"%s\"",
	      image->vmcoreinfo);
	CHECK(!strcmp(image->ops->name, "/proc/kcore"), "%s", image->ops->name);
	mmx_image_close(image);

	/* The kernel's word on sizes is taken; a read that then fails says so. */
	b.n -= 0x1000;
	image = open_kcore(&b, &err);
	CHECK(image && mmx_ranges_total(&image->present) == 0xc000, "%s", err.text);
	CHECK(image && outcome(image, 0x103000, 8) == MMX_READ_UNREADABLE, "read");
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void what_is_no_kcore_is_refused(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;

	CHECK(!open_kcore(&b, &err) && err.code == MMX_ENOTDUMP, "%d: %s", err.code, err.text);
	b.n = 0;
	CHECK(!open_kcore(&b, &err) && err.code == MMX_EIO, "%d: %s", err.code, err.text);
	CHECK(!mmx_open_kcore("/nonexistent/kcore", &err) && err.code == MMX_EIO, "%s", err.text);
	CHECK(!mmx_open_kcore("/tmp", &err) && err.code == MMX_EIO, "%s", err.text);
	mmx_array_free(&b);
	b = make_elf(EM_AARCH64, plain, 4);
	CHECK(!open_kcore(&b, &err) && strstr(err.text, "x86_64"), "%s", err.text);
	mmx_array_free(&b);
}

int main(void)
{
	RUN(elf_memory_reads_back);
	RUN(a_stopped_image_reads_nothing);
	RUN(elf_segments_may_overlap);
	RUN(truncated_elf_claims_only_what_it_has);
	RUN(elf_that_is_no_dump_is_refused);
	RUN(wild_elf_numbers_are_harmless);
	RUN(many_segments_are_read);
	RUN(other_formats_are_read_by_the_library);
	RUN(what_is_no_dump_is_refused);
	RUN(no_permission_is_told);
	RUN(kdump_tells_present_excluded_absent);
	RUN(a_spoilt_page_is_unreadable);
	RUN(many_pages_read_back);
	RUN(a_spoilt_page_leaves_nothing_behind);
	RUN(truncated_kdump_claims_only_what_it_has);
	RUN(damaged_kdump_is_refused);
	RUN(split_kdump_is_whole_in_any_order);
	RUN(unlike_parts_are_refused);
	RUN(flattened_dumps_are_put_in_order);
	RUN(truncated_stream_gives_what_it_has);
	RUN(wild_records_are_refused);
	RUN(a_full_disk_is_told);
	RUN(kcore_is_memory_and_nothing_else);
	RUN(what_is_no_kcore_is_refused);
	return unit_end();
}
