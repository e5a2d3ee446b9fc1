// SPDX-License-Identifier: GPL-2.0-or-later
/* Who maps a page: the page with its counts, and every entry of a page table that holds it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/files/mapping.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/processes/user_space.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/rmap_steps.h"
#include "records/records.h"
#include "records/rmap.h"
#include "records/steps.h"

static const struct mmx_rmap_answer *answer_of(const struct mmx_rows *r)
{
	return &mmx_rmap_pages_of(r)->answer;
}

/*
 * Mappings: a row for each process that has an entry. Those that share an address space have it together.
 */

/* @entry: the number of the entry that is next; @user: of its processes */
struct mapping {
	size_t entry, user, users;
	const struct mmx_rmap_entry *e;
	const struct mmx_mm_user *who; /* NULL: no process has the address space */
};

static const void *next_mapping(struct mmx_rows *r)
{
	const struct mmx_rmap_answer *a = answer_of(r);
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);
	struct mapping *m = r->state;
	const struct mmx_mm_user *users;

	if (m->e && m->user + 1 < m->users) {
		m->user++;
		m->who++;
		return m;
	}
	if (m->entry >= a->rmap.n)
		return NULL;
	m->e = &a->rmap.v[m->entry++];
	users = mmx_mm_users(tasks, m->e->mm, &m->users);
	m->who = users;
	m->user = 0;
	return m;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapping *m = r->row;

	if (m->who)
		v->count = m->who->tgid;
	else
		mmx_value_null(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapping *m = r->row;

	if (m->who)
		v->text = mmx_know_tasks(r->view)->v[m->who->task].comm;
	else
		mmx_value_null(v);
}

static void vaddr(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->addr;
}

static void level(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->entry.pte.level;
}

static void entry(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->entry.pte.raw;
}

static void entry_at(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->entry.pte.at;
}

static void vma(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->vma.addr;
	if (!v->word)
		mmx_value_null(v);
}

static void mm(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->mm;
}

static void counted(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapping *m = r->row;

	v->truth = m->e->counted && !m->e->again && !m->user;
}

static const char *special_words(const struct mmx_user_entry *entry)
{
	if (entry->zero)
		return "the page of zeros";
	return entry->flags & MMX_PTE_SPECIAL ? "special" : NULL;
}

/* What the entry is beyond a mapping, or how else it was found; NULL when there is nothing to say. */
static const char *entry_words(struct mmx_view *view, const struct mmx_rmap_entry *e)
{
	static const char *const ways[] = {
		[MMX_RMAP_HIDDEN] = "hidden in the tree",
		[MMX_RMAP_BY_TABLES] = "no tree leads to it",
	};
	const char *special = special_words(&e->entry);

	if (e->entry.kind != MMX_USER_MAPPED)
		return mmx_user_words(e->entry.kind);
	if (special)
		return special;
	if (!e->vma.addr)
		return "no VMA";
	if (e->outside)
		return "its VMA is not in the maple tree";
	if (mmx_vma_is_detached(view, e->vma.addr))
		return "being unmapped";
	return e->way ? ways[e->way] : e->again ? "same table" : NULL;
}

/* Who else has the address space. A child in vfork() has its parent's, who waits until it runs a program. */
static size_t sharing_words(const struct mmx_rows *r, const struct mapping *m, char *text,
			    size_t size)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);
	const struct mmx_task *kernel = m->user ? NULL : mmx_mm_borrower(tasks, m->e->mm),
			      *task = m->who ? &tasks->v[m->who->task] : NULL;
	struct mmx_user_space space;
	size_t n = 0;

	if (!task) {
		mmx_user_space_of_mm(&space, r->view, m->e->mm, NULL);
		n = snprintf(text, size, "; %s", mmx_user_memory_words(space.memory));
	} else {
		if (m->users > 1 && mmx_task_in_vfork(r->view, task))
			n += snprintf(text, size, "; same mm, in vfork()");
		else if (m->user)
			n += snprintf(text, size, "; same mm");
		if (m->who->threads > 1 || !task->mm)
			n += snprintf(text + n, size - n, "; %u thread%s%s", m->who->threads,
				      m->who->threads > 1 ? "s" : "",
				      task->mm ? "" : ", the leader has exited");
	}
	if (kernel)
		n += snprintf(text + n, size - n, "; used by the kernel's %d %s", kernel->pid,
			      kernel->comm);
	return n;
}

/* What is to be known of a mapping beyond that it is one. */
static void remark(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mapping *m = r->row;
	const char *entry = entry_words(r->view, m->e);
	char sharing[160] = "";

	if (sharing_words(r, m, sharing, sizeof(sharing)) && entry)
		mmx_value_textf(v, "%s%s", entry, sharing);
	else if (*sharing)
		mmx_value_textf(v, "%s", sharing + strlen("; "));
	else if (entry)
		v->text = entry;
	else
		mmx_value_none(v);
}

