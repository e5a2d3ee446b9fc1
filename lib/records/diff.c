// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed between two moments: a table a subject, of the same rows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "records/diff.h"

static const struct mmx_change *change(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_measured *thing(const struct mmx_rows *r)
{
	return change(r)->after ? change(r)->after : change(r)->before;
}

uint64_t mmx_diff_more(const struct mmx_diff *diff, unsigned int subject)
{
	size_t n = diff->changes.of[subject].n;

	return n > diff->limit ? n - diff->limit : 0;
}

static unsigned int subject_of(const struct mmx_rows *r)
{
	return (unsigned int)(r->record - mmx_record_diff);
}

static const void *next_change(struct mmx_rows *r)
{
	const struct mmx_changes_of *of = &mmx_diff_of(r)->changes.of[subject_of(r)];

	return r->nth < of->n && r->nth < mmx_diff_of(r)->limit ? &of->v[r->nth] : NULL;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = thing(r)->name ? thing(r)->name : "?";
}

/*
 * Numbers: as it is after, and by how much it changed; of pages in bytes.
 */

static void last(struct mmx_rows *r, struct mmx_value *v, unsigned int measure, unsigned int shift)
{
	int64_t value;

	if (!mmx_change_last(change(r), measure, &value))
		mmx_value_null(v);
	else
		v->count = (int64_t)((uint64_t)value << shift);
}

static void by(struct mmx_rows *r, struct mmx_value *v, unsigned int measure, unsigned int shift,
	       enum mmx_change_of of)
{
	int64_t value;

	v->change_of = of;
	if (!mmx_change_of(change(r), measure, &value))
		mmx_value_null(v);
	else
		v->count = (int64_t)((uint64_t)value << shift);
}

/* Getters, "NAME" and "NAME_by": of numbers, of bytes, and of pages in bytes. */
#define LAST(name, measure, shift)                                \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		last(r, v, measure, shift);                       \
	}

#define CHANGED(name, measure, shift, of)                              \
	static void name##_by(struct mmx_rows *r, struct mmx_value *v) \
	{                                                              \
		by(r, v, measure, shift, of);                          \
	}

#define PAGE                      mmx_diff_of(r)->page_shift
#define PAGES_BY(name, measure)   CHANGED(name, measure, PAGE, MMX_CHANGE_OF_BYTES)
#define NUMBERS_BY(name, measure) CHANGED(name, measure, 0, MMX_CHANGE_OF_NUMBER)
#define NUMBERS(name, measure)    LAST(name, measure, 0) NUMBERS_BY(name, measure)
#define BYTES(name, measure)      LAST(name, measure, 0) CHANGED(name, measure, 0, MMX_CHANGE_OF_BYTES)
#define PAGES(name, measure)      LAST(name, measure, PAGE) PAGES_BY(name, measure)

NUMBERS(number, 0)
PAGES(pages, 0)

static void before(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_measured *m = change(r)->before;

	if (!m || !(m->given & 1))
		mmx_value_null(v);
	else
		v->count = m->v[0];
}

static void after(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_measured *m = change(r)->after;

	if (!m || !(m->given & 1))
		mmx_value_null(v);
	else
		v->count = m->v[0];
}

/* What became of things that come and go. */
static const char *const kinds[] = {"other", "come", "gone", "exec", "exited"};

enum { KIND_EXITED = MMX_CHANGE_KINDS };

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_change_kind(change(r));
	if (v->word == MMX_CHANGE_OTHER)
		mmx_value_null(v);
	else if (v->word == MMX_CHANGE_MARK && !thing(r)->mark)
		v->word = KIND_EXITED;
}

#define KIND(words)                                                                     \
	{                                                                               \
		"became", MMX_WORD, words, .width = 6, .may = MMX_OR_NULL, .get = kind, \
					   WORD_LIST(kinds)                             \
	}

/* A column of numbers as they are after, and one of how they changed. */
#define NUMBER_BY(key, text, doc, name)                                                          \
	{                                                                                        \
		key, MMX_NUMBER, doc, .title = text, .width = 9, .may = MMX_OR_NULL, .get = name \
	}

#define BYTES_AFTER(key, text, doc, name)                                                       \
	{                                                                                       \
		key, MMX_BYTES, doc, .title = text, .width = 8, .may = MMX_OR_NULL, .get = name \
	}

#define CHANGE "by how much that changed"

