// SPDX-License-Identifier: GPL-2.0-or-later
/* Reserved memory: what the resource tree calls it, and which of the kernel's own things lie there. */
#include "mm/frames/vmemmap_places.h"
#include "mm/owners/reserved.h"
#include "mm/owners/resource.h"
#include "records/page/page.h"

static bool is_reserved(const struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_RESERVED;
}

static const struct mmx_resource *resource_of(const struct mmx_rows *r)
{
	return mmx_resource_of(mmx_know_resources(r->view),
			       mmx_page_of(r)->walk.pfn << r->view->kernel->arch->page_shift);
}

/* Memory that no node has is a hole only when all nodes are known. */
static bool may_be_hole(const struct mmx_rows *r)
{
	return mmx_cover_whole(&mmx_know_resources(r->view)->coverage);
}

static bool holds_struct_pages(const struct mmx_rows *r, uint64_t *first)
{
	return mmx_vmemmap_holds(r->view, mmx_page_of(r)->walk.pfn, first);
}

static void reserved_for(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_resource *node;
	uint64_t first;

	if (!is_reserved(r)) {
		mmx_value_none(v);
	} else if (holds_struct_pages(r, &first)) {
		v->word = MMX_RESERVED_VMEMMAP;
	} else {
		node = resource_of(r);
		v->word = mmx_reserved_use(node);
		if (!node && !may_be_hole(r))
			mmx_value_null(v);
	}
}

static void resource(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_resource *node = is_reserved(r) ? resource_of(r) : NULL;

	v->text = "no resource: a hole";
	if (!is_reserved(r)) {
		mmx_value_none(v);
	} else if (node) {
		mmx_resource_path(mmx_know_resources(r->view), node, v->scratch->text, 256);
		v->text = v->scratch->text;
	} else if (!may_be_hole(r)) {
		mmx_value_null(v);
	}
}

static void resource_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_reserved(r) && !may_be_hole(r))
		v->err = &mmx_know_resources(r->view)->coverage.first;
	else
		mmx_value_none(v);
}

static void holds(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;
	uint64_t first, zero;

	if ((is_reserved(r) || p->verdict.class == CLASS_VMEMMAP) && holds_struct_pages(r, &first))
		v->text = "struct pages (vmemmap)";
	else if (is_reserved(r) && mmx_zero_page(r->view, &zero) && zero == p->walk.pfn)
		v->text = "the page of zeros that everybody shares";
	else
		mmx_value_none(v);
}

static void of_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	if ((!is_reserved(r) && p->verdict.class != CLASS_VMEMMAP) ||
	    !holds_struct_pages(r, &v->word))
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_reserved[] = {
	{"reserved_for", MMX_WORD, "of class reserved: what it is kept for",
	 .may = MMX_OR_NONE | MMX_OR_NULL, WORDS(MMX_RESERVED_USE_COUNT, mmx_reserved_words),
	 .get = reserved_for},
	{"resource", MMX_TEXT, "of class reserved: its path in the resource tree",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = resource},
	{"resource_unknown", MMX_TROUBLE, "why not all of that tree is known",
	 .get = resource_unknown},
	{"holds", MMX_TEXT, "of reserved memory and vmemmap: what of the kernel's lies there",
	 .may = MMX_OR_NONE, .get = holds},
	{"of_pfn", MMX_PFN, "where struct pages lie there: whose the first one is",
	 .may = MMX_OR_NONE, .get = of_pfn},
	{0},
};
