// SPDX-License-Identifier: GPL-2.0-or-later
/* A small record with everything that a field can be, through every rendering. */
#include <stdlib.h>
#include <string.h>

#include "render/document.h"
#include "render/show.h"
#include "unit.h"

/* Boxes with things in them, as if out of a dump. */
struct thing {
	uint64_t addr;
	const char *what;
};

struct box {
	uint64_t pfn;
	int16_t delta;
	uint8_t colour;
	bool full;
	char name[8];
	const char *label;
	uint32_t serial;
	enum mmx_read weighed;
	struct mmx_err trouble;
	struct mmx_err no_path;
	struct mmx_err closed; /* its things are behind it */
	struct thing things[2];
};

static const struct box boxes[] = {
	{.pfn = 0x10,
	 .delta = -3,
	 .colour = 1,
	 .full = true,
	 .name = "one",
	 .label = "first",
	 .serial = 7,
	 .things = {{0xabc, "cup"}, {0xdef, "pen"}}},
	{.pfn = 0x20,
	 .colour = 9,
	 .name = "two",
	 .weighed = MMX_READ_EXCLUDED,
	 .trouble = {.code = MMX_ECORRUPT, .text = "its list loops"},
	 .no_path = {.code = MMX_EABSENT, .text = "its dentry is excluded"},
	 .closed = {.code = MMX_EMISSING, .text = "the lid has no symbol"}},
};

/* What was computed. */
static unsigned int weighings, openings, closings;

static void weight(struct mmx_rows *r, struct mmx_value *v)
{
	const struct box *box = r->row;

	weighings++;
	v->word = 0x42;
	v->scratch->names[0] = "heavy";
	v->names = v->scratch->names;
	v->n_names = 1;
	mmx_value_absent(v, box->weighed);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct box *box = r->row;

	if (box->no_path.code)
		mmx_value_unknown(v, &box->no_path);
	else
		mmx_value_textf(v, "/%s", box->name);
}

static int open_things(struct mmx_rows *r, struct mmx_err *err)
{
	const struct box *box = r->above->row;

	openings++;
	if (!box->closed.code)
		return 0;
	*err = box->closed;
	return -1;
}

static void close_things(struct mmx_rows *r)
{
	(void)r;
	closings++;
}

static const void *next_thing(struct mmx_rows *r)
{
	const struct box *box = r->above->row;

	return r->nth < 2 && box->things[r->nth].addr ? &box->things[r->nth] : NULL;
}

static const struct mmx_field thing_fields[] = {
	{"addr", MMX_ADDR, "where it is", AT(struct thing, addr)},
	{"what", MMX_TEXT, "what it is", .title = "THING", AT(struct thing, what)},
	{0},
};

static void things_heading(struct mmx_rows *r, char *text)
{
	const struct box *box = r->above->row;
	const struct thing *first = r->row;

	snprintf(text, 64, "things of %s, the first is a %s", box->name, first->what);
}

static const struct mmx_record things = {
	.name = "thing",
	.doc = "what is in a box",
	.fields = thing_fields,
	.open = open_things,
	.next = next_thing,
	.close = close_things,
	.heading = things_heading,
};

static const struct mmx_field look_fields[] = {
	{"delta", MMX_NUMBER, "a signed number", AT(struct box, delta)},
	{"label", MMX_TEXT, "a text that is not always there", .zero = MMX_OR_NULL,
	 AT(struct box, label)},
	{0},
};

static const struct mmx_record look = {
	.name = "look", .doc = "how it looks", .fields = look_fields};

enum { PLAIN, MARKED };

static const char *const variants[] = {"plain", "marked", NULL};
static const char *const colours[] = {"red", "blue"};

static unsigned int variant(struct mmx_rows *r)
{
	const struct box *box = r->row;

	return box->serial ? MARKED : PLAIN;
}

/* What box_fields has in another place. */
static const struct mmx_field marked_fields[] = {
	{"serial", MMX_COUNT, "of one that is marked", .min = 1, .max = 99, AT(struct box, serial)},
	{0},
};

static const struct mmx_field further_fields[] = {
	{"look", MMX_BLOCK, "how it looks", .title = "look", .record = &look},
	{"path", MMX_TEXT, "its path", .may = MMX_OR_UNKNOWN, .get = path},
	{0},
};

