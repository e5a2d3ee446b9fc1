// SPDX-License-Identifier: GPL-2.0-or-later
/* What looks wrong in a kernel that runs is wrong when each of several readings has it. */
#include <string.h>

#include "../fake_memory.h"
#include "cmd/cmd.h"
#include "unit.h"

/*
 * By reading, those behind the last one as that: what looks wrong, a letter a sentence; '.' for a reading that finds
 * all well.
 */
static const char *const *story;
static unsigned int told;
static unsigned int readings;
static enum mmx_exit well;
static bool writes, apart;
static char shown[512], said[2048];

static void append(void *text, const char *bytes, size_t len)
{
	strncat(text, bytes, len);
}

static void say(void *text, const char *line)
{
	strcat(text, line);
	strcat(text, "\n");
}

/* Capitals come as a coverage's, the others as findings; '?' is one that does not say which it is. */
static enum mmx_exit tell(struct mmx_run *run)
{
	const char *wrong = story[readings < told ? readings : told - 1];
	struct mmx_coverage c = {0};
	enum mmx_exit status = well;

	readings++;
	run->once = writes;
	run->apart = apart;
	for (; *wrong && *wrong != '.'; wrong++) {
		if (*wrong == '?')
			status = mmx_worse(status, MMX_EXIT_FINDINGS);
		else if (*wrong < 'a')
			mmx_cover_failf(&c, MMX_ECORRUPT, "%c is broken", *wrong);
		else
			status = mmx_worse(status, mmx_run_wrong(run, "%c is wrong", *wrong));
	}
	status = mmx_worse(status, mmx_run_exit(run, &c));
	mmx_out_raw(run->out, &(char){(char)('0' + readings)}, 1);
	mmx_say(run, "said in reading %u", readings);
	mmx_out_raw(run->out, "!", 1);
	return status;
}

static const struct mmx_command command = {.name = "tellx", .run = tell};

static enum mmx_exit run(bool live, unsigned int n, const char *const *of)
{
	static struct mmx_out out;
	const struct mmx_sink sink = {.write = append, .arg = shown};
	const struct mmx_messages messages = {.say = say, .arg = said};
	struct fake_memory *m = fake_memory_new(4096);
	char name[] = "tellx", *argv[] = {name};
	enum mmx_exit status;

	story = of;
	told = n;
	readings = 0;
	shown[0] = said[0] = 0;
	m->image.live = live;
	mmx_out_init(&out, &(struct mmx_out_options){0}, &sink);
	status = mmx_command_run(&command, &m->mem.kernel, &out, &messages, 1, argv);
	fake_memory_free(m);
	return status;
}

#define STORY(...)                                                                         \
	sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (const char *const[]) \
	{                                                                                  \
		__VA_ARGS__                                                                \
	}
#define READ(...) run(true, STORY(__VA_ARGS__))

static void a_dump_is_read_once(void)
{
	CHECK(run(false, STORY("aB")) == MMX_EXIT_FINDINGS, "status");
	CHECK(readings == 1 && !strcmp(shown, "1!") && !strcmp(said, "tellx: said in reading 1\n"),
	      "%u, %s%s", readings, shown, said);
}

static void what_is_well_is_read_once(void)
{
	CHECK(!READ(".") && readings == 1, "%u", readings);
	CHECK(!strcmp(shown, "1!") && !strcmp(said, "tellx: said in reading 1\n"), "%s%s", shown,
	      said);
}

static void only_the_last_reading_is_shown(void)
{
	CHECK(!READ("aB", ".") && readings == 2, "%u", readings);
	CHECK(!strcmp(shown, "2!") && !strcmp(said, "tellx: said in reading 2\n"), "%s%s", shown,
	      said);
}

static void what_is_wrong_each_time_is_wrong_and_named(void)
{
	CHECK(READ("abC", "bdC", "Cxb", "Cb", "bCy") == MMX_EXIT_FINDINGS && readings == 8, "%u",
	      readings);
	CHECK(strstr(said, "wrong in each of 8 readings: b is wrong\n"), "%s", said);
	CHECK(strstr(said, "wrong in each of 8 readings: C is broken\n"), "%s", said);
	CHECK(!strstr(said, "x is wrong"), "%s", said);
	CHECK(strstr(said, "changed while read: 1 of 3 things"), "%s", said);
	CHECK(READ("a", "a", "a", "a", "a") == MMX_EXIT_FINDINGS && !strstr(said, "changed"), "%s",
	      said);
	CHECK(READ("?", "?", "?", "?", "?") == MMX_EXIT_FINDINGS, "one without a name");
}

static void what_is_something_else_each_time_changed(void)
{
	CHECK(READ("a", "b", "c") == MMX_EXIT_PARTIAL && readings == 8, "%u", readings);
	CHECK(strstr(said, "changed while read: 1 of 1 things"), "%s", said);
	CHECK(READ("A", "a", "a") == MMX_EXIT_PARTIAL, "not in the first");
	CHECK(READ("a", "a", "a", "a", "a", "a", "a", "A") == MMX_EXIT_PARTIAL, "not in the last");
	CHECK(READ("?", "a", "?") == MMX_EXIT_PARTIAL, "not told apart");
}

/* However often a walk over all memory finds it. */
static void what_was_read_far_apart_proves_nothing(void)
{
	apart = true;
	CHECK(READ("aB") == MMX_EXIT_PARTIAL && readings == 1, "%u", readings);
	CHECK(strstr(said, "read at moments far apart"), "%s", said);
	CHECK(READ("?") == MMX_EXIT_PARTIAL && !READ("."), "status");
	CHECK(run(false, STORY("a")) == MMX_EXIT_FINDINGS, "of a dump");
	apart = false;
}

static void what_is_missing_twice_is_missing(void)
{
	well = MMX_EXIT_PARTIAL;
	CHECK(READ(".", ".", ".") == MMX_EXIT_PARTIAL && readings == 2, "%u", readings);
	CHECK(!strstr(said, "changed"), "%s", said);
	well = MMX_EXIT_CANNOT;
	CHECK(READ(".", ".", ".") == MMX_EXIT_CANNOT && readings == 2, "%u", readings);
	well = MMX_EXIT_OK;
}

static void what_writes_files_is_done_once(void)
{
	writes = true;
	CHECK(READ("a", "a", "a") == MMX_EXIT_PARTIAL && readings == 1, "%u", readings);
	CHECK(strstr(said, "so in 1 reading, and may yet"), "%s", said);
	writes = false;
}

int main(void)
{
	RUN(a_dump_is_read_once);
	RUN(what_is_well_is_read_once);
	RUN(only_the_last_reading_is_shown);
	RUN(what_is_wrong_each_time_is_wrong_and_named);
	RUN(what_is_something_else_each_time_changed);
	RUN(what_was_read_far_apart_proves_nothing);
	RUN(what_is_missing_twice_is_missing);
	RUN(what_writes_files_is_done_once);
	return unit_end();
}
