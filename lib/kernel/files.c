// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/btf.h"
#include "kernel/files.h"

#define KALLSYMS "/proc/kallsyms"
#define BTF      "/sys/kernel/btf/vmlinux"

static int symbols(void *arg, struct mmx_symbols *s, uint64_t kaslr_offset, struct mmx_err *err)
{
	const struct mmx_files *f = arg;

	if (f->vmlinux)
		return mmx_symbols_from_elf(s, f->vmlinux, kaslr_offset, err);
	if (f->system_map)
		return mmx_symbols_from_sysmap(s, f->system_map, kaslr_offset, err);
	return mmx_symbols_from_proc(s, KALLSYMS, err);
}

static int read_btf(int fd, void **data, size_t *len)
{
	ssize_t n = 1;

	*len = 0;
	*data = malloc(MMX_BTF_MAX);
	while (*data && n > 0 && *len < MMX_BTF_MAX) {
		n = read(fd, (char *)*data + *len, MMX_BTF_MAX - *len);
		*len += n > 0 ? n : 0;
	}
	return !*data || n < 0 ? -1 : 0;
}

static int types_of_running(struct mmx_types_provider *p, struct mmx_err *err)
{
	int fd = open(BTF, O_RDONLY | O_CLOEXEC), ret;
	void *data = NULL;
	size_t len;

	if (fd < 0 || read_btf(fd, &data, &len)) {
		ret = mmx_fail(err, MMX_EIO, "%s: %s", BTF, strerror(errno));
	} else {
		ret = mmx_btf_open(p, data, len, NULL, err);
		if (!ret)
			snprintf(p->name, sizeof(p->name), "%s", BTF);
	}
	free(data);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int types(void *arg, struct mmx_types_provider *p, const char *build_id, struct mmx_err *err)
{
	const struct mmx_files *f = arg;

	if (f->vmlinux)
		return mmx_types_from_vmlinux(p, f->vmlinux, build_id, false, err);
	return types_of_running(p, err);
}

void mmx_files_offer(struct mmx_open_options *o, struct mmx_files *f)
{
	o->arg = f;
	o->symbols = f->vmlinux || f->system_map || f->running ? symbols : NULL;
	o->types = f->vmlinux || f->running ? types : NULL;
}
