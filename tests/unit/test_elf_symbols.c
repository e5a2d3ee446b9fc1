// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of ELF files, out of bytes: a file of either class, and files that lie. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "mm/programs/elf_symbols.h"
#include "unit.h"

#define SIZE 0x2000

struct bytes {
	struct mmx_elf_source source;
	unsigned char v[SIZE];
	uint64_t missing, end; /* what cannot be read */
};

static struct bytes b;
static struct mmx_elf elf;
static struct mmx_elf_symbol symbol;
static struct mmx_err err;

static int read_bytes(struct mmx_elf_source *s, uint64_t at, void *buf, size_t n,
		      struct mmx_err *why)
{
	struct bytes *bytes = (struct bytes *)s;

	if (at > SIZE || n > SIZE - at)
		return mmx_fail(why, MMX_ENOTFOUND, "beyond");
	if (at < bytes->end && at + n > bytes->missing)
		return mmx_fail(why, MMX_EABSENT, "missing");
	memcpy(buf, bytes->v + at, n);
	return 0;
}

/* Where things are: code at 0x1000, loaded at 0x401000; symbols and names behind the headers. */
enum {
	PHDRS = 0x40,
	SYMTAB = 0x200,
	NAMES = 0x400,
	DYNAMIC = 0x500,
	HASH = 0x600,
	SECTIONS = 0x700
};

static const char names[] = "\0start\0middle\0weak\0data\0label\0";

static void put_symbol(unsigned int i, unsigned int name, unsigned int info, uint64_t value,
		       uint64_t size)
{
	Elf64_Sym sym = {.st_name = name,
			 .st_info = info,
			 .st_shndx = name ? 1 : 0,
			 .st_value = value,
			 .st_size = size};

	memcpy(b.v + SYMTAB + i * sizeof(sym), &sym, sizeof(sym));
}

static void setup(void)
{
	Elf64_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
			 .e_type = ET_EXEC,
			 .e_phoff = PHDRS,
			 .e_shoff = SECTIONS,
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 3,
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = 3};
	Elf64_Phdr ph[3] = {
		{.p_type = PT_LOAD, .p_vaddr = 0x400000, .p_filesz = 0x900, .p_memsz = 0x900},
		{.p_type = PT_LOAD,
		 .p_offset = 0x1010,
		 .p_vaddr = 0x401010,
		 .p_filesz = 0xf00,
		 .p_memsz = 0xf00},
		{.p_type = PT_DYNAMIC,
		 .p_offset = DYNAMIC,
		 .p_vaddr = 0x400000 + DYNAMIC,
		 .p_filesz = 0x100},
	};
	Elf64_Shdr sh[3] = {
		{0},
		{.sh_type = SHT_SYMTAB,
		 .sh_offset = SYMTAB,
		 .sh_size = 6 * sizeof(Elf64_Sym),
		 .sh_link = 2},
		{.sh_type = SHT_STRTAB, .sh_offset = NAMES, .sh_size = sizeof(names)},
	};
	Elf64_Dyn dyn[5] = {{DT_SYMTAB, {0x400000 + SYMTAB}},
			    {DT_STRTAB, {0x400000 + NAMES}},
			    {DT_STRSZ, {sizeof(names)}},
			    {DT_HASH, {0x400000 + HASH}},
			    {DT_NULL, {0}}};
	uint32_t hash[2] = {1, 3};

	b = (struct bytes){.source = {read_bytes}};
	memcpy(b.v, &eh, sizeof(eh));
	memcpy(b.v + PHDRS, ph, sizeof(ph));
	memcpy(b.v + SECTIONS, sh, sizeof(sh));
	memcpy(b.v + DYNAMIC, dyn, sizeof(dyn));
	memcpy(b.v + HASH, hash, sizeof(hash));
	memcpy(b.v + NAMES, names, sizeof(names));
	put_symbol(0, 0, 0, 0, 0);
	put_symbol(1, 1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401100, 0x40);
	put_symbol(2, 14, ELF64_ST_INFO(STB_WEAK, STT_FUNC), 0x401200, 0x80);
	put_symbol(3, 7, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401200, 0x80);
	put_symbol(4, 19, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 0x401300, 8);
	put_symbol(5, 24, ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE), 0x401400, 0);
}

static const char *at(uint64_t vaddr)
{
	err = (struct mmx_err){0};
	if (mmx_elf_read(&elf, &b.source, &err) ||
	    mmx_elf_symbol(&symbol, &elf, &b.source, vaddr, &err))
		return err.text;
	return symbol.name;
}

