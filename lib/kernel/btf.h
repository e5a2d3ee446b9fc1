// SPDX-License-Identifier: GPL-2.0-or-later
/* BTF as bytes in, types out: what the places that find BTF share, and what a fuzzer feeds. */
#ifndef MMX_KERNEL_BTF_H
#define MMX_KERNEL_BTF_H

#include "kernel/types.h"

#define MMX_BTF_MAGIC   0xeb9f
#define MMX_BTF_VERSION 1

/* The header as of the first kernel with BTF; every later one is longer and begins like it. */
#define MMX_BTF_HEADER 24

/* No kernel's BTF comes near this. */
#define MMX_BTF_MAX (64u << 20)

struct mmx_btf;

/**
 * mmx_btf_length() - bytes of header and sections together, told by the header alone
 * @have: bytes that @header points to, at least MMX_BTF_HEADER of which are needed
 * Returns 0 when this is no header of BTF.
 */
uint64_t mmx_btf_length(const void *header, size_t have);

/**
 * mmx_btf_new() - read BTF
 * @data: from malloc(); belongs to the result, or is freed when this fails
 * @base: what split BTF continues, or NULL; must outlive the result
 * All numbers that lead from one place to another are checked here, once. Cycles are not: whoever
 * follows types limits the depth.
 */
struct mmx_btf *mmx_btf_new(void *data, size_t len, const struct mmx_btf *base,
			    struct mmx_err *err);

void mmx_btf_free(struct mmx_btf *btf);

/** mmx_btf_provider() - make a provider of types of it, to which it then belongs */
void mmx_btf_provider(struct mmx_types_provider *p, struct mmx_btf *btf, const char *name);

/** mmx_btf_of() - the BTF behind a provider, or NULL when that is something else */
struct mmx_btf *mmx_btf_of(const struct mmx_types_provider *p);

#endif
