// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "image/elf.h"
#include "image/file.h"
#include "image/notes.h"

/* No machine has more: the headers alone would be 56 MiB. */
#define MAX_SEGMENTS (1u << 20)

/* x86_64 has 52 bits of physical address. /proc/kcore marks what has none with all ones. */
#define PHYS_END (1ULL << 52)

/* Bytes of physical memory and where in the file they lie. */
struct extent {
	uint64_t phys;
	uint64_t end;
	uint64_t offset;
};

struct elf_core {
	int fd;
	uint64_t size;    /* of the file; a running kernel's has no end */
	uint64_t missing; /* bytes that the headers promise behind the end of the file */
	bool addressed;   /* a segment has a physical address other than 0 */
	uint32_t loads;
	uint64_t segments;        /* a mark of all of them, in a running kernel */
	MMX_ARRAY(struct extent); /* ascending, without overlap */
};

bool mmx_elf_wanted(int fd)
{
	Elf64_Ehdr eh;

	return mmx_file_read(fd, &eh, sizeof(eh), 0) == sizeof(eh) &&
	       !memcmp(eh.e_ident, ELFMAG, SELFMAG) && eh.e_ident[EI_CLASS] == ELFCLASS64 &&
	       eh.e_ident[EI_DATA] == ELFDATA2LSB && le16toh(eh.e_machine) == EM_X86_64 &&
	       le16toh(eh.e_phnum);
}

/* With 65535 segments or more their number stands in the first section header. */
static uint32_t segment_count(const struct elf_core *core, const Elf64_Ehdr *eh)
{
	Elf64_Shdr sh;

	if (le16toh(eh->e_phnum) != PN_XNUM)
		return le16toh(eh->e_phnum);
	if (mmx_file_read(core->fd, &sh, sizeof(sh), le64toh(eh->e_shoff)) != sizeof(sh))
		return 0;
	return le32toh(sh.sh_info);
}

static int read_headers(const struct elf_core *core, const char *path, Elf64_Phdr **headers,
			uint32_t *n, struct mmx_err *err)
{
	Elf64_Ehdr eh;
	size_t bytes;

	if (mmx_file_read(core->fd, &eh, sizeof(eh), 0) != sizeof(eh))
		return mmx_fail(err, MMX_ETRUNC, "%s: ends within the ELF header", path);
	if (le16toh(eh.e_type) != ET_CORE)
		return mmx_fail(err, MMX_ENOTDUMP,
				"%s: an ELF file, but no dump; a vmlinux stands behind --vmlinux",
				path);
	if (le16toh(eh.e_phentsize) != sizeof(Elf64_Phdr))
		return mmx_fail(err, MMX_ECORRUPT, "%s: program headers of %u bytes", path,
				le16toh(eh.e_phentsize));
	*n = segment_count(core, &eh);
	if (!*n || *n > MAX_SEGMENTS)
		return mmx_fail(err, MMX_ECORRUPT, "%s: %u program headers", path, *n);
	bytes = *n * sizeof(**headers);
	if (!mmx_fits(le64toh(eh.e_phoff), bytes, core->size))
		return mmx_fail(err, MMX_ETRUNC, "%s: ends within the program headers", path);
	*headers = malloc(bytes);
	if (!*headers)
		return mmx_fail_nomem(err);
	if (mmx_file_read(core->fd, *headers, bytes, le64toh(eh.e_phoff)) == (ssize_t)bytes)
		return 0;
	free(*headers);
	return mmx_fail(err, MMX_EIO, "%s: the program headers cannot be read", path);
}

static bool add_load(struct mmx_image *image, struct elf_core *core, const Elf64_Phdr *ph)
{
	uint64_t phys = le64toh(ph->p_paddr), offset = le64toh(ph->p_offset);
	uint64_t filesz = le64toh(ph->p_filesz), memsz = le64toh(ph->p_memsz);
	uint64_t in_file;

	if (memsz < filesz)
		memsz = filesz;
	if (!memsz || !mmx_fits(phys, memsz, PHYS_END))
		return true;
	core->loads++;
	core->addressed |= phys != 0;
	in_file = offset < core->size ? core->size - offset : 0;
	if (in_file < filesz) {
		core->missing += filesz - in_file;
		filesz = in_file;
	}
	return mmx_ranges_add(&image->ram, phys, phys + memsz) &&
	       (!filesz || mmx_array_add(core, (struct extent){phys, phys + filesz, offset}));
}

/*
 * The kernel's text has a segment of its own besides the memory that it lies in: of what two
 * segments hold, the one that begins first is kept.
 */
static bool settle_extents(struct mmx_image *image, struct elf_core *core)
{
	uint64_t covered = 0;
	size_t used = 0;

	mmx_array_sort_by(core, phys);
	for (size_t i = 0; i < core->n; i++) {
		struct extent x = core->v[i];

		if (x.end <= covered)
			continue;
		if (x.phys < covered) {
			x.offset += covered - x.phys;
			x.phys = covered;
		}
		covered = x.end;
		core->v[used++] = x;
		if (!mmx_ranges_add(&image->present, x.phys, x.end))
			return false;
	}
	core->n = used;
	mmx_ranges_normalise(&image->present);
	mmx_ranges_normalise(&image->ram);
	return true;
}

static int judge(struct mmx_image *image, const struct elf_core *core, const char *path,
		 struct mmx_err *err)
{
	if (!core->loads || (!core->addressed && core->loads > 1))
		return mmx_fail(err, MMX_ENOTDUMP,
				"%s: no physical addresses in it (a process's core dump?)", path);
	if (!core->n)
		return mmx_fail(err, MMX_ETRUNC, "%s: ends before the first byte of memory", path);
	if (core->missing)
		return mmx_image_note(image, err,
				      "%s is truncated: %" PRIu64 " MiB of memory are missing and "
				      "count as excluded",
				      path, (core->missing + (1 << 20) - 1) >> 20);
	return 0;
}