static const struct mmx_field box_fields[] = {
	{"pfn", MMX_PFN, "where it stands", AT(struct box, pfn)},
	{"colour", MMX_WORD, "its colour", .may = MMX_OR_NULL, WORD_LIST(colours),
	 AT(struct box, colour)},
	{"full", MMX_BOOL, "whether it is", AT(struct box, full)},
	{"weight", MMX_FLAGS, "how heavy it is", .may = MMX_OR_ABSENT, .get = weight},
	{"marked", MMX_FIELDS, .of = 1 << MARKED, .fields = marked_fields},
	{"further", MMX_FIELDS, .fields = further_fields},
	{"broken", MMX_TROUBLE, "what is wrong with it", AT(struct box, trouble)},
	{"things", MMX_TABLE, "what is in it", .title = "things", .may = MMX_OR_UNKNOWN,
	 .record = &things},
	{0},
};

static const void *next_box(struct mmx_rows *r)
{
	const struct mmx_where *w = r->where;
	uint64_t *i = r->state;

	while (*i < 2) {
		const struct box *box = &boxes[(*i)++];

		if (!w || (box->pfn >= w->range[MMX_BY_PFN].first &&
			   box->pfn <= w->range[MMX_BY_PFN].last))
			return box;
	}
	return NULL;
}

static void box_heading(struct mmx_rows *r, char *text)
{
	const struct box *box = r->row;

	snprintf(text, 64, "box %s", box->name);
}

static const struct mmx_record box_record = {
	.name = "box",
	.doc = "a box",
	.fields = box_fields,
	.by = 1 << MMX_BY_PFN,
	.variants = variants,
	.variant = variant,
	.state_size = sizeof(uint64_t),
	.next = next_box,
	.heading = box_heading,
};

static const void *next_none(struct mmx_rows *r)
{
	(void)r;
	return NULL;
}

static bool has_none(struct mmx_rows *r)
{
	(void)r;
	return false;
}

static int no_way(struct mmx_rows *r, struct mmx_err *error)
{
	(void)r;
	return mmx_fail(error, MMX_ECORRUPT, "opened though there can be nothing");
}

static const struct mmx_record no_things = {.name = "thing",
					    .doc = "nothing",
					    .fields = thing_fields,
					    .has = has_none,
					    .open = no_way,
					    .next = next_none};

static const struct mmx_field document_fields[] = {
	{"boxes", MMX_LIST, "all of them", .min = 1, .record = &box_record},
	{"none", MMX_TABLE, "left out, since there are none", .may = MMX_OR_NONE,
	 .record = &no_things},
	{0},
};

static const struct mmx_record document = {
	.name = "test", .doc = "boxes", .version = 1, .fields = document_fields};

/* Nothing can be in a document without boxes. */
static const struct mmx_field empty_fields[] = {
	{"boxes", MMX_LIST, "none", .may = MMX_OR_NONE, .record = &box_record},
	{0},
};

static const struct mmx_record empty = {
	.name = "test", .doc = "no boxes", .version = 1, .fields = empty_fields};

/* Boxes in lines: only those that are marked have a serial number. */
static const struct mmx_field line_fields[] = {
	{"pfn", MMX_PFN, "where it stands", .width = 4, AT(struct box, pfn)},
	{"serial", MMX_COUNT, "of one that is marked", .width = 6, .of = 1 << MARKED,
	 AT(struct box, serial)},
	{"name", MMX_TEXT, "its name", AT(struct box, name)},
	{0},
};

static const struct mmx_record line_record = {
	.name = "box",
	.doc = "a box",
	.fields = line_fields,
	.variants = variants,
	.variant = variant,
	.state_size = sizeof(uint64_t),
	.next = next_box,
};

static const struct mmx_field lines_fields[] = {
	{"boxes", MMX_TABLE, "all of them", .record = &line_record},
	{0},
};

static const struct mmx_record lines_document = {
	.name = "test", .doc = "boxes in lines", .version = 1, .fields = lines_fields};

/* A tree that is a chain of 70 rows, with one more behind them at its top. */
static const void *next_link(struct mmx_rows *r)
{
	uint64_t *depth = r->state;

	if (r->nth > 70)
		return NULL;
	*depth = r->nth % 70;
	r->depth = *depth;
	return depth;
}

static void depth_of(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->depth;
}

static const struct mmx_field link_fields[] = {
	{"depth", MMX_COUNT, "how deep it is", .get = depth_of},
	{0},
};

static const struct mmx_record link_record = {.name = "link",
					      .doc = "a link of a chain",
					      .fields = link_fields,
					      .state_size = sizeof(uint64_t),
					      .next = next_link};

