// SPDX-License-Identifier: GPL-2.0-or-later
/* anonx: the anon_vmas of a process and its forks, and the tree of one. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/rmap/rmap.h"
#include "records/picture.h"
#include "records/trees.h"

static void root(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_trees_of(r)->family->v[0].anon.root;
}

static void members(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_trees_of(r)->family->n;
}

static void trouble(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &mmx_trees_of(r)->family->coverage.first;
	if (mmx_cover_whole(&mmx_trees_of(r)->family->coverage))
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"anon_vma", MMX_ADDR, "the one that was asked for", AT(struct mmx_trees, tree.of)},
	{"root", MMX_ADDR, "of its family, whose lock all of them share", .get = root},
	{"members", MMX_COUNT, "anon_vmas of that root", .get = members},
	{"trouble", MMX_TROUBLE, "what is wrong with the family", .get = trouble},
	{"nodes", MMX_COUNT, "of its own tree: VMAs that its pages may be mapped in",
	 AT(struct mmx_trees, tree.coverage.found)},
	{"wrong", MMX_COUNT, "things that are wrong with that tree",
	 AT(struct mmx_trees, tree.wrong)},
	{"broken", MMX_TROUBLE, "the first of them, or why not all of it is known",
	 AT(struct mmx_trees, tree.coverage)},
	{"family", MMX_TREE, "who was forked off whom", .title = "Family", .may = MMX_OR_NONE,
	 .record = &mmx_record_anon_family},
	{"query", MMX_BLOCK, "where a page was asked for", .title = "Search", .may = MMX_OR_NONE,
	 .record = &mmx_record_tree_query},
	{"tree", MMX_TREE, "the tree of the one that was asked for", .title = "Tree",
	 .may = MMX_OR_NONE, .record = &mmx_record_tree_nodes},
	{"findings", MMX_TABLE, "what is wrong with that tree", .title = "Findings",
	 .may = MMX_OR_NONE, .record = &mmx_record_tree_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "anon",
	.doc = "anon_vmas that belong together, and the tree of one; the exit status is 1 when something is "
	       "wrong with them, and 3 where something that tells of them is not in the dump",
	.version = 1,
	.picture = &mmx_picture_anon,
	.fields = fields,
};

/* The anon_vma of a page, and the page's index. */
static int of_frame(struct mmx_view *view, uint64_t pfn, struct mmx_trees *t, struct mmx_err *err)
{
	struct mmx_rmap_page page = {.kind = MMX_RMAP_NONE};
	struct mmx_page_walk w;

	if (mmx_page_walk_begin(&w, view, pfn, pfn + 1, err))
		return -1;
	if (mmx_page_walk_look(&w, pfn) && !w.read && !w.folio.read)
		mmx_rmap_page_of(&page, &w, true);
	mmx_page_walk_end(&w);
	if (page.kind == MMX_RMAP_KSM)
		return mmx_fail(err, MMX_ENOTFOUND,
				"PFN 0x%" PRIx64
				" was merged by KSM, and is of no one anon_vma: rmapx "
				"tells who has it",
				pfn);
	if (page.kind != MMX_RMAP_ANON)
		return mmx_fail(err, MMX_ENOTFOUND, "PFN 0x%" PRIx64 " is no anonymous page", pfn);
	t->tree.of = page.pointer;
	t->searched = true;
	t->index = page.index;
	return 0;
}

/* The anon_vma of the mapping that a user address is in. */
static int of_area(struct mmx_view *view, const struct mmx_users *users, int32_t pid, uint64_t addr,
		   struct mmx_trees *t, struct mmx_err *err)
{
	struct mmx_vmas vmas;
	uint64_t mm;

	if (mmx_user_mm(users, pid, &mm, err))
		return -1;
	mmx_vmas_begin(&vmas, view, mm);
	while (mmx_vmas_next(&vmas)) {
		const struct mmx_vma *vma = &vmas.vma;

		if (addr < vma->start || addr >= vma->end)
			continue;
		t->tree.of = vma->anon_vma;
		t->searched = vma->anon_vma;
		t->index =
			vma->anon_pgoff + ((addr - vma->start) >> view->kernel->arch->page_shift);
		return vma->anon_vma ? 0
				     : mmx_fail(err, MMX_ENOTFOUND,
						"the VMA at 0x%" PRIx64
						" has no anon_vma: it has no pages of its own yet",
						vma->addr);
	}
	return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " is in no mapping of PID %d", addr, pid);
}

