// SPDX-License-Identifier: GPL-2.0-or-later
/* The way of an address through page tables, what stands at its end, and what a fault there would do. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/owners/page_table.h"
#include "mm/processes/entry_names.h"
#include "mm/processes/pt_steps.h"
#include "mm/processes/task.h"
#include "mm/processes/vm_flags.h"
#include "mm/swap/swap_slot.h"
#include "records/ptx.h"
#include "records/steps.h"

static const struct mmx_pt_walked *walked_of(const struct mmx_rows *r)
{
	return &mmx_ptx_of(r)->walked;
}

static const struct mmx_kernel *kernel_of(const struct mmx_rows *r)
{
	return r->view->kernel;
}

/*
 * Finding it.
 */

static void find_entry(struct mmx_pt_walked *w, struct mmx_view *view)
{
	const struct mmx_pte *end = mmx_pt_path_end(&w->path);

	if (end)
		mmx_user_entry(&w->entry, view, mmx_know_entry_rules(view), end, w->address);
	else
		w->entry = (struct mmx_user_entry){.kind = MMX_USER_UNREADABLE};
}

static void judge(struct mmx_ptx *p, struct mmx_view *view)
{
	struct mmx_pt_walked *w = &p->walked;
	struct mmx_err err;

	if (mmx_fault_site_find(&w->site, view, p->space.mm, p->space.task, w->address, &err)) {
		w->site.place = MMX_SITE_UNKNOWN;
		w->site.no_vmas = err;
	}
	for (unsigned int i = 0; i < MMX_ACCESSES; i++)
		mmx_fault_tell(&w->fault[i], view, &w->site, i);
	if (w->site.vma.addr && mmx_vma_name(&w->name, view, &w->site.vma, &w->no_name))
		w->name.text[0] = '\0';
}

static struct mmx_term root_of(struct mmx_ptx *p, struct mmx_view *view)
{
	struct mmx_steps *s = &p->walked.steps;
	struct mmx_term root;

	if (!p->space.mm && p->space.root != view->kernel->paging.root)
		return mmx_step_given(s, p->space.root, "root table", "asked for");
	root = mmx_step_root(s, view, p->space.mm);
	mmx_step_check(s, "the root as told", root, MMX_OP_EQUAL, mmx_plain(p->space.root));
	return root;
}

static void explain(struct mmx_ptx *p, struct mmx_view *view)
{
	struct mmx_pt_walked *w = &p->walked;
	struct mmx_term address, root;

	mmx_steps_clear(&w->steps);
	address = mmx_step_given(&w->steps, w->address, "address", "asked for");
	root = root_of(p, view);
	mmx_pt_path_steps(&w->steps, view, &w->path, root, address);
	if (w->user && w->entry.pte.kind == MMX_PTE_NONPRESENT)
		mmx_swap_entry_steps(&w->steps, view, mmx_steps_last(&w->steps), &w->entry);
	if (!w->user_path.n)
		return;
	root = mmx_step_calc(&w->steps, "root table of user mode", root, MMX_OP_PLUS,
			     mmx_step_given(&w->steps, view->kernel->isolation.user_root,
					    "to the table behind", "page-table isolation"));
	mmx_pt_path_steps(&w->steps, view, &w->user_path, root, address);
}

void mmx_pt_walk_find(struct mmx_ptx *p, struct mmx_view *view, uint64_t address)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_pt_walked *w = &p->walked;

	w->address = address;
	w->user = mmx_pt_is_user(address);
	w->site = (struct mmx_fault_site){0};
	w->no_name = (struct mmx_err){0};
	mmx_pt_path_find(&w->path, view->reader, k->arch, &k->paging, p->space.root, address);
	w->user_path.n = 0;
	if (p->space.user_root)
		mmx_pt_path_find(&w->user_path, view->reader, k->arch, &k->paging,
				 p->space.user_root, address);
	find_entry(w, view);
	if (p->space.mm)
		judge(p, view);
	if (p->explained)
		explain(p, view);
}

/*
 * The entries on its way.
 */

static const void *next_step(struct mmx_rows *r)
{
	const struct mmx_pt_path *path = &walked_of(r)->path;

	return r->nth < path->n ? &path->step[r->nth] : NULL;
}

