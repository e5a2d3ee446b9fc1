// SPDX-License-Identifier: GPL-2.0-or-later
/* The values of answers that were saved: texts of /proc, and documents. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/saved.h"
#include "unit.h"

static int take(struct mmx_moment *moment, enum mmx_saved_kind kind, const char *text,
		struct mmx_err *err)
{
	struct mmx_saved saved = {.kind = kind, .v = strdup(text), .n = strlen(text)};
	int ret;

	memset(moment, 0, sizeof(*moment));
	ret = mmx_saved_values(&saved, moment, MMX_SUBJECT_VALUES, err);
	mmx_saved_free(&saved);
	return ret;
}

/* "NAME=VALUE;NAME=VALUE;", a question mark for a number that is not known, a text in quotes */
static void values_are(enum mmx_saved_kind kind, const char *text, const char *wanted)
{
	struct mmx_moment moment;
	struct mmx_err err;
	char buf[4096] = "";
	size_t n = 0;

	CHECK(!take(&moment, kind, text, &err), "%s: %s", text, err.text);
	for (size_t i = 0; i < moment.of[MMX_SUBJECT_VALUES].n; i++) {
		const struct mmx_measured *m = &moment.of[MMX_SUBJECT_VALUES].v[i];

		n += snprintf(buf + n, sizeof(buf) - n, "%s=", m->name);
		if (m->text)
			n += snprintf(buf + n, sizeof(buf) - n, "'%s';", m->text);
		else if (m->given)
			n += snprintf(buf + n, sizeof(buf) - n, "%" PRId64 ";", m->v[0]);
		else
			n += snprintf(buf + n, sizeof(buf) - n, "?;");
	}
	CHECK(!strcmp(buf, wanted), "%s", buf);
	mmx_moment_free(&moment);
}

static void text_is(const char *text, const char *wanted)
{
	values_are(MMX_SAVED_TEXT, text, wanted);
}

static void lines_of_name_and_value(void)
{
	text_is("nr_free_pages 12\nnr_zone_inactive_anon -3\nnr_x ?\n",
		"nr_free_pages=12;nr_zone_inactive_anon=-3;nr_x=?;");
	text_is("MemTotal:        1004532 kB\nHugePages_Total:       4\nActive(anon):  12 kB",
		"MemTotal=1004532;HugePages_Total=4;Active(anon)=12;");
	text_is("Name:\tsh\nState:\tS (sleeping)\nVmRSS:\t     640 kB\n",
		"Name='sh';State='S (sleeping)';VmRSS=640;");
	text_is("99999999999999999999 big\n", "big='99999999999999999999';");
	text_is("", "");
	text_is("\n\n  \n", "");
}

static void rows_of_many_numbers(void)
{
	text_is("Node 0, zone      DMA      1      0\nNode 0, zone    DMA32      7     12\n",
		"Node 0, zone DMA [0]=1;Node 0, zone DMA [1]=0;"
		"Node 0, zone DMA32 [0]=7;Node 0, zone DMA32 [1]=12;");
	text_is("4096 1 mm/slub.c:7 func:f\n",
		"mm/slub.c:7 func:f [0]=4096;mm/slub.c:7 func:f [1]=1;");
}

static void rows_below_titles(void)
{
	text_is("slabinfo - version: 2.1\n"
		"# name            <active_objs> <num_objs> <objsize> : tunables <limit> : slabdata <active_slabs>\n"
		"dentry 20 21 192 : tunables 0 : slabdata 1\n",
		"dentry active_objs=20;dentry num_objs=21;dentry objsize=192;dentry limit=0;"
		"dentry active_slabs=1;");
	text_is("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		"/dev/zram0                              partition\t65532\t\t1024\t\t-2\n",
		"/dev/zram0 Size=65532;/dev/zram0 Used=1024;/dev/zram0 Priority=-2;");
}

static void blocks_below_headings(void)
{
	text_is("Node 0, zone      DMA\n"
		"  per-node stats\n"
		"      nr_inactive_anon 72\n"
		"  pages free     3840\n"
		"        min      66\n"
		"        protection: (0, 951)\n"
		"  pagesets\n"
		"    cpu: 0\n"
		"              count: 14\n"
		"    cpu: 1\n"
		"              count: 15\n"
		"Node 0, zone    DMA32\n"
		"  pages free     8\n",
		"Node 0, zone DMA: nr_inactive_anon=72;Node 0, zone DMA: pages free=3840;"
		"Node 0, zone DMA: min=66;Node 0, zone DMA: protection='(0, 951)';"
		"Node 0, zone DMA: cpu 0 count=14;Node 0, zone DMA: cpu 1 count=15;"
		"Node 0, zone DMA32: pages free=8;");
	text_is("00400000-00401000 r-xp 00000000 fe:00 12 /bin/sh\nSize:  4 kB\nVmFlags: rd ex\n",
		"00400000-00401000='r-xp 00000000 fe:00 12 /bin/sh';00400000-00401000: Size=4;"
		"00400000-00401000: VmFlags='rd ex';");
}

/* Rows are known by what they begin with, and where they begin with numbers by their names. */
static void documents_by_their_records(void)
{
	values_are(
		MMX_SAVED_JSON,
		"{\"schema\":\"mmx.census/1\",\"frames\":9,\"classes\":[{\"name\":\"free\",\"frames\":5}],"
		"\"files\":[{\"frames\":3,\"bytes\":12288,\"kind\":\"file\",\"path\":\"/x\"}]}",
		"schema='mmx.census/1';frames=9;classes: rows=1;classes[free].name='free';"
		"classes[free].frames=5;files: rows=1;files[file /x].frames=3;"
		"files[file /x].bytes=12288;files[file /x].kind='file';files[file /x].path='/x';");
	values_are(MMX_SAVED_JSON,
		   "{\"schema\":\"mmx.unheard/7\",\"a\":[1,{\"pid\":4,\"n\":true}]}",
		   "schema='mmx.unheard/7';a: rows=2;a[0]=1;a[4].pid=4;a[4].n='true';");
}

static void other_json_is_refused(void)
{
	static const char *const texts[] = {"{}", "{\"schema\":1}", "{\"schema\":\"other/1\"}", "[",
					    "{\"schema\":\"mmx.census/1\""};
	struct mmx_moment moment;
	struct mmx_err err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		CHECK(take(&moment, MMX_SAVED_JSON, texts[i], &err), "%s was taken", texts[i]);
		mmx_moment_free(&moment);
	}
}

int main(void)
{
	RUN(lines_of_name_and_value);
	RUN(rows_of_many_numbers);
	RUN(rows_below_titles);
	RUN(blocks_below_headings);
	RUN(documents_by_their_records);
	RUN(other_json_is_refused);
	return unit_end();
}
