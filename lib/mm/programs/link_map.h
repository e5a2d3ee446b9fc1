// SPDX-License-Identifier: GPL-2.0-or-later
/* The dynamic linker's lists of what it has linked (struct link_map of link.h), held against the mappings. */
#ifndef MMX_MM_LINK_MAP_H
#define MMX_MM_LINK_MAP_H

#include "mm/programs/program.h"

/** mmx_linked_find() - fill p->linked and p->files from p->debug on; -1 without memory */
int mmx_linked_find(struct mmx_program *p, struct mmx_view *view, uint64_t mm, struct mmx_err *err);

#endif
