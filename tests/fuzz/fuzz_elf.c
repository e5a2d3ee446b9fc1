// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF files of any bytes: headers, and the symbol of addresses that the first bytes choose. Some of it is missing. */
#include <stdlib.h>
#include <string.h>

#include "mm/programs/elf_symbols.h"

struct bytes {
	struct mmx_elf_source source;
	const uint8_t *v;
	size_t size;
	uint64_t missing; /* a page that cannot be read */
};

static int read_bytes(struct mmx_elf_source *s, uint64_t at, void *buf, size_t n,
		      struct mmx_err *err)
{
	struct bytes *b = (struct bytes *)s;

	if (at > b->size || n > b->size - at)
		return mmx_fail(err, MMX_ENOTFOUND, "beyond");
	if (n && at / 4096 <= b->missing && (at + n - 1) / 4096 >= b->missing)
		return mmx_fail(err, MMX_EABSENT, "missing");
	memcpy(buf, b->v + at, n);
	return 0;
}

static void look(struct bytes *b, const struct mmx_elf *elf, uint64_t vaddr)
{
	struct mmx_elf_symbol symbol;
	struct mmx_err err;

	if (!mmx_elf_symbol(&symbol, elf, &b->source, vaddr, &err) &&
	    (symbol.value > vaddr || (symbol.size && vaddr - symbol.value >= symbol.size) ||
	     !memchr(symbol.name, 0, sizeof(symbol.name))))
		__builtin_trap();
}

static void ask(struct bytes *b, const struct mmx_elf *elf, uint64_t address)
{
	uint64_t vaddr, offset;

	look(b, elf, address);
	if (mmx_elf_vaddr(elf, address % (b->size + 1), &vaddr)) {
		look(b, elf, vaddr);
		mmx_elf_offset(elf, vaddr, &offset);
	}
	for (unsigned int i = 0; i < elf->n; i++)
		look(b, elf, elf->segment[i].vaddr + elf->segment[i].filesz / 2);
}

/* What would else have to be guessed: that it is an ELF file of either class, and how long its headers are. */
static void begin(uint8_t *file, bool is_32)
{
	static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 2, 1};
	uint16_t lengths[2][2] = {{56, 64}, {32, 40}};

	memcpy(file, magic, sizeof(magic));
	file[4] = is_32 ? 1 : 2;
	memcpy(file + (is_32 ? 42 : 54), &lengths[is_32][0], 2);
	memcpy(file + (is_32 ? 46 : 58), &lengths[is_32][1], 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {.source = {read_bytes}};
	uint64_t chosen[2];
	struct mmx_elf elf;

	uint8_t *file;

	if (size < sizeof(chosen) + 64)
		return 0;
	memcpy(chosen, data, sizeof(chosen));
	b.size = size - sizeof(chosen);
	b.missing = chosen[1] % 64;
	file = malloc(b.size);
	if (!file)
		return 0;
	memcpy(file, data + sizeof(chosen), b.size);
	begin(file, chosen[1] >> 63);
	b.v = file;
	if (!mmx_elf_read(&elf, &b.source, NULL))
		ask(&b, &elf, chosen[0]);
	free(file);
	return 0;
}
