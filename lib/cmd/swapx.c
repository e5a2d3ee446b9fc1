// SPDX-License-Identifier: GPL-2.0-or-later
/* swapx: swap areas and their pages, who has them, where their contents are, and what those are. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/processes/user_entry.h"
#include "records/swap/swap.h"

#define PAGE_MAX 65536

/*
 * struct swapx - a run: its operands, and the pages of swap that each names
 * @operand: the next one
 * @type, @first, @last: what the current one names: pages of an area; with -u user addresses
 * @mm, @pid: with -u
 * @to: with -x: an open file, or -1: a file each in a folder
 */
struct swapx {
	struct mmx_swapx x;
	struct mmx_run *run;
	int operand;
	bool in_operand;
	unsigned int type;
	uint64_t first, last;
	uint64_t mm;
	int32_t pid;
	bool to_folder;
	int to;
	enum mmx_exit status;
};

static const struct mmx_field fields[] = {
	{"areas", MMX_TABLE, "all of them, unless pages were asked for", .title = "Swap areas",
	 .may = MMX_OR_NONE, .record = &mmx_record_swap_areas},
	{"more", MMX_TABLE, "more of them", .title = "How they are used", .may = MMX_OR_NONE,
	 .record = &mmx_record_swap_devices},
	{"clusters", MMX_TABLE, "their clusters", .title = "Clusters", .may = MMX_OR_NONE,
	 .record = &mmx_record_swap_clusters},
	{"processes", MMX_TABLE, "who has memory of its own in swap", .title = "Processes",
	 .may = MMX_OR_NONE, .record = &mmx_record_swap_processes},
	{"shmem", MMX_TABLE, "shared memory in swap", .title = "Shared memory", .may = MMX_OR_NONE,
	 .record = &mmx_record_swap_shmem},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings", .may = MMX_OR_NONE,
	 .record = &mmx_record_swap_findings},
	{"slots", MMX_LIST, "the pages that were asked for", .may = MMX_OR_NONE,
	 .record = &mmx_record_swap_slots},
	{0},
};

static const struct mmx_record document = {
	.name = "swap",
	.doc = "swap areas and their pages; the exit status is 1 when something is wrong with them, and 3 where "
	       "something that tells of them is not in the dump",
	.version = 1,
	.fields = fields,
};

static void tell_failure(struct swapx *s, const struct mmx_err *err)
{
	mmx_say(s->run, "%s", err->text);
	s->status =
		mmx_worse(s->status, err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT);
}

/*
 * Operands: "AREA:PAGE", "AREA:PAGE-PAGE", the word of a page table's entry, or with -u addresses.
 */

static int read_word(struct swapx *s, const char *text, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(s->run->view);
	uint64_t word;

	if (mmx_number(text, NULL, s->run->option['d'], &word))
		return mmx_fail(err, MMX_EUSAGE,
				"%s: neither AREA:PAGE nor the word of a page table's entry", text);
	s->run->kernel->arch->swap_entry(word, &s->type, &s->first);
	s->last = s->first;
	if (word & 1 || mmx_swap_kind(&swaps->types, s->type) != MMX_SWAP_AREA)
		return mmx_fail(
			err, MMX_EUSAGE,
			"%s: no entry of a page in swap, which is not present and has the number "
			"of an area",
			text);
	return 0;
}

static int read_operand(struct swapx *s, const char *text, struct mmx_err *err)
{
	bool decimal = s->run->option['d'];
	const char *colon = strchr(text, ':');
	uint64_t type;

	if (s->run->option['u'])
		return mmx_number_range(text, decimal, &s->first, &s->last, err);
	if (!colon)
		return read_word(s, text, err);
	if (mmx_number(text, colon, true, &type) || type >= MMX_SWAP_TYPES)
		return mmx_fail(err, MMX_EUSAGE,
				"%s: before the colon stands the number of an area", text);
	s->type = type;
	return mmx_number_range(colon + 1, decimal, &s->first, &s->last, err);
}

static bool next_operand(struct swapx *s)
{
	unsigned int shift = s->run->kernel->arch->page_shift;
	struct mmx_err err;

	while (s->operand < s->run->n_operands) {
		if (read_operand(s, s->run->operand[s->operand++], &err)) {
			tell_failure(s, &err);
			continue;
		}
		if (s->run->option['u'])
			s->first = s->first >> shift << shift;
		return true;
	}
	return false;
}

/* The page of swap behind the current address. */
static bool take_address(struct swapx *s, struct mmx_swapx_slot *slot)
{
	struct mmx_user_entry entry;
	struct mmx_err err;

	if (mmx_user_lookup(&entry, s->run->view, s->mm, s->first, &err)) {
		tell_failure(s, &err);
		return false;
	}
	if (entry.kind != MMX_USER_SWAP) {
		/* Of a range those that are not in swap are passed over. */
		if (s->first >> s->run->kernel->arch->page_shift ==
		    s->last >> s->run->kernel->arch->page_shift) {
			mmx_fail(&err, MMX_ENOTFOUND,
				 "address 0x%" PRIx64 " of PID %d is not in swap: %s", s->first,
				 s->pid, mmx_user_words(entry.kind));
			tell_failure(s, &err);
		}
		return false;
	}
	slot->by_address = true;
	slot->pid = s->pid;
	slot->address = s->first;
	slot->type = entry.type;
	slot->offset = entry.offset;
	return true;
}

