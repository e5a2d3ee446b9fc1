// SPDX-License-Identifier: GPL-2.0-or-later
/* Types from a file: a vmlinux with BTF in it, or with DWARF. */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dwarf.h"
#include "kernel/types.h"

static int check_kind(Elf *elf, const char *path, struct mmx_err *err)
{
	GElf_Ehdr mem, *ehdr = gelf_getehdr(elf, &mem);

	if (elf_kind(elf) != ELF_K_ELF || !ehdr)
		return mmx_fail(err, MMX_EUSAGE, "%s is no ELF file, such as a vmlinux is", path);
	if (ehdr->e_machine != EM_X86_64 || ehdr->e_ident[EI_CLASS] != ELFCLASS64)
		return mmx_fail(err, MMX_EARCH, "%s is not of x86_64", path);
	return 0;
}

static int check_build_id(Elf *elf, const char *path, const char *want, struct mmx_err *err)
{
	char have[2 * 64 + 1] = "";
	const void *bytes;
	ssize_t n = dwelf_elf_gnu_build_id(elf, &bytes);

	for (ssize_t i = 0; i < n && i < 64; i++)
		sprintf(have + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
	if (!*have)
		return mmx_fail(err, MMX_EUSAGE,
				"%s carries no build ID, so it cannot be known to be this kernel's",
				path);
	if (strcasecmp(have, want))
		return mmx_fail(err, MMX_EUSAGE, "%s is of another kernel: build ID %s, wanted %s",
				path, have, want);
	return 0;
}

/* The section's bytes, or NULL when there is none, or none with bytes in it. */
static Elf_Data *btf_section(Elf *elf)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
		GElf_Shdr mem, *shdr = gelf_getshdr(scn, &mem);
		const char *name = shdr ? elf_strptr(elf, names, shdr->sh_name) : NULL;
		Elf_Data *data;

		if (!name || strcmp(name, ".BTF") || shdr->sh_type == SHT_NOBITS)
			continue;
		data = elf_rawdata(scn, NULL);
		return data && data->d_buf ? data : NULL;
	}
	return NULL;
}

static void name_provider(struct mmx_types_provider *p, const char *what, const char *path)
{
	const char *file = strrchr(path, '/');

	snprintf(p->name, sizeof(p->name), "%s of %s", what, file ? file + 1 : path);
}

/* 0 when the provider has taken over @elf and @fd, 1 when it needs them no more, -1 on failure. */
static int open_types(struct mmx_types_provider *p, Elf *elf, int fd, const char *path,
		      const char *build_id, bool prefer_dwarf, struct mmx_err *err)
{
	Elf_Data *btf;

	if (!elf)
		return mmx_fail(err, MMX_EIO, "%s: %s", path, elf_errmsg(-1));
	if (check_kind(elf, path, err) || (build_id && check_build_id(elf, path, build_id, err)))
		return -1;
	btf = prefer_dwarf ? NULL : btf_section(elf);
	if (btf) {
		if (mmx_btf_open(p, btf->d_buf, btf->d_size, NULL, err))
			return mmx_fail_prefix(err, "%s", path);
		name_provider(p, "BTF", path);
		return 1;
	}
	if (mmx_dwarf_open(p, elf, fd, "", err))
		return mmx_fail_prefix(err, "%s", path);
	name_provider(p, "DWARF", path);
	return 0;
}

static int open_file(const char *path, struct mmx_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		mmx_fail(err, errno == EACCES ? MMX_EPERM : MMX_EIO, "%s: %s", path,
			 strerror(errno));
	else
		elf_version(EV_CURRENT);
	return fd;
}

int mmx_vmlinux_check(const char *path, const char *build_id, struct mmx_err *err)
{
	int fd = open_file(path, err), ret;
	Elf *elf;

	if (fd < 0)
		return -1;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	ret = check_kind(elf, path, err) || check_build_id(elf, path, build_id, err) ? -1 : 0;
	elf_end(elf);
	close(fd);
	return ret;
}

int mmx_types_from_vmlinux(struct mmx_types_provider *p, const char *path, const char *build_id,
			   bool prefer_dwarf, struct mmx_err *err)
{
	int fd = open_file(path, err), r;
	Elf *elf;

	if (fd < 0)
		return -1;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	r = open_types(p, elf, fd, path, build_id, prefer_dwarf, err);
	if (r) {
		elf_end(elf);
		close(fd);
	}
	return r < 0 ? -1 : 0;
}