/* An address of the direct map is an anon_vma itself, when there is one. */
static int take_operand(struct mmx_run *run, const struct mmx_users *users, struct mmx_trees *t,
			struct mmx_err *err)
{
	const struct mmx_what_options options = {.decimal = run->option['d'],
						 .physical = run->option['p']};
	const char *text = run->operand[0];
	struct mmx_what_walk w;
	struct mmx_anon anon;
	uint64_t number, pid;

	if (run->option['u']) {
		if (mmx_number(run->option['u'], NULL, true, &pid) || pid > INT32_MAX)
			return mmx_fail(err, MMX_EUSAGE, "%s is no PID", run->option['u']);
		if (mmx_number(text, NULL, false, &number))
			return mmx_fail(err, MMX_EUSAGE, "%s is no address", text);
		return of_area(run->view, users, (int32_t)pid, number, t, err);
	}
	if (!mmx_number(text, NULL, options.decimal, &number) && number >> 63 &&
	    !mmx_anon_head(&anon, run->view, number & ~3ULL, err)) {
		t->tree.of = number & ~3ULL;
		return 0;
	}
	if (mmx_what_begin(&w, run->view, text, &options, err))
		return -1;
	if (!mmx_what_next(&w))
		return mmx_fail(err, MMX_ENOTFOUND, "%s names no frame", text);
	return of_frame(run->view, w.what.first, t, err);
}

static enum mmx_exit cannot(struct mmx_run *run, const struct mmx_err *err)
{
	mmx_say(run, "%s", err->text);
	return err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
}

static enum mmx_exit anonx(struct mmx_run *run)
{
	const struct mmx_users users = {.tasks = mmx_know_tasks(run->view)};
	struct mmx_anon_family family;
	struct mmx_trees asked = {0}, t;
	enum mmx_exit status;
	struct mmx_err err;

	if (take_operand(run, &users, &asked, &err) ||
	    mmx_anon_family_find(&family, run->view, asked.tree.of, &err))
		return cannot(run, &err);
	t = asked;
	t.family = &family;
	t.path = "";
	if (mmx_rmap_tree_find(&t.tree, run->view, MMX_AREAS_ANON, asked.tree.of, &err)) {
		mmx_anon_family_free(&family);
		return cannot(run, &err);
	}
	if (t.searched)
		mmx_rmap_tree_search(&t.tree, t.index, t.index);
	status = mmx_run_show(run, &t, NULL);
	status = mmx_worse(status, mmx_run_exit(run, &t.tree.coverage));
	status = mmx_worse(status, mmx_run_exit(run, &family.coverage));
	mmx_rmap_tree_free(&t.tree);
	mmx_anon_family_free(&family);
	return status;
}

static const struct mmx_option options[] = {
	{'p', "physical", NULL, "WHAT is a physical address"},
	{'u', "user", "PID", "WHAT is a user address of that process: the anon_vma of its mapping"},
	{'d', "decimal", NULL, "numbers are decimal"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_anonx = {
	.name = "anonx",
	.summary = "the anon_vmas of a process and its forks, drawn and checked",
	.operands = "WHAT",
	.help = "Shows the anon_vma of a page, of the mapping that a user address is in, or at an address: its\n"
		"family, from the root down, who was forked off whom, with the counts that each keeps; and its\n"
		"own tree of the VMAs that its pages may be mapped in, with what a search for the page does\n"
		"there.\n"
		"\n"
		"Checked are the counts of children and of VMAs whose new pages go to it, the root's reference\n"
		"count, and of the tree links back to parents, colours, the order of intervals, what each node\n"
		"says of the last index below it, and that each chain is of this anon_vma. KSM and who looks at\n"
		"a page hold references beyond those.\n"
		"\n"
		"Example: anonx -u 2001 7fff00001000",
	.example = "anonx 5000",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = 1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = anonx,
};
