// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "mm/mem.h"
#include "mm/programs/link_map.h"
#include "mm/programs/program.h"
#include "mm/programs/sources.h"

#define DYNAMIC_MAX 1024
#define DT_DEBUG    21

const char *mmx_program_words(unsigned int kind)
{
	static const char *const words[] = {
#define KIND(id, words) [MMX_PROGRAM_##id] = (words),
		MMX_PROGRAM_KINDS(KIND)
#undef KIND
	};

	return kind < MMX_PROGRAM_KIND_COUNT ? words[kind] : NULL;
}

const char *mmx_linked_words(unsigned int state)
{
	static const char *const words[] = {
#define LINKED(id, words) [MMX_LINKED_##id] = (words),
		MMX_LINKED_STATES(LINKED)
#undef LINKED
	};

	return state < MMX_LINKED_STATE_COUNT ? words[state] : NULL;
}

/*
 * Its headers, which auxv leads to. What is added to addresses of the file follows from where they are: the segment of
 * type PHDR has that address in the file, and without one the header that lies before them in the page does.
 */

static bool bias_by_header(struct mmx_program *p, struct mmx_view *view, uint64_t mm,
			   uint64_t phdrs)
{
	uint64_t page = 1ULL << view->kernel->arch->page_shift, vaddr;
	struct mmx_user_source source;
	struct mmx_elf head;

	mmx_user_source(&source, view, mm, phdrs & ~(page - 1));
	if (mmx_elf_header(&head, &source.source, NULL) || head.is_32 != p->elf.is_32 ||
	    source.base + head.phoff != phdrs || !mmx_elf_vaddr(&p->elf, head.phoff, &vaddr))
		return false;
	p->bias = phdrs - vaddr;
	return true;
}

static void find_segments(struct mmx_program *p, struct mmx_view *view, uint64_t mm)
{
	const struct mmx_elf_segment *self;
	uint64_t at, size = 0, n = 0;
	struct mmx_user_source source;
	struct mmx_err err;

	if (!mmx_auxv_has(&p->auxv, MMX_AT_PHDR, &at))
		return;
	mmx_auxv_has(&p->auxv, MMX_AT_PHENT, &size);
	mmx_auxv_has(&p->auxv, MMX_AT_PHNUM, &n);
	mmx_user_source(&source, view, mm, 0);
	source.judged = true;
	p->elf.is_32 = p->auxv.is_32;
	if (mmx_elf_segments(&p->elf, &source.source, at, size, n, &err)) {
		mmx_fail_prefix(&err, "the program headers");
		err.code = err.code == MMX_ENOTFOUND ? MMX_ECORRUPT : err.code;
		mmx_cover_fail(&p->coverage, &err);
		return;
	}
	self = mmx_elf_segment(&p->elf, MMX_PT_PHDR);
	if (self)
		p->bias = at - self->vaddr;
	p->has_bias = self || bias_by_header(p, view, mm, at);
	if (p->auxv.is_32)
		p->bias &= UINT32_MAX;
}

static void find_interpreter(struct mmx_program *p, struct mmx_view *view, uint64_t mm)
{
	const struct mmx_elf_segment *seg = mmx_elf_segment(&p->elf, MMX_PT_INTERP);
	struct mmx_err err;

	if (!seg || !p->has_bias)
		return;
	if (mmx_user_string(view, mm, p->bias + seg->vaddr, p->interpreter, sizeof(p->interpreter),
			    &err)) {
		p->interpreter[0] = 0;
		mmx_fail_prefix(&err, "the path of the interpreter");
		mmx_cover_fail(&p->coverage, &err);
	}
}

static void find_kind(struct mmx_program *p)
{
	mmx_auxv_has(&p->auxv, MMX_AT_BASE, &p->base);
	if (!p->auxv.n)
		p->kind = MMX_PROGRAM_NONE;
	else if (p->base || mmx_elf_segment(&p->elf, MMX_PT_INTERP))
		p->kind = MMX_PROGRAM_DYNAMIC;
	else if (!p->elf.n || !p->has_bias)
		p->kind = MMX_PROGRAM_UNKNOWN;
	else
		p->kind = p->bias ? MMX_PROGRAM_STATIC_PIE : MMX_PROGRAM_STATIC;
}

/*
 * Where the linker's list is: it writes that into the program's dynamic section.
 */

static void find_debug(struct mmx_program *p, struct mmx_view *view, uint64_t mm)
{
	const struct mmx_elf_segment *seg = mmx_elf_segment(&p->elf, MMX_PT_DYNAMIC);
	const unsigned int word = p->auxv.is_32 ? 4 : 8;
	unsigned char pair[16];
	struct mmx_err err;

	if (!seg || !p->has_bias)
		return;
	for (unsigned int i = 0; i < DYNAMIC_MAX && (i + 1ULL) * 2 * word <= seg->memsz; i++) {
		uint64_t at = p->bias + seg->vaddr + i * 2ULL * word;

		if (mmx_user_bytes(view, mm, at, pair, 2ULL * word, &err)) {
			mmx_fail_prefix(&err, "the dynamic section");
			mmx_cover_fail(&p->coverage, &err);
			return;
		}
		if (!mmx_le(pair, word))
			return;
		if (mmx_le(pair, word) == DT_DEBUG) {
			p->debug = mmx_le(pair + word, word);
			return;
		}
	}
}

int mmx_program_find(struct mmx_program *p, struct mmx_view *view, uint64_t mm, struct mmx_err *err)
{
	*p = (struct mmx_program){.kind = MMX_PROGRAM_UNKNOWN};
	if (mmx_auxv_read(&p->auxv, view, mm, err)) {
		mmx_cover_fail(&p->coverage, err);
		return 0;
	}
	find_segments(p, view, mm);
	find_kind(p);
	find_interpreter(p, view, mm);
	find_debug(p, view, mm);
	return mmx_linked_find(p, view, mm, err);
}

void mmx_program_free(struct mmx_program *p)
{
	for (size_t i = 0; i < p->linked.n; i++) {
		free(p->linked.v[i].name);
		free(p->linked.v[i].file);
	}
	for (size_t i = 0; i < p->files.n; i++)
		free(p->files.v[i].file);
	mmx_array_free(&p->linked);
	mmx_array_free(&p->files);
}