#define IS(vaddr, name)    CHECK(!strcmp(at(vaddr), name), "0x%x: %s", vaddr, at(vaddr))
#define SAYS(vaddr, words) CHECK(strstr(at(vaddr), words), "0x%x: %s", vaddr, at(vaddr))

static void the_one_that_has_the_address_is_named(void)
{
	setup();
	IS(0x401100, "start");
	IS(0x40113f, "start");
	IS(0x401200, "middle"); /* not the weak one */
	CHECK(symbol.function && symbol.size == 0x80 && !symbol.dynamic, "what it is");
	IS(0x401304, "data");
	CHECK(!symbol.function, "an object");
	IS(0x401500, "label");
	CHECK(!symbol.size, "it does not say how long it is");
	((Elf64_Sym *)(b.v + SYMTAB))[5].st_shndx = SHN_ABS;
	SAYS(0x401500, "none of its 6 symbols"); /* a number, and no place */
	SAYS(0x401140, "none of its 6 symbols");
	SAYS(0x4010ff, "none of its 6 symbols");
}

static void of_two_names_the_one_for_others_is_told(void)
{
	setup();
	memcpy(b.v + NAMES + 7, "_IO_it", 6); /* middle */
	put_symbol(2, 14, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401200, 0x80);
	IS(0x401200, "weak");
	put_symbol(2, 7, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401200, 0x80);
	put_symbol(3, 14, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401200, 0x80);
	IS(0x401200, "weak");
}

static void without_a_table_the_linkers_is_asked(void)
{
	setup();
	memset(b.v + SECTIONS + 64 + 4, 0, 4);
	IS(0x401110, "start");
	CHECK(symbol.dynamic, "its table");
	IS(0x401210, "weak"); /* its hash counts three, and so it has not the other one */
	SAYS(0x401304, "none of its 3 symbols");
	SAYS(0x401304, "it is stripped");
}

static void bytes_of_pages_between_segments_are_told_apart(void)
{
	uint64_t vaddr = 0, offset = 0;

	setup();
	CHECK(!mmx_elf_read(&elf, &b.source, &err), "%s", err.text);
	CHECK(mmx_elf_vaddr(&elf, 0x1010, &vaddr) && vaddr == 0x401010, "0x%lx", vaddr);
	CHECK(mmx_elf_vaddr(&elf, 0x1008, &vaddr) && vaddr == 0x401008, "0x%lx", vaddr);
	CHECK(mmx_elf_vaddr(&elf, 0x8ff, &vaddr) && vaddr == 0x4008ff, "0x%lx", vaddr);
	CHECK(!mmx_elf_vaddr(&elf, 0x1f10, &vaddr), "behind all");
	CHECK(mmx_elf_offset(&elf, 0x401100, &offset) && offset == 0x1100, "0x%lx", offset);
	CHECK(!mmx_elf_offset(&elf, 0x401f10, &offset), "behind all");
}

static void what_is_missing_is_said(void)
{
	setup();
	b.missing = SYMTAB;
	b.end = SYMTAB + 8;
	SAYS(0x401200, "6 of its 6 symbols are not in memory");
	CHECK(err.code == MMX_EABSENT, "%d", err.code);
	b.missing = NAMES;
	b.end = NAMES + 20;
	SAYS(0x401200, "its name");
}

/* Each word of the headers and tables, one at a time: nothing may crash or hang. */
static void files_that_lie_are_harmless(void)
{
	static const uint64_t lies[] = {1, 0xffff, 0x7fffffff, 0xffffffff, UINT64_MAX, 1ULL << 63};

	for (size_t at_byte = 0; at_byte < 0x800; at_byte += 2) {
		for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
			setup();
			memcpy(b.v + at_byte, &lies[i], i < 4 ? 4 : 8);
			at(0x401200);
			memset(b.v + SECTIONS + 64 + 4, 0, 4);
			at(0x401200);
		}
	}
	CHECK(true, "still here");
}

int main(void)
{
	RUN(the_one_that_has_the_address_is_named);
	RUN(of_two_names_the_one_for_others_is_told);
	RUN(without_a_table_the_linkers_is_asked);
	RUN(bytes_of_pages_between_segments_are_told_apart);
	RUN(what_is_missing_is_said);
	RUN(files_that_lie_are_harmless);
	return unit_end();
}
