// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Struct page drawn from this kernel's own types: -v shows every arm of its unions with its value
 * and marks those in force; a tail shows the fields of the folio that lie in its struct page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/pagex.h"
#include "kernel/member.h"

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
	{CLASS_OFFLINE, {"page_type"}},
	{CLASS_BALLOON, {"lru", "mapping", "private", "page_type"}},
	{CLASS_MOVABLE, {"lru", "mapping", "private"}},
	{CLASS_LARGE_KMALLOC, {"page_type"}},
	{CLASS_UNACCEPTED, {"lru", "page_type"}},
	{CLASS_ZERO, {"_mapcount"}},
	{CLASS_GUARD, {"page_type", "private"}},
};

/* No more than what a page has in every case. */
#define NO_ARM "none that is known: only flags and the counts hold"

/* In the low bits of the word; above them stands the kernel's offset for bad pointers. */
#define TAIL_MAPPING 0x400

static const char *const tail_in_force[] = {"compound_head", "compound_info", "_mapcount"};

/* Before slab and hugetlb pages had a type of page, the word for it was idle in them. */
static bool has_type(const struct mmx_pagex *p, const char *member)
{
	const uint32_t *code = p->k->page_format.type_code;

	if (strcmp(member, "page_type"))
		return true;
	return p->verdict.class == CLASS_SLAB      ? code[MMX_PAGE_SLAB]
	       : p->verdict.class == CLASS_HUGETLB ? code[MMX_PAGE_HUGETLB]
						   : true;
}

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
				return has_type(p, name);
		}
	}
	return false;
}

static void add_name(char *text, size_t size, const struct mmx_types *types, const char *name)
{
	size_t len = strlen(text);
	struct mmx_member m;

	if (mmx_types_member(types, "page", name, &m) >= 0)
		snprintf(text + len, size - len, "%s%s", len ? ", " : "", name);
}

const char *mmx_pagex_arm(struct mmx_pagex *p)
{
	enum mmx_class class = p->verdict.class;
	const struct mmx_types *types = &p->k->types;
	char *text = p->arm[p->walk.tail ? MMX_CLASS_COUNT : class];
	size_t size = sizeof(p->arm[0]);

	if (*text)
		return text;
	if (p->walk.tail) {
		for (size_t i = 0; i < sizeof(tail_in_force) / sizeof(*tail_in_force); i++)
			add_name(text, size, types, tail_in_force[i]);
		return text;
	}
	for (size_t i = 0; i < sizeof(in_force) / sizeof(*in_force); i++) {
		for (int j = 0; in_force[i].class == class && j < 10 && in_force[i].members[j];
		     j++) {
			if (has_type(p, in_force[i].members[j]))
				add_name(text, size, types, in_force[i].members[j]);
		}
	}
	if (!*text)
		snprintf(text, size, NO_ARM);
	return text;
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

static void meaning_entire(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "mapped as a whole %" PRId64 " times", v + 1);
}

static void meaning_large(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "%" PRId64 " mappings in all", v + 1);
}

static void meaning_nr_mapped(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	enum mmx_counted counted;

	if (!mmx_folio_counted(&p->walk, &counted) && counted == MMX_COUNTED_FOLIO) {
		snprintf(buf, size, "not kept by this kernel");
		return;
	}
	snprintf(buf, size, "%s%" PRId64 " pages mapped by entries of their own",
		 v & 0x800000 ? "ENTIRELY_MAPPED (0x800000): one entry maps the whole folio; " : "",
		 v & 0x7fffff);
}

static void meaning_pages(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "%" PRId64 " pages", v);
}

static void meaning_flags(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "the low byte is the folio's order, %d", (int)(v & 0xff));
}

static void meaning_pins(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "%" PRId64 " pins", v);
}

/* Two counts, one for each address space that the folio keeps apart. */
static void meaning_mm_counts(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	(void)p;
	snprintf(buf, size, "%d mappings by the first mm, %d by the second", (int32_t)v + 1,
		 (int32_t)(v >> 32) + 1);
}

/* The process whose mm has that number; 0 stands for no mm. */
static void say_mm(struct mmx_pagex *p, char *buf, size_t size, uint32_t id)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(p->view);
	uint64_t found;

	snprintf(buf, size, "%s", id ? "an mm that no process uses" : "none");
	for (size_t i = 0; id && i < tasks->users.n; i++) {
		const struct mmx_task *task = &tasks->v[tasks->users.v[i].task];

		if (mmx_kread_member(p->view, tasks->users.v[i].mm, M_mm_struct_mm_id, &found) ||
		    (uint32_t)found != id)
			continue;
		snprintf(buf, size, "PID %d (%s)", task->pid, task->comm);
		break;
	}
}

/* Of each number the highest bit is something else: a lock, and "others may map it, too". */
static void meaning_mm_ids(struct mmx_pagex *p, char *buf, size_t size, int64_t v)
{
	char first[64], second[64];

	say_mm(p, first, sizeof(first), v & INT32_MAX);
	say_mm(p, second, sizeof(second), v >> 32 & INT32_MAX);
	snprintf(buf, size, "the first mm: %s; the second: %s%s", first, second,
		 v < 0 ? "; mapped by several" : "");
}

