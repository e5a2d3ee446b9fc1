// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory as it is: what readx has found before it shows it. */
#ifndef MMX_RECORDS_READX_H
#define MMX_RECORDS_READX_H

#include "mm/peek.h"
#include "records/record.h"

/**
 * struct mmx_read_range - what was read at one address
 * @at: the symbol there, or empty
 * @has_cpu, @cpu: of per-CPU memory, whose it is
 * @pid: of a user address; else 0
 * @word: bytes of a word; 0: a text
 */
struct mmx_read_range {
	struct mmx_peek peek;
	enum mmx_peek_space space;
	char at[MMX_SYMBOL_NAME + 64];
	bool has_cpu;
	unsigned int cpu;
	int32_t pid;
	unsigned int word;
};

/** struct mmx_readx - what is shown, the record's r->arg; next() goes to the first or next range, false behind the last */
struct mmx_readx {
	bool (*next)(struct mmx_readx *x);
	struct mmx_read_range range;
};

extern const struct mmx_record mmx_record_read_ranges;

#endif
