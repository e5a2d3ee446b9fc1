// SPDX-License-Identifier: GPL-2.0-or-later
/* How people name a type, and what of it they want: "page", "struct page.flags,lru.next", "zone.free_area[3]". */
#ifndef MMX_KERNEL_TYPEEXPR_H
#define MMX_KERNEL_TYPEEXPR_H

#include "kernel/typetree.h"

#define MMX_TYPE_EXPR_NAME    128
#define MMX_TYPE_EXPR_MEMBERS 32

/**
 * struct mmx_type_expr - TYPE[#N][.MEMBER[,MEMBER...]]
 * @tag: "struct", "union" or "enum" stood before it; else empty, and any of them or a typedef is meant
 * @nth: which one of those that are called so, from 1; 0: the only one
 * @members: paths, for mmx_type_walk()
 */
struct mmx_type_expr {
	char tag[8];
	char name[MMX_TYPE_EXPR_NAME];
	unsigned int nth;
	unsigned int n_members;
	char members[MMX_TYPE_EXPR_MEMBERS][MMX_TYPE_EXPR_NAME];
};

/** mmx_type_expr_parse() - -1 and why when @text is none */
int mmx_type_expr_parse(struct mmx_type_expr *e, const char *text, struct mmx_err *err);

/**
 * mmx_type_expr_find() - the type that is meant: of several the first one, or the e->nth one
 * @n: how many there are, of which one is to be chosen when there are several; may be NULL
 */
int mmx_type_expr_find(const struct mmx_type_expr *e, const struct mmx_types *types,
		       struct mmx_type_ref *ref, unsigned int *n, struct mmx_err *err);

#endif
