// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A type as rows, to be looked at as a whole: a struct's members, below a struct or union its own, below an array
 * its elements. What it is made of comes from a dump: rows, depth and sizes are bounded, and what cannot be is
 * counted and left out.
 */
#ifndef MMX_KERNEL_TYPETREE_H
#define MMX_KERNEL_TYPETREE_H

#include "base/array.h"
#include "kernel/typegraph.h"

#define MMX_TYPE_ROWS  65536
#define MMX_TYPE_DEPTH 24

/* Elements of an array that have rows of their own; runs of equal ones share one. */
#define MMX_TYPE_ELEMENTS 1024

/**
 * struct mmx_type_part - a member, an element or a whole type: where it is, and what
 * @type: as it is declared
 * @to, @kind: behind typedefs and qualifiers, and of an array its elements; the kind of an array is MMX_TG_ARRAY
 * @element: the kind of what @to is
 * @is_signed: a number is
 * @bit_off: from the start of the struct that was asked for
 * @bit_size: width of a bit-field; else 0
 * @size: bytes of all of it; 0 of an array without an end
 * @nelems: of an array, all its dimensions multiplied, as BTF has them
 * @elem_size: bytes of one; else @size
 */
struct mmx_type_part {
	uint64_t type, to;
	enum mmx_tg_kind kind, element;
	bool is_signed;
	uint64_t bit_off;
	uint32_t bit_size;
	uint64_t size, nelems, elem_size;
};

/**
 * struct mmx_type_row - a part in its place
 * @name: "" of an anonymous one and of elements
 * @is_element: it is elements [@first, @last] of the array above, alike all of them
 * @more: another one follows below the same row
 */
struct mmx_type_row {
	struct mmx_type_part part;
	const char *name;
	bool is_element;
	uint64_t first, last;
	unsigned int depth;
	bool more;
};

/**
 * struct mmx_type_tree - rows
 * @same: whether @size bytes at two places, counted in bytes from the start, are equal; NULL: there are no values,
 *	and of an array one element stands for all
 * @deep: structs and unions that have a name are opened too, and arrays
 * @wrong: parts that do not fit where they are, or are of no type, and are left out
 * @cut: there would be more rows, or deeper ones
 */
struct mmx_type_tree {
	const struct mmx_typegraph *graph;
	bool (*same)(void *arg, uint64_t a, uint64_t b, uint64_t size);
	void *arg;
	bool deep;
	unsigned int wrong;
	bool cut;
	MMX_ARRAY(struct mmx_type_row);
};

/** mmx_type_part() - describe a type that lies at bit 0; false when it is nothing that lies in memory */
bool mmx_type_part(const struct mmx_typegraph *g, uint64_t type, struct mmx_type_part *part);

/** mmx_type_is_text() - whether it is an array of characters: of "char", as "u8" are numbers */
bool mmx_type_is_text(const struct mmx_typegraph *g, const struct mmx_type_part *part);

/**
 * mmx_type_walk() - follow a path from one part to another: "flags", "lru.next", "free_area[3].free_list[0]"
 * Anonymous structs and unions are looked through. A number in brackets is decimal, or hex with 0x.
 */
int mmx_type_walk(const struct mmx_typegraph *g, const char *path, struct mmx_type_part *part,
		  struct mmx_err *err);

/** mmx_type_tree_add() - append a part of a struct; -1 without memory. @name must outlive the tree. */
int mmx_type_tree_add(struct mmx_type_tree *t, const char *name, const struct mmx_type_part *part,
		      unsigned int depth);

/** mmx_type_tree_add_below() - append what a part is made of, and not the part itself */
int mmx_type_tree_add_below(struct mmx_type_tree *t, const struct mmx_type_part *part,
			    unsigned int depth);

/** mmx_type_tree_finish() - find out which rows have others behind them */
void mmx_type_tree_finish(struct mmx_type_tree *t);

void mmx_type_tree_free(struct mmx_type_tree *t);

#endif
