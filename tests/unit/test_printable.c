// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a dump's text may reach a terminal. */
#include <string.h>

#include "base/err.h"
#include "base/printable.h"
#include "unit.h"

static void shown(const char *text, const char *wanted)
{
	char buf[64];

	strcpy(buf, text);
	mmx_make_printable(buf);
	CHECK(!strcmp(buf, wanted), "\"%s\", not \"%s\"", buf, wanted);
}

static void text_stays(void)
{
	shown("", "");
	shown("kworker/0:1-events ~", "kworker/0:1-events ~");
	shown("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7",
	      "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7");
}

static void control_characters_go(void)
{
	shown("\033[2J", "?[2J");
	shown("a\nb\tc\rd\177", "a?b?c?d?");
	shown("\x9b"
	      "31m",
	      "?31m");
	shown("\xc2\x9b"
	      "31m",
	      "??31m");
	shown("\xc2\x85\xc2\xa0", "??\xc2\xa0");
	shown("\xe2\x80\xae"
	      "fdp.exe",
	      "???fdp.exe");
	shown("\xe2\x81\xa6.", "???.");
}

static void what_is_no_utf8_goes(void)
{
	shown("\xff\xfe", "??");
	shown("\xc3", "?");
	shown("\xc3(", "?(");
	shown("\xe2\x82", "??");
	shown("\xc0\x9b", "??"); /* an ASCII or control character in too many bytes */
	shown("\xe0\x82\x9b", "???");
	shown("\xed\xa0\x80", "???");      /* half of a surrogate pair */
	shown("\xf4\x90\x80\x80", "????"); /* beyond the last character */
}

static void all_of_a_prefix_is_counted(void)
{
	CHECK(mmx_printable("abc\033def", 7) == 3, "up to the escape");
	CHECK(mmx_printable("\xc3\xa9", 1) == 0, "half a character");
	CHECK(mmx_printable("", 0) == 0, "nothing");
}

static void an_error_is_one_line(void)
{
	struct mmx_err err;

	mmx_fail(&err, MMX_ECORRUPT, "%s: a dump of \"%s\"", "core", "\033]0;x\a\n");
	CHECK(!strcmp(err.text, "core: a dump of \"?]0;x??\""), "\"%s\"", err.text);
	mmx_fail_prefix(&err, "a\nb");
	CHECK(!strcmp(err.text, "a?b: core: a dump of \"?]0;x??\""), "\"%s\"", err.text);
}

int main(void)
{
	RUN(text_stays);
	RUN(control_characters_go);
	RUN(what_is_no_utf8_goes);
	RUN(all_of_a_prefix_is_counted);
	RUN(an_error_is_one_line);
	return unit_end();
}
