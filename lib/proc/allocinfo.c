// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * allocinfo: what each line of code has allocated and not freed. Its version, and whether a line tells that it is not
 * accurate (since 6.17, version 2.0), the kernel's own texts tell.
 */
#include <inttypes.h>
#include <string.h>

#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/owners/alloc_tags.h"
#include "proc/text.h"

enum { VERSION, COLUMNS, INACCURATE, TEXTS };

#define MAX_NAME 512

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(p->view);

	if (tags->n || mmx_cover_whole(&tags->coverage))
		return 0;
	*err = tags->coverage.first;
	return -1;
}

static void put_name(struct mmx_proc *p, uint64_t addr, const char *what)
{
	char name[MAX_NAME];
	enum mmx_read read;
	struct mmx_err err;
	bool cut = false;

	read = mmx_kread_str(p->view, addr, name, sizeof(name), &cut);
	if (!read && !cut) {
		mmx_proc_put(p, "%s", name);
		return;
	}
	mmx_fail(&err, read ? mmx_read_code(read) : MMX_ECORRUPT,
		 "the name of a %s, at 0x%" PRIx64 ", is %s", what, addr,
		 read ? mmx_read_name(read) : "longer than names are");
	mmx_proc_number(p, 0, mmx_proc_unknown(p, &err));
}

static struct mmx_proc_value value(struct mmx_proc *p, uint64_t n, const struct mmx_err *why)
{
	return why ? mmx_proc_unknown(p, why) : (struct mmx_proc_value){.n = n};
}

static void put_tag(struct mmx_proc *p, const struct mmx_alloc_tag *tag, const struct mmx_err *why,
		    const char *inaccurate)
{
	mmx_proc_signed(p, 12, value(p, (uint64_t)tag->bytes, why));
	mmx_proc_put(p, " ");
	mmx_proc_number(p, 8, value(p, tag->calls, why));
	mmx_proc_put(p, " ");
	put_name(p, tag->file, "source file");
	mmx_proc_put(p, ":%" PRIu32, tag->line);
	if (tag->module) {
		mmx_proc_put(p, " [");
		put_name(p, tag->module, "module");
		mmx_proc_put(p, "]");
	}
	mmx_proc_put(p, " func:");
	put_name(p, tag->function, "function");
	mmx_proc_put(p, "%s \n", tag->inaccurate ? inaccurate : "");
}

static int write_allocinfo(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(p->view);
	struct mmx_text text[TEXTS] = {
		[VERSION] = {.begins = "allocinfo - version: "},
		[COLUMNS] = {.begins = "#     <size>  <calls> <tag info>\n"},
		[INACCURATE] = {.begins = " accurate:no"},
	};

	if (mmx_texts_find(p->view, text, TEXTS, err))
		return -1;
	mmx_cover_inherit(&p->coverage, &tags->coverage);
	/* The first tag brings the head. */
	if (tags->n)
		mmx_proc_put(p, "%s%s", text[VERSION].text, text[COLUMNS].text);
	for (size_t i = 0; i < tags->n; i++)
		put_tag(p, &tags->v[i], mmx_reason(&tags->reasons, tags->v[i].why),
			text[INACCURATE].text);
	return 0;
}

const struct mmx_proc_entry mmx_proc_allocinfo = {
	.name = "allocinfo",
	.find = find,
	.write = write_allocinfo,
	.end = mmx_proc_text_end,
};
