// SPDX-License-Identifier: GPL-2.0-or-later
/* One small document in every rendering, and how columns are chosen. */
#include <stdlib.h>
#include <string.h>

#include "render/options.h"
#include "render/out.h"
#include "unit.h"

/* What columns are chosen from; what is shown is emitted by hand. */
#define F(key_, kind_)                                       \
	{                                                    \
		.key = key_, .kind = kind_, .doc = "a field" \
	}
#define BELOW(key_, kind_, of_)                                                 \
	{                                                                       \
		.key = key_, .kind = kind_, .doc = "a record", .record = &(of_) \
	}

static const struct mmx_field kernel_fields[] = {F("release", MMX_TEXT), F("size", MMX_BYTES), {0}};
static const struct mmx_field row_fields[] = {F("name", MMX_TEXT), F("value", MMX_HEX), {0}};
static const struct mmx_field word_fields[] = {F("at", MMX_COUNT), F("word", MMX_HEX), {0}};
static const struct mmx_record kernel = {.name = "kernel", .fields = kernel_fields};
static const struct mmx_record rows = {.name = "row", .fields = row_fields};
static const struct mmx_record words = {.name = "word", .fields = word_fields};
static const struct mmx_field part_fields[] = {
	F("kind", MMX_TEXT), F("size", MMX_BYTES), BELOW("words", MMX_TABLE, words), {0}};
static const struct mmx_record part = {.name = "part", .fields = part_fields};
static const struct mmx_field thing_fields[] = {
	F("pfn", MMX_PFN),
	{"flags", MMX_FLAGS, "a field", .may = MMX_OR_UNKNOWN},
	BELOW("part", MMX_BLOCK, part),
	{0}};
static const struct mmx_record things = {.name = "thing", .fields = thing_fields};
static const struct mmx_field record_fields[] = {BELOW("kernel", MMX_BLOCK, kernel),
						 BELOW("rows", MMX_TABLE, rows),
						 BELOW("things", MMX_LIST, things),
						 {0}};
static const struct mmx_record records = {.name = "test", .fields = record_fields};

static char text[1 << 18];
static size_t text_len;

static void keep(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	if (len < sizeof(text) - text_len)
		memcpy(text + text_len, bytes, len);
	text_len += len;
	text[text_len] = 0;
}

static void emit_thing(struct mmx_out *o, uint64_t pfn, const char *kind)
{
	static const struct mmx_column words[] = {{"at", "AT", 4, true}, {"word", "WORD", 8, true}};
	static const char *const names[] = {"head", "lru"};

	mmx_out_block(o, "", "thing");
	mmx_out_block(o, "part", "part");
	mmx_out_text(o, "kind", kind);
	mmx_out_table(o, "words", "words", words, 2);
	for (int at = 0; at < 2; at++) {
		mmx_out_row(o);
		mmx_out_count(o, "at", at * 8);
		if (at)
			mmx_out_null(o, "word");
		else
			mmx_out_hex(o, "word", 0xabc);
	}
	mmx_out_end(o);
	mmx_out_bytes(o, "size", 4096);
	mmx_out_end(o);
	mmx_out_pfn(o, "pfn", pfn);
	if (pfn)
		mmx_out_flags(o, "flags", 0x42, names, 2);
	else
		mmx_out_absent(o, "flags", MMX_READ_EXCLUDED);
	mmx_out_end(o);
}

static void emit(struct mmx_out *o)
{
	static const struct mmx_column rows[] = {{"name", "NAME", 6, false},
						 {"value", "VALUE", 5, true}};

	mmx_out_open(o, "test", 1);
	mmx_out_block(o, "kernel", "Kernel");
	mmx_out_text(o, "release", "6.1 of\tus");
	mmx_out_bytes(o, "size", 2048);
	mmx_out_end(o);
	mmx_out_table(o, "rows", "Rows", rows, 2);
	for (int i = -1; i < 2; i++) {
		mmx_out_row(o);
		mmx_out_text(o, "name", i ? "n" : "");
		mmx_out_count(o, "value", i * 17);
	}
	mmx_out_end(o);
	mmx_out_list(o, "things");
	emit_thing(o, 0x10, "a b");
	emit_thing(o, 0, "c");
	mmx_out_end(o);
	mmx_out_close(o);
}

