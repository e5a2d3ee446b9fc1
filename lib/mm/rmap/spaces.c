// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/view_pieces.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/vma.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/spaces.h"

#define CHAINS_MAX  (1u << 16) /* of one area: a generation of forks has one each */
#define PART_SPACES 16
#define PART_LINKS  4096 /* and those of the last tree */
#define STEPS       3    /* areas, anonymous trees, trees of files: about as long each */

static const char *const tree_names[] = {
	[MMX_AREAS_ANON] = "anon_vma", [MMX_AREAS_FILE] = "address_space"};

/*
 * What an area says that it is in: a tree of that anon_vma or address_space. @node: the anon_vma_chain, or
 * the VMA itself; @met: the tree has it; @in_tree: what stands in it of the tree, when it @is_read.
 */
struct link {
	uint64_t tree, node;
	struct mmx_rb_node in_tree;
	uint32_t area;
	bool met, is_read;
};

struct links {
	MMX_ARRAY(struct link);
};

/* What is found of some address spaces, or in some trees. */
struct part {
	struct mmx_coverage coverage;
	struct mmx_rmap_findings findings;
	struct {
		MMX_ARRAY(struct mmx_space_area);
	} areas; /* of which links have the number, until all parts are together */
	struct links anon, file;
	uint64_t trees, nodes, leaving;
	size_t first, end; /* the links whose trees it has */
};

/* What all threads work on. */
struct finder {
	struct mmx_mm_spaces *spaces;
	struct mmx_kernel *kernel;
	struct links anon, file;
	struct {
		MMX_ARRAY(struct part);
	} parts;
	enum mmx_areas_tree tree; /* whose links are walked */
	struct mmx_progress *progress;
	uint64_t done, share; /* of the progress: before this step, and of this step */
};