static const struct mmx_field chain_fields[] = {
	{"links", MMX_TREE, "all of them", .record = &link_record},
	{0},
};

static const struct mmx_record chain = {
	.name = "test", .doc = "a chain", .version = 1, .fields = chain_fields};

/* Whatever has rows is null where there is no way to them, if it may be. */
static const struct mmx_record locked_things = {.name = "thing",
						.doc = "what nobody gets at",
						.fields = thing_fields,
						.open = no_way,
						.next = next_none};

static const struct mmx_field locked_fields[] = {
	{"table", MMX_TABLE, "a table", .may = MMX_OR_UNKNOWN | MMX_OR_NULL,
	 .record = &locked_things},
	{"list", MMX_LIST, "a list", .may = MMX_OR_UNKNOWN | MMX_OR_NULL, .record = &locked_things},
	{"tree", MMX_TREE, "a tree", .may = MMX_OR_UNKNOWN | MMX_OR_NULL, .record = &locked_things},
	{0},
};

static const struct mmx_record locked = {
	.name = "test", .doc = "nothing", .version = 1, .fields = locked_fields};

/* What is absent is wanting once, however often it is told. */
static void lost(struct mmx_rows *r, struct mmx_value *v)
{
	(void)r;
	mmx_value_absent(v, MMX_READ_UNREADABLE);
	v->told = true;
}

static const struct mmx_field lost_fields[] = {
	{"lost", MMX_COUNT, "a value whose reason is told elsewhere", .may = MMX_OR_ABSENT,
	 .get = lost},
	{0},
};

static const struct mmx_record lost_document = {
	.name = "test", .doc = "a lost value", .version = 1, .fields = lost_fields};

static char text[1 << 14];
static size_t text_len;
static struct mmx_coverage coverage;
static struct mmx_err err;

static void keep(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	if (len < sizeof(text) - text_len)
		memcpy(text + text_len, bytes, len);
	text_len += len;
	text[text_len] = 0;
}

static const struct mmx_sink sink = {.write = keep};

static const char *show(const struct mmx_record *record, struct mmx_out_options options,
			const struct mmx_where *where)
{
	static struct mmx_image image;
	static struct mmx_kernel kernel = {.image = &image};
	static struct mmx_view view = {.kernel = &kernel};
	static struct mmx_out o;
	const struct mmx_ask ask = {.view = &view,
				    .where = where,
				    .arg = &o,
				    .wants = options.columns ? mmx_out_wants : NULL,
				    .wants_arg = &o,
				    .coverage = &coverage};

	text_len = weighings = openings = closings = 0;
	text[0] = 0;
	coverage = (struct mmx_coverage){0};
	mmx_out_init(&o, &options, &sink);
	if (options.columns && mmx_out_choose(&o, record, &err))
		return err.text;
	return mmx_show(&o, record, &ask, &err) ? err.text : text;
}

static void is(const char *found, const char *wanted)
{
	CHECK(!strcmp(found, wanted), "found\n%s\nwanted\n%s", found, wanted);
}

/* The linker has both: calls of calloc() come here first. */
static unsigned int callocs_left = -1;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return callocs_left && callocs_left-- ? __real_calloc(n, size) : NULL;
}

static void every_field_is_in_json(void)
{
	is(show(&document, (struct mmx_out_options){.json = true}, NULL),
	   "{\"schema\":\"mmx.test/1\",\"boxes\":["
	   "{\"pfn\":\"0x10\",\"colour\":\"blue\",\"full\":true,"
	   "\"weight\":{\"raw\":\"0x42\",\"names\":[\"heavy\"]},\"serial\":7,"
	   "\"look\":{\"delta\":-3,\"label\":\"first\"},\"path\":\"/one\",\"things\":[\n"
	   "{\"addr\":\"0xabc\",\"what\":\"cup\"},\n{\"addr\":\"0xdef\",\"what\":\"pen\"}]},"
	   "{\"pfn\":\"0x20\",\"colour\":null,\"full\":false,"
	   "\"weight\":{\"absent\":\"excluded\"},\"look\":{\"delta\":0,\"label\":null},"
	   "\"path_unknown\":\"its dentry is excluded\",\"broken\":\"its list loops\","
	   "\"things_unknown\":\"the lid has no symbol\"}]\n}\n");
}