/* Below the first table that both ways have, they are the same. */
static const void *next_user_step(struct mmx_rows *r)
{
	const struct mmx_pt_path *path = &walked_of(r)->path, *user = &walked_of(r)->user_path;
	const struct mmx_pte *step = &user->step[r->nth];

	if (r->nth >= user->n || (r->nth < path->n && path->step[r->nth].at == step->at))
		return NULL;
	return step;
}

static bool has_user_steps(struct mmx_rows *r)
{
	return walked_of(r)->user_path.n;
}

static const struct mmx_pte *step_of(const struct mmx_rows *r)
{
	return r->row;
}

static void level(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_pt_level_name(kernel_of(r), step_of(r)->level);
}

static uint64_t table_bytes(const struct mmx_rows *r)
{
	return 8ULL << kernel_of(r)->arch->level_bits;
}

static void table(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = step_of(r)->at & ~(table_bytes(r) - 1);
}

static void shift(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_level_shift(kernel_of(r)->arch, step_of(r)->level);
}

static void mask(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = table_bytes(r) / 8 - 1;
}

static void index_of(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (step_of(r)->at & (table_bytes(r) - 1)) / 8;
}

static void leads_to(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pte *pte = step_of(r);

	v->word = pte->phys;
	if (pte->kind == MMX_PTE_EMPTY || pte->kind == MMX_PTE_NONPRESENT)
		mmx_value_null(v);
}

static void bits(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_entry_bits(v->scratch->text, r->view, step_of(r), walked_of(r)->user);
	v->text = v->scratch->text;
}

static const struct mmx_field step_fields[] = {
	{"level", MMX_TEXT, "PGD, P4D, PUD, PMD or PTE", .width = 5, .get = level},
	{"table", MMX_ADDR, "physical address of its table", .width = 9, .get = table},
	{"shift", MMX_COUNT, "of the address, to its right, for the index", .width = 5,
	 .get = shift},
	{"mask", MMX_HEX, "of what is left of the address then", .width = 4, .get = mask},
	{"index", MMX_COUNT, "of the entry in its table", .width = 5, .get = index_of},
	{"at", MMX_ADDR, "physical address of the entry itself", .title = "ENTRY AT", .width = 9,
	 AT(struct mmx_pte, at)},
	{"entry", MMX_HEX, "as it stands in memory", .width = 16, AT(struct mmx_pte, raw)},
	{"leads_to", MMX_ADDR, "physical address of the next table, or of the page", .width = 9,
	 .may = MMX_OR_NULL, .get = leads_to},
	{"bits", MMX_TEXT, "those that are set, by name", .may = MMX_OR_EMPTY, .get = bits},
	{0},
};

static const struct mmx_record steps = {
	.name = "entry",
	.doc = "an entry on the way, the root's first",
	.fields = step_fields,
	.next = next_step,
};

static const struct mmx_record user_steps = {
	.name = "user entry",
	.doc = "an entry on the way of user mode, as far as that has tables of its own",
	.fields = step_fields,
	.has = has_user_steps,
	.next = next_user_step,
};

/*
 * What stands at its end.
 */

/* On the kernel's own half what is not present is none of swap's. */
static bool kernel_nonpresent(const struct mmx_pt_walked *w)
{
	return !w->user && w->entry.pte.kind == MMX_PTE_NONPRESENT;
}

static const void *next_end(struct mmx_rows *r)
{
	return r->nth ? NULL : walked_of(r);
}

static enum mmx_user_kind kind_of(const struct mmx_rows *r)
{
	return kernel_nonpresent(walked_of(r)) ? MMX_USER_NONE : walked_of(r)->entry.kind;
}

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = kernel_nonpresent(walked_of(r)) ? "not present" : mmx_user_words(kind_of(r));
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = walked_of(r)->entry.pte.size;
	if (!v->word)
		mmx_value_none(v);
}

static void pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = walked_of(r)->entry.pfn;
	if (!mmx_user_has_pfn(kind_of(r)))
		mmx_value_none(v);
}

static void physical(struct mmx_rows *r, struct mmx_value *v)
{
	unsigned int page_shift = kernel_of(r)->arch->page_shift;
	const struct mmx_pt_walked *w = walked_of(r);

	v->word = w->entry.pfn << page_shift | (w->address & ((1ULL << page_shift) - 1));
	if (!mmx_user_mapped(kind_of(r)))
		mmx_value_none(v);
}

