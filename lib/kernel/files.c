// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/files.h"

static int symbols(void *arg, struct mmx_symbols *s, uint64_t kaslr_offset, struct mmx_err *err)
{
	const struct mmx_files *f = arg;

	if (f->vmlinux)
		return mmx_symbols_from_elf(s, f->vmlinux, kaslr_offset, err);
	return mmx_symbols_from_sysmap(s, f->system_map, kaslr_offset, err);
}

static int types(void *arg, struct mmx_types_provider *p, const char *build_id, struct mmx_err *err)
{
	const struct mmx_files *f = arg;

	return mmx_types_from_vmlinux(p, f->vmlinux, build_id, false, err);
}

void mmx_files_offer(struct mmx_open_options *o, struct mmx_files *f)
{
	o->arg = f;
	o->symbols = f->vmlinux || f->system_map ? symbols : NULL;
	o->types = f->vmlinux ? types : NULL;
}
