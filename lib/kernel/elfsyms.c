// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of a vmlinux. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "kernel/symbols.h"

/* Addresses of the kernel are in the upper half; what is below is an offset into per-CPU memory. */
#define KERNEL_HALF (1ULL << 63)

/* The letter that nm prints, before its case. */
static char section_letter(const GElf_Shdr *shdr)
{
	if (shdr->sh_flags & SHF_EXECINSTR)
		return 't';
	if (shdr->sh_type == SHT_NOBITS)
		return 'b';
	return shdr->sh_flags & SHF_WRITE ? 'd' : 'r';
}

static char type_of(const GElf_Sym *sym, const GElf_Shdr *shdr)
{
	bool object = GELF_ST_TYPE(sym->st_info) == STT_OBJECT;
	char letter = section_letter(shdr);

	switch (GELF_ST_BIND(sym->st_info)) {
	case STB_LOCAL:
		return letter;
	case STB_WEAK:
		return object ? 'V' : 'W';
	default:
		return toupper(letter);
	}
}

/* Per-CPU sections may have no address, and linkers leave the flag off empty ones. */
static bool is_loaded(const GElf_Shdr *shdr)
{
	return shdr->sh_flags & SHF_ALLOC || shdr->sh_addr;
}

/*
 * Adds a symbol if it names memory of the kernel: not sections and files, not the compiler's own
 * labels, and not absolute symbols, which are constants of the assembler and the linker. kallsyms
 * has none of these either.
 */
static int add(struct mmx_symbols *s, Elf *elf, const GElf_Sym *sym, const char *name,
	       uint64_t kernel_offset)
{
	Elf_Scn *section = elf_getscn(elf, sym->st_shndx);
	uint64_t addr = sym->st_value;
	GElf_Shdr shdr;

	if (!name || !*name || !strncmp(name, ".L", 2) ||
	    GELF_ST_TYPE(sym->st_info) == STT_SECTION || GELF_ST_TYPE(sym->st_info) == STT_FILE ||
	    sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE || !section ||
	    !gelf_getshdr(section, &shdr) || !is_loaded(&shdr))
		return 0;
	if (addr >= KERNEL_HALF)
		addr += kernel_offset;
	return mmx_symbols_add(s, name, strlen(name), addr, type_of(sym, &shdr), 0);
}

static Elf_Scn *find_symtab(Elf *elf, GElf_Shdr *shdr)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, shdr) && shdr->sh_type == SHT_SYMTAB)
			return section;
	}
	return NULL;
}

static int read_symtab(struct mmx_symbols *s, Elf *elf, const char *path, uint64_t kernel_offset,
		       struct mmx_err *err)
{
	GElf_Shdr shdr;
	Elf_Scn *section = find_symtab(elf, &shdr);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	size_t before = s->kernel.n;
	GElf_Sym sym;

	for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
		if (add(s, elf, &sym, elf_strptr(elf, shdr.sh_link, sym.st_name), kernel_offset))
			return mmx_fail_nomem(err);
	}
	if (s->kernel.n == before)
		return mmx_fail(err, MMX_EMISSING, "%s has no symbol table: it was stripped", path);
	s->provider = "symbol table of the vmlinux";
	return 0;
}

static int read_elf(struct mmx_symbols *s, int fd, const char *path, uint64_t kernel_offset,
		    struct mmx_err *err)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	GElf_Ehdr ehdr;
	int ret;

	if (!elf || !gelf_getehdr(elf, &ehdr) || ehdr.e_ident[EI_CLASS] != ELFCLASS64)
		ret = mmx_fail(err, MMX_EUSAGE, "%s is no 64-bit ELF file", path);
	else
		ret = read_symtab(s, elf, path, kernel_offset, err);
	elf_end(elf);
	return ret;
}

int mmx_symbols_from_elf(struct mmx_symbols *s, const char *path, uint64_t kernel_offset,
			 struct mmx_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return mmx_fail(err, errno == EACCES ? MMX_EPERM : MMX_EIO, "%s: %s", path,
				strerror(errno));
	elf_version(EV_CURRENT);
	ret = read_elf(s, fd, path, kernel_offset, err);
	close(fd);
	return ret;
}
