// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces: whose they are, who shares them, how many mappings of how many, and what is wrong with them. */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "records/vma/vma.h"

static bool has_spaces(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->spaces.n && !mmx_vmax_of(r)->by_address && !mmx_vmax_of(r)->program;
}

static const void *next_space(struct mmx_rows *r)
{
	const struct mmx_vmax *asked = mmx_vmax_of(r);
	struct mmx_vma_space *space = r->state;
	struct mmx_err err;

	mmx_vma_space_free(space);
	if (r->nth >= asked->spaces.n)
		return NULL;
	*space = (struct mmx_vma_space){.of = asked->spaces.v[r->nth]};
	if (mmx_vma_space_read(space, r, &err))
		mmx_cover_fail(r->coverage, &err);
	return space;
}

static void close_spaces(struct mmx_rows *r)
{
	mmx_vma_space_free(r->state);
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_user_space *s = &((const struct mmx_vma_space *)r->row)->of;

	if (s->task)
		snprintf(text, 64, "%s %d (%s)",
			 s->task->pid == s->task->tgid ? "Process" : "Thread", s->task->pid,
			 s->task->comm);
	else
		snprintf(text, 64, "%s %" PRIx64, s->name ? s->name : "Address space", s->mm);
}

static const struct mmx_user_space *of(const struct mmx_rows *r)
{
	return &((const struct mmx_vma_space *)r->row)->of;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->task)
		v->word = of(r)->task->pid;
	else
		mmx_value_none(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->task)
		v->text = of(r)->task->comm;
	else
		mmx_value_none(v);
}

static void thread_of(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->task && of(r)->task->pid != of(r)->task->tgid)
		v->word = of(r)->task->tgid;
	else
		mmx_value_none(v);
}

static void kernel_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = of(r)->name ? of(r)->name : "";
}

static void mm(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->mm;
}

static void memory(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->memory;
}

static void count(struct mmx_value *v, int64_t n)
{
	v->word = n;
	if (n < 0)
		mmx_value_none(v);
}

static void users(struct mmx_rows *r, struct mmx_value *v)
{
	count(v, of(r)->mm_users);
}

static void references(struct mmx_rows *r, struct mmx_value *v)
{
	count(v, of(r)->mm_count);
}

/* Of an address space that there is. */
static bool has_mm(struct mmx_rows *r, struct mmx_value *v)
{
	if (!of(r)->mm)
		mmx_value_none(v);
	return of(r)->mm;
}

static void map_count(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vma_space *space = r->row;

	v->word = space->map_count;
	if (has_mm(r, v) && !space->counted) {
		mmx_fail(&v->scratch->err, MMX_EABSENT,
			 "the mm_struct at 0x%" PRIx64 " cannot be read", space->of.mm);
		mmx_value_unknown(v, &v->scratch->err);
	}
}

static void limit(struct mmx_rows *r, struct mmx_value *v)
{
	enum mmx_read read;

	if (!has_mm(r, v))
		return;
	read = mmx_kread_variable(r->view, "sysctl_max_map_count", 4, &v->word);
	if (!read)
		return;
	if (read == MMX_READ_UNMAPPED)
		mmx_fail(&v->scratch->err, MMX_EMISSING, "symbol sysctl_max_map_count is needed");
	else
		mmx_fail(&v->scratch->err, mmx_read_code(read), "sysctl_max_map_count is %s",
			 mmx_read_name(read));
	mmx_value_unknown(v, &v->scratch->err);
}

#define SUM(field)                                                 \
	static void field(struct mmx_rows *r, struct mmx_value *v) \
	{                                                          \
		const struct mmx_vma_space *space = r->row;        \
                                                                   \
		v->word = space->sum.field;                        \
		has_mm(r, v);                                      \
	}

SUM(all)
SUM(present)
SUM(swapped)

static void found(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vma_space *space = r->row;

	v->word = space->rows.n;
	has_mm(r, v);
}

