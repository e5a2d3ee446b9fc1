// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types: sizes, members and enumerators of the dead kernel, whoever knows them. A provider is one
 * file with a struct mmx_types_ops: btf.c (kernel and modules), dwarf.c, the crash front end's,
 * and the built-in profiles. struct mmx_types asks them in order and says which one answered.
 *
 * To add a provider: implement the ops; answer only what is known for certain; append it in
 * kernel.c where providers are tried. Everything that reads members goes through the layout table
 * (layout.h), never through this interface, except drawing a struct as a whole.
 */
#ifndef MMX_KERNEL_TYPES_H
#define MMX_KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MMX_TYPE_NAME 64

struct mmx_typegraph;

/**
 * struct mmx_member - one member of a struct or union, anonymous ones within it looked through
 * @bit_off: from the start of the outermost struct
 * @bit_size: width of a bit-field; else eight times @size
 * @size: bytes of the member's type; a whole array counts
 * @nelems: elements of an array, all dimensions multiplied; 0 for anything else and for flexible arrays
 * @elem_size: bytes of one element of an array; else @size
 * @is_signed: a signed integer (enums and pointers are not)
 * @is_pointer: a pointer
 * @bitfield: declared with a width
 * @type: as C writes it, cut to fit: "struct list_head", "unsigned long", "u8[4]", with all
 *        dimensions of an array multiplied; empty when the provider does not know
 */
struct mmx_member {
	uint64_t bit_off;
	uint32_t bit_size;
	uint32_t size;
	uint32_t nelems;
	uint32_t elem_size;
	bool is_signed;
	bool is_pointer;
	bool bitfield;
	char type[MMX_TYPE_NAME];
};

/**
 * mmx_member_fn - called for each member of a struct that is drawn
 * @name: dotted below named inner structs only by the caller's own doing; "" for an anonymous
 *        struct or union, whose own members follow with @depth one deeper
 * @is_union: for anonymous ones: its members overlay each other
 * Returning false ends the walk.
 */
typedef bool (*mmx_member_fn)(void *arg, const char *name, const struct mmx_member *m,
			      unsigned int depth, bool is_union);

/** mmx_enumerator_fn - called for each enumerator of an enum; false ends the walk */
typedef bool (*mmx_enumerator_fn)(void *arg, const char *name, int64_t value);

/** enum mmx_type_group - what can share a name in C: structs and unions, enums, typedefs */
enum mmx_type_group { MMX_GROUP_STRUCT, MMX_GROUP_ENUM, MMX_GROUP_TYPEDEF, MMX_TYPE_GROUPS };

/**
 * struct mmx_type_ref - a type of a graph (typegraph.h), to be looked at as a whole; all zero before the first one
 * @module: the module whose type it is, or NULL
 * @provider: index of the provider that has it
 */
struct mmx_type_ref {
	const struct mmx_typegraph *graph;
	uint64_t id;
	const char *module;
	unsigned int provider;
	/* Private. */
	uint64_t pos, part;
};

/**
 * struct mmx_types_ops - what a provider does
 * @struct_size: size of "struct NAME", "union NAME" or a typedef of one, by bare name
 * @member: find @path in struct @name. A path may be dotted ("lrugen.folios") through named inner
 *          structs and through arrays of them (offset of element 0); anonymous ones are looked through.
 * @enumerator: value of @name in enum @of; @of NULL looks in every enum, anonymous ones included
 * @next_type: the next complete type of that group and name, behind the one that @ref has; false when there is none;
 *	       NULL where a provider has no graph
 * @each_member, @each_enumerator: may be NULL where a provider cannot list; else they return
 *          whether the type was found
 */
struct mmx_types_ops {
	bool (*struct_size)(void *priv, const char *name, uint64_t *size);
	bool (*member)(void *priv, const char *name, const char *path, struct mmx_member *m);
	bool (*enumerator)(void *priv, const char *of, const char *name, int64_t *value);
	bool (*each_member)(void *priv, const char *name, mmx_member_fn fn, void *arg);
	bool (*each_enumerator)(void *priv, const char *of, mmx_enumerator_fn fn, void *arg);
	bool (*next_type)(void *priv, enum mmx_type_group group, const char *name,
			  struct mmx_type_ref *ref);
	void (*free)(void *priv);
};

/** struct mmx_types_provider - one source of types; @assumed marks what is not this kernel's own */
struct mmx_types_provider {
	const struct mmx_types_ops *ops;
	void *priv;
	char name[64]; /* "BTF in the dump", "DWARF of FILE", "profile 6.8 (assumed)" */
	bool assumed;
};

