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
#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/mem.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma.h"
#include "records/swap/swap.h"

#define PAGE_MAX 65536

#define PAGES_MAX (1u << 20) /* that one operand may name */

/* A page of swap that an operand names, and the user address that led to it. */
struct page {
	uint64_t key, address;
};

/*
 * struct swapx - a run: its operands, and the pages of swap that each names
 * @operand: the next one; @page: the next one of @pages
 * @mm, @pid: with -u
 * @to: with -x: an open file, or -1: a file each in a folder; @written: pages that were
 */
struct swapx {
	struct mmx_swapx x;
	struct mmx_run *run;
	int operand;
	size_t page;
	struct {
		MMX_ARRAY(struct page);
	} pages;
	uint64_t mm;
	int32_t pid;
	bool to_folder;
	int to;
	size_t written;
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

static int add_page(struct swapx *s, unsigned int type, uint64_t offset, uint64_t address,
		    struct mmx_err *err)
{
	const struct page page = {mmx_swap_key(type, offset), address};

	return mmx_array_add(&s->pages, page) ? 0 : mmx_fail_nomem(err);
}

static int take_word(struct swapx *s, const char *text, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(s->run->view);
	unsigned int type = 0;
	uint64_t word, offset = 0;

	if (mmx_number(text, NULL, s->run->option['d'], &word))
		return mmx_fail(err, MMX_EUSAGE,
				"%s: neither AREA:PAGE nor the word of a page table's entry", text);
	s->run->kernel->arch->swap_entry(word, &type, &offset);
	if (word & 1 || mmx_swap_kind(&swaps->types, type) != MMX_SWAP_AREA)
		return mmx_fail(
			err, MMX_EUSAGE,
			"%s: no entry of a page in swap, which is not present and has the number "
			"of an area",
			text);
	return add_page(s, type, offset, 0, err);
}

static int take_pages(struct swapx *s, const char *text, const char *colon, struct mmx_err *err)
{
	uint64_t type, first, last;

	if (mmx_number(text, colon, true, &type) || type >= MMX_SWAP_TYPES)
		return mmx_fail(err, MMX_EUSAGE,
				"%s: before the colon stands the number of an area", text);
	if (mmx_number_range(colon + 1, s->run->option['d'], &first, &last, err))
		return -1;
	if (last - first >= PAGES_MAX || last >> 58)
		return mmx_fail(err, MMX_EUSAGE, "%s: that are too many pages at once", text);
	for (uint64_t i = first; i <= last; i++) {
		if (add_page(s, type, i, 0, err))
			return -1;
	}
	return 0;
}

/*
 * A page of shared memory that is in swap has no entry in page tables, or one that only keeps a mark; the file has it.
 * What a private mapping has there of its own comes first.
 */
static int add_shared(struct swapx *s, const struct mmx_cached *c, uint64_t index, uint64_t addr,
		      struct mmx_err *err)
{
	struct mmx_user_entry entry;
	unsigned int type;
	uint64_t offset;

