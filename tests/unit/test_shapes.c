// SPDX-License-Identifier: GPL-2.0-or-later
/* What is no table of rows: trees, drawn and nested, and matrices with the names of their rows and columns. */
#include <stdlib.h>
#include <string.h>

#include "render/document.h"
#include "render/show.h"
#include "unit.h"

/* Areas that fork from each other: depth, and whether a sibling follows. */
struct area {
	unsigned int depth;
	bool more;
	uint64_t addr;
	const char *who;
	unsigned int pages;
};

static const struct area areas[] = {
	{0, false, 0x10, "init", 3}, {1, true, 0x20, "shell", 4},  {2, true, 0x30, "one", 5},
	{2, false, 0x40, "two", 6},  {3, false, 0x50, "three", 7}, {1, false, 0x60, "daemon", 8},
	{0, false, 0x70, "lone", 9},
};

static const void *next_area(struct mmx_rows *r)
{
	const struct area *area = r->nth < 7 ? &areas[r->nth] : NULL;

	if (area) {
		r->depth = area->depth;
		r->more = area->more;
	}
	return area;
}

static unsigned int orders(struct mmx_rows *r)
{
	(void)r;
	return 3;
}

static unsigned int types(struct mmx_rows *r)
{
	(void)r;
	return 2;
}

static void type_name(struct mmx_rows *r, unsigned int i, char *name)
{
	(void)r;
	snprintf(name, 32, "%s", i ? "Reclaimable" : "Movable");
}

static void free_blocks(struct mmx_rows *r, unsigned int order, unsigned int type,
			struct mmx_value *v)
{
	(void)r;
	v->word = 10 * order + type;
	if (order == 2 && type)
		mmx_value_absent(v, MMX_READ_EXCLUDED);
}

static const struct mmx_matrix blocks = {
	.rows = orders, .columns = types, .column_name = type_name, .cell = free_blocks};

static const struct mmx_field area_fields[] = {
	{"pages", MMX_COUNT, "how many it has", .width = 5, AT(struct area, pages)},
	{"addr", MMX_ADDR, "where it is", .width = 12, .lines = true, AT(struct area, addr)},
	{"who", MMX_TEXT, "whose it is", AT(struct area, who)},
	{0},
};

static const struct mmx_record area_record = {
	.name = "area", .doc = "an area", .fields = area_fields, .next = next_area};

static const struct mmx_field fields[] = {
	{"areas", MMX_TREE, "who forked whom", .title = "Areas", .record = &area_record},
	{0},
};

static const struct mmx_record document = {
	.name = "tree", .doc = "areas", .version = 1, .fields = fields};

static const struct mmx_field zone_fields[] = {
	{"free", MMX_MATRIX, "free blocks by order and type", .title = "free", .may = MMX_OR_ABSENT,
	 .matrix = &blocks},
	{"node", MMX_COUNT, "its node", AT(struct area, depth)},
	{0},
};

static const void *next_zone(struct mmx_rows *r)
{
	return r->nth ? NULL : &areas[1];
}

static const struct mmx_record zone = {
	.name = "zone", .doc = "a zone", .fields = zone_fields, .next = next_zone};

static const struct mmx_field matrix_fields[] = {
	{"zones", MMX_LIST, "all", .record = &zone},
	{0},
};

static const struct mmx_record matrix = {
	.name = "matrix", .doc = "zones", .version = 1, .fields = matrix_fields};

static char text[1 << 16];
static size_t text_len;
static struct mmx_coverage coverage;

static void keep(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	if (len < sizeof(text) - text_len)
		memcpy(text + text_len, bytes, len);
	text_len += len;
	text[text_len] = 0;
}

static const struct mmx_sink sink = {.write = keep};

static void begin(struct mmx_out *o, struct mmx_out_options options)
{
	text_len = 0;
	text[0] = 0;
	mmx_out_init(o, &options, &sink);
}

static const char *show(const struct mmx_record *record, struct mmx_out_options options)
{
	static struct mmx_image image;
	static struct mmx_kernel kernel = {.image = &image};
	static struct mmx_view view = {.kernel = &kernel};
	static struct mmx_out o;
	struct mmx_ask ask = {.view = &view, .arg = &o, .coverage = &coverage};
	static struct mmx_err err;

	begin(&o, options);
	coverage = (struct mmx_coverage){0};
	if (options.columns) {
		ask.wants = mmx_out_wants;
		ask.wants_arg = &o;
		if (mmx_out_choose(&o, record, &err))
			return err.text;
	}
	return mmx_show(&o, record, &ask, &err) ? err.text : text;
}