static const struct mmx_field fields[] = {
	{"pid", MMX_COUNT, "of the task that was asked for, or the first that has it",
	 .may = MMX_OR_NONE, .get = pid},
	{"name", MMX_TEXT, "its name", .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"thread_of", MMX_COUNT, "of a thread: its process", .may = MMX_OR_NONE, .get = thread_of},
	{"kernel_name", MMX_TEXT, "of one of the kernel's own: its variable", .zero = MMX_OR_NONE,
	 .get = kernel_name},
	{"mm", MMX_ADDR, "its mm_struct", .zero = MMX_OR_NONE, .get = mm},
	{"memory", MMX_WORD, "whose it is, or why there is none",
	 WORDS(MMX_USER_MEMORY_COUNT, mmx_user_memory_words), .get = memory},
	{"mm_users", MMX_COUNT, "tasks that use it, and others who do so for a while",
	 .may = MMX_OR_NONE, .get = users},
	{"mm_count", MMX_COUNT, "references to its mm_struct", .may = MMX_OR_NONE,
	 .get = references},
	{"map_count", MMX_COUNT, "mappings as the mm counts them",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = map_count},
	{"max_map_count", MMX_COUNT, "as many as a process may have (vm.max_map_count)",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = limit},
	{"found", MMX_COUNT, "that the maple tree has", .may = MMX_OR_NONE, .get = found},
	{"pages", MMX_COUNT, "that there is room for in them", .may = MMX_OR_NONE, .get = all},
	{"present", MMX_COUNT, "behind which a frame stands", .may = MMX_OR_NONE, .get = present},
	{"swapped", MMX_COUNT, "that are in swap", .may = MMX_OR_NONE, .get = swapped},
	{"resident", MMX_TABLE, "with -r: what the page tables have, and what it counts",
	 .title = "Counted", .may = MMX_OR_NONE, .record = &mmx_record_vma_resident},
	{"sharers", MMX_TABLE, "the processes that have it, where there are several",
	 .title = "Shared by", .may = MMX_OR_NONE, .record = &mmx_record_vma_sharers},
	{"mappings", MMX_TABLE, "by address", .title = "Mappings", .may = MMX_OR_NONE,
	 .record = &mmx_record_vma_mappings},
	{"structs", MMX_TABLE, "with -v, the same: their structs and flags", .title = "Structs",
	 .may = MMX_OR_NONE, .record = &mmx_record_vma_structs},
	{"tree", MMX_TREE, "with -T: the maple tree", .title = "Maple tree", .may = MMX_OR_NONE,
	 .record = &mmx_record_vma_tree},
	{"findings", MMX_TABLE, "what cannot be", .title = "Findings", .may = MMX_OR_NONE,
	 .record = &mmx_record_vma_findings},
	{0},
};

const struct mmx_record mmx_record_vma_spaces = {
	.name = "space",
	.doc = "an address space, or a task that has none",
	.fields = fields,
	.state_size = sizeof(struct mmx_vma_space),
	.has = has_spaces,
	.next = next_space,
	.close = close_spaces,
	.heading = heading,
};

/*
 * Who shares one.
 */

static const void *next_sharer(struct mmx_rows *r)
{
	const struct mmx_vma_space *space = mmx_vma_space_of(r);

	return space->of.n_users > 1 && r->nth < space->of.n_users ? &space->of.users[r->nth]
								   : NULL;
}

static const struct mmx_task *sharer(const struct mmx_rows *r)
{
	const struct mmx_mm_user *user = r->row;

	return &mmx_know_tasks(r->view)->v[user->task];
}

static void sharer_pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mmx_mm_user *)r->row)->tgid;
}

static void sharer_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = sharer(r)->comm;
}

static void sharer_vfork(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = mmx_task_in_vfork(r->view, sharer(r));
}

static const struct mmx_field sharer_fields[] = {
	{"pid", MMX_COUNT, "the process", .get = sharer_pid},
	{"vfork", MMX_BOOL, "its parent waits in vfork() until it runs a program or exits",
	 .width = 5, .get = sharer_vfork},
	{"name", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = sharer_name},
	{0},
};

