// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own symbol table as bytes. Names are strings of tokens, 256 of which the kernel's
 * build chose to make the names short; addresses are 32-bit offsets in one of three encodings.
 */
#ifndef MMX_KERNEL_KALLSYMS_H
#define MMX_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct mmx_symbols;
struct mmx_vmcoreinfo;

enum mmx_kallsyms_encoding {
	MMX_ABSOLUTE_PERCPU,
	MMX_BASE_RELATIVE,
	MMX_PLACE_RELATIVE,
	MMX_KALLSYMS_ENCODINGS
};

/** struct mmx_kallsyms_addresses - a number of 32 bits for each symbol, and what it is relative to */
struct mmx_kallsyms_addresses {
	enum mmx_kallsyms_encoding encoding;
	unsigned char *offsets;
	uint64_t offsets_addr;
	uint64_t relative_base;
};

static inline uint64_t mmx_kallsyms_address(const struct mmx_kallsyms_addresses *a, size_t i)
{
	uint64_t slot = 4 * (uint64_t)i;
	uint32_t offset = mmx_le32(a->offsets + slot);

	switch (a->encoding) {
	case MMX_ABSOLUTE_PERCPU:
		return (int32_t)offset >= 0 ? offset : a->relative_base - 1 - (int32_t)offset;
	case MMX_BASE_RELATIVE:
		return a->relative_base + offset;
	default:
		return a->offsets_addr + slot + (int32_t)offset;
	}
}

/* More symbols than any configuration of the kernel has. */
#define MMX_KALLSYMS_MAX (4u << 20)

/**
 * struct mmx_kallsyms - the tables, as read from a dump
 * @names: num_syms names, each a length of one or two bytes and that many tokens
 * @token_table: NUL-terminated tokens
 * @token_index: where each token begins in @token_table, 16 bits each
 * @offsets: 32 bits for each symbol, which lie at @offsets_addr in the kernel
 * @has_base: there is a relative_base; 7.1 has none any more
 */
struct mmx_kallsyms {
	uint32_t num_syms;
	unsigned char *names;
	size_t names_len;
	char *token_table;
	size_t token_table_len;
	unsigned char *token_index;
	unsigned char *offsets;
	uint64_t offsets_addr;
	uint64_t relative_base;
	bool has_base;
};

/**
 * mmx_kallsyms_decode() - make them the kernel's symbols, in the order of the tables
 * The encoding of addresses is found by holding what comes out against @vi. Names and offsets are kept as
 * they are, and taken away from @k; on failure @s is as before.
 */
int mmx_kallsyms_decode(struct mmx_symbols *s, struct mmx_kallsyms *k,
			const struct mmx_vmcoreinfo *vi, struct mmx_err *err);

#endif
