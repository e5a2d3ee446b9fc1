// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/tail.h"
#include "mm/mem.h"
#include "mm/processes/task.h"

/* In the low bits of the word; above them stands the kernel's offset for bad pointers. */
#define TAIL_MAPPING 0x400

static void meaning_entire(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	(void)w;
	snprintf(buf, size, "mapped as a whole %" PRId64 " times", v + 1);
}

static void meaning_large(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	(void)w;
	snprintf(buf, size, "%" PRId64 " mappings in all", v + 1);
}

static void meaning_nr_mapped(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	enum mmx_counted counted;

	if (!mmx_folio_counted(w, &counted) && counted == MMX_COUNTED_FOLIO) {
		snprintf(buf, size, "not kept by this kernel");
		return;
	}
	snprintf(buf, size, "%s%" PRId64 " pages mapped by entries of their own",
		 v & 0x800000 ? "ENTIRELY_MAPPED (0x800000): one entry maps the whole folio; " : "",
		 v & 0x7fffff);
}

static void meaning_pages(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	(void)w;
	snprintf(buf, size, "%" PRId64 " pages", v);
}

static void meaning_flags(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	if (!mmx_mem(w->view->kernel)->page_format.order_is_byte)
		snprintf(buf, size, "the low byte is the folio's order, %d", (int)(v & 0xff));
}

static void meaning_pins(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	(void)w;
	snprintf(buf, size, "%" PRId64 " pins", v);
}

/* Two counts, one for each address space that the folio keeps apart. */
static void meaning_mm_counts(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	(void)w;
	snprintf(buf, size, "%d mappings by the first mm, %d by the second", (int32_t)v + 1,
		 (int32_t)(v >> 32) + 1);
}

/* The process whose mm has that number; 0 stands for no mm. */
static void say_mm(struct mmx_view *view, char *buf, size_t size, uint32_t id)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	uint64_t found;

	snprintf(buf, size, "%s", id ? "an mm that no process uses" : "none");
	for (size_t i = 0; id && i < tasks->users.n; i++) {
		const struct mmx_task *task = &tasks->v[tasks->users.v[i].task];

		if (mmx_kread_member(view, tasks->users.v[i].mm, M_mm_struct_mm_id, &found) ||
		    (uint32_t)found != id)
			continue;
		snprintf(buf, size, "PID %d (%s)", task->pid, task->comm);
		break;
	}
}

/* Of each number the highest bit is something else: a lock, and "others may map it, too". */
static void meaning_mm_ids(struct mmx_page_walk *w, char *buf, size_t size, int64_t v)
{
	char first[64], second[64];

	say_mm(w->view, first, sizeof(first), v & INT32_MAX);
	say_mm(w->view, second, sizeof(second), v >> 32 & INT32_MAX);
	snprintf(buf, size, "the first mm: %s; the second: %s%s", first, second,
		 v < 0 ? "; mapped by several" : "");
}

/* What the numbers of the counting fields mean; most are stored one too low, so that 0 is "none". */
static const struct {
	const char *field;
	void (*say)(struct mmx_page_walk *w, char *buf, size_t size, int64_t v);
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

static struct mmx_tail_field *add_field(struct mmx_tail *tail, uint64_t offset, const char *name,
					const char *part, uint64_t value)
{
	struct mmx_tail_field *field;

	if (!mmx_array_add(tail, (struct mmx_tail_field){.offset = offset, .value = value})) {
		tail->no_memory = true;
		return NULL;
	}
	field = &tail->v[tail->n - 1];
	snprintf(field->field, sizeof(field->field), "%s%s", name, part);
	return field;
}

static void set_meaning(struct mmx_tail_field *field, const char *meaning)
{
	if (field)
		snprintf(field->meaning, sizeof(field->meaning), "%s", meaning);
}

/* Huge pages of hugetlb and others have fields of their own, some of them in the same place. */
static bool is_others(const struct mmx_page_walk *w, const char *name)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	bool one_place = mmx_has(l, M_folio_deferred_list) && mmx_has(l, M_folio_hugetlb_subpool) &&
			 mmx_off(l, M_folio_deferred_list) == mmx_off(l, M_folio_hugetlb_subpool);

	if (w->folio.read)
		return false; /* which kind it is, is not known */
	if (!strncmp(name, "_hugetlb_", strlen("_hugetlb_")))
		return !w->folio.hugetlb;
	return one_place && w->folio.hugetlb && !strcmp(name, "_deferred_list");
}

#define NOT_IN_FORCE "not in force on such a folio"

static void add_list(struct mmx_tail *tail, const char *name, uint64_t offset)
{
	const struct mmx_page_walk *w = tail->w;
	uint64_t self = mmx_page_addr(&mmx_mem(w->view->kernel)->vmemmap, w->pfn) + offset;
	uint64_t next = mmx_word(w->bytes, offset), prev = mmx_word(w->bytes, offset + 8);
	const char *meaning = is_others(w, name)             ? NOT_IN_FORCE
			      : next == self && prev == self ? "on no list"
							     : "";

	set_meaning(add_field(tail, offset, name, ".next", next), meaning);
	set_meaning(add_field(tail, offset + 8, name, ".prev", prev), meaning);
}

static void add_number(struct mmx_tail *tail, const char *name, uint64_t offset, uint32_t size)
{
	uint64_t raw = mmx_le(tail->w->bytes + offset, size);
	struct mmx_tail_field *field = add_field(tail, offset, name, "", raw);

	for (size_t i = 0; field && i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!strcmp(meanings[i].field, name))
			meanings[i].say(tail->w, field->meaning, sizeof(field->meaning),
					size == 4 ? (int32_t)raw : (int64_t)raw);
	}
	if (is_others(tail->w, name))
		set_meaning(field, NOT_IN_FORCE);
}

static bool add_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
		       bool is_union)
{
	struct mmx_tail *tail = arg;
	uint32_t size = mmx_mem(tail->w->view->kernel)->page_format.size;
	uint64_t within = (tail->w->pfn - tail->w->folio.head) * size, offset = m->bit_off / 8;

	(void)depth;
	(void)is_union;
	if (!name[0] || offset < within || offset + m->size > within + size || !m->size ||
	    m->bitfield)
		return true;
	if (m->size == 16 && strstr(m->type, "list_head"))
		add_list(tail, name, offset - within);
	else if (m->size <= 8)
		add_number(tail, name, offset - within, m->size);
	return true; /* anything larger is a struct page as a whole */
}

/* Behind the folio's own fields a tail holds poison where other pages have their mapping. */
static void add_poison(struct mmx_tail *tail)
{
	uint32_t at = mmx_mem(tail->w->view->kernel)->page_format.mapping;
	uint64_t word = mmx_word(tail->w->bytes, at);

	if ((word & 0xffff) == TAIL_MAPPING)
		set_meaning(add_field(tail, at, "mapping", "", word),
			    "poison: a tail has no mapping of its own");
}

int mmx_tail_find(struct mmx_tail *tail, struct mmx_page_walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t nth = w->pfn - w->folio.head;

	tail->n = 0;
	tail->w = w;
	tail->no_memory = false;
	if (nth * mmx_mem(k)->page_format.size < mmx_size(&k->layout, S_folio))
		mmx_types_each_member(&k->types, "folio", add_member, tail);
	add_poison(tail);
	return tail->no_memory ? mmx_fail_nomem(err) : 0;
}

void mmx_tail_free(struct mmx_tail *tail)
{
	mmx_array_free(tail);
}
