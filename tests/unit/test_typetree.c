// SPDX-License-Identifier: GPL-2.0-or-later
/* Types as a whole: how they are named, paths to what they have, and all of it as rows, hostile ones too. */
#include <stdio.h>
#include <string.h>

#include "btf_builder.h"
#include "kernel/typeexpr.h"
#include "unit.h"

static struct mmx_types types;

static bool open_types(const struct btf_builder *b)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};

	if (mmx_btf_open(&p, b->out, b->len, NULL, &err)) {
		CHECK(false, "%s", err.text);
		return false;
	}
	return !mmx_types_add(&types, &p);
}

/* All rows, "DEPTH NAME OFFSET+SIZE[*ELEMENTS][:BITS]", what follows below the same row marked with ",". */
static const char *rows_of(const char *name, bool deep,
			   bool (*same)(void *, uint64_t, uint64_t, uint64_t), void *arg)
{
	static char text[1 << 16];
	struct mmx_type_tree t = {.deep = deep, .same = same, .arg = arg};
	struct mmx_type_ref ref = {0};
	struct mmx_type_part part;
	size_t len = 0;

	text[0] = 0;
	if (!mmx_types_next(&types, MMX_GROUP_STRUCT, name, &ref) ||
	    !mmx_type_part(ref.graph, ref.id, &part))
		return "none";
	t.graph = ref.graph;
	mmx_type_tree_add_below(&t, &part, 0);
	mmx_type_tree_finish(&t);
	for (size_t i = 0; i < t.n && len < sizeof(text) - 64; i++) {
		const struct mmx_type_row *row = &t.v[i];

		len += sprintf(text + len, "%u %s", row->depth, row->name);
		if (row->is_element)
			len += sprintf(text + len, "[%d-%d]", (int)row->first, (int)row->last);
		len += sprintf(text + len, " %d+%d", (int)row->part.bit_off / 8,
			       (int)row->part.size);
		if (row->part.kind == MMX_TG_ARRAY)
			len += sprintf(text + len, "*%d", (int)row->part.nelems);
		if (row->part.bit_size)
			len += sprintf(text + len, ":%u", row->part.bit_size);
		len += sprintf(text + len, row->more ? ",\n" : "\n");
	}
	sprintf(text + len, "%u wrong%s", t.wrong, t.cut ? ", cut" : "");
	mmx_type_tree_free(&t);
	return text;
}

#define CHECK_ROWS(name, deep, same, arg, wanted)                           \
	do {                                                                \
		const char *rows_ = rows_of(name, deep, same, arg);         \
		CHECK(!strcmp(rows_, wanted), "%s:\n%.2000s", name, rows_); \
	} while (0)

static void a_layout_opens_what_has_no_name(void)
{
	CHECK_ROWS(
		"thing", false, NULL, NULL,
		"0 flags 0+8,\n"
		"0  8+24,\n"
		"1  8+24,\n2 lru 8+16,\n2 call 24+8\n"
		"1  8+16\n2 raw 8+8,\n2 colour 16+4\n"
		"0 rows 32+192*8,\n"
		"0 low 224+4:3,\n0 high 224+4:13,\n0 count 228+4,\n0 missing 232+8,\n0 real 240+8,\n"
		"0 tail 248+0*0\n0 wrong");
}

static void a_deep_one_opens_all_that_lies_within(void)
{
	CHECK_ROWS("inner", true, NULL, NULL,
		   "0 link 0+16,\n1 next 0+8,\n1 prev 8+8\n0 bytes 16+3*3\n0 wrong");
}

static bool same_bytes(void *arg, uint64_t a, uint64_t b, uint64_t size)
{
	return !memcmp((const char *)arg + a, (const char *)arg + b, size);
}

static void elements_that_are_alike_share_a_row(void)
{
	char bytes[248] = {0};
	char *rows;

	bytes[32 + 24 * 5 + 16] = 1;
	rows = (char *)rows_of("thing", true, same_bytes, bytes);
	CHECK(strstr(rows, "1 [0-4] 32+24,\n2 link 32+16,\n") &&
		      strstr(rows, "1 [5-5] 152+24,\n") && strstr(rows, "1 [6-7] 176+24\n"),
	      "%s", rows);
	CHECK(strstr(rows, "2 bytes 168+3*3\n3 [0-0] 168+1,\n3 [1-2] 169+1\n"), "%s", rows);
}

static int walk(const char *path, struct mmx_type_part *part, struct mmx_err *err)
{
	struct mmx_type_ref ref = {0};

	mmx_types_next(&types, MMX_GROUP_STRUCT, "thing", &ref);
	mmx_type_part(ref.graph, ref.id, part);
	return mmx_type_walk(ref.graph, path, part, err);
}

static void paths_lead_through_anonymous_ones_and_arrays(void)
{
	static const struct {
		const char *path;
		uint64_t bit_off, size;
	} right[] = {
		{"flags", 0, 8},
		{"lru.prev", 128, 8},
		{"colour", 128, 4},
		{"rows[7].bytes[2]", 256 + 7 * 192 + 144, 1},
		{"rows[0x1].link.next", 448, 8},
		{"high", 256 + 1536 + 3, 4},
		{"tail[100]", 248 * 8 + 800, 1},
	};
	static const char *const wrong[] = {".",
					    "nosuch",
					    "flags.x",
					    "flags[0]",
					    "rows[8]",
					    "rows[",
					    "rows[]",
					    "rows[1",
					    "rows[-1]",
					    "lru.",
					    "rows]",
					    "rows[1]x",
					    "missing.x",
					    "lru..next",
					    "fla",
					    "flagss",
					    "tail[99999999999999999999]"};
	struct mmx_type_part part;
	struct mmx_err err;

	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++)
		CHECK(!walk(right[i].path, &part, &err) && part.bit_off == right[i].bit_off &&
			      part.size == right[i].size,
		      "%s", right[i].path);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(walk(wrong[i], &part, &err) && err.text[0], "%s", wrong[i]);
}

