// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The flags word of struct page: named bits from below, and from bit 63 downwards the fields
 * SECTION, NODE, ZONE, LAST_CPUPID, KASAN_TAG, LRU_GEN, LRU_REFS, of widths that the kernel's
 * configuration decided. No type tells the widths: they are derived, then verified on pages of
 * every populated zone.
 */
#ifndef MMX_MM_FLAGS_H
#define MMX_MM_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

struct mmx_kernel;
struct mmx_types;

/* FIELD(entry, "name") from bit 63 downwards */
#define MMX_FLAG_FIELDS(FIELD)            \
	FIELD(SECTION, "section")         \
	FIELD(NODE, "node")               \
	FIELD(ZONE, "zone")               \
	FIELD(LAST_CPUPID, "last_cpupid") \
	FIELD(KASAN_TAG, "kasan_tag")     \
	FIELD(LRU_GEN, "lru_gen")         \
	FIELD(LRU_REFS, "lru_refs")

enum mmx_flag_field_id {
#define FIELD(id, name) FIELD_##id,
	MMX_FLAG_FIELDS(FIELD)
#undef FIELD
		MMX_FLAG_FIELD_COUNT
};

struct mmx_flag_field {
	unsigned int shift, width; /* width 0: this kernel does not have it */
	bool known;
};

/** MMX_FLAG_NAMES - room for the names of the low bits */
#define MMX_FLAG_NAMES 40

struct mmx_flags {
	struct mmx_flag_field field[MMX_FLAG_FIELD_COUNT];
	unsigned int named; /* __NR_PAGEFLAGS */
	char name[MMX_FLAG_NAMES]
		 [32]; /* "locked", ...: the first enumerator of each value, without PG_ */
};

/** mmx_flags_find() - fill mmx_mem(kernel)->flags and its facts; needs zones and vmemmap */
void mmx_flags_find(struct mmx_kernel *kernel);

/** mmx_flags_take_names() - names of the low bits, of which @f->named are flags */
void mmx_flags_take_names(struct mmx_flags *f, const struct mmx_types *types);

const char *mmx_flag_field_name(enum mmx_flag_field_id id);

/** mmx_flag_field() - a field's value in a flags word; 0 for a field of width 0 */
static inline unsigned int mmx_flag_field(const struct mmx_flags *f, enum mmx_flag_field_id id,
					  uint64_t flags)
{
	const struct mmx_flag_field *field = &f->field[id];

	return field->width ? flags >> field->shift & ((1ULL << field->width) - 1) : 0;
}

#endif
