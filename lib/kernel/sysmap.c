// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of a System.map, or of /proc/kallsyms: lines of address, type and name. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/symbols.h"

/* Addresses of the kernel are in the upper half; what is below is an offset into per-CPU memory. */
#define KERNEL_HALF (1ULL << 63)

#define ADDRESS_DIGITS 16

/* Takes a line apart, strictly: distributions ship stubs that only look a little like it. */
static bool parse_line(char *line, uint64_t *addr, char *type, char **name)
{
	char *end;

	line[strcspn(line, "\n")] = 0;
	if (strspn(line, "0123456789abcdef") != ADDRESS_DIGITS)
		return false;
	*addr = strtoull(line, &end, 16);
	if (end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	*type = end[1];
	*name = end + 3;
	return **name && !strpbrk(*name, " \t\r");
}

/* A file of lines; behind the kernel's own symbols those of modules follow, with the module's name behind a tab. */
struct lines {
	const char *path;
	uint64_t kernel_offset;
	bool running;
	unsigned long n, somewhere; /* lines, and those with an address */
};

static int read_lines(struct mmx_symbols *s, FILE *file, struct lines *l, struct mmx_err *err)
{
	char line[ADDRESS_DIGITS + 2 * MMX_SYMBOL_NAME + 16];

	while (fgets(line, sizeof(line), file)) {
		uint64_t addr;
		char *name;
		char type;

		if (l->running && strchr(line, '\t'))
			break;
		l->n++;
		if (!parse_line(line, &addr, &type, &name))
			return mmx_fail(err, MMX_EUSAGE,
					"%s: line %lu is not an address, a type and a name",
					l->path, l->n);
		l->somewhere += addr != 0;
		if (addr >= KERNEL_HALF)
			addr += l->kernel_offset;
		if (mmx_symbols_add(s, name, strlen(name), addr, type, 0))
			return mmx_fail_nomem(err);
	}
	if (ferror(file))
		return mmx_fail(err, MMX_EIO, "%s: %s", l->path, strerror(errno));
	if (!l->n)
		return mmx_fail(err, MMX_EUSAGE, "%s is empty", l->path);
	return 0;
}

static int read_file(struct mmx_symbols *s, struct lines *l, struct mmx_err *err)
{
	FILE *file = fopen(l->path, "re");
	int ret;

	if (!file)
		return mmx_fail(err, errno == EACCES ? MMX_EPERM : MMX_EIO, "%s: %s", l->path,
				strerror(errno));
	ret = read_lines(s, file, l, err);
	fclose(file);
	return ret;
}

int mmx_symbols_from_sysmap(struct mmx_symbols *s, const char *path, uint64_t kernel_offset,
			    struct mmx_err *err)
{
	struct lines l = {.path = path, .kernel_offset = kernel_offset};

	s->provider = "System.map";
	return read_file(s, &l, err);
}

int mmx_symbols_from_proc(struct mmx_symbols *s, const char *path, struct mmx_err *err)
{
	struct lines l = {.path = path, .running = true};

	s->provider = "/proc/kallsyms";
	if (read_file(s, &l, err))
		return -1;
	if (l.somewhere)
		return 0;
	return mmx_fail(
		err, MMX_EPERM,
		"%s: all addresses are 0: kernel.kptr_restrict hides them (0 shows them to who "
		"has CAP_SYSLOG)",
		path);
}
