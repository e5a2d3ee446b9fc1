// SPDX-License-Identifier: GPL-2.0-or-later
/* The value of a part of a struct, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "mm/leads_to.h"
#include "mm/mem.h"
#include "mm/processes/vm_flags.h"
#include "mm/zones/gfp_names.h"
#include "records/structx.h"

/* Numbers from here on are easier to read in hex. */
#define SMALL 65536u

/* Pointers from here on are the negative of an error. */
#define ERRORS (~0ULL - 4095 + 1)

/* What a string that a pointer leads to has at most, with its NUL. */
#define STRING 128

/* Enumerators of one enum that are looked at. */
#define ENUMERATORS_MAX 8192u

const unsigned char *mmx_struct_bytes(const struct mmx_struct_object *o, uint64_t off, uint64_t n,
				      const struct mmx_err **missing)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct mmx_struct_bytes *b = &o->v[i];

		if (off < b->first || off - b->first > b->peek.n ||
		    n > b->peek.n - (off - b->first))
			continue;
		*missing = mmx_peek_missing(&b->peek, off - b->first, n);
		return b->peek.v + (off - b->first);
	}
	return NULL;
}

/* Of an array whose elements are all alike its first one stands for them. */
static bool is_plain(enum mmx_tg_kind kind)
{
	return kind == MMX_TG_NUMBER || kind == MMX_TG_POINTER || kind == MMX_TG_ENUM;
}

/* The bits of a bit-field, or all of a number, @high those behind the first 64. */
static bool read_bits(const struct mmx_struct_object *o, const struct mmx_type_part *part,
		      uint64_t *low, uint64_t *high, const struct mmx_err **missing)
{
	unsigned int shift = part->bit_off % 8;
	uint64_t n = part->bit_size ? (shift + part->bit_size + 7) / 8 : part->elem_size;
	const unsigned char *bytes = mmx_struct_bytes(o, part->bit_off / 8, n, missing);
	unsigned __int128 all = 0;

	*low = *high = 0;
	if (!bytes || !n || n > sizeof(all))
		return false;
	for (uint64_t i = n; i--;)
		all = all << 8 | bytes[i];
	all >>= part->bit_size ? shift : 0;
	if (part->bit_size)
		all &= ((unsigned __int128)1 << part->bit_size) - 1;
	*low = (uint64_t)all;
	*high = (uint64_t)(all >> 64);
	return true;
}

static unsigned int bits_of(const struct mmx_type_part *part)
{
	return part->bit_size ? part->bit_size : (unsigned int)part->elem_size * 8;
}

static int64_t as_signed(const struct mmx_type_part *part, uint64_t word)
{
	unsigned int unused = 64 - bits_of(part);

	return (int64_t)(word << unused) >> unused;
}

/*
 * Enums.
 */

struct names {
	char *text;
	size_t size, len;
};

static void put_name(struct names *n, const char *name)
{
	if (n->len < n->size)
		n->len += snprintf(n->text + n->len, n->size - n->len, "%s%s", n->len ? "|" : "",
				   name);
}

/*
 * Its one enumerator; else, in an enum of bits, those of which the number is the sum. One that counts has numbers of
 * several bits, and what lies between them is no sum of others.
 */
static bool enum_text(const struct mmx_typegraph *g, const struct mmx_type_part *part,
		      uint64_t word, char *text, size_t size)
{
	uint64_t mask = bits_of(part) < 64 ? (1ULL << bits_of(part)) - 1 : ~0ULL;
	uint64_t pos = 0, left = word;
	struct names names = {text, size, 0};
	unsigned int single = 0, several = 0;
	const char *name;
	int64_t value;

	while (single + several < ENUMERATORS_MAX &&
	       g->ops->next_enumerator(g, part->to, &pos, &name, &value)) {
		uint64_t its = (uint64_t)value & mask;

		if (its == word) {
			snprintf(text, size, "%s (%" PRId64 ")", name, value);
			return true;
		}
		single += __builtin_popcountll(its) == 1;
		several += __builtin_popcountll(its) > 1;
		if (__builtin_popcountll(its) == 1 && left & its) {
			put_name(&names, name);
			left &= ~its;
		}
	}
	if (!word || left || single < 3 || several)
		return false;
	if (names.len < size)
		snprintf(text + names.len, size - names.len, " (0x%" PRIx64 ")", word);
	return true;
}

/*
 * Flags that are no enum, by the type that such words have.
 */

static bool has_name(const struct mmx_typegraph *g, uint64_t type, const char *name)
{
	struct mmx_tg_type t;

	for (int i = 0; i < 8 && g->ops->type(g, type, &t); i++, type = t.to) {
		if (t.kind == MMX_TG_TYPEDEF && !strcmp(t.name, name))
			return true;
		if (t.kind != MMX_TG_TYPEDEF && t.kind != MMX_TG_CONST &&
		    t.kind != MMX_TG_VOLATILE && t.kind != MMX_TG_TAG)
			return false;
	}
	return false;
}

static bool flags_text(const struct mmx_typegraph *g, struct mmx_view *view,
		       const struct mmx_type_part *part, uint64_t word, char *text, size_t size)
{
	char names[MMX_VM_FLAGS_TEXT];

	if (!word)
		return false;
	if (has_name(g, part->type, "gfp_t")) {
		mmx_gfp_print(mmx_know_gfp_names(view), word, text, size);
		return true;
	}
	if (!has_name(g, part->type, "vm_flags_t"))
		return false;
	mmx_vm_flags_names(mmx_know_vm_flags(view), word, "|", names);
	snprintf(text, size, "%.*s", (int)size - 1, names);
	return true;
}

