// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DWARF, through libdw. Each unit (source file) repeats every type that it includes, so a kernel
 * has some thirty million entries for twenty thousand types. They are looked through unit by unit
 * until what was asked for has turned up; everything seen on the way is remembered.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "kernel/dwarf.h"
#include "kernel/typegraph.h"

/* Types that several files share may have been moved to a second one (.gnu_debugaltlink). */
enum { MAIN, ALT, FILES };

/* A type is told by the offset of its entry and, in this bit, by the file that it is in. */
#define IN_ALT (1ULL << 63)

struct dwarf {
	struct mmx_typegraph graph;
	int fd;
	Elf *elf;
	Dwarf *dw[FILES];
	unsigned int file; /* being looked through */
	Dwarf_CU *unit;    /* the last one looked through */
	bool done;
	struct mmx_names names;
	struct mmx_names enumerators;
	const char *strings; /* all names that are kept apart from the entries, or NULL */
	size_t strings_len;
};

static uint64_t die_id(const struct dwarf *d, Dwarf_Die *die)
{
	uint64_t id = dwarf_dieoffset(die);

	return dwarf_cu_getdwarf(die->cu) == d->dw[MAIN] ? id : id | IN_ALT;
}

static bool id_die(const struct dwarf *d, uint64_t id, Dwarf_Die *die)
{
	Dwarf *dw = d->dw[id & IN_ALT ? ALT : MAIN];

	return dw && dwarf_offdie(dw, id & ~IN_ALT, die);
}

static bool attr_number(Dwarf_Die *die, unsigned int name, uint64_t *value)
{
	Dwarf_Attribute attr;
	Dwarf_Word v;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &v))
		return false;
	*value = v;
	return true;
}

/* The type that an entry refers to; none is void. */
static bool attr_type(const struct dwarf *d, Dwarf_Die *die, uint64_t *id)
{
	Dwarf_Attribute attr;
	Dwarf_Die to;

	*id = 0;
	if (!dwarf_attr(die, DW_AT_type, &attr))
		return true;
	if (!dwarf_formref_die(&attr, &to))
		return false;
	*id = die_id(d, &to);
	return true;
}

/*
 * A number that may be negative. Those that are have a form with a sign; the plain forms of one to
 * eight bytes mean what they say without one, which dwarf_formsdata() does not know.
 */
static bool attr_signed(Dwarf_Die *die, unsigned int name, int64_t *value)
{
	Dwarf_Attribute attr;
	Dwarf_Sword sword;
	Dwarf_Word word;
	bool ok;

	if (!dwarf_attr(die, name, &attr))
		return false;
	if (dwarf_whatform(&attr) == DW_FORM_sdata ||
	    dwarf_whatform(&attr) == DW_FORM_implicit_const) {
		ok = !dwarf_formsdata(&attr, &sword);
		*value = sword;
	} else {
		ok = !dwarf_formudata(&attr, &word);
		*value = (int64_t)word;
	}
	return ok;
}

static bool remember_enumerators(struct dwarf *d, Dwarf_Die *of)
{
	Dwarf_Die die;
	int64_t value;

	if (dwarf_child(of, &die))
		return true;
	do {
		const char *name = dwarf_diename(&die);

		if (!name || dwarf_tag(&die) != DW_TAG_enumerator ||
		    !attr_signed(&die, DW_AT_const_value, &value))
			continue;
		if (!mmx_names_add(&d->enumerators, name, 0, (uint64_t)value))
			return false;
	} while (!dwarf_siblingof(&die, &die));
	return true;
}

/* One entry at the top of a unit; false without memory. */
static bool remember(struct dwarf *d, Dwarf_Die *die)
{
	enum mmx_tg_kind kind;
	const char *name;

	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		kind = MMX_TG_STRUCT;
		break;
	case DW_TAG_enumeration_type:
		kind = MMX_TG_ENUM;
		break;
	case DW_TAG_typedef:
		kind = MMX_TG_TYPEDEF;
		break;
	default:
		return true;
	}
	name = dwarf_diename(die);
	if (name &&
	    (mmx_names_find(&d->names, name, kind) || dwarf_hasattr(die, DW_AT_declaration)))
		return true;
	if (kind == MMX_TG_ENUM && !remember_enumerators(d, die))
		return false;
	return !name || mmx_names_add(&d->names, name, kind, die_id(d, die));
}

