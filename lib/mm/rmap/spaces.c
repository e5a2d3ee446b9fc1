// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/vma.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/spaces.h"

#define CHAINS_MAX (1u << 16) /* of one area: a generation of forks has one each */

/*
 * What an area says that it is in: a tree of that anon_vma or address_space. @node: the anon_vma_chain, or
 * the VMA itself; @met: the tree has it.
 */
struct link {
	uint64_t tree, node;
	uint32_t area;
	bool met;
};

struct links {
	MMX_ARRAY(struct link);
};

struct finder {
	struct mmx_mm_spaces *spaces;
	struct mmx_view *view;
	const struct mmx_layout *layout;
	struct links anon, file;
	struct mmx_err *err;
};

struct chain {
	uint64_t vma, anon_vma;
};

static const struct mmx_wanted chain_wanted[] = {
	MMX_WANT(struct chain, vma, anon_vma_chain, vma),
	MMX_WANT(struct chain, anon_vma, anon_vma_chain, anon_vma),
};

static const struct mmx_decode anon_vma_chain = MMX_DECODE("anon_vma_chain", chain_wanted);

void mmx_rmap_found_wrong(struct mmx_rmap_findings *f, uint64_t mm, uint64_t addr, const char *fmt,
			  ...)
{
	struct mmx_rmap_finding finding = {.addr = addr, .mm = mm};
	va_list args;

	f->all++;
	if (f->n >= MMX_RMAP_FINDINGS)
		return;
	va_start(args, fmt);
	vsnprintf(finding.text, sizeof(finding.text), fmt, args);
	va_end(args);
	(void)!mmx_array_add(f, finding);
}

/*
 * Areas, and what they say that they are in.
 */

static int add_chain(struct finder *f, const struct mmx_vma *vma, uint64_t at)
{
	struct link link = {.node = at, .area = f->spaces->areas.n - 1};
	struct chain chain;
	struct mmx_err err;

	if (mmx_decode_read(&anon_vma_chain, f->view, at, &chain, &err)) {
		mmx_cover_fail(&f->spaces->coverage, &err);
		return 0;
	}
	if (chain.vma != vma->addr) {
		mmx_rmap_found_wrong(&f->spaces->findings, vma->mm, at,
				     "the anon_vma_chain on the list of the VMA at 0x%" PRIx64
				     " says that it is of the one at 0x%" PRIx64,
				     vma->addr, chain.vma);
		return 0;
	}
	link.tree = chain.anon_vma;
	return mmx_array_add(&f->anon, link) ? 0 : mmx_fail_nomem(f->err);
}

static int add_chains(struct finder *f, const struct mmx_vma *vma)
{
	uint64_t same_vma = mmx_off(f->layout, M_anon_vma_chain_same_vma);
	struct mmx_list list;
	bool own = !vma->anon_vma;
	int ret = 0;

	mmx_list_begin(&list, f->view,
		       vma->addr + mmx_off(f->layout, M_vm_area_struct_anon_vma_chain), CHAINS_MAX);
	while (!ret && mmx_list_next(&list)) {
		size_t before = f->anon.n;

		ret = add_chain(f, vma, list.node - same_vma);
		own |= f->anon.n > before && f->anon.v[before].tree == vma->anon_vma;
	}
	mmx_cover_inherit(&f->spaces->coverage, &list.coverage);
	if (!own && mmx_cover_whole(&list.coverage))
		mmx_rmap_found_wrong(&f->spaces->findings, vma->mm, vma->addr,
				     "the VMA for 0x%" PRIx64 "-0x%" PRIx64
				     " has no anon_vma_chain to its anon_vma at 0x%" PRIx64
				     ": pages that it gets cannot be found",
				     vma->start, vma->end, vma->anon_vma);
	return ret;
}

