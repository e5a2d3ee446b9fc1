// SPDX-License-Identifier: GPL-2.0-or-later
/* diffx: what changed between two moments: of dumps, of the running kernel, or of answers that were saved. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/saved.h"
#include "open/open.h"
#include "records/diff.h"

#define LIMIT 12 /* rows of each subject, unless it is said */

/*
 * The document.
 */

static void left_out(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_diff_of(r)->left_out;
}

/* All of it in a line. */
static void changed(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_diff *diff = mmx_diff_of(r);
	size_t n = 0, size = sizeof(v->scratch->text);

	v->text = v->scratch->text;
	snprintf(v->scratch->text, size, "nothing");
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		if (diff->changes.of[i].n && n < size)
			n += snprintf(v->scratch->text + n, size - n, "%s%zu %s", n ? ", " : "",
				      diff->changes.of[i].n, mmx_subject_words(i));
	}
	if (!n && diff->changes.moved)
		snprintf(v->scratch->text, size, "frames that went from a class to another");
}

static void more(struct mmx_rows *r, struct mmx_value *v, unsigned int subject)
{
	v->word = mmx_diff_more(mmx_diff_of(r), subject);
	if (!v->word)
		mmx_value_none(v);
}

#define MORE(id)                                                       \
	static void more_##id(struct mmx_rows *r, struct mmx_value *v) \
	{                                                              \
		more(r, v, MMX_SUBJECT_##id);                          \
	}

MORE(CLASSES)
MORE(COUNTERS)
MORE(MEMINFO)
MORE(ZONES)
MORE(NODES)
MORE(PROCESSES)
MORE(FILES)
MORE(CACHES)
MORE(MEMCGS)
MORE(CALLERS)
MORE(HOLDERS)
MORE(FRESH)
MORE(SWAPS)
MORE(TAGS)
MORE(SITES)
MORE(VALUES)

/* A table, and how many rows of it are not shown. */
#define TABLE(id, key, sentence, heading)                                  \
	{key,                                                              \
	 MMX_TABLE,                                                        \
	 sentence,                                                         \
	 .title = heading,                                                 \
	 .may = MMX_OR_NONE,                                               \
	 .record = &mmx_record_diff[MMX_SUBJECT_##id]},                    \
	{                                                                  \
		key "_more", MMX_COUNT, "how many of those are not shown", \
			.min = 1, .may = MMX_OR_NONE, .get = more_##id     \
	}

static const struct mmx_field fields[] = {
	{"before", MMX_BLOCK, "what is compared", .title = "Before",
	 .record = &mmx_record_diff_side_before},
	{"after", MMX_BLOCK, "with what", .title = "After", .record = &mmx_record_diff_side_after},
	{"boot", MMX_BLOCK, "of two dumps", .title = "Between", .may = MMX_OR_NONE,
	 .record = &mmx_record_diff_boot},
	{"changed", MMX_TEXT, "how many things changed, of each sort; or \"nothing\"",
	 .get = changed},
	{"left_out", MMX_TEXT, "what is not compared, as only one of the two has it",
	 .zero = MMX_OR_NONE, .get = left_out},
	{"trouble", MMX_TROUBLE, "why not all of it is certain", AT(struct mmx_diff, coverage)},
	TABLE(CLASSES, "classes", "that have more or fewer frames", "Classes"),
	{"moves", MMX_TABLE, "frames that went from one class to another, most first",
	 .title = "Frames that changed class", .may = MMX_OR_NONE,
	 .record = &mmx_record_diff_moves},
	{"matrix", MMX_BLOCK, "the same by both classes", .may = MMX_OR_NONE,
	 .record = &mmx_record_diff_matrix},
	TABLE(FRESH, "fresh", "who has frames that were free before",
	      "Frames that were free, by who has them now"),
	TABLE(PROCESSES, "processes", "that came, went, or have other memory", "Processes"),
	TABLE(FILES, "files", "of which more or less is cached", "Page cache"),
	TABLE(CACHES, "caches", "slab caches that have other objects or slabs", "Slab caches"),
	TABLE(CALLERS, "vmalloc_callers", "code that has more or less memory of vmalloc areas",
	      "vmalloc areas, by who asked for them"),
	TABLE(HOLDERS, "holders",
	      "pipes, sockets and other structures that hold more or fewer pages",
	      "Other structures that hold pages"),
	TABLE(MEMCGS, "memcgs", "memory cgroups with other memory", "Memory cgroups"),
	TABLE(SWAPS, "swap_areas", "of which more or less is in use, in pages", "Swap areas"),
	TABLE(TAGS, "tags", "lines of code, where allocations are profiled",
	      "Code, by what it has allocated"),
	TABLE(SITES, "sites", "stacks, where page_owner keeps them",
	      "Stacks, by the pages that they allocated"),
	TABLE(ZONES, "zones", "that have other free memory, or another size", "Zones"),
	TABLE(NODES, "node_counters", "counters of single nodes, where there are several",
	      "Counters by node"),
	TABLE(MEMINFO, "meminfo", "lines of /proc/meminfo", "/proc/meminfo"),
	TABLE(COUNTERS, "counters",
	      "the kernel's counters, in the units of /proc/vmstat; with what CPUs have not added yet",
	      "Counters"),
	TABLE(VALUES, "values", "numbers of saved answers", "Values"),
	{"texts", MMX_TABLE, "texts of saved answers", .title = "Texts", .may = MMX_OR_NONE,
	 .record = &mmx_record_diff_texts},
	{0},
};

static const struct mmx_record document = {
	.name = "diff",
	.doc = "what changed between two moments",
	.version = 1,
	.fields = fields,
};

/* Without one there is a kernel of which nothing is known. */
static bool has_dump(const struct mmx_run *run)
{
	return run->kernel->arch;
}

/*
 * The two sides: each a kernel, or a saved answer.
 */

struct side {
	const char *path; /* NULL: the kernel that is open */
	struct mmx_saved saved;
	struct mmx_kernel *kernel;
	bool own; /* to be closed here */
	struct mmx_moment moment;
	char from[256], kind[160];
};

static void side_free(struct side *s)
{
	mmx_moment_free(&s->moment);
	mmx_saved_free(&s->saved);
	if (s->own)
		mmx_close(s->kernel);
}

static int open_kernel(struct side *s, struct mmx_run *run, const char *path, struct mmx_err *err)
{
	if (!run->messages->open)
		return mmx_fail(err, MMX_EUSAGE, "there is no way to open another dump here");
	s->kernel = run->messages->open(run->messages->arg, path, err);
	s->own = s->kernel;
	return s->kernel ? 0 : -1;
}

static int side_open(struct side *s, struct mmx_run *run, struct mmx_err *err)
{
	if (!s->path) {
		s->kernel = run->kernel;
		return 0;
	}
	snprintf(s->from, sizeof(s->from), "%s", s->path);
	if (mmx_saved_read(&s->saved, s->path, err))
		return -1;
	return s->saved.kind == MMX_SAVED_DUMP ? open_kernel(s, run, s->path, err) : 0;
}

static void progress(void *arg, int percent)
{
	const struct mmx_run *run = arg;

	run->messages->progress(run->messages->arg, percent);
}

/* meminfo has rules of its own for much that no counter has: it is compared as it is printed. */
static int add_meminfo(struct side *s, struct mmx_run *run, struct mmx_err *err)
{
	const struct mmx_saved like = {.kind = MMX_SAVED_TEXT, .what = "meminfo"};
	struct mmx_saved saved = {0};
	enum mmx_exit status;
	struct mmx_err why;
	int ret = 0;

	if (!mmx_saved_answer(&saved, &like, run, s->kernel, &status, &why))
		ret = mmx_saved_values(&saved, &s->moment, MMX_SUBJECT_MEMINFO, err);
	else
		mmx_cover_fail(&s->moment.coverage, &why);
	mmx_saved_free(&saved);
	return ret;
}

static const char *kernel_kind(const struct mmx_kernel *kernel)
{
	return kernel->image->live ? "a running kernel" : "a dump";
}

static int find_moment(struct side *s, const struct mmx_moment *earlier, struct mmx_run *run,
		       struct mmx_err *err)
{
	static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

	for (unsigned int i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		if (mmx_fact_require(&s->kernel->facts, needs[i], err))
			return mmx_fail_prefix(err, "%s", s->from);
	}
	snprintf(s->kind, sizeof(s->kind), "%s", kernel_kind(s->kernel));
	if (mmx_moment_find(&s->moment, s->kernel->view, earlier,
			    run->messages->progress ? progress : NULL, run, err))
		return -1;
	return add_meminfo(s, run, err);
}

static int take_saved(struct side *s, struct mmx_err *err)
{
	if (mmx_saved_values(&s->saved, &s->moment, MMX_SUBJECT_VALUES, err))
		return mmx_fail_prefix(err, "%s", s->from);
	if (s->saved.kind == MMX_SAVED_JSON)
		snprintf(s->kind, sizeof(s->kind), "a saved answer, %s", s->saved.what);
	else
		snprintf(s->kind, sizeof(s->kind), "a saved text%s%s",
			 *s->saved.what ? " of /proc/" : "", s->saved.what);
	return 0;
}

/* What a dump says to the same question. */
static int answer_alike(struct side *s, const struct side *like, struct mmx_run *run,
			enum mmx_exit *status, struct mmx_err *err)
{
	enum mmx_exit of_answer = MMX_EXIT_OK;

	if (like->saved.kind == MMX_SAVED_JSON && !like->saved.command)
		return mmx_fail(err, MMX_EUSAGE,
				"%s is an answer of %s, which no command here gives", like->from,
				like->saved.what);
	mmx_saved_free(&s->saved);
	if (mmx_saved_answer(&s->saved, &like->saved, run, s->kernel, &of_answer, err) ||
	    mmx_saved_values(&s->saved, &s->moment, MMX_SUBJECT_VALUES, err))
		return -1;
	*status = mmx_worse(*status, of_answer);
	snprintf(s->kind, sizeof(s->kind), "%s, asked for %s", kernel_kind(s->kernel),
		 like->saved.what);
	return 0;
}

/* Of two boots nothing lies where it did: what has the same name is taken for the same. */
static int find_moments(struct side *a, struct side *b, struct mmx_run *run, struct mmx_err *err)
{
	enum mmx_boot_evidence by;

	if (find_moment(a, NULL, run, err) || find_moment(b, &a->moment, run, err))
		return -1;
	if (mmx_boots_compare(&a->moment.boot, &b->moment.boot, &by) == MMX_BOOT_SAME)
		return 0;
	return mmx_moment_by_name(&a->moment, err) || mmx_moment_by_name(&b->moment, err) ? -1 : 0;
}

/* Both saved, and then of the same command; or one, and the other is asked the same; or none. */
static int take_sides(struct side *a, struct side *b, struct mmx_run *run, enum mmx_exit *status,
		      struct mmx_err *err)
{
	if ((!a->kernel && take_saved(a, err)) || (!b->kernel && take_saved(b, err)))
		return -1;
	if (a->kernel && b->kernel)
		return find_moments(a, b, run, err);
	if (a->kernel)
		return answer_alike(a, b, run, status, err);
	if (b->kernel)
		return answer_alike(b, a, run, status, err);
	if (a->saved.kind == b->saved.kind &&
	    (a->saved.kind == MMX_SAVED_TEXT || !strcmp(a->saved.what, b->saved.what)))
		return 0;
	return mmx_fail(err, MMX_EUSAGE, "%s and %s cannot be compared: one is %s, the other is %s",
			a->from, b->from, a->kind, b->kind);
}

/*
 * Comparing.
 */

static void tell_left_out(struct mmx_diff *diff, const struct side *a)
{
	size_t n = 0;

	if (a->saved.kind == MMX_SAVED_JSON)
		mmx_saved_leave_out(diff->before.moment, diff->after.moment, MMX_SUBJECT_VALUES,
				    diff->left_out, sizeof(diff->left_out));
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		const struct mmx_moment *a = diff->before.moment, *b = diff->after.moment;

		if (a->of[i].has != b->of[i].has && n < sizeof(diff->left_out))
			n += snprintf(diff->left_out + n, sizeof(diff->left_out) - n, "%s%s",
				      n ? ", " : "", mmx_subject_words(i));
	}
}

static int check_boot(struct mmx_diff *diff, const struct side *a, const struct side *b,
		      struct mmx_run *run, struct mmx_err *err)
{
	diff->boots = a->kernel && b->kernel;
	if (!diff->boots)
		return 0;
	mmx_boot_read(&diff->before.moment->boot, a->kernel->view);
	mmx_boot_read(&diff->after.moment->boot, b->kernel->view);
	diff->same = mmx_boots_compare(&a->moment.boot, &b->moment.boot, &diff->by);
	if (diff->same == MMX_BOOT_SAME) {
		diff->timed = mmx_boot_elapsed(&a->moment.boot, &b->moment.boot, &diff->elapsed);
		return 0;
	}
	if (run->option['f'])
		return 0;
	if (diff->same == MMX_BOOT_UNKNOWN)
		return mmx_fail(
			err, MMX_EUSAGE,
			"nothing tells whether both are of one boot; -f compares them all the same");
	return mmx_fail(
		err, MMX_EUSAGE,
		"they are not of one boot: %s is %s in one and %s in the other; -f compares them all the same",
		mmx_boot_words(diff->by), a->moment.boot.text[diff->by],
		b->moment.boot.text[diff->by]);
}

static enum mmx_exit show(struct mmx_diff *diff, struct side *a, struct side *b,
			  struct mmx_run *run, struct mmx_err *err)
{
	enum mmx_exit status;

	diff->before.from = a->from;
	diff->before.kind = a->kind;
	diff->after.from = b->from;
	diff->after.kind = b->kind;
	diff->page_shift = 12;
	if (a->kernel || b->kernel)
		diff->page_shift = (a->kernel ? a : b)->kernel->arch->page_shift;
	tell_left_out(diff, a);
	mmx_cover_inherit(&diff->coverage, &a->moment.coverage);
	mmx_cover_inherit(&diff->coverage, &b->moment.coverage);
	if (run->option['l'])
		diff->coverage.broken = 0;
	if (mmx_changes_find(&diff->changes, &a->moment, &b->moment, err))
		return MMX_EXIT_CANNOT;
	if (mmx_changes_name(&diff->changes, diff->limit, &a->moment, &b->moment, err))
		status = MMX_EXIT_CANNOT;
	else
		status = mmx_worse(mmx_run_show(run, diff, NULL), mmx_exit_of(&diff->coverage));
	mmx_changes_free(&diff->changes);
	return status;
}

static bool is_stopped(const struct side *s)
{
	return s->kernel && mmx_stopped(s->kernel->image);
}

static enum mmx_exit compare(struct side *a, struct side *b, struct mmx_run *run,
			     struct mmx_diff *diff)
{
	enum mmx_exit status = MMX_EXIT_OK, shown = MMX_EXIT_CANNOT;
	struct mmx_err err = {0};

	diff->before.moment = &a->moment;
	diff->after.moment = &b->moment;
	if (!side_open(a, run, &err) && !side_open(b, run, &err) &&
	    !check_boot(diff, a, b, run, &err) && !take_sides(a, b, run, &status, &err))
		shown = show(diff, a, b, run, &err);
	if (err.code)
		mmx_say(run, "%s", err.text);
	return is_stopped(a) || is_stopped(b) ? MMX_EXIT_CANNOT : mmx_worse(status, shown);
}

/*
 * A running kernel at two times.
 */

static bool take_seconds(struct mmx_run *run, double *seconds)
{
	const char *text = run->option['l'];
	char *end;

	*seconds = strtod(text, &end);
	if (end != text && !*end && *seconds >= 0 && *seconds <= 86400)
		return true;
	mmx_say(run, "%s is no number of seconds up to a day", text);
	return false;
}

/* In pieces, so that an interrupt is seen. */
static void wait_for(double seconds, const struct mmx_image *image)
{
	const struct timespec piece = {.tv_nsec = 50000000};
	struct timespec now, begun;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		nanosleep(&piece, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!mmx_stopped(image) &&
		 (double)(now.tv_sec - begun.tv_sec) + (double)(now.tv_nsec - begun.tv_nsec) / 1e9 <
			 seconds);
}

static int watch(struct side *a, struct side *b, struct mmx_run *run, double seconds,
		 struct mmx_diff *diff, struct mmx_err *err)
{
	if (has_dump(run) && run->kernel->image->live)
		a->kernel = run->kernel;
	else if (open_kernel(a, run, NULL, err))
		return -1;
	b->kernel = a->kernel;
	snprintf(a->from, sizeof(a->from), "the running kernel");
	snprintf(b->from, sizeof(b->from), "the same, after %g seconds", seconds);
	diff->boots = true;
	diff->same = MMX_BOOT_SAME;
	diff->by = MMX_BOOT_RELEASE;
	if (find_moment(a, NULL, run, err))
		return -1;
	wait_for(seconds, a->kernel->image);
	mmx_knowledge_refresh(a->kernel);
	if (find_moment(b, &a->moment, run, err))
		return -1;
	diff->timed = mmx_boot_elapsed(&a->moment.boot, &b->moment.boot, &diff->elapsed);
	return 0;
}

static enum mmx_exit live(struct side *a, struct side *b, struct mmx_run *run,
			  struct mmx_diff *diff)
{
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_err err = {0};
	double seconds;

	if (run->n_operands) {
		mmx_say(run, "with --live nothing else is compared");
		return MMX_EXIT_CANNOT;
	}
	if (!take_seconds(run, &seconds))
		return MMX_EXIT_CANNOT;
	diff->before.moment = &a->moment;
	diff->after.moment = &b->moment;
	/* What looks wrong at one moment of two is most often being changed: it is told, and no finding. */
	if (!watch(a, b, run, seconds, diff, &err))
		status = show(diff, a, b, run, &err);
	if (err.code)
		mmx_say(run, "%s", err.text);
	return is_stopped(a) ? MMX_EXIT_CANNOT : status;
}

static bool take_limit(struct mmx_run *run, uint64_t *limit)
{
	const char *text = run->option['n'];
	char *end;

	*limit = run->option['a'] ? UINT64_MAX : LIMIT;
	if (!text)
		return true;
	*limit = strtoull(text, &end, 10);
	if (end != text && !*end && *limit)
		return true;
	mmx_say(run, "%s is no number of rows", text);
	return false;
}

/* One operand is compared with the kernel that is open: that comes first, as the dump at hand. */
static bool take_operands(struct mmx_run *run, struct side *a, struct side *b)
{
	if (run->n_operands == 2) {
		a->path = run->operand[0];
		b->path = run->operand[1];
		return true;
	}
	if (run->n_operands == 1 && has_dump(run)) {
		snprintf(a->from, sizeof(a->from), "the dump that is open");
		b->path = run->operand[0];
		return true;
	}
	mmx_say(run, "say what to compare: two of dumps and saved answers%s",
		has_dump(run) ? ", or one with the dump that is open" : "");
	return false;
}

static enum mmx_exit diffx(struct mmx_run *run)
{
	struct mmx_diff *diff = calloc(1, sizeof(*diff));
	struct side *side = calloc(2, sizeof(*side));
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_err err;

	if (!diff || !side) {
		mmx_fail_nomem(&err);
		mmx_say(run, "%s", err.text);
	} else if (take_limit(run, &diff->limit)) {
		if (run->option['l'])
			status = live(&side[0], &side[1], run, diff);
		else if (take_operands(run, &side[0], &side[1]))
			status = compare(&side[0], &side[1], run, diff);
		side_free(&side[1]);
		side_free(&side[0]);
	}
	free(side);
	free(diff);
	return status;
}

static const struct mmx_option options[] = {
	{'a', "all", NULL, "every change, not only the largest of each sort"},
	{'n', "rows", "N", "so many of each sort, 12 unless it is said"},
	{'f', "force", NULL, "also when they are not of one boot, or nothing tells"},
	{'l', "live", "SECONDS", "of the running kernel, what changes within so many seconds"},
	{0},
};

const struct mmx_command mmx_cmd_diffx = {
	.name = "diffx",
	.operands = "[A] B",
	.max_operands = 2,
	.summary = "what changed between two dumps, or two saved answers",
	.help = "Compares two dumps of one machine, and lists what is not as it was, the largest changes first:\n"
		"frames that changed class, as a list and a matrix, who has those that were free, processes that came,\n"
		"went, called exec() or have other memory, the page cache by file, slab caches by objects that are allocated,\n"
		"vmalloc areas by who asked for them, pipes, sockets and whatever else holds pages, memory\n"
		"cgroups, swap areas, zones, lines of meminfo and counters; where they are kept the lines of code\n"
		"and the stacks that allocated. What is the same is not listed.\n"
		"\n"
		"With one operand the dump that is open is the first of the two; within crash the other one is an ELF\n"
		"file or a saved answer. Both must be of one boot: their\n"
		"kernel must be the same one at the same place, and PIDs 1 and 2 must have been started at the\n"
		"same nanosecond (or the boot_id be the same). If they are not it is refused; -f does it all the same,\n"
		"and then what has the same name is taken for the same thing.\n"
		"\n"
		"Counters have what CPUs have not added to them yet, which /proc does not show, so that small\n"
		"changes are exact; those per second rest on the clock of the two dumps (jiffies).\n"
		"\n"
		"Either may be an answer that was saved: the JSON of any command, or a text of /proc, of mmx's or\n"
		"of a machine that runs. Two of them are compared value by value; one and a dump, by what the dump\n"
		"answers to the same. A text's entry is known by the name of its file, \"vmstat\" or \"vmstat.before\".\n"
		"\n"
		"--live is the running kernel at two times. It goes on running while it is looked at, so that small\n"
		"numbers contradict each other.\n"
		"\n"
		"For example, \"mmx diff before.dump after.dump\", or \"mmx -c before.dump diff vmstat.after\".",
	.example = "diffx vmstat.before vmcore | tail -n 6",
	.options = options,
	.document = &document,
	.without_dump = true,
	.run = diffx,
};