/* What led to it. */

static void area_start(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->vma.start;
}

static void area_end(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->vma.end;
}

static void area_pgoff(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vma *vma = &((const struct mapping *)r->row)->e->vma;

	v->word = answer_of(r)->page.kind == MMX_RMAP_ANON ? vma->anon_pgoff : vma->pgoff;
}

static void chain(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->chain;
	if (!v->word)
		mmx_value_null(v);
}

static void item(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->item;
	if (!v->word)
		mmx_value_none(v);
}

static void way(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct mapping *)r->row)->e->way;
}

static const char *const ways[] = {"tree", "hidden", "tables"};

static const struct mmx_field mapping_fields[] = {
	{"pid", MMX_NUMBER, "the process; null where none has the address space", .width = 7,
	 .may = MMX_OR_NULL, .get = pid},
	{"comm", MMX_TEXT, "its name", .width = 15, .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = comm},
	{"vaddr", MMX_ADDR, "the page's user address there", .title = "ADDRESS", .width = 14,
	 .get = vaddr},
	{"level", MMX_COUNT, "of the entry: 1 is a PTE, 2 a PMD, 3 a PUD", .width = 5,
	 .get = level},
	{"entry", MMX_HEX, "as it stands in the page table", .get = entry},
	{"entry_at", MMX_ADDR, "physical address of the entry itself", .width = 12,
	 .get = entry_at},
	{"vma", MMX_ADDR, "the VMA that the address is in; null where there is none",
	 .may = MMX_OR_NULL, .get = vma},
	{"remark", MMX_TEXT,
	 "what it is beyond a mapping, how else it was found, and who else has the address space: processes, "
	 "threads, the kernel's own",
	 .may = MMX_OR_NONE, .get = remark},
	{0},
};

static const struct mmx_field chain_fields[] = {
	{"mm", MMX_ADDR, "the address space", .get = mm},
	{"start", MMX_ADDR, "of the VMA; 0 where there is none", .get = area_start},
	{"end", MMX_ADDR, "of the VMA", .get = area_end},
	{"pgoff", MMX_HEX, "of the VMA, in pages, as the page's index counts", .get = area_pgoff},
	{"anon_vma_chain", MMX_ADDR, "that leads from the anon_vma to the VMA", .may = MMX_OR_NULL,
	 .get = chain},
	{"rmap_item", MMX_ADDR, "of KSM", .may = MMX_OR_NONE, .get = item},
	{"found_by", MMX_WORD,
	 "the tree; a part of it that a search passes over; or page tables alone", WORD_LIST(ways),
	 .get = way},
	{"counted", MMX_BOOL,
	 "it is one of those that the kernel counts: no special mapping, nor the same entry again",
	 .get = counted},
	{0},
};

static const struct mmx_record chain_record = {
	.name = "chain",
	.doc = "what led to it",
	.fields = chain_fields,
};

static const struct mmx_field mapping_and_chain[] = {
	{"mapping", MMX_FIELDS, "", .fields = mapping_fields},
	{"chain", MMX_BLOCK, "what led to it: in text with -v", .record = &chain_record},
	{0},
};

const struct mmx_record mmx_record_rmap_mappings = {
	.name = "mapping",
	.doc = "an entry of a page table that holds the page, of each process that has it",
	.fields = mapping_and_chain,
	.state_size = sizeof(struct mapping),
	.next = next_mapping,
};

/* The same again for people: with -v, what led to each, and with -e, how its address follows. */

static bool has_chains(struct mmx_rows *r)
{
	return mmx_rmap_pages_of(r)->chains;
}

static bool has_arithmetic(struct mmx_rows *r)
{
	return mmx_rmap_pages_of(r)->arithmetic;
}

static const struct mmx_field lines_of_chains[] = {
	{"process", MMX_NUMBER, "its PID", .title = "PID", .width = 7, .may = MMX_OR_NULL,
	 .get = pid},
	{"space", MMX_ADDR, "its mm_struct", .title = "MM", .get = mm},
	{"start", MMX_ADDR, "of the VMA", .width = 14, .get = area_start},
	{"end", MMX_ADDR, "of the VMA", .width = 14, .get = area_end},
	{"anon_vma_chain", MMX_ADDR, "that leads to it", .title = "CHAIN", .may = MMX_OR_NULL,
	 .get = chain},
	{"rmap_item", MMX_ADDR, "of KSM", .may = MMX_OR_NONE, .get = item},
	{0},
};

static const struct mmx_record chains = {
	.name = "chain",
	.doc = "what led to a mapping",
	.fields = lines_of_chains,
	.state_size = sizeof(struct mapping),
	.has = has_chains,
	.next = next_mapping,
};