/*
 * Texts of numbers.
 */

static bool is_bool(const struct mmx_typegraph *g, const struct mmx_type_part *part)
{
	struct mmx_tg_type t;

	return g->ops->type(g, part->to, &t) &&
	       (!strcmp(t.name, "_Bool") || !strcmp(t.name, "bool"));
}

static void number_text(const struct mmx_typegraph *g, const struct mmx_type_part *part,
			uint64_t word, char *text, size_t size)
{
	int64_t number = as_signed(part, word);

	if (is_bool(g, part) && word < 2)
		snprintf(text, size, word ? "true" : "false");
	else if (part->is_signed)
		snprintf(text, size, "%" PRId64, number);
	else if (word < SMALL)
		snprintf(text, size, "%" PRIu64, word);
	else
		snprintf(text, size, "0x%" PRIx64, word);
}

/* Whether a pointer is one to characters, and text stands there. */
static bool string_at(const struct mmx_typegraph *g, struct mmx_view *view,
		      const struct mmx_type_part *part, uint64_t word, char string[STRING])
{
	struct mmx_tg_type pointer, to;
	uint64_t id;
	bool cut;

	if (!(word >> 63) || !g->ops->type(g, part->to, &pointer))
		return false;
	id = pointer.to;
	return mmx_tg_resolve(g, &id, &to) && !strcmp(to.name, "char") &&
	       !mmx_kread_str(view, word, string, STRING, &cut) && !cut && *string &&
	       mmx_printable(string, strlen(string)) == strlen(string);
}

static void pointer_text(const struct mmx_typegraph *g, struct mmx_view *view,
			 const struct mmx_type_part *part, uint64_t word, char *text, size_t size)
{
	char symbol[MMX_SYMBOL_NAME + 64], string[STRING];

	if (word >= ERRORS)
		snprintf(text, size, "error %" PRId64, (int64_t)word);
	else if (string_at(g, view, part, word, string))
		snprintf(text, size, "%" PRIx64 " \"%s\"", word, string);
	else if (*mmx_leads_to(view, word, symbol, sizeof(symbol)))
		snprintf(text, size, "%" PRIx64 " <%s>", word, symbol);
	else
		snprintf(text, size, word ? "%" PRIx64 : "NULL", word);
}

static void word_text(const struct mmx_struct_object *o, struct mmx_view *view,
		      const struct mmx_type_part *part, uint64_t word, char *text, size_t size)
{
	const struct mmx_typegraph *g = o->type.graph;
	char names[400];

	if (part->element == MMX_TG_POINTER)
		pointer_text(g, view, part, word, text, size);
	else if (part->element == MMX_TG_ENUM && enum_text(g, part, word, names, sizeof(names)))
		snprintf(text, size, "%s", names);
	else if (part->element == MMX_TG_NUMBER &&
		 flags_text(g, view, part, word, names, sizeof(names)))
		snprintf(text, size, "0x%" PRIx64 " %s", word, names);
	else
		number_text(g, part, word, text, size);
}

/* A text up to its NUL, or to the end of the array. */
static void chars_text(const unsigned char *bytes, uint64_t n, char *text, size_t size)
{
	size_t room = size - 6, len = 0;

	while (len < n && len < room && bytes[len])
		len++;
	snprintf(text, size, "\"%.*s\"%s", (int)len, (const char *)bytes,
		 len == room && len < n && bytes[len] ? "..." : "");
}

bool mmx_struct_value(const struct mmx_struct_object *o, struct mmx_view *view,
		      const struct mmx_type_row *row, char *text, size_t size,
		      const struct mmx_err **missing)
{
	const struct mmx_type_part *part = &row->part;
	uint64_t low, high, off = part->bit_off / 8;
	const unsigned char *bytes;

	if (mmx_type_is_text(o->type.graph, part) && part->size) {
		bytes = mmx_struct_bytes(o, off, part->size, missing);
		if (bytes)
			chars_text(bytes, part->size, text, size);
		return bytes;
	}
	if (!is_plain(part->element) || (part->kind == MMX_TG_ARRAY && !part->nelems) ||
	    !read_bits(o, part, &low, &high, missing))
		return false;
	if (part->elem_size > 8)
		snprintf(text, size, "0x%0*" PRIx64 "%016" PRIx64, (int)part->elem_size * 2 - 16,
			 high, low);
	else
		word_text(o, view, part, low, text, size);
	/* Elements that are all alike stand in one row. */
	if (part->kind == MMX_TG_ARRAY && strlen(text) < size)
		snprintf(text + strlen(text), size - strlen(text), " (all %" PRIu64 ")",
			 part->nelems);
	return true;
}

bool mmx_struct_word(const struct mmx_struct_object *o, const struct mmx_type_row *row,
		     uint64_t *word)
{
	const struct mmx_err *missing = NULL;
	uint64_t high;

	return is_plain(row->part.element) && row->part.elem_size <= 8 &&
	       (row->part.kind != MMX_TG_ARRAY || row->part.nelems) &&
	       !mmx_type_is_text(o->type.graph, &row->part) &&
	       read_bits(o, &row->part, word, &high, &missing) && !missing;
}