static int add_file(struct finder *f, const struct mmx_vma *vma, struct mmx_space_area *area)
{
	struct link link = {.node = vma->addr, .area = f->spaces->areas.n - 1};
	struct mmx_err err;

	if (mmx_kget(f->view, vma->file, M_file_f_mapping, &area->mapping, &err)) {
		mmx_fail_prefix(&err, "the VMA at 0x%" PRIx64, vma->addr);
		mmx_cover_fail(&f->spaces->coverage, &err);
		return 0;
	}
	link.tree = area->mapping;
	return mmx_array_add(&f->file, link) ? 0 : mmx_fail_nomem(f->err);
}

static int add_area(struct finder *f, const struct mmx_vma *vma)
{
	const struct mmx_space_area area = {
		.start = vma->start,
		.end = vma->end,
		.vma = vma->addr,
		.pgoff = vma->pgoff,
		.anon_pgoff = vma->anon_pgoff,
		.flags = vma->flags,
		.anon_vma = vma->anon_vma,
		.space = f->spaces->n - 1,
	};
	int ret;

	if (!mmx_array_add(&f->spaces->areas, area))
		return mmx_fail_nomem(f->err);
	f->spaces->v[area.space].n++;
	ret = vma->file ? add_file(f, vma, &f->spaces->areas.v[f->spaces->areas.n - 1]) : 0;
	return ret ? ret : add_chains(f, vma);
}

static int add_space(struct finder *f, uint64_t mm)
{
	struct mmx_vmas vmas;
	int ret = 0;

	if (!mmx_array_add(f->spaces, (struct mmx_mm_space){mm, f->spaces->areas.n, 0}))
		return mmx_fail_nomem(f->err);
	mmx_vmas_begin(&vmas, f->view, mm);
	while (!ret && mmx_vmas_next(&vmas))
		ret = add_area(f, &vmas.vma);
	mmx_cover_inherit(&f->spaces->coverage, &vmas.coverage);
	return ret;
}

/* Firmware's and the one for patching have the kernel's own pages, which nobody counts. */
static int add_spaces(struct finder *f)
{
	struct mmx_mms mms;
	int ret = 0;

	mmx_mms_begin(&mms, f->view);
	while (!ret && mmx_mms_next(&mms)) {
		if (!mms.name)
			ret = add_space(f, mms.mm);
		if (!ret && mmx_stopped(f->view->kernel->image))
			ret = mmx_fail(f->err, MMX_EIO, "stopped");
	}
	mmx_cover_inherit(&f->spaces->coverage, &mms.coverage);
	return ret;
}

/*
 * Trees.
 */

static int by_tree(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->tree != y->tree)
		return x->tree < y->tree ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Links [first, end) are those of one tree. */
static struct link *link_of(const struct links *links, size_t first, size_t end, uint64_t node)
{
	const struct {
		struct link *v;
		size_t n;
	} some = {links->v + first, end - first};

	return mmx_array_at(&some, node, node);
}

static void meet(struct finder *f, enum mmx_areas_tree tree, const struct mmx_areas *a,
		 struct link *link)
{
	const char *what = tree == MMX_AREAS_ANON ? "anon_vma" : "address_space";

	if (!link)
		mmx_rmap_found_wrong(&f->spaces->findings, a->vma.mm, a->vma.addr,
				     "the tree of the %s at 0x%" PRIx64
				     " has the VMA for 0x%" PRIx64 "-0x%" PRIx64 " of mm 0x%" PRIx64
				     ", which the mm does not have, or which denies it",
				     what, a->ask.of, a->vma.start, a->vma.end, a->vma.mm);
	else if (f->spaces->areas.v[link->area].vma != a->vma.addr)
		mmx_rmap_found_wrong(&f->spaces->findings, a->vma.mm, a->chain,
				     "the anon_vma_chain leads to the VMA at 0x%" PRIx64
				     " and is on the list of the one at 0x%" PRIx64,
				     a->vma.addr, f->spaces->areas.v[link->area].vma);
	else
		link->met = true;
}

