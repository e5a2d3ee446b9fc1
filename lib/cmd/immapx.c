// SPDX-License-Identifier: GPL-2.0-or-later
/* immapx: the tree of the mappings of a file. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "records/picture.h"
#include "records/trees.h"

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_trees_of(r)->path;
	if (!*v->text)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"mapping", MMX_ADDR, "the file's address_space", AT(struct mmx_trees, tree.of)},
	{"path", MMX_TEXT, "the file's", .may = MMX_OR_NONE, .get = path},
	{"inode", MMX_ADDR, "its struct inode", .zero = MMX_OR_NONE, AT(struct mmx_trees, inode)},
	{"nodes", MMX_COUNT, "of the tree: VMAs that map the file",
	 AT(struct mmx_trees, tree.coverage.found)},
	{"wrong", MMX_COUNT, "things that are wrong with it", AT(struct mmx_trees, tree.wrong)},
	{"broken", MMX_TROUBLE, "the first of them, or why not all of it is known",
	 AT(struct mmx_trees, tree.coverage)},
	{"query", MMX_BLOCK, "with INDEX", .title = "Search", .may = MMX_OR_NONE,
	 .record = &mmx_record_tree_query},
	{"tree", MMX_TREE, "all of it", .title = "Tree", .may = MMX_OR_NONE,
	 .record = &mmx_record_tree_nodes},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings", .may = MMX_OR_NONE,
	 .record = &mmx_record_tree_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "immap",
	.doc = "the tree of the mappings of a file; the exit status is 1 when something is wrong with it, and 3 "
	       "where something that tells of it is not in the dump",
	.version = 1,
	.picture = &mmx_picture_immap,
	.fields = fields,
};

static enum mmx_exit cannot(struct mmx_run *run, const struct mmx_err *err)
{
	mmx_say(run, "%s", err->text);
	return err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
}

/* An index that is given counts more than the one of the page that named the file. */
static int take_index(struct mmx_run *run, const struct mmx_what_file *file, struct mmx_trees *t,
		      struct mmx_err *err)
{
	t->searched = run->n_operands > 1 || file->has_index;
	t->index = file->index;
	if (run->n_operands > 1 && mmx_number(run->operand[1], NULL, run->option['d'], &t->index))
		return mmx_fail(err, MMX_EUSAGE, "%s is no index of a page", run->operand[1]);
	return 0;
}

static enum mmx_exit immapx(struct mmx_run *run)
{
	struct mmx_users users = {0};
	struct mmx_what_options options = {
		.decimal = run->option['d'], .pid = run->option['u'], .users = &users};
	struct mmx_what_file file;
	struct mmx_trees t = {0};
	enum mmx_exit status;
	struct mmx_err err;

	users.tasks = mmx_know_tasks(run->view);
	if (mmx_what_file(&file, run->view, run->operand[0], &options, &err) ||
	    take_index(run, &file, &t, &err) ||
	    mmx_rmap_tree_find(&t.tree, run->view, MMX_AREAS_FILE, file.mapping.addr, &err))
		return cannot(run, &err);
	t.path = file.mapping.path.text;
	t.inode = file.mapping.inode.addr;
	if (t.searched)
		mmx_rmap_tree_search(&t.tree, t.index, t.index);
	status = mmx_run_show(run, &t, NULL);
	status = mmx_worse(status, mmx_run_exit(run, &t.tree.coverage));
	mmx_rmap_tree_free(&t.tree);
	return status;
}

static const struct mmx_option options[] = {
	{'u', "user", "PID", "FILE is a path as that process sees it"},
	{'d', "decimal", NULL, "INDEX is decimal"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_immapx = {
	.name = "immapx",
	.summary = "the tree of a file's mappings, drawn and checked",
	.operands = "FILE [INDEX]",
	.help = "Draws the interval tree (i_mmap) of the VMAs that map a file, and checks it: links back to\n"
		"parents, colours, the order of intervals, what each node says of the last index below it, the\n"
		"first node, and that each VMA is of this file. FILE is named as for filex.\n"
		"\n"
		"With INDEX, a page of the file, it shows the kernel's search for who may map that page: which\n"
		"nodes it reads, where it turns back since nothing below reaches that far, which it never comes\n"
		"to, and for each match the address of the page there. Whether it is mapped there rmapx tells.\n"
		"\n"
		"Example: immapx /usr/lib/x86_64-linux-gnu/libc.so.6 2d",
	.example = "immapx /usr/lib/x86_64-linux-gnu/libc.so.6 45",
	.options = options,
	.document = &document,
	.min_operands = 1,
	.max_operands = 2,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = immapx,
};