static bool take(struct swapx *s, struct mmx_swapx_slot *slot)
{
	*slot = (struct mmx_swapx_slot){.type = s->type, .offset = s->first};
	return !s->run->option['u'] || take_address(s, slot);
}

static void step(struct swapx *s)
{
	uint64_t by = s->run->option['u'] ? 1ULL << s->run->kernel->arch->page_shift : 1;

	s->in_operand = s->last - s->first >= by;
	s->first += by;
}

/*
 * Writing.
 */

static int write_page(int fd, const unsigned char *page, size_t size)
{
	ssize_t n;

	for (size_t at = 0; at < size; at += n) {
		n = write(fd, page + at, size - at);
		if (n <= 0)
			return -1;
	}
	return 0;
}

static int put_page(struct swapx *s, struct mmx_swapx_slot *slot, const unsigned char *page,
		    struct mmx_err *err)
{
	size_t size = 1ul << s->run->kernel->arch->page_shift;
	int fd = s->to, ret;

	snprintf(slot->file, sizeof(slot->file), "%s", s->run->option['x']);
	if (s->to_folder) {
		snprintf(slot->file, sizeof(slot->file), "%.200s/swap-%u-%" PRIx64,
			 s->run->option['x'], slot->type, slot->offset);
		fd = open(slot->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	ret = fd < 0 ? -1 : write_page(fd, page, size);
	if (ret)
		mmx_fail(err, MMX_EIO, "%s: %s", slot->file, strerror(errno));
	if (s->to_folder && fd >= 0)
		close(fd);
	return ret;
}

static void extract(struct swapx *s, struct mmx_swapx_slot *slot)
{
	unsigned char page[PAGE_MAX];
	struct mmx_err *err = &slot->not_written;

	if (slot->no_slot.code)
		*err = slot->no_slot;
	else if (slot->no_stored.code)
		*err = slot->no_stored;
	else if (slot->slot.bad)
		mmx_fail(err, MMX_ENOTFOUND, "it is marked as bad");
	else if (!slot->slot.count && !slot->slot.has_cache && !slot->slot.cached)
		mmx_fail(err, MMX_ENOTFOUND, "it is free");
	else if (!mmx_stored_read(&slot->stored, s->run->view, page, err))
		put_page(s, slot, page, err);
	if (!err->code)
		return;
	*slot->file = 0;
	s->status = mmx_worse(s->status, err->code == MMX_EABSENT    ? MMX_EXIT_PARTIAL
					 : err->code == MMX_ECORRUPT ? MMX_EXIT_FINDINGS
								     : MMX_EXIT_CANNOT);
}

static int begin_writing(struct swapx *s)
{
	const char *path = s->run->option['x'];
	struct stat st;

	s->to = -1;
	if (!path)
		return 0;
	s->to_folder = !stat(path, &st) && S_ISDIR(st.st_mode);
	if (!s->to_folder)
		s->to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->to_folder || s->to >= 0)
		return 0;
	mmx_say(s->run, "%s: %s", path, strerror(errno));
	return -1;
}

/*
 * Pages that were asked for.
 */

/* Who has it takes a walk over everything: of pages that are only to be written it is left out. */
static void find_slot(struct swapx *s, struct mmx_swapx_slot *slot)
{
	struct mmx_view *view = s->run->view;
	const struct mmx_swaps *swaps = mmx_know_swaps(view);
	struct mmx_err err;

	slot->area = mmx_swap_area(swaps, slot->type);
	if (mmx_swap_slot(&slot->slot, view, swaps, slot->type, slot->offset, &slot->no_slot))
		return;
	if (mmx_stored_find(&slot->stored, view, slot->type, slot->offset, &slot->slot,
			    &slot->no_stored))
		memset(&slot->stored, 0, sizeof(slot->stored));
	if (mmx_swap_owners_find(&slot->owners, view, slot->type, slot->offset, &err))
		tell_failure(s, &err);
}

static void end_slot(struct swapx *s)
{
	mmx_array_free(&s->x.slot.owners);
}

static bool next_slot(struct mmx_swapx *x)
{
	struct swapx *s = (struct swapx *)x;
	bool taken;

	end_slot(s);
	while (s->in_operand || next_operand(s)) {
		taken = take(s, &x->slot);
		step(s);
		if (mmx_stopped(s->run->kernel->image))
			return false;
		if (!taken)
			continue;
		find_slot(s, &x->slot);
		if (s->run->option['x'])
			extract(s, &x->slot);
		return true;
	}
	return false;
}

static enum mmx_exit ask(struct swapx *s)
{
	struct mmx_users users = {.tasks = mmx_know_tasks(s->run->view)};
	const char *pid = s->run->option['u'];
	enum mmx_exit status;
	struct mmx_err err;
	char *end = "";