static void zero_page(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = walked_of(r)->entry.zero;
	if (!v->truth)
		mmx_value_none(v);
}

/* What the words of the entry's own bits do not tell, as they are the bits of another form. */
static void kept(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_user_entry *e = &walked_of(r)->entry;

	mmx_entry_flags_words(v->scratch->text, e->flags);
	v->text = v->scratch->text;
	if (!*v->text || e->pte.kind != MMX_PTE_NONPRESENT || kernel_nonpresent(walked_of(r)))
		mmx_value_none(v);
}

static void marker(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_marker_words(v->scratch->text, walked_of(r)->entry.marker);
	v->text = v->scratch->text;
	if (kind_of(r) != MMX_USER_MARKER)
		mmx_value_none(v);
}

static void area(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = walked_of(r)->entry.type;
	if (kind_of(r) != MMX_USER_SWAP)
		mmx_value_none(v);
}

static void slot(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = walked_of(r)->entry.offset;
	if (kind_of(r) != MMX_USER_SWAP)
		mmx_value_none(v);
}

static void area_path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(r->view);
	const struct mmx_swap_area *found = mmx_swap_area(swaps, walked_of(r)->entry.type);

	v->text = found ? found->path.text : "";
	if (kind_of(r) != MMX_USER_SWAP)
		mmx_value_none(v);
	else if (!*v->text)
		mmx_value_null(v);
}

static void key(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_pte_key(kernel_of(r)->arch, &walked_of(r)->entry.pte);
	if (!v->word)
		mmx_value_none(v);
}

static void unknown(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &walked_of(r)->path.coverage.first;
	if (!v->err->code)
		mmx_value_none(v);
}

static const struct mmx_field end_fields[] = {
	{"state", MMX_TEXT, "what it is", .get = state},
	{"size", MMX_BYTES, "bytes that the entry is for", .may = MMX_OR_NONE, .get = size},
	{"pfn", MMX_PFN, "the frame behind the address, or that the entry names",
	 .may = MMX_OR_NONE, .get = pfn},
	{"physical", MMX_ADDR, "the physical address behind the address", .may = MMX_OR_NONE,
	 .get = physical},
	{"zero_page", MMX_BOOL, "it is the shared page of zeros", .may = MMX_OR_NONE,
	 .get = zero_page},
	{"key", MMX_COUNT, "the protection key, when it is not 0", .may = MMX_OR_NONE, .get = key},
	{"marker", MMX_TEXT, "what a marker says", .may = MMX_OR_NONE, .get = marker},
	{"area", MMX_COUNT, "the number of the swap area", .may = MMX_OR_NONE, .get = area},
	{"slot", MMX_HEX, "the page of that area", .may = MMX_OR_NONE, .get = slot},
	{"area_path", MMX_TEXT, "the area's file or device; null where it is not known",
	 .title = "area path", .may = MMX_OR_NONE | MMX_OR_NULL, .get = area_path},
	{"kept", MMX_TEXT, "of an entry that is not present: what it keeps of the page's bits",
	 .may = MMX_OR_NONE, .get = kept},
	{"unknown", MMX_TROUBLE, "why the way could not be followed to its end", .get = unknown},
	{0},
};

static const struct mmx_record end = {
	.name = "end",
	.doc = "what stands at the end of the way",
	.fields = end_fields,
	.next = next_end,
};

/*
 * The VMA.
 */

static bool has_vma(struct mmx_rows *r)
{
	return walked_of(r)->site.vma.addr;
}

static const void *next_vma(struct mmx_rows *r)
{
	return r->nth || !has_vma(r) ? NULL : &walked_of(r)->site.vma;
}

static const struct mmx_vma *vma_of(const struct mmx_rows *r)
{
	return r->row;
}

static void permissions(struct mmx_rows *r, struct mmx_value *v)
{
	uint64_t flags = vma_of(r)->flags;

	mmx_value_textf(v, "%c%c%c%c", flags & MMX_VM_READ ? 'r' : '-',
			flags & MMX_VM_WRITE ? 'w' : '-', flags & MMX_VM_EXEC ? 'x' : '-',
			flags & MMX_VM_MAYSHARE ? 's' : 'p');
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	char text[MMX_VM_FLAGS_TEXT];

	mmx_vm_flags_names(mmx_know_vm_flags(r->view), vma_of(r)->flags, " ", text);
	mmx_value_textf(v, "%s", text);
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = walked_of(r)->name.text;
	if (walked_of(r)->no_name.code)
		mmx_value_unknown(v, &walked_of(r)->no_name);
}