/*
 * Counters and the like: before and after, and of counters per second.
 */

static void per_second(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_diff *diff = mmx_diff_of(r);
	int64_t value;

	if (!diff->timed || diff->elapsed <= 0 || !mmx_change_of(change(r), 0, &value))
		mmx_value_null(v);
	else
		mmx_value_textf(v, "%+.1f", (double)value * 1e9 / (double)diff->elapsed);
}

#define BEFORE_AFTER                                                                              \
	{"before", MMX_NUMBER, "as it was", .width = 12, .may = MMX_OR_NULL, .get = before},      \
		{"after", MMX_NUMBER, "as it is", .width = 12, .may = MMX_OR_NULL, .get = after}, \
		NUMBER_BY("change", NULL, CHANGE, number_by)

static const struct mmx_field class_fields[] = {
	{"class", MMX_TEXT, "its name", .width = 14, .get = name},
	BEFORE_AFTER,
	{"bytes", MMX_NUMBER, "the change in bytes", .width = 9, .may = MMX_OR_NULL,
	 .get = pages_by},
	{0},
};

static const struct mmx_field counter_fields[] = {
	BEFORE_AFTER,
	{"per_second", MMX_TEXT, "the change by the time between", .width = 10, .may = MMX_OR_NULL,
	 .get = per_second},
	{"counter", MMX_TEXT, "its name in /proc/vmstat", .get = name},
	{0},
};

static const struct mmx_field meminfo_fields[] = {
	BEFORE_AFTER,
	{"line", MMX_TEXT, "its name in /proc/meminfo, whose unit it has: kB but for huge pages",
	 .get = name},
	{0},
};

static const struct mmx_field swap_fields[] = {
	BEFORE_AFTER,
	{"area", MMX_TEXT, "what it is on", .get = name},
	{0},
};

/* A value that is a text, or was one, stands in a table of its own. */

static bool is_text(const struct mmx_change *c)
{
	return (c->before && c->before->text) || (c->after && c->after->text);
}

static const void *next_value(struct mmx_rows *r, bool texts)
{
	const struct mmx_changes_of *of = &mmx_diff_of(r)->changes.of[MMX_SUBJECT_VALUES];
	size_t *at = r->state;

	while (*at < of->n && r->nth < mmx_diff_of(r)->limit) {
		const struct mmx_change *c = &of->v[(*at)++];

		if (is_text(c) == texts)
			return c;
	}
	return NULL;
}

static const void *next_number(struct mmx_rows *r)
{
	return next_value(r, false);
}

static const void *next_text(struct mmx_rows *r)
{
	return next_value(r, true);
}

static const struct mmx_field value_fields[] = {
	BEFORE_AFTER,
	{"value", MMX_TEXT,
	 "what it is the value of: keys of the document, and in brackets what tells a row from others",
	 .get = name},
	{0},
};

/*
 * What has memory.
 */

NUMBERS(managed, MMX_ZONE_MANAGED)
NUMBERS(present, MMX_ZONE_PRESENT)

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = thing(r)->id;
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, .get = node},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = name},
	{"free", MMX_NUMBER, "free pages", .width = 10, .may = MMX_OR_NULL, .get = number},
	NUMBER_BY("free_change", "CHANGE", CHANGE, number_by),
	{"managed", MMX_NUMBER, "pages that the allocator has", .width = 10, .may = MMX_OR_NULL,
	 .get = managed},
	NUMBER_BY("managed_change", "CHANGE", CHANGE, managed_by),
	{"present", MMX_NUMBER, "pages that there are", .width = 10, .may = MMX_OR_NULL,
	 .get = present},
	NUMBER_BY("present_change", "CHANGE", CHANGE, present_by),
	{0},
};

static const struct mmx_field node_fields[] = {
	BEFORE_AFTER,
	{"node", MMX_COUNT, "the node", .width = 4, .get = node},
	{"counter", MMX_TEXT, "its name in the node's vmstat", .get = name},
	{0},
};

PAGES(anon, MMX_PROCESS_ANON)
PAGES(file, MMX_PROCESS_FILE)
PAGES_BY(swap, MMX_PROCESS_SWAP)
PAGES_BY(tables, MMX_PROCESS_TABLES)
NUMBERS_BY(threads, MMX_PROCESS_THREADS)

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = thing(r)->id;
}

