// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/saved.h"
#include "proc/proc.h"

#define LOOK        4096u        /* bytes that tell what a file is */
#define MOST        (1ull << 30) /* what an answer may have: nobody saves more */
#define ENTRY_WORDS ".-_"        /* "vmstat.before" is one of vmstat's, too */

static int read_more(struct mmx_saved *saved, FILE *file, size_t most, const char *path,
		     struct mmx_err *err)
{
	while (saved->n < most) {
		size_t want = most - saved->n < 1 << 16 ? most - saved->n : 1 << 16, got;

		/* One more for the end that parsers put there. */
		if (!mmx_array_grow(saved, want + 1))
			return mmx_fail_nomem(err);
		got = fread(saved->v + saved->n, 1, want, file);
		saved->n += got;
		if (ferror(file))
			return mmx_fail(err, MMX_EIO, "%s: %s", path, strerror(errno));
		if (!got)
			break;
	}
	return 0;
}

/* No text has a NUL; every dump does. */
static enum mmx_saved_kind kind_of(const struct mmx_saved *saved)
{
	static const char flattened[] = "makedumpfile";
	const char *begin = saved->v;

	if (!saved->n || memchr(saved->v, 0, saved->n) ||
	    (saved->n >= sizeof(flattened) && !memcmp(begin, flattened, sizeof(flattened) - 1)))
		return MMX_SAVED_DUMP;
	for (size_t i = 0; i < saved->n; i++) {
		if (!strchr(" \t\r\n", begin[i]))
			return begin[i] == '{' ? MMX_SAVED_JSON : MMX_SAVED_TEXT;
	}
	return MMX_SAVED_TEXT;
}

/* "/tmp/before/vmstat" and "vmstat.1" are both vmstat's. */
static void name_entry(struct mmx_saved *saved, const char *path)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *entry;

	for (unsigned int i = 0; (entry = mmx_proc_entry_name(i)); i++) {
		size_t len = strlen(entry);

		if (!strncmp(name, entry, len) && (!name[len] || strchr(ENTRY_WORDS, name[len])))
			snprintf(saved->what, sizeof(saved->what), "%s", entry);
	}
}

int mmx_saved_read(struct mmx_saved *saved, const char *path, struct mmx_err *err)
{
	FILE *file = fopen(path, "re");
	int ret;

	*saved = (struct mmx_saved){0};
	if (!file)
		return mmx_fail(err, MMX_EIO, "%s: %s", path, strerror(errno));
	ret = read_more(saved, file, LOOK, path, err);
	saved->kind = kind_of(saved);
	if (!ret && saved->kind != MMX_SAVED_DUMP)
		ret = read_more(saved, file, MOST, path, err);
	fclose(file);
	if (!ret && saved->n >= MOST)
		ret = mmx_fail(err, MMX_EUSAGE, "%s is too long for a saved answer", path);
	if (!ret && saved->kind == MMX_SAVED_TEXT)
		name_entry(saved, path);
	return ret;
}

void mmx_saved_free(struct mmx_saved *saved)
{
	mmx_array_free(saved);
}

/*
 * The same answer of a kernel: the command is run, and what it writes is kept.
 */

struct keep {
	struct mmx_saved *saved;
	bool nomem;
};

static void keep(void *arg, const char *text, size_t len)
{
	struct keep *k = arg;

	if (!mmx_array_grow(k->saved, len + 1)) {
		k->nomem = true;
		return;
	}
	memcpy(k->saved->v + k->saved->n, text, len);
	k->saved->n += len;
}

int mmx_saved_answer(struct mmx_saved *saved, const struct mmx_saved *like, struct mmx_run *run,
		     struct mmx_kernel *kernel, enum mmx_exit *status, struct mmx_err *err)
{
	const struct mmx_out_options options = {.json = like->kind == MMX_SAVED_JSON};
	const struct mmx_command *command =
		options.json ? like->command : mmx_command_find("procx");
	char *argv[] = {(char *)command->name, (char *)like->what, NULL};
	struct keep k = {.saved = saved};
	const struct mmx_sink sink = {.write = keep, .arg = &k};
	struct mmx_out *out;

	*saved = (struct mmx_saved){.kind = like->kind, .command = like->command};
	snprintf(saved->what, sizeof(saved->what), "%s", like->what);
	if (options.json ? command->min_operands > 0 : !*like->what)
		return mmx_fail(
			err, MMX_EUSAGE,
			options.json
				? "%s answers what it is asked, which is not told by its answer: save the other one as well"
				: "nothing tells which entry of /proc %s is: call it as that is called, \"vmstat\" or \"vmstat.before\"",
			options.json ? command->name : "this");
	out = malloc(sizeof(*out));
	if (!out)
		return mmx_fail_nomem(err);
	mmx_out_init(out, &options, &sink);
	*status = mmx_command_run(command, kernel, out, run->messages, options.json ? 1 : 2, argv);
	free(out);
	if (k.nomem)
		return mmx_fail_nomem(err);
	if (*status == MMX_EXIT_CANNOT)
		return mmx_fail(
			err, MMX_EMISSING,
			"asked for nothing in particular the dump has no %s: save the other one as well",
			like->what);
	return 0;
}

int mmx_saved_values(struct mmx_saved *saved, struct mmx_moment *moment, enum mmx_subject subject,
		     struct mmx_err *err)
{
	moment->of[subject].has = true;
	return (saved->kind == MMX_SAVED_JSON ? mmx_saved_json_values
					      : mmx_saved_text_values)(saved, moment, subject, err);
}
