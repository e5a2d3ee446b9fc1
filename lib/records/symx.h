// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols that were asked for: what symx has found before it shows them. */
#ifndef MMX_RECORDS_SYMX_H
#define MMX_RECORDS_SYMX_H

#include "records/record.h"

#define MMX_NO_CPU ~0u

/**
 * struct mmx_symbol_row - a symbol, or that of a per-CPU variable for one CPU
 * @addr: where it is, or its per-CPU pointer
 * @offset: what was asked for lies so far behind it
 * @cpu: whose it is there, or MMX_NO_CPU
 * @percpu: @addr is a per-CPU pointer
 */
struct mmx_symbol_row {
	const struct mmx_symbol *sym;
	uint64_t addr, offset;
	unsigned int cpu;
	bool percpu;
};

/** struct mmx_symx - what is shown, the record's r->arg */
struct mmx_symx {
	MMX_ARRAY(struct mmx_symbol_row);
};

extern const struct mmx_record mmx_record_symbols;

#endif
