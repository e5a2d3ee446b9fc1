// SPDX-License-Identifier: GPL-2.0-or-later
/* procx: an entry of the dead kernel's /proc, as that kernel would have printed it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "proc/kpage.h"

#define BATCH 65536u

/* What stands for a frame whose struct page is not in the dump: no kernel ever prints it. */
#define NOT_IN_DUMP (~0ULL)

typedef uint64_t (*entry_fn)(const struct mmx_kpage *kp, struct mmx_page_walk *w);

static uint64_t count_entry(const struct mmx_kpage *kp, struct mmx_page_walk *w)
{
	return mmx_kpagecount(kp, w);
}

struct words {
	struct mmx_out *out;
	uint64_t *v;
	size_t n;
};

static void put_words(struct words *words, uint64_t value, uint64_t count)
{
	while (count--) {
		words->v[words->n++] = htole64(value);
		if (words->n == BATCH) {
			mmx_out_raw(words->out, words->v, BATCH * sizeof(*words->v));
			words->n = 0;
		}
	}
}

/* A file of one 64-bit word a frame. */
static enum mmx_exit frame_words(struct mmx_run *run, entry_fn entry, bool flags)
{
	struct words words = {.out = run->out};
	struct mmx_page_walk w;
	struct mmx_kpage kp;
	struct mmx_err err;
	uint64_t missing = 0;

	if (mmx_kpage_find(&kp, run->view, &err) ||
	    mmx_page_walk_begin(&w, run->view, 0, kp.max_pfn, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	words.v = malloc(BATCH * sizeof(*words.v));
	if (!words.v) {
		mmx_page_walk_end(&w);
		mmx_say(run, "out of memory");
		return MMX_EXIT_CANNOT;
	}
	while (mmx_page_walk_next(&w)) {
		bool online = mmx_pfn_online(&run->kernel->sparse, w.pfn);

		if (w.read == MMX_READ_OK && online) {
			put_words(&words, entry(&kp, &w), 1);
		} else if (w.read == MMX_READ_ABSENT || !online) {
			put_words(&words, flags ? kp.hole : 0, w.frames);
		} else {
			put_words(&words, NOT_IN_DUMP, w.frames);
			missing += w.frames;
		}
	}
	mmx_out_raw(run->out, words.v, words.n * sizeof(*words.v));
	free(words.v);
	mmx_page_walk_end(&w);
	if (missing)
		mmx_say(run,
			"the struct pages of %" PRIu64 " of %" PRIu64
			" frames are not in the dump: their words are all ones",
			missing, kp.max_pfn);
	return missing ? MMX_EXIT_PARTIAL : MMX_EXIT_OK;
}

static enum mmx_exit kpageflags(struct mmx_run *run)
{
	return frame_words(run, mmx_kpageflags, true);
}

static enum mmx_exit kpagecount(struct mmx_run *run)
{
	return frame_words(run, count_entry, false);
}

static const struct {
	const char *name;
	enum mmx_exit (*run)(struct mmx_run *run);
} entries[] = {
	{"kpageflags", kpageflags},
	{"kpagecount", kpagecount},
};

static enum mmx_exit procx(struct mmx_run *run)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		if (!strcmp(entries[i].name, run->operand[0]))
			return entries[i].run(run);
	}
	mmx_say(run, "no entry %s; there are kpageflags and kpagecount", run->operand[0]);
	return MMX_EXIT_CANNOT;
}

const struct mmx_command mmx_cmd_procx = {
	.name = "procx",
	.summary = "an entry of the dead kernel's /proc",
	.operands = "ENTRY",
	.help = "Writes to standard output what that kernel's /proc/ENTRY would have held, byte for byte,\n"
		"by that kernel's own rules, which differ between releases.\n"
		"\n"
		"kpageflags and kpagecount are binary: a 64-bit word for each page frame. A frame whose\n"
		"struct page is not in the dump has all bits set, which no kernel prints; how many those\n"
		"are is said on standard error, and the exit status is 3.",
	.min_operands = 1,
	.max_operands = 1,
	.run = procx,
};
