// SPDX-License-Identifier: GPL-2.0-or-later
/* All symbols of a table by name: open addressing, by the hash of the name. */
#ifndef MMX_KERNEL_NAME_INDEX_H
#define MMX_KERNEL_NAME_INDEX_H

#include "kernel/symbols.h"

/** mmx_name_index_make() - of all that is in the table; -1 without memory, or when names collide beyond belief */
int mmx_name_index_make(struct mmx_symbol_table *t, struct mmx_err *err);

void mmx_name_index_drop(struct mmx_symbol_table *t);

/** mmx_name_index_find() - the lowest symbol of that name and hash, or NULL */
const struct mmx_symbol *mmx_name_index_find(const struct mmx_symbol_table *t, const char *name,
					     uint32_t hash);

#endif
