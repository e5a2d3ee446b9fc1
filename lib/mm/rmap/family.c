// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/seen.h"
#include "mm/mem.h"
#include "mm/rmap/family.h"

#define MEMBERS_MAX (1u << 20)
#define DEPTH_MAX   (1u << 16)

struct finder {
	struct mmx_anon_family *family;
	struct mmx_view *view;
	uint64_t root;
	struct mmx_seen seen;
	struct mmx_err *err;
};

static void complain(struct mmx_anon_family *f, struct mmx_anon_member *m, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct mmx_anon_family *f, struct mmx_anon_member *m, const char *fmt, ...)
{
	struct mmx_err err;
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&err, MMX_ECORRUPT, fmt, args);
	va_end(args);
	if (!m->wrong)
		m->wrong = mmx_reason_add(&f->reasons, &err);
	mmx_fail_prefix(&err, "the anon_vma at 0x%" PRIx64, m->anon.addr);
	mmx_cover_fail(&f->coverage, &err);
}

/* An anon_vma that is met: one of this root's is a member, once. */
static int meet(struct finder *f, uint64_t addr)
{
	struct mmx_anon_member m = {0};
	struct mmx_err err;
	int is_new;

	if (!addr || f->family->n >= MEMBERS_MAX)
		return 0;
	is_new = mmx_seen_add(&f->seen, addr);
	if (is_new < 0)
		return mmx_fail_nomem(f->err);
	if (!is_new)
		return 0;
	if (mmx_anon_head(&m.anon, f->view, addr, &err)) {
		mmx_cover_fail(&f->family->coverage, &err);
		return 0;
	}
	if (m.anon.root != f->root)
		return 0;
	return mmx_array_add(f->family, m) ? 0 : mmx_fail_nomem(f->err);
}