static void place(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = walked_of(r)->site.place == MMX_SITE_INSIDE
			  ? "the address lies in it"
			  : "it lies above the address, and may grow down";
}

static void page(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pt_walked *w = walked_of(r);

	v->word = (w->address - w->site.vma.start) >> kernel_of(r)->arch->page_shift;
	if (w->site.place != MMX_SITE_INSIDE)
		mmx_value_none(v);
}

static void file_index(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = walked_of(r)->site.index;
	if (walked_of(r)->site.place != MMX_SITE_INSIDE)
		mmx_value_none(v);
}

static void fault_function(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = walked_of(r)->site.fault;
	if (!*v->text)
		mmx_value_none(v);
}

static const struct mmx_field vma_fields[] = {
	{"vma", MMX_ADDR, "its vm_area_struct", AT(struct mmx_vma, addr)},
	{"start", MMX_ADDR, "its first address", AT(struct mmx_vma, start)},
	{"end", MMX_ADDR, "the first one behind it", AT(struct mmx_vma, end)},
	{"permissions", MMX_TEXT, "as maps prints them", .get = permissions},
	{"name", MMX_TEXT, "as maps prints it; empty where it has none",
	 .may = MMX_OR_EMPTY | MMX_OR_UNKNOWN, .get = name},
	{"flags", MMX_TEXT, "by name", .may = MMX_OR_EMPTY, .get = flags},
	{"place", MMX_TEXT, "where the address lies", .get = place},
	{"page", MMX_HEX, "page of the VMA that the address is in, from 0", .may = MMX_OR_NONE,
	 .get = page},
	{"index", MMX_HEX, "page of the file, or of what the VMA counts from", .may = MMX_OR_NONE,
	 .get = file_index},
	{"fault", MMX_TEXT, "the function that gives it pages", .may = MMX_OR_NONE,
	 .get = fault_function},
	{0},
};

static const struct mmx_record vma = {
	.name = "vma",
	.doc = "the VMA that has the address, or that may grow down to it",
	.fields = vma_fields,
	.has = has_vma,
	.next = next_vma,
};

/*
 * Verdicts.
 */

static bool has_faults(struct mmx_rows *r)
{
	return mmx_ptx_of(r)->space.mm;
}

static const void *next_fault(struct mmx_rows *r)
{
	const struct mmx_fault *f = &walked_of(r)->fault[r->nth];

	if (r->nth >= MMX_ACCESSES)
		return NULL;
	if (f->kind == MMX_FAULT_UNKNOWN)
		mmx_cover_fail(r->coverage, &f->why);
	return f;
}

static const struct mmx_fault *fault_of(const struct mmx_rows *r)
{
	return r->row;
}

static void access_word(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->nth;
}

static void verdict(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = fault_of(r)->kind;
}

static void signal_number(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = fault_of(r)->signal;
	if (!v->word)
		mmx_value_null(v);
}

static void code(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = fault_of(r)->code;
	if (!fault_of(r)->signal)
		mmx_value_null(v);
}

static void fault_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = fault_of(r)->pfn;
	if (!fault_of(r)->has_pfn)
		mmx_value_null(v);
}

static const struct mmx_field fault_fields[] = {
	{"access", MMX_WORD, "by user mode", .width = 7, WORDS(MMX_ACCESSES, mmx_access_word),
	 .get = access_word},
	{"verdict", MMX_WORD, "what would come of it", .width = 22,
	 WORDS(MMX_FAULT_KIND_COUNT, mmx_fault_word), .get = verdict},
	{"signal", MMX_COUNT, "that the process would get: 11 SIGSEGV, 7 SIGBUS", .title = "SIG",
	 .width = 3, .may = MMX_OR_NULL, .get = signal_number},
	{"code", MMX_NUMBER, "its si_code", .width = 4, .may = MMX_OR_NULL, .get = code},
	{"pfn", MMX_PFN, "the frame that is mapped, copied from, or cached", .width = 8,
	 .may = MMX_OR_NULL, .get = fault_pfn},
	{"because", MMX_TEXT, "what that rests on", AT(struct mmx_fault, text)},
	{0},
};

