// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/vma_name.h"
#include "mm/programs/sources.h"
#include "mm/programs/user_symbol.h"

static int symbol_of(struct mmx_user_symbol *symbol, struct mmx_elf_source *source, uint64_t offset,
		     struct mmx_err *err)
{
	struct mmx_elf elf;

	if (mmx_elf_read(&elf, source, err))
		return -1;
	if (!mmx_elf_vaddr(&elf, offset, &symbol->vaddr))
		return mmx_fail(err, MMX_ENOTFOUND, "no segment of the file has byte 0x%llx",
				(unsigned long long)offset);
	return mmx_elf_symbol(&symbol->of, &elf, source, symbol->vaddr, err);
}

static int symbol_of_file(struct mmx_user_symbol *symbol, struct mmx_view *view,
			  const struct mmx_vma *vma, uint64_t offset, struct mmx_err *err)
{
	struct mmx_mapping *mapping = malloc(sizeof(*mapping));
	struct mmx_cache_source source;
	uint64_t at;
	int ret = -1;

	if (!mapping)
		return mmx_fail_nomem(err);
	if (!mmx_kget(view, vma->file, M_file_f_mapping, &at, err) &&
	    !mmx_mapping_read(mapping, view, at, err)) {
		mmx_cache_source(&source, view, mapping);
		ret = symbol_of(symbol, &source.source, offset, err);
	}
	free(mapping);
	return ret;
}

/* The kernel's own file lies there as it is. */
static bool is_vdso(struct mmx_view *view, const struct mmx_vma *vma)
{
	struct mmx_vma_name *name = malloc(sizeof(*name));
	bool is = name && !mmx_vma_name(name, view, vma, NULL) && !strcmp(name->text, "[vdso]");

	free(name);
	return is;
}

int mmx_user_symbol(struct mmx_user_symbol *symbol, struct mmx_view *view,
		    const struct mmx_vma *vma, uint64_t addr, struct mmx_err *err)
{
	struct mmx_user_source source;

	if (vma->file)
		return symbol_of_file(
			symbol, view, vma,
			(vma->pgoff << view->kernel->arch->page_shift) + (addr - vma->start), err);
	if (!is_vdso(view, vma))
		return mmx_fail(err, MMX_ENOTFOUND, "no file is mapped there");
	mmx_user_source(&source, view, vma->mm, vma->start);
	return symbol_of(symbol, &source.source, addr - vma->start, err);
}
