// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "mm/programs/elf.h"

#define PAGE 4096ULL

/* Where the two classes have what is read. */
struct places {
	uint8_t header, entry, phoff, shoff, phentsize, shentsize;
	uint8_t phdr, p_flags, p_offset, p_vaddr, p_filesz, p_memsz, word;
};

static const struct places places[] = {
	{64, 24, 32, 40, 54, 58, 56, 4, 8, 16, 32, 40, 8},
	{52, 24, 28, 32, 42, 46, 32, 24, 4, 8, 16, 20, 4},
};

int mmx_elf_header(struct mmx_elf *elf, struct mmx_elf_source *s, struct mmx_err *err)
{
	static const unsigned char magic[] = {0x7f, 'E', 'L', 'F'};
	unsigned char head[64] = {0};
	const struct places *p;

	*elf = (struct mmx_elf){0};
	if (s->read(s, 0, head, 16, err))
		return -1;
	if (memcmp(head, magic, sizeof(magic)) != 0)
		return mmx_fail(err, MMX_ENOTFOUND, "it is no ELF file");
	elf->is_32 = head[4] == 1;
	if ((head[4] != 1 && head[4] != 2) || head[5] != 1)
		return mmx_fail(err, MMX_ENOTFOUND, "an ELF file of class %u and order %u", head[4],
				head[5]);
	p = &places[elf->is_32];
	if (s->read(s, 0, head, p->header, err))
		return -1;
	elf->type = mmx_le16(head + 16);
	elf->entry = mmx_le(head + p->entry, p->word);
	elf->phoff = mmx_le(head + p->phoff, p->word);
	elf->shoff = mmx_le(head + p->shoff, p->word);
	elf->n = mmx_le16(head + p->phentsize + 2);
	elf->shentsize = mmx_le16(head + p->shentsize);
	elf->shnum = mmx_le16(head + p->shentsize + 2);
	if (mmx_le16(head + p->phentsize) != p->phdr && elf->n)
		return mmx_fail(err, MMX_ENOTFOUND, "program headers of %u bytes",
				mmx_le16(head + p->phentsize));
	return 0;
}

int mmx_elf_segments(struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t at, uint64_t size,
		     uint64_t n, struct mmx_err *err)
{
	const struct places *p = &places[elf->is_32];
	unsigned char bytes[64];

	elf->n = 0;
	if (size != p->phdr || n > MMX_ELF_SEGMENTS)
		return mmx_fail(err, MMX_ENOTFOUND,
				"%" PRIu64 " program headers of %" PRIu64 " bytes", n, size);
	while (elf->n < n) {
		struct mmx_elf_segment *seg = &elf->segment[elf->n];

		if (s->read(s, at + elf->n * size, bytes, size, err))
			return -1;
		seg->type = mmx_le32(bytes);
		seg->flags = mmx_le32(bytes + p->p_flags);
		seg->offset = mmx_le(bytes + p->p_offset, p->word);
		seg->vaddr = mmx_le(bytes + p->p_vaddr, p->word);
		seg->filesz = mmx_le(bytes + p->p_filesz, p->word);
		seg->memsz = mmx_le(bytes + p->p_memsz, p->word);
		elf->n++;
	}
	return 0;
}

int mmx_elf_read(struct mmx_elf *elf, struct mmx_elf_source *s, struct mmx_err *err)
{
	if (mmx_elf_header(elf, s, err))
		return -1;
	return mmx_elf_segments(elf, s, elf->phoff, places[elf->is_32].phdr, elf->n, err);
}

const struct mmx_elf_segment *mmx_elf_segment(const struct mmx_elf *elf, uint32_t type)
{
	for (unsigned int i = 0; i < elf->n; i++) {
		if (elf->segment[i].type == type)
			return &elf->segment[i];
	}
	return NULL;
}

/*
 * Pages are mapped whole, so around a segment's bytes lie those of its neighbours: a byte is of the segment that has
 * it, and else of the one whose first page it is in.
 */
bool mmx_elf_vaddr(const struct mmx_elf *elf, uint64_t offset, uint64_t *vaddr)
{
	for (unsigned int slack = 0; slack < 2; slack++) {
		for (unsigned int i = 0; i < elf->n; i++) {
			const struct mmx_elf_segment *seg = &elf->segment[i];
			uint64_t before = slack ? seg->offset % PAGE : 0;

			if (seg->type != MMX_PT_LOAD || offset < seg->offset - before ||
			    offset - (seg->offset - before) >= seg->filesz + before)
				continue;
			*vaddr = seg->vaddr + (offset - seg->offset);
			return true;
		}
	}
	return false;
}

bool mmx_elf_offset(const struct mmx_elf *elf, uint64_t vaddr, uint64_t *offset)
{
	for (unsigned int i = 0; i < elf->n; i++) {
		const struct mmx_elf_segment *seg = &elf->segment[i];

		if (seg->type == MMX_PT_LOAD && vaddr >= seg->vaddr &&
		    vaddr - seg->vaddr < seg->filesz) {
			*offset = seg->offset + (vaddr - seg->vaddr);
			return true;
		}
	}
	return false;
}

const char *mmx_elf_segment_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{0, "NULL"},
		{MMX_PT_LOAD, "LOAD"},
		{MMX_PT_DYNAMIC, "DYNAMIC"},
		{MMX_PT_INTERP, "INTERP"},
		{4, "NOTE"},
		{5, "SHLIB"},
		{MMX_PT_PHDR, "PHDR"},
		{MMX_PT_TLS, "TLS"},
		{0x6474e550, "GNU_EH_FRAME"},
		{MMX_PT_GNU_STACK, "GNU_STACK"},
		{MMX_PT_GNU_RELRO, "GNU_RELRO"},
		{0x6474e553, "GNU_PROPERTY"},
		{0x6474e554, "GNU_SFRAME"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].type == type)
			return names[i].name;
	}
	return NULL;
}