static const struct mmx_field process_fields[] = {
	{"pid", MMX_COUNT, "its PID", .width = 7, .get = pid},
	KIND("come, gone, exec: its program is another, exited: it has no memory any more; null of one that stayed what it was"),
	BYTES_AFTER("anon", NULL, "anonymous memory that it maps", anon),
	NUMBER_BY("anon_change", "CHANGE", CHANGE, anon_by),
	BYTES_AFTER("file", NULL, "pages of files, shared memory and hugetlb that it maps", file),
	NUMBER_BY("file_change", "CHANGE", CHANGE, file_by),
	NUMBER_BY("swap_change", "SWAP", "by how much what it has in swap changed", swap_by),
	NUMBER_BY("tables_change", "TABLES", "by how much its page tables changed", tables_by),
	{"threads_change", MMX_NUMBER, "by how many threads it has more", .title = "THREADS",
	 .width = 7, .may = MMX_OR_NULL, .get = threads_by},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = name},
	{0},
};

static const struct mmx_field file_fields[] = {
	KIND("come: none of it was cached; gone: none of it is; null of others"),
	BYTES_AFTER("cached", NULL, "what of it is cached", pages),
	NUMBER_BY("change", NULL, CHANGE, pages_by),
	{"path", MMX_TEXT, "where it is, or what is known of it", .get = name},
	{0},
};

NUMBERS(objects, MMX_CACHE_OBJECTS)
NUMBERS(slabs, MMX_CACHE_SLABS)
BYTES(bytes, MMX_CACHE_BYTES)

static const struct mmx_field cache_fields[] = {
	KIND("come: it was made, gone: it was destroyed; null of others"),
	{"objects", MMX_NUMBER, "objects that are allocated", .width = 9, .may = MMX_OR_NULL,
	 .get = objects},
	NUMBER_BY("objects_change", "CHANGE", CHANGE, objects_by),
	{"slabs", MMX_NUMBER, "slabs", .width = 8, .may = MMX_OR_NULL, .get = slabs},
	NUMBER_BY("slabs_change", "CHANGE", CHANGE, slabs_by),
	BYTES_AFTER("bytes", NULL, "memory of its slabs", bytes),
	NUMBER_BY("bytes_change", "CHANGE", CHANGE, bytes_by),
	{"cache", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = name},
	{0},
};

PAGES(usage, MMX_MEMCG_USAGE)
PAGES_BY(kmem, MMX_MEMCG_KMEM)
PAGES_BY(memcg_swap, MMX_MEMCG_SWAP)

static const struct mmx_field memcg_fields[] = {
	KIND("come: it was made, gone: nothing is left of it; null of others"),
	BYTES_AFTER("own", NULL, "pages charged to it alone", pages),
	NUMBER_BY("own_change", "CHANGE", CHANGE, pages_by),
	BYTES_AFTER("usage", NULL, "what the kernel counts for it and those below", usage),
	NUMBER_BY("usage_change", "CHANGE", CHANGE, usage_by),
	NUMBER_BY("kmem_change", "KERNEL", "by how much kernel memory of that changed", kmem_by),
	NUMBER_BY("swap_change", "SWAP", "by how much their memory in swap changed", memcg_swap_by),
	{"path", MMX_TEXT, "its path", .get = name},
	{0},
};

#define OWNED(key, doc)                                      \
	BYTES_AFTER("bytes", NULL, "what it has", pages),    \
		NUMBER_BY("change", NULL, CHANGE, pages_by), \
	{                                                    \
		key, MMX_TEXT, doc, .get = name              \
	}

static const struct mmx_field caller_fields[] = {
	OWNED("caller", "the code"),
	{0},
};

static const struct mmx_field holder_fields[] = {
	KIND("come: it held none, gone: it holds none; null of others"),
	OWNED("holder", "what it is, and what people know it by"),
	{0},
};

static const struct mmx_field site_fields[] = {
	OWNED("stack", "the class of the pages, and the code that allocated them, innermost first"),
	{0},
};

static void fresh_class(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_class_name(thing(r)->id);
}

static const struct mmx_field fresh_fields[] = {
	{"frames", MMX_NUMBER, "of those that were free, as many as it has", .width = 9,
	 .get = number},
	BYTES_AFTER("bytes", NULL, "the same in bytes", pages),
	{"class", MMX_TEXT, "the class that they have", .width = 13, .get = fresh_class},
	{"owner", MMX_TEXT,
	 "a file, a slab cache, a structure that holds them, or where page_owner keeps that the stack that allocated them",
	 .get = name},
	{0},
};

