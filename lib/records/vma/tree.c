// SPDX-License-Identifier: GPL-2.0-or-later
/* The maple tree of an address space: nodes, and the slots of leaves. */
#include "mm/mem.h"
#include "records/vma/vma.h"

static bool has_tree(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->tree;
}

static const void *next_row(struct mmx_rows *r)
{
	const struct mmx_maple_tree *t = &mmx_vma_space_of(r)->tree;
	const struct mmx_maple_row *row;

	if (r->nth >= t->n)
		return NULL;
	row = &t->v[r->nth];
	r->depth = row->depth;
	r->more = !row->last_child;
	return row;
}

static const struct mmx_maple_row *row_of(const struct mmx_rows *r)
{
	return r->row;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_maple_row *row = row_of(r);
	const char *type = mmx_maple_type_name(&r->view->kernel->layout, row->type);

	if (row->node)
		v->text = type ? type : "node";
	else if (mmx_maple_is_entry(row->word))
		v->text = "VMA";
	else
		v->text = row->word ? "reserved" : "gap";
}

static void word(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row_of(r)->word;
	if (!v->word)
		mmx_value_null(v);
}

static void slot(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row_of(r)->slot;
	if (!row_of(r)->depth)
		mmx_value_null(v);
}

static void slots(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row_of(r)->slots;
	if (!row_of(r)->node)
		mmx_value_null(v);
}

static void gap(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = row_of(r)->gap;
	if (!row_of(r)->gap_noted)
		mmx_value_null(v);
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_maple_row *row = row_of(r);
	struct mmx_vma vma;

	v->text = "";
	if (!row->node && mmx_maple_is_entry(row->word) &&
	    !mmx_vma_read(&vma, r->view, row->word, NULL))
		mmx_vma_text_name(r, v, &vma);
}

static const struct mmx_field fields[] = {
	{"at", MMX_ADDR, "the node, or what stands in the slot", .title = "NODE OR VMA",
	 .width = 25, .lines = true, .may = MMX_OR_NULL, .get = word},
	{"kind", MMX_TEXT, "the node's type; VMA, gap, or a reservation", .width = 9, .get = kind},
	{"slot", MMX_COUNT, "where it is in the node above", .width = 4, .may = MMX_OR_NULL,
	 .get = slot},
	{"slots", MMX_COUNT, "of a node, in use", .width = 5, .may = MMX_OR_NULL, .get = slots},
	{"first", MMX_HEX, "its first address", .width = 16, AT(struct mmx_maple_row, first)},
	{"last", MMX_HEX, "its last address, which is the pivot", .title = "LAST (PIVOT)",
	 .width = 16, AT(struct mmx_maple_row, last)},
	{"gap", MMX_HEX, "the largest gap below it, as the node above notes it", .width = 12,
	 .may = MMX_OR_NULL, .get = gap},
	{"path", MMX_TEXT, "of a VMA, as /proc/PID/maps has it",
	 .may = MMX_OR_EMPTY | MMX_OR_NULL | MMX_OR_UNKNOWN, .get = name},
	{0},
};

const struct mmx_record mmx_record_vma_tree = {
	.name = "node",
	.doc = "a node of the maple tree, or a slot of one of its leaves",
	.fields = fields,
	.state_size = sizeof(struct mmx_vma_name),
	.has = has_tree,
	.next = next_row,
};