const struct mmx_record mmx_record_vma_sharers = {
	.name = "sharer",
	.doc = "a process that has an address space together with others",
	.fields = sharer_fields,
	.next = next_sharer,
};

/*
 * What it counts.
 */

enum { RESIDENT_FILE, RESIDENT_ANON, RESIDENT_SHMEM, RESIDENT_SWAP, RESIDENT_KINDS };

static const char *const resident_kinds[RESIDENT_KINDS] = {"file", "anonymous", "shmem", "swap"};

/** struct resident_row - a kind of pages; @why: its counter cannot be read */
struct resident_row {
	unsigned int kind;
	uint64_t entries, counted;
	const struct mmx_err *why;
	bool partial;
};

static const void *next_resident(struct mmx_rows *r)
{
	const struct mmx_vma_resident *resident = &mmx_vma_space_of(r)->resident;
	const struct mmx_process_memory *m = &resident->entries;
	const struct mmx_rss *rss = &resident->rss;
	const uint64_t numbers[RESIDENT_KINDS][2] = {
		[RESIDENT_FILE] = {m->file, rss->file},
		[RESIDENT_ANON] = {m->anon, rss->anon},
		[RESIDENT_SHMEM] = {m->shmem, rss->shmem},
		[RESIDENT_SWAP] = {m->swap, rss->swap},
	};
	struct resident_row *row = r->state;

	if (!resident->asked || r->nth >= RESIDENT_KINDS)
		return NULL;
	*row = (struct resident_row){
		.kind = r->nth,
		.entries = numbers[r->nth][0],
		.counted = numbers[r->nth][1],
		.why = resident->why.code ? &resident->why : NULL,
		.partial = !mmx_cover_whole(&resident->coverage),
	};
	return row;
}

static void resident_counted(struct mmx_rows *r, struct mmx_value *v)
{
	const struct resident_row *row = r->row;

	v->word = row->counted;
	if (row->why)
		mmx_value_unknown(v, row->why);
}

static void resident_difference(struct mmx_rows *r, struct mmx_value *v)
{
	const struct resident_row *row = r->row;

	v->count = (int64_t)(row->entries - row->counted);
	if (row->why)
		mmx_value_unknown(v, row->why);
	else if (row->partial)
		mmx_value_unknown(v, &mmx_vma_space_of(r)->resident.coverage.first);
}

static const struct mmx_field resident_fields[] = {
	{"kind", MMX_WORD,
	 "of pages, as the kernel counts them; those of hugetlb it does not count", .width = 10,
	 WORD_LIST(resident_kinds), AT(struct resident_row, kind)},
	{"entries", MMX_COUNT, "that the page tables have", AT(struct resident_row, entries)},
	{"counted", MMX_COUNT, "that its counters have, with the parts that CPUs keep back",
	 .may = MMX_OR_UNKNOWN, .get = resident_counted},
	{"difference", MMX_NUMBER, "entries less what is counted", .may = MMX_OR_UNKNOWN,
	 .get = resident_difference},
	{0},
};

const struct mmx_record mmx_record_vma_resident = {
	.name = "resident",
	.doc = "a kind of pages of an address space",
	.fields = resident_fields,
	.state_size = sizeof(struct resident_row),
	.next = next_resident,
};

/*
 * What is wrong.
 */

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_vma_space *space = mmx_vma_space_of(r);

	return r->nth < space->findings.n ? &space->findings.v[r->nth] : NULL;
}

static void finding(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const struct mmx_vma_finding *)r->row)->why.text;
}

static const struct mmx_field finding_fields[] = {
	{"address", MMX_ADDR, "of the struct that it is about",
	 AT(struct mmx_vma_finding, address)},
	{"finding", MMX_TEXT, "what it is", .get = finding},
	{0},
};

const struct mmx_record mmx_record_vma_findings = {
	.name = "finding",
	.doc = "what cannot be of an address space",
	.fields = finding_fields,
	.next = next_finding,
};