/* Look through one more unit; false when there is none, or no memory to remember it. */
static bool look_further(struct dwarf *d)
{
	Dwarf_Die top, die;

	while (!d->done &&
	       dwarf_get_units(d->dw[d->file], d->unit, &d->unit, NULL, NULL, &top, NULL)) {
		d->unit = NULL;
		d->file++;
		d->done = d->file == FILES || !d->dw[d->file];
	}
	if (d->done)
		return false;
	if (dwarf_child(&top, &die))
		return true;
	do {
		if (!remember(d, &die)) {
			d->done = true;
			return false;
		}
	} while (!dwarf_siblingof(&die, &die));
	return true;
}

/*
 * Whether a name can be in there at all. Compilers put every name of four bytes and more into one
 * section, once, so what is not in it need not be looked for in all units.
 */
static bool may_have(const struct dwarf *d, const char *name)
{
	size_t len = strlen(name);

	return len < 4 || !d->strings || memmem(d->strings, d->strings_len, name, len + 1);
}

static const struct mmx_name *known_type(const struct dwarf *d, const char *name, uint32_t kind)
{
	const struct mmx_name *s = mmx_names_find(&d->names, name, kind);

	return s ? s : mmx_names_find(&d->names, name, MMX_TG_TYPEDEF);
}

static const struct mmx_name *known_enumerator(const struct dwarf *d, const char *name,
					       uint32_t kind)
{
	return mmx_names_find(&d->enumerators, name, kind);
}

/* What is known of a name by now, or after looking as far as it takes. */
static const struct mmx_name *look_for(struct dwarf *d, const char *name, uint32_t kind,
				       const struct mmx_name *(*known)(const struct dwarf *,
								       const char *, uint32_t))
{
	const struct mmx_name *s = known(d, name, kind);

	if (!s && !may_have(d, name))
		return NULL;
	while (!s && look_further(d))
		s = known(d, name, kind);
	return s;
}

static bool dwarf_find(struct mmx_typegraph *g, enum mmx_tg_kind kind, const char *name,
		       uint64_t *id)
{
	const struct mmx_name *s = look_for((struct dwarf *)g, name, kind, known_type);

	if (s)
		*id = s->value;
	return s;
}

/* The first one only: for another all units would have to be looked through. */
static bool dwarf_next_named(struct mmx_typegraph *g, enum mmx_type_group group, const char *name,
			     uint64_t *pos, uint64_t *id)
{
	static const uint32_t kind[MMX_TYPE_GROUPS] = {
		[MMX_GROUP_STRUCT] = MMX_TG_STRUCT,
		[MMX_GROUP_ENUM] = MMX_TG_ENUM,
		[MMX_GROUP_TYPEDEF] = MMX_TG_TYPEDEF,
	};
	const struct mmx_name *s =
		*pos ? NULL : look_for((struct dwarf *)g, name, kind[group], known_type);

	if (!s || s->kind != kind[group])
		return false;
	*pos = 1;
	*id = s->value;
	return true;
}

static bool dwarf_find_enumerator(struct mmx_typegraph *g, const char *name, int64_t *value)
{
	const struct mmx_name *s = look_for((struct dwarf *)g, name, 0, known_enumerator);

	if (s)
		*value = (int64_t)s->value;
	return s;
}

/* Elements of one dimension; 0 when the declaration leaves it open. */
static uint64_t dimension(Dwarf_Die *range)
{
	uint64_t count;
	int64_t last;

	if (attr_number(range, DW_AT_count, &count))
		return count;
	/* Of an array of no elements the last one is number -1. */
	if (attr_signed(range, DW_AT_upper_bound, &last) && last >= 0)
		return (uint64_t)last + 1;
	return 0;
}

