// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/slab_survey.h"
#include "mm/processes/stray_vmas.h"

#define STRAYS_MAX 1000

struct finder {
	struct mmx_stray_vmas *found;
	struct mmx_view *view;
	const struct mmx_slab_caches *caches;
	struct mmx_slab_objects *objects; /* too large for a stack */
	uint64_t mm;
	struct {
		MMX_ARRAY(uint64_t);
	} in_tree; /* sorted */
	bool nomem;
};

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Also what the tree has for another range, or of another mm: that has been told already. */
static void find_in_tree(struct finder *f)
{
	const struct mmx_layout *l = &f->view->kernel->layout;
	struct mmx_maple maple;

	mmx_maple_begin(&maple, f->view, f->mm + mmx_off(l, M_mm_struct_mm_mt));
	while (!f->nomem && mmx_maple_next(&maple))
		f->nomem = !mmx_array_add(&f->in_tree, maple.entry);
	mmx_array_sort(&f->in_tree, by_address);
}

static bool is_in_tree(const struct finder *f, uint64_t vma)
{
	size_t at = mmx_array_bound(&f->in_tree, e, *e < vma);

	return at < f->in_tree.n && f->in_tree.v[at] == vma;
}

/* The cache may be one for several kinds of objects, where such are merged. */
static void take_object(struct finder *f, uint64_t addr)
{
	struct mmx_vma vma;

	if (mmx_vma_read(&vma, f->view, addr, NULL) || vma.mm != f->mm || vma.start >= vma.end ||
	    (vma.start | vma.end) & ((1ULL << f->view->kernel->arch->page_shift) - 1) ||
	    is_in_tree(f, addr) || mmx_vma_is_detached(f->view, addr) || f->found->n >= STRAYS_MAX)
		return;
	f->nomem = !mmx_array_add(f->found, vma);
}

static void take_slab(struct finder *f, struct mmx_page_walk *w)
{
	struct mmx_slab slab;
	struct mmx_err err;

	if (!mmx_page_walk_next(w) || w->read || !w->folio.slab)
		return;
	mmx_slab_decode(&slab, f->caches, w);
	if (!slab.cache || mmx_slab_objects_find(f->objects, f->caches, &slab, f->view, &err))
		return;
	mmx_cover_inherit(&f->found->coverage, &f->objects->coverage);
	for (uint32_t i = 0; i < f->objects->n && !f->nomem; i++) {
		if (f->objects->state[i] == MMX_OBJECT_ALLOCATED)
			take_object(f, slab.base + (uint64_t)i * slab.cache->size +
					       slab.cache->red_left_pad);
	}
}

static int take_slabs(struct finder *f, uint32_t cache, struct mmx_err *err)
{
	const struct mmx_slab_survey_how how = {.only = cache};
	struct mmx_slab_survey survey = {0};
	int ret = mmx_slab_survey(&survey, f->caches, f->view, &how, err);

	for (size_t i = 0; !ret && i < survey.rows.n && !f->nomem; i++) {
		struct mmx_page_walk w;

		if (mmx_page_walk_begin(&w, f->view, survey.rows.v[i].pfn, survey.rows.v[i].pfn + 1,
					err))
			continue;
		take_slab(f, &w);
		mmx_page_walk_end(&w);
	}
	mmx_slab_survey_free(&survey);
	return ret;
}

/* By the kernel's own pointer to it; where that has no symbol, by its name, which it loses when it is merged. */
static int find_cache(const struct finder *f, uint32_t *cache, struct mmx_err *err)
{
	uint64_t addr;
	bool named = mmx_kread_variable(f->view, "vm_area_cachep", 8, &addr) != MMX_READ_OK;

	for (*cache = 0; *cache < f->caches->n; ++*cache) {
		if (named ? !strcmp(f->caches->v[*cache].name, "vm_area_struct")
			  : f->caches->v[*cache].addr == addr)
			return 0;
	}
	return mmx_fail(err, MMX_EMISSING, "which cache VMAs are made from is not known");
}

int mmx_stray_vmas_find(struct mmx_stray_vmas *s, struct mmx_view *view, uint64_t mm,
			struct mmx_err *err)
{
	struct finder f = {
		.found = s, .view = view, .caches = mmx_know_slab_caches(view), .mm = mm};
	uint32_t cache;
	int ret;

	memset(s, 0, sizeof(*s));
	if (find_cache(&f, &cache, err))
		return -1;
	f.objects = malloc(sizeof(*f.objects));
	find_in_tree(&f);
	ret = f.objects && !f.nomem ? take_slabs(&f, cache, err) : mmx_fail_nomem(err);
	free(f.objects);
	mmx_array_free(&f.in_tree);
	return f.nomem ? mmx_fail_nomem(err) : ret;
}

void mmx_stray_vmas_free(struct mmx_stray_vmas *s)
{
	mmx_array_free(s);
}