BYTES(tag_bytes, MMX_TAG_BYTES)
NUMBERS(calls, MMX_TAG_CALLS)

static const struct mmx_field tag_fields[] = {
	BYTES_AFTER("bytes", NULL, "allocated there and not freed", tag_bytes),
	NUMBER_BY("change", NULL, CHANGE, tag_bytes_by),
	{"calls", MMX_NUMBER, "how often, as the kernel counts it", .width = 10, .may = MMX_OR_NULL,
	 .get = calls},
	NUMBER_BY("calls_change", "CHANGE", CHANGE, calls_by),
	{"site", MMX_TEXT, "the line of code, as /proc/allocinfo has it", .get = name},
	{0},
};

#define RECORD_OF(id, word, sentence, table) \
	[MMX_SUBJECT_##id] = {.name = word, .doc = sentence, .fields = table, .next = next_change}

const struct mmx_record mmx_record_diff[MMX_SUBJECTS] = {
	RECORD_OF(CLASSES, "class", "a class that has more or less frames", class_fields),
	RECORD_OF(COUNTERS, "counter", "a counter of the kernel's that changed", counter_fields),
	RECORD_OF(MEMINFO, "line", "a line of meminfo that changed", meminfo_fields),
	RECORD_OF(ZONES, "zone", "a zone that has other numbers", zone_fields),
	RECORD_OF(NODES, "node_counter", "a counter of one of several nodes that changed",
		  node_fields),
	RECORD_OF(PROCESSES, "process", "a process that came, went, or has other numbers",
		  process_fields),
	RECORD_OF(FILES, "file", "a file of which more or less is cached", file_fields),
	RECORD_OF(CACHES, "cache", "a slab cache that has other numbers", cache_fields),
	RECORD_OF(MEMCGS, "memory_cgroup", "a memory cgroup that has other numbers", memcg_fields),
	RECORD_OF(CALLERS, "caller", "code that has more or less memory of vmalloc areas",
		  caller_fields),
	RECORD_OF(HOLDERS, "holder", "another structure that holds more or fewer pages",
		  holder_fields),
	RECORD_OF(FRESH, "owner", "who has frames that were free before", fresh_fields),
	RECORD_OF(SWAPS, "area", "a swap area of which more or less is in use, in pages",
		  swap_fields),
	RECORD_OF(TAGS, "tag", "a line of code that has allocated more or less", tag_fields),
	RECORD_OF(SITES, "site", "a stack of whose pages more or fewer are in use", site_fields),
	[MMX_SUBJECT_VALUES] = {.name = "value",
				.doc = "a number of a saved answer that changed",
				.fields = value_fields,
				.state_size = sizeof(size_t),
				.next = next_number},
};

/*
 * Frames that changed class.
 */

struct move {
	uint32_t from, to;
	uint64_t frames;
};

struct moves {
	struct move v[MMX_CLASS_COUNT * MMX_CLASS_COUNT];
	size_t n;
};

static int more_frames_first(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	if (x->frames != y->frames)
		return x->frames < y->frames ? 1 : -1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static int open_moves(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_class_moves *all = &mmx_diff_of(r)->changes.moves;
	struct moves *moves = r->state;

	(void)err;
	for (unsigned int from = 0; from < MMX_CLASS_COUNT; from++) {
		for (unsigned int to = 0; to < MMX_CLASS_COUNT; to++) {
			if (from != to && all->frames[from][to])
				moves->v[moves->n++] =
					(struct move){from, to, all->frames[from][to]};
		}
	}
	qsort(moves->v, moves->n, sizeof(*moves->v), more_frames_first);
	return 0;
}

static const void *next_move(struct mmx_rows *r)
{
	const struct moves *moves = r->state;

	return r->nth < moves->n && r->nth < mmx_diff_of(r)->limit ? &moves->v[r->nth] : NULL;
}

static void from(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_class_name(((const struct move *)r->row)->from);
}

static void to(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_class_name(((const struct move *)r->row)->to);
}

static void move_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct move *)r->row)->frames << mmx_diff_of(r)->page_shift;
}