static bool array(const struct dwarf *d, Dwarf_Die *die, struct mmx_tg_type *out)
{
	Dwarf_Die range;

	out->kind = MMX_TG_ARRAY;
	out->nelems = 1;
	if (dwarf_child(die, &range))
		return false;
	do {
		if (dwarf_tag(&range) == DW_TAG_subrange_type &&
		    __builtin_mul_overflow(out->nelems, dimension(&range), &out->nelems))
			return false;
	} while (!dwarf_siblingof(&range, &range));
	return attr_type(d, die, &out->to);
}

static enum mmx_tg_kind graph_kind(int tag)
{
	switch (tag) {
	case DW_TAG_unspecified_type:
		return MMX_TG_VOID;
	case DW_TAG_base_type:
		return MMX_TG_NUMBER;
	case DW_TAG_pointer_type:
		return MMX_TG_POINTER;
	case DW_TAG_array_type:
		return MMX_TG_ARRAY;
	case DW_TAG_structure_type:
		return MMX_TG_STRUCT;
	case DW_TAG_union_type:
		return MMX_TG_UNION;
	case DW_TAG_enumeration_type:
		return MMX_TG_ENUM;
	case DW_TAG_subroutine_type:
		return MMX_TG_FUNCTION;
	case DW_TAG_typedef:
		return MMX_TG_TYPEDEF;
	case DW_TAG_const_type:
		return MMX_TG_CONST;
	case DW_TAG_volatile_type:
		return MMX_TG_VOLATILE;
	case DW_TAG_restrict_type:
		return MMX_TG_RESTRICT;
	case DW_TAG_atomic_type:
		return MMX_TG_TAG;
	default:
		return MMX_TG_OTHER;
	}
}

static bool dwarf_type(const struct mmx_typegraph *g, uint64_t id, struct mmx_tg_type *out)
{
	const struct dwarf *d = (const struct dwarf *)g;
	uint64_t encoding = 0;
	const char *name;
	Dwarf_Die die;

	*out = (struct mmx_tg_type){.kind = MMX_TG_VOID, .name = ""};
	if (!id)
		return true;
	if (!id_die(d, id, &die))
		return false;
	out->kind = graph_kind(dwarf_tag(&die));
	name = dwarf_diename(&die);
	out->name = name ? name : "";
	out->incomplete = dwarf_hasattr(&die, DW_AT_declaration);
	switch (out->kind) {
	case MMX_TG_NUMBER:
		attr_number(&die, DW_AT_encoding, &encoding);
		out->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
		return attr_number(&die, DW_AT_byte_size, &out->size);
	case MMX_TG_POINTER:
		out->size = 8;
		attr_number(&die, DW_AT_byte_size, &out->size);
		return attr_type(d, &die, &out->to);
	case MMX_TG_STRUCT:
	case MMX_TG_UNION:
	case MMX_TG_ENUM:
		return out->incomplete || attr_number(&die, DW_AT_byte_size, &out->size);
	case MMX_TG_ARRAY:
		return array(d, &die, out);
	case MMX_TG_OTHER:
	case MMX_TG_VOID:
		return true;
	default:
		return attr_type(d, &die, &out->to);
	}
}

/* The first entry below one, or the one behind it at @pos. */
static bool next_child(const struct dwarf *d, uint64_t id, uint64_t *pos, Dwarf_Die *die)
{
	if (!(*pos ? id_die(d, *pos, die) && !dwarf_siblingof(die, die)
		   : id_die(d, id, die) && !dwarf_child(die, die)))
		return false;
	*pos = die_id(d, die);
	return true;
}

/*
 * DWARF 5 tells where a bit-field begins as the processor counts. DWARF 4 counts bits down from
 * the high end of the integer that holds it.
 */
static bool bit_field(const struct dwarf *d, Dwarf_Die *die, struct mmx_tg_member *m)
{
	uint64_t width, from, storage;
	struct mmx_tg_type t;

	if (!attr_number(die, DW_AT_bit_size, &width))
		return true;
	m->bit_size = (uint32_t)width;
	if (attr_number(die, DW_AT_data_bit_offset, &m->bit_off))
		return width <= 64;
	if (!attr_number(die, DW_AT_bit_offset, &from))
		return width <= 64;
	if (!attr_number(die, DW_AT_byte_size, &storage)) {
		uint64_t id = m->type;

		while (dwarf_type(&d->graph, id, &t) && t.kind == MMX_TG_TYPEDEF)
			id = t.to;
		storage = t.size;
	}
	if (width > 64 || from > 64 || storage > 16 || from + width > storage * 8)
		return false;
	m->bit_off += storage * 8 - from - width;
	return true;
}