/* What is emitted under these options; an error's text when the columns cannot be chosen. */
static const char *shown(struct mmx_out_options options)
{
	const struct mmx_sink sink = {.write = keep};
	static struct mmx_out o;
	static struct mmx_err err;

	text_len = 0;
	text[0] = 0;
	mmx_out_init(&o, &options, &sink);
	if (options.columns && mmx_out_choose(&o, &records, &err))
		return err.text;
	emit(&o);
	return text;
}

static void is(struct mmx_out_options options, const char *wanted)
{
	const char *found = shown(options);

	CHECK(!strcmp(found, wanted), "%s: found\n%s\nwanted\n%s",
	      options.columns ? options.columns : "", found, wanted);
}

#define COLUMNS(list, ...) ((struct mmx_out_options){.columns = list, ##__VA_ARGS__})

static bool has(const char *found, const char *wanted)
{
	bool there = strstr(found, wanted);

	if (!there)
		fprintf(stderr, "%.2000s\n", found);
	return there;
}

/* A title may have a name out of a dump in it. */
static void titles_are_printable(void)
{
	const struct mmx_sink sink = {.write = keep};
	static struct mmx_out o;

	text_len = 0;
	mmx_out_init(&o, &(struct mmx_out_options){0}, &sink);
	mmx_out_open(&o, "test", 1);
	mmx_out_block(&o, "task", "task \x1b[2J");
	mmx_out_close(&o);
	CHECK(!strcmp(text, "task \\x1b[2J\n"), "%s", text);
}

static void text_has_titles_and_tables(void)
{
	const char *found = shown((struct mmx_out_options){0});

	CHECK(has(found,
		  "Kernel\n  release:          6.1 of\\x09us\n  size:             2k\n\nRows\n"),
	      "a block");
	CHECK(has(found, "  NAME   VALUE\n  n        -17\n             0\n  n         17\n"),
	      "a table");
	CHECK(has(found, "  flags:            42 (head|lru)\n"), "flags");
	CHECK(has(found, "  flags:            (excluded)\n"), "an absent value");
}

static void the_radix_is_of_counts_in_text(void)
{
	const char *found = shown((struct mmx_out_options){.hex_counts = true});

	CHECK(has(found, "  n      -0x11\n           0x0\n  n       0x11\n"), "counts");
	CHECK(has(found, "size:             2k\n"), "a size with a unit");
	CHECK(has(found, "pfn:              10\n"), "a PFN");
	found = shown((struct mmx_out_options){.hex_counts = true, .bytes = true});
	CHECK(has(found, "size:             0x800\n"), "a size in bytes");
	found = shown((struct mmx_out_options){.hex_counts = true, .json = true});
	CHECK(has(found, "{\"name\":\"n\",\"value\":17}"), "JSON has no radix");
}

static void json_is_one_document(void)
{
	const char *found = shown((struct mmx_out_options){.json = true});

	CHECK(has(found,
		  "{\"schema\":\"mmx.test/1\",\"kernel\":{\"release\":\"6.1 of\\u0009us\",\"size\":2048}"),
	      "the beginning");
	CHECK(has(found, "\"words\":[\n{\"at\":0,\"word\":\"0xabc\"},\n{\"at\":8,\"word\":null}]"),
	      "a table");
	CHECK(has(found, "\"flags\":{\"raw\":\"0x42\",\"names\":[\"head\",\"lru\"]}}"), "flags");
	CHECK(has(found, "\"flags\":{\"absent\":\"excluded\"}}]"), "an absent value");
}

static void rows_are_records(void)
{
	is(COLUMNS("value,name"), "value\tname\n-17\tn\n0\t\"\"\n17\tn\n");
	is(COLUMNS("rows.value", .no_header = true), "-17\n0\n17\n");
	is(COLUMNS("value", .hex_counts = true), "value\n-0x11\n0x0\n0x11\n");
}

static void a_block_is_a_record(void)
{
	is(COLUMNS("kernel.release,size"), "kernel.release\tsize\n6.1 of\\x09us\t2k\n");
	is(COLUMNS("size", .bytes = true), "size\n2048\n");
}

static void elements_of_lists_are_records(void)
{
	is(COLUMNS("pfn,part.kind,things.flags.raw"),
	   "pfn\tpart.kind\tthings.flags.raw\n10\ta b\t42\n0\tc\t(excluded)\n");
	is(COLUMNS("part.size,pfn,pfn", .no_header = true), "4k\t10\t10\n4k\t0\t0\n");
}

static void several_values_stand_in_one_cell(void)
{
	is(COLUMNS("flags.names,part.words.at,part.words.word", .no_header = true),
	   "head,lru\t0,8\tabc,-\n(excluded)\t0,8\tabc,-\n");
}

