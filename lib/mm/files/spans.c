// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/files/spans.h"

const char *mmx_span_words(unsigned int kind)
{
	static const char *const words[MMX_SPAN_KINDS] = {
		[MMX_SPAN_CACHED] = "cached",
		[MMX_SPAN_EVICTED] = "evicted: a shadow is left of it",
		[MMX_SPAN_SWAPPED] = "swapped out",
		[MMX_SPAN_DAX] = "in persistent memory",
		[MMX_SPAN_HOLE] = "a hole: it reads as zeros",
		[MMX_SPAN_UNCACHED] = "not cached: a hole, never read, or dropped",
		[MMX_SPAN_BEYOND] = "beyond the end of the file",
		[MMX_SPAN_UNKNOWN] = "not known: what tells of it is broken, or not in the dump",
	};

	return kind < MMX_SPAN_KINDS ? words[kind] : NULL;
}

/* The root file system is of tmpfs or ramfs. */
bool mmx_is_all_in_memory(const struct mmx_mapping *m)
{
	static const char *const types[] = {"hugetlbfs", "ramfs", "rootfs"};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(m->inode.fs, types[i]))
			return true;
	}
	return m->kind == MMX_MAPPING_SHMEM;
}

/* Those of hugetlb that count huge pages are few: they are walked from the first one on. */
void mmx_spans_begin(struct mmx_spans *s, struct mmx_view *view, const struct mmx_mapping *m,
		     uint64_t pages, uint64_t first, uint64_t last)
{
	bool hugetlb = !strcmp(m->inode.fs, "hugetlbfs");
	bool all = hugetlb || (!first && last >= pages);

	memset(s, 0, sizeof(*s));
	s->gap = mmx_is_all_in_memory(m) ? MMX_SPAN_HOLE : MMX_SPAN_UNCACHED;
	s->next = first;
	s->end = last;
	s->pages = pages;
	mmx_cached_begin(&s->cached, view, m, all ? 0 : first, all ? UINT64_MAX : last);
}

/* Times that something of the page cache was left out so far. */
static uint64_t troubles(const struct mmx_cached *c)
{
	const struct mmx_coverage *one = &c->coverage, *other = &c->xa.coverage;

	return one->broken + one->absent + one->unknown + other->broken + other->absent +
	       other->unknown;
}

/*
 * Goes to the next entry that was asked for; waits says whether there is one. What was left out on the way is
 * somewhere in the gap before it.
 */
static void next_entry(struct mmx_spans *s)
{
	uint64_t first, last, before = troubles(&s->cached);

	while ((s->waits = mmx_cached_next(&s->cached))) {
		mmx_cached_span(&s->cached, &first, &last);
		if (last < s->next)
			continue;
		if (first > s->end)
			s->waits = false;
		break;
	}
	s->doubt |= troubles(&s->cached) != before;
}

static bool take_gap(struct mmx_spans *s, uint64_t last)
{
	s->first = s->next;
	s->kind = s->first >= s->pages ? MMX_SPAN_BEYOND : s->doubt ? MMX_SPAN_UNKNOWN : s->gap;
	s->last = s->first < s->pages && last >= s->pages ? s->pages - 1 : last;
	return true;
}

static bool take_entry(struct mmx_spans *s, uint64_t last)
{
	static const enum mmx_span_kind kinds[] = {[MMX_CACHED_FOLIO] = MMX_SPAN_CACHED,
						   [MMX_CACHED_SHADOW] = MMX_SPAN_EVICTED,
						   [MMX_CACHED_SWAPPED] = MMX_SPAN_SWAPPED,
						   [MMX_CACHED_DAX] = MMX_SPAN_DAX};

	s->first = s->next;
	s->last = last < s->end ? last : s->end;
	s->kind = kinds[s->cached.kind];
	s->waits = s->doubt = false;
	s->coverage.found++;
	return true;
}

static bool step(struct mmx_spans *s)
{
	uint64_t first, last;

	if (!s->waits)
		next_entry(s);
	if (!s->waits)
		return take_gap(s, s->end);
	mmx_cached_span(&s->cached, &first, &last);
	return first > s->next ? take_gap(s, first - 1) : take_entry(s, last);
}

/* What the walk over the page cache finds at its end counts as well. */
static bool finish(struct mmx_spans *s)
{
	while (mmx_cached_next(&s->cached))
		;
	if (!s->finished)
		mmx_cover_inherit(&s->coverage, &s->cached.coverage);
	s->finished = true;
	return false;
}

bool mmx_spans_next(struct mmx_spans *s)
{
	if (s->over)
		return finish(s);
	step(s);
	s->over = s->last >= s->end;
	s->next = s->last + 1;
	return true;
}
