// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Struct page drawn from this kernel's own types: -v shows every arm of its unions with its value
 * and marks those in force; a tail shows the fields of the folio that lie in its struct page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "cmd/pagex.h"
#include "kernel/member.h"
#include "mm/frames/mapcount.h"

/* No more than what a page has in every case. */
#define NO_ARM "none that is known: only flags and the counts hold"

/* In the low bits of the word; above them stands the kernel's offset for bad pointers. */
#define TAIL_MAPPING 0x400

/* Without a type of page, as slab and hugetlb pages once were, the word for it is idle. */
static bool in_force(struct mmx_pagex *p, const char *member, size_t len)
{
	return len != strlen("page_type") || strncmp(member, "page_type", len) ||
	       mmx_arm_typed(&p->walk);
}

/* The next of the names that the arm in force consists of; *len is 0 behind the last one. */
static const char *next_member(const char *after, size_t *len)
{
	after += *len;
	after += strspn(after, " ");
	*len = strcspn(after, " ");
	return after;
}

static const char *arm_of(struct mmx_pagex *p)
{
	const char *arm = mmx_class_arm(p->verdict.class, &p->walk);

	return arm ? arm : "";
}

static bool is_in_force(struct mmx_pagex *p, const char *name)
{
	size_t len = 0;

	if (!strcmp(name, "flags") || !strcmp(name, "_refcount"))
		return true;
	for (const char *at = next_member(arm_of(p), &len); len; at = next_member(at, &len)) {
		if (strlen(name) == len && !strncmp(at, name, len))
			return in_force(p, at, len);
	}
	return false;
}

static void add_name(char *text, size_t size, const struct mmx_types *types, const char *name,
		     size_t len)
{
	size_t used = strlen(text);
	char member[64];
	struct mmx_member m;

	snprintf(member, sizeof(member), "%.*s", (int)len, name);
	if (mmx_types_member(types, "page", member, &m) >= 0)
		snprintf(text + used, size - used, "%s%s", used ? ", " : "", member);
}

const char *mmx_pagex_arm(struct mmx_pagex *p)
{
	size_t len = 0;

	p->arm[0] = '\0';
	for (const char *at = next_member(arm_of(p), &len); len; at = next_member(at, &len)) {
		if (in_force(p, at, len))
			add_name(p->arm, sizeof(p->arm), &p->k->types, at, len);
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

	if (offset >= mmx_mem(p->k)->page_format.size)
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
	if (!name[0] || !m->size || m->size > 8 ||
	    offset + m->size > mmx_mem(p->k)->page_format.size)
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

/* The struct of its own that overlays struct page; a kernel without it has the arms. */
static void draw_overlay(struct mmx_pagex *p)
{
	const char *name = mmx_class_rows[p->verdict.class].overlay;
	char title[32];
	uint64_t size;

	if (!name || p->walk.tail || mmx_types_struct_size(&p->k->types, name, &size) < 0)
		return;
	snprintf(title, sizeof(title), "struct %s", name);
	mmx_out_table(p->out, "overlay", title, drawing, 6);
	mmx_types_each_member(&p->k->types, name, draw_member, p);
	mmx_out_end(p->out);
}

void mmx_pagex_draw(struct mmx_pagex *p)
{
	mmx_out_table(p->out, "struct_page", "struct page, * in force", drawing, 6);
	mmx_types_each_member(&p->k->types, "page", draw_member, p);
	mmx_out_end(p->out);
	draw_overlay(p);
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
	{"_compound_mapcount", meaning_entire},
	{"_total_mapcount", meaning_entire},
	{"_large_mapcount", meaning_large},
	{"_nr_pages_mapped", meaning_nr_mapped},
	{"_subpages_mapcount", meaning_nr_mapped},
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
	uint64_t self = mmx_page_addr(&mmx_mem(p->k)->vmemmap, p->walk.pfn) + offset;
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
		      mmx_mem(p->k)->page_format.order_is_byte))
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
	uint32_t size = mmx_mem(p->k)->page_format.size;
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
	return (mmx_word(p->walk.bytes, mmx_mem(p->k)->page_format.mapping) & 0xffff) ==
	       TAIL_MAPPING;
}

static void tail_poison(struct mmx_pagex *p)
{
	uint32_t at = mmx_mem(p->k)->page_format.mapping;

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
	bool fields = nth * mmx_mem(p->k)->page_format.size < mmx_size(&p->k->layout, S_folio);
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