static void is(const char *found, const char *wanted)
{
	CHECK(!strcmp(found, wanted), "found\n%s\nwanted\n%s", found, wanted);
}

/* Cells of a map: "A." below "SZ", in one line or in one place. */
static unsigned int halves;

static void get_cells(struct mmx_rows *r, struct mmx_value *v)
{
	(void)r;
	v->text = "SZA.";
	v->cells = 1 + halves;
}

static const struct mmx_field cell_fields[] = {
	{"node", MMX_COUNT, "its node", AT(struct area, depth)},
	{"cells", MMX_TEXT, "a letter a cell", .get = get_cells},
	{0},
};

static const struct mmx_record cell_row = {
	.name = "row", .doc = "a row", .fields = cell_fields, .next = next_zone};

static const struct mmx_field map_fields[] = {
	{"map", MMX_TABLE, "all", .record = &cell_row},
	{0},
};

static const struct mmx_record map = {
	.name = "map", .doc = "cells", .version = 1, .fields = map_fields};

static void cells_are_drawn_in_colour_where_there_are_colours(void)
{
	struct mmx_out_options plain = {.no_header = true},
			       colour = {.no_header = true, .colour = true};

	for (halves = 0; halves < 2; halves++)
		is(show(&map, plain), "         1 SZA.\n");
	halves = 0;
	is(show(&map, colour), "         1 \033[38;5;16;48;5;214mS\033[38;5;16;48;5;231mZ"
			       "\033[38;5;16;48;5;40mA\033[38;5;255;48;5;236m.\033[0m\n");
	halves = 1;
	is(show(&map, colour),
	   "         1 \033[38;5;214;48;5;40m\u2580\033[38;5;231;48;5;236m\u2580"
	   "\033[0m\n");
}

static void a_tree_is_drawn_with_lines(void)
{
	is(show(&document, (struct mmx_out_options){0}), "Areas\n"
							 "  PAGES         ADDR WHO\n"
							 "      3 10           init\n"
							 "      4 |- 20        shell\n"
							 "      5 |  |- 30     one\n"
							 "      6 |  `- 40     two\n"
							 "      7 |     `- 50  three\n"
							 "      8 `- 60        daemon\n"
							 "      9 70           lone\n");
	show(&document, (struct mmx_out_options){.utf8 = true});
	CHECK(strstr(text, "      7 │     └─ 50  three\n") &&
		      strstr(text, "      5 │  ├─ 30     one\n"),
	      "%s", text);
}

static void a_tree_is_nested_in_json(void)
{
	is(show(&document, (struct mmx_out_options){.json = true}),
	   "{\"schema\":\"mmx.tree/1\",\"areas\":[\n"
	   "{\"pages\":3,\"addr\":\"0x10\",\"who\":\"init\",\"children\":[\n"
	   "{\"pages\":4,\"addr\":\"0x20\",\"who\":\"shell\",\"children\":[\n"
	   "{\"pages\":5,\"addr\":\"0x30\",\"who\":\"one\"},\n"
	   "{\"pages\":6,\"addr\":\"0x40\",\"who\":\"two\",\"children\":[\n"
	   "{\"pages\":7,\"addr\":\"0x50\",\"who\":\"three\"}]}]},\n"
	   "{\"pages\":8,\"addr\":\"0x60\",\"who\":\"daemon\"}]},\n"
	   "{\"pages\":9,\"addr\":\"0x70\",\"who\":\"lone\"}]\n}\n");
}

static void rows_of_a_tree_are_records(void)
{
	is(show(&document, (struct mmx_out_options){.columns = "who,pages", .no_header = true}),
	   "init\t3\nshell\t4\none\t5\ntwo\t6\nthree\t7\ndaemon\t8\nlone\t9\n");
}