/* vm_start + ((index - vm_pgoff) << PAGE_SHIFT); of KSM the item has the address. */
static void follows(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_rmap_page *page = &answer_of(r)->page;
	const struct mapping *m = r->row;

	if (m->e->way == MMX_RMAP_BY_TABLES)
		mmx_value_textf(v, "the page tables say so");
	else if (m->e->item)
		mmx_value_textf(v, "the KSM item at %" PRIx64 " says so", m->e->item);
	else
		mmx_value_textf(v, "%" PRIx64 " + ((%" PRIx64 " - %" PRIx64 ") << %u)",
				m->e->vma.start, page->index,
				page->kind == MMX_RMAP_ANON ? m->e->vma.anon_pgoff
							    : m->e->vma.pgoff,
				r->view->kernel->arch->page_shift);
}

static const struct mmx_field arithmetic_fields[] = {
	{"process", MMX_NUMBER, "its PID", .title = "PID", .width = 7, .may = MMX_OR_NULL,
	 .get = pid},
	{"address", MMX_ADDR, "the page's user address there", .width = 14, .get = vaddr},
	{"follows", MMX_TEXT, "vm_start + ((index - vm_pgoff) << PAGE_SHIFT), in numbers",
	 .title = "= VM-START + ((INDEX - VM-PGOFF) << SHIFT)", .get = follows},
	{0},
};

static const struct mmx_record arithmetic = {
	.name = "arithmetic",
	.doc = "how an address follows",
	.fields = arithmetic_fields,
	.state_size = sizeof(struct mapping),
	.has = has_arithmetic,
	.next = next_mapping,
};

/*
 * Pages.
 */

static int open_pages(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_classifier_find(&mmx_rmap_pages_of(r)->classifier, r->view, false);
	return 0;
}

static void close_pages(struct mmx_rows *r)
{
	mmx_rmap_answer_free(&mmx_rmap_pages_of(r)->answer);
	mmx_steps_free(&mmx_rmap_pages_of(r)->steps);
}

static bool is_wrong(const struct mmx_rmap_answer *a)
{
	return a->wrong || (!a->read && !a->agree && !a->explained[0]);
}

static const void *next_page(struct mmx_rows *r)
{
	struct mmx_rmap_pages *p = mmx_rmap_pages_of(r);
	struct mmx_err err;

	mmx_rmap_answer_free(&p->answer);
	if (!p->next(p))
		return NULL;
	p->verdict = mmx_classify_fully(&p->classifier, &p->walk);
	if (mmx_rmap_answer(&p->answer, &p->walk, p->verdict.class, &p->source, &err)) {
		mmx_cover_fail(r->coverage, &err);
		return NULL;
	}
	mmx_cover_inherit(r->coverage, &p->answer.coverage);
	if (p->arithmetic)
		mmx_rmap_steps(&p->steps, &p->walk, p->found, &p->answer);
	if (p->answer.read)
		mmx_cover_failf(r->coverage, mmx_read_code(p->answer.read),
				"the struct page of PFN 0x%" PRIx64 " is %s", p->walk.pfn,
				mmx_read_name(p->answer.read));
	if (is_wrong(&p->answer))
		mmx_cover_failf(&p->disagreements, MMX_ECORRUPT,
				"PFN 0x%" PRIx64 ": the kernel counts %" PRId64 ", %" PRId64
				" entries were found",
				p->walk.pfn, (int64_t)p->answer.kernel, (int64_t)p->answer.found);
	return p;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_rmap_pages *p = r->row;

	snprintf(text, 64, "PFN %" PRIx64, p->walk.pfn);
}

static void class_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_class_name(mmx_rmap_pages_of(r)->verdict.class);
}

