// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Struct page drawn from this kernel's own types: -v shows every arm of its unions with its value
 * and marks those in force; a tail shows the fields of the folio that lie in its struct page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/pagex.h"

/* The members in force on a page of a class; on every page: flags and _refcount. */
static const struct {
	enum mmx_class class;
	const char *members[10];
} in_force[] = {
	{CLASS_FREE, {"buddy_list", "private", "page_type"}},
	{CLASS_FREE_PCP, {"pcp_list", "pcp_llist"}},
	{CLASS_SLAB, {"page_type", "memcg_data"}},
	{CLASS_PAGE_TABLE,
	 {"page_type", "ptl", "pt_mm", "pmd_huge_pte", "pt_frag_refcount", "memcg_data"}},
	{CLASS_ANON,
	 {"lru", "mapping", "index", "__folio_index", "private", "_mapcount", "memcg_data"}},
	{CLASS_KSM,
	 {"lru", "mapping", "index", "__folio_index", "private", "_mapcount", "memcg_data"}},
	{CLASS_FILE,
	 {"lru", "mapping", "index", "__folio_index", "private", "_mapcount", "memcg_data"}},
	{CLASS_SHMEM,
	 {"lru", "mapping", "index", "__folio_index", "private", "_mapcount", "memcg_data"}},
	{CLASS_HUGETLB, {"lru", "mapping", "index", "__folio_index", "private", "page_type"}},
	{CLASS_PAGE_POOL,
	 {"pp_magic", "pp", "_pp_mapping_pad", "dma_addr", "dma_addr_upper", "pp_ref_count",
	  "pp_frag_count"}},
	{CLASS_ZSMALLOC, {"lru", "mapping", "index", "private", "page_type"}},
	{CLASS_DEVICE,
	 {"pgmap", "_unused_pgmap_compound_head", "zone_device_data", "mapping", "index"}},
	{CLASS_OFFLINE, {"page_type", "private"}},
	{CLASS_GUARD, {"page_type", "private"}},
};

static const char *const tail_in_force[] = {"compound_head", "compound_info", "_mapcount"};

static bool is_in_force(const struct mmx_pagex *p, const char *name)
{
	if (!strcmp(name, "flags") || !strcmp(name, "_refcount"))
		return true;
	if (p->walk.tail) {
		for (size_t i = 0; i < sizeof(tail_in_force) / sizeof(*tail_in_force); i++) {
			if (!strcmp(tail_in_force[i], name))
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < sizeof(in_force) / sizeof(*in_force); i++) {
		for (int j = 0;
		     in_force[i].class == p->verdict.class && j < 10 && in_force[i].members[j];
		     j++) {
			if (!strcmp(in_force[i].members[j], name))
				return true;
		}
	}
	return false;
}

static const struct mmx_column drawing[] = {
	{"offset", "OFFSET", 6, true},   {"size", "SIZE", 4, true},    {"live", "", 1, false},
	{"member", "MEMBER", 30, false}, {"value", "VALUE", 16, true}, {"type", "TYPE", 0, false},
};

static bool draw_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	struct mmx_pagex *p = arg;
	uint64_t offset = m->bit_off / 8;
	char indented[96];

	if (offset >= p->k->page_format.size)
		return true;
	snprintf(indented, sizeof(indented), "%*s%s", (int)(depth < 8 ? depth : 8) * 2, "",
		 name[0]    ? name
		 : is_union ? "union:"
			    : "arm:");
	mmx_out_row(p->out);
	mmx_out_hex(p->out, "offset", offset);
	mmx_out_count(p->out, "size", m->size);
	mmx_out_text(p->out, "live", name[0] && is_in_force(p, name) ? "*" : "");
	mmx_out_text(p->out, "member", indented);
	if (!name[0] || !m->size || m->size > 8 || offset + m->size > p->k->page_format.size)
		mmx_out_text(p->out, "value", "");
	else if (m->bitfield)
		mmx_out_hex(p->out, "value",
			    mmx_word(p->walk.bytes, offset & ~7ULL) >>
					    (m->bit_off - (offset & ~7ULL) * 8) &
				    ((1ULL << m->bit_size) - 1));
	else
		mmx_out_hex(p->out, "value", mmx_le(p->walk.bytes + offset, m->size));
	mmx_out_text(p->out, "type", m->type);
	return true;
}