	if (mmx_user_lookup(&entry, s->run->view, s->mm, addr, err))
		return -1;
	if ((entry.kind != MMX_USER_NONE && entry.kind != MMX_USER_MARKER) ||
	    s->pages.n >= PAGES_MAX)
		return 0;
	mmx_swap_private(c->value, &type, &offset);
	return add_page(s, type, offset + (index - c->first), addr, err);
}

static int take_shared_area(struct swapx *s, const struct mmx_vma *vma, const struct mmx_mapping *m,
			    uint64_t first, uint64_t last, struct mmx_err *err)
{
	unsigned int shift = s->run->kernel->arch->page_shift;
	struct mmx_cached c;
	int ret = 0;

	first = first > vma->start ? first : vma->start;
	last = last < vma->end - 1 ? last : vma->end - 1;
	first = vma->pgoff + ((first - vma->start) >> shift);
	last = vma->pgoff + ((last - vma->start) >> shift);
	mmx_cached_begin(&c, s->run->view, m, first, last);
	while (!ret && mmx_cached_next(&c)) {
		uint64_t end = c.last < last ? c.last : last;

		for (uint64_t i = c.first > first ? c.first : first;
		     !ret && c.kind == MMX_CACHED_SWAPPED && i <= end; i++)
			ret = add_shared(s, &c, i, vma->start + ((i - vma->pgoff) << shift), err);
	}
	return ret;
}

static int take_shared(struct swapx *s, uint64_t first, uint64_t last, struct mmx_err *err)
{
	struct mmx_mapping m;
	struct mmx_vmas vmas;
	uint64_t mapping;
	int ret = 0;

	mmx_vmas_begin(&vmas, s->run->view, s->mm);
	while (!ret && mmx_vmas_next(&vmas)) {
		const struct mmx_vma *vma = &vmas.vma;

		if (vma->end > first && vma->start <= last && vma->file &&
		    !mmx_kget(s->run->view, vma->file, M_file_f_mapping, &mapping, err) &&
		    !mmx_mapping_read(&m, s->run->view, mapping, err) &&
		    m.kind == MMX_MAPPING_SHMEM)
			ret = take_shared_area(s, vma, &m, first, last, err);
	}
	return ret;
}

/* Of a range those that are not in swap are passed over; one alone is told what it is. */
static int take_addresses(struct swapx *s, const char *text, struct mmx_err *err)
{
	unsigned int shift = s->run->kernel->arch->page_shift;
	struct mmx_user_entries e;
	struct mmx_user_entry entry;
	uint64_t first, last;

	if (mmx_number_range(text, s->run->option['d'], &first, &last, err) ||
	    mmx_user_entries_begin(&e, s->run->view, s->mm, first >> shift << shift, last, 0, err))
		return -1;
	while (mmx_user_entries_next(&e)) {
		uint64_t pages = ((e.entry.pte.start + e.entry.pte.size - 1) >> shift) -
				 (e.entry.pte.start >> shift) + 1;

		for (uint64_t i = 0; e.entry.kind == MMX_USER_SWAP && i < pages; i++) {
			if (s->pages.n < PAGES_MAX &&
			    add_page(s, e.entry.type, e.entry.offset + i,
				     e.entry.pte.start + (i << shift), err))
				return -1;
		}
	}
	if (take_shared(s, first, last, err))
		return -1;
	if (s->pages.n == PAGES_MAX)
		return mmx_fail(err, MMX_EUSAGE, "%s: that are too many pages at once", text);
	if (!mmx_cover_whole(&e.pt.coverage)) {
		*err = e.pt.coverage.first;
		return -1;
	}
	if (s->pages.n || mmx_user_lookup(&entry, s->run->view, s->mm, first, err))
		return s->pages.n ? 0 : -1;
	return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " of PID %d is not in swap%s%s", first,
			s->pid, first >> shift == last >> shift ? ": " : ", nor anything behind it",
			first >> shift == last >> shift ? mmx_user_words(entry.kind) : "");
}