#define MMX_TYPES_PROVIDERS 6

/** struct mmx_types - the providers, best first */
struct mmx_types {
	struct mmx_types_provider provider[MMX_TYPES_PROVIDERS];
	unsigned int n;
};

/** mmx_types_add() - append a provider, whose priv then belongs to @t; -1 when there are too many */
int mmx_types_add(struct mmx_types *t, const struct mmx_types_provider *p);

void mmx_types_free(struct mmx_types *t);

/*
 * Each asks the providers in order and returns the index of the one that answered, or -1. The first
 * provider that has a struct or enum has the last word on what is in it: a member that it does not
 * list does not exist, whatever a later provider believes.
 */
int mmx_types_struct_size(const struct mmx_types *t, const char *name, uint64_t *size);
int mmx_types_member(const struct mmx_types *t, const char *name, const char *path,
		     struct mmx_member *m);
int mmx_types_enumerator(const struct mmx_types *t, const char *of, const char *name,
			 int64_t *value);
int mmx_types_each_member(const struct mmx_types *t, const char *name, mmx_member_fn fn, void *arg);
int mmx_types_each_enumerator(const struct mmx_types *t, const char *of, mmx_enumerator_fn fn,
			      void *arg);

/**
 * mmx_types_next() - the next type of that group and name, as a graph, of the first provider that has any
 * @ref: all zero before the first one; false behind the last. Several of a name are different types, of different
 *	 files or modules.
 */
bool mmx_types_next(const struct mmx_types *t, enum mmx_type_group group, const char *name,
		    struct mmx_type_ref *ref);

/*
 * Providers.
 */
struct mmx_view;
struct mmx_symbols;
struct mmx_reader;
struct mmx_layout;

/**
 * mmx_btf_open() - a provider from BTF bytes
 * @data: copied when the provider keeps what it needs of it
 * @base: the kernel's BTF when this is a module's split BTF; must outlive the new one; else NULL
 */
int mmx_btf_open(struct mmx_types_provider *p, const void *data, size_t len,
		 const struct mmx_types_provider *base, struct mmx_err *err);

/** mmx_btf_from_dump() - the kernel's own BTF, by __start_BTF and __stop_BTF */
int mmx_btf_from_dump(struct mmx_types_provider *p, struct mmx_view *view,
		      const struct mmx_symbols *symbols, struct mmx_err *err);

/**
 * mmx_btf_scan() - the kernel's own BTF, by looking for it in physical memory
 * Needs no symbols. Takes the first blob that is whole and has a struct page and a struct zone;
 * kernel rodata is physically contiguous, so the blob is too.
 */
int mmx_btf_scan(struct mmx_types_provider *p, struct mmx_reader *reader, struct mmx_err *err);

/**
 * mmx_btf_from_modules() - split BTF of all modules as one provider, through the list btf_modules
 * Nothing is read before the first question, so a dump of a hundred modules costs nothing until
 * something asks for a type that the kernel proper does not have. @kernel is the provider of the
 * kernel's own BTF; @view, @symbols and @layout must outlive the provider.
 */
int mmx_btf_from_modules(struct mmx_types_provider *p, const struct mmx_types_provider *kernel,
			 struct mmx_view *view, const struct mmx_symbols *symbols,
			 const struct mmx_layout *layout, struct mmx_err *err);

/**
 * mmx_types_from_vmlinux() - BTF section of an ELF file, else its DWARF through libdw
 * @build_id: when not NULL, 40 hex digits the file must carry; another file is refused
 * @prefer_dwarf: for tests: read the DWARF although there is BTF
 */
int mmx_types_from_vmlinux(struct mmx_types_provider *p, const char *path, const char *build_id,
			   bool prefer_dwarf, struct mmx_err *err);

/** mmx_vmlinux_check() - 0 when the file is the vmlinux of the kernel with that build ID, or -1 and what it is */
int mmx_vmlinux_check(const char *path, const char *build_id, struct mmx_err *err);

/**
 * mmx_types_from_profile() - built-in figures of struct page, folio, slab, page flags and the like
 * @release: as uname -r prints it. Fails when there is no profile of that very series: struct folio
 * and the page flags change from one to the next, and a neighbour's would be wrong unnoticed.
 */
int mmx_types_from_profile(struct mmx_types_provider *p, const char *release, struct mmx_err *err);

#endif