/* A thread's work on a part. */
struct worker {
	struct finder *f;
	struct part *part;
	struct mmx_view *view;
	uint32_t space;
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

static int add_chain(struct worker *w, const struct mmx_vma *vma, uint64_t at)
{
	struct link link = {.node = at, .area = w->part->areas.n - 1};
	struct chain chain;
	struct mmx_err err;

	if (mmx_decode_read(&anon_vma_chain, w->view, at, &chain, &err)) {
		mmx_cover_fail(&w->part->coverage, &err);
		return 0;
	}
	if (chain.vma != vma->addr) {
		mmx_rmap_found_wrong(&w->part->findings, vma->mm, at,
				     "the anon_vma_chain on the list of the VMA at 0x%" PRIx64
				     " says that it is of the one at 0x%" PRIx64,
				     vma->addr, chain.vma);
		return 0;
	}
	link.tree = chain.anon_vma;
	link.is_read = mmx_areas_node(w->view, MMX_AREAS_ANON, at, &link.in_tree);
	return mmx_array_add(&w->part->anon, link) ? 0 : mmx_fail_nomem(w->err);
}

static int add_chains(struct worker *w, const struct mmx_vma *vma)
{
	uint64_t same_vma = mmx_off(&w->view->kernel->layout, M_anon_vma_chain_same_vma);
	struct mmx_list list;
	bool own = !vma->anon_vma;
	int ret = 0;

	mmx_list_begin(&list, w->view,
		       vma->addr +
			       mmx_off(&w->view->kernel->layout, M_vm_area_struct_anon_vma_chain),
		       CHAINS_MAX);
	while (!ret && mmx_list_next(&list)) {
		size_t before = w->part->anon.n;

		ret = add_chain(w, vma, list.node - same_vma);
		own |= w->part->anon.n > before && w->part->anon.v[before].tree == vma->anon_vma;
	}
	mmx_cover_inherit(&w->part->coverage, &list.coverage);
	if (!own && mmx_cover_whole(&list.coverage))
		mmx_rmap_found_wrong(&w->part->findings, vma->mm, vma->addr,
				     "the VMA for 0x%" PRIx64 "-0x%" PRIx64
				     " has no anon_vma_chain to its anon_vma at 0x%" PRIx64
				     ": pages that it gets cannot be found",
				     vma->start, vma->end, vma->anon_vma);
	return ret;
}

static int add_file(struct worker *w, const struct mmx_vma *vma, struct mmx_space_area *area)
{
	struct link link = {.node = vma->addr, .area = w->part->areas.n - 1};
	struct mmx_err err;

	if (mmx_kget(w->view, vma->file, M_file_f_mapping, &area->mapping, &err)) {
		mmx_fail_prefix(&err, "the VMA at 0x%" PRIx64, vma->addr);
		mmx_cover_fail(&w->part->coverage, &err);
		return 0;
	}
	link.tree = area->mapping;
	link.is_read = mmx_areas_node(w->view, MMX_AREAS_FILE, vma->addr, &link.in_tree);
	return mmx_array_add(&w->part->file, link) ? 0 : mmx_fail_nomem(w->err);
}

static int add_area(struct worker *w, const struct mmx_vma *vma)
{
	const struct mmx_space_area area = {
		.start = vma->start,
		.end = vma->end,
		.vma = vma->addr,
		.pgoff = vma->pgoff,
		.anon_pgoff = vma->anon_pgoff,
		.flags = vma->flags,
		.anon_vma = vma->anon_vma,
		.space = w->space,
	};
	int ret;

	if (!mmx_array_add(&w->part->areas, area))
		return mmx_fail_nomem(w->err);
	w->f->spaces->v[area.space].n++;
	ret = vma->file ? add_file(w, vma, &w->part->areas.v[w->part->areas.n - 1]) : 0;
	return ret ? ret : add_chains(w, vma);
}

static int add_areas(struct worker *w)
{
	struct mmx_vmas vmas;
	int ret = 0;

	mmx_vmas_begin(&vmas, w->view, w->f->spaces->v[w->space].mm);
	while (!ret && mmx_vmas_next(&vmas))
		ret = add_area(w, &vmas.vma);
	mmx_cover_inherit(&w->part->coverage, &vmas.coverage);
	return ret;
}

static int find_part(void *arg, struct mmx_view *view, uint64_t nth, struct mmx_err *err)
{
	struct finder *f = arg;
	struct worker w = {.f = f, .part = &f->parts.v[nth], .view = view, .err = err};
	int ret = 0;

	for (size_t i = nth * PART_SPACES; !ret && i < f->spaces->n && i < (nth + 1) * PART_SPACES;
	     i++) {
		w.space = i;
		ret = add_areas(&w);
	}
	return ret;
}

/* Behind what is there already, whose links then have other numbers. */
static bool join_links(struct links *all, struct links *part, size_t first_area)
{
	if (!mmx_array_grow(all, part->n))
		return false;
	for (size_t i = 0; i < part->n; i++) {
		all->v[all->n] = part->v[i];
		all->v[all->n++].area += first_area;
	}
	mmx_array_free(part);
	return true;
}

static void take_findings(struct mmx_mm_spaces *spaces, const struct part *part)
{
	const struct mmx_rmap_findings *of = &part->findings;
	struct mmx_rmap_findings *f = &spaces->findings;

	mmx_cover_inherit(&spaces->coverage, &part->coverage);
	f->all += of->all;
	for (size_t i = 0; i < of->n && f->n < MMX_RMAP_FINDINGS; i++)
		(void)!mmx_array_add(f, of->v[i]);
}

static void tell(const struct finder *f, uint64_t part)
{
	if (f->progress)
		mmx_progress_at(f->progress,
				f->done + f->share * (part + 1) / (f->parts.n ? f->parts.n : 1));
}

static int take_areas(void *arg, uint64_t nth, struct mmx_err *err)
{
	struct finder *f = arg;
	struct part *part = &f->parts.v[nth];
	struct mmx_mm_spaces *s = f->spaces;
	size_t first = s->areas.n;

	for (size_t i = nth * PART_SPACES, at = first; i < s->n && i < (nth + 1) * PART_SPACES;
	     at += s->v[i++].n)
		s->v[i].first = at;
	take_findings(s, part);
	if (!join_links(&f->anon, &part->anon, first) ||
	    !join_links(&f->file, &part->file, first) || !mmx_array_grow(&s->areas, part->areas.n))
		return mmx_fail_nomem(err);
	if (part->areas.n)
		memcpy(s->areas.v + first, part->areas.v, part->areas.n * sizeof(*part->areas.v));
	s->areas.n += part->areas.n;
	mmx_array_free(&part->areas);
	tell(f, nth);
	return 0;
}

static void free_parts(struct finder *f)
{
	for (size_t i = 0; i < f->parts.n; i++) {
		mmx_array_free(&f->parts.v[i].findings);
		mmx_array_free(&f->parts.v[i].areas);
		mmx_array_free(&f->parts.v[i].anon);
		mmx_array_free(&f->parts.v[i].file);
	}
	mmx_array_free(&f->parts);
}

/* The parts that were made, each by one thread. */
static int do_parts(struct finder *f,
		    int (*work)(void *arg, struct mmx_view *view, uint64_t nth,
				struct mmx_err *err),
		    int (*take)(void *arg, uint64_t nth, struct mmx_err *err), struct mmx_err *err)
{
	const struct mmx_view_pieces pieces = {
		.kernel = f->kernel, .n = f->parts.n, .arg = f, .work = work, .take = take};
	int ret = mmx_view_pieces_do(&pieces, err);

	free_parts(f);
	f->done += f->share;
	return ret;
}

/* Firmware's and the one for patching have the kernel's own pages, which nobody counts. */
static int list_spaces(struct finder *f, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_mms mms;

	mmx_mms_begin(&mms, view);
	while (mmx_mms_next(&mms)) {
		if (!mms.name && !mmx_array_add(f->spaces, (struct mmx_mm_space){.mm = mms.mm}))
			return mmx_fail_nomem(err);
		if (mmx_stopped(f->kernel->image))
			return mmx_fail(err, MMX_EIO, "stopped");
	}
	mmx_cover_inherit(&f->spaces->coverage, &mms.coverage);
	return 0;
}

static int find_areas(struct finder *f, struct mmx_view *view, struct mmx_err *err)
{
	if (list_spaces(f, view, err))
		return -1;
	for (size_t i = 0; i < f->spaces->n; i += PART_SPACES) {
		if (!mmx_array_add(&f->parts, (struct part){0}))
			return mmx_fail_nomem(err);
	}
	return do_parts(f, find_part, take_areas, err);
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

/* A walk over the trees of links [first, end). @link: of the node that it came to, NULL when no area has that. */
struct tree_walk {
	const struct finder *f;
	struct part *part;
	const struct links *links;
	size_t first, end;
	struct link *link;
};

/* What lies in areas and their anon_vma_chains was read with them: in a tree they are all over memory. */
static struct link *go_to(struct tree_walk *w, uint64_t addr)
{
	if (!w->link || w->link->node != addr)
		w->link = link_of(w->links, w->first, w->end, addr);
	return w->link;
}

static bool node_known(void *arg, uint64_t addr, struct mmx_rb_node *node)
{
	const struct link *link = go_to(arg, addr);

	if (!link || !link->is_read)
		return false;
	*node = link->in_tree;
	return true;
}

static bool vma_known(void *arg, uint64_t addr, struct mmx_vma *vma)
{
	struct tree_walk *w = arg;
	const struct mmx_space_area *area;

	if (!go_to(w, addr))
		return false;
	area = &w->f->spaces->areas.v[w->link->area];
	vma->addr = area->vma;
	vma->mm = w->f->spaces->v[area->space].mm;
	vma->start = area->start;
	vma->end = area->end;
	vma->pgoff = area->pgoff;
	vma->anon_pgoff = area->anon_pgoff;
	return true;
}

static void meet(struct tree_walk *w, const struct mmx_areas *a)
{
	if (w->link)
		w->link->met = true;
	else if (mmx_vma_leaves(a->view, &a->vma))
		w->part->leaving++;
	else
		mmx_rmap_found_wrong(&w->part->findings, a->vma.mm, a->vma.addr,
				     "the tree of the %s at 0x%" PRIx64
				     " has the VMA for 0x%" PRIx64 "-0x%" PRIx64 " of mm 0x%" PRIx64
				     ", which the mm does not have, or which denies it",
				     tree_names[w->f->tree], a->ask.of, a->vma.start, a->vma.end,
				     a->vma.mm);
}

static void walk_tree(struct tree_walk *w, struct mmx_view *view)
{
	const struct mmx_areas_known known = {.node = node_known, .vma = vma_known, .arg = w};
	const struct mmx_areas_ask ask = {.tree = w->f->tree,
					  .whole = true,
					  .of = w->links->v[w->first].tree,
					  .last = UINT64_MAX,
					  .known = &known};
	struct mmx_areas a;

	mmx_areas_begin(&a, view, &ask);
	while (mmx_areas_next(&a))
		meet(w, &a);
	mmx_cover_inherit(&w->part->coverage, &a.coverage);
	w->part->trees++;
	w->part->nodes += a.coverage.found;
}

static struct links *links_of(struct finder *f)
{
	return f->tree == MMX_AREAS_ANON ? &f->anon : &f->file;
}

/* The links of the tree that a link is of end here. */
static size_t end_of_tree(const struct links *links, size_t first)
{
	size_t end = first;

	while (end < links->n && links->v[end].tree == links->v[first].tree)
		end++;
	return end;
}

static int walk_part(void *arg, struct mmx_view *view, uint64_t nth, struct mmx_err *err)
{
	struct finder *f = arg;
	struct tree_walk w = {.f = f, .part = &f->parts.v[nth], .links = links_of(f)};

	(void)err;
	for (w.first = w.part->first; w.first < w.part->end; w.first = w.end) {
		w.link = NULL;
		w.end = end_of_tree(w.links, w.first);
		walk_tree(&w, view);
	}
	return 0;
}

static int take_trees(void *arg, uint64_t nth, struct mmx_err *err)
{
	struct finder *f = arg;
	const struct part *part = &f->parts.v[nth];

	(void)err;
	take_findings(f->spaces, part);
	f->spaces->trees += part->trees;
	f->spaces->nodes += part->nodes;
	f->spaces->leaving += part->leaving;
	tell(f, nth);
	return 0;
}

static void tell_lost(struct finder *f, const struct link *link)
{
	const struct mmx_space_area *area = &f->spaces->areas.v[link->area];

	mmx_rmap_found_wrong(&f->spaces->findings, f->spaces->v[area->space].mm, link->node,
			     "the tree of the %s at 0x%" PRIx64 " lacks the VMA at 0x%" PRIx64
			     ", for 0x%" PRIx64 "-0x%" PRIx64 ": its pages there cannot be found",
			     tree_names[f->tree], link->tree, area->vma, area->start, area->end);
}

static int walk_trees(struct finder *f, enum mmx_areas_tree tree, struct mmx_err *err)
{
	struct links *links;

	f->tree = tree;
	links = links_of(f);
	mmx_array_sort(links, by_tree);
	for (size_t first = 0, end; first < links->n; first = end) {
		for (end = first; end < links->n && end - first < PART_LINKS;)
			end = end_of_tree(links, end);
		if (!mmx_array_add(&f->parts, (struct part){.first = first, .end = end}))
			return mmx_fail_nomem(err);
	}
	if (do_parts(f, walk_part, take_trees, err))
		return -1;
	for (size_t i = 0; i < links->n; i++) {
		if (!links->v[i].met)
			tell_lost(f, &links->v[i]);
	}
	return 0;
}

/* What the trees lead to is what areas are found by. */
static int keep_met(struct finder *f, struct mmx_err *err)
{
	struct mmx_mm_spaces *s = f->spaces;
	size_t n = 0;

	for (size_t i = 0; i < f->file.n; i++)
		s->areas.v[f->file.v[i].area].in_tree = f->file.v[i].met;
	for (size_t i = 0; i < f->anon.n; i++)
		s->areas.v[f->anon.v[i].area].anons += f->anon.v[i].met;
	for (size_t i = 0; i < s->areas.n; i++) {
		s->areas.v[i].first_anon = n;
		n += s->areas.v[i].anons;
		s->areas.v[i].anons = 0;
	}
	if (!mmx_array_grow(&s->anon, n))
		return mmx_fail_nomem(err);
	s->anon.n = n;
	for (size_t i = 0; i < f->anon.n; i++) {
		struct mmx_space_area *area = &s->areas.v[f->anon.v[i].area];

		if (f->anon.v[i].met)
			s->anon.v[area->first_anon + area->anons++] = f->anon.v[i].tree;
	}
	return 0;
}

int mmx_mm_spaces_survey(struct mmx_mm_spaces *spaces, struct mmx_view *view,
			 struct mmx_progress *progress, uint64_t share, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_anon_vma_chain_same_vma, M_vm_area_struct_anon_vma_chain, M_file_f_mapping};
	struct finder f = {.spaces = spaces,
			   .kernel = view->kernel,
			   .progress = progress,
			   .share = share / STEPS};
	int ret;

	if (mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_require(&anon_vma_chain, &view->kernel->layout, err))
		return -1;
	ret = find_areas(&f, view, err);
	if (!ret)
		ret = walk_trees(&f, MMX_AREAS_ANON, err);
	if (!ret)
		ret = walk_trees(&f, MMX_AREAS_FILE, err);
	if (!ret)
		ret = keep_met(&f, err);
	spaces->coverage.found = spaces->areas.n;
	free_parts(&f);
	mmx_array_free(&f.anon);
	mmx_array_free(&f.file);
	return ret;
}

int mmx_mm_spaces_find(struct mmx_mm_spaces *spaces, struct mmx_view *view, struct mmx_err *err)
{
	return mmx_mm_spaces_survey(spaces, view, NULL, 0, err);
}

void mmx_mm_spaces_free(struct mmx_mm_spaces *spaces)
{
	mmx_array_free(&spaces->areas);
	mmx_array_free(&spaces->anon);
	mmx_array_free(&spaces->findings);
	mmx_array_free(spaces);
}