static void every_field_is_in_text(void)
{
	is(show(&document, (struct mmx_out_options){0}, NULL),
	   "box one\n  pfn:              10\n  colour:           blue\n  full:             yes\n"
	   "  weight:           42 (heavy)\n  serial:           7\n  look\n"
	   "    delta:            -3\n    label:            first\n  path:             /one\n"
	   "  things of one, the first is a cup\n                ADDR THING\n                 abc cup\n                 def pen\n"
	   "\nbox two\n  pfn:              20\n  colour:           -\n  full:             no\n"
	   "  weight:           (excluded)\n  look\n    delta:            0\n    label:            -\n"
	   "  path unknown:     its dentry is excluded\n  broken:           its list loops\n"
	   "  things unknown:   the lid has no symbol\n");
}

static void lines_keep_their_columns(void)
{
	is(show(&lines_document, (struct mmx_out_options){0}, NULL),
	   "   PFN SERIAL NAME\n    10      7 one\n    20        two\n");
}

static void what_is_wanting_is_covered(void)
{
	show(&document, (struct mmx_out_options){.json = true}, NULL);
	CHECK(coverage.broken == 1 && coverage.absent == 2 && coverage.unknown == 1,
	      "broken %d absent %d unknown %d", (int)coverage.broken, (int)coverage.absent,
	      (int)coverage.unknown);
	is(coverage.first.text, "its list loops");
	show(&document, (struct mmx_out_options){.columns = "full"}, NULL);
	CHECK(mmx_cover_whole(&coverage), "of what was not asked for: %s", coverage.first.text);
	is(show(&lost_document, (struct mmx_out_options){.json = true}, NULL),
	   "{\"schema\":\"mmx.test/1\",\"lost\":{\"absent\":\"unreadable\"}}\n");
	CHECK(mmx_cover_whole(&coverage), "told twice: %s", coverage.first.text);
}

static void only_what_is_chosen_is_computed(void)
{
	is(show(&document, (struct mmx_out_options){.columns = "pfn,look.label"}, NULL),
	   "pfn\tlook.label\n10\tfirst\n20\t-\n");
	CHECK(!weighings && !openings, "weighed %u times, opened %u", weighings, openings);
	is(show(&document, (struct mmx_out_options){.columns = "weight.names,path_unknown"}, NULL),
	   "weight.names\tpath_unknown\nheavy\t-\n(excluded)\tits dentry is excluded\n");
	CHECK(weighings == 2 && !openings, "weighed %u times, opened %u", weighings, openings);
	is(show(&document, (struct mmx_out_options){.columns = "boxes.things.what,broken"}, NULL),
	   "boxes.things.what\tbroken\ncup,pen\t-\n(unknown)\tits list loops\n");
	CHECK(!weighings && openings == 2 && closings == 1, "opened %u, closed %u", openings,
	      closings);
	is(show(&document, (struct mmx_out_options){.columns = "path,look.label"}, NULL),
	   "path\tlook.label\n/one\tfirst\n(unknown)\t-\n");
	is(show(&document, (struct mmx_out_options){.columns = "things.addr,things.what"}, NULL),
	   "things.addr\tthings.what\nabc,def\tcup,pen\n(unknown)\t(unknown)\n");

	is(show(&document, (struct mmx_out_options){.columns = "boxes.weight"}, NULL),
	   "there is no column boxes.weight");
	is(show(&document, (struct mmx_out_options){.columns = "look"}, NULL),
	   "there is no column look");
}

static void rows_are_restricted(void)
{
	const struct mmx_where by_pfn = {.given = 1 << MMX_BY_PFN,
					 .range[MMX_BY_PFN] = {0x11, 0x20}};
	const struct mmx_where by_pid = {.given = 1 << MMX_BY_PID};

	is(show(&document, (struct mmx_out_options){.columns = "pfn"}, &by_pfn), "pfn\n20\n");
	is(show(&document, (struct mmx_out_options){.json = true}, &by_pid),
	   "nothing of this can be asked by PID");
}

static void what_has_no_rows_is_left_out(void)
{
	const struct mmx_where nowhere = {.given = 1 << MMX_BY_PFN, .range[MMX_BY_PFN] = {1, 2}};

	is(show(&empty, (struct mmx_out_options){.json = true}, &nowhere),
	   "{\"schema\":\"mmx.test/1\"}\n");
	is(show(&document, (struct mmx_out_options){.json = true}, &nowhere),
	   "{\"schema\":\"mmx.test/1\",\"boxes\":[]\n}\n");
}

static void note(void *arg, const char *key, const char *fields)
{
	(void)arg;
	mmx_sink_put(&sink, "%s: %s\n", key, fields);
}