/* What the numbers of the counting fields mean; most are stored one too low, so that 0 is "none". */
static const struct {
	const char *field;
	void (*say)(struct mmx_pagex *p, char *buf, size_t size, int64_t v);
} meanings[] = {
	{"_entire_mapcount", meaning_entire},
	{"_total_mapcount", meaning_entire},
	{"_large_mapcount", meaning_large},
	{"_nr_pages_mapped", meaning_nr_mapped},
	{"_folio_nr_pages", meaning_pages},
	{"_nr_pages", meaning_pages},
	{"_mm_id_mapcount", meaning_mm_counts},
	{"_mm_ids", meaning_mm_ids},
	{"_flags_1", meaning_flags},
	{"_pincount", meaning_pins},
};

static void tail_row(struct mmx_pagex *p, uint64_t offset, const char *field, uint64_t value,
		     const char *meaning)
{
	mmx_out_row(p->out);
	mmx_out_hex(p->out, "offset", offset);
	mmx_out_text(p->out, "field", field);
	mmx_out_hex(p->out, "value", value);
	mmx_out_text(p->out, "meaning", meaning);
}

/* Huge pages of hugetlb and others have fields of their own, some of them in the same place. */
static bool is_others(const struct mmx_pagex *p, const char *name)
{
	const struct mmx_layout *l = &p->k->layout;
	bool one_place = mmx_has(l, M_folio_deferred_list) && mmx_has(l, M_folio_hugetlb_subpool) &&
			 mmx_off(l, M_folio_deferred_list) == mmx_off(l, M_folio_hugetlb_subpool);

	if (p->walk.folio.read)
		return false; /* which kind it is, is not known */
	if (!strncmp(name, "_hugetlb_", strlen("_hugetlb_")))
		return !p->walk.folio.hugetlb;
	return one_place && p->walk.folio.hugetlb && !strcmp(name, "_deferred_list");
}

static void tail_list(struct mmx_pagex *p, const char *name, uint64_t offset)
{
	uint64_t self = mmx_page_addr(&p->k->vmemmap, p->walk.pfn) + offset;
	uint64_t next = mmx_word(p->walk.bytes, offset), prev = mmx_word(p->walk.bytes, offset + 8);
	const char *meaning = is_others(p, name)             ? "not in force on such a folio"
			      : next == self && prev == self ? "on no list"
							     : "";
	char text[64];

	snprintf(text, sizeof(text), "%s.next", name);
	tail_row(p, offset, text, next, meaning);
	snprintf(text, sizeof(text), "%s.prev", name);
	tail_row(p, offset + 8, text, prev, meaning);
}

static void tail_number(struct mmx_pagex *p, const char *name, uint64_t offset, uint32_t size)
{
	uint64_t raw = mmx_le(p->walk.bytes + offset, size);
	char text[160] = "";

	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!strcmp(meanings[i].field, name) &&
		    !(size == 8 && meanings[i].say == meaning_flags &&
		      p->k->page_format.order_is_byte))
			meanings[i].say(p, text, sizeof(text),
					size == 4 ? (int32_t)raw : (int64_t)raw);
	}
	if (is_others(p, name))
		snprintf(text, sizeof(text), "not in force on such a folio");
	tail_row(p, offset, name, raw, text);
}

static bool tail_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	struct mmx_pagex *p = arg;
	uint32_t size = p->k->page_format.size;
	uint64_t within = (p->walk.pfn - p->walk.folio.head) * size, offset = m->bit_off / 8;

	(void)depth;
	(void)is_union;
	if (!name[0] || offset < within || offset + m->size > within + size || !m->size ||
	    m->bitfield)
		return true;
	if (m->size == 16 && strstr(m->type, "list_head"))
		tail_list(p, name, offset - within);
	else if (m->size <= 8)
		tail_number(p, name, offset - within, m->size);
	return true; /* anything larger is a struct page as a whole */
}

/* Behind the folio's own fields a tail holds poison where other pages have their mapping. */
static bool has_poison(const struct mmx_pagex *p)
{
	return (mmx_word(p->walk.bytes, p->k->page_format.mapping) & 0xffff) == TAIL_MAPPING;
}

static void tail_poison(struct mmx_pagex *p)
{
	uint32_t at = p->k->page_format.mapping;

	tail_row(p, at, "mapping", mmx_word(p->walk.bytes, at),
		 "poison: a tail has no mapping of its own");
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
	bool fields = nth * p->k->page_format.size < mmx_size(&p->k->layout, S_folio);
	bool poison = has_poison(p);

	if (!p->walk.tail || (p->walk.folio.read && p->walk.folio.bad))
		return;
	mmx_out_count(p->out, "nth_page", nth);
	if (!fields && !poison)
		return;
	mmx_out_table(p->out, "folio_fields", "fields of the folio in this struct page", columns,
		      4);
	if (fields)
		mmx_types_each_member(&p->k->types, "folio", tail_member, p);
	if (poison)
		tail_poison(p);
	mmx_out_end(p->out);
}
