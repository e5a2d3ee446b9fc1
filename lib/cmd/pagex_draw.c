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

/*
 * What of a class's pages tells which arm is in force. Of free blocks and guard blocks only the first
 * page has one. What is on the LRU and unevictable is on none of its lists: a count of mlock() lies
 * where their links would. A page table that no address space has any more waits for RCU to be freed.
 */

static bool has_page_type(struct mmx_pagex *p)
{
	return p->walk.type != MMX_PAGE_NONE || p->walk.folio.type != MMX_PAGE_NONE;
}

static bool is_unevictable(struct mmx_pagex *p)
{
	const struct mmx_layout *l = &p->k->layout;

	return mmx_bit(p->walk.folio.flags, p->k->page_format.lru) &&
	       mmx_has_enum(l, E_PG_unevictable) &&
	       mmx_bit(p->walk.folio.flags, mmx_enum(l, E_PG_unevictable));
}

static const struct mmx_pt_page *table_of(struct mmx_pagex *p)
{
	size_t n;

	return mmx_pt_owner_of(mmx_know_pt_owners(p->view), p->walk.pfn, &n);
}

static bool is_root(struct mmx_pagex *p)
{
	const struct mmx_pt_page *table = table_of(p);

	return table && table->role == MMX_PT_TABLE && table->level == p->k->paging.levels;
}

static bool is_pmd_table(struct mmx_pagex *p)
{
	const struct mmx_pt_page *table = table_of(p);

	return table && table->role != MMX_PT_DEPOSIT && table->level == 2;
}

static bool is_pte_table(struct mmx_pagex *p)
{
	const struct mmx_pt_page *table = table_of(p);

	return table && table->role != MMX_PT_DEPOSIT && table->level == 1;
}

static bool is_deposit(struct mmx_pagex *p)
{
	const struct mmx_pt_page *table = table_of(p);

	return table && table->role == MMX_PT_DEPOSIT;
}

/* Its rcu_head has the function to be called, in the kernel's own code. */
static bool waits_for_rcu(struct mmx_pagex *p)
{
	const struct mmx_layout *l = &p->k->layout;

	return mmx_has(l, M_page_rcu_head) && !table_of(p) &&
	       mmx_region_of(&p->k->regions,
			     mmx_word(p->walk.bytes, mmx_off(l, M_page_rcu_head) + 8)) ==
		       REGION_KERNEL_IMAGE;
}

#define OF_USERS  "mapping", "index", "__folio_index", "private", "_mapcount", "memcg_data"
#define OF_TABLES "page_type", "__page_type", "memcg_data", "pt_memcg_data"

/*
 * The members in force on a page of a class, the first row that applies; on every page: flags and
 * _refcount. With those of the structs that overlay struct page, under their own names.
 */
