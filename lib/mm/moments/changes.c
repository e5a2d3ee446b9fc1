// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/moments/changes.h"

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool has_key(const struct mmx_measured *m)
{
	return m->key[0] || m->key[1] || m->key[2];
}

/* Who has no key is known by its name. */
static int compare_things(const struct mmx_measured *a, const struct mmx_measured *b)
{
	int order = 0;

	for (unsigned int i = 0; i < 3 && !order; i++)
		order = compare(a->key[i], b->key[i]);
	if (!order && !has_key(a) && a->name && b->name)
		order = strcmp(a->name, b->name);
	return order;
}

/* Of several that cannot be told apart the first is the first. */
static int by_thing(const void *a, const void *b)
{
	const struct mmx_measured *x = a, *y = b;
	int order = compare_things(x, y);

	return order ? order : compare(x->nth, y->nth);
}

bool mmx_change_of(const struct mmx_change *c, unsigned int measure, int64_t *by)
{
	bool before = !c->before || c->before->given >> measure & 1,
	     after = !c->after || c->after->given >> measure & 1;

	if (!before || !after)
		return false;
	return !__builtin_sub_overflow(c->after ? c->after->v[measure] : 0,
				       c->before ? c->before->v[measure] : 0, by);
}

bool mmx_change_last(const struct mmx_change *c, unsigned int measure, int64_t *value)
{
	*value = c->after ? c->after->v[measure] : 0;
	return !c->after || c->after->given >> measure & 1;
}

enum mmx_change_kind mmx_change_kind(const struct mmx_change *c)
{
	if (!c->before)
		return MMX_CHANGE_COME;
	if (!c->after)
		return MMX_CHANGE_GONE;
	return c->before->mark != c->after->mark ? MMX_CHANGE_MARK : MMX_CHANGE_OTHER;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool differ(const struct mmx_change *c)
{
	const struct mmx_measured *a = c->before, *b = c->after;
	int64_t by;

	if (!a || !b || a->mark != b->mark || !same_text(a->text, b->text) ||
	    (a->name && b->name && strcmp(a->name, b->name)))
		return true;
	for (unsigned int i = 0; i < MMX_MEASURES; i++) {
		if (mmx_change_of(c, i, &by) && by)
			return true;
	}
	return false;
}

/* What a subject's changes are sorted by, first and then: sets of its measures. */
static const struct {
	uint8_t first, then;
} sorted_by[MMX_SUBJECTS] = {
	[MMX_SUBJECT_ZONES] = {1 << MMX_ZONE_FREE, 1 << MMX_ZONE_MANAGED | 1 << MMX_ZONE_PRESENT},
	[MMX_SUBJECT_PROCESSES] = {1 << MMX_PROCESS_ANON | 1 << MMX_PROCESS_FILE |
					   1 << MMX_PROCESS_SWAP | 1 << MMX_PROCESS_TABLES,
				   1 << MMX_PROCESS_THREADS},
	[MMX_SUBJECT_CACHES] = {1 << MMX_CACHE_BYTES, 1 << MMX_CACHE_OBJECTS},
	[MMX_SUBJECT_MEMCGS] = {1 << MMX_MEMCG_OWN,
				1 << MMX_MEMCG_USAGE | 1 << MMX_MEMCG_KMEM | 1 << MMX_MEMCG_SWAP},
	[MMX_SUBJECT_TAGS] = {1 << MMX_TAG_BYTES, 1 << MMX_TAG_CALLS},
};

static uint64_t amount(const struct mmx_change *c, unsigned int measures)
{
	uint64_t sum = 0;
	int64_t by;

	for (unsigned int i = 0; i < MMX_MEASURES; i++) {
		if (measures >> i & 1 && mmx_change_of(c, i, &by))
			sum += by < 0 ? -(uint64_t)by : (uint64_t)by;
	}
	return sum;
}

static int larger_first(const void *a, const void *b)
{
	const struct mmx_change *x = a, *y = b;
	const struct mmx_measured *of_x = x->after ? x->after : x->before,
				  *of_y = y->after ? y->after : y->before;

	if (x->size != y->size)
		return compare(y->size, x->size);
	if (x->less != y->less)
		return compare(y->less, x->less);
	return of_x->nth != of_y->nth ? compare(of_x->nth, of_y->nth)
				      : compare(!x->after, !y->after);
}

static int add(struct mmx_changes_of *of, unsigned int subject, struct mmx_measured *before,
	       struct mmx_measured *after, struct mmx_err *err)
{
	struct mmx_change c = {.before = before, .after = after};

	if (!differ(&c))
		return 0;
	c.size = amount(&c, sorted_by[subject].first ? sorted_by[subject].first : 1);
	c.less = amount(&c, sorted_by[subject].then);
	return mmx_array_add(of, c) ? 0 : mmx_fail_nomem(err);
}

static int find_of(struct mmx_changes_of *of, unsigned int subject, struct mmx_subject_of *before,
		   struct mmx_subject_of *after, struct mmx_err *err)
{
	size_t i = 0, j = 0;

	of->both = before->has && after->has;
	if (!of->both)
		return 0;
	mmx_array_sort(before, by_thing);
	mmx_array_sort(after, by_thing);
	while (i < before->n || j < after->n) {
		int order = i == before->n  ? 1
			    : j == after->n ? -1
					    : compare_things(&before->v[i], &after->v[j]);

		if (add(of, subject, order <= 0 ? &before->v[i] : NULL,
			order >= 0 ? &after->v[j] : NULL, err))
			return -1;
		i += order <= 0;
		j += order >= 0;
	}
	mmx_array_sort(of, larger_first);
	return 0;
}

int mmx_changes_find(struct mmx_changes *changes, struct mmx_moment *before,
		     struct mmx_moment *after, struct mmx_err *err)
{
	memset(changes, 0, sizeof(*changes));
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		if (find_of(&changes->of[i], i, &before->of[i], &after->of[i], err)) {
			mmx_changes_free(changes);
			return -1;
		}
	}
	mmx_class_moves_count(&changes->moves, &before->map, &after->map);
	for (unsigned int from = 0; from < MMX_CLASS_COUNT; from++) {
		for (unsigned int to = 0; to < MMX_CLASS_COUNT; to++)
			changes->moved += from != to ? changes->moves.frames[from][to] : 0;
	}
	return 0;
}

void mmx_changes_free(struct mmx_changes *changes)
{
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++)
		mmx_array_free(&changes->of[i]);
}

int mmx_changes_name(struct mmx_changes *changes, size_t n, const struct mmx_moment *before,
		     const struct mmx_moment *after, struct mmx_err *err)
{
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		const struct mmx_changes_of *of = &changes->of[i];

		for (size_t j = 0; j < of->n && j < n; j++) {
			struct mmx_change *c = &of->v[j];

			if (mmx_moment_name(c->after ? c->after : c->before, i,
					    c->after ? after->view : before->view, err))
				return -1;
		}
	}
	return 0;
}

bool mmx_changes_any(const struct mmx_changes *changes)
{
	for (unsigned int i = 0; i < MMX_SUBJECTS; i++) {
		if (changes->of[i].n)
			return true;
	}
	return changes->moved;
}
