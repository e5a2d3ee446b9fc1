// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's symbols as crash has them, for a dump without kallsyms. crash's tables differ from
 * version to version, and it lets nobody else walk them; the list that its command "sym" prints
 * has not changed, so that is what is read: "ffffffff81000000 (T) _stext", and the modules' behind a
 * line that says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"

static void call_sym(void *unused)
{
	(void)unused;
	cmd_sym();
}

/* crash's command for its words and its output; the command that is being run gets its own back. */
static char *sym_list(struct session *s)
{
	char *list[] = {"sym", "-l", NULL}, *words[3], *text = NULL;
	int n_words = argcnt, place = optind;
	FILE *output = fp;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	bool ok;

	if (!f)
		return NULL;
	memcpy(words, args, sizeof(words));
	memcpy(args, list, sizeof(list));
	argcnt = 2;
	optind = 0;
	fp = f;
	ok = session_call(s, call_sym, NULL);
	fp = output;
	optind = place;
	argcnt = n_words;
	memcpy(args, words, sizeof(words));
	fclose(f);
	if (ok)
		return text;
	free(text);
	return NULL;
}

/* False at the first line that is none of the kernel's own symbols. */
static bool read_line(const char *line, struct mmx_symbol *sym, const char **name, size_t *len)
{
	char *end;

	sym->addr = strtoull(line, &end, 16);
	if (end == line || strncmp(end, " (", 2) || !end[2] || strncmp(end + 3, ") ", 2))
		return false;
	sym->type = end[2];
	*name = end + 5;
	*len = strcspn(*name, " \n");
	return *len;
}

int crash_symbols(void *arg, struct mmx_symbols *s, uint64_t kaslr_offset, struct mmx_err *err)
{
	struct mmx_symbol sym;
	const char *name;
	char *text, *line;
	size_t len;
	int ret = 0;

	(void)kaslr_offset; /* crash has applied it */
	text = sym_list(arg);
	if (!text)
		return mmx_fail(err, MMX_EMISSING, "crash does not list its symbols");
	for (line = text; !ret && *line && read_line(line, &sym, &name, &len);) {
		ret = mmx_symbols_add(s, name, len, sym.addr, sym.type, 0);
		line = strchrnul(name + len, '\n');
		line += *line == '\n';
	}
	free(text);
	s->provider = "symbols of crash";
	if (ret)
		return mmx_fail_nomem(err);
	return s->kernel.n ? 0 : mmx_fail(err, MMX_ENOTFOUND, "crash has no symbols");
}