static int take_operand(struct swapx *s, const char *text, struct mmx_err *err)
{
	const char *colon = strchr(text, ':');

	s->pages.n = s->page = 0;
	if (s->run->option['u'])
		return take_addresses(s, text, err);
	return colon ? take_pages(s, text, colon, err) : take_word(s, text, err);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Who has them takes a walk over everything: one for all of them, and none for those that are written out. */
static int find_owners(struct swapx *s, struct mmx_err *err)
{
	uint64_t *keys;
	int ret;

	mmx_array_free(&s->x.owners);
	if (s->run->option['x'])
		return 0;
	keys = malloc(s->pages.n * sizeof(*keys));
	if (!keys)
		return mmx_fail_nomem(err);
	for (size_t i = 0; i < s->pages.n; i++)
		keys[i] = s->pages.v[i].key;
	qsort(keys, s->pages.n, sizeof(*keys), by_number);
	ret = mmx_swap_owners_find(&s->x.owners, s->run->view, keys, s->pages.n, err);
	free(keys);
	return ret;
}

static bool next_operand(struct swapx *s)
{
	struct mmx_err err;

	while (s->operand < s->run->n_operands) {
		if (!take_operand(s, s->run->operand[s->operand++], &err) && !find_owners(s, &err))
			return true;
		s->pages.n = 0;
		tell_failure(s, &err);
	}
	return false;
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

/* A page that is free or bad holds nothing: of a range that is no fault. */
static enum mmx_exit status_of(enum mmx_code code)
{
	switch (code) {
	case MMX_ENOTFOUND:
		return MMX_EXIT_OK;
	case MMX_EABSENT:
		return MMX_EXIT_PARTIAL;
	case MMX_ECORRUPT:
		return MMX_EXIT_FINDINGS;
	default:
		return MMX_EXIT_CANNOT;
	}
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
	else if (!slot->slot.count && !slot->slot.more && !slot->slot.has_cache &&
		 !slot->slot.cached)
		mmx_fail(err, MMX_ENOTFOUND, "it is free");
	else if (!mmx_stored_read(&slot->stored, s->run->view, page, err) &&
		 !put_page(s, slot, page, err)) {
		s->written++;
		return;
	}
	*slot->file = 0;
	s->status = mmx_worse(s->status, status_of(err->code));
}

static int begin_writing(struct swapx *s)
{
	const char *path = s->run->option['x'];
	struct stat st;

	s->to = -1;
	if (!path)
		return 0;
	s->run->once = true;
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

static void take_owners(struct swapx *s, struct mmx_swapx_slot *slot, uint64_t key)
{
	const struct mmx_swap_owners *all = &s->x.owners;
	size_t first = mmx_array_bound(all, e, e->key < key);

	slot->owners_known = !s->run->option['x'];
	slot->owners = all->n ? all->v + first : NULL;
	while (first + slot->n_owners < all->n && slot->owners[slot->n_owners].key == key)
		slot->n_owners++;
}

static void find_slot(struct swapx *s, struct mmx_swapx_slot *slot)
{
	struct mmx_view *view = s->run->view;
	const struct mmx_swaps *swaps = mmx_know_swaps(view);

	slot->area = mmx_swap_area(swaps, slot->type);
	if (mmx_swap_slot(&slot->slot, view, swaps, slot->type, slot->offset, &slot->no_slot))
		return;
	if (mmx_stored_find(&slot->stored, view, slot->type, slot->offset, &slot->slot,
			    &slot->no_stored))
		memset(&slot->stored, 0, sizeof(slot->stored));
}

static bool next_slot(struct mmx_swapx *x)
{
	struct swapx *s = (struct swapx *)x;
	const struct page *page;

	while (s->page == s->pages.n) {
		if (!next_operand(s))
			return false;
	}
	if (mmx_stopped(s->run->kernel->image))
		return false;
	page = &s->pages.v[s->page++];
	x->slot = (struct mmx_swapx_slot){
		.type = page->key >> 58,
		.offset = page->key & ((1ULL << 58) - 1),
		.by_address = s->run->option['u'],
		.pid = s->pid,
		.address = page->address,
	};
	find_slot(s, &x->slot);
	take_owners(s, &x->slot, page->key);
	if (s->run->option['x'])
		extract(s, &x->slot);
	return true;
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
	mmx_array_free(&s->x.owners);
	mmx_array_free(&s->pages);
	if (s->to >= 0)
		close(s->to);
	if (s->run->option['x'] && !s->written && s->status == MMX_EXIT_OK)
		s->status = MMX_EXIT_CANNOT;
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
	if (!mmx_cover_whole(&c->coverage))
		mmx_say(run, "not all is known: %s", c->coverage.first.text);
	if (c->short_of)
		mmx_say(run,
			"%" PRIu64
			" pages are counted more often than entries were found, and not all "
			"entries are known",
			c->short_of);
	if (c->more)
		mmx_say(run, "%" PRIu64 " more findings are not shown", c->more);
	return c->sure ? MMX_EXIT_FINDINGS : MMX_EXIT_OK;
}

static enum mmx_exit survey(struct swapx *s)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(s->run->view);

	s->run->apart = true;
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
		"A page on its way out or back is counted before its entry is written or gone: where its folio\n"
		"or who has it is locked that may be all, and such findings alone do not make the exit status 1.\n"
		"\n"
		"With operands, pages of swap: AREA:PAGE or AREA:PAGE-PAGE, with the area's number in\n"
		"decimal and pages in hex; the word of a page table's entry; or with -u user addresses, of a\n"
		"range those that are in swap, shared memory's included. Of each: what the kernel keeps of it,\n"
		"where its contents are - the swap cache, zeros that are stored nowhere, zswap, zram, or a page\n"
		"of a disk - and every process and address, or shared memory and index, that has it.\n"
		"\n"
		"-x writes the contents as they were in memory: pages of zram and zswap decompressed (lzo,\n"
		"lzo-rle, lz4, zstd). What is on a disk is not in the dump. In crash, zstd only where crash\n"
		"is linked with it.\n"
		"\n"
		"  swapx                                   all areas\n"
		"  swapx 0:1f4                             one page\n"
		"  swapx -x page.bin -u 2001 7f0000008000  what stood at that address",
	.example = "swapx",
	.options = options,
	.document = &document,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = swapx,
};