static void mapping_pointer(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = answer_of(r)->page.pointer;
	if (answer_of(r)->page.kind == MMX_RMAP_NONE)
		mmx_value_null(v);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_rmap_page *page = &answer_of(r)->page;
	struct mmx_mapping m;

	if (page->kind != MMX_RMAP_FILE)
		mmx_value_none(v);
	else if (mmx_mapping_read(&m, r->view, page->pointer, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else if (m.kind == MMX_MAPPING_BLOCK)
		mmx_value_textf(v, "%s", m.device);
	else if (m.path.text[0])
		mmx_value_textf(v, "%s", m.path.text);
	else
		mmx_value_none(v);
}

static void index_of(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = answer_of(r)->page.index;
	if (answer_of(r)->page.kind != MMX_RMAP_FILE && answer_of(r)->page.kind != MMX_RMAP_ANON)
		mmx_value_null(v);
}

static void mapcount(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = answer_of(r)->mapcount;
	mmx_value_absent(v, answer_of(r)->read);
}

static void folio_mapcount(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = answer_of(r)->kernel;
	if (!answer_of(r)->of_folio)
		mmx_value_none(v);
}

static void folio_entries(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = answer_of(r)->found;
	if (!answer_of(r)->of_folio)
		mmx_value_none(v);
}

static void agree(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = answer_of(r)->agree;
}

static void explained(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = answer_of(r)->explained;
	if (answer_of(r)->read)
		v->text = "the struct pages that count its mappings are not in the dump";
	if (!*v->text)
		mmx_value_null(v);
}

static void wrong(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = is_wrong(answer_of(r));
	if (!v->truth)
		mmx_value_none(v);
}

static const struct mmx_steps *derivation(const struct mmx_rows *r)
{
	const struct mmx_rmap_pages *p = mmx_rmap_pages_of(r);

	return p->arithmetic && p->steps.n ? &p->steps : NULL;
}

MMX_STEPS_RECORD(steps, derivation);

static const struct mmx_field search_fields[] = {
	{"areas", MMX_COUNT, "VMAs that the trees led to, and whose page tables were read",
	 AT(struct mmx_rmap_pages, answer.rmap.areas)},
	{"visited", MMX_COUNT, "nodes of trees that were read for that",
	 AT(struct mmx_rmap_pages, answer.rmap.visited)},
	{"pruned", MMX_COUNT, "those of them where the search turned back",
	 AT(struct mmx_rmap_pages, answer.rmap.pruned)},
	{0},
};

static const struct mmx_record searched = {
	.name = "search",
	.doc = "what was looked at",
	.fields = search_fields,
};

static const char *kind_name(unsigned int kind)
{
	return mmx_rmap_kind_name(kind);
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = answer_of(r)->page.kind;
}

static const struct mmx_field page_fields[] = {
	{"pfn", MMX_PFN, "the frame", AT(struct mmx_rmap_pages, walk.pfn)},
	{"kind", MMX_WORD, "what leads to who maps it", WORDS(MMX_RMAP_KINDS, kind_name),
	 .get = kind},
	{"class", MMX_TEXT, "what it is used for", .get = class_name},
	{"mapping", MMX_ADDR, "the anon_vma, address_space or KSM node; null without",
	 .may = MMX_OR_NULL, .get = mapping_pointer},
	{"path", MMX_TEXT, "of the file", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = path},
	{"index", MMX_HEX, "in the file, or as its areas count; null where it says nothing",
	 .may = MMX_OR_NULL, .get = index_of},
	{"mapcount", MMX_NUMBER, "how many entries map it, as the kernel counts",
	 .may = MMX_OR_ABSENT, .get = mapcount},
	{"entries", MMX_COUNT, "how many of those that it counts were found",
	 AT(struct mmx_rmap_pages, answer.rmap.counted)},
	{"folio_mapcount", MMX_NUMBER,
	 "only where the kernel does not count each page of a large folio: the folio's count",
	 .may = MMX_OR_NONE, .get = folio_mapcount},
	{"folio_entries", MMX_NUMBER, "and how many were found of it", .may = MMX_OR_NONE,
	 .get = folio_entries},
	{"processes", MMX_COUNT, "different ones that have these entries",
	 AT(struct mmx_rmap_pages, answer.processes)},
	{"spaces", MMX_COUNT, "different address spaces that have them",
	 AT(struct mmx_rmap_pages, answer.spaces)},
	{"agree", MMX_BOOL, "what was found comes to the kernel's count", .get = agree},
	{"wrong", MMX_BOOL, "only of a page that something is wrong with: the exit status is 1",
	 .may = MMX_OR_NONE, .get = wrong},
	{"explained", MMX_TEXT, "what there is to say of that; null when nothing",
	 .may = MMX_OR_NULL, .get = explained},
	{"broken", MMX_TROUBLE, "what is wrong on the way to its mappings",
	 AT(struct mmx_rmap_pages, answer.coverage)},
	{"search", MMX_BLOCK, "what was looked at", .title = "search", .record = &searched},
	{"mappings", MMX_TABLE, "all entries that hold it", .title = "mappings",
	 .record = &mmx_record_rmap_mappings},
	{"chains", MMX_TABLE, "with -v", .title = "what led to them", .may = MMX_OR_NONE,
	 .record = &chains},
	{"arithmetic", MMX_TABLE, "with -e", .title = "how the addresses follow",
	 .may = MMX_OR_NONE, .record = &arithmetic},
	{"steps", MMX_TABLE, "with -e: the same in steps, with where the constants are from",
	 .title = "derivation", .may = MMX_OR_NONE, .record = &steps},
	{0},
};

const struct mmx_record mmx_record_rmap_pages = {
	.name = "page",
	.doc = "a page, and who maps it",
	.fields = page_fields,
	.open = open_pages,
	.next = next_page,
	.close = close_pages,
	.heading = heading,
};