/* Through areas; and what has none any more, through those that were forked off it. */
static int meet_all(struct finder *f)
{
	const struct mmx_mm_spaces *s = f->family->spaces;

	if (meet(f, f->root))
		return -1;
	for (size_t i = 0; i < s->areas.n; i++) {
		if (meet(f, s->areas.v[i].anon_vma))
			return -1;
	}
	for (size_t i = 0; i < s->anon.n; i++) {
		if (meet(f, s->anon.v[i]))
			return -1;
	}
	for (size_t i = 0; i < f->family->n; i++) {
		if (meet(f, f->family->v[i].anon.parent))
			return -1;
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct mmx_anon_member *x = a, *y = b;

	return x->anon.addr < y->anon.addr ? -1 : x->anon.addr > y->anon.addr;
}

static struct mmx_anon_member *member_at(struct mmx_anon_family *f, uint64_t addr)
{
	return mmx_array_at(f, anon.addr, addr);
}

static void count(struct mmx_anon_family *f)
{
	const struct mmx_mm_spaces *s = f->spaces;
	struct mmx_anon_member *m;

	for (size_t i = 0; i < f->n; i++) {
		m = member_at(f, f->v[i].anon.parent);
		if (m)
			m->children++;
		else
			complain(f, &f->v[i], "its parent 0x%" PRIx64 " is none of its root's",
				 f->v[i].anon.parent);
	}
	for (size_t i = 0; i < s->areas.n; i++) {
		m = member_at(f, s->areas.v[i].anon_vma);
		if (!m)
			continue;
		m->active++;
		m->mm = s->v[s->areas.v[i].space].mm;
	}
	for (size_t i = 0; i < s->anon.n; i++) {
		m = member_at(f, s->anon.v[i]);
		if (m)
			m->areas++;
	}
}

/* Others may hold some as well: KSM's items, and who looks at a page just then. */
static void check(struct finder *f, struct mmx_anon_member *m)
{
	bool root = m->anon.addr == f->root;
	uint64_t least = root ? f->family->n - 1 + (m->areas > 0) : 1;

	if (m->anon.children != m->children)
		complain(f->family, m, "it counts %" PRIu64 " children, and has %" PRIu64,
			 m->anon.children, m->children);
	if (m->anon.active != m->active)
		complain(f->family, m,
			 "it counts %" PRIu64 " VMAs whose pages go to it, and has %" PRIu64,
			 m->anon.active, m->active);
	if (m->anon.refcount < least)
		complain(f->family, m, "its reference count is %u, and %" PRIu64 " have it",
			 m->anon.refcount, least);
	if (root && m->anon.parent != m->anon.addr)
		complain(f->family, m, "it is a root, and its parent is 0x%" PRIx64,
			 m->anon.parent);
}

/*
 * In the order of a tree: by walking down from the root. @child and @sibling are numbers, 0 is none: the
 * root is nobody's child.
 */
struct links {
	uint32_t child, sibling;
};

static size_t number_of(const struct mmx_anon_family *f, uint64_t addr)
{
	return mmx_array_bound(f, e, e->anon.addr < addr);
}

static void link_children(const struct mmx_anon_family *f, struct links *links, size_t root)
{
	for (size_t i = f->n; i--;) {
		size_t above = number_of(f, f->v[i].anon.parent);

		if (i == root || above == f->n || f->v[above].anon.addr != f->v[i].anon.parent)
			continue;
		links[i].sibling = links[above].child;
		links[above].child = i + 1;
	}
}

/* What the root does not lead to comes last. */
static int order(struct finder *f)
{
	struct mmx_anon_family *family = f->family;
	struct mmx_anon_member *in_order = calloc(family->n + 1, sizeof(*in_order));
	struct links *links = calloc(family->n + 1, sizeof(*links));
	uint32_t *above = calloc(family->n + 1, sizeof(*above));
	bool *done = calloc(family->n + 1, sizeof(*done));
	size_t root = number_of(family, f->root), n = 0, depth = 0;

	if (in_order && links && above && done && root < family->n) {
		link_children(family, links, root);
		for (uint32_t at = root + 1; at;) {
			struct mmx_anon_member *m = &in_order[n++];

			*m = family->v[at - 1];
			done[at - 1] = true;
			m->depth = depth;
			m->more = links[at - 1].sibling;
			above[depth] = at;
			if (links[at - 1].child) {
				at = links[at - 1].child;
				depth++;
				continue;
			}
			while (depth && !links[above[depth] - 1].sibling)
				depth--;
			at = depth ? links[above[depth] - 1].sibling : 0;
		}
		for (size_t i = 0; i < family->n; i++) {
			if (done[i])
				continue;
			complain(family, &family->v[i], "its parents do not lead to its root");
			in_order[n++] = family->v[i];
		}
		memcpy(family->v, in_order, family->n * sizeof(*in_order));
	}
	free(links);
	free(above);
	free(done);
	free(in_order);
	return n || !family->n ? 0 : mmx_fail_nomem(f->err);
}

static int find(struct finder *f, uint64_t addr)
{
	struct mmx_anon_family *family = f->family;
	struct mmx_anon anon;

	if (mmx_anon_head(&anon, f->view, addr, f->err))
		return -1;
	family->spaces = mmx_know_mm_spaces(f->view);
	if (!family->spaces->n && !mmx_cover_whole(&family->spaces->coverage)) {
		*f->err = family->spaces->coverage.first;
		return -1;
	}
	f->root = anon.root;
	if (meet_all(f))
		return -1;
	mmx_array_sort(family, by_address);
	count(family);
	for (size_t i = 0; i < family->n; i++)
		check(f, &family->v[i]);
	return order(f);
}

int mmx_anon_family_find(struct mmx_anon_family *family, struct mmx_view *view, uint64_t addr,
			 struct mmx_err *err)
{
	struct finder f = {.family = family, .view = view, .err = err};
	int ret;

	memset(family, 0, sizeof(*family));
	ret = find(&f, addr);
	if (!ret)
		mmx_cover_inherit(&family->coverage, &family->spaces->coverage);
	family->coverage.found = family->n;
	mmx_seen_free(&f.seen);
	if (ret)
		mmx_anon_family_free(family);
	return ret;
}

void mmx_anon_family_free(struct mmx_anon_family *family)
{
	mmx_reasons_free(&family->reasons);
	mmx_array_free(family);
}
