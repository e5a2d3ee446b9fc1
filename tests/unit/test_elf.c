// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF dumps. */
#include "make_elf.h"

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

/* A note of QEMU's, with nothing but what is read of it. */
static void put_registers(struct bytes *b, size_t at, uint32_t version, size_t size)
{
	unsigned char desc[440] = {0};

	memcpy(desc, &version, 4);
	memcpy(desc + 8 + 18 * 8 + 4 * 24 + 16, "gs base", 8);
	memcpy(desc + 8 + 18 * 8 + 10 * 24 + 3 * 8, "the cr3", 8);
	memcpy(desc + 8 + 18 * 8 + 10 * 24 + 4 * 8, "the cr4", 8);
	memcpy(desc + 432, "othr gs", 8);
	put_note(b, at, "QEMU", (char *)desc, size);
}

static bool is_word(uint64_t word, const char *text)
{
	return !memcmp(&word, text, 8);
}

/* Where in the file the notes are that make_elf() gives no more than 512 bytes. */
static struct bytes elf_with_notes(void)
{
	struct segment notes = {.filesz = 0x1000};
	struct bytes b = make_elf(EM_X86_64, plain, ARRAY_SIZE(plain));

	put_phdr(&b, 0, PT_NOTE, b.n, &notes);
	return b;
}

static void registers_come_from_qemus_notes(void)
{
	struct bytes b = elf_with_notes();
	size_t at = b.n;
	struct mmx_err err;
	struct mmx_image *image;

	put_registers(&b, at, 1, 440);
	put_registers(&b, at + 460, 1, 432);
	put_registers(&b, at + 912, 2, 440);
	put_registers(&b, at + 1372, 1, 400);
	put_at(&b, at + 0x1000, "", 1);
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(image->registers.n == 2, "%zu: of another version, or cut", image->registers.n);
	for (size_t i = 0; i < image->registers.n; i++) {
		const struct mmx_registers *r = &image->registers.v[i];

		CHECK(is_word(r->cr3, "the cr3") && is_word(r->cr4, "the cr4"), "control");
		CHECK(is_word(r->gs[0], "gs base") && is_word(r->gs[1], i ? "gs base" : "othr gs"),
		      "what an old QEMU does not tell is what is in force");
	}
	mmx_image_close(image);
	mmx_array_free(&b);
}

int main(void)
{
	RUN(elf_memory_reads_back);
	RUN(elf_segments_may_overlap);
	RUN(truncated_elf_claims_only_what_it_has);
	RUN(elf_that_is_no_dump_is_refused);
	RUN(wild_elf_numbers_are_harmless);
	RUN(many_segments_are_read);
	RUN(registers_come_from_qemus_notes);
	return unit_end();
}