/* Structs of their own that overlay struct page, newest names; a kernel without one has the arms. */
static const struct {
	enum mmx_class class;
	const char *name;
} overlays[] = {
	{CLASS_SLAB, "slab"},
	{CLASS_PAGE_TABLE, "ptdesc"},
	{CLASS_ZSMALLOC, "zpdesc"},
	{CLASS_PAGE_POOL, "netmem_desc"},
};

void mmx_pagex_draw(struct mmx_pagex *p)
{
	char key[32];

	mmx_out_table(p->out, "struct_page", "struct page, * in force", drawing, 6);
	mmx_types_each_member(&p->k->types, "page", draw_member, p);
	mmx_out_end(p->out);
	for (size_t i = 0; i < sizeof(overlays) / sizeof(*overlays); i++) {
		uint64_t size;

		if (overlays[i].class != p->verdict.class || p->walk.tail ||
		    mmx_types_struct_size(&p->k->types, overlays[i].name, &size) < 0)
			continue;
		snprintf(key, sizeof(key), "struct %s", overlays[i].name);
		mmx_out_table(p->out, "overlay", key, drawing, 6);
		mmx_types_each_member(&p->k->types, overlays[i].name, draw_member, p);
		mmx_out_end(p->out);
	}
}

/*
 * Tails.
 */

static void meaning_entire(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "mapped as a whole %" PRId64 " times", v + 1);
}

static void meaning_large(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "%" PRId64 " mappings in all", v + 1);
}

static void meaning_nr_mapped(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "%s%" PRId64 " pages mapped by entries of their own",
		 v & 0x800000 ? "ENTIRELY_MAPPED (0x800000): one entry maps the whole folio; " : "",
		 v & 0x7fffff);
}

static void meaning_pages(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "%" PRId64 " pages", v);
}

static void meaning_flags(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "the low byte is the folio's order, %d", (int)(v & 0xff));
}

static void meaning_pins(char *buf, size_t size, int64_t v)
{
	snprintf(buf, size, "%" PRId64 " pins", v);
}

/* What the numbers of the counting fields mean; most are stored one too low, so that 0 is "none". */
static const struct {
	const char *field;
	void (*say)(char *buf, size_t size, int64_t v);
} meanings[] = {
	{"_entire_mapcount", meaning_entire}, {"_total_mapcount", meaning_entire},
	{"_large_mapcount", meaning_large},   {"_nr_pages_mapped", meaning_nr_mapped},
	{"_folio_nr_pages", meaning_pages},   {"_nr_pages", meaning_pages},
	{"_flags_1", meaning_flags},          {"_pincount", meaning_pins},
};

static bool tail_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	struct mmx_pagex *p = arg;
	uint32_t size = p->k->page_format.size;
	uint64_t within = (p->walk.pfn - p->walk.folio.head) * size, offset = m->bit_off / 8;
	char text[160] = "";
	int64_t value;

	(void)depth;
	(void)is_union;
	if (!name[0] || offset < within || offset + m->size > within + size || !m->size ||
	    m->bitfield)
		return true;
	if (m->size > 8 && m->size != 16)
		return true; /* a struct page as a whole */
	mmx_out_row(p->out);
	mmx_out_hex(p->out, "offset", offset - within);
	mmx_out_text(p->out, "field", name);
	value = mmx_le(p->walk.bytes + offset - within, m->size);
	if (m->size == 4)
		value = (int32_t)value;
	mmx_out_hex(p->out, "value", m->size == 4 ? (uint32_t)value : (uint64_t)value);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!strcmp(meanings[i].field, name) &&
		    !(m->size == 8 && meanings[i].say == meaning_flags &&
		      p->k->page_format.order_is_byte))
			meanings[i].say(text, sizeof(text), value);
	}
	mmx_out_text(p->out, "meaning", text);
	return true;
}

void mmx_pagex_tail(struct mmx_pagex *p)
{
	static const struct mmx_column columns[] = {
		{"offset", "OFFSET", 6, true},
		{"field", "FIELD", 22, false},
		{"value", "VALUE", 16, true},
		{"meaning", "MEANING", 0, false},
	};
	uint64_t nth = p->walk.pfn - p->walk.folio.head;

	if (!p->walk.tail || (p->walk.folio.read && p->walk.folio.bad))
		return;
	mmx_out_count(p->out, "nth_page", nth);
	if (nth * p->k->page_format.size >= mmx_size(&p->k->layout, S_folio))
		return;
	mmx_out_table(p->out, "folio_fields", "fields of the folio in this struct page", columns,
		      4);
	mmx_types_each_member(&p->k->types, "folio", tail_member, p);
	mmx_out_end(p->out);
}
