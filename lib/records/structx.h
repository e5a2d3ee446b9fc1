// SPDX-License-Identifier: GPL-2.0-or-later
/* Structs of the dump's types, their layout or their values: what structx has found before it shows them. */
#ifndef MMX_RECORDS_STRUCTX_H
#define MMX_RECORDS_STRUCTX_H

#include "kernel/typetree.h"
#include "mm/peek.h"
#include "records/record.h"

/** struct mmx_struct_bytes - bytes of a struct, from @first on */
struct mmx_struct_bytes {
	uint64_t first;
	struct mmx_peek peek;
};

/**
 * struct mmx_struct_object - a type, or one in memory
 * @title: what it is: "struct page"
 * @size: bytes of the whole
 * @source: whose types these are
 * @at: there is one, at @addr; else only the layout is shown
 * @symbol: that is there, or empty
 * @has_cpu, @cpu: of per-CPU memory, whose it is
 * @tree: what of it is shown
 * @v: what was read of it
 */
struct mmx_struct_object {
	const char *title;
	struct mmx_type_ref type;
	uint64_t size;
	const char *source;
	bool at;
	uint64_t addr;
	char symbol[MMX_SYMBOL_NAME + 64];
	bool has_cpu;
	unsigned int cpu;
	int32_t pid;
	struct mmx_type_tree tree;
	MMX_ARRAY(struct mmx_struct_bytes);
};

/**
 * struct mmx_structx - what is shown, the records' r->arg
 * @next: goes to the first or next object, false behind the last one
 * @is_enum: an enum is shown, @object.type, and nothing else
 */
struct mmx_structx {
	bool (*next)(struct mmx_structx *x);
	bool is_enum;
	struct mmx_struct_object object;
};

/**
 * mmx_struct_bytes() - what was read of bytes [@off, @off + @n) of an object
 * NULL when it was not asked for. *@missing: why the first byte that is missing is, or NULL.
 */
const unsigned char *mmx_struct_bytes(const struct mmx_struct_object *o, uint64_t off, uint64_t n,
				      const struct mmx_err **missing);

/** mmx_struct_value() - a row's value for people; false for what is no single value. *@missing as above. */
bool mmx_struct_value(const struct mmx_struct_object *o, struct mmx_view *view,
		      const struct mmx_type_row *row, char *text, size_t size,
		      const struct mmx_err **missing);

/** mmx_struct_word() - a row's value as a number of at most 64 bits; false when it is none, or missing */
bool mmx_struct_word(const struct mmx_struct_object *o, const struct mmx_type_row *row,
		     uint64_t *word);

extern const struct mmx_record mmx_record_structs, mmx_record_enumerators;

#endif