static const struct mmx_field move_fields[] = {
	{"frames", MMX_COUNT, "how many", .width = 10, AT(struct move, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = move_bytes},
	{"from", MMX_TEXT, "their class before", .width = 14, .get = from},
	{"to", MMX_TEXT, "their class after", .get = to},
	{0},
};

const struct mmx_record mmx_record_diff_moves = {
	.name = "move",
	.doc = "frames that went from one class to another",
	.fields = move_fields,
	.state_size = sizeof(struct moves),
	.open = open_moves,
	.next = next_move,
};

/* The same as a matrix: classes that lost some down, those that gained some across. */

#define COLUMNS 8 /* what a terminal has room for; those behind are summed */

struct matrix {
	unsigned int rows, columns, all_columns;
	uint8_t row[MMX_CLASS_COUNT], column[MMX_CLASS_COUNT];
	uint64_t lost[MMX_CLASS_COUNT], gained[MMX_CLASS_COUNT];
};

static void insert(uint8_t *sorted, unsigned int *n, const uint64_t *amount, unsigned int class)
{
	unsigned int i = (*n)++;

	for (; i && amount[sorted[i - 1]] < amount[class]; i--)
		sorted[i] = sorted[i - 1];
	sorted[i] = (uint8_t) class;
}

static int open_matrix(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_class_moves *all = &mmx_diff_of(r)->changes.moves;
	struct matrix *m = r->state;

	(void)err;
	for (unsigned int from = 0; from < MMX_CLASS_COUNT; from++) {
		for (unsigned int to = 0; to < MMX_CLASS_COUNT; to++) {
			m->lost[from] += from != to ? all->frames[from][to] : 0;
			m->gained[to] += from != to ? all->frames[from][to] : 0;
		}
	}
	for (unsigned int class = 0; class < MMX_CLASS_COUNT; class ++) {
		if (m->lost[class])
			insert(m->row, &m->rows, m->lost, class);
		if (m->gained[class])
			insert(m->column, &m->all_columns, m->gained, class);
	}
	m->columns = m->all_columns > COLUMNS ? COLUMNS : m->all_columns;
	return 0;
}

static const void *next_matrix(struct mmx_rows *r)
{
	const struct matrix *m = r->state;

	return r->nth || !m->rows ? NULL : m;
}

static const struct matrix *matrix_of(const struct mmx_rows *r)
{
	return r->row;
}

static unsigned int matrix_rows(struct mmx_rows *r)
{
	return matrix_of(r)->rows;
}

static unsigned int matrix_columns(struct mmx_rows *r)
{
	return matrix_of(r)->columns;
}

static void row_name(struct mmx_rows *r, unsigned int row, char *text)
{
	snprintf(text, 32, "%s", mmx_class_name(matrix_of(r)->row[row]));
}

static bool is_rest(const struct matrix *m, unsigned int column)
{
	return column == COLUMNS - 1 && m->all_columns > COLUMNS;
}

static void column_name(struct mmx_rows *r, unsigned int column, char *text)
{
	const struct matrix *m = matrix_of(r);

	snprintf(text, 32, "%s", is_rest(m, column) ? "others" : mmx_class_name(m->column[column]));
}

static void cell(struct mmx_rows *r, unsigned int row, unsigned int column, struct mmx_value *v)
{
	const struct mmx_class_moves *all = &mmx_diff_of(r)->changes.moves;
	const struct matrix *m = matrix_of(r);
	unsigned int from = m->row[row], end = is_rest(m, column) ? m->all_columns : column + 1;

	v->word = 0;
	for (unsigned int i = column; i < end; i++)
		v->word += from != m->column[i] ? all->frames[from][m->column[i]] : 0;
}

static const struct mmx_matrix moves_matrix = {
	.rows = matrix_rows,
	.columns = matrix_columns,
	.row_name = row_name,
	.column_name = column_name,
	.cell = cell,
};

static const struct mmx_field matrix_fields[] = {
	{"frames", MMX_MATRIX,
	 "frames by the class that they had (down) and have (across), those that lost and gained most first; \"others\": what there is no column for",
	 .title = "The same: from (down) to (across)", .matrix = &moves_matrix},
	{0},
};

const struct mmx_record mmx_record_diff_matrix = {
	.name = "matrix",
	.doc = "frames that changed class, by both",
	.fields = matrix_fields,
	.state_size = sizeof(struct matrix),
	.open = open_matrix,
	.next = next_matrix,
};

/*
 * The two moments.
 */

static const void *next_before(struct mmx_rows *r)
{
	return r->nth ? NULL : &mmx_diff_of(r)->before;
}

static const void *next_after(struct mmx_rows *r)
{
	return r->nth ? NULL : &mmx_diff_of(r)->after;
}

static const struct mmx_boot *boot_of(const struct mmx_rows *r)
{
	return &((const struct mmx_diff_side *)r->row)->moment->boot;
}

static void release(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = boot_of(r)->text[MMX_BOOT_RELEASE];
	if (!*v->text)
		mmx_value_none(v);
}

static void jiffies(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = boot_of(r)->jiffies;
	if (!boot_of(r)->tick_ns)
		mmx_value_none(v);
}

static const struct mmx_field side_fields[] = {
	{"from", MMX_TEXT, "the file, or the running kernel", .may = MMX_OR_EMPTY,
	 AT(struct mmx_diff_side, from)},
	{"kind", MMX_TEXT, "what that is: a dump, a live kernel, or a saved answer of a command",
	 AT(struct mmx_diff_side, kind)},
	{"release", MMX_TEXT, "of the kernel", .may = MMX_OR_NONE, .get = release},
	{"jiffies", MMX_COUNT, "its clock", .may = MMX_OR_NONE, .get = jiffies},
	{0},
};

const struct mmx_record mmx_record_diff_side_before = {
	.name = "moment",
	.doc = "one of the two that are compared",
	.fields = side_fields,
	.next = next_before,
};

const struct mmx_record mmx_record_diff_side_after = {
	.name = "moment",
	.doc = "one of the two that are compared",
	.fields = side_fields,
	.next = next_after,
};

/* Whether it is one boot, and the time between. */

static bool has_boot(struct mmx_rows *r)
{
	return mmx_diff_of(r)->boots;
}

static const void *next_boot(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_diff_of(r);
}

static void same_boot(struct mmx_rows *r, struct mmx_value *v)
{
	static const char *const words[] = {
		[MMX_BOOT_SAME] = "yes", [MMX_BOOT_OTHER] = "no", [MMX_BOOT_UNKNOWN] = "not known"};

	v->text = words[mmx_diff_of(r)->same];
}

static void told_by(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_boot_words(mmx_diff_of(r)->by);
	if (mmx_diff_of(r)->same == MMX_BOOT_UNKNOWN)
		mmx_value_none(v);
}

static void elapsed_ms(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = mmx_diff_of(r)->elapsed / 1000000;
	if (!mmx_diff_of(r)->timed)
		mmx_value_none(v);
}

static void moved(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_diff_of(r)->changes.moved;
}

static const struct mmx_field boot_fields[] = {
	{"same_boot", MMX_TEXT, "whether both are of one boot of one kernel", .get = same_boot},
	{"told_by", MMX_TEXT, "what tells that", .may = MMX_OR_NONE, .get = told_by},
	{"elapsed_ms", MMX_NUMBER,
	 "milliseconds between, negative when the second is the earlier one", .may = MMX_OR_NONE,
	 .get = elapsed_ms},
	{"frames_moved", MMX_COUNT, "frames that have another class", .get = moved},
	{0},
};

const struct mmx_record mmx_record_diff_boot = {
	.name = "boot",
	.doc = "two dumps, or a running kernel at two times",
	.fields = boot_fields,
	.has = has_boot,
	.next = next_boot,
};

/* Values that are no numbers. */

static void text_of(struct mmx_value *v, const struct mmx_measured *m)
{
	if (!m)
		mmx_value_null(v);
	else if (m->text)
		v->text = m->text;
	else
		mmx_value_textf(v, "%" PRId64, m->v[0]);
}

static void text_before(struct mmx_rows *r, struct mmx_value *v)
{
	text_of(v, change(r)->before);
}

static void text_after(struct mmx_rows *r, struct mmx_value *v)
{
	text_of(v, change(r)->after);
}

static const struct mmx_field text_fields[] = {
	{"before", MMX_TEXT, "as it was", .width = 24, .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = text_before},
	{"after", MMX_TEXT, "as it is", .width = 24, .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = text_after},
	{"value", MMX_TEXT, "what it is the value of", .get = name},
	{0},
};

const struct mmx_record mmx_record_diff_texts = {
	.name = "text",
	.doc = "a text of a saved answer that changed",
	.fields = text_fields,
	.state_size = sizeof(size_t),
	.next = next_text,
};