static uint64_t mark_of(const Elf64_Phdr *headers, uint32_t n)
{
	const unsigned char *bytes = (const unsigned char *)headers;
	uint64_t mark = n;

	for (size_t i = 0; i < n * sizeof(*headers); i++)
		mark = (mark ^ bytes[i]) * 0x100000001b3ULL;
	return mark;
}

/* It is brought up to date when somebody opens it. */
static bool live_moved(struct mmx_image *image)
{
	struct elf_core now = *(struct elf_core *)image->priv;
	Elf64_Phdr *headers;
	uint64_t mark = 0;
	char path[32];
	uint32_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", now.fd);
	now.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (now.fd < 0)
		return false;
	if (!read_headers(&now, path, &headers, &n, NULL)) {
		mark = mark_of(headers, n);
		free(headers);
	}
	close(now.fd);
	return mark != now.segments;
}

static int load(struct mmx_image *image, struct elf_core *core, const char *path,
		struct mmx_err *err)
{
	Elf64_Phdr *headers = NULL;
	uint32_t n = 0;
	bool ok = true;

	if (read_headers(core, path, &headers, &n, err))
		return -1;
	core->segments = image->live ? mark_of(headers, n) : 0;
	for (uint32_t i = 0; ok && i < n; i++) {
		const Elf64_Phdr *ph = &headers[i];

		if (le32toh(ph->p_type) == PT_LOAD)
			ok = add_load(image, core, ph);
		else if (le32toh(ph->p_type) == PT_NOTE && !image->vmcoreinfo)
			ok = mmx_notes_read(image, core->fd, le64toh(ph->p_offset),
					    le64toh(ph->p_filesz));
	}
	free(headers);
	if (!ok || !settle_extents(image, core))
		return mmx_fail_nomem(err);
	return judge(image, core, path, err);
}

/* Nothing of the core moves once it is open; a thread has blocks of its own, unless memory moves. */
struct elf_reader {
	const struct elf_core *core;
	struct mmx_file_blocks *blocks;
};

static void reader_free(void *handle)
{
	struct elf_reader *reader = handle;

	free(reader->blocks);
	free(reader);
}

static void *reader_new(struct mmx_image *image, struct mmx_err *err)
{
	struct elf_reader *reader = calloc(1, sizeof(*reader));

	if (reader && !image->live)
		reader->blocks = calloc(1, sizeof(*reader->blocks));
	if (!reader || (!image->live && !reader->blocks)) {
		free(reader);
		mmx_fail_nomem(err);
		return NULL;
	}
	reader->core = image->priv;
	return reader;
}

static bool read_file(const struct elf_reader *reader, struct mmx_file_blocks *blocks, void *buf,
		      size_t len, uint64_t offset)
{
	int fd = reader->core->fd;
	ssize_t got = blocks ? mmx_file_read_through(blocks, fd, buf, len, offset)
			     : mmx_file_read(fd, buf, len, offset);

	return got == (ssize_t)len;
}

static const struct extent *extent_of(const struct elf_core *core, uint64_t phys)
{
	return &core->v[mmx_array_bound(core, extent, extent->end <= phys)];
}

/* The image has seen to it that all of it is present, so the extents touch. */
static enum mmx_read read_extents(const struct elf_reader *reader, struct mmx_file_blocks *blocks,
				  uint64_t phys, void *buf, size_t len)
{
	uint8_t *to = buf;

	for (const struct extent *x = extent_of(reader->core, phys); len; x++) {
		size_t part = x->end - phys < len ? x->end - phys : len;

		if (!read_file(reader, blocks, to, part, x->offset + (phys - x->phys)))
			return MMX_READ_UNREADABLE;
		phys += part;
		to += part;
		len -= part;
	}
	return MMX_READ_OK;
}

static enum mmx_read elf_read(void *handle, uint64_t phys, void *buf, size_t len)
{
	const struct elf_reader *reader = handle;

	return read_extents(reader, reader->blocks, phys, buf, len);
}

static enum mmx_read elf_read_alone(void *handle, uint64_t phys, void *buf, size_t len)
{
	return read_extents(handle, NULL, phys, buf, len);
}

static void elf_close(struct mmx_image *image)
{
	struct elf_core *core = image->priv;

	close(core->fd);
	mmx_array_free(core);
	free(core);
}

static const struct mmx_image_ops dump_ops = {
	.name = "ELF",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = elf_read,
	.read_alone = elf_read_alone,
	.close = elf_close,
};

static const struct mmx_image_ops live_ops = {
	.name = "/proc/kcore",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = elf_read,
	.read_alone = elf_read_alone,
	.moved = live_moved,
	.close = elf_close,
};

struct mmx_image *mmx_elf_open(int fd, const char *path, bool live, struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));
	struct elf_core *core = calloc(1, sizeof(*core));

	if (!image || !core) {
		free(image);
		free(core);
		close(fd);
		mmx_fail_nomem(err);
		return NULL;
	}
	core->fd = fd;
	core->size = live ? INT64_MAX : mmx_file_size(fd);
	image->ops = live ? &live_ops : &dump_ops;
	image->priv = core;
	image->live = live;
	image->presence_known = true;
	snprintf(image->format, sizeof(image->format), live ? "running kernel" : "ELF dump");
	snprintf(image->machine, sizeof(image->machine), "x86_64");
	if (load(image, core, path, err) || (live && mmx_image_note_live(image, err))) {
		mmx_image_close(image);
		return NULL;
	}
	return image;
}
