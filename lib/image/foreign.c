// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told by the first bytes. Whatever is not known here is left to who opens dumps. */
#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "image/file.h"
#include "image/foreign.h"

#define BEGINNING 512

struct beginning {
	uint8_t bytes[BEGINNING];
	size_t len;
};

static const struct {
	unsigned int at, len;
	const char *magic, *is;
} kinds[] = {
	{0, 2, "\x1f\x8b", "is compressed by gzip: gunzip it first"},
	{0, 3, "BZh", "is compressed by bzip2: bunzip2 it first"},
	{0, 6,
	 "\xfd"
	 "7zXZ\0",
	 "is compressed by xz: unxz it first"},
	{0, 4, "\x28\xb5\x2f\xfd", "is compressed by zstd: unzstd it first"},
	{0, 4, "\x04\x22\x4d\x18", "is compressed by lz4: unlz4 it first"},
	{0, 4, "PK\3\4", "is a zip archive: unzip it first"},
	{257, 5, "ustar", "is a tar archive: unpack it first"},
	{0, 4, "QFI\xfb",
	 "is a qcow2 disk image; the memory of a guest is what virsh dump --memory-only writes"},
	{0, 4, "KDMV", "is a VMware disk image; vmss2core makes a dump of a suspended guest"},
	{0, 4, "\xd2\xbe\xd2\xbe",
	 "is the state of a VMware guest: vmss2core -M makes a dump of it"},
	{0, 4, "EMiL", "is made by LiME, whose format mmx does not read"},
	{0, 8, "PAGEDU64", "is a dump of Windows"},
};

static const char *known(const struct beginning *b)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (b->len >= kinds[i].at + kinds[i].len &&
		    !memcmp(b->bytes + kinds[i].at, kinds[i].magic, kinds[i].len))
			return kinds[i].is;
	}
	return NULL;
}

static bool is_text(const struct beginning *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (!isprint(b->bytes[i]) && !isspace(b->bytes[i]) && b->bytes[i] < 0x80)
			return false;
	}
	return true;
}

static const char *machine_name(unsigned int machine)
{
	static const struct {
		unsigned int machine;
		const char *name;
	} machines[] = {
		{EM_386, "32-bit x86"}, {EM_AARCH64, "aarch64"}, {EM_ARM, "32-bit ARM"},
		{EM_S390, "s390x"},     {EM_PPC64, "ppc64"},     {EM_PPC, "ppc"},
		{EM_RISCV, "RISC-V"},   {EM_MIPS, "MIPS"},       {EM_SPARCV9, "sparc64"},
		{EM_IA_64, "ia64"},
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (machines[i].machine == machine)
			return machines[i].name;
	}
	return "another machine";
}

/*
 * What has headers for 32 bits is refused even where it is of x86_64: they have no room for addresses beyond 4 GiB,
 * and libkdumpfile 0.5.1 crashes when they are damaged.
 */
static int refuse_elf(const struct beginning *b, const char *path, struct mmx_err *err)
{
	bool big = b->bytes[EI_DATA] == ELFDATA2MSB;
	uint16_t machine;

	memcpy(&machine, b->bytes + 18, sizeof(machine));
	machine = big ? be16toh(machine) : le16toh(machine);
	if (machine != EM_X86_64)
		return mmx_fail(err, MMX_EARCH,
				"%s: an ELF file of %s (machine %u), and only x86_64 is known",
				path, machine_name(machine), machine);
	if (b->bytes[EI_CLASS] != ELFCLASS64)
		return mmx_fail(
			err, MMX_EARCH,
			"%s: an ELF file with headers for 32 bits, and only those for 64 are known",
			path);
	return 0;
}

int mmx_foreign_refuse(int fd, const char *path, struct mmx_err *err)
{
	struct beginning b;
	ssize_t n = mmx_file_read(fd, b.bytes, sizeof(b.bytes), 0);
	const char *is;

	if (n < 0)
		return 0;
	b.len = n;
	if (b.len >= 20 && !memcmp(b.bytes, ELFMAG, SELFMAG))
		return refuse_elf(&b, path, err);
	is = known(&b);
	if (!is && b.len && is_text(&b))
		is = "is text, and no dump";
	return is ? mmx_fail(err, MMX_ENOTDUMP, "%s: %s", path, is) : 0;
}