static bool dwarf_next_member(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
			      struct mmx_tg_member *m)
{
	const struct dwarf *d = (const struct dwarf *)g;
	uint64_t bytes = 0;
	Dwarf_Die die;
	const char *name;
	int tag;

	do {
		if (!next_child(d, id, pos, &die))
			return false;
		tag = dwarf_tag(&die);
	} while (tag != DW_TAG_member && tag != DW_TAG_formal_parameter &&
		 tag != DW_TAG_unspecified_parameters);
	*m = (struct mmx_tg_member){.name = ""};
	name = dwarf_diename(&die);
	if (name)
		m->name = name;
	if (!attr_type(d, &die, &m->type))
		return false;
	/* A place that must be computed is none that a member of a C struct has. */
	if (dwarf_hasattr(&die, DW_AT_data_member_location) &&
	    !attr_number(&die, DW_AT_data_member_location, &bytes))
		return false;
	if (bytes > UINT32_MAX)
		return false;
	m->bit_off = bytes * 8;
	return bit_field(d, &die, m);
}

static bool dwarf_next_enumerator(const struct mmx_typegraph *g, uint64_t id, uint64_t *pos,
				  const char **name, int64_t *value)
{
	const struct dwarf *d = (const struct dwarf *)g;
	Dwarf_Die die;

	do {
		if (!next_child(d, id, pos, &die))
			return false;
		*name = dwarf_diename(&die);
	} while (dwarf_tag(&die) != DW_TAG_enumerator || !*name ||
		 !attr_signed(&die, DW_AT_const_value, value));
	return true;
}

static void dwarf_free(struct mmx_typegraph *g)
{
	struct dwarf *d = (struct dwarf *)g;

	mmx_names_free(&d->names);
	mmx_names_free(&d->enumerators);
	dwarf_end(d->dw[MAIN]);
	elf_end(d->elf);
	close(d->fd);
	free(d);
}

static const struct mmx_typegraph_ops dwarf_ops = {
	.find = dwarf_find,
	.next_named = dwarf_next_named,
	.find_enumerator = dwarf_find_enumerator,
	.type = dwarf_type,
	.next_member = dwarf_next_member,
	.next_enumerator = dwarf_next_enumerator,
	.free = dwarf_free,
};

/* libdw has unpacked the section by now, if it was packed. */
static void find_strings(struct dwarf *d)
{
	size_t names;

	if (d->dw[ALT] || elf_getshdrstrndx(d->elf, &names))
		return;
	for (Elf_Scn *scn = elf_nextscn(d->elf, NULL); scn; scn = elf_nextscn(d->elf, scn)) {
		GElf_Shdr mem, *shdr = gelf_getshdr(scn, &mem);
		const char *name = shdr ? elf_strptr(d->elf, names, shdr->sh_name) : NULL;
		Elf_Data *data;

		if (!name || strcmp(name, ".debug_str") || shdr->sh_flags & SHF_COMPRESSED)
			continue;
		data = elf_getdata(scn, NULL);
		if (data && data->d_buf) {
			d->strings = data->d_buf;
			d->strings_len = data->d_size;
		}
	}
}

int mmx_dwarf_open(struct mmx_types_provider *p, Elf *elf, int fd, const char *name,
		   struct mmx_err *err)
{
	struct dwarf *d = calloc(1, sizeof(*d));

	if (!d)
		return mmx_fail_nomem(err);
	d->graph.ops = &dwarf_ops;
	d->dw[MAIN] = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!d->dw[MAIN]) {
		free(d);
		return mmx_fail(err, MMX_EMISSING, "no debugging information: %s",
				dwarf_errmsg(-1));
	}
	d->fd = fd;
	d->elf = elf;
	d->dw[ALT] = dwarf_getalt(d->dw[MAIN]);
	find_strings(d);
	mmx_typegraph_provider(p, &d->graph, name);
	return 0;
}