static void expressions_are_read(void)
{
	static const char *const wrong[] = {".",      "a.",   "a,b", "a.b,",   "a#",
					    "a#0",    "a#x",  "a b", "a.b,,c", "struct ",
					    "struct", "a#1b", ",",   "#1"};
	struct mmx_type_expr e;
	struct mmx_err err;

	CHECK(!mmx_type_expr_parse(&e, "struct  thing#2.a[3].b,c", &err) &&
		      !strcmp(e.tag, "struct") && !strcmp(e.name, "thing") && e.nth == 2 &&
		      e.n_members == 2 && !strcmp(e.members[0], "a[3].b") &&
		      !strcmp(e.members[1], "c"),
	      "%s %s %u %u", e.tag, e.name, e.nth, e.n_members);
	CHECK(!mmx_type_expr_parse(&e, "structure", &err) && !e.tag[0], "a tag in a name");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		bool word = !strcmp(wrong[i], "struct"); /* a name as any other */

		CHECK(mmx_type_expr_parse(&e, wrong[i], &err) == (word ? 0 : -1), "%s", wrong[i]);
	}
}

static int find(const char *text, struct mmx_type_ref *ref, unsigned int *n)
{
	struct mmx_type_expr e;
	struct mmx_err err;

	if (mmx_type_expr_parse(&e, text, &err))
		return -1;
	return mmx_type_expr_find(&e, &types, ref, n, &err);
}

static void names_of_several_types_are_told_apart(void)
{
	struct mmx_type_ref one, two;
	unsigned int n = 0;

	CHECK(!find("thing_t", &one, &n) && n == 1, "a typedef");
	CHECK(!find("colour", &one, &n) && !find("enum colour", &two, &n) && one.id == two.id,
	      "an enum");
	CHECK(find("union thing", &one, &n) && find("struct colour", &one, &n), "another kind");
	CHECK(find("missing", &one, &n), "one that is only declared");
	CHECK(!find("twice", &one, &n) && n == 2 && !find("twice#2", &two, &n) && one.id != two.id,
	      "two of one name, of %u", n);
	CHECK(find("twice#3", &two, &n), "a third");
	CHECK(!find("copied", &one, &n) && n == 1, "%u copies", n);
}

/* Rows, depth and what does not fit are bounded, whatever types lead to. */
static void hostile_types_come_to_an_end(void)
{
	const char *rows;

	rows = rows_of("itself", true, NULL, NULL);
	CHECK(strstr(rows, ", cut"), "a struct in itself: %.200s", rows);
	CHECK_ROWS("beyond", true, NULL, NULL, "0 in 0+4\n2 wrong");
	CHECK_ROWS("huge", true, NULL, NULL, "none");
	CHECK_ROWS("wide", true, NULL, NULL, "1 wrong");
	CHECK_ROWS("loop", true, NULL, NULL, "1 wrong");
}

static void add_more(struct btf_builder *b, const struct b_sample *s)
{
	uint32_t id, array;

	for (int i = 0; i < 2; i++) {
		b_type(b, "twice", B_STRUCT, 0, 1, 8);
		b_member(b, i ? "a" : "b", s->u64, 0);
		b_type(b, "copied", B_STRUCT, 0, 1, 8);
		b_member(b, "a", s->u64, 0);
	}
	id = b->n_types + 1;
	b_type(b, "itself", B_STRUCT, 0, 2, 8);
	b_member(b, "one", id, 0);
	b_member(b, "other", id, 0);
	b_type(b, "beyond", B_STRUCT, 0, 3, 4);
	b_member(b, "in", s->u32, 0);
	b_member(b, "out", s->u32, 1);
	b_member(b, "far", s->u64, 0xfffffff8);
	array = b_array(b, s->thing, s->u32, 0xffffffff);
	b_type(b, "huge", B_STRUCT, 0, 1, 0xffffffff);
	b_member(b, "all", array, 0);
	b_type(b, "wide", B_STRUCT, 0, 1, 64);
	b_member(b, "all", array, 0);
	id = b_type(b, "round", B_TYPEDEF, 0, 0, b->n_types + 1);
	b_type(b, "loop", B_STRUCT, 0, 1, 8);
	b_member(b, "it", id, 0);
}

int main(void)
{
	static struct btf_builder b;
	struct b_sample s;

	b_sample(&b, &s);
	add_more(&b, &s);
	b_finish(&b);
	if (!open_types(&b))
		return 1;
	RUN(a_layout_opens_what_has_no_name);
	RUN(a_deep_one_opens_all_that_lies_within);
	RUN(elements_that_are_alike_share_a_row);
	RUN(paths_lead_through_anonymous_ones_and_arrays);
	RUN(expressions_are_read);
	RUN(names_of_several_types_are_told_apart);
	RUN(hostile_types_come_to_an_end);
	mmx_types_free(&types);
	return unit_end();
}
