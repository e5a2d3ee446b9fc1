/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the words of a kernel mean, of a dump's or of one that is only named: then from built-in figures, and
 * what its configuration decides is assumed to be as distributions have it.
 */
#ifndef MMX_MM_LEXICON_H
#define MMX_MM_LEXICON_H

#include "kernel/kernel.h"
#include "mm/frames/flags.h"
#include "mm/frames/page_type.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vm_flags.h"
#include "mm/zones/gfp_names.h"

struct mmx_mem;

/**
 * struct mmx_lexicon - what words mean
 * @of: whose: "6.14.0 of the dump", "6.8, built in"
 * @known: there is a kernel, in a dump or named
 * @assumed: it was named; nothing here was read from it
 * @view: of the dump; NULL without one
 * @kernel: its layout, arch and paging; one that is named has nothing else
 * @flags: named is 0 when they are not known
 * @has_types, @types: page types
 * @gfp, @vm, @rules: NULL when not known, with the reason
 */
struct mmx_lexicon {
	char of[96];
	bool known, assumed;
	struct mmx_view *view;
	const struct mmx_kernel *kernel;
	struct mmx_flags flags;
	bool has_types;
	struct mmx_page_types types;
	const struct mmx_gfp_names *gfp;
	const struct mmx_vm_flags *vm;
	const struct mmx_entry_rules *rules;
	struct mmx_err why_not_gfp;
	/* Private. */
	struct mmx_mem *stand_in;
	struct mmx_gfp_names own_gfp;
	struct mmx_vm_flags own_vm;
	struct mmx_entry_rules own_rules;
};

/** mmx_lexicon_of_dump() - what the dump's kernel means by its words */
void mmx_lexicon_of_dump(struct mmx_lexicon *x, struct mmx_view *view);

/** mmx_lexicon_of_series() - of "6.8" or "6.14"; -1 and which there are for any other */
int mmx_lexicon_of_series(struct mmx_lexicon *x, const char *series, struct mmx_err *err);

/** mmx_lexicon_of_nobody() - what words mean on every kernel of x86_64 */
void mmx_lexicon_of_nobody(struct mmx_lexicon *x);

void mmx_lexicon_free(struct mmx_lexicon *x);

/** mmx_lexicon_zone() - the name of a zone's number, or NULL */
const char *mmx_lexicon_zone(const struct mmx_lexicon *x, unsigned int node, unsigned int zone);

/** mmx_lexicon_flag() - the number of a page flag's bit by its name, without PG_; MMX_NO_BIT when there is none */
unsigned int mmx_lexicon_flag(const struct mmx_lexicon *x, const char *name);

/** mmx_lexicon_assume() - what a configuration decides, of 6.8 or, @later, 6.14 */
void mmx_lexicon_assume(struct mmx_lexicon *x, bool later);

#endif
