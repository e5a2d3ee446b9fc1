/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types as gdb draws them. "ptype/o struct page" is the one question to crash's gdb whose answer has
 * everything: before each line of the declaration its offset and size stand in a comment, bits
 * included, and what is within a struct is drawn within it. Members of a union have no offset.
 */
#ifndef MMX_EXT_GDBTEXT_H
#define MMX_EXT_GDBTEXT_H

#include "base/array.h"
#include "kernel/types.h"

/**
 * struct gdb_line - a member
 * @name: "" when it has none
 * @depth: how many structs it is in, below the outermost
 * @behind: the line behind the last one of what is drawn inside of it
 * @of: its type without array and qualifiers, to ask gdb about: "struct list_head", "atomic_t";
 *      what is drawn inside needs no asking
 */
struct gdb_line {
	const char *name;
	const char *of;
	struct mmx_member m;
	unsigned int depth;
	size_t behind;
	bool is_union;
};

/**
 * struct gdb_type - what gdb said about one type
 * @is_record: a struct or union
 * @bare: drawn without figures, as newer versions of gdb do when something in it has no fixed size
 * @is_signed: a number with a sign
 */
struct gdb_type {
	char *text; /* the names are in it */
	bool is_record;
	bool bare;
	bool is_signed;
	uint64_t size;
	struct {
		MMX_ARRAY(struct gdb_line);
	} lines;
};

/** gdb_type_read() - understand @text, which then belongs to @t and is changed; false without memory */
bool gdb_type_read(struct gdb_type *t, char *text);
void gdb_type_free(struct gdb_type *t);

/** gdb_number_signed() - 1 when the name is of a number with a sign, 0 of one without, -1 of neither */
int gdb_number_signed(const char *name);

/** gdb_each_enumerator() - out of "type = enum zone_type {A, B = 4}"; false when it is none */
bool gdb_each_enumerator(char *text, mmx_enumerator_fn fn, void *arg);

#endif