static void fields_are_listed_once(void)
{
	text_len = 0;
	mmx_columns_each(&document, note, NULL);
	is(text, "boxes: pfn colour full serial path path_unknown broken things_unknown\n"
		 "boxes.weight: raw names\nboxes.look: delta label\nboxes.things: addr what\n"
		 "none: addr what\n");
}

static bool has(const char *wanted)
{
	bool there = strstr(text, wanted);

	if (!there)
		fprintf(stderr, "%s\n", text);
	return there;
}

static void a_schema_is_strict(void)
{
	text_len = 0;
	mmx_document_schema(&document, "testx", &sink);
	CHECK(has("\"title\": \"mmx.test/1, which testx prints\""), "title");
	CHECK(has("\"boxes\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"anyOf\": [{"),
	      "variants");
	CHECK(has("\"colour\": {\"anyOf\": [{\"enum\": [\"red\", \"blue\"]}, {\"type\": \"null\"}]}"),
	      "words");
	CHECK(has("\"serial\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 99}"),
	      "bounds");
	CHECK(has("\"required\": [\"pfn\", \"colour\", \"full\", \"weight\", \"look\"],"),
	      "what a plain one must have");
	CHECK(has("\"required\": [\"pfn\", \"colour\", \"full\", \"weight\", \"serial\", \"look\"],"),
	      "what a marked one must have");
	CHECK(has("\"required\": [\"schema\", \"boxes\"],"), "of the document");
}

static void rows_may_be_null(void)
{
	show(&locked, (struct mmx_out_options){.json = true}, NULL);
	CHECK(has("\"table\":null") && has("\"list\":null") && has("\"tree\":null"), "JSON");
	text_len = 0;
	mmx_document_schema(&locked, "testx", &sink);
	CHECK(has("\"table\": {\"anyOf\": [{\"type\": \"array\", "), "a table");
	CHECK(has("\"list\": {\"anyOf\": [{\"type\": \"array\", "), "a list");
	CHECK(has("\"tree\": {\"anyOf\": [{\"type\": \"array\", \"items\": {\"$ref\": "
		  "\"#/$defs/thing\"}}, {\"type\": \"null\"}]}"),
	      "a tree");
}

static void a_reference_has_every_line(void)
{
	text_len = 0;
	mmx_document_fields(&document, &sink);
	CHECK(has("| `colour` | \"red\" or \"blue\" or null | its colour |\n"), "words");
	CHECK(has("| `serial` | number | only of: marked; of one that is marked |\n"), "a variant");
	CHECK(has("| `path_unknown` | text, or left out | why that is not known |\n"), "a reason");
	CHECK(has("\n`boxes[].things[]`: what is in a box\n\n| field |"), "a record below");
}

static void trees_that_are_too_deep_say_so(void)
{
	show(&chain, (struct mmx_out_options){.columns = "depth"}, NULL);
	CHECK(has("\n62\n63\n(too deep)\n0\n"), "columns");
	CHECK(coverage.unknown == 1, "%s", coverage.first.text);
	show(&chain, (struct mmx_out_options){.json = true}, NULL);
	CHECK(has("{\"depth\":63,\"children\":\"nested too deeply to be shown\"}"), "JSON");
	CHECK(coverage.unknown == 1, "%s", coverage.first.text);
}

/* At each of the places where it can, and nothing is freed twice or not at all. */
static void memory_runs_out(void)
{
	unsigned int ended = 0;

	for (unsigned int callocs = 0; callocs < 1000; callocs++) {
		callocs_left = callocs;
		if (strcmp(show(&document, (struct mmx_out_options){0}, NULL), "out of memory"))
			break;
		ended++;
	}
	callocs_left = -1;
	CHECK(ended > 10 && ended < 1000 && text_len, "%u times", ended);
}

int main(void)
{
	RUN(every_field_is_in_json);
	RUN(every_field_is_in_text);
	RUN(lines_keep_their_columns);
	RUN(what_is_wanting_is_covered);
	RUN(only_what_is_chosen_is_computed);
	RUN(rows_are_restricted);
	RUN(what_has_no_rows_is_left_out);
	RUN(fields_are_listed_once);
	RUN(a_schema_is_strict);
	RUN(rows_may_be_null);
	RUN(a_reference_has_every_line);
	RUN(trees_that_are_too_deep_say_so);
	RUN(memory_runs_out);
	return unit_end();
}
