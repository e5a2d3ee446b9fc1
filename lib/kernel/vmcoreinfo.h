// SPDX-License-Identifier: GPL-2.0-or-later
/* VMCOREINFO: what a kernel says of itself for whoever reads its dump. Lines of NAME=VALUE. */
#ifndef MMX_KERNEL_VMCOREINFO_H
#define MMX_KERNEL_VMCOREINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"
#include "image/image.h"

struct mmx_vmcoreinfo_line {
	const char *name;  /* "SYMBOL(_stext)", "OSRELEASE" */
	const char *value; /* the text behind the first '=' */
};

/** struct mmx_vmcoreinfo - the parsed lines, sorted by name; the text is a private copy */
struct mmx_vmcoreinfo {
	char *text;
	MMX_ARRAY(struct mmx_vmcoreinfo_line);
};

/**
 * mmx_vmcoreinfo_parse() - parse @len bytes; a NUL ends them early
 * Of several lines with one name the first counts. A last line without its newline is left out: it
 * may be cut, and half a number looks like a number. On failure @vi is empty.
 */
int mmx_vmcoreinfo_parse(struct mmx_vmcoreinfo *vi, const char *text, size_t len,
			 struct mmx_err *err);

/**
 * mmx_vmcoreinfo_scan() - find VMCOREINFO in physical memory when the dump carries no note
 * @found_at: physical address where it lay
 *
 * Looks at every present page for the page-aligned text and takes the first copy that is whole:
 * a release, the address of the kernel's page tables and a kernel offset. A copy that lies in the
 * page cache, or in the memory of a guest of that kernel, may look alike: the caller verifies it
 * against the page tables and calls again with @from behind this one.
 */
int mmx_vmcoreinfo_scan(struct mmx_vmcoreinfo *vi, struct mmx_reader *reader, uint64_t from,
			uint64_t *found_at, struct mmx_err *err);

void mmx_vmcoreinfo_free(struct mmx_vmcoreinfo *vi);

/** mmx_vmcoreinfo_text() - the value of a line by its full name, or NULL */
const char *mmx_vmcoreinfo_text(const struct mmx_vmcoreinfo *vi, const char *name);

/* SYMBOL(name), OFFSET, SIZE, LENGTH, NUMBER; false when there is no such line or no number in it. */
bool mmx_vmcoreinfo_symbol(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value);
bool mmx_vmcoreinfo_number(const struct mmx_vmcoreinfo *vi, const char *name, int64_t *value);
bool mmx_vmcoreinfo_size(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value);
bool mmx_vmcoreinfo_offset(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value);
bool mmx_vmcoreinfo_length(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value);

/** mmx_vmcoreinfo_hex() - a line whose value is bare hexadecimal, such as KERNELOFFSET */
bool mmx_vmcoreinfo_hex(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value);

#endif