static void walk_tree(struct finder *f, enum mmx_areas_tree tree, const struct links *links,
		      size_t first, size_t end)
{
	const struct mmx_areas_ask ask = {
		.tree = tree, .whole = true, .of = links->v[first].tree, .last = UINT64_MAX};
	struct mmx_areas a;

	mmx_areas_begin(&a, f->view, &ask);
	while (mmx_areas_next(&a))
		meet(f, tree, &a,
		     link_of(links, first, end, tree == MMX_AREAS_ANON ? a.chain : a.vma.addr));
	mmx_cover_inherit(&f->spaces->coverage, &a.coverage);
	f->spaces->trees++;
	f->spaces->nodes += a.coverage.found;
}

static void tell_lost(struct finder *f, enum mmx_areas_tree tree, const struct link *link)
{
	const struct mmx_space_area *area = &f->spaces->areas.v[link->area];

	mmx_rmap_found_wrong(&f->spaces->findings, f->spaces->v[area->space].mm, link->node,
			     "the tree of the %s at 0x%" PRIx64 " lacks the VMA at 0x%" PRIx64
			     ", for 0x%" PRIx64 "-0x%" PRIx64 ": its pages there cannot be found",
			     tree == MMX_AREAS_ANON ? "anon_vma" : "address_space", link->tree,
			     area->vma, area->start, area->end);
}

static int walk_trees(struct finder *f, enum mmx_areas_tree tree, struct links *links)
{
	size_t end;

	mmx_array_sort(links, by_tree);
	for (size_t first = 0; first < links->n; first = end) {
		for (end = first; end < links->n && links->v[end].tree == links->v[first].tree;)
			end++;
		walk_tree(f, tree, links, first, end);
		if (mmx_stopped(f->view->kernel->image))
			return mmx_fail(f->err, MMX_EIO, "stopped");
	}
	for (size_t i = 0; i < links->n; i++) {
		if (!links->v[i].met)
			tell_lost(f, tree, &links->v[i]);
	}
	return 0;
}

static int by_area(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->area != y->area)
		return x->area < y->area ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* What the trees lead to is what areas are found by. */
static int keep_met(struct finder *f)
{
	struct mmx_mm_spaces *s = f->spaces;

	for (size_t i = 0; i < f->file.n; i++)
		s->areas.v[f->file.v[i].area].in_tree = f->file.v[i].met;
	mmx_array_sort(&f->anon, by_area);
	for (size_t i = 0; i < f->anon.n; i++) {
		const struct link *link = &f->anon.v[i];
		struct mmx_space_area *area = &s->areas.v[link->area];

		if (!link->met)
			continue;
		if (!area->anons++)
			area->first_anon = s->anon.n;
		if (!mmx_array_add(&s->anon, link->tree))
			return mmx_fail_nomem(f->err);
	}
	return 0;
}

int mmx_mm_spaces_find(struct mmx_mm_spaces *spaces, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_anon_vma_chain_same_vma, M_vm_area_struct_anon_vma_chain, M_file_f_mapping};
	struct finder f = {
		.spaces = spaces, .view = view, .layout = &view->kernel->layout, .err = err};
	int ret;

	if (mmx_layout_require(f.layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_require(&anon_vma_chain, f.layout, err))
		return -1;
	ret = add_spaces(&f);
	if (!ret)
		ret = walk_trees(&f, MMX_AREAS_ANON, &f.anon);
	if (!ret)
		ret = walk_trees(&f, MMX_AREAS_FILE, &f.file);
	if (!ret)
		ret = keep_met(&f);
	spaces->coverage.found = spaces->areas.n;
	mmx_array_free(&f.anon);
	mmx_array_free(&f.file);
	return ret;
}

void mmx_mm_spaces_free(struct mmx_mm_spaces *spaces)
{
	mmx_array_free(&spaces->areas);
	mmx_array_free(&spaces->anon);
	mmx_array_free(&spaces->findings);
	mmx_array_free(spaces);
}
