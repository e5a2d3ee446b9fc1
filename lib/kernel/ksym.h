// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code addresses as the dead kernel would have printed them (%pS): "name+0x10/0x80 [module]", with the
 * distance from one symbol to the next one for a size.
 */
#ifndef MMX_KERNEL_KSYM_H
#define MMX_KERNEL_KSYM_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_module_text - where a module has code, of its own or, while it is being loaded, its setup's */
struct mmx_module_text {
	char name[64];
	uint64_t start, end;
};

/** struct mmx_ksyms - what is known beside the symbols; @coverage: why not all modules are here */
struct mmx_ksyms {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_module_text);
	uint64_t start, end; /* of the kernel itself */
};

/** mmx_ksyms_find() - -1 without memory */
int mmx_ksyms_find(struct mmx_ksyms *k, struct mmx_view *view, struct mmx_err *err);
void mmx_ksyms_free(struct mmx_ksyms *k);

/** mmx_ksym_text() - an address that is nowhere in code is written as it is, "0x..." */
void mmx_ksym_text(const struct mmx_ksyms *k, const struct mmx_view *view, uint64_t addr, char *buf,
		   size_t size);

#endif