static void what_a_record_lacks_is_a_dash(void)
{
	is(COLUMNS("flags_unknown,pfn", .no_header = true), "-\t10\n-\t0\n");
}

static void the_first_record_that_has_all_columns_is_taken(void)
{
	is(COLUMNS("size", .no_header = true), "2k\n");
	is(COLUMNS("things.part.size", .no_header = true), "4k\n4k\n");
}

static void wrong_columns_are_refused(void)
{
	static const struct {
		const char *list, *why;
	} wrong[] = {
		{"", "--columns wants names with commas between them"},
		{"pfn,", "--columns wants names with commas between them"},
		{",pfn", "--columns wants names with commas between them"},
		{"pfn,fn", "there is no column fn"},
		{"pf", "there is no column pf"},
		{"pfnn", "there is no column pfnn; did you mean pfn?"},
		{"part", "there is no column part"},
		{"part.", "there is no column part."},
		{"part.kin", "there is no column part.kin; did you mean part.kind?"},
		{"part.words", "there is no column part.words; did you mean part.words.at?"},
		{"words.at", "there is no column words.at"},
		{"flags", "there is no column flags"},
		{"things", "there is no column things"},
		{"thing.pfn", "there is no column thing.pfn"},
		{"things.things.pfn", "there is no column things.things.pfn"},
		{"release,pfn", "these columns are not of the same records"},
		{"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a",
		 "at most 32 columns can be chosen"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is(COLUMNS(wrong[i].list), wrong[i].why);
	is(COLUMNS("pfn", .json = true), "--json and --columns exclude each other");
}

static void a_cell_without_end_is_cut_and_says_so(void)
{
	const struct mmx_sink sink = {.write = keep};
	static const struct mmx_column rows[] = {{"name", "NAME", 0, false}};
	static const struct mmx_field more_fields[] = {F("name", MMX_TEXT), {0}};
	static const struct mmx_record more = {.name = "more", .fields = more_fields};
	static const struct mmx_field both_fields[] = {
		BELOW("more", MMX_TABLE, more), F("all", MMX_TEXT), {0}};
	static const struct mmx_record both = {.name = "both", .fields = both_fields};
	static const struct mmx_field top_fields[] = {BELOW("rows", MMX_BLOCK, both), {0}};
	static const struct mmx_record record = {.name = "test", .fields = top_fields};
	const struct mmx_out_options options = {.columns = "more.name,all"};
	static struct mmx_out o;
	struct mmx_err err = {0};

	text_len = 0;
	mmx_out_init(&o, &options, &sink);
	CHECK(!mmx_out_choose(&o, &record, &err), "%s", err.text);
	mmx_out_open(&o, "test", 1);
	mmx_out_block(&o, "rows", NULL);
	mmx_out_table(&o, "more", NULL, rows, 1);
	for (int i = 0; i < 100000; i++) {
		mmx_out_row(&o);
		mmx_out_text(&o, "name", "abc");
	}
	mmx_out_end(&o);
	mmx_out_text(&o, "all", "yes");
	mmx_out_end(&o);
	mmx_out_close(&o);
	CHECK(text_len < (1 << 16) + 64, "%zu bytes", text_len);
	CHECK(text_len > 8 && !strcmp(text + text_len - 8, "...\tyes\n"), "the mark");
}

/* Blocks, tables and lists in each other, deeper than there is room for, and what follows them. */
static const char *nested(struct mmx_out_options options, int depth)
{
	static const struct mmx_column rows[] = {{"name", "NAME", 0, false}};
	const struct mmx_sink sink = {.write = keep};
	static struct mmx_out o;

	text_len = 0;
	mmx_out_init(&o, &options, &sink);
	mmx_out_open(&o, "test", 1);
	for (int i = 0; i < depth; i++)
		mmx_out_block(&o, "in", NULL);
	mmx_out_list(&o, "list");
	mmx_out_end(&o);
	mmx_out_table(&o, "table", NULL, rows, 1);
	mmx_out_row(&o);
	mmx_out_text(&o, "name", "deep");
	for (int i = 0; i < depth + 1; i++)
		mmx_out_end(&o);
	mmx_out_text(&o, "last", "value");
	mmx_out_close(&o);
	return text;
}

static void too_deep_is_said_where_it_is(void)
{
	static const char deep[] = "nested too deeply to be shown",
			  last[] = "}\n,\"last\":\"value\"}\n";
	const char *found = nested((struct mmx_out_options){.json = true}, MMX_OUT_DEPTH + 8);
	const char *at = has(found, deep) ? strstr(found, deep) : found;
	int open = 0;

	for (const char *c = found; *c; c++)
		open += (*c == '{') - (*c == '}');
	CHECK(!open, "%d objects stay open:\n%s", open, found);
	CHECK(!strstr(at + 1, deep), "said more than once:\n%s", found);
	CHECK(!strcmp(found + text_len - strlen(last), last), "what follows:\n%s", found);
	found = nested((struct mmx_out_options){0}, MMX_OUT_DEPTH + 8);
	CHECK(has(found,
		  "in:               nested too deeply to be shown\nlast:             value\n"),
	      "text");
	found = nested((struct mmx_out_options){.json = true}, MMX_OUT_DEPTH - 2);
	CHECK(!strstr(found, deep) && has(found, "\"list\":[],\"table\":[\n{\"name\":\"deep\"}]}"),
	      "the deepest that there is room for:\n%s", found);
}

static void an_end_too_many_ends_nothing(void)
{
	const struct mmx_sink sink = {.write = keep};
	const struct mmx_out_options options = {.json = true};
	static struct mmx_out o;

	text_len = 0;
	mmx_out_init(&o, &options, &sink);
	mmx_out_open(&o, "test", 1);
	mmx_out_end(&o);
	mmx_out_count(&o, "n", 1);
	mmx_out_close(&o);
	CHECK(!strcmp(text, "{\"schema\":\"mmx.test/1\",\"n\":1}\n"), "found %s", text);
}

#define TAKE(o, argv) mmx_out_options_take(o, (int)(sizeof(argv) / sizeof(*(argv))), argv)

static void options_are_taken_from_anywhere(void)
{
	char *argv[] = {"--json", "pagex", "--columns", "pfn,order", "5000", "-v", "--bytes", "-d"};
	struct mmx_out_options o = {0};
	int left = TAKE(&o, argv);

	CHECK(left == 4, "%d words are left", left);
	CHECK(!strcmp(argv[0], "pagex") && !strcmp(argv[1], "5000") && !strcmp(argv[2], "-v") &&
		      !strcmp(argv[3], "-d"),
	      "%s %s %s %s", argv[0], argv[1], argv[2], argv[3]);
	CHECK(o.json && o.bytes && !o.no_header, "json %d bytes %d no_header %d", o.json, o.bytes,
	      o.no_header);
	CHECK(o.columns && !strcmp(o.columns, "pfn,order"), "columns");
}

static void an_argument_may_follow_an_equals_sign(void)
{
	char *argv[] = {"pagex", "--columns=pfn", "--no-header"};
	struct mmx_out_options o = {0};
	int left = TAKE(&o, argv);

	CHECK(left == 1 && o.no_header, "%d words are left", left);
	CHECK(o.columns && !strcmp(o.columns, "pfn"), "columns");
}

static void what_is_missing_is_empty(void)
{
	char *argv[] = {"pagex", "--columns"};
	struct mmx_out_options o = {0};
	int left = TAKE(&o, argv);

	CHECK(left == 1, "%d words are left", left);
	CHECK(o.columns && !*o.columns, "columns");
}

static void only_whole_words_are_options(void)
{
	char *argv[] = {"pagex", "--jso",  "--json=1", "--jsonx", "-json",
			"json",  "--byte", "--",       "--json",  "--columns"};
	struct mmx_out_options o = {0};
	int left = TAKE(&o, argv);

	CHECK(left == 10, "%d words are left", left);
	CHECK(!o.json && !o.bytes && !o.columns, "something was taken");
}

int main(void)
{
	RUN(titles_are_printable);
	RUN(text_has_titles_and_tables);
	RUN(the_radix_is_of_counts_in_text);
	RUN(json_is_one_document);
	RUN(rows_are_records);
	RUN(a_block_is_a_record);
	RUN(elements_of_lists_are_records);
	RUN(several_values_stand_in_one_cell);
	RUN(what_a_record_lacks_is_a_dash);
	RUN(the_first_record_that_has_all_columns_is_taken);
	RUN(options_are_taken_from_anywhere);
	RUN(an_argument_may_follow_an_equals_sign);
	RUN(what_is_missing_is_empty);
	RUN(only_whole_words_are_options);
	RUN(wrong_columns_are_refused);
	RUN(a_cell_without_end_is_cut_and_says_so);
	RUN(too_deep_is_said_where_it_is);
	RUN(an_end_too_many_ends_nothing);
	return unit_end();
}
