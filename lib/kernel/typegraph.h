// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A type graph: types as C's own notions, each naming those that it is made of. BTF and DWARF are
 * two spellings of it. They implement the few steps below; everything that a provider of types is
 * asked - dotted paths, anonymous structs, arrays - is built on them once, in typegraph.c, and the text of a
 * type in typetext.c. Graphs come from dumps and files: a walk over one is bounded in depth and in steps.
 */
#ifndef MMX_KERNEL_TYPEGRAPH_H
#define MMX_KERNEL_TYPEGRAPH_H

#include "kernel/types.h"

enum mmx_tg_kind {
	MMX_TG_OTHER, /* nothing that a member can be, or nothing that is understood */
	MMX_TG_VOID,
	MMX_TG_NUMBER, /* integers, characters, booleans, floating point */
	MMX_TG_POINTER,
	MMX_TG_ARRAY,
	MMX_TG_STRUCT,
	MMX_TG_UNION,
	MMX_TG_ENUM,
	MMX_TG_FUNCTION,
	MMX_TG_TYPEDEF,
	MMX_TG_CONST,
	MMX_TG_VOLATILE,
	MMX_TG_RESTRICT,
	MMX_TG_TAG, /* an annotation that C does not show */
};

/**
 * struct mmx_tg_type - one type
 * @name: "" when it has none
 * @size: bytes; only for what has a size of its own: numbers, pointers, structs, unions, enums
 * @to: the type that a pointer, array, function, typedef or qualifier leads to
 * @nelems: of an array; 0 when it does not say
 * @incomplete: a struct, union or enum that is only declared
 */
struct mmx_tg_type {
	enum mmx_tg_kind kind;
	const char *name;
	uint64_t size;
	uint64_t to;
	uint64_t nelems;
	bool is_signed;
	bool incomplete;
};

/** struct mmx_tg_member - one member as declared; @bit_size is 0 unless it is a bit-field */
struct mmx_tg_member {
	const char *name;
	uint64_t type;
	uint64_t bit_off;
	uint32_t bit_size;
};

struct mmx_typegraph;

/**
 * struct mmx_typegraph_ops - the steps that a graph can do; types are told by number, void is 0
 * @find: the complete struct or union (asked for as MMX_TG_STRUCT) or enum (MMX_TG_ENUM) of that
 *        name, else a typedef of that name, whatever it leads to
 * @next_named: the complete types of a group with that name, one after the other: *@pos is 0 at first and moved on;
 *		false behind the last. Copies of one are one, as far as a graph can tell.
 * @find_enumerator: an enumerator of any enum; one that means several values in several enums is
 *                   no answer
 * @type: what a type is; false when there is no such type
 * @next_member: the member of a struct or union, or parameter of a function, at *@pos, which is 0
 *               at first and moved on; false behind the last. A parameter of type void is "...".
 * @next_enumerator: the same for an enum
 */
struct mmx_typegraph_ops {
	bool (*find)(struct mmx_typegraph *g, enum mmx_tg_kind kind, const char *name,
		     uint64_t *id);
	bool (*next_named)(struct mmx_typegraph *g, enum mmx_type_group group, const char *name,
			   uint64_t *pos, uint64_t *id);
	bool (*find_enumerator)(struct mmx_typegraph *g, const char *name, int64_t *value);
	bool (*type)(const struct mmx_typegraph *g, uint64_t id, struct mmx_tg_type *t);
	bool (*next_member)(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
			    struct mmx_tg_member *m);
	bool (*next_enumerator)(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
				const char **name, int64_t *value);
	void (*free)(struct mmx_typegraph *g);
};

/** struct mmx_typegraph - a graph; the first member of whatever implements it */
struct mmx_typegraph {
	const struct mmx_typegraph_ops *ops;
};

/* No struct of a kernel comes near this, and sizes in bits below it fit 32 bits. */
#define MMX_TG_SIZE_MAX (256u << 20)

/** mmx_tg_is_record() - a struct or union that is not only declared */
bool mmx_tg_is_record(const struct mmx_tg_type *t);

/** mmx_tg_resolve() - what is behind typedefs and qualifiers; false when that is nothing */
bool mmx_tg_resolve(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t);

/** mmx_tg_element() - and behind array dimensions; elements of all of them go to *@nelems */
bool mmx_tg_element(const struct mmx_typegraph *g, uint64_t *id, struct mmx_tg_type *t,
		    uint64_t *nelems);

/** mmx_typegraph_provider() - make a provider of types of a graph, which then belongs to it */
void mmx_typegraph_provider(struct mmx_types_provider *p, struct mmx_typegraph *g,
			    const char *name);

/** mmx_typegraph_of() - the graph behind a provider, or NULL when it is no graph of these @ops */
struct mmx_typegraph *mmx_typegraph_of(const struct mmx_types_provider *p,
				       const struct mmx_typegraph_ops *ops);

/** mmx_type_text() - a type as C has it: "struct page *", "unsigned long[4]" */
void mmx_type_text(const struct mmx_typegraph *g, uint64_t id, char text[MMX_TYPE_NAME]);

#endif
