// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of a System.map: lines of address, type and name. */
#include <errno.h>
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

static int read_lines(struct mmx_symbols *s, FILE *file, const char *path, uint64_t kernel_offset,
		      struct mmx_err *err)
{
	char line[ADDRESS_DIGITS + MMX_SYMBOL_NAME + 8];
	unsigned long n = 0;

	while (fgets(line, sizeof(line), file)) {
		uint64_t addr;
		char *name;
		char type;

		n++;
		if (!parse_line(line, &addr, &type, &name))
			return mmx_fail(err, MMX_EUSAGE,
					"%s: line %lu is not an address, a type and a name", path,
					n);
		if (addr >= KERNEL_HALF)
			addr += kernel_offset;
		if (mmx_symbols_add(s, name, strlen(name), addr, type, 0))
			return mmx_fail_nomem(err);
	}
	if (ferror(file))
		return mmx_fail(err, MMX_EIO, "%s: %s", path, strerror(errno));
	if (!n)
		return mmx_fail(err, MMX_EUSAGE, "%s is empty", path);
	s->provider = "System.map";
	return 0;
}

int mmx_symbols_from_sysmap(struct mmx_symbols *s, const char *path, uint64_t kernel_offset,
			    struct mmx_err *err)
{
	FILE *file = fopen(path, "re");
	int ret;

	if (!file)
		return mmx_fail(err, errno == EACCES ? MMX_EPERM : MMX_EIO, "%s: %s", path,
				strerror(errno));
	ret = read_lines(s, file, path, kernel_offset, err);
	fclose(file);
	return ret;
}