/* A chain, with two rows at each depth, and a row that claims to be deeper than it can be. */
static const char *chain(struct mmx_out_options options, unsigned int depth)
{
	static const struct mmx_column columns[] = {{"n", "N", 4, false}};
	static struct mmx_out o;

	begin(&o, options);
	mmx_out_open(&o, "chain", 1);
	mmx_out_tree(&o, "t", NULL, columns, 1, 0);
	mmx_out_branch(&o, 7, true);
	mmx_out_count(&o, "n", 0);
	for (unsigned int i = 1; i < depth; i++) {
		mmx_out_branch(&o, i, true);
		mmx_out_count(&o, "n", i);
	}
	for (unsigned int i = depth - 1; i; i--) {
		mmx_out_branch(&o, i, false);
		if (options.json)
			mmx_out_block(&o, "in", NULL);
		mmx_out_count(&o, "n", i);
		if (options.json)
			mmx_out_end(&o);
	}
	mmx_out_end(&o);
	mmx_out_text(&o, "last", "value");
	mmx_out_close(&o);
	return text;
}

static unsigned int count(const char *of)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, of)); at++)
		n++;
	return n;
}

static void no_tree_is_deeper_than_can_be_shown(void)
{
	static const char cut[] = "nested too deeply to be shown";
	unsigned int closed = 0;

	chain((struct mmx_out_options){.json = true}, MMX_TREE_DEPTH);
	CHECK(!count(cut) && count("{") == count("}") && count("[") == count("]"), "%s", text);
	CHECK(count("\"n\"") == 2 * MMX_TREE_DEPTH - 1, "%u rows", count("\"n\""));
	chain((struct mmx_out_options){.json = true}, MMX_TREE_DEPTH + 9);
	CHECK(count("\"children\":\"nested too deeply to be shown\"") == 1, "%u times\n%s",
	      count(cut), text);
	CHECK(count("{") == count("}") && count("[") == count("]"), "brackets\n%s", text);
	CHECK(count("\"n\"") == 2 * MMX_TREE_DEPTH - 1, "%u rows", count("\"n\""));
	CHECK(strstr(text, "]\n,\"last\":\"value\"}\n"), "what follows\n%s", text);
	chain((struct mmx_out_options){0}, MMX_TREE_DEPTH + 9);
	for (const char *c = text; *c; c++)
		closed += *c == '\n';
	CHECK(count(cut) == 1 && strstr(text, "`- nested too deeply to be shown\n"), "%s", text);
	CHECK(closed == 1 + 2 * MMX_TREE_DEPTH - 1 + 1 + 1, "%u lines\n%s", closed, text);
}

static void a_matrix_has_names(void)
{
	is(show(&matrix, (struct mmx_out_options){0}), "  free\n"
						       "       Movable Reclaimable\n"
						       "    0        0           1\n"
						       "    1       10          11\n"
						       "    2       20  (excluded)\n"
						       "  node:             1\n");
	CHECK(coverage.absent == 1, "absent %d", (int)coverage.absent);
	is(show(&matrix, (struct mmx_out_options){.json = true}),
	   "{\"schema\":\"mmx.matrix/1\",\"zones\":[{\"free\":[\n[0,1],\n[10,11],\n"
	   "[20,{\"absent\":\"excluded\"}]],\"free_columns\":[\"Movable\",\"Reclaimable\"],\"node\":1}]\n}\n");
	is(show(&matrix, (struct mmx_out_options){.columns = "free,node"}),
	   "free\tnode\n0,1,10,11,20,(excluded)\t1\n");
	is(show(&matrix, (struct mmx_out_options){.columns = "free_columns", .no_header = true}),
	   "Movable,Reclaimable\n");
}

static void schemas_have_both(void)
{
	text_len = 0;
	mmx_document_schema(&document, "treex", &sink);
	CHECK(count("\"$defs\": {\"area\": {\"type\": \"object\"") == 1, "%s", text);
	CHECK(count("{\"$ref\": \"#/$defs/area\"}") == 2, "%s", text);
	text_len = 0;
	mmx_document_schema(&matrix, "matrixx", &sink);
	CHECK(strstr(text, "\"required\": [\"free\", \"free_columns\", \"node\"]"), "%s", text);
	CHECK(strstr(text,
		     "\"free\": {\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": "),
	      "%s", text);
}

int main(void)
{
	RUN(cells_are_drawn_in_colour_where_there_are_colours);
	RUN(a_tree_is_drawn_with_lines);
	RUN(a_tree_is_nested_in_json);
	RUN(rows_of_a_tree_are_records);
	RUN(no_tree_is_deeper_than_can_be_shown);
	RUN(a_matrix_has_names);
	RUN(schemas_have_both);
	return unit_end();
}