	if (pid) {
		s->pid = strtol(pid, &end, 10);
		if (*end || !*pid) {
			mmx_say(s->run, "%s is no PID", pid);
			return MMX_EXIT_CANNOT;
		}
		if (mmx_user_mm(&users, s->pid, &s->mm, &err)) {
			tell_failure(s, &err);
			return s->status;
		}
	}
	if (begin_writing(s))
		return MMX_EXIT_CANNOT;
	status = mmx_run_show(s->run, &s->x, NULL);
	end_slot(s);
	if (s->to >= 0)
		close(s->to);
	return mmx_worse(status, s->status);
}

/*
 * All of it.
 */

static enum mmx_exit tell_rest(struct mmx_run *run)
{
	const struct mmx_swap_check *c = mmx_know_swap_check(run->view);
	const struct mmx_swap_uses *uses = mmx_know_swap_uses(run->view);

	if (!mmx_cover_whole(&uses->coverage))
		mmx_say(run, "not all entries are known: %s", uses->coverage.first.text);
	if (c->short_of)
		mmx_say(run,
			"%" PRIu64
			" pages are counted more often than entries were found, and not all "
			"entries are known",
			c->short_of);
	if (c->more)
		mmx_say(run, "%" PRIu64 " more findings are not shown", c->more);
	if (!c->n)
		return MMX_EXIT_OK;
	/* Of a running kernel one thing is read after another, and they need not agree. */
	if (!run->kernel->image->live)
		return MMX_EXIT_FINDINGS;
	mmx_say(run, "this kernel is running: what was found may only have moved meanwhile");
	return MMX_EXIT_OK;
}

static enum mmx_exit survey(struct swapx *s)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(s->run->view);

	if (!swaps->n && mmx_is_without_swap(s->run->kernel)) {
		mmx_say(s->run, "this kernel was built without swap");
		return MMX_EXIT_CANNOT;
	}
	if (!swaps->n && swaps->coverage.unknown) {
		mmx_say(s->run, "%s", swaps->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	if (!swaps->n && mmx_cover_whole(&swaps->coverage))
		mmx_say(s->run, "there is no swap area");
	s->x.survey = true;
	return mmx_worse(mmx_run_show(s->run, &s->x, NULL), tell_rest(s->run));
}

static enum mmx_exit swapx(struct mmx_run *run)
{
	struct swapx s = {.x = {.next = next_slot}, .run = run};

	if (run->n_operands)
		return ask(&s);
	if (run->option['u'] || run->option['x']) {
		mmx_say(run, "-%c needs pages: which?", run->option['u'] ? 'u' : 'x');
		return MMX_EXIT_CANNOT;
	}
	return survey(&s);
}

static const struct mmx_option options[] = {
	{'u', "user", "PID", "the operands are user addresses of that process or thread"},
	{'x', "extract", "FILE",
	 "write the contents: a folder gets a file a page, else they stand one behind the other"},
	{'d', "decimal", NULL, "numbers are decimal"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_PAGES, FACT_DIRECT_MAP};

const struct mmx_command mmx_cmd_swapx = {
	.name = "swapx",
	.summary =
		"swap areas and their pages: who has them, where they are stored, what they hold",
	.operands = "[AREA:PAGE... | ENTRY... | -u PID ADDRESS...]",
	.help = "Shows the swap areas, who has what in them, and what that takes where the area is a zram or\n"
		"behind zswap. Every entry of every process's page tables and of shared memory's page caches\n"
		"is counted by the page of swap that it names, and held against what the kernel counts of\n"
		"each page (swap_map up to 7.0, swap tables since); pages that differ are findings.\n"
		"\n"
		"With operands, pages of swap: AREA:PAGE or AREA:PAGE-PAGE, with the area's number in\n"
		"decimal and pages in hex; the word of a page table's entry; or with -u user addresses, of a\n"
		"range those that are in swap. Of each: what the kernel keeps of it, where its contents\n"
		"are - the swap cache, zeros that are stored nowhere, zswap, zram, or a page of a disk - and\n"
		"every process and address, or shared memory and index, that has it.\n"
		"\n"
		"-x writes the contents as they were in memory: pages of zram and zswap decompressed (lzo,\n"
		"lzo-rle, lz4, zstd). What is on a disk is not in the dump. In crash, zstd only where crash\n"
		"is linked with it.\n"
		"\n"
		"  swapx                                   all areas\n"
		"  swapx 0:1f4                             one page\n"
		"  swapx -x page.bin -u 2001 7f0000008000  what stood at that address",
	.options = options,
	.document = &document,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = swapx,
};
