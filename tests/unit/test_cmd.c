// SPDX-License-Identifier: GPL-2.0-or-later
/* What is true of all commands. */
#include <string.h>

#include "cmd/cmd.h"
#include "records/record.h"
#include "unit.h"

static void the_worse_of_two_ends_counts(void)
{
	static const enum mmx_exit rank[] = {MMX_EXIT_OK, MMX_EXIT_FINDINGS, MMX_EXIT_PARTIAL,
					     MMX_EXIT_CANNOT};

	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int j = 0; j < 4; j++)
			CHECK(mmx_worse(rank[i], rank[j]) == rank[i > j ? i : j], "of %d and %d",
			      rank[i], rank[j]);
	}
}

static void a_command_is_found_with_and_without_its_x(void)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	CHECK(n, "no commands");
	for (size_t i = 0; i < n; i++) {
		char name[64];
		size_t len = strlen(all[i]->name);

		snprintf(name, sizeof(name), "%s", all[i]->name);
		CHECK(mmx_command_find(name) == all[i], "%s", name);
		name[len - 1] = 0;
		CHECK(mmx_command_find(name) == all[i], "%s", name);
		name[len - 2] = 0;
		CHECK(!mmx_command_find(name), "%s", name);
	}
	CHECK(!mmx_command_find("") && !mmx_command_find("x"), "nothing");
}

/* A row of which nothing was found out, and what is said of it. */

static const struct mmx_err no_symbol = {.code = MMX_EMISSING, .text = "there is no symbol of it"};

static void lost(struct mmx_rows *r, struct mmx_value *v)
{
	(void)r;
	mmx_value_unknown(v, &no_symbol);
}

static const void *next_row(struct mmx_rows *r)
{
	return r->nth < 2 ? "" : NULL;
}

static const struct mmx_field row_fields[] = {
	{"lost", MMX_COUNT, "what was not found out", .may = MMX_OR_UNKNOWN, .get = lost},
	{0},
};

static const struct mmx_record row = {
	.name = "row", .doc = "a row", .fields = row_fields, .next = next_row};

static const struct mmx_field fields[] = {
	{"rows", MMX_TABLE, "all of them", .record = &row},
	{0},
};

static const struct mmx_record document = {
	.name = "test", .doc = "rows", .version = 1, .fields = fields};

static char shown[256], said[256];

static void append(void *text, const char *bytes, size_t len)
{
	strncat(text, bytes, len);
}

static void say(void *text, const char *line)
{
	strcat(text, line);
	strcat(text, "\n");
}

static enum mmx_exit show(const struct mmx_out_options *options)
{
	static const struct mmx_command command = {.name = "testx", .document = &document};
	const struct mmx_sink sink = {.write = append, .arg = shown};
	const struct mmx_messages messages = {.say = say, .arg = said};
	static struct mmx_image image;
	static struct mmx_kernel kernel = {.image = &image};
	static struct mmx_view view = {.kernel = &kernel};
	static struct mmx_out out;
	struct mmx_run run = {.command = &command,
			      .kernel = &kernel,
			      .view = &view,
			      .out = &out,
			      .messages = &messages};

	shown[0] = said[0] = 0;
	mmx_out_init(&out, options, &sink);
	if (options->columns && mmx_out_choose(&out, &document, NULL))
		return MMX_EXIT_CANNOT;
	return mmx_run_show(&run, (void *)"", NULL);
}

static void why_cells_are_unknown_is_said_once(void)
{
	CHECK(!show(&(struct mmx_out_options){.columns = "lost"}), "status");
	CHECK(!strcmp(shown, "lost\n(unknown)\n(unknown)\n"), "%s", shown);
	CHECK(!strcmp(said, "testx: there is no symbol of it\n"), "%s", said);
	CHECK(!show(&(struct mmx_out_options){.columns = "lost_unknown"}), "status");
	CHECK(!show(&(struct mmx_out_options){.json = true}), "status");
	CHECK(strstr(shown, "\"lost_unknown\":") && !*said, "%s%s", shown, said);
}

int main(void)
{
	RUN(the_worse_of_two_ends_counts);
	RUN(a_command_is_found_with_and_without_its_x);
	RUN(why_cells_are_unknown_is_said_once);
	return unit_end();
}