static const struct mmx_record faults = {
	.name = "fault",
	.doc = "what an access would do, as things were; that memory can be had is taken for granted",
	.fields = fault_fields,
	.has = has_faults,
	.next = next_fault,
};

/*
 * All of it.
 */

/* What a process has in its page tables lies in one of its VMAs. */
static void check(struct mmx_coverage *coverage, const struct mmx_pt_walked *w)
{
	if (w->site.mm && w->site.place == MMX_SITE_OUTSIDE && mmx_user_mapped(w->site.entry.kind))
		mmx_cover_failf(coverage, MMX_ECORRUPT,
				"a page is mapped at 0x%" PRIx64 ", which no VMA has", w->address);
}

static const void *next_walk(struct mmx_rows *r)
{
	struct mmx_ptx *p = mmx_ptx_of(r);

	if (!p->next(p))
		return NULL;
	mmx_cover_inherit(r->coverage, &p->walked.path.coverage);
	check(r->coverage, &p->walked);
	return &p->walked;
}

static bool has_walks(struct mmx_rows *r)
{
	const struct mmx_ptx *p = mmx_ptx_of(r);

	return !p->cpus && !p->ranged && !p->summed;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_task *task = mmx_ptx_of(r)->space.task;
	const struct mmx_pt_walked *w = r->row;

	if (task)
		snprintf(text, 64, "Address %" PRIx64 " of PID %d", w->address, task->pid);
	else
		snprintf(text, 64, "Address %016" PRIx64, w->address);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = mmx_ptx_of(r)->space.task;

	if (task)
		v->word = (uint64_t)task->pid;
	else
		mmx_value_none(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = mmx_ptx_of(r)->space.task;

	if (task)
		v->text = task->comm;
	else
		mmx_value_none(v);
}

static void mm(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_ptx_of(r)->space.mm;
	if (!v->word)
		mmx_value_none(v);
}

static void root(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_ptx_of(r)->space.root;
}

static void user_root(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_ptx_of(r)->space.user_root;
	if (!v->word)
		mmx_value_none(v);
}

static const struct mmx_steps *derivation(const struct mmx_rows *r)
{
	return walked_of(r)->steps.n ? &walked_of(r)->steps : NULL;
}

MMX_STEPS_RECORD(how, derivation);

static void levels(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = kernel_of(r)->paging.levels;
}

static const struct mmx_field walk_fields[] = {
	{"address", MMX_ADDR, "that was asked for", AT(struct mmx_pt_walked, address)},
	{"pid", MMX_COUNT, "of the process", .may = MMX_OR_NONE, .get = pid},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"mm", MMX_ADDR, "its mm_struct", .may = MMX_OR_NONE, .get = mm},
	{"root", MMX_ADDR, "physical address of the root table, what CR3 has while it runs",
	 .get = root},
	{"user_root", MMX_ADDR,
	 "with page-table isolation: that of the root that user mode runs on", .may = MMX_OR_NONE,
	 .get = user_root},
	{"levels", MMX_COUNT, "of tables", .get = levels},
	{"entries", MMX_TABLE, "from the root on", .record = &steps},
	{"user_entries", MMX_TABLE, "with page-table isolation: those of user mode's own tables",
	 .title = "On the tables that user mode runs on", .may = MMX_OR_NONE,
	 .record = &user_steps},
	{"end", MMX_BLOCK, "what stands at the end of the way", .title = "There", .record = &end},
	{"vma", MMX_BLOCK, "the VMA of the address", .title = "VMA", .may = MMX_OR_NONE,
	 .record = &vma},
	{"faults", MMX_TABLE, "what an access would do", .title = "An access by user mode",
	 .may = MMX_OR_NONE, .record = &faults},
	{"steps", MMX_TABLE, "with -e: how the entries and what they lead to follow",
	 .title = "derivation", .may = MMX_OR_NONE, .record = &how},
	{0},
};

const struct mmx_record mmx_record_pt_walks = {
	.name = "walk",
	.doc = "the way of an address through page tables",
	.fields = walk_fields,
	.has = has_walks,
	.next = next_walk,
	.heading = heading,
};
