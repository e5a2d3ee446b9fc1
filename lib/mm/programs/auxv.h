// SPDX-License-Identifier: GPL-2.0-or-later
/* The auxiliary vector: what the kernel told a program when it started it, as the kernel keeps it in its mm_struct. */
#ifndef MMX_MM_AUXV_H
#define MMX_MM_AUXV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

#define MMX_AUXV_BYTES 1024 /* a kernel has room for some 400 */
#define MMX_AUXV_MAX   (MMX_AUXV_BYTES / 8)

/* Types that mmx itself goes by; on x86 the same for all programs. */
enum {
	MMX_AT_PHDR = 3,
	MMX_AT_PHENT = 4,
	MMX_AT_PHNUM = 5,
	MMX_AT_PAGESZ = 6,
	MMX_AT_BASE = 7,
	MMX_AT_ENTRY = 9,
	MMX_AT_PLATFORM = 15,
	MMX_AT_BASE_PLATFORM = 24,
	MMX_AT_EXECFN = 31,
	MMX_AT_SYSINFO_EHDR = 33,
};

/**
 * struct mmx_auxv - pairs of a type and a value, without the one of type 0 at the end
 * @is_32: the program's words have 32 bits
 * @n: 0 where no program was started there: it is all zeros then
 */
struct mmx_auxv {
	bool is_32;
	unsigned int n;
	struct mmx_auxv_pair {
		uint64_t type, value;
	} v[MMX_AUXV_MAX];
};

/** mmx_auxv_bytes() - as it lies there, with @size of its room */
int mmx_auxv_bytes(struct mmx_view *view, uint64_t mm, unsigned char bytes[MMX_AUXV_BYTES],
		   size_t *size, struct mmx_err *err);

/** mmx_auxv_read() - of the mm_struct at @mm; -1 also when there is no sense in it */
int mmx_auxv_read(struct mmx_auxv *auxv, struct mmx_view *view, uint64_t mm, struct mmx_err *err);

/** mmx_auxv_has() - the value of a type, if there is one */
bool mmx_auxv_has(const struct mmx_auxv *auxv, uint64_t type, uint64_t *value);

/** mmx_auxv_name() - "PHDR"; NULL for a type that mmx does not know. @words: what the value is */
const char *mmx_auxv_name(uint64_t type, const char **words);

#endif