static const struct arm {
	enum mmx_class class;
	bool (*when)(struct mmx_pagex *p); /* NULL: always */
	const char *members[10];
} arms[] = {
	{CLASS_FREE, has_page_type, {"buddy_list", "private", "page_type"}},
	{CLASS_FREE_PCP, NULL, {"pcp_list", "pcp_llist"}},
	{CLASS_SLAB, NULL, {"page_type", "memcg_data"}},
	{CLASS_PAGE_TABLE, waits_for_rcu, {"callback_head", "rcu_head", "pt_rcu_head", OF_TABLES}},
	{CLASS_PAGE_TABLE, is_deposit, {"lru", "pt_list", "ptl", OF_TABLES}},
	{CLASS_PAGE_TABLE, is_root, {"lru", "pt_list", "pt_mm", OF_TABLES}},
	{CLASS_PAGE_TABLE, is_pmd_table, {"pmd_huge_pte", "pt_share_count", "ptl", OF_TABLES}},
	{CLASS_PAGE_TABLE, is_pte_table, {"ptl", OF_TABLES}},
	{CLASS_PAGE_TABLE, NULL, {OF_TABLES}},
	{CLASS_ANON, is_unevictable, {"__filler", "mlock_count", OF_USERS}},
	{CLASS_ANON, NULL, {"lru", OF_USERS}},
	{CLASS_KSM, is_unevictable, {"__filler", "mlock_count", OF_USERS}},
	{CLASS_KSM, NULL, {"lru", OF_USERS}},
	{CLASS_FILE, is_unevictable, {"__filler", "mlock_count", OF_USERS}},
	{CLASS_FILE, NULL, {"lru", OF_USERS}},
	{CLASS_SHMEM, is_unevictable, {"__filler", "mlock_count", OF_USERS}},
	{CLASS_SHMEM, NULL, {"lru", OF_USERS}},
	{CLASS_SWAP_CACHE, NULL, {"lru", "private", "_mapcount", "memcg_data"}},
	{CLASS_HUGETLB, NULL, {"lru", "mapping", "index", "__folio_index", "private", "page_type"}},
	{CLASS_PAGE_POOL,
	 NULL,
	 {"pp_magic", "pp", "_pp_mapping_pad", "dma_addr", "dma_addr_upper", "pp_ref_count",
	  "pp_frag_count"}},
	{CLASS_ZSMALLOC, NULL, {"lru", "mapping", "index", "private", "page_type"}},
	{CLASS_DEVICE,
	 NULL,
	 {"pgmap", "_unused_pgmap_compound_head", "zone_device_data", "mapping", "index"}},
	{CLASS_OFFLINE, NULL, {"page_type"}},
	{CLASS_BALLOON, NULL, {"lru", "mapping", "private", "page_type"}},
	{CLASS_MOVABLE, NULL, {"lru", "mapping", "private"}},
	{CLASS_LARGE_KMALLOC, NULL, {"page_type"}},
	{CLASS_UNACCEPTED, has_page_type, {"lru", "page_type"}},
	{CLASS_ZERO, NULL, {"_mapcount"}},
	{CLASS_GUARD, has_page_type, {"page_type", "private"}},
};

/* No more than what a page has in every case. */
#define NO_ARM "none that is known: only flags and the counts hold"

/* In the low bits of the word; above them stands the kernel's offset for bad pointers. */
#define TAIL_MAPPING 0x400

static const struct arm tails = {.members = {"compound_head", "compound_info", "_mapcount"}};

static const struct arm *arm_of(struct mmx_pagex *p)
{
	static const struct arm none = {0};

	if (p->walk.tail)
		return &tails;
	for (size_t i = 0; i < sizeof(arms) / sizeof(*arms); i++) {
		if (arms[i].class == p->verdict.class && (!arms[i].when || arms[i].when(p)))
			return &arms[i];
	}
	return &none;
}

/* Without a type of page, as slab and hugetlb pages once were, the word for it is idle. */
static bool in_force(struct mmx_pagex *p, const char *member)
{
	return strcmp(member, "page_type") || has_page_type(p);
}

static bool is_in_force(struct mmx_pagex *p, const char *name)
{
	const struct arm *arm = arm_of(p);

	if (!strcmp(name, "flags") || !strcmp(name, "_refcount"))
		return true;
	for (size_t i = 0; i < sizeof(arm->members) / sizeof(*arm->members) && arm->members[i];
	     i++) {
		if (!strcmp(arm->members[i], name))
			return in_force(p, name);
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
	const struct arm *arm = arm_of(p);

	p->arm[0] = '\0';
	for (size_t i = 0; i < sizeof(arm->members) / sizeof(*arm->members) && arm->members[i];
	     i++) {
		if (in_force(p, arm->members[i]))
			add_name(p->arm, sizeof(p->arm), &p->k->types, arm->members[i]);
	}
	if (!p->arm[0])
		snprintf(p->arm, sizeof(p->arm), NO_ARM);
	return p->arm;
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
